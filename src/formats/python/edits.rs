//! Changes to `sys.path`, and folders that are made.

use super::names::Names;
use super::paths::path_of;
use super::span;
use super::unroll::put_in;
use crate::facts::python::{PathEdit, PathEditKind, PathExpr};
use crate::facts::{PathUse, Purpose};
use crate::source::{Span, Spanned};
use ruff_python_ast::{Comprehension, Expr, ExprCall, Number};

/// The change that a call such as `sys.path.append(…)` makes.
pub(super) fn edit_by_call(names: &Names, call: &ExprCall) -> Option<PathEdit> {
    let function = names.dotted(&call.func)?;
    let arguments = &call.arguments.args;
    let (kind, entries) = match function.as_ref() {
        "sys.path.append" | "site.addsitedir" => (PathEditKind::Append, arguments.iter().take(1).collect()),
        "sys.path.extend" => match arguments.first()? {
            Expr::Generator(made) => {
                return Some(extended_by(names, &made.elt, &made.generators, span(call)));
            }
            Expr::ListComp(made) => return Some(extended_by(names, &made.elt, &made.generators, span(call))),
            list => (PathEditKind::Append, elements_of(list)),
        },
        "sys.path.insert" => {
            let index = arguments.first().and_then(integer).unwrap_or(0);
            (
                PathEditKind::Insert(index),
                arguments.iter().skip(1).take(1).collect(),
            )
        }
        _ => return None,
    };
    Some(path_edit(names, kind, entries, span(call)))
}

/// `sys.path.extend(str(folder) for folder in (ROOT, SHARED))`.
fn extended_by(names: &Names, element: &Expr, made: &[Comprehension], place: Span) -> PathEdit {
    let entry = path_of(element, names);
    let entries = match made {
        [one] if one.ifs.is_empty() => match (&one.target, path_of(&one.iter, names)) {
            (Expr::Name(variable), PathExpr::OneOf(folders)) => {
                let variable = PathExpr::Name(variable.id.to_string());
                let written_out = folders.iter().map(|folder| put_in(&entry, &variable, folder));
                written_out.collect()
            }
            _ => vec![PathExpr::Unknown],
        },
        _ => vec![PathExpr::Unknown],
    };
    PathEdit {
        kind: PathEditKind::Append,
        entries: entries
            .into_iter()
            .map(|entry| Spanned::new(entry, place))
            .collect(),
        span: place,
    }
}

/// What `sys.path[:0] = [a]` and `sys.path[0] = a` do: what they take away is no loss to whoever looks for modules.
pub(super) fn edits_by_part(names: &Names, target: &Expr, value: &Expr) -> Vec<PathEdit> {
    let Expr::Subscript(subscript) = target else {
        return Vec::new();
    };
    if !names.is(&subscript.value, "sys.path") {
        return Vec::new();
    }
    let at = match &*subscript.slice {
        Expr::Slice(slice) => match (&slice.lower, &slice.upper) {
            (None, None) => return edits_by_assignment(names, value),
            (lower, _) => lower.as_deref().and_then(integer),
        },
        index => integer(index),
    };
    let kind = PathEditKind::Insert(at.unwrap_or(0));
    vec![path_edit(names, kind, elements_of(value), span(value))]
}

/// A change to `sys.path` by these entries.
pub(super) fn path_edit(names: &Names, kind: PathEditKind, entries: Vec<&Expr>, span: Span) -> PathEdit {
    let entries = entries
        .into_iter()
        .map(|entry| Spanned::new(path_of(entry, names), super::span(entry)))
        .collect();
    PathEdit { kind, entries, span }
}

/// What `sys.path = [a] + sys.path + [b]` does: what stands before the old path comes in front, what stands
/// behind it comes last.
pub(super) fn edits_by_assignment(names: &Names, value: &Expr) -> Vec<PathEdit> {
    let mut parts = Vec::new();
    let mut at = value;
    while let Expr::BinOp(sum) = at {
        parts.push(&*sum.right);
        at = &sum.left;
    }
    parts.push(at);
    let elements = parts.into_iter().rev().flat_map(elements_of);
    let elements: Vec<&Expr> = elements
        .map(|element| match element {
            Expr::Starred(starred) => &*starred.value,
            other => other,
        })
        .collect();
    let is_old = |element: &&Expr| is_path(names, element);
    let Some(old) = elements.iter().position(is_old) else {
        return vec![path_edit(names, PathEditKind::Replace, elements, span(value))];
    };
    let (before, rest) = elements.split_at(old);
    let behind = rest.iter().skip(1);
    let edit = |kind, entries: Vec<&Expr>| path_edit(names, kind, entries, span(value));
    vec![
        edit(PathEditKind::Insert(0), before.to_vec()),
        edit(PathEditKind::Append, behind.copied().collect()),
    ]
}

/// `sys.path`, `sys.path[:]`, `list(sys.path)`.
fn is_path(names: &Names, expr: &Expr) -> bool {
    let inner = match expr {
        Expr::Subscript(subscript) if matches!(*subscript.slice, Expr::Slice(_)) => &*subscript.value,
        Expr::Call(call) => call.arguments.args.first().unwrap_or(expr),
        other => other,
    };
    names.is(inner, "sys.path")
}

/// The folder that `os.makedirs("…")` makes.
pub(super) fn made_folder(names: &Names, call: &ExprCall) -> Option<PathUse> {
    let function = names.dotted(&call.func)?;
    let is_maker = matches!(function.as_ref(), "os.makedirs" | "os.mkdir");
    match call.arguments.args.first() {
        Some(Expr::StringLiteral(path)) if is_maker => Some(PathUse {
            path: path.value.to_str().to_owned(),
            span: span(path),
            purpose: Purpose::MakesFolder,
        }),
        _ => None,
    }
}

fn integer(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(index) => index.as_u64().and_then(|index| usize::try_from(index).ok()),
            _ => None,
        },
        _ => None,
    }
}

/// The elements of a list, or the expression itself.
pub(super) fn elements_of(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::List(list) => list.elts.iter().collect(),
        Expr::Tuple(tuple) => tuple.elts.iter().collect(),
        other => vec![other],
    }
}
