//! One requirement: its parts as written, and whether pip takes it.

use crate::facts::{Origin, Requirement};
use crate::source::Span;
use pep508_rs::VerbatimUrl;
use std::str::FromStr;

/// Parentheses in a marker: more of them nobody writes, and the reader's stack is not endless.
const PARENTHESES: usize = 50;

/// Where the parts of a requirement stand.
struct Parts<'a> {
    name: &'a str,
    extras: Option<&'a str>,
    specifiers: &'a str,
    url: Option<&'a str>,
    marker: Option<&'a str>,
    /// Bytes up to the end of the specifiers.
    length: usize,
}

/// Reads a requirement (PEP 508), as the dependency specifiers' specification has it and the `packaging`
/// library reads it.
///
/// # Errors
/// Why pip refuses it, in the words of a person.
pub fn parse(text: &str, span: Span, origin: Origin) -> Result<Requirement, String> {
    // No other blank may stand around it: that of a text processor, say.
    let text_from = text.trim_start_matches([' ', '\t']);
    let lead = text.len() - text_from.len();
    let text = text_from.trim_end_matches([' ', '\t']);
    let parts = split(text).ok_or_else(|| refusal(text))?;
    check(text, &parts)?;
    let extras = parts.extras.unwrap_or("").split(',').map(str::trim);
    let start = span.start as usize + lead;
    Ok(Requirement {
        name: parts.name.to_owned(),
        specifiers: parts.specifiers.to_owned(),
        marker: parts.marker.map(|marker| marker.trim().to_owned()),
        extras: extras
            .filter(|extra| !extra.is_empty())
            .map(str::to_owned)
            .collect(),
        span: Span::new(start, start + text.len()),
        origin,
    })
}

/// Bytes of a requirement up to the end of its specifiers: the marker is left out.
pub(super) fn named_length(text: &str) -> usize {
    split(text).map_or(text.len(), |parts| parts.length)
}

/// Whether a text is a distribution's name: letters, digits, and `-`, `_` and `.` inside. Like
/// `packaging`, this lets a `_` stand last, which PEP 508 does not.
pub(super) fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts_well = bytes.first().is_some_and(u8::is_ascii_alphanumeric);
    let ends_well = bytes
        .last()
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    starts_well && ends_well && bytes.iter().all(is_inner)
}

fn split(text: &str) -> Option<Parts<'_>> {
    let name_end = text
        .find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '_' | '.'))
        .unwrap_or(text.len());
    let name = &text[..name_end];
    if !is_name(name) {
        return None;
    }
    let mut rest = text[name_end..].trim_start();
    let mut extras = None;
    if let Some(inside) = rest.strip_prefix('[') {
        let end = inside.find(']')?;
        extras = Some(&inside[..end]);
        rest = inside[end + 1..].trim_start();
    }
    if let Some(url) = rest.strip_prefix('@') {
        let url = url.trim_start();
        // A `;` is a letter of the URL; only one behind a blank begins the marker.
        let end = url.find(char::is_whitespace).unwrap_or(url.len());
        let behind = url[end..].trim_start();
        let marker = match behind.strip_prefix(';') {
            Some(marker) => Some(marker),
            None if behind.is_empty() => None,
            None => return None,
        };
        let length = text.len() - url.len() + end;
        return (end > 0).then_some(Parts {
            name,
            extras,
            specifiers: "",
            url: Some(&url[..end]),
            marker,
            length,
        });
    }
    let (specifiers, marker) = match rest.split_once(';') {
        Some((specifiers, marker)) => (specifiers, Some(marker)),
        None => (rest, None),
    };
    let length = text.len() - rest.len() + specifiers.trim_end().len();
    let length = if specifiers.trim().is_empty() {
        text[..length].trim_end().len()
    } else {
        length
    };
    let specifiers = specifiers.trim();
    let inside = specifiers
        .strip_prefix('(')
        .and_then(|inside| inside.strip_suffix(')'));
    Some(Parts {
        name,
        extras,
        specifiers: inside.unwrap_or(specifiers).trim(),
        url: None,
        marker,
        length,
    })
}

/// Whether pip takes the parts. `pep508_rs` judges; where it is known to differ from `packaging`, this
/// function does.
fn check(text: &str, parts: &Parts<'_>) -> Result<(), String> {
    let marker = parts.marker.map(str::trim);
    if marker == Some("") {
        return Err("a ; with no marker behind it".to_owned());
    }
    if marker.is_some_and(|marker| marker.matches('(').count() > PARENTHESES) {
        return Err("a marker with too many parentheses".to_owned());
    }
    let extras = parts.extras.map(str::trim).filter(|extras| !extras.is_empty());
    if let Some(extra) = extras.and_then(|extras| extras.split(',').find(|extra| !is_name(extra.trim()))) {
        return Err(format!("[{extra}] is no name of an extra"));
    }
    let before_marker = text.len() - parts.marker.map_or(0, str::len);
    let has_other_blank = text[..before_marker]
        .chars()
        .any(|letter| letter.is_whitespace() && !matches!(letter, ' ' | '\t'));
    if has_other_blank || parts.specifiers == "," || parts.specifiers.starts_with('[') {
        return Err(refusal(text));
    }
    let specifiers = if parts.url.is_some() {
        String::new()
    } else {
        comparable_specifiers(parts.specifiers)
    };
    let rebuilt = match marker {
        Some(marker) => format!("x {specifiers} ; {}", comparable_marker(marker)),
        None => format!("x {specifiers}"),
    };
    pep508_rs::Requirement::<VerbatimUrl>::from_str(&rebuilt)
        .map(|_| ())
        .map_err(|_| refusal(text))
}

/// Specifiers as `pep508_rs` takes them: `===` compares with any text, one comma may stand last, and
/// numbers have no limit.
fn comparable_specifiers(specifiers: &str) -> String {
    let specifiers = specifiers.strip_suffix(',').unwrap_or(specifiers);
    let is_arbitrary = |part: &&str| {
        let text = part.trim().strip_prefix("===").map(str::trim);
        text.is_some_and(|text| !text.contains(char::is_whitespace))
    };
    let parts: Vec<&str> = specifiers.split(',').filter(|part| !is_arbitrary(part)).collect();
    let mut digits = 0;
    let mut out = parts.join(",");
    out.retain(|letter| {
        digits = if letter.is_ascii_digit() { digits + 1 } else { 0 };
        digits < 16
    });
    out
}

/// A marker as `pep508_rs` takes it: blanks around parentheses and behind quotes, no `===`, and the
/// variables that PEP 751 added under a name that it knows.
fn comparable_marker(marker: &str) -> String {
    let mut out = String::with_capacity(marker.len() + 8);
    let mut quote = None;
    for letter in marker.chars() {
        match quote {
            Some(open) => {
                out.push(letter);
                if letter == open {
                    quote = None;
                    out.push(' ');
                }
            }
            None if matches!(letter, '(' | ')') => out.extend([' ', letter, ' ']),
            None => {
                out.push(letter);
                if matches!(letter, '"' | '\'') {
                    quote = Some(letter);
                }
            }
        }
    }
    out.replace("===", "==")
        .replace("dependency_groups", "extra")
        .replace("extras", "extra")
}

/// Why pip refuses a text, as far as it can be told in a few words.
fn refusal(text: &str) -> String {
    let operators = ["==", ">=", "<=", "!=", "~=", "==="];
    let has_single = text.find('=').is_some_and(|at| {
        !operators
            .iter()
            .any(|operator| text[..(at + 2).min(text.len())].contains(operator))
    });
    if has_single {
        format!("pip cannot read `{text}`: a version is pinned with ==, not with =")
    } else if text.starts_with("<<<<<<<") || text.starts_with(">>>>>>>") || text.starts_with("=======") {
        format!("pip cannot read `{text}`: a merge was not finished here")
    } else {
        format!("pip cannot read `{text}` as a requirement")
    }
}

#[cfg(test)]
mod tests;
