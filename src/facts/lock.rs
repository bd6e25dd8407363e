//! What a lock file holds.

use crate::source::{Span, Spanned};

/// A lock file: `uv.lock`, `poetry.lock`, `pylock.toml`, `Pipfile.lock`.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    /// For which Python it was made, as its tool writes that.
    pub python: Option<Spanned<String>>,
    /// Its packages, in its order.
    pub packages: Vec<Locked>,
}

/// A package of a lock file.
#[derive(Debug, Clone)]
pub struct Locked {
    /// The distribution's name as written.
    pub name: String,
    /// Its version; empty for a project of the tree.
    pub version: String,
    /// Where the name stands.
    pub span: Span,
    /// Who gets it.
    pub role: LockRole,
    /// Its marker, where the package has one of its own.
    pub marker: Option<String>,
    /// What it requires, each with the marker of that need.
    pub needs: Vec<(String, Option<String>)>,
    /// The names of its files, where the lock records them.
    pub files: Vec<String>,
}

/// Who gets a package of a lock file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockRole {
    /// The locked project itself: whoever installs it gets what it needs.
    Root,
    /// Everybody who installs from the lock.
    Main,
    /// Whoever a package that is installed needs it for.
    Needed,
    /// An optional group.
    Group,
}
