//! Statements about ports.

use crate::source::Span;

/// One statement about a port.
#[derive(Debug, Clone)]
pub struct Port {
    /// The number, where it is one that can be a port (1 to 65535); otherwise what was written cannot.
    pub number: Option<u16>,
    /// What was written.
    pub text: String,
    /// The service that it belongs to, as the document names it.
    pub service: Option<String>,
    /// The table, group or variable that it stands in: `DEFAULT_PORTS`, `core_services`.
    pub table: Option<String>,
    /// What is done with the port.
    pub role: PortRole,
    /// Where the number (or, for a lookup, the service's name) stands.
    pub span: Span,
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
    /// The code asks a table for the service's port: `get_port("x")`.
    LooksUp,
    /// A list of ports that must not be used.
    Avoids,
    /// The lowest port that may be used.
    RangeStart,
    /// The highest port that may be used.
    RangeEnd,
}
