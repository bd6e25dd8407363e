//! Text of audited files in HTML: nothing of it is ever markup.

use crate::report::style::{capitalised, harmless};
use minijinja::value::Value;
use minijinja::{Error, Output, State};

/// Characters of one text at most.
const LENGTH: usize = 1_500;
/// Names in a list at most.
const NAMES: usize = 12;

/// Writes a value of the template: what is not marked as markup is text.
pub(super) fn format(out: &mut Output<'_>, state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() => Ok(out.write_str(&escaped(text))?),
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// A text for an element or an attribute in double quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in harmless(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            // Unicode promises that they are no characters, and HTML forbids them.
            _ if u32::from(character) & 0xfffe == 0xfffe => out.push('\u{fffd}'),
            '\u{fdd0}'..='\u{fdef}' => out.push('\u{fffd}'),
            _ => out.push(character),
        }
    }
    out
}

/// A sentence that may hold code between backticks.
pub(super) fn prose(text: &str) -> Value {
    inline(&capitalised(text))
}

/// A part of a sentence that may hold code between backticks.
pub(super) fn inline(text: &str) -> Value {
    let text = clipped(text, LENGTH);
    let parts: Vec<&str> = text.split('`').collect();
    let mut out = String::with_capacity(text.len() + 16);
    for (at, part) in parts.iter().enumerate() {
        let is_code = at % 2 == 1 && at + 1 < parts.len();
        match (is_code, at % 2) {
            (true, _) => out.push_str(&code(part)),
            (false, 1) => out.push_str(&escaped(&format!("`{part}"))),
            (false, _) => out.push_str(&escaped(part)),
        }
    }
    Value::from_safe_string(out)
}

/// Names as code: the first ones, and how many more.
#[allow(clippy::needless_pass_by_value, reason = "a filter of a template gets values")]
pub(super) fn names(names: Vec<String>) -> Value {
    let mut shown: Vec<String> = names.iter().take(NAMES).map(|name| code(name)).collect();
    let left = names.len() - shown.len();
    let more = if left > 0 {
        format!(" and {left} more")
    } else {
        String::new()
    };
    if let Some(last) = shown.last_mut() {
        last.push_str(&more);
    }
    Value::from_safe_string(shown.join(", "))
}

pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(&clipped(text, LENGTH)))
}

/// The text, or its beginning and how much is left out.
pub(super) fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => {
            let left = text[end..].chars().count();
            format!("{}… ({left} more characters)", &text[..end])
        }
    }
}

/// The text, or its beginning and a sign that it is not whole.
pub(super) fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        for (text, wanted) in [
            ("a <b> & \"c\" 'd'", "A &lt;b&gt; &amp; &#34;c&#34; &#39;d&#39;"),
            ("`x<y` is", "<code>x&lt;y</code> is"),
            ("one ` alone", "One ` alone"),
            ("\u{1b}[2J\r\u{fffe}", "\u{241b}[2J\u{240d}\u{fffd}"),
        ] {
            assert_eq!(prose(text).to_string(), wanted);
        }
    }

    #[test]
    fn long_texts_say_that_they_go_on() {
        assert!(
            prose(&"x".repeat(LENGTH + 7))
                .to_string()
                .ends_with("… (7 more characters)")
        );
        assert_eq!(short("abcdef", 4), "abc…");
        let many = vec!["a".to_owned(); NAMES + 2];
        assert!(names(many).to_string().ends_with(" and 2 more"));
    }
}
