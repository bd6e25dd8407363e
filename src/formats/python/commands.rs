//! Commands that Python code runs.

use super::names::last;
use super::span;
use super::values::Collector;
use crate::facts::{Command, Reach, Word};
use crate::source::Span;
use ruff_python_ast::{Expr, ExprCall};

impl Collector<'_> {
    /// The command that a call runs, when it is written as a list of words or as one text.
    pub(super) fn command(&mut self, call: &ExprCall, function: &str, reach: Reach) {
        let given = call
            .arguments
            .args
            .first()
            .or_else(|| call.arguments.find_keyword("args").map(|args| &args.value));
        let words: Vec<Word> = match given {
            Some(Expr::List(list)) => list.elts.iter().map(|element| self.word(element)).collect(),
            Some(Expr::Tuple(tuple)) => tuple.elts.iter().map(|element| self.word(element)).collect(),
            Some(Expr::StringLiteral(literal)) => split_words(literal.value.to_str(), span(literal)),
            _ => return,
        };
        let folder = call
            .arguments
            .find_keyword("cwd")
            .and_then(|cwd| match &cwd.value {
                Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
                _ => None,
            });
        let background = last(function) == "Popen";
        let span = span(call);
        self.facts.commands.push(Command {
            words,
            assignments: Vec::new(),
            span,
            folder,
            reach,
            is_conditional: false,
            background,
        });
    }

    fn word(&self, expr: &Expr) -> Word {
        match expr {
            Expr::StringLiteral(literal) => Word {
                text: literal.value.to_str().to_owned(),
                span: span(literal),
                is_literal: true,
            },
            other => {
                let span = span(other);
                Word {
                    text: span.text(self.text).to_owned(),
                    span,
                    is_literal: false,
                }
            }
        }
    }
}

/// The words of a command line without any shell syntax but blanks.
fn split_words(line: &str, span: Span) -> Vec<Word> {
    line.split_whitespace()
        .map(|word| Word {
            text: word.to_owned(),
            span,
            is_literal: !word.contains('$'),
        })
        .collect()
}
