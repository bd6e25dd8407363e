//! What a document makes in the server of a database: databases and users.

use super::password::Secret;
use crate::source::Span;

/// A database or a user that a text of SQL makes: `CREATE DATABASE trades`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Which of the two.
    pub what: MadeKind,
    /// Its name; nothing where a variable gives it.
    pub name: Option<String>,
    /// The password that the user gets, where one is written.
    pub password: Option<Secret>,
    /// Where its name stands.
    pub span: Span,
}

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MadeKind {
    /// A database.
    Database,
    /// A user, or a role.
    User,
}
