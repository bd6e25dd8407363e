//! Literal texts and the roles they play.

use crate::source::Span;

/// A literal text in a document.
#[derive(Debug, Clone)]
pub struct Value {
    /// The text, escapes resolved.
    pub text: String,
    /// Where it stands, without quotes where the format has them.
    pub span: Span,
    /// What it is there for.
    pub role: Role,
    /// What it is bound to: a variable, a keyword, the keys of a config joined by dots.
    pub name: Option<String>,
    /// The function or command that it is handed to, with its module: `psycopg2.connect`.
    pub call: Option<String>,
    /// Whether the target gets there.
    pub reach: Reach,
}

/// What a literal is there for. Whether `"localhost"` is a defect depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The value of a name or of a key: `HOST = "…"`, `"host": "…"`.
    Assigned,
    /// An argument of a call that does something with it.
    Argument,
    /// The default of an environment variable or of a command-line option.
    Default,
    /// An element of a list, tuple or set.
    Element,
    /// The key of a mapping.
    Key,
    /// One side of a comparison or membership test.
    Compared,
    /// A pattern that is searched for: a regular expression, `grep`'s argument.
    Pattern,
    /// Text for people: `print`, logging, an exception's message, `echo`, help.
    Prose,
    /// A docstring, or a string that stands alone.
    Docstring,
    /// What a function gives back.
    Returned,
    /// Part of a command line that is run.
    Command,
    /// Text or attribute of a page that people see.
    Markup,
    /// Text of which nothing more is known.
    Plain,
}

impl Role {
    /// All roles, in the order of their declaration.
    pub const ALL: [Self; 13] = [
        Self::Assigned,
        Self::Argument,
        Self::Default,
        Self::Element,
        Self::Key,
        Self::Compared,
        Self::Pattern,
        Self::Prose,
        Self::Docstring,
        Self::Returned,
        Self::Command,
        Self::Markup,
        Self::Plain,
    ];

    /// The name that a rule's `[match]` uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Argument => "argument",
            Self::Default => "default",
            Self::Element => "element",
            Self::Key => "key",
            Self::Compared => "compared",
            Self::Pattern => "pattern",
            Self::Prose => "prose",
            Self::Docstring => "docstring",
            Self::Returned => "returned",
            Self::Command => "command",
            Self::Markup => "markup",
            Self::Plain => "plain",
        }
    }

    /// Whether the text only speaks to people and nothing acts on it.
    pub fn is_prose(self) -> bool {
        matches!(self, Self::Prose | Self::Docstring)
    }
}

/// Whether the target gets to a statement, as far as its guards tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Reach {
    /// Nothing keeps Linux from it.
    #[default]
    Always,
    /// Only after a test that the thing is there: `os.path.exists`, `command -v`, `[ -f … ]`.
    IfFound,
    /// Only on another platform than Linux, or on another machine.
    Elsewhere,
}

/// Whether the system that has this path is Linux: nothing where the path does not tell.
pub fn is_on_linux(path: &str) -> Option<bool> {
    const OF_LINUX: [&str; 7] = [
        "/proc/",
        "/sys/",
        "/etc/os-release",
        "/etc/debian_version",
        "/etc/lsb-release",
        "/etc/redhat-release",
        "/run/systemd",
    ];
    const OF_MAC: [&str; 6] = [
        "/opt/homebrew",
        "/usr/local/Cellar",
        "/Applications",
        "/Library",
        "/System/Library",
        "/usr/libexec/ApplicationFirewall",
    ];
    let begins = |places: &[&str]| places.iter().any(|place| path.starts_with(place));
    match (begins(&OF_LINUX), begins(&OF_MAC)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Whether `text` can interest any rule: it holds a path, an address, or a host with a port, or is the name of a host.
///
/// Formats keep only such texts, which keeps the facts of a large tree small. The test costs one pass.
pub fn is_telling(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'/' | b'\\' => true,
        b'.' => at > 0 && bytes[at - 1].is_ascii_digit() && bytes.get(at + 1).is_some_and(u8::is_ascii_digit),
        b':' => bytes
            .get(at + 1)
            .is_some_and(|next| *next == b':' || next.is_ascii_hexdigit()),
        _ => false,
    }) || is_host_name(text)
}

/// Last parts of names that only a network at home or a tunnel has, and that nothing but hosts ends in.
const HOST_ENDS: [&str; 22] = [
    "local",
    "lan",
    "home",
    "arpa",
    "box",
    "localdomain",
    "net",
    "io",
    "app",
    "dev",
    "pizza",
    "com",
    "me",
    "lt",
    "life",
    "rocks",
    "run",
    "link",
    "live",
    "online",
    "pub",
    "ms",
];

/// Whether a text is the name of a host and nothing else: `mac-mini.local`, `.ngrok-free.app`.
fn is_host_name(text: &str) -> bool {
    let Some((begin, last)) = text.rsplit_once('.') else {
        return false;
    };
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-.*@_".contains(&byte);
    HOST_ENDS.contains(&last) && text.len() < 254 && begin.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_addresses_and_ports_are_telling() {
        for text in [
            "/opt/x",
            r"C:\Users\me",
            "10.0.0.5",
            "::1",
            "db:5432",
            "http://x",
            "mac-mini.local",
        ] {
            assert!(is_telling(text), "{text}");
        }
        for text in ["", "hello", "a.b", "note: see below", "os.path", "Go .local"] {
            assert!(!is_telling(text), "{text}");
        }
    }
}
