//! What a configuration of a server of databases says.

use crate::source::{Span, Spanned};

/// The configuration of a server of databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// Of which.
    pub kind: ServerKind,
    /// Its settings, keys in small letters, in the order of the file.
    pub settings: Vec<(String, Spanned<String>)>,
    /// Who is let in (`pg_hba.conf`), in the order of the file.
    pub access: Vec<ServerAccess>,
}

impl ServerConfig {
    /// What it says under a key; the last one counts.
    pub fn setting(&self, key: &str) -> Option<&Spanned<String>> {
        let mut settings = self.settings.iter().rev();
        settings.find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

/// A server of databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerKind {
    /// `redis.conf`, and valkey's.
    Redis,
    /// `postgresql.conf`.
    Postgres,
    /// `pg_hba.conf`.
    PostgresAccess,
}

/// A line of `pg_hba.conf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAccess {
    /// `local`, `host`, `hostssl`, …
    pub connection: String,
    /// Which databases, and which users, as written.
    pub whom: String,
    /// From where, as written; empty for a socket.
    pub address: String,
    /// How they prove who they are.
    pub method: String,
    /// The line.
    pub span: Span,
}
