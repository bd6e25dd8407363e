//! Texts that could be a key, a token or a password. Whether one is, rules decide.

use crate::source::Span;
use std::fmt;

/// A text that could be a secret, and what stands around it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The text; of a private key what stands between its first and its last line.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// How it stands there.
    pub form: TokenForm,
    /// What it is bound to, or the user of a URL.
    pub name: Option<String>,
    /// The text just before and behind it, in small letters: it may say whose key this is.
    pub around: String,
}

/// How a text stands in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenForm {
    /// Between `-----BEGIN … PRIVATE KEY-----` and its end.
    Key,
    /// As the password of a URL.
    Url,
    /// Behind `Bearer`, `Basic` or `Token` in a header.
    Header,
    /// As the value of a name that speaks of secrets.
    Assigned,
    /// Anywhere: a word of letters and digits that nobody would say aloud.
    Word,
}

/// Nothing prints the text by accident.
impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { span, form, name, .. } = self;
        write!(formatter, "Token({form:?}, {name:?}, {span:?})")
    }
}
