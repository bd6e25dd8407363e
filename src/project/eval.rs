//! The value of path expressions on the target.

use crate::facts::python::PathExpr;

/// How deep an expression is followed.
const DEPTH: usize = 40;
/// A longer path is none (`PATH_MAX`). What doubles itself line by line ends here.
const LONGEST: usize = 4096;
/// So many values that an expression may have are told apart.
const MOST: usize = 64;

/// A path on the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Inside the tree: relative to its root, `""` for the root.
    Tree(String),
    /// A literal that is not anchored anywhere: a relative path, or part of one.
    Text(String),
    /// An absolute path outside the tree, as written.
    Absolute(String),
    /// A path outside the tree: so many folders above its root, and from there on.
    Above(usize, String),
    /// One of these.
    OneOf(Vec<Value>),
    /// Nothing is known.
    Unknown,
}

/// What the value of an expression depends on.
pub(super) trait Scope {
    /// The path of the module's own file, relative to the root.
    fn file(&self) -> &str;
    /// The working directory.
    fn working_directory(&self) -> Value;
    /// The value of a name of the module.
    fn name(&self, name: &str, depth: usize) -> Value;
    /// What a function of the project returns.
    fn call(&self, name: &str, depth: usize) -> Value;
    /// Which part of the tree an absolute path of some machine means.
    fn absolute(&self, path: &str) -> Value;
    /// What a part of a path is taken for of which nothing is known; nothing when the whole is not known then.
    fn part(&self) -> Option<&'static str> {
        None
    }
    /// What an environment variable comes to.
    fn variable(&self, _name: &str, default: Option<Value>) -> Value {
        default.unwrap_or(Value::Unknown)
    }
}

/// The value of an expression.
pub(super) fn value(expr: &PathExpr, scope: &dyn Scope) -> Value {
    evaluate(expr, scope, DEPTH)
}

/// The value of an expression, followed at most `depth` steps.
pub(super) fn evaluate(expr: &PathExpr, scope: &dyn Scope, depth: usize) -> Value {
    let Some(depth) = depth.checked_sub(1) else {
        return Value::Unknown;
    };
    bounded(match expr {
        PathExpr::Literal(text) if text.starts_with('/') => scope.absolute(text),
        PathExpr::Literal(text) => Value::Text(text.clone()),
        PathExpr::File => Value::Tree(scope.file().to_owned()),
        PathExpr::WorkingDirectory => scope.working_directory(),
        PathExpr::Name(name) => scope.name(name, depth),
        PathExpr::Call(name) => scope.call(name, depth),
        PathExpr::Variable(name, default) => {
            let default = default.as_ref().map(|default| evaluate(default, scope, depth));
            scope.variable(name, default)
        }
        PathExpr::Unknown | PathExpr::Truth(_) | PathExpr::Nothing | PathExpr::Home => Value::Unknown,
        PathExpr::Parent(inner, times) => parent(evaluate(inner, scope, depth), *times),
        PathExpr::Absolute(inner) => absolute(evaluate(inner, scope, depth), scope),
        PathExpr::Join(parts) => {
            let mut whole = Value::Text(String::new());
            for (at, part) in parts.iter().enumerate() {
                let part = evaluate(part, scope, depth);
                whole = match part {
                    // Several folders with several names each are too many.
                    Value::OneOf(_) if matches!(whole, Value::OneOf(_)) => Value::Unknown,
                    Value::Unknown if at > 0 => {
                        scope.part().map_or(Value::Unknown, |part| join(&whole, part))
                    }
                    part => bounded(joined(&whole, part)),
                };
            }
            whole
        }
        PathExpr::Concat(parts) => {
            let (first, rest) = match parts.split_first() {
                Some((first, rest)) => (evaluate(first, scope, depth), rest),
                None => (Value::Text(String::new()), parts.as_slice()),
            };
            let mut behind = String::new();
            for part in rest {
                // What begins with a slash is no place of its own here.
                match part {
                    PathExpr::Literal(text) => behind.push_str(text),
                    part => match evaluate(part, scope, depth) {
                        Value::Text(text) | Value::Absolute(text) => behind.push_str(&text),
                        _ => return Value::Unknown,
                    },
                }
                if behind.len() > LONGEST {
                    return Value::Unknown;
                }
            }
            concatenated(first, &behind)
        }
        PathExpr::Inserted(inner) => match evaluate(inner, scope, depth) {
            Value::Unknown => scope
                .part()
                .map_or(Value::Unknown, |part| Value::Text(part.to_owned())),
            known => known,
        },
        PathExpr::OneOf(parts) => {
            let parts = parts.iter().take(MOST + 1);
            Value::OneOf(parts.map(|part| evaluate(part, scope, depth)).collect())
        }
    })
}

/// The value, as long as it is one that a path can have.
fn bounded(value: Value) -> Value {
    let mut number = 0;
    let mut open = vec![&value];
    while let Some(part) = open.pop() {
        number += 1;
        if let Value::OneOf(values) = part {
            open.extend(values.iter().take(MOST + 1));
        }
        if number > MOST || is_too_long(part) {
            return Value::Unknown;
        }
    }
    value
}

fn is_too_long(value: &Value) -> bool {
    match value {
        Value::Tree(text) | Value::Text(text) | Value::Absolute(text) | Value::Above(_, text) => {
            text.len() > LONGEST
        }
        Value::OneOf(_) | Value::Unknown => false,
    }
}

/// The value, or each of several.
fn each(value: Value, change: &dyn Fn(Value) -> Value) -> Value {
    match value {
        Value::OneOf(values) => Value::OneOf(values.into_iter().map(change).collect()),
        value => change(value),
    }
}

fn absolute(value: Value, scope: &dyn Scope) -> Value {
    each(value, &|value| match value {
        Value::Text(text) => join(&scope.working_directory(), &text),
        other => other,
    })
}

/// `whole / part`.
fn joined(whole: &Value, part: Value) -> Value {
    each(part, &|part| match part {
        Value::Text(text) => join(whole, &text),
        anchored => anchored,
    })
}

/// `first + behind`.
fn concatenated(first: Value, behind: &str) -> Value {
    each(first, &|first| match first {
        Value::Text(before) => Value::Text(before + behind),
        anchored if behind.is_empty() => anchored,
        anchored => behind
            .strip_prefix('/')
            .map_or(Value::Unknown, |behind| join(&anchored, behind)),
    })
}

fn parent(value: Value, times: usize) -> Value {
    let up = |path: &str| -> Option<String> {
        if path.is_empty() {
            None
        } else {
            Some(super::modules::folder_of(path).to_owned())
        }
    };
    each(value, &|mut value| {
        for _ in 0..times {
            value = match value {
                Value::Tree(path) => up(&path).map_or(Value::Above(1, String::new()), Value::Tree),
                Value::Above(levels, path) => match up(&path) {
                    Some(path) => Value::Above(levels, path),
                    None => Value::Above(levels + 1, String::new()),
                },
                // dirname of a relative path without a folder is "", which means the working directory.
                Value::Text(path) => Value::Text(up(&path).unwrap_or_default()),
                Value::Absolute(path) => Value::Absolute(up(&path).unwrap_or_else(|| "/".to_owned())),
                other => other,
            };
        }
        value
    })
}

fn join(whole: &Value, text: &str) -> Value {
    match whole {
        Value::Tree(folder) => beyond(0, folder, text),
        Value::Above(levels, folder) => beyond(*levels, folder, text),
        Value::Text(before) if before.is_empty() => Value::Text(text.to_owned()),
        Value::Text(before) => Value::Text(format!("{before}/{text}")),
        Value::Absolute(before) => Value::Absolute(format!("{before}/{text}")),
        Value::OneOf(values) => Value::OneOf(values.iter().map(|value| join(value, text)).collect()),
        Value::Unknown => Value::Unknown,
    }
}

/// `text` seen from a folder of the tree, or of a folder so many levels above it.
fn beyond(levels: usize, folder: &str, text: &str) -> Value {
    let mut levels = levels;
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    levels += 1;
                }
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    if levels == 0 {
        Value::Tree(path)
    } else {
        Value::Above(levels, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_with_each_step_comes_to_nothing_known() {
        let several = |value: &Value| Value::OneOf(vec![value.clone(), value.clone()]);
        let mut text = Value::Text("ab".to_owned());
        let mut choice = Value::Text("ab".to_owned());
        for _ in 0..100 {
            let Value::Text(part) = text.clone() else { break };
            text = bounded(join(&text, &part));
            choice = bounded(several(&choice));
        }
        assert_eq!(text, Value::Unknown);
        assert_eq!(bounded(several(&several(&text))), several(&several(&text)));
        assert_eq!(choice.clone(), bounded(choice));
    }
}
