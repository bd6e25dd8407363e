//! Statements that give names a value, export them, or end the module.

use super::effects::exit_failed;
use super::names::{Names, last, written};
use super::paths::path_of;
use super::span;
use crate::facts::python::{Binding, Exports, PathExpr, Step};
use crate::source::Spanned;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtAugAssign, StmtRaise};

/// `name = value`.
pub(super) fn assigned(name: &str, value: &Expr, names: &Names) -> Step {
    if name == "__all__" {
        return Step::Exports(texts(value).map_or(Exports::Unknown, Exports::Set));
    }
    Step::Bind(Binding {
        name: name.to_owned(),
        value: path_of(value, names),
    })
}

/// The names in a target whose values nothing is known of: `a, (b, *c)`, a loop's variable.
pub(super) fn unknown(target: &Expr, steps: &mut Vec<Step>) {
    match target {
        Expr::Name(name) => steps.push(Step::Bind(Binding {
            name: name.id.to_string(),
            value: PathExpr::Unknown,
        })),
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| unknown(element, steps)),
        Expr::List(list) => list.elts.iter().for_each(|element| unknown(element, steps)),
        Expr::Starred(starred) => unknown(&starred.value, steps),
        // `module.name = …`
        Expr::Attribute(_) => {
            steps.extend(written(target).map(|name| {
                Step::Bind(Binding {
                    name: name.into_owned(),
                    value: PathExpr::Unknown,
                })
            }));
        }
        // `globals()["x"] = …`, `sys.modules[__name__] = …`
        Expr::Subscript(subscript) => {
            let is_call = match &*subscript.value {
                Expr::Call(call) => written(&call.func),
                other => written(other),
            };
            if matches!(
                is_call.as_deref(),
                Some("globals" | "vars" | "locals" | "sys.modules")
            ) {
                steps.push(Step::Dynamic);
            }
            // What stands there from now on has its parts elsewhere.
            if is_call.as_deref() == Some("sys.modules") {
                steps.push(parts_elsewhere());
            }
        }
        _ => {}
    }
}

/// Where the parts of a package are (`__path__`) is told by its code, and not known.
fn parts_elsewhere() -> Step {
    Step::Bind(Binding {
        name: "__path__".to_owned(),
        value: PathExpr::Unknown,
    })
}

/// `__all__ += […]`, `__path__ += […]`.
pub(super) fn exports_by_addition(assign: &StmtAugAssign) -> Option<Step> {
    match written(&assign.target).as_deref()? {
        "__all__" => Some(Step::Exports(
            texts(&assign.value).map_or(Exports::Unknown, Exports::Add),
        )),
        "__path__" => Some(parts_elsewhere()),
        _ => None,
    }
}

/// `__all__.append("x")`, `__all__.extend([…])`, `globals().update(…)`, `setattr(module, …)`.
pub(super) fn exports_by_call(call: &ExprCall) -> Option<Step> {
    let first = call.arguments.args.first();
    if let Expr::Attribute(method) = &*call.func
        && let Expr::Call(inner) = &*method.value
        && written(&inner.func).as_deref() == Some("globals")
    {
        return Some(Step::Dynamic);
    }
    let exports = match written(&call.func).as_deref()? {
        "__all__.extend" => first.and_then(texts).map_or(Exports::Unknown, Exports::Add),
        "__all__.append" => match first {
            Some(Expr::StringLiteral(name)) => {
                Exports::Add(vec![Spanned::new(name.value.to_str().to_owned(), span(name))])
            }
            _ => Exports::Unknown,
        },
        "__all__.remove" => Exports::Unknown,
        "__path__.append" | "__path__.extend" | "__path__.insert" => return Some(parts_elsewhere()),
        "setattr" => return Some(Step::Dynamic),
        _ => return None,
    };
    Some(Step::Exports(exports))
}

/// The texts of a list or tuple that holds nothing else.
fn texts(expr: &Expr) -> Option<Vec<Spanned<String>>> {
    let elements = match expr {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return None,
    };
    let text = |element: &Expr| match element {
        Expr::StringLiteral(name) => Some(Spanned::new(name.value.to_str().to_owned(), span(name))),
        _ => None,
    };
    elements.iter().map(text).collect()
}

/// `raise`, with the exception's name.
pub(super) fn raised(raised: &StmtRaise) -> Step {
    let name = raised.exc.as_deref().and_then(|error| match error {
        Expr::Call(call) => written(&call.func),
        other => written(other),
    });
    let name = name.map(|name| last(&name).to_owned()).unwrap_or_default();
    if name == "SystemExit" {
        // `raise SystemExit(main())` is `sys.exit(main())`.
        let failed = match raised.exc.as_deref() {
            Some(Expr::Call(call)) => exit_failed(call),
            _ => false,
        };
        return Step::Exit(Spanned::new(failed, span(raised)));
    }
    Step::Raise(Spanned::new(name, span(raised)))
}

/// Whether a function's body holds a `yield` of its own.
pub(super) fn is_generator(body: &[Stmt]) -> bool {
    let mut finder = Yields(false);
    for statement in body {
        finder.visit_stmt(statement);
    }
    finder.0
}

struct Yields(bool);

impl<'a> Visitor<'a> for Yields {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if !self.0 && !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
            Expr::Lambda(_) => {}
            other if !self.0 => walk_expr(self, other),
            _ => {}
        }
    }
}
