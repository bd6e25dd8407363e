//! What a property list has macOS's launchd run.

use crate::source::{Span, Spanned};

/// A job of launchd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchdJob {
    /// Its label.
    pub label: String,
    /// The words of its command.
    pub words: Vec<Spanned<String>>,
    /// Where it runs.
    pub directory: Option<String>,
    /// Whether it is started again when it ends.
    pub keeps_alive: bool,
    /// Whether it runs at times, as a timer has it, and not all the time.
    pub is_timed: bool,
    /// The keys of its environment.
    pub environment: Vec<(String, String)>,
    /// Where its command stands.
    pub span: Span,
}
