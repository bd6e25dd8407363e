//! The `%` specifiers of a unit (systemd.unit(5)), as far as a file tells what they mean.

/// What is known of a unit.
pub(super) struct Unit<'a> {
    /// The name without `.service`.
    stem: &'a str,
    user: Option<&'a str>,
    /// Whether a user's own manager runs it, and not the system's.
    is_users: bool,
}

impl<'a> Unit<'a> {
    pub(super) fn new(stem: &'a str, user: Option<&'a str>, is_users: bool) -> Self {
        // No system has longer names; one in a hostile unit would be put in again and again.
        let user = user.map(|user| if user.len() > 64 { "%u" } else { user });
        Self { stem, user, is_users }
    }

    /// The text with the specifiers that are known put in.
    pub(super) fn expand(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('%') {
            out.push_str(before);
            let mut letters = behind.chars();
            let letter = letters.next();
            if let Some(meaning) = letter.and_then(|letter| self.meaning(letter)) {
                out.push_str(&meaning);
                rest = letters.as_str();
            } else {
                out.push('%');
                rest = behind;
            }
        }
        out.push_str(rest);
        out
    }

    fn meaning(&self, letter: char) -> Option<String> {
        let instance = self.stem.split_once('@');
        let is_template = instance.is_some_and(|(_, instance)| instance.is_empty());
        let meaning = match letter {
            '%' => "%".to_owned(),
            'p' => instance.map_or(self.stem, |(prefix, _)| prefix).to_owned(),
            'P' => unescaped(instance.map_or(self.stem, |(prefix, _)| prefix)),
            'n' if !is_template => format!("{}.service", self.stem),
            'N' if !is_template => self.stem.to_owned(),
            'i' if !is_template => instance.map_or("", |(_, instance)| instance).to_owned(),
            'I' if !is_template => unescaped(instance.map_or("", |(_, instance)| instance)),
            'T' => "/tmp".to_owned(),
            'V' => "/var/tmp".to_owned(),
            _ if self.is_users => return None,
            'u' => self.user.unwrap_or("root").to_owned(),
            'h' => match self.user {
                None | Some("root") => "/root".to_owned(),
                Some(user) => format!("/home/{user}"),
            },
            't' => "/run".to_owned(),
            'S' => "/var/lib".to_owned(),
            'C' => "/var/cache".to_owned(),
            'L' => "/var/log".to_owned(),
            'E' => "/etc".to_owned(),
            _ => return None,
        };
        Some(meaning)
    }
}

/// Whether a text that was expanded still has a specifier to be put in.
pub(super) fn leaves_open(text: &str) -> bool {
    let is_specifier = |at: usize| text[at + 1..].starts_with(|letter: char| letter.is_ascii_alphabetic());
    text.match_indices('%').any(|(at, _)| is_specifier(at))
}

/// A name without systemd's escapes: `-` is a slash, `\x2d` a character.
fn unescaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(letter) = rest.chars().next() {
        let code = rest
            .strip_prefix("\\x")
            .and_then(|digits| u8::from_str_radix(digits.get(..2)?, 16).ok());
        if let Some(code) = code {
            out.push(char::from(code));
            rest = &rest[4..];
            continue;
        }
        out.push(if letter == '-' { '/' } else { letter });
        rest = &rest[letter.len_utf8()..];
    }
    out
}
