//! What a guard comes to on the target.

use crate::facts::python::{Comparison, Guard};
use crate::target::Target;
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

/// Whether an arm with this guard runs, behind the arms with the guards `before`.
pub(super) fn truth(guard: &Guard, before: &[Guard], target: &Target, is_main: bool) -> Truth {
    if before
        .iter()
        .any(|guard| truth(guard, &[], target, is_main) == Truth::Yes)
    {
        return Truth::No;
    }
    match guard {
        Guard::Unknown | Guard::ModuleFound(_) => Truth::Maybe,
        Guard::OnLinux(answer) | Guard::Constant(answer) => Truth::of(*answer),
        Guard::TypeChecking => Truth::No,
        Guard::IsMain => Truth::of(is_main),
        Guard::Version(comparison, version) => Truth::of(compare(
            [target.python.major, target.python.minor],
            *comparison,
            version,
        )),
        Guard::Not(inner) => truth(inner, &[], target, is_main).not(),
        Guard::All(parts) => {
            let all: Vec<Truth> = parts
                .iter()
                .map(|part| truth(part, &[], target, is_main))
                .collect();
            if all.contains(&Truth::No) {
                Truth::No
            } else if all.contains(&Truth::Maybe) {
                Truth::Maybe
            } else {
                Truth::Yes
            }
        }
        Guard::Any(parts) => {
            let all: Vec<Truth> = parts
                .iter()
                .map(|part| truth(part, &[], target, is_main))
                .collect();
            if all.contains(&Truth::Yes) {
                Truth::Yes
            } else if all.contains(&Truth::Maybe) {
                Truth::Maybe
            } else {
                Truth::No
            }
        }
        Guard::Otherwise => {
            let all_known = before
                .iter()
                .all(|guard| truth(guard, &[], target, is_main) == Truth::No);
            if all_known { Truth::Yes } else { Truth::Maybe }
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
    fn an_else_runs_when_no_arm_before_it_does() {
        let target = Target::default();
        let before = [Guard::OnLinux(false)];
        assert_eq!(truth(&Guard::Otherwise, &before, &target, false), Truth::Yes);
        let before = [Guard::Unknown];
        assert_eq!(truth(&Guard::Otherwise, &before, &target, false), Truth::Maybe);
        let before = [Guard::OnLinux(true)];
        assert_eq!(truth(&Guard::Otherwise, &before, &target, false), Truth::No);
    }
}
