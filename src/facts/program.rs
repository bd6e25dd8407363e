//! Processes that the target will start.

use super::Command;
use crate::source::{Span, Spanned};

/// A process that a document has the target start.
#[derive(Debug, Clone)]
pub struct Program {
    /// The name that the process manager gives it.
    pub name: String,
    /// The name of its definition, which several processes may share (`numprocs` of supervisor).
    pub definition: String,
    /// Where its definition begins.
    pub span: Span,
    /// Who starts it.
    pub manager: Manager,
    /// The command line, expansions resolved where they could be.
    pub command: Option<Spanned<String>>,
    /// What the command line runs, in order: one command, or those of the shell that reads it.
    pub commands: Vec<Command>,
    /// How many of those commands run before the program itself (`ExecStartPre` of systemd).
    pub before: usize,
    /// Whether it runs once, and may have several commands of its own (`Type=oneshot` of systemd).
    pub runs_once: bool,
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
    /// What its image, or its service, puts before the command.
    pub entry_point: Option<EntryPoint>,
    /// The image that it is built from, when a Dockerfile of the tree makes it.
    pub build: Option<Build>,
    /// Whether it runs in a container, whose files are not the server's.
    pub in_container: bool,
    /// Whether the image's `/bin/sh` is dash, as far as its name tells.
    pub has_dash: Option<bool>,
    /// Files that it, or its manager, writes its output to.
    pub logs: Vec<Spanned<String>>,
    /// Whether it starts by itself when the manager does.
    pub autostart: bool,
    /// What the definition says, by its manager's own keys (`autorestart`, `Type`, `WantedBy`), as written.
    pub settings: Vec<(String, Spanned<String>)>,
}

impl Program {
    /// A program of which only the name, the place and the manager are known.
    pub fn new(name: impl Into<String>, span: Span, manager: Manager) -> Self {
        let name = name.into();
        Self {
            definition: name.clone(),
            name,
            span,
            manager,
            command: None,
            commands: Vec::new(),
            before: 0,
            runs_once: false,
            directory: None,
            user: None,
            capabilities: Vec::new(),
            environment: Vec::new(),
            environment_files: Vec::new(),
            python: None,
            placements: Vec::new(),
            entry_point: None,
            build: None,
            in_container: false,
            has_dash: None,
            logs: Vec::new(),
            autostart: true,
            settings: Vec::new(),
        }
    }

    /// What the definition says under a key of its manager's; the last one counts.
    pub fn setting(&self, key: &str) -> Option<&Spanned<String>> {
        let mut found = self.settings.iter().rev();
        found.find(|(name, _)| name == key).map(|(_, value)| value)
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

/// What a drop-in changes in a unit of systemd: `web.service.d/override.conf`.
#[derive(Debug, Clone)]
pub struct DropIn {
    /// The unit's name without `.service`; empty when it is for every service.
    pub unit: String,
    /// What it sets; lists come behind those of the unit.
    pub program: Program,
    /// The lists that it empties first.
    pub empties: Vec<UnitList>,
}

/// Settings of a unit that are lists: a later line adds to them, and an empty one empties them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitList {
    /// `ExecStart=`
    Start,
    /// `ExecStartPre=`
    Before,
    /// `Environment=`
    Environment,
    /// `EnvironmentFile=`
    EnvironmentFile,
}

impl UnitList {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Start,
        Self::Before,
        Self::Environment,
        Self::EnvironmentFile,
    ];

    /// The name that a unit has for it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Start => "ExecStart",
            Self::Before => "ExecStartPre",
            Self::Environment => "Environment",
            Self::EnvironmentFile => "EnvironmentFile",
        }
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

/// The `ENTRYPOINT` of an image, or `entrypoint:` of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryPoint {
    /// The command stands behind these words.
    Words(Vec<String>),
    /// A line that a shell reads: the command is passed over.
    Shell,
}

/// How compose builds a service's image; both paths as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The folder whose files the build sees, relative to the document's.
    pub context: String,
    /// The Dockerfile, relative to the context.
    pub dockerfile: String,
    /// The stage of it that is built, when that is not the last one.
    pub target: Option<String>,
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
