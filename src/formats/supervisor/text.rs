//! Values inside supervisord's configuration: `%(…)s` expansions and `KEY="value"` lists.

use std::collections::BTreeMap;

/// Puts in the expansions that are known and keeps the others as they are written: the folder of the
/// file (`%(here)s`), the host's name and the environment (`%(ENV_X)s`) are known only elsewhere.
///
/// # Errors
/// The name that supervisord knows no expansion for, or a `%` that begins none.
pub(super) fn expand(text: &str, known: &BTreeMap<String, String>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(behind) = rest.strip_prefix("%%") {
            out.push('%');
            rest = behind;
            continue;
        }
        let bad = || format!("`{}` is no expansion; a percent sign is written %%", head(rest));
        let inside = rest.strip_prefix("%(").ok_or_else(bad)?;
        let close = inside.find(')').ok_or_else(bad)?;
        let name = &inside[..close];
        let behind = &inside[close + 1..];
        let width = behind.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, tail) = behind.split_at(width);
        let kind = tail
            .chars()
            .next()
            .filter(|kind| matches!(kind, 's' | 'd'))
            .ok_or_else(bad)?;
        let whole = 2 + close + 1 + width + 1;
        match known.get(name) {
            Some(value) => out.push_str(&padded(value, digits, kind)),
            None if name.starts_with("ENV_") || matches!(name, "here" | "host_node_name") => {
                out.push_str(&rest[..whole]);
            }
            None => return Err(format!("supervisord knows no expansion %({name})s")),
        }
        rest = &rest[whole..];
    }
    out.push_str(rest);
    Ok(out)
}

fn head(text: &str) -> &str {
    let end = text.char_indices().nth(12).map_or(text.len(), |(at, _)| at);
    text[..end].trim_end()
}

/// A value in the width that the format asks for: `02d`.
fn padded(value: &str, digits: &str, kind: char) -> String {
    let width = digits.parse::<usize>().unwrap_or(0).min(64);
    let fill = if kind == 'd' && digits.starts_with('0') {
        "0"
    } else {
        " "
    };
    // Zeros stand behind the sign.
    let (sign, value) = match value.strip_prefix('-') {
        Some(rest) if fill == "0" => ("-", rest),
        _ => ("", value),
    };
    let missing = width.saturating_sub(sign.len() + value.chars().count());
    format!("{sign}{}{value}", fill.repeat(missing))
}

/// One `KEY=value` with the bytes that each takes; quotes are left out of the value's.
pub(super) struct Pair {
    pub(super) key: (usize, usize),
    pub(super) value: (usize, usize),
}

/// Reads `KEY="value",KEY2=value2` with the words of Python's `shlex`, as supervisord does: letters,
/// digits and `_/.+-():` make words, quotes make one too, anything else is a word of its own.
///
/// # Errors
/// What supervisord would say.
pub(super) fn pairs(text: &str) -> Result<Vec<Pair>, String> {
    let tokens = tokens(text)?;
    let mut pairs = Vec::new();
    for group in tokens.chunks(4) {
        let [key, equals, value, ..] = group else {
            return Err(unexpected_end());
        };
        if &text[equals.0..equals.1] != "=" {
            return Err(unexpected_end());
        }
        let written = &text[value.0..value.1];
        let lead = written.len() - written.trim_start_matches(['\'', '"']).len();
        let bare = written.trim_matches(['\'', '"']);
        let start = value.0 + lead.min(written.len());
        pairs.push(Pair {
            key: *key,
            value: (start, start + bare.len()),
        });
    }
    Ok(pairs)
}

fn unexpected_end() -> String {
    "supervisord cannot read this as KEY=\"value\" pairs with commas between them".to_owned()
}

fn tokens(text: &str) -> Result<Vec<(usize, usize)>, String> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'#' => at += text[at..].find('\n').unwrap_or(text.len() - at),
            b'"' | b'\'' => {
                let close = text[at + 1..].find(char::from(*byte));
                let close = close.ok_or_else(|| "a quote is never closed".to_owned())?;
                tokens.push((at, at + close + 2));
                at += close + 2;
            }
            _ => {
                let end = word_end(text, at);
                let letter = text[at..].chars().next().map_or(1, char::len_utf8);
                let end = end.max(at + letter);
                tokens.push((at, end));
                at = end;
            }
        }
    }
    Ok(tokens)
}

/// Where the word that begins at `at` ends. An expansion counts as letters: it is put in beforehand.
fn word_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = at;
    while let Some(byte) = bytes.get(end) {
        let is_inner_quote = end > at && matches!(byte, b'"' | b'\'');
        if byte.is_ascii_alphanumeric() || b"_/.+-():".contains(byte) || is_inner_quote {
            end += 1;
        } else if text[end..].starts_with("%(") {
            match text[end..].find(')') {
                Some(close) => end += close + 1,
                None => return end,
            }
        } else {
            return end;
        }
    }
    end
}
