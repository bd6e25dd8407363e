//! Statements about ports.

use crate::source::Span;

/// One statement about a port.
#[derive(Debug, Clone)]
pub struct Port {
    /// The number, where it is one that can be a port (1 to 65535); otherwise what was written cannot.
    pub number: Option<u16>,
    /// The highest port of a range (`8000-8010`).
    pub last: Option<u16>,
    /// What was written; nothing of a service that stands among services with ports and has none.
    pub text: String,
    /// The service that it belongs to, as the document names it.
    pub service: Option<String>,
    /// The table, group or variable that it stands in: `DEFAULT_PORTS`, `core_services`.
    pub table: Option<String>,
    /// What is done with the port.
    pub role: PortRole,
    /// The address beside it, as written: which one is listened on or dialled, who is let in. Nothing
    /// when none is written.
    pub host: Option<String>,
    /// What may put another number in the stead of this one.
    pub given: Given,
    /// The port of the container behind a published one.
    pub inner: Option<u16>,
    /// Whether it is a port of UDP.
    pub is_udp: bool,
    /// The call of the code that uses it; the number may stand elsewhere.
    pub call: Option<Span>,
    /// For whom it is meant, where the document says that: `"public": true`, a group `internal_services`.
    pub audience: Option<Audience>,
    /// Where the number (or, for a lookup, the service's name) stands.
    pub span: Span,
}

impl Port {
    /// The table of a port that a module may well listen on, in a way that is not read.
    pub const UNSEEN: &str = "unseen";

    /// A statement of which nothing is known but what is written, what it is there for, and where.
    pub fn new(text: impl Into<String>, role: PortRole, span: Span) -> Self {
        let text = text.into();
        Self {
            number: number(&text),
            last: None,
            text,
            service: None,
            table: None,
            role,
            host: None,
            given: Given::Fixed,
            inner: None,
            is_udp: false,
            call: None,
            audience: None,
            span,
        }
    }

    /// The same, of this service.
    #[must_use]
    pub fn of(mut self, service: Option<String>) -> Self {
        self.service = service.filter(|service| !service.is_empty());
        self
    }

    /// The same, in this table.
    #[must_use]
    pub fn in_table(mut self, table: Option<impl Into<String>>) -> Self {
        self.table = table.map(Into::into);
        self
    }

    /// The same, with this address beside it.
    #[must_use]
    pub fn at(mut self, host: Option<impl Into<String>>) -> Self {
        self.host = host.map(Into::into);
        self
    }

    /// Whether it says that the service has no port.
    pub fn is_none(&self) -> bool {
        self.text.is_empty() && self.role == PortRole::Declares
    }

    /// Whether this port is the one, or in the range, that is stated.
    pub fn covers(&self, port: u16) -> bool {
        let Some(first) = self.number else { return false };
        (first..=self.last.unwrap_or(first)).contains(&port)
    }
}

/// The port that a text is, where it can be one.
pub fn number(text: &str) -> Option<u16> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let port = text.parse().ok().filter(|port| *port > 0);
    port.filter(|_| is_digits)
}

/// The two ends of `8000-8010` or `8000:8010`, or the one port that a text is.
pub fn range(text: &str) -> Option<(u16, Option<u16>)> {
    match text.split_once(['-', ':']) {
        Some((low, high)) => {
            let (low, high) = (number(low)?, number(high)?);
            (low <= high).then_some((low, Some(high)))
        }
        None => Some((number(text)?, None)),
    }
}

/// Whether an address is one that only the machine itself reaches.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost") || host.starts_with("127.") || host == "::1"
}

/// Whether an address stands for all addresses of the machine.
pub fn is_wildcard(host: &str) -> bool {
    matches!(host.trim_matches(['[', ']']), "" | "0.0.0.0" | "::" | "*" | "0")
}

/// What is done with a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortRole {
    /// A config or table says that the service has this port.
    Declares,
    /// The code uses this port when nothing else says one: `os.getenv("PORT", 8000)`.
    Default,
    /// A server listens on it.
    Binds,
    /// Something connects to it.
    Dials,
    /// A container's port that the host has under this number.
    Publishes,
    /// A container says that it listens on it: `EXPOSE`, `expose:`.
    Exposes,
    /// A firewall lets others reach it.
    Allows,
    /// A firewall keeps others from it.
    Denies,
    /// The code asks a table for the service's port: `get_port("x")`.
    LooksUp,
    /// A list of ports that must not be used.
    Avoids,
    /// The lowest port that may be used.
    RangeStart,
    /// The highest port that may be used.
    RangeEnd,
}

/// For whom a port is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// For everybody.
    Public,
    /// For the system itself.
    Internal,
}

/// What may put another number in the stead of a written one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Given {
    /// Nothing: it is the number.
    #[default]
    Fixed,
    /// An environment variable.
    Variable(String),
    /// A table of ports, asked for this service.
    Table(String),
    /// An option of the command line: `--port`.
    Option(String),
    /// Something that the document does not tell: a caller, a setting of another module.
    Elsewhere,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_numbers_are_read() {
        assert_eq!(range("8000"), Some((8000, None)));
        assert_eq!(range("8000-8010"), Some((8000, Some(8010))));
        assert_eq!(range("8000:8010"), Some((8000, Some(8010))));
        for text in ["", "0", "70000", "-1", "8010-8000", "a-b", "8000-", "+80"] {
            assert_eq!(range(text), None, "{text}");
        }
        let mut port = Port::new("8000", PortRole::Binds, Span::default());
        port.last = Some(8002);
        assert!(port.covers(8002) && !port.covers(8003));
    }

    #[test]
    fn addresses_are_told_apart() {
        assert!(is_loopback("localhost") && is_loopback("127.0.0.1") && is_loopback("[::1]"));
        assert!(is_wildcard("0.0.0.0") && is_wildcard("[::]") && is_wildcard(""));
        assert!(!is_loopback("10.0.0.1") && !is_wildcard("10.0.0.1"));
    }
}
