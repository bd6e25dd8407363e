//! systemd's way of splitting a value into words.

/// The characters before a program that say how it is run.
pub(super) const PREFIXES: [char; 6] = ['-', '@', ':', '+', '!', '|'];

/// A word, its quotes and escapes resolved.
pub(super) struct Word {
    pub(super) text: String,
    /// Where it begins and ends in the value, without quotes that enclose all of it.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The words of a value; nothing when a quote is never closed, which makes systemd drop the line.
pub(super) fn split(value: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(begin) = value[at..].find(|letter: char| !letter.is_whitespace()) {
        let (word, end) = word(value, at + begin)?;
        words.push(word);
        at = end;
    }
    Some(words)
}

fn word(value: &str, start: usize) -> Option<(Word, usize)> {
    let mut text = String::new();
    let mut quote = None;
    let mut end = value.len();
    let mut letters = value[start..].char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => {
                let (meant, length) = escape(&value[start + at + 1..]);
                text.push_str(&meant);
                // `nth(n)` skips the letters of the escape.
                if let Some(last) = length.checked_sub(1) {
                    letters.nth(last);
                }
            }
            '"' | '\'' if quote.is_none() => quote = Some(letter),
            _ if quote == Some(letter) => quote = None,
            _ if letter.is_whitespace() && quote.is_none() => {
                end = start + at;
                break;
            }
            _ => text.push(letter),
        }
    }
    let written = &value[start..end];
    let is_enclosed = written.len() == text.len() + 2 && written.starts_with(['"', '\'']);
    let margin = usize::from(is_enclosed);
    let found = Word {
        text,
        start: start + margin,
        end: end - margin,
    };
    quote.is_none().then_some((found, end))
}

/// What the letters behind a `\` mean, and how many of them belong to it.
fn escape(rest: &str) -> (String, usize) {
    let Some(letter) = rest.chars().next() else {
        return ("\\".to_owned(), 0);
    };
    let simple = match letter {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        's' => ' ',
        '\\' | '"' | '\'' | ';' => letter,
        'x' => return code(rest, 1, 2, 16),
        'u' => return code(rest, 1, 4, 16),
        'U' => return code(rest, 1, 8, 16),
        '0'..='7' => return code(rest, 0, 3, 8),
        // systemd leaves what it does not know as it is.
        other => return (format!("\\{other}"), 1),
    };
    (simple.to_string(), 1)
}

fn code(rest: &str, from: usize, digits: usize, radix: u32) -> (String, usize) {
    let meant = rest
        .get(from..from + digits)
        .and_then(|digits| u32::from_str_radix(digits, radix).ok())
        .and_then(char::from_u32);
    match meant {
        Some(letter) => (letter.to_string(), from + digits),
        None => ("\\".to_owned(), 0),
    }
}
