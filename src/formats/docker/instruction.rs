//! The instructions of a Dockerfile, and the ways in which their arguments are written.

use super::expand;
use crate::formats::joined::{Joining, joined};
use crate::source::Span;

/// An instruction, its lines made one.
pub(super) struct Instruction {
    /// In upper case.
    pub(super) name: String,
    /// What stands behind the name.
    pub(super) arguments: String,
    /// Where the arguments begin.
    at: usize,
    /// The whole instruction.
    pub(super) whole: Span,
    /// The texts that stand below it: `RUN <<EOF`.
    pub(super) heredocs: Vec<Heredoc>,
}

/// A text below an instruction.
pub(super) struct Heredoc {
    /// The word that ends it.
    pub(super) word: String,
    /// Where it stands.
    pub(super) span: Span,
}

/// `NAME=value`, as written.
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) value: String,
    /// Where the name stands.
    pub(super) name_span: Span,
    /// Where the value stands.
    pub(super) span: Span,
}

/// The instructions of a text, in order, each with its heredocs.
pub(super) fn read(text: &str) -> Vec<Instruction> {
    let mark = if has_backtick(text) { '`' } else { '\\' };
    let whole = joined(
        text,
        Joining {
            mark,
            allows_blanks: true,
            skips_empty: true,
            comments: &['#'],
        },
    );
    let mut found = Vec::new();
    let mut heredocs: Vec<String> = Vec::new();
    let mut heredoc_at = 0;
    let mut at = 0;
    for line in whole.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim();
        if let Some(end) = heredocs.last() {
            if body == end {
                let span = Span::new(heredoc_at, start);
                let word = end.clone();
                let owner: Option<&mut Instruction> = found.last_mut();
                if let Some(owner) = owner {
                    owner.heredocs.push(Heredoc { word, span });
                }
                heredocs.pop();
                heredoc_at = at;
            }
            continue;
        }
        let (name, rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
        if name.is_empty() {
            continue;
        }
        let arguments = rest.trim_start();
        let begin = start + line.len() - line.trim_start().len();
        let name = name.to_ascii_uppercase();
        if matches!(name.as_str(), "RUN" | "COPY" | "ADD") {
            heredocs = ends_of_heredocs(arguments);
            heredoc_at = at;
        }
        found.push(Instruction {
            name,
            arguments: arguments.to_owned(),
            at: begin + body.len() - arguments.len(),
            whole: Span::new(begin, begin + body.len()),
            heredocs: Vec::new(),
        });
    }
    found
}

/// Whether a `# escape=` line at the top makes the backtick continue lines.
fn has_backtick(text: &str) -> bool {
    text.lines().take_while(|line| line.starts_with('#')).any(|line| {
        let line: String = line.split_whitespace().collect();
        line.eq_ignore_ascii_case("#escape=`")
    })
}

/// The words that end the heredocs which begin on a line, the last one first: `<<EOF`, `<<-"EOF"`.
fn ends_of_heredocs(arguments: &str) -> Vec<String> {
    arguments
        .split_whitespace()
        .rev()
        .filter_map(|word| word.strip_prefix("<<"))
        .map(|word| word.trim_start_matches('-').trim_matches(['"', '\'']).to_owned())
        .filter(|word| !word.is_empty() && !word.starts_with('<'))
        .collect()
}

impl Instruction {
    /// Where the arguments stand.
    pub(super) fn span(&self) -> Span {
        Span::new(self.at, self.at + self.arguments.len())
    }

    /// The words of the JSON form: `["a", "b"]`.
    pub(super) fn list(&self) -> Option<Vec<String>> {
        serde_json::from_str(&self.arguments).ok()
    }

    /// The words; quotes and escapes stay for the expansion to read.
    pub(super) fn words(&self) -> Vec<String> {
        let words = self.spans();
        words
            .into_iter()
            .map(|(start, end)| self.arguments[start..end].to_owned())
            .collect()
    }

    /// `NAME=value` pairs, or the one old pair `NAME value with blanks`.
    pub(super) fn pairs(&self) -> Vec<Pair> {
        let spans = self.spans();
        let is_old = spans
            .first()
            .is_some_and(|(start, end)| !self.arguments[*start..*end].contains('='));
        if is_old {
            let whole = self.arguments.trim_end();
            let pair = whole.split_once(char::is_whitespace);
            return pair
                .map(|(name, value)| self.pair(0, name, value.trim_start(), whole.len()))
                .into_iter()
                .collect();
        }
        let pair = |(start, end): (usize, usize)| {
            let (name, value) = self.arguments[start..end].split_once('=')?;
            Some(self.pair(start, name, value, end))
        };
        spans.into_iter().filter_map(pair).collect()
    }

    fn pair(&self, start: usize, name: &str, value: &str, end: usize) -> Pair {
        Pair {
            name: name.to_owned(),
            value: value.to_owned(),
            name_span: Span::new(self.at + start, self.at + start + name.len()),
            span: Span::new(self.at + end - value.len(), self.at + end),
        }
    }

    /// Where the words begin and end; blanks inside quotes and behind a backslash part none.
    fn spans(&self) -> Vec<(usize, usize)> {
        let mut spans = Vec::new();
        let mut start = None;
        let mut quotes = expand::Quotes::default();
        for (at, letter) in self.arguments.char_indices() {
            let is_part = quotes.take(letter);
            if letter.is_whitespace() && !is_part {
                spans.extend(start.take().map(|start| (start, at)));
            } else if start.is_none() {
                start = Some(at);
            }
        }
        spans.extend(start.map(|start| (start, self.arguments.len())));
        spans
    }
}
