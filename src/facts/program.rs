//! Processes that the target will start.

use crate::source::{Span, Spanned};

/// A process that a document has the target start.
#[derive(Debug, Clone)]
pub struct Program {
    /// The name that the process manager gives it.
    pub name: String,
    /// Where its definition begins.
    pub span: Span,
    /// Who starts it.
    pub manager: Manager,
    /// The command line, expansions resolved where they could be.
    pub command: Option<Spanned<String>>,
    /// The working directory, where one is set.
    pub directory: Option<Spanned<String>>,
    /// The user it runs as, where one is set.
    pub user: Option<Spanned<String>>,
    /// Its environment, in the order of the file.
    pub environment: Vec<(String, Spanned<String>)>,
    /// Files that it, or its manager, writes its output to.
    pub logs: Vec<Spanned<String>>,
    /// Whether it starts by itself when the manager does.
    pub autostart: bool,
}

impl Program {
    /// A program of which only the name, the place and the manager are known.
    pub fn new(name: impl Into<String>, span: Span, manager: Manager) -> Self {
        Self {
            name: name.into(),
            span,
            manager,
            command: None,
            directory: None,
            user: None,
            environment: Vec::new(),
            logs: Vec::new(),
            autostart: true,
        }
    }

    /// The value of an environment variable that the definition sets; the last one counts.
    pub fn variable(&self, name: &str) -> Option<&Spanned<String>> {
        self.environment
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }
}

/// Who starts a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Manager {
    /// supervisord, from a `[program:x]` section.
    Supervisor,
    /// systemd, from a unit.
    Systemd,
    /// A Procfile.
    Procfile,
    /// docker-compose.
    Compose,
    /// A shell script that starts it in the background.
    Script,
    /// Nothing of the tree: `[[program]]` of `audit.toml` declares it.
    Declared,
}

impl Manager {
    /// The name that people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Supervisor => "supervisor",
            Self::Systemd => "systemd",
            Self::Procfile => "procfile",
            Self::Compose => "compose",
            Self::Script => "script",
            Self::Declared => "declared",
        }
    }
}
