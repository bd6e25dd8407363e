//! Expressions that stand for a path, reduced to what they mean.

use super::names::{Names, last, written};
use crate::facts::python::PathExpr;
use ruff_python_ast::{Expr, ExprCall, ExprFString, FStringPart, Number, Operator};

/// How deep an expression is followed.
const DEPTH: usize = 30;
/// Elements of a list that are looked at.
const MOST: usize = 40;

/// What path an expression stands for.
pub(super) fn path_of(expr: &Expr, names: &Names) -> PathExpr {
    reduce(expr, names, DEPTH)
}

/// What path a call stands for.
pub(super) fn path_of_call(call: &ExprCall, names: &Names) -> PathExpr {
    reduce_call(call, names, DEPTH)
}

fn reduce(expr: &Expr, names: &Names, depth: usize) -> PathExpr {
    let Some(depth) = depth.checked_sub(1) else {
        return PathExpr::Unknown;
    };
    match expr {
        Expr::StringLiteral(literal) => PathExpr::Literal(literal.value.to_str().to_owned()),
        Expr::BooleanLiteral(literal) => PathExpr::Truth(literal.value),
        Expr::NoneLiteral(_) => PathExpr::Nothing,
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => PathExpr::Truth(value.as_u64() != Some(0)),
            _ => PathExpr::Unknown,
        },
        Expr::Name(name) if name.id.as_str() == "__file__" => PathExpr::File,
        Expr::Name(_) => named(expr, names),
        Expr::FString(text) => formatted(text, names, depth),
        Expr::List(list) => one_of(&list.elts, names, depth),
        Expr::Tuple(tuple) => one_of(&tuple.elts, names, depth),
        Expr::BinOp(operation) => {
            let sides = || {
                vec![
                    reduce(&operation.left, names, depth),
                    reduce(&operation.right, names, depth),
                ]
            };
            match operation.op {
                Operator::Div => PathExpr::Join(sides()),
                Operator::Add => PathExpr::Concat(sides()),
                _ => PathExpr::Unknown,
            }
        }
        Expr::Attribute(attribute) => match attribute.attr.id.as_str() {
            "parent" => PathExpr::Parent(Box::new(reduce(&attribute.value, names, depth)), 1),
            "__file__" => PathExpr::Unknown,
            _ => named(expr, names),
        },
        Expr::Subscript(subscript) => match (&*subscript.value, index(&subscript.slice)) {
            (Expr::Attribute(attribute), Some(index)) if attribute.attr.id.as_str() == "parents" => {
                PathExpr::Parent(Box::new(reduce(&attribute.value, names, depth)), index + 1)
            }
            _ => match &*subscript.slice {
                Expr::StringLiteral(name) if names.is(&subscript.value, "os.environ") => {
                    PathExpr::Variable(name.value.to_str().to_owned(), None)
                }
                _ => PathExpr::Unknown,
            },
        },
        Expr::Call(call) => reduce_call(call, names, depth),
        _ => PathExpr::Unknown,
    }
}

/// A path below the home folder, as a shell writes it; nothing when parts of it are not known.
pub(super) fn below_home(parts: &[PathExpr]) -> Option<String> {
    let mut text = String::new();
    for part in parts {
        match part {
            PathExpr::Home if text.is_empty() => text.push('~'),
            PathExpr::Join(inner) if text.is_empty() => text = below_home(inner)?,
            PathExpr::Literal(literal) if !text.is_empty() && !literal.starts_with('/') => {
                text.push('/');
                text.push_str(literal);
            }
            _ => return None,
        }
    }
    (text.len() > 1).then_some(text)
}

/// What a name stands for: what the body around it says, or else the module.
fn named(expr: &Expr, names: &Names) -> PathExpr {
    if let Some(known) = written(expr).and_then(|name| names.locals.get(&name)) {
        return known.clone();
    }
    let dotted = names.dotted(expr);
    match dotted.as_deref() {
        Some("os.curdir") => PathExpr::Literal(".".to_owned()),
        Some("os.pardir") => PathExpr::Literal("..".to_owned()),
        Some("os.sep" | "os.path.sep") => PathExpr::Literal("/".to_owned()),
        _ => dotted.map_or(PathExpr::Unknown, |name| PathExpr::Name(name.into_owned())),
    }
}

/// Elements of a list that a loop goes through.
fn one_of(elements: &[Expr], names: &Names, depth: usize) -> PathExpr {
    if elements.is_empty() || elements.len() > MOST {
        return PathExpr::Unknown;
    }
    let elements = elements.iter().map(|element| reduce(element, names, depth));
    PathExpr::OneOf(elements.collect())
}

/// `f"{BASE}/logs/{name}.log"`.
fn formatted(text: &ExprFString, names: &Names, depth: usize) -> PathExpr {
    let mut parts = Vec::new();
    for part in &text.value {
        match part {
            FStringPart::Literal(literal) => parts.push(PathExpr::Literal(literal.value.to_string())),
            FStringPart::FString(inner) => {
                for element in &inner.elements {
                    parts.push(match (element.as_literal(), element.as_interpolation()) {
                        (Some(literal), _) => PathExpr::Literal(literal.value.to_string()),
                        (_, Some(hole)) => {
                            PathExpr::Inserted(Box::new(reduce(&hole.expression, names, depth)))
                        }
                        _ => PathExpr::Unknown,
                    });
                }
            }
        }
    }
    PathExpr::Concat(parts)
}

fn reduce_call(call: &ExprCall, names: &Names, depth: usize) -> PathExpr {
    let Some(function) = names.dotted(&call.func) else {
        return PathExpr::Unknown;
    };
    let arguments = &call.arguments.args;
    let first = || {
        arguments
            .first()
            .map_or(PathExpr::Unknown, |first| reduce(first, names, depth))
    };
    let all = || {
        arguments
            .iter()
            .map(|argument| reduce(argument, names, depth))
            .collect::<Vec<_>>()
    };
    match function.as_ref() {
        "os.path.dirname" => PathExpr::Parent(Box::new(first()), 1),
        "os.path.abspath" | "os.path.realpath" | "os.path.normpath" => PathExpr::Absolute(Box::new(first())),
        "os.path.join" => PathExpr::Join(all()),
        "os.getcwd" | "pathlib.Path.cwd" => PathExpr::WorkingDirectory,
        "pathlib.Path.home" => PathExpr::Home,
        "os.path.expanduser" => match first() {
            PathExpr::Literal(text) if text == "~" => PathExpr::Home,
            PathExpr::Literal(text) => match text.strip_prefix("~/") {
                Some(rest) => PathExpr::Join(vec![PathExpr::Home, PathExpr::Literal(rest.to_owned())]),
                None => PathExpr::Literal(text),
            },
            other => other,
        },
        "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" => match arguments.len() {
            0 => PathExpr::WorkingDirectory,
            1 => first(),
            _ => PathExpr::Join(all()),
        },
        "str" | "os.fspath" | "os.fsdecode" => first(),
        "list" | "tuple" | "reversed" => match first() {
            PathExpr::OneOf(mut elements) => {
                if function == "reversed" {
                    elements.reverse();
                }
                PathExpr::OneOf(elements)
            }
            _ => PathExpr::Unknown,
        },
        "os.getenv" | "os.environ.get" => match first() {
            PathExpr::Literal(name) => {
                let default = arguments
                    .get(1)
                    .map(|default| Box::new(reduce(default, names, depth)));
                PathExpr::Variable(name, default)
            }
            _ => PathExpr::Unknown,
        },
        _ => reduce_method(call, &function, names, depth),
    }
}

/// Methods of `pathlib.Path`, and calls of the project's own functions.
fn reduce_method(call: &ExprCall, function: &str, names: &Names, depth: usize) -> PathExpr {
    if let Expr::Attribute(method) = &*call.func {
        let receiver = || reduce(&method.value, names, depth);
        match last(function) {
            "resolve" | "absolute" => return PathExpr::Absolute(Box::new(receiver())),
            "as_posix" | "expanduser" | "__str__" => return receiver(),
            "joinpath" => {
                let mut parts = vec![receiver()];
                parts.extend(
                    call.arguments
                        .args
                        .iter()
                        .map(|argument| reduce(argument, names, depth)),
                );
                return PathExpr::Join(parts);
            }
            _ => {}
        }
    }
    let is_plain = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
    if is_plain && !function.starts_with('.') {
        PathExpr::Call(function.to_owned())
    } else {
        PathExpr::Unknown
    }
}

fn index(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(value) => value.as_u64().and_then(|value| usize::try_from(value).ok()),
            _ => None,
        },
        _ => None,
    }
}
