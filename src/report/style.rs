//! Colours and line lengths of what people read.

/// Colours, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Whether to use any.
    pub is_on: bool,
}

impl Palette {
    fn paint(self, code: &str, text: &str) -> String {
        if self.is_on && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// What is to be seen first.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// What can be passed over.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// What stops.
    pub fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// What works.
    pub fn green(self, text: &str) -> String {
        self.paint("1;32", text)
    }

    /// What to look out for.
    pub fn yellow(self, text: &str) -> String {
        self.paint("1;33", text)
    }

    /// Help and paths.
    pub fn cyan(self, text: &str) -> String {
        self.paint("36", text)
    }
}

/// `text` in lines of at most `width` characters, the first behind `first`, the others behind as many
/// blanks. A word longer than a line stands alone; line ends of the text stay.
pub fn wrap(first: &str, text: &str, width: usize) -> String {
    let margin = first.chars().count();
    let indent = " ".repeat(margin);
    let mut out = String::from(first);
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push('\n');
            out.push_str(&indent);
        }
        let mut column = margin;
        for word in line.split_whitespace() {
            let length = word.chars().count();
            if column > margin && column + 1 + length > width {
                out.push('\n');
                out.push_str(&indent);
                column = margin;
            } else if column > margin {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
        }
    }
    out
}

/// A text that comes from the audited files, made harmless for a terminal: control characters, which
/// could move the cursor or hide text, are shown as their pictures.
pub(super) fn harmless(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' | '\t' => character,
            '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(' '),
            '\u{7f}'..='\u{9f}'
            | '\u{200e}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            _ => character,
        })
        .collect()
}

/// A text as a sentence of its own: with a capital letter in front, unless it begins with a name.
pub(super) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().filter(char::is_ascii_lowercase);
    let word: &str = text.split(' ').next().unwrap_or(text);
    let is_word = word
        .chars()
        .all(|letter| letter.is_ascii_lowercase() || letter == ',');
    match first.filter(|_| is_word) {
        Some(first) => format!("{}{}", first.to_ascii_uppercase(), characters.as_str()),
        None => text.to_owned(),
    }
}

/// A text on one line.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(['\n', '\t']).map(str::trim);
    words
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_behind_its_margin() {
        assert_eq!(
            wrap("  help: ", "one two three", 15),
            "  help: one two\n        three"
        );
        assert_eq!(wrap("", "unbreakableword x", 5), "unbreakableword\nx");
    }

    #[test]
    fn colours_are_only_used_when_they_are_on() {
        assert_eq!(Palette { is_on: false }.red("x"), "x");
        assert_eq!(Palette { is_on: true }.red("x"), "\u{1b}[1;31mx\u{1b}[0m");
    }

    #[test]
    fn a_file_cannot_steer_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb"), "a\u{241b}[2Jb");
    }
}
