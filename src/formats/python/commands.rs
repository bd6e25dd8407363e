//! Commands that Python code runs.

use super::names::last;
use super::span;
use super::values::Collector;
use crate::facts::{Command, Reach, Word};
use crate::formats::shell;
use crate::source::Span;
use ruff_python_ast::{Expr, ExprCall, ExprFString, InterpolatedStringElement};

impl Collector<'_> {
    /// The command that a call runs, when it is written as a list of words or as one text.
    pub(super) fn command(&mut self, call: &ExprCall, function: &str, reach: Reach) {
        self.text_for_shell(call, function, reach);
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

    /// Notes what dash does not understand of the text that a call has `sh` read.
    fn text_for_shell(&mut self, call: &ExprCall, function: &str, reach: Reach) {
        let keyword = |name| call.arguments.find_keyword(name).map(|keyword| &keyword.value);
        let asks = matches!(keyword("shell"), Some(Expr::BooleanLiteral(literal)) if literal.value);
        let always = matches!(
            last(function),
            "system" | "popen" | "getoutput" | "getstatusoutput"
        ) || function == "asyncio.create_subprocess_shell";
        let has_own = keyword("executable").is_some();
        if !(asks || always) || has_own || reach == Reach::Elsewhere {
            return;
        }
        let given = call.arguments.args.first().or(keyword("args"));
        let text = match given {
            Some(Expr::StringLiteral(literal)) => literal.value.to_str().to_owned(),
            Some(Expr::FString(literal)) => with_holes(literal),
            _ => return,
        };
        if let Some(given) = given {
            shell::note_bashisms(&text, span(given), self.facts);
        }
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

/// The text of an f-string with a word in the place of each value.
fn with_holes(literal: &ExprFString) -> String {
    let elements = literal.value.elements().map(|element| match element {
        InterpolatedStringElement::Literal(part) => part.value.to_string(),
        InterpolatedStringElement::Interpolation(_) => "x".to_owned(),
    });
    elements.collect()
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
