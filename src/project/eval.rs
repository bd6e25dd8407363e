//! The value of path expressions on the target.

use crate::facts::python::PathExpr;

/// How deep an expression is followed.
const DEPTH: usize = 40;

/// A path on the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Inside the tree: relative to its root, `""` for the root.
    Tree(String),
    /// A literal that is not anchored anywhere: a relative path, or part of one.
    Text(String),
    /// An absolute path outside the tree, as written.
    Absolute(String),
    /// A path above the tree's root.
    Above,
    /// Nothing is known.
    Unknown,
}

/// What the value of an expression depends on.
pub(super) trait Scope {
    /// The path of the module's own file, relative to the root.
    fn file(&self) -> &str;
    /// The working directory, relative to the root.
    fn working_directory(&self) -> &str;
    /// The value of a name of the module.
    fn name(&self, name: &str, depth: usize) -> Value;
    /// What a function of the project returns.
    fn call(&self, name: &str, depth: usize) -> Value;
    /// Which part of the tree an absolute path of some machine means.
    fn absolute(&self, path: &str) -> Value;
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
    match expr {
        PathExpr::Literal(text) if text.starts_with('/') => scope.absolute(text),
        PathExpr::Literal(text) => Value::Text(text.clone()),
        PathExpr::File => Value::Tree(scope.file().to_owned()),
        PathExpr::WorkingDirectory => Value::Tree(scope.working_directory().to_owned()),
        PathExpr::Name(name) => scope.name(name, depth),
        PathExpr::Call(name) => scope.call(name, depth),
        PathExpr::Variable(_, Some(default)) => evaluate(default, scope, depth),
        PathExpr::Unknown
        | PathExpr::Truth(_)
        | PathExpr::Nothing
        | PathExpr::Home
        | PathExpr::Variable(_, None) => Value::Unknown,
        PathExpr::Parent(inner, times) => parent(evaluate(inner, scope, depth), *times),
        PathExpr::Absolute(inner) => match evaluate(inner, scope, depth) {
            Value::Text(text) => join(&Value::Tree(scope.working_directory().to_owned()), &text),
            other => other,
        },
        PathExpr::Join(parts) => {
            let mut whole = Value::Text(String::new());
            for part in parts {
                whole = match evaluate(part, scope, depth) {
                    Value::Text(text) => join(&whole, &text),
                    anchored => anchored,
                };
            }
            whole
        }
        PathExpr::Concat(parts) => {
            let mut whole: Option<Value> = None;
            for part in parts {
                let part = evaluate(part, scope, depth);
                whole = Some(match (whole, part) {
                    (None, part) => part,
                    (Some(Value::Text(before)), Value::Text(after)) => Value::Text(before + &after),
                    (Some(whole), Value::Text(after)) if after.starts_with('/') => join(&whole, &after[1..]),
                    _ => Value::Unknown,
                });
            }
            whole.unwrap_or(Value::Unknown)
        }
    }
}

fn parent(value: Value, times: usize) -> Value {
    let up = |path: &str| -> Option<String> {
        if path.is_empty() {
            None
        } else {
            Some(super::modules::folder_of(path).to_owned())
        }
    };
    let mut value = value;
    for _ in 0..times {
        value = match value {
            Value::Tree(path) => up(&path).map_or(Value::Above, Value::Tree),
            // dirname of a relative path without a folder is "", which means the working directory.
            Value::Text(path) => Value::Text(up(&path).unwrap_or_default()),
            Value::Absolute(path) => Value::Absolute(up(&path).unwrap_or_else(|| "/".to_owned())),
            other => other,
        };
    }
    value
}

fn join(whole: &Value, text: &str) -> Value {
    match whole {
        Value::Tree(folder) => super::paths::resolve(folder, text).map_or(Value::Above, Value::Tree),
        Value::Text(before) if before.is_empty() => Value::Text(text.to_owned()),
        Value::Text(before) => Value::Text(format!("{before}/{text}")),
        Value::Absolute(before) => Value::Absolute(format!("{before}/{text}")),
        Value::Above => Value::Above,
        Value::Unknown => Value::Unknown,
    }
}
