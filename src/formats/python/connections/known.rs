//! What an expression stands for: a text, a list of texts, or what an environment variable gives.

use super::{Reader, lists};
use crate::facts::{Field, Giver, Part};
use crate::formats::python::names::last;
use crate::formats::python::{span, span_of};
use crate::source::Span;
use ruff_python_ast::{BoolOp, Expr, ExprCall};
use ruff_text_size::Ranged;
use rustc_hash::FxHashMap;

/// What an expression stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Known {
    Text(Part<String>),
    Truth(bool, Span),
    List(Part<Vec<String>>),
}

/// What names stand for; nothing when they have two meanings.
#[derive(Debug, Default)]
pub(super) struct Scope(FxHashMap<String, Option<Known>>);

impl Scope {
    pub(super) fn learn(&mut self, name: &str, known: Option<Known>) {
        match self.0.get(name) {
            Some(other) if *other != known => self.0.insert(name.to_owned(), None),
            Some(_) => None,
            None => self.0.insert(name.to_owned(), known),
        };
    }

    fn get(&self, name: &str) -> Option<&Option<Known>> {
        self.0.get(name)
    }
}

/// How deep an expression is followed.
const DEPTH: usize = 8;

impl Reader<'_> {
    /// What an expression stands for, if that is known.
    pub(super) fn known(&self, expr: &Expr) -> Option<Known> {
        self.follow(expr, DEPTH)
    }

    /// The same of a part of a connection: of an expression that tells nothing, its place.
    pub(super) fn part(&self, expr: &Expr) -> Part<String> {
        match self.known(expr) {
            Some(Known::Text(part)) => part,
            _ if expr.is_none_literal_expr() => Part {
                value: None,
                giver: Giver::Nothing,
                span: span(expr),
            },
            _ => Part {
                value: None,
                giver: Giver::Elsewhere,
                span: span(expr),
            },
        }
    }

    pub(super) fn follow(&self, expr: &Expr, depth: usize) -> Option<Known> {
        let depth = depth.checked_sub(1)?;
        match expr {
            Expr::StringLiteral(literal) => {
                let part = Part::fixed(literal.value.to_str(), content_span(literal));
                Some(Known::Text(part))
            }
            Expr::NumberLiteral(_) => {
                let place = span(expr);
                Some(Known::Text(Part::fixed(place.text(self.text), place)))
            }
            Expr::BooleanLiteral(literal) => Some(Known::Truth(literal.value, span(expr))),
            Expr::List(list) => self.list(&list.elts, span(expr), depth),
            Expr::Tuple(tuple) => self.list(&tuple.elts, span(expr), depth),
            Expr::Set(set) => self.list(&set.elts, span(expr), depth),
            Expr::ListComp(made) => self.comprehension(&made.generators, depth),
            Expr::Generator(made) => self.comprehension(&made.generators, depth),
            Expr::BinOp(sum) => self.sum(sum, depth),
            Expr::Name(name) => {
                let name = name.id.as_str();
                self.scopes
                    .iter()
                    .rev()
                    .find_map(|scope| scope.get(name))?
                    .clone()
            }
            Expr::Attribute(attribute) => self.attributes.get(attribute.attr.id.as_str())?.clone(),
            Expr::BoolOp(operation) if operation.op == BoolOp::Or => {
                let first = operation
                    .values
                    .first()
                    .and_then(|value| self.follow(value, depth));
                let giver = match &first {
                    Some(Known::Text(first)) => first.giver.clone(),
                    Some(Known::List(first)) => first.giver.clone(),
                    _ => Giver::Elsewhere,
                };
                match operation
                    .values
                    .last()
                    .and_then(|value| self.follow(value, depth))
                {
                    Some(Known::Text(last)) => Some(Known::Text(Part { giver, ..last })),
                    Some(Known::List(last)) => Some(Known::List(Part { giver, ..last })),
                    _ => first,
                }
            }
            Expr::If(choice) => match self.follow(&choice.body, depth) {
                Some(Known::Text(part)) => Some(Known::Text(Part {
                    giver: Giver::Elsewhere,
                    ..part
                })),
                _ => None,
            },
            Expr::Subscript(subscript) if self.names.is(&subscript.value, "os.environ") => {
                let Expr::StringLiteral(name) = &*subscript.slice else {
                    return None;
                };
                Some(Known::Text(variable(name.value.to_str(), None, span(expr))))
            }
            Expr::Call(call) => self.call(call, depth),
            _ => None,
        }
    }

    fn call(&self, call: &ExprCall, depth: usize) -> Option<Known> {
        if let Some(known) = self.method(call, depth) {
            return Some(known);
        }
        if !may_be_known(self.names.last(&call.func)?) {
            return None;
        }
        let function = self.names.dotted(&call.func)?;
        if let "str" | "int" | "SecretStr" | "pydantic.SecretStr" | "quote_plus" | "urllib.parse.quote_plus" =
            function.as_ref()
        {
            return self.follow(call.arguments.args.first()?, depth);
        }
        if matches!(last(&function), "Field" | "Option") {
            let default = call
                .arguments
                .find_keyword("default")
                .map(|keyword| &keyword.value);
            return self.follow(default.or(call.arguments.args.first())?, depth);
        }
        let known = self.environment(call, &function);
        match known {
            Some(Known::Text(part)) if self.is_cast_to_list(call) => Some(lists::split(&part, ",")),
            Some(known) => Some(known),
            None => self.listed(call, &function, depth),
        }
    }

    /// What a call that reads an environment variable, or a table of settings, gives.
    fn environment(&self, call: &ExprCall, function: &str) -> Option<Known> {
        let Some(Expr::StringLiteral(name)) = call.arguments.args.first() else {
            return None;
        };
        let name = name.value.to_str();
        let default = call.arguments.args.get(1).or_else(|| {
            let keyword = call.arguments.find_keyword("default");
            keyword.map(|keyword| &keyword.value)
        });
        let default = default.and_then(|default| match self.known_literal(default)? {
            Known::Text(part) => Some(part),
            _ => None,
        });
        let is_variable = matches!(function, "os.getenv" | "os.environ.get" | "os.environ.setdefault")
            || matches!(
                last(function),
                "env" | "getenv" | "config" | "str" | "get_env" | "env_str"
            ) && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if is_variable {
            return Some(Known::Text(variable(name, default, span(call))));
        }
        // `ConfigParser.get("redis", "password")`: a section and its option, and no default.
        let is_option =
            |text: &str| Field::of_key(text).is_some_and(|field| Field::of_key(name) != Some(field));
        let is_default = |part: &Part<String>| !part.value.as_deref().is_some_and(is_option);
        let part = default.filter(|part| last(function) == "get" && is_default(part))?;
        Some(Known::Text(Part {
            giver: Giver::Elsewhere,
            ..part
        }))
    }

    /// A default: a literal, or a name that stands for one.
    fn known_literal(&self, expr: &Expr) -> Option<Known> {
        match expr {
            Expr::StringLiteral(_) | Expr::NumberLiteral(_) | Expr::Name(_) => self.follow(expr, 2),
            _ => None,
        }
    }
}

/// Whether the result of a function whose last name is this may be known. Of most it is not, and they are asked no
/// more.
fn may_be_known(name: &str) -> bool {
    matches!(
        name,
        "str"
            | "int"
            | "SecretStr"
            | "quote_plus"
            | "Field"
            | "Option"
            | "getenv"
            | "get"
            | "setdefault"
            | "env"
            | "config"
            | "get_env"
            | "env_str"
            | "list"
            | "tuple"
            | "set"
            | "sorted"
            | "filter"
            | "map"
            | "loads"
            | "getlist"
            | "env_list"
    )
}

/// What an environment variable gives: the default, where nothing sets it.
fn variable(name: &str, default: Option<Part<String>>, place: Span) -> Part<String> {
    let (value, span) = match default {
        Some(default) => (default.value, default.span),
        None => (None, place),
    };
    Part {
        value,
        giver: Giver::Variable(name.to_owned()),
        span,
    }
}

/// The text of a literal without its quotes; all of it where it has several parts.
fn content_span(literal: &ruff_python_ast::ExprStringLiteral) -> Span {
    let mut parts = literal.value.iter();
    match (parts.next(), parts.next()) {
        (Some(part), None) => {
            use ruff_python_ast::StringFlags;
            let opener = part.flags.opener_len();
            let closer = if part.flags.is_unclosed() {
                ruff_text_size::TextSize::new(0)
            } else {
                part.flags.closer_len()
            };
            span_of(part.range().sub_end(closer).add_start(opener))
        }
        _ => span(literal),
    }
}
