//! Passwords of URLs, and what stands behind `Bearer` and `Basic`.

use super::token;
use crate::facts::{Token, TokenForm};
use memchr::memmem::{self, Finder};
use std::sync::LazyLock;

/// The longest user and password that are looked at, in bytes.
const MOST: usize = 512;

/// What stands before credentials. The first letter may be small or large.
const WORDS: [&str; 4] = ["earer ", "asic ", "EARER ", "ASIC "];
static FINDERS: LazyLock<[Finder<'_>; 4]> = LazyLock::new(|| WORDS.map(Finder::new));

/// Adds those of a text.
pub(super) fn find(text: &str, tokens: &mut Vec<Token>) {
    for at in memmem::find_iter(text.as_bytes(), "://") {
        tokens.extend(password(text, at));
    }
    for (word, finder) in WORDS.into_iter().zip(&*FINDERS) {
        for at in finder.find_iter(text.as_bytes()) {
            tokens.extend(credentials(text, at, word));
        }
    }
}

/// The password between `user:` and `@`.
fn password(text: &str, at: usize) -> Option<Token> {
    let start = at + 3;
    let bytes = text.as_bytes().get(start..)?;
    let bytes = &bytes[..bytes.len().min(MOST)];
    let is_end = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(
                byte,
                b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\'
            )
    };
    let end = bytes.iter().position(is_end).unwrap_or(bytes.len());
    let authority = &bytes[..end];
    let sign = authority.iter().rposition(|byte| *byte == b'@')?;
    let colon = authority[..sign].iter().position(|byte| *byte == b':')?;
    let scheme_start = text[..at]
        .rfind(|letter: char| !(letter.is_ascii_alphanumeric() || "+-.".contains(letter)))
        .map_or(0, |before| before + 1);
    // Something that is no letter of ASCII may be longer than one byte.
    let name = text.get(scheme_start..start + colon).unwrap_or("");
    let (from, to) = (start + colon + 1, start + sign);
    (from < to && text.is_char_boundary(from) && text.is_char_boundary(to))
        .then(|| token(text, from, to, TokenForm::Url, Some(name)))
}

/// The word behind `Bearer ` or `Basic `.
fn credentials(text: &str, at: usize, word: &str) -> Option<Token> {
    let first = at.checked_sub(1).and_then(|before| text.as_bytes().get(before))?;
    if !matches!(first, b'B' | b'b') {
        return None;
    }
    let start = at + word.len();
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let bytes = text.as_bytes();
    let len = bytes[start..]
        .iter()
        .take(MOST * 8)
        .position(|byte| !is_inside(*byte));
    let end = start + len.unwrap_or(bytes.len() - start).min(MOST * 8);
    let name = if word.eq_ignore_ascii_case("earer ") {
        "Bearer"
    } else {
        "Basic"
    };
    (end - start > 7).then(|| token(text, start, end, TokenForm::Header, Some(name)))
}
