//! Variables, quotes and escapes in the words of a Dockerfile.

/// Values longer than this are not put in: texts that hold each other grow without end.
const LONGEST: usize = 512;

/// What variables mean.
pub(super) trait Variables {
    /// The value of a variable, when it is known.
    fn get(&self, name: &str) -> Option<&str>;
}

/// Follows quotes and escapes through a text.
#[derive(Default)]
pub(super) struct Quotes {
    quote: Option<char>,
    is_escaped: bool,
}

impl Quotes {
    /// Takes the next letter; whether it stands for itself, inside quotes or behind a backslash.
    pub(super) fn take(&mut self, letter: char) -> bool {
        let was_escaped = std::mem::take(&mut self.is_escaped);
        match (letter, self.quote) {
            _ if was_escaped => return true,
            ('\\', Some('\'')) => {}
            ('\\', _) => self.is_escaped = true,
            ('"' | '\'', None) => {
                self.quote = Some(letter);
                return false;
            }
            (_, Some(quote)) if quote == letter => {
                self.quote = None;
                return false;
            }
            _ => {}
        }
        self.quote.is_some()
    }
}

/// The text without quotes and escapes, with the variables that are known put in; the others stay.
pub(super) fn expand(text: &str, variables: &impl Variables) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quotes = Quotes::default();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let behind = &rest[letter.len_utf8()..];
        let was_escaped = quotes.is_escaped;
        let before = quotes.quote;
        quotes.take(letter);
        rest = behind;
        if was_escaped {
            // In double quotes only what would mean something loses its backslash.
            if before == Some('"') && !matches!(letter, '"' | '\\' | '$') {
                out.push('\\');
            }
            out.push(letter);
        } else if letter == '$' && before != Some('\'') {
            let (value, length) = variable(behind, variables);
            out.push_str(&value);
            rest = &behind[length..];
        } else if !quotes.is_escaped && before == quotes.quote {
            out.push(letter);
        }
    }
    out
}

/// What stands for the variable whose name begins behind a `$`, and how long it is written.
fn variable(behind: &str, variables: &impl Variables) -> (String, usize) {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let Some(inner) = behind.strip_prefix('{') else {
        let end = behind.find(|letter| !is_name(letter)).unwrap_or(behind.len());
        let known = variables
            .get(&behind[..end])
            .filter(|value| value.len() <= LONGEST);
        return known
            .map(str::to_owned)
            .map_or_else(|| ("$".to_owned(), 0), |value| (value, end));
    };
    let Some(end) = inner.find('}') else {
        return ("$".to_owned(), 0);
    };
    let written = &inner[..end];
    let name_end = written.find(|letter| !is_name(letter)).unwrap_or(written.len());
    let (name, operator) = written.split_at(name_end);
    let value = variables.get(name);
    let found = if operator.is_empty() {
        value
    } else if let Some(default) = operator.strip_prefix(":-") {
        value.filter(|value| !value.is_empty()).or(Some(default))
    } else if let Some(default) = operator.strip_prefix('-') {
        value.or(Some(default))
    } else {
        let is_set = value.is_some_and(|value| !value.is_empty());
        operator
            .strip_prefix(":+")
            .map(|other| if is_set { other } else { "" })
    };
    found
        .filter(|value| value.len() <= LONGEST)
        .map_or_else(|| ("$".to_owned(), 0), |value| (value.to_owned(), end + 2))
}
