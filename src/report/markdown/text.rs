//! Text of audited files as GitHub's and GitLab's Markdown, harmless: nobody is mentioned, no issue is linked, no
//! table breaks, no tag gets through.

use crate::report::style::{capitalised, harmless, one_line};
use std::fmt::Write as _;

/// Characters of one text of a finding at most.
const LENGTH: usize = 600;
/// Stands, unseen, between a sign and what would make it a reference: `@` and a name, `#` and a number.
const JOINER: char = '\u{2060}';

/// A text that may hold code between backticks.
pub(super) fn prose(text: &str) -> String {
    let text = clipped(&one_line(&harmless(text)));
    let parts: Vec<&str> = text.split('`').collect();
    let mut out = String::with_capacity(text.len() + 16);
    for (at, part) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        let is_code = at % 2 == 1 && !is_last;
        if is_code {
            out.push_str(&code(part));
        } else {
            if at % 2 == 1 {
                out.push_str("\\`");
            }
            out.push_str(&plain(part));
        }
    }
    out
}

/// A text that is code as a whole: a path, a name, a command.
pub(super) fn code(text: &str) -> String {
    let text = clipped(&one_line(&harmless(text)));
    if text.is_empty() {
        return "(nothing)".to_owned();
    }
    // Backticks, bars and backslashes mean something even inside of backticks, in tables at least.
    if !text.contains(['`', '|', '\\']) {
        return format!("`{text}`");
    }
    let mut out = String::from("<code>");
    for character in text.chars() {
        if character.is_ascii_punctuation() {
            let _ = write!(out, "&#{};", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out + "</code>"
}

/// A text as a sentence of its own, with its full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = capitalised(text.trim_end());
    let is_ended = text.is_empty() || text.ends_with(['.', '!', '?', ':', '…']);
    prose(&text) + if is_ended { "" } else { "." }
}

/// Several names as code: the first `most`, and how many more.
pub(super) fn names<'a>(names: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let all: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = all.iter().take(most).map(|name| code(name)).collect();
    match all.len().saturating_sub(most) {
        0 => shown.join(", "),
        left => format!("{} and {left} more", shown.join(", ")),
    }
}

/// As many of the items as fit into `room` bytes, and how many do not.
pub(super) fn fitted(items: &[String], room: usize) -> (String, usize) {
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        if out.len() + item.len() > room {
            return (out, items.len() - at);
        }
        out.push_str(item);
    }
    (out, 0)
}

fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut characters = text.chars().peekable();
    let mut before = ' ';
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().unwrap_or(' ');
        // Inside a word it is no sign of emphasis.
        let is_inner = character == '_' && before.is_alphanumeric() && next.is_alphanumeric();
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ if is_inner => out.push(character),
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' | '!' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
        let begins_reference = match character {
            '@' | '#' | '!' | '~' | '%' | '$' | '&' => next.is_alphanumeric() || matches!(next, '_' | '"'),
            // `GH-123` is a reference as well.
            'H' | 'h' => next == '-' && matches!(before, 'G' | 'g'),
            _ => false,
        };
        if begins_reference {
            out.push(JOINER);
        }
        before = character;
    }
    out
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(LENGTH) {
        None => text.to_owned(),
        Some((end, _)) => {
            let left = text[end..].chars().count();
            format!("{}… ({left} more characters)", &text[..end])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        for (text, wanted) in [
            ("see @ada and #12", "see @\u{2060}ada and \\#\u{2060}12"),
            ("a|b <b> *c* _d_", "a\\|b &lt;b&gt; \\*c\\* \\_d\\_"),
            ("run `pip` now", "run `pip` now"),
            ("one ` alone", "one \\` alone"),
            ("`a|b`", "<code>a&#124;b</code>"),
            ("two\nlines", "two lines"),
            ("100% and 5 & 6", "100% and 5 &amp; 6"),
        ] {
            assert_eq!(prose(text), wanted);
        }
    }

    #[test]
    fn long_texts_say_how_long_they_were() {
        let told = prose(&"x".repeat(LENGTH + 7));
        assert!(told.ends_with("… (7 more characters)"));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let items = vec!["abc".to_owned(); 5];
        assert_eq!(fitted(&items, 7), ("abcabc".to_owned(), 3));
        assert_eq!(names(["a", "b", "c"], 2), "`a`, `b` and 1 more");
    }
}
