//! Environment variables that Python code reads.

use super::values::Collector;
use super::{ports, span};
use crate::facts::{Access, PortRole, Variable};
use ruff_python_ast::{Expr, ExprCall};

impl Collector<'_> {
    /// `os.getenv("X", default)` and `os.environ.get("X", default)`.
    pub(super) fn notice_environment(&mut self, call: &ExprCall, function: &str) {
        if function == "os.environ.update" {
            self.environment_update(call);
        }
        if let ("os.environ.setdefault", Some(name)) = (function, call.arguments.args.first())
            && !name.is_string_literal_expr()
        {
            self.facts.variables.push(set(name, ""));
        }
        if !matches!(
            function,
            "os.getenv" | "os.environ.get" | "os.environ.setdefault" | "os.environ.pop"
        ) {
            return;
        }
        let [Expr::StringLiteral(name), rest @ ..] = &*call.arguments.args else {
            return;
        };
        let name_text = name.value.to_str();
        let default = rest.first().or_else(|| {
            call.arguments
                .find_keyword("default")
                .map(|keyword| &keyword.value)
        });
        let literal = match default {
            Some(Expr::StringLiteral(text)) => Some(text.value.to_str().to_owned()),
            _ => None,
        };
        if let (Some(service), Some(default)) = (ports::service_of(name_text), default) {
            let table = Some(name_text.to_owned());
            self.facts
                .ports
                .extend(ports::statement(default, Some(service), table, PortRole::Default));
        }
        if function == "os.environ.setdefault" {
            self.facts.variables.push(Variable {
                name: name_text.to_owned(),
                span: span(name),
                access: Access::Set(literal.clone().unwrap_or_default()),
            });
        }
        self.facts.variables.push(Variable {
            name: name_text.to_owned(),
            span: span(name),
            access: Access::Read {
                has_default: default.is_some() || self.is_asked(call),
                default: literal,
            },
        });
    }

    /// Whether a reading only asks whether the variable is there: `if os.getenv("X"):`. Then the code has its way without.
    fn is_asked(&self, call: &ExprCall) -> bool {
        let start = span(call).start as usize;
        let before = self.text.get(..start).unwrap_or_default().trim_end_matches(' ');
        ["if", "elif", "while", "not", "and", "or"].iter().any(|word| {
            before
                .strip_suffix(word)
                .is_some_and(|rest| rest.ends_with([' ', '\t', '\n', '(']) || rest.is_empty())
        })
    }

    /// `os.environ.update({"X": …}, Y=…)`.
    fn environment_update(&mut self, call: &ExprCall) {
        for argument in &call.arguments.args {
            match argument {
                Expr::Dict(dict) => {
                    let keys = dict.items.iter();
                    let sets = keys.map(|item| set(item.key.as_ref().unwrap_or(&item.value), ""));
                    self.facts.variables.extend(sets);
                }
                other => self.facts.variables.push(set(other, "")),
            }
        }
        for keyword in &call.arguments.keywords {
            let name = keyword.arg.as_ref().map_or(Variable::ANY, |name| name.as_str());
            self.facts.variables.push(Variable {
                name: name.to_owned(),
                span: span(keyword),
                access: Access::Set(String::new()),
            });
        }
    }

    /// `raw_env = ["X=1"]`, with which gunicorn's settings set variables.
    pub(super) fn raw_environment(&mut self, elements: &[Expr]) {
        for element in elements {
            let (name, value) = match element {
                Expr::StringLiteral(text) => text.value.to_str().split_once('=').unwrap_or_default(),
                // f"X={value}", "X=" + value: the name may be any.
                _ => (Variable::ANY, ""),
            };
            if !name.is_empty() {
                self.facts.variables.push(Variable {
                    name: name.to_owned(),
                    span: span(element),
                    access: Access::Set(value.to_owned()),
                });
            }
        }
    }

    /// `os.environ["X"]`, read.
    pub(super) fn subscript_read(&mut self, expr: &Expr) {
        let Expr::Subscript(subscript) = expr else { return };
        if let Expr::StringLiteral(name) = &*subscript.slice
            && self.names.is(&subscript.value, "os.environ")
            && !subscript.ctx.is_store()
        {
            self.facts.variables.push(Variable {
                name: name.value.to_str().to_owned(),
                span: span(name),
                access: Access::Read {
                    has_default: false,
                    default: None,
                },
            });
        }
    }

    pub(super) fn reads_variable(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Call(call) => self
                .names
                .dotted(&call.func)
                .is_some_and(|function| matches!(function.as_ref(), "os.getenv" | "os.environ.get")),
            Expr::BoolOp(operation) => operation.values.iter().any(|value| self.reads_variable(value)),
            _ => false,
        }
    }
}

/// The variable of this name gets this value.
pub(super) fn set(name: &Expr, value: &str) -> Variable {
    let text = match name {
        Expr::StringLiteral(text) => text.value.to_str(),
        _ => Variable::ANY,
    };
    Variable {
        name: text.to_owned(),
        span: span(name),
        access: Access::Set(value.to_owned()),
    }
}

/// The name that a default belongs to: the first argument of `os.getenv("X", "…")`.
pub(super) fn variable_name(call: &ExprCall) -> Option<&str> {
    match call.arguments.args.first() {
        Some(Expr::StringLiteral(name)) => Some(name.value.to_str()),
        _ => None,
    }
}
