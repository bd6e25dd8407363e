//! `NAME=value` lines, as python-dotenv reads them.

use super::structured::{self, of_variable};
use crate::facts::{Facts, Role};
use crate::source::Span;

/// The variables that a `.env` file sets.
///
/// A line that is no assignment sets nothing and is passed over, as python-dotenv does with a warning.
pub fn extract(text: &str) -> Facts {
    let mut facts = Facts::default();
    let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
    while at < text.len() {
        let line_end = text[at..].find(['\n', '\r']).map_or(text.len(), |end| at + end);
        let end = match assignment(text, at, line_end) {
            Some(found) => {
                let end = found.end;
                state(text, &found, &mut facts);
                end
            }
            None => line_end,
        };
        at = text[end..]
            .find(['\n', '\r'])
            .map_or(text.len(), |next| end + next + 1);
    }
    facts
}

/// `NAME=value` with its places.
struct Assignment {
    name: Span,
    value: Span,
    text: String,
    /// Where reading goes on: a quoted value may hold line breaks.
    end: usize,
}

fn assignment(text: &str, start: usize, end: usize) -> Option<Assignment> {
    let line = &text[start..end];
    let indent = line.len() - line.trim_start().len();
    let body = &line[indent..];
    if body.starts_with('#') {
        return None;
    }
    let name_start = match body.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => end - rest.trim_start().len(),
        _ => start + indent,
    };
    let equals = name_start + text[name_start..end].find('=')?;
    let name = text[name_start..equals].trim().trim_matches('\'');
    if name.is_empty() || name.contains(char::is_whitespace) {
        return None;
    }
    let name_start = name_start + text[name_start..equals].find(name)?;
    let value = &text[equals + 1..end];
    let value_start = equals + 1 + (value.len() - value.trim_start().len());
    let (value, content, end) = match text.as_bytes().get(value_start) {
        Some(quote @ (b'"' | b'\'')) if value_start < end => quoted(text, value_start + 1, *quote)?,
        _ => {
            let span = bare(text, equals + 1, end);
            (span, span.text(text).to_owned(), end)
        }
    };
    Some(Assignment {
        name: Span::new(name_start, name_start + name.len()),
        value,
        text: content,
        end,
    })
}

/// A quoted value: in double quotes escapes are resolved, in single ones only `\'` and `\\` are.
fn quoted(text: &str, start: usize, quote: u8) -> Option<(Span, String, usize)> {
    let mut content = String::new();
    let mut letters = text[start..].char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == char::from(quote) {
            let end = start + at + 1;
            let rest = text[end..].split(['\n', '\r']).next().unwrap_or("").trim_start();
            let is_whole = rest.is_empty() || rest.starts_with('#');
            return is_whole.then(|| (Span::new(start, start + at), content, end));
        }
        if letter != '\\' {
            content.push(letter);
            continue;
        }
        let (_, escaped) = letters.next()?;
        match escaped {
            '\\' | '\'' => content.push(escaped),
            '"' if quote == b'"' => content.push('"'),
            'n' if quote == b'"' => content.push('\n'),
            't' if quote == b'"' => content.push('\t'),
            'r' if quote == b'"' => content.push('\r'),
            other => content.extend(['\\', other]),
        }
    }
    None
}

/// A value without quotes: it ends before a `#` that stands behind a blank.
fn bare(text: &str, start: usize, end: usize) -> Span {
    let raw = &text[start..end];
    let mut was_blank = false;
    let comment = raw.char_indices().find_map(|(at, letter)| {
        let is_comment = letter == '#' && was_blank;
        was_blank = letter.is_whitespace();
        is_comment.then_some(at)
    });
    let raw = &raw[..comment.unwrap_or(raw.len())];
    let trimmed = raw.trim();
    let lead = raw.len() - raw.trim_start().len();
    Span::new(start + lead, start + lead + trimmed.len())
}

fn state(text: &str, found: &Assignment, facts: &mut Facts) {
    let name = found.name.text(text);
    facts
        .variables
        .push(structured::set(name, found.name, &found.text));
    facts.values.extend(structured::telling(
        &found.text,
        found.value,
        Role::Assigned,
        Some(name.to_owned()),
    ));
    facts.ports.extend(of_variable(name, &found.text, found.value));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Access, PortRole};

    /// Files with what `dotenv_values(stream=…, interpolate=False)` of python-dotenv makes of them.
    const READ: &[(&str, &[(&str, &str)])] = &[
        ("A=1\n", &[("A", "1")]),
        ("A=1", &[("A", "1")]),
        ("export A=1", &[("A", "1")]),
        ("export  A = b c ", &[("A", "b c")]),
        ("A='b c'", &[("A", "b c")]),
        ("A=\"b c\" # x", &[("A", "b c")]),
        ("A=b # x", &[("A", "b")]),
        ("A=b#x", &[("A", "b#x")]),
        ("A=b #x y", &[("A", "b")]),
        ("# A=1", &[]),
        ("A", &[]),
        ("A=", &[("A", "")]),
        ("A=''", &[("A", "")]),
        ("A='it\\'s'", &[("A", "it's")]),
        ("A=\"x\\ny\"", &[("A", "x\ny")]),
        ("A='x\\ny'", &[("A", "x\\ny")]),
        ("A=\"a\nb\"\nC=1", &[("A", "a\nb"), ("C", "1")]),
        ("A=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")]),
        ("  A=1", &[("A", "1")]),
        ("A =1", &[("A", "1")]),
        ("A b=1", &[]),
        ("A: 1", &[]),
        ("=1", &[]),
        ("A=b=c", &[("A", "b=c")]),
        ("A=\"b\"c", &[]),
        ("A='x\\\\y'", &[("A", "x\\y")]),
        ("A=\"x\\\\y\"", &[("A", "x\\y")]),
        ("'A'=1", &[("A", "1")]),
        ("A=#x", &[("A", "#x")]),
        ("A= #x", &[("A", "")]),
        ("A=${B}", &[("A", "${B}")]),
        ("A=\"\\$x\"", &[("A", "\\$x")]),
        ("A='unterminated\nB=2", &[("B", "2")]),
        ("exportA=1", &[("exportA", "1")]),
        ("A=1\n\n\nB=2", &[("A", "1"), ("B", "2")]),
        ("A=\"1\"   \nB=2", &[("A", "1"), ("B", "2")]),
        ("A=a\tb\n", &[("A", "a\tb")]),
    ];

    #[test]
    fn lines_mean_what_python_dotenv_makes_of_them() {
        for (text, expected) in READ {
            let found: Vec<_> = extract(text)
                .variables
                .into_iter()
                .map(|variable| match variable.access {
                    Access::Set(value) => (variable.name, value),
                    Access::Read { .. } => (variable.name, String::new()),
                })
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn ports_and_places_are_found() {
        let text =
            "# x\r\nexport API_PORT=\"8000\"\r\nPOSTGRES_PORT=5432 # db\r\nHOME=/opt/ä\r\nPORT=${P}\r\n";
        let facts = extract(text);
        let ports: Vec<_> = facts
            .ports
            .iter()
            .map(|port| (port.service.as_deref(), port.role, port.span.text(text)))
            .collect();
        assert_eq!(
            ports,
            [
                (Some("api"), PortRole::Declares, "8000"),
                (Some("postgres"), PortRole::Dials, "5432")
            ]
        );
        assert_eq!(facts.values[0].span.text(text), "/opt/ä");
        assert_eq!(facts.variables[1].span.text(text), "POSTGRES_PORT");
    }

    #[test]
    fn hostile_texts_end_well() {
        for text in [
            "=",
            "export",
            "export ",
            "A=\"",
            "A='\\",
            "=\u{feff}=",
            "\u{feff}A=1",
            "A\u{0}=\r\r\n",
            "ä=ö",
        ] {
            extract(text);
        }
        assert_eq!(extract(&"A=\"\n".repeat(1000)).variables.len(), 500);
    }
}
