//! Changes to `sys.path`, and folders that are made.

use super::names::Names;
use super::paths::path_of;
use super::span;
use crate::facts::python::{PathEdit, PathEditKind};
use crate::facts::{PathUse, Purpose};
use crate::source::{Span, Spanned};
use ruff_python_ast::{Expr, ExprCall, Number};

/// The change that a call such as `sys.path.append(…)` makes.
pub(super) fn edit_by_call(names: &Names, call: &ExprCall) -> Option<PathEdit> {
    let function = names.dotted(&call.func)?;
    let arguments = &call.arguments.args;
    let (kind, entries) = match function.as_ref() {
        "sys.path.append" | "site.addsitedir" => (PathEditKind::Append, arguments.iter().take(1).collect()),
        "sys.path.extend" => (
            PathEditKind::Append,
            arguments.first().map(elements_of).unwrap_or_default(),
        ),
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
