//! Values of names that speak of secrets: `api_key = "…"`, `"password": "…"`, `--token …`, `PGPASSWORD=…`.

use super::super::Format;
use super::super::needles::Needles;
use super::token;
use crate::facts::{Token, TokenForm};
use std::sync::LazyLock;

/// The longest name and value that are looked at, in bytes.
const NAME: usize = 80;
const VALUE: usize = 512;

/// What a name that speaks of secrets holds. Which of those names mean one, rules decide.
const STEMS: [&str; 7] = ["pass", "pwd", "secret", "token", "key", "credential", "mnemonic"];
static STEM: LazyLock<Needles> = LazyLock::new(|| Needles::new(&STEMS));

/// How values stand in a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Only in quotes: what stands bare is code.
    Quoted,
    /// Bare up to the next blank.
    Words,
    /// Bare up to the end of the line.
    Lines,
}

impl Manner {
    pub(super) fn of(format: Format, name: &str) -> Self {
        match format {
            Format::Shell
            | Format::Docker
            | Format::Cron
            | Format::Systemd
            | Format::Procfile
            | Format::Supervisor => Self::Words,
            Format::Dotenv | Format::Yaml => Self::Lines,
            Format::Plain | Format::Text => {
                let is_code = [
                    ".go", ".java", ".kt", ".c", ".h", ".cpp", ".rb", ".php", ".swift", ".lua", ".pyx", ".m",
                ]
                .iter()
                .any(|end| name.ends_with(end));
                if is_code { Self::Quoted } else { Self::Lines }
            }
            _ => Self::Quoted,
        }
    }
}

/// Adds the values of such names.
pub(super) fn find(text: &str, manner: Manner, tokens: &mut Vec<Token>) {
    let bytes = text.as_bytes();
    let (mut at, mut behind) = (0, 0);
    while let Some((found, number)) = STEM.find(bytes, at) {
        at = found + STEMS[number].len();
        if found < behind {
            continue;
        }
        let (start, end) = name_around(bytes, found, at);
        behind = end;
        let Some((from, to)) = value(bytes, start, end, manner) else {
            continue;
        };
        let name = text.get(start..end).unwrap_or("");
        if from < to && text.is_char_boundary(from) && text.is_char_boundary(to) {
            tokens.push(token(text, from, to, TokenForm::Assigned, Some(name)));
        }
    }
}

/// The whole name that a stem is part of.
fn name_around(bytes: &[u8], start: usize, end: usize) -> (usize, usize) {
    let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let before = bytes[..start].iter().rev().take(NAME);
    let before = before.take_while(|byte| is_inside(byte)).count();
    let after = bytes[end..].iter().take(NAME);
    let after = after.take_while(|byte| is_inside(byte)).count();
    (start - before, end + after)
}

/// Where the value of a name begins and ends.
fn value(bytes: &[u8], name: usize, end: usize, manner: Manner) -> Option<(usize, usize)> {
    let mut at = end;
    let is_option = bytes[name..].starts_with(b"--");
    let is_quoted = matches!(bytes.get(at), Some(b'"' | b'\'' | b'`' | b'\\'));
    while matches!(bytes.get(at), Some(b'"' | b'\'' | b'`' | b']' | b'\\')) && at < end + 4 {
        at += 1;
    }
    let blanks = skip_blanks(bytes, at);
    at = blanks;
    match bytes.get(at)? {
        b'=' | b':' => {
            at += 1;
            at += bytes[at..]
                .iter()
                .take(2)
                .take_while(|byte| matches!(byte, b'=' | b'>'))
                .count();
        }
        b'!' if bytes.get(at + 1) == Some(&b'=') => at += 2,
        // `getenv("API_KEY", "…")`, `set("token", "…")`: only quoted, as the name is.
        b',' if is_quoted => at += 1,
        _ if is_option && blanks > end && !is_quoted => {}
        b'>' if name > 0 && bytes[name - 1] == b'<' => return markup(bytes, at + 1),
        _ => return None,
    }
    at = skip_blanks(bytes, at);
    at = behind_annotation(bytes, at).unwrap_or(at);
    let prefix = bytes[at..]
        .iter()
        .take(3)
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let escape = usize::from(bytes.get(at + prefix) == Some(&b'\\'));
    if let Some(quote @ (b'"' | b'\'' | b'`')) = bytes.get(at + prefix + escape) {
        return quoted(bytes, at + prefix + escape, *quote);
    }
    if bytes.get(blanks) == Some(&b',') {
        return None;
    }
    let is_bare = manner != Manner::Quoted || (is_option && blanks > end);
    is_bare.then(|| bare(bytes, at, if is_option { Manner::Words } else { manner }))
}

fn skip_blanks(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..]
        .iter()
        .take(64)
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}

/// What stands behind `str = ` in `token: str = "…"`.
fn behind_annotation(bytes: &[u8], at: usize) -> Option<usize> {
    let is_type = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.[]| &'".contains(byte);
    let len = bytes[at..]
        .iter()
        .take(48)
        .take_while(|byte| is_type(byte))
        .count();
    let is_there = len > 0 && bytes[at].is_ascii_alphabetic() || bytes.get(at) == Some(&b'&');
    let next = at + len;
    (is_there && bytes.get(next) == Some(&b'=') && bytes.get(next + 1) != Some(&b'='))
        .then(|| skip_blanks(bytes, next + 1))
}

/// A text in quotes that ends on its line.
fn quoted(bytes: &[u8], at: usize, quote: u8) -> Option<(usize, usize)> {
    let mut start = at + 1;
    // Three quotes, as Python and TOML have them.
    if bytes[start..].starts_with(&[quote, quote]) {
        start += 2;
    }
    let rest = &bytes[start..bytes.len().min(start + VALUE)];
    let mut end = 0;
    while end < rest.len() {
        match rest[end] {
            b'\n' => return None,
            byte if byte == quote => return Some((start, start + end)),
            b'\\' if rest.get(end + 1) == Some(&quote) => return Some((start, start + end)),
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    None
}

/// A text without quotes.
fn bare(bytes: &[u8], start: usize, manner: Manner) -> (usize, usize) {
    let rest = &bytes[start..bytes.len().min(start + VALUE)];
    let is_end = |byte: &u8| match manner {
        Manner::Words => {
            byte.is_ascii_whitespace() || matches!(byte, b';' | b'"' | b'\'' | b'`' | b'|' | b',' | b')')
        }
        _ => matches!(byte, b'\n' | b'\r'),
    };
    let mut end = rest.iter().position(is_end).unwrap_or(rest.len());
    let comment = rest[..end]
        .windows(2)
        .position(|pair| matches!(pair, b" #" | b" ;" | b"\t#"));
    end = comment.unwrap_or(end);
    let blanks = rest[..end]
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b',' | b';'));
    (start, start + end - blanks.count())
}

/// `<password>…</password>`.
fn markup(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    let rest = &bytes[start..bytes.len().min(start + VALUE)];
    let end = rest.iter().position(|byte| matches!(byte, b'<' | b'\n'))?;
    (rest[end] == b'<').then_some((start, start + end))
}

/// Whether the short way finds the stems that the long one does.
#[cfg(test)]
pub(super) fn agree(text: &str) -> bool {
    let mut builder = aho_corasick::AhoCorasick::builder();
    let plain = builder.ascii_case_insensitive(true).build(STEMS).unwrap();
    let mut at = 0;
    let mut short = Vec::new();
    while let Some((start, number)) = STEM.find(text.as_bytes(), at) {
        at = start + STEMS[number].len();
        short.push((start, at));
    }
    plain
        .find_iter(text)
        .map(|found| (found.start(), found.end()))
        .eq(short)
}
