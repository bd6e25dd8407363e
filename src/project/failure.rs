//! Imports that do not resolve.

use super::files::Lack;
use super::requirements::Provision;
use crate::facts::python::NeededBy;
use crate::finding::{Confidence, Place};
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

/// Something that stops a program, or would if nothing caught it: mostly an import that does not resolve.
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
    /// How sure it is: not everything that `sys.path` or a condition comes to is known.
    pub confidence: Confidence,
}

impl Failure {
    /// Whether a program that meets it does not start.
    pub fn stops(&self) -> bool {
        self.when == When::Start && !matches!(self.kind, FailureKind::SecondName(_))
    }

    /// Whether it is this failure, met in another run.
    pub fn is_same(&self, other: &Self) -> bool {
        self.place == other.place && self.module == other.module && self.missing == other.missing
    }
}

/// Why an import does not resolve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailureKind {
    /// The tree has a module of that name, elsewhere: these files.
    Elsewhere(Vec<String>),
    /// A package of the tree lacks this part.
    Lacking,
    /// What stands before the last dot is a module of the tree, not a package.
    NotPackage,
    /// The package (`missing`) that it is in failed before, and has left `sys.modules`.
    Gone,
    /// The module of the tree (`module`) does not define the name (`missing`).
    Name {
        /// Whether an attribute is read, rather than a name imported.
        is_attribute: bool,
    },
    /// The module is still being imported: the name comes later in it.
    Circular {
        /// Whether an attribute is read, rather than a name imported.
        is_attribute: bool,
    },
    /// The part of a package is still being imported, and no attribute of the package yet.
    EarlyPart,
    /// A module of the target's standard library lacks the name.
    StandardName {
        /// Whether an attribute is read, rather than a name imported.
        is_attribute: bool,
    },
    /// The target's Python cannot read the file.
    Syntax,
    /// An environment variable that nothing sets, and what fails without it.
    Variable(NeededBy),
    /// A file or folder that is not there.
    File(Box<Lack>),
    /// The module ends the program itself: `raise`, `sys.exit`.
    Ends,
    /// Git ignores it, so it stays on the author's machine.
    Ignored(Withheld),
    /// A relative import in a file that runs as a script, or above its top package.
    Relative {
        /// Whether the file is part of a package at all: then the dots lead out of it.
        has_package: bool,
    },
    /// The standard library of the target's Python lacks it.
    StandardLibrary,
    /// A distribution that is not installed.
    Distribution(Provision),
    /// It resolves, but only because the program happens to start in this folder: elsewhere in the tree
    /// the same file is imported under this other name.
    SecondName(String),
}
