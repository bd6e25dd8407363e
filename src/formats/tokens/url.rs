//! Passwords of URLs, and what stands behind `Bearer` and `Basic`.

use super::token;
use crate::facts::{Token, TokenForm};
use crate::formats::needles::Needles;
use std::sync::LazyLock;

/// The longest user and password that are looked at, in bytes.
const MOST: usize = 512;

/// What stands before a user and a password, and before credentials of a header.
const MARKS: [&str; 3] = ["://", "bearer ", "basic "];
static MARK: LazyLock<Needles> = LazyLock::new(|| Needles::new(&MARKS));

/// Adds those of a text.
pub(super) fn find(text: &str, tokens: &mut Vec<Token>) {
    let mut at = 0;
    while let Some((found, number)) = MARK.find(text.as_bytes(), at) {
        at = found + MARKS[number].len();
        tokens.extend(match number {
            0 => password(text, found),
            1 => credentials(text, at, "Bearer"),
            _ => credentials(text, at, "Basic"),
        });
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

/// The word from byte `start` on, behind the name of a scheme.
fn credentials(text: &str, start: usize, scheme: &str) -> Option<Token> {
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let bytes = text.as_bytes();
    let len = bytes[start..]
        .iter()
        .take(MOST * 8)
        .position(|byte| !is_inside(*byte));
    let end = start + len.unwrap_or(bytes.len() - start).min(MOST * 8);
    (end - start > 7).then(|| token(text, start, end, TokenForm::Header, Some(scheme)))
}
