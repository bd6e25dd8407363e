//! Private keys in the form of PEM, PGP and OpenSSH.

use crate::facts::{Token, TokenForm};
use crate::source::Span;
use memchr::memmem::Finder;
use std::sync::LazyLock;

const BEGIN: &str = "-----BEGIN ";
static FINDER: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(BEGIN));
const DASHES: &str = "-----";
/// The longest name of a kind of key that is looked at, with the dashes behind it.
const LABEL: usize = 64;
/// Bytes of a key's text that are looked at.
const MOST: usize = 16_384;

/// Adds the keys of a text.
pub(super) fn find(text: &str, tokens: &mut Vec<Token>) {
    let mut at = 0;
    while let Some(found) = FINDER.find(&text.as_bytes()[at..]) {
        let start = at + found;
        at = start + BEGIN.len();
        let line = &text[at..floor(text, at + LABEL)];
        let line = line.split(['\n', '\\', '"']).next().unwrap_or("");
        let Some(label) = line.split(DASHES).next().filter(|label| label.len() < line.len()) else {
            continue;
        };
        if !label.ends_with("PRIVATE KEY") && !label.ends_with("PRIVATE KEY BLOCK") {
            continue;
        }
        let from = at + label.len() + DASHES.len();
        let limit = floor(text, from + MOST);
        let body = &text[from..limit];
        let body = &body[..body.find(DASHES).unwrap_or(body.len())];
        tokens.push(Token {
            text: body.to_owned(),
            span: Span::new(start, from),
            form: TokenForm::Key,
            name: Some(label.to_owned()),
            around: String::new(),
        });
        at = from + body.len();
    }
}

/// The last offset up to `at` where a character begins.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
