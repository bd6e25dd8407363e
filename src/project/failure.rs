//! Imports that do not resolve.

use super::requirements::Provision;
use crate::finding::Place;
use crate::tree::Withheld;

/// When a failed import is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// The code expects it to fail and goes on (`except ImportError`).
    Expected,
    /// A broad `except` hides it: a feature is gone, and nobody is told.
    Hidden,
    /// When a function is called.
    Use,
    /// When the program starts.
    Start,
}

/// An import of a program that does not resolve.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The dotted name that is imported.
    pub module: String,
    /// The part of it that is not found.
    pub missing: String,
    /// Where.
    pub place: Place,
    /// The imports that lead there, from the program's own file on.
    pub chain: Vec<Place>,
    /// When it is noticed.
    pub when: When,
    /// What was looked for and not found.
    pub kind: FailureKind,
    /// Whether `sys.path` was known to its last entry.
    pub is_sure: bool,
}

/// Why an import does not resolve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailureKind {
    /// The tree has a module of that name, elsewhere: these files.
    Elsewhere(Vec<String>),
    /// A package of the tree lacks this part.
    Lacking,
    /// Git ignores it, so it stays on the author's machine.
    Ignored(Withheld),
    /// A relative import in a file that runs as a script, or above its top package.
    Relative,
    /// The standard library of the target's Python lacks it.
    StandardLibrary,
    /// A distribution that is not installed.
    Distribution(Provision),
    /// It resolves, but only because the program happens to start in this folder: elsewhere in the tree
    /// the same file is imported under this other name.
    SecondName(String),
}
