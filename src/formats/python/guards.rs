//! Conditions that decide whether the target gets to a statement.

use super::names::{Names, last, written};
use super::paths::path_of;
use crate::facts::python::{Comparison, Guard};
use ruff_python_ast::{BoolOp, CmpOp, Expr, ExprCompare, Number, UnaryOp};

/// How deep a condition is followed.
const DEPTH: usize = 30;

/// What a condition tests, as far as the target is concerned.
pub(super) fn guard_of(test: &Expr, names: &Names) -> Guard {
    read(test, names, DEPTH)
}

/// Whether a condition asks for a file or command to be there: `os.path.exists`, `shutil.which`.
pub(super) fn tests_existence(test: &Expr, names: &Names) -> bool {
    match test {
        Expr::BoolOp(operation) => operation.values.iter().any(|value| tests_existence(value, names)),
        Expr::UnaryOp(operation) => tests_existence(&operation.operand, names),
        Expr::Named(named) => tests_existence(&named.value, names),
        Expr::Compare(compare) => tests_existence(&compare.left, names),
        Expr::Call(call) => names
            .dotted(&call.func)
            .is_some_and(|function| is_existence_test(&function)),
        _ => false,
    }
}

/// Whether a function asks for a file or command to be there.
pub(super) fn is_existence_test(function: &str) -> bool {
    matches!(
        function,
        "os.path.exists"
            | "os.path.isfile"
            | "os.path.isdir"
            | "os.path.lexists"
            | "os.access"
            | "shutil.which"
    ) || matches!(last(function), "exists" | "is_file" | "is_dir")
}

fn read(test: &Expr, names: &Names, depth: usize) -> Guard {
    let Some(depth) = depth.checked_sub(1) else {
        return Guard::Unknown;
    };
    match test {
        Expr::BooleanLiteral(literal) => Guard::Constant(literal.value),
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => Guard::Constant(value.as_u64() != Some(0)),
            _ => Guard::Unknown,
        },
        Expr::Name(_) | Expr::Attribute(_) if names.truth(test).is_some() => {
            names.truth(test).map_or(Guard::Unknown, Guard::OnLinux)
        }
        Expr::Name(_) | Expr::Attribute(_) => match names.dotted(test).as_deref() {
            Some("typing.TYPE_CHECKING" | "TYPE_CHECKING" | "typing_extensions.TYPE_CHECKING") => {
                Guard::TypeChecking
            }
            Some("__debug__") => Guard::Constant(true),
            _ => written(test).map_or(Guard::Unknown, |name| Guard::Named(name.into_owned())),
        },
        Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => {
            Guard::Not(Box::new(read(&operation.operand, names, depth)))
        }
        Expr::BoolOp(operation) => {
            let parts = operation
                .values
                .iter()
                .map(|value| read(value, names, depth))
                .collect();
            if operation.op == BoolOp::And {
                Guard::All(parts)
            } else {
                Guard::Any(parts)
            }
        }
        Expr::Compare(compare) => read_comparison(compare, names),
        Expr::Call(call) => match (names.dotted(&call.func).as_deref(), &*call.func) {
            (Some("importlib.util.find_spec"), _) => found(&call.arguments.args),
            (Some(function), _) if is_existence_test(function) => {
                let path = call.arguments.args.first().and_then(literal);
                let answer = path.and_then(crate::facts::value::is_on_linux);
                answer.map_or(Guard::Unknown, Guard::OnLinux)
            }
            (_, Expr::Attribute(method)) if method.attr.id.as_str() == "startswith" => {
                let on_linux = platform_value(&method.value, names);
                let prefix = call.arguments.args.first().and_then(literal);
                match (on_linux, prefix) {
                    (Some(on_linux), Some(prefix)) => Guard::OnLinux(on_linux.starts_with(prefix)),
                    _ => Guard::Unknown,
                }
            }
            _ => Guard::Unknown,
        },
        _ => Guard::Unknown,
    }
}

fn found(arguments: &[Expr]) -> Guard {
    arguments
        .first()
        .and_then(literal)
        .map_or(Guard::Unknown, |name| Guard::ModuleFound(name.to_owned()))
}

fn read_comparison(compare: &ExprCompare, names: &Names) -> Guard {
    let ([op], [right]) = (&*compare.ops, &*compare.comparators) else {
        return Guard::Unknown;
    };
    let left = &*compare.left;
    if let Some(guard) = read_platform(left, *op, right, names) {
        return guard;
    }
    let name = names.dotted(left);
    match (name.as_deref(), literal(right), op) {
        (Some("__name__"), Some("__main__"), CmpOp::Eq) => return Guard::IsMain,
        (Some("__name__"), Some("__main__"), CmpOp::NotEq) => return Guard::Not(Box::new(Guard::IsMain)),
        _ => {}
    }
    if let (Some(name), Expr::NoneLiteral(_)) = (written(left), right) {
        return match op {
            CmpOp::Is | CmpOp::Eq => Guard::IsNone(name.into_owned()),
            CmpOp::IsNot | CmpOp::NotEq => Guard::Not(Box::new(Guard::IsNone(name.into_owned()))),
            _ => Guard::Unknown,
        };
    }
    if let Some(guard) = read_package(left, *op, right) {
        return guard;
    }
    if names.is(right, "sys.path") {
        let is_in = Guard::InPath(path_of(left, names));
        return match op {
            CmpOp::In => is_in,
            CmpOp::NotIn => Guard::Not(Box::new(is_in)),
            _ => Guard::Unknown,
        };
    }
    if let (Expr::Call(call), Expr::NoneLiteral(_)) = (left, right)
        && names.is(&call.func, "importlib.util.find_spec")
    {
        let guard = found(&call.arguments.args);
        return match op {
            CmpOp::IsNot | CmpOp::NotEq => guard,
            CmpOp::Is | CmpOp::Eq => Guard::Not(Box::new(guard)),
            _ => Guard::Unknown,
        };
    }
    read_version(left, *op, right, names).unwrap_or(Guard::Unknown)
}

/// `__package__ in (None, "")`, as scripts ask that are modules too: it is a text or nothing.
fn read_package(left: &Expr, op: CmpOp, right: &Expr) -> Option<Guard> {
    let is_asked = matches!(left, Expr::Name(name) if name.id.as_str() == "__package__");
    let elements: &[Expr] = match right {
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::List(list) => &list.elts,
        Expr::Set(set) => &set.elts,
        _ => return None,
    };
    let has = |is_one: fn(&Expr) -> bool| elements.iter().any(is_one);
    let is_empty = |element: &Expr| literal(element) == Some("");
    if !is_asked || elements.len() != 2 || !has(Expr::is_none_literal_expr) || !has(is_empty) {
        return None;
    }
    let is_in_package = Guard::Named("__package__".to_owned());
    match op {
        CmpOp::In => Some(Guard::Not(Box::new(is_in_package))),
        CmpOp::NotIn => Some(is_in_package),
        _ => None,
    }
}

/// `sys.platform == "darwin"`, `platform.system() != "Linux"`, `os.name in ("nt",)`.
fn read_platform(left: &Expr, op: CmpOp, right: &Expr, names: &Names) -> Option<Guard> {
    if let (CmpOp::In | CmpOp::NotIn, Some(part), Some(on_linux)) =
        (op, literal(left), platform_value(right, names))
    {
        return Some(Guard::OnLinux(on_linux.contains(part) == (op == CmpOp::In)));
    }
    let on_linux = platform_value(left, names)?;
    let answer = match (op, right) {
        (CmpOp::Eq, right) => literal(right)? == on_linux,
        (CmpOp::NotEq, right) => literal(right)? != on_linux,
        (CmpOp::In | CmpOp::NotIn, Expr::Tuple(_) | Expr::List(_) | Expr::Set(_)) => {
            let elements: &[Expr] = match right {
                Expr::Tuple(tuple) => &tuple.elts,
                Expr::List(list) => &list.elts,
                Expr::Set(set) => &set.elts,
                _ => &[],
            };
            let is_in = elements.iter().any(|element| literal(element) == Some(on_linux));
            is_in == (op == CmpOp::In)
        }
        _ => return None,
    };
    Some(Guard::OnLinux(answer))
}

/// What an expression that asks for the platform gives on Linux.
pub(super) fn platform_value(expr: &Expr, names: &Names) -> Option<&'static str> {
    match expr {
        Expr::Name(_) | Expr::Attribute(_) if names.platform(expr).is_some() => names.platform(expr),
        Expr::Call(call) => match names.dotted(&call.func).as_deref()? {
            "platform.system" => Some("Linux"),
            _ => match &*call.func {
                Expr::Attribute(method) if matches!(method.attr.id.as_str(), "lower" | "casefold") => {
                    let platform = platform_value(&method.value, names)?;
                    Some(if platform == "Linux" { "linux" } else { platform })
                }
                _ => None,
            },
        },
        Expr::Attribute(attribute) if attribute.attr.id.as_str() == "sysname" => Some("Linux"),
        _ => match names.dotted(expr).as_deref()? {
            "sys.platform" => Some("linux"),
            "os.name" => Some("posix"),
            _ => None,
        },
    }
}

/// `sys.version_info >= (3, 11)`, `sys.version_info[0] == 2`, `sys.version_info.major < 3`.
fn read_version(left: &Expr, op: CmpOp, right: &Expr, names: &Names) -> Option<Guard> {
    let comparison = match op {
        CmpOp::Lt => Comparison::Less,
        CmpOp::LtE => Comparison::AtMost,
        CmpOp::Gt => Comparison::Greater,
        CmpOp::GtE => Comparison::AtLeast,
        CmpOp::Eq => Comparison::Equal,
        CmpOp::NotEq => Comparison::Differs,
        _ => return None,
    };
    let is_whole = names.is(left, "sys.version_info");
    let is_major = names.is(left, "sys.version_info.major");
    let sliced = match left {
        Expr::Subscript(subscript) if names.is(&subscript.value, "sys.version_info") => {
            Some(&*subscript.slice)
        }
        _ => None,
    };
    match (right, sliced) {
        (Expr::Tuple(tuple), None) if is_whole => {
            let parts = tuple.elts.iter().map(number).collect::<Option<Vec<_>>>()?;
            Some(Guard::Version(comparison, parts))
        }
        (Expr::Tuple(tuple), Some(Expr::Slice(_))) => {
            let parts = tuple.elts.iter().map(number).collect::<Option<Vec<_>>>()?;
            sliced_version(comparison, parts)
        }
        (right, None) if is_major => Some(major(comparison, number(right)?)),
        (right, Some(slice)) if number(slice) == Some(0) => Some(major(comparison, number(right)?)),
        _ => None,
    }
}

/// `sys.version_info[:2] == (3, 10)`: unlike the whole tuple, a slice can be equal.
fn sliced_version(comparison: Comparison, parts: Vec<u32>) -> Option<Guard> {
    let mut next = parts.clone();
    *next.last_mut()? += 1;
    let is_equal = |parts, next| {
        Guard::All(vec![
            Guard::Version(Comparison::AtLeast, parts),
            Guard::Version(Comparison::Less, next),
        ])
    };
    Some(match comparison {
        Comparison::Less | Comparison::AtLeast => Guard::Version(comparison, parts),
        Comparison::Greater => Guard::Version(Comparison::AtLeast, next),
        Comparison::AtMost => Guard::Version(Comparison::Less, next),
        Comparison::Equal => is_equal(parts, next),
        Comparison::Differs => Guard::Not(Box::new(is_equal(parts, next))),
    })
}

/// A comparison of the major version alone, which is 3 on every target.
fn major(comparison: Comparison, with: u32) -> Guard {
    let holds = match comparison {
        Comparison::Less => 3 < with,
        Comparison::AtMost => 3 <= with,
        Comparison::Greater => 3 > with,
        Comparison::AtLeast => 3 >= with,
        Comparison::Equal => 3 == with,
        Comparison::Differs => 3 != with,
    };
    Guard::Constant(holds)
}

fn number(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => value.as_u64().and_then(|value| u32::try_from(value).ok()),
            _ => None,
        },
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        _ => None,
    }
}
