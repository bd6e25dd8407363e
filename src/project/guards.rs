//! What a guard comes to on the target.

use crate::facts::python::{Comparison, Guard, PathExpr};
use crate::target::PythonVersion;
use std::cmp::Ordering;

/// Whether an arm runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    Maybe,
}

impl Truth {
    fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
        }
    }
}

/// What a guard depends on.
pub(super) struct Asked {
    python: PythonVersion,
    is_main: bool,
    /// Names, with whether each is true and whether it is `None`, as far as that is known.
    pub(super) names: Vec<(String, Option<bool>, Option<bool>)>,
    /// Folders, with whether each is in `sys.path`.
    pub(super) folders: Vec<(PathExpr, Option<bool>)>,
    /// Modules, with whether each can be found.
    pub(super) modules: Vec<(String, Option<bool>)>,
}

impl Asked {
    /// The Python that runs, and whether the module is started as a script; nothing else is known.
    pub(super) fn new(python: PythonVersion, is_main: bool) -> Self {
        Self {
            python,
            is_main,
            names: Vec::new(),
            folders: Vec::new(),
            modules: Vec::new(),
        }
    }

    fn name(&self, wanted: &str) -> (Option<bool>, Option<bool>) {
        let found = self.names.iter().find(|(name, ..)| name == wanted);
        found.map_or((None, None), |(_, truth, is_none)| (*truth, *is_none))
    }

    fn module(&self, wanted: &str) -> Option<bool> {
        let found = self.modules.iter().find(|(name, _)| name == wanted);
        found.and_then(|(_, answer)| *answer)
    }
}

/// Whether an arm with this guard runs, when none before it did. [`Guard::Otherwise`] is the matter of
/// whoever knows the arms before it.
pub(super) fn truth(guard: &Guard, asked: &Asked) -> Truth {
    let known = |answer: Option<bool>| answer.map_or(Truth::Maybe, Truth::of);
    let all = |parts: &[Guard]| parts.iter().map(|part| truth(part, asked)).collect::<Vec<_>>();
    match guard {
        Guard::Unknown | Guard::Otherwise => Truth::Maybe,
        Guard::ModuleFound(name) => known(asked.module(name)),
        Guard::InPath(wanted) => {
            let found = asked.folders.iter().find(|(folder, _)| folder == wanted);
            known(found.and_then(|(_, answer)| *answer))
        }
        Guard::Named(name) => known(asked.name(name).0),
        Guard::IsNone(name) => known(asked.name(name).1),
        Guard::OnLinux(answer) | Guard::Constant(answer) => Truth::of(*answer),
        Guard::TypeChecking => Truth::No,
        Guard::IsMain => Truth::of(asked.is_main),
        Guard::Version(comparison, version) => Truth::of(compare(
            [asked.python.major, asked.python.minor],
            *comparison,
            version,
        )),
        Guard::Not(inner) => truth(inner, asked).not(),
        Guard::All(parts) => {
            let all = all(parts);
            if all.contains(&Truth::No) {
                Truth::No
            } else if all.contains(&Truth::Maybe) {
                Truth::Maybe
            } else {
                Truth::Yes
            }
        }
        Guard::Any(parts) => {
            let all = all(parts);
            if all.contains(&Truth::Yes) {
                Truth::Yes
            } else if all.contains(&Truth::Maybe) {
                Truth::Maybe
            } else {
                Truth::No
            }
        }
    }
}

/// Compares `sys.version_info`, a tuple of five, with a shorter tuple, as Python compares tuples.
fn compare(target: [u32; 2], comparison: Comparison, version: &[u32]) -> bool {
    let parts = version.len().min(2);
    let order = target[..parts].cmp(&version[..parts]);
    // sys.version_info is longer than the tuple: where the parts are equal, it is the greater one.
    let order = if order == Ordering::Equal {
        Ordering::Greater
    } else {
        order
    };
    match comparison {
        Comparison::Less | Comparison::AtMost => order == Ordering::Less,
        Comparison::Greater | Comparison::AtLeast => order == Ordering::Greater,
        Comparison::Equal => false,
        Comparison::Differs => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_tuples_do() {
        // Each line was asked of CPython 3.10: `sys.version_info <op> <tuple>`.
        let ten = [3, 10];
        assert!(compare(ten, Comparison::AtLeast, &[3, 10]));
        assert!(compare(ten, Comparison::Greater, &[3, 10]));
        assert!(!compare(ten, Comparison::AtMost, &[3, 10]));
        assert!(!compare(ten, Comparison::AtLeast, &[3, 11]));
        assert!(compare(ten, Comparison::Less, &[3, 11]));
        assert!(compare(ten, Comparison::AtLeast, &[3]));
        assert!(!compare(ten, Comparison::Equal, &[3, 10]));
    }

    #[test]
    fn names_and_modules_are_answered_as_far_as_they_are_known() {
        let mut asked = Asked::new(PythonVersion { major: 3, minor: 10 }, false);
        asked.names.push(("HAS".to_owned(), Some(false), Some(false)));
        asked.modules.push(("yaml".to_owned(), Some(true)));
        assert_eq!(truth(&Guard::Named("HAS".to_owned()), &asked), Truth::No);
        assert_eq!(truth(&Guard::Named("other".to_owned()), &asked), Truth::Maybe);
        assert_eq!(truth(&Guard::ModuleFound("yaml".to_owned()), &asked), Truth::Yes);
        assert_eq!(truth(&Guard::Not(Box::new(Guard::IsMain)), &asked), Truth::Yes);
    }
}
