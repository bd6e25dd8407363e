//! What a configuration says of the daemon that starts its programs.

use crate::source::{Span, Spanned};

/// What a supervisord configuration says of supervisord itself.
#[derive(Debug, Clone, Default)]
pub struct Daemon {
    /// The header of `[supervisord]`; nothing in a fragment that another file includes.
    pub section: Option<Span>,
    /// Files and folders that it opens before it starts any program.
    pub files: Vec<DaemonFile>,
    /// The user that it changes to, where one is set.
    pub user: Option<Spanned<String>>,
    /// What it sets for every program, those of the files that it includes among them.
    pub environment: Vec<(String, String)>,
    /// The patterns of `[include] files=`, as written.
    pub includes: Vec<Spanned<String>>,
    /// What the sections say that define no program: `[supervisord]`, `[unix_http_server]`, `[supervisorctl]`,
    /// `[group:x]` and their like.
    pub settings: Vec<DaemonSetting>,
}

impl Daemon {
    /// What a section says under a key; the last one counts.
    pub fn setting(&self, section: &str, key: &str) -> Option<&Spanned<String>> {
        let mut found = self.settings.iter().rev();
        found
            .find(|setting| setting.section == section && setting.key == key)
            .map(|setting| &setting.value)
    }

    /// The keys and values of a section.
    pub fn section<'a>(&'a self, section: &'a str) -> impl Iterator<Item = &'a DaemonSetting> {
        self.settings
            .iter()
            .filter(move |setting| setting.section == section)
    }
}

/// One `key=value` of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonSetting {
    /// The section's name: `unix_http_server`.
    pub section: String,
    /// The key, in lower case.
    pub key: String,
    /// The value, as written.
    pub value: Spanned<String>,
}

/// A file or folder of the daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonFile {
    /// What it is for.
    pub kind: DaemonFileKind,
    /// Its path, with the expansions that are known put in.
    pub path: Spanned<String>,
}

/// What a file of the daemon is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DaemonFileKind {
    /// `logfile=`: its folder has to exist.
    Log,
    /// `pidfile=`: its folder has to exist.
    Pid,
    /// `childlogdir=`: the folder itself has to exist.
    ChildLogs,
    /// `directory=`: the folder itself has to exist.
    Directory,
    /// `[unix_http_server] file=`: its folder has to exist.
    Socket,
}

impl DaemonFileKind {
    /// Whether the path is itself the folder that has to exist.
    pub fn is_folder(self) -> bool {
        matches!(self, Self::ChildLogs | Self::Directory)
    }

    /// The option that sets it.
    pub fn option(self) -> &'static str {
        match self {
            Self::Log => "logfile",
            Self::Pid => "pidfile",
            Self::ChildLogs => "childlogdir",
            Self::Directory => "directory",
            Self::Socket => "[unix_http_server] file",
        }
    }
}
