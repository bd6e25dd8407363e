//! Processes that the target will start.

use super::Command;
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
    /// What the command line runs, in order: one command, or those of the shell that reads it.
    pub commands: Vec<Command>,
    /// The working directory, where one is set.
    pub directory: Option<Spanned<String>>,
    /// The user it runs as, where one is set.
    pub user: Option<Spanned<String>>,
    /// Capabilities that it gets without being root, as written (systemd's `AmbientCapabilities=`).
    pub capabilities: Vec<String>,
    /// Its environment, in the order of the file.
    pub environment: Vec<(String, Spanned<String>)>,
    /// Files of `NAME=value` lines that it gets its environment from, as written.
    pub environment_files: Vec<EnvironmentFile>,
    /// The version of the Python that its container brings, as written: `3.11`.
    pub python: Option<Spanned<String>>,
    /// Where its container has parts of the tree.
    pub placements: Vec<Placement>,
    /// The image that it is built from, when a Dockerfile of the tree makes it.
    pub build: Option<Build>,
    /// Whether it runs in a container, whose files are not the server's.
    pub in_container: bool,
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
            commands: Vec::new(),
            directory: None,
            user: None,
            capabilities: Vec::new(),
            environment: Vec::new(),
            environment_files: Vec::new(),
            python: None,
            placements: Vec::new(),
            build: None,
            in_container: false,
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

/// A file that a program's environment comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentFile {
    /// Its path as written.
    pub path: Spanned<String>,
    /// Whether the program starts without it (systemd's `-`, compose's `required: false`).
    pub is_optional: bool,
}

/// A part of the tree inside a container: `COPY backend /app/backend`, a volume `.:/app`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The path in the tree, relative to the build context or to the document; `.` is all of it. In a
    /// pattern (`*.py`) the last parts of both paths are the same.
    pub from: String,
    /// The absolute path in the container.
    pub to: String,
}

/// How compose builds a service's image; both paths as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The folder whose files the build sees, relative to the document's.
    pub context: String,
    /// The Dockerfile, relative to the context.
    pub dockerfile: String,
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
    /// A Dockerfile's `ENTRYPOINT` and `CMD`.
    Docker,
    /// A line of a crontab.
    Cron,
    /// pm2, from an `ecosystem.config.js`.
    Pm2,
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
            Self::Docker => "docker",
            Self::Cron => "cron",
            Self::Pm2 => "pm2",
            Self::Script => "script",
            Self::Declared => "declared",
        }
    }
}
