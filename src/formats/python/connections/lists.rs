//! Lists of texts that code puts together: `os.getenv("ORIGINS", "a,b").split(",")`, `[o.strip() for o in …]`,
//! `env.list("ORIGINS", default=[…])`.

use super::Reader;
use super::known::Known;
use crate::facts::{Giver, Part};
use crate::formats::python::names::last;
use crate::source::Span;
use ruff_python_ast::{Comprehension, Expr, ExprBinOp, ExprCall, Operator};

impl Reader<'_> {
    /// A list that is written out, of texts and of names that stand for some.
    pub(super) fn list(&self, elements: &[Expr], place: Span, depth: usize) -> Option<Known> {
        let mut giver = Giver::Nothing;
        let mut texts = Vec::new();
        for element in elements {
            let Some(Known::Text(part)) = self.follow(element, depth) else {
                return None;
            };
            texts.push(part.value?);
            if part.giver != Giver::Nothing {
                giver = part.giver;
            }
        }
        Some(Known::List(Part {
            value: Some(texts),
            giver,
            span: place,
        }))
    }

    /// `[o.strip() for o in origins if o]` has the texts of `origins`.
    pub(super) fn comprehension(&self, generators: &[Comprehension], depth: usize) -> Option<Known> {
        match generators {
            [one] => self.list_of(&one.iter, depth),
            _ => None,
        }
    }

    /// `FIXED + os.getenv("MORE", "").split(",")`.
    pub(super) fn sum(&self, sum: &ExprBinOp, depth: usize) -> Option<Known> {
        if sum.op != Operator::Add {
            return None;
        }
        let (Some(Known::List(left)), Some(Known::List(right))) =
            (self.follow(&sum.left, depth), self.follow(&sum.right, depth))
        else {
            return None;
        };
        let giver = if right.giver == Giver::Nothing {
            left.giver
        } else {
            right.giver
        };
        let texts = left.value?.into_iter().chain(right.value?);
        Some(Known::List(Part {
            value: Some(texts.collect()),
            giver,
            span: left.span,
        }))
    }

    /// `x.split(",")`, `x.strip()`.
    pub(super) fn method(&self, call: &ExprCall, depth: usize) -> Option<Known> {
        let Expr::Attribute(attribute) = &*call.func else {
            return None;
        };
        let name = attribute.attr.id.as_str();
        if !matches!(name, "split" | "strip" | "rstrip" | "lstrip" | "lower") {
            return None;
        }
        let Known::Text(part) = self.follow(&attribute.value, depth)? else {
            return None;
        };
        if name != "split" {
            return Some(Known::Text(part));
        }
        let by = match call.arguments.args.first() {
            Some(Expr::StringLiteral(by)) => by.value.to_str(),
            None => " ",
            _ => return None,
        };
        part.value.is_some().then(|| split(&part, by))
    }

    /// `list(x)`, `filter(None, x)`, `json.loads(x)`, `env.list("X", default=[…])`.
    pub(super) fn listed(&self, call: &ExprCall, function: &str, depth: usize) -> Option<Known> {
        let argument = |at: usize| call.arguments.args.get(at);
        match function {
            "list" | "tuple" | "set" | "sorted" => return self.list_of(argument(0)?, depth),
            "filter" | "map" => return self.list_of(argument(1)?, depth),
            "json.loads" => {
                let Known::Text(part) = self.follow(argument(0)?, depth)? else {
                    return None;
                };
                let inner = part
                    .value
                    .as_deref()?
                    .trim()
                    .strip_prefix('[')?
                    .strip_suffix(']')?;
                let text = inner.replace(['"', '\''], "");
                return Some(split(
                    &Part {
                        value: Some(text),
                        ..part
                    },
                    ",",
                ));
            }
            _ => {}
        }
        let is_list = matches!(
            last(function),
            "list" | "tuple" | "env" | "config" | "getlist" | "env_list"
        );
        let (true, Some(Expr::StringLiteral(name))) = (is_list, argument(0)) else {
            return None;
        };
        let keyword = call.arguments.find_keyword("default");
        let default = argument(1).or(keyword.map(|keyword| &keyword.value))?;
        let Known::List(part) = self.list_of(default, depth)? else {
            return None;
        };
        let giver = Giver::Variable(name.value.to_str().to_owned());
        Some(Known::List(Part { giver, ..part }))
    }

    /// `config("X", cast=Csv())`.
    pub(super) fn is_cast_to_list(&self, call: &ExprCall) -> bool {
        let cast = call.arguments.find_keyword("cast").map(|keyword| &keyword.value);
        let made = match cast {
            Some(Expr::Call(made)) => self.names.dotted(&made.func),
            Some(other) => self.names.dotted(other),
            None => None,
        };
        made.is_some_and(|made| matches!(last(&made), "Csv" | "list" | "CommaSeparatedStrings"))
    }

    fn list_of(&self, expr: &Expr, depth: usize) -> Option<Known> {
        let known = self.follow(expr, depth)?;
        matches!(known, Known::List(_)).then_some(known)
    }

    /// The texts that an expression stands for, be it a list or one text.
    pub(super) fn texts(&self, expr: &Expr) -> Option<Part<Vec<String>>> {
        match self.known(expr)? {
            Known::List(part) => Some(part),
            Known::Text(part) => Some(Part {
                value: Some(vec![part.value?]),
                giver: part.giver,
                span: part.span,
            }),
            Known::Truth(..) => None,
        }
    }
}

/// The list that a text is.
pub(super) fn split(part: &Part<String>, by: &str) -> Known {
    let text = part.value.as_deref().unwrap_or_default();
    let pieces: Vec<&str> = if by.is_empty() {
        vec![text]
    } else {
        text.split(by).collect()
    };
    let texts = pieces.into_iter().map(str::trim).filter(|text| !text.is_empty());
    Known::List(Part {
        value: Some(texts.map(str::to_owned).collect()),
        giver: part.giver.clone(),
        span: part.span,
    })
}
