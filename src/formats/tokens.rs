//! Texts that could be keys, tokens or passwords, in any format: they stand in comments and strings alike, so
//! the text is read as it is, without its syntax.

mod named;
mod pem;
mod url;
mod words;

use super::Format;
use crate::facts::{Token, TokenForm};
use crate::source::Span;

/// Bytes before a text that may say whose key it is.
const BEFORE: usize = 160;
/// Bytes behind it.
const BEHIND: usize = 60;

/// All of a document, by place and form.
pub(super) fn find(path: &str, format: Format, text: &str) -> Vec<Token> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    if is_generated(&name) {
        return Vec::new();
    }
    let mut tokens = Vec::new();
    pem::find(text, &mut tokens);
    url::find(text, &mut tokens);
    words::find(text, &mut tokens);
    if !is_minified(format, text) {
        named::find(text, named::Manner::of(format, &name), &mut tokens);
    }
    tokens.sort_by_key(|token| (token.span.start, token.form));
    tokens
}

/// Whether tools write a file: locks are full of checksums, and nobody's keys.
fn is_generated(name: &str) -> bool {
    let is_lock = name.ends_with(".lock")
        || matches!(
            name,
            "package-lock.json" | "npm-shrinkwrap.json" | "pnpm-lock.yaml" | "pipfile.lock" | "go.sum"
        );
    is_lock
        || [".min.js", ".min.css", ".map", ".svg"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// Whether nobody wrote a script or page as it stands: what its short names hold says nothing.
fn is_minified(format: Format, text: &str) -> bool {
    let is_of_web = matches!(format, Format::Script | Format::Style | Format::Html);
    is_of_web && text.len() > 2_000 && text.bytes().filter(|byte| *byte == b'\n').count() * 400 < text.len()
}

/// A text from `start` to `end`, with what stands around it.
fn token(text: &str, start: usize, end: usize, form: TokenForm, name: Option<&str>) -> Token {
    Token {
        text: text.get(start..end).unwrap_or("").to_owned(),
        span: Span::new(start, end),
        form,
        name: name.map(str::to_owned),
        around: around(text, start, end),
    }
}

fn around(text: &str, start: usize, end: usize) -> String {
    let before = whole(text, start.saturating_sub(BEFORE));
    let behind = whole(text, (end + BEHIND).min(text.len()));
    let parts = [text.get(before..start), text.get(end..behind.max(end))];
    let joined: Vec<&str> = parts.into_iter().flatten().collect();
    joined.join(" ").to_ascii_lowercase()
}

/// The next offset at which a character begins.
fn whole(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// Whether the short way finds the words that the long one does.
#[cfg(test)]
pub(super) fn agree(text: &str) -> bool {
    words::agree(text) && named::agree(text)
}

#[cfg(test)]
mod tests;
