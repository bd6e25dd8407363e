//! Passwords, of which only as much is kept as may be shown.

/// A password. What it is cannot be had from it: only how long it is, whether it stands in for another, and a
/// mark by which two of them are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secret {
    length: usize,
    mark: u16,
    is_stand_in: bool,
}

/// Passwords that stand in for the true one, or that everybody tries first.
const STAND_INS: [&str; 29] = [
    "password",
    "passwd",
    "pass",
    "secret",
    "changeme",
    "changethis",
    "postgres",
    "root",
    "admin",
    "test",
    "testing",
    "example",
    "mysql",
    "redis",
    "guest",
    "user",
    "dev",
    "development",
    "default",
    "none",
    "null",
    "mypassword",
    "asdf",
    "qwerty",
    "1234",
    "12345",
    "123456",
    "12345678",
    "letmein",
];
/// Words that only a password which stands in for another has in it.
const STAND_IN_WORDS: [&str; 10] = [
    "your",
    "change",
    "replace",
    "placeholder",
    "example",
    "insert",
    "xxxx",
    "****",
    "todo",
    "insecure",
];

impl Secret {
    /// The secret that a text is; nothing when the text is empty, or only says where the secret comes from.
    pub fn of(text: &str) -> Option<Self> {
        let is_reference = text.contains(['{', '$', '<', '%']) && text.contains(['}', '$', '>', ')'])
            || text.starts_with("...")
            || text.starts_with("**")
            || text.contains(char::is_whitespace);
        if is_reference {
            return None;
        }
        Self::of_literal(text)
    }

    /// The secret that a text is, whatever it looks like; nothing when it is empty.
    pub fn of_literal(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let lower = text.to_ascii_lowercase();
        let plain: String = lower.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let is_stand_in =
            STAND_INS.contains(&plain.as_str()) || STAND_IN_WORDS.iter().any(|word| lower.contains(word));
        Some(Self {
            length: text.chars().count(),
            mark: mark(text),
            is_stand_in,
        })
    }

    /// How many characters it has.
    pub fn length(&self) -> usize {
        self.length
    }

    /// A mark of four digits: equal secrets have the same. So few digits fit too many texts to lead back to one.
    pub fn fingerprint(&self) -> String {
        format!("{:04x}", self.mark)
    }

    /// Whether it is this text, as far as the mark tells.
    pub fn is(&self, text: &str) -> bool {
        text.chars().count() == self.length && mark(text) == self.mark
    }

    /// Whether it stands in for the true one: `changeme`.
    pub fn is_stand_in(&self) -> bool {
        self.is_stand_in
    }
}

/// FNV-1a (Fowler, Noll, Vo), folded to sixteen bits.
fn mark(text: &str) -> u16 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let folded = hash ^ (hash >> 32);
    let bytes = (folded ^ (folded >> 16)).to_le_bytes();
    u16::from_le_bytes([bytes[0], bytes[1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_show_no_text() {
        let secret = Secret::of("hunter2-and-more").unwrap();
        assert_eq!(secret.length(), 16);
        assert!(!format!("{secret:?}{}", secret.fingerprint()).contains("hunter"));
        assert!(!secret.is_stand_in());
        for text in [
            "changeme",
            "Password",
            "your_db_password",
            "postgres",
            "change-me-now",
        ] {
            assert!(Secret::of(text).unwrap().is_stand_in(), "{text}");
        }
        for text in [
            "",
            "${DB_PASSWORD}",
            "{password}",
            "<password>",
            "$X$",
            "***REMOVED***",
            "enter it here",
        ] {
            assert!(Secret::of(text).is_none(), "{text}");
        }
        assert_ne!(Secret::of("one1"), Secret::of("two2"));
    }
}
