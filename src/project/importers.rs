//! Which programs need a distribution, and what else they lose when pip refuses it.

use super::programs::Entry;
use super::{Ask, LockView, Project};
use crate::facts::requirement::normalize;
use crate::finding::ProgramId;
use crate::knowledge::runners;
use std::collections::BTreeSet;

impl Project {
    /// The programs that do not start when pip refuses these requirements: nothing of what is installed
    /// together with them gets onto the target. Sorted.
    pub fn programs_without(&self, refused: &[&Ask]) -> Vec<ProgramId> {
        self.programs_needing(&self.requirements.lost_with(refused))
    }

    /// The programs that do not start when nothing of a lock file gets onto the target, sorted.
    pub fn programs_locked_by(&self, lock: &LockView<'_>) -> Vec<ProgramId> {
        let names: Vec<String> = lock
            .installed
            .iter()
            .map(|package| normalize(&package.name))
            .collect();
        // What is in the lock only because others need it is said to come from the lock.
        self.programs_needing(&names.iter().map(String::as_str).chain([lock.path]).collect())
    }

    /// The programs that do not start without these distributions (names as [`normalize`] writes them): they
    /// import one of them on the way, with nothing that catches the failure, or run its command. Sorted.
    pub fn programs_needing(&self, lost: &BTreeSet<&str>) -> Vec<ProgramId> {
        let imports = self.needing.iter();
        let mut programs: BTreeSet<ProgramId> = imports
            .filter(|(module, _)| self.requirements.comes_only_from(module, lost))
            .flat_map(|(_, programs)| programs.iter().copied())
            .collect();
        for (id, program) in self.programs() {
            let mut needed = program.stages.iter().filter(|stage| !stage.is_conditional);
            let runs_one = needed.any(|stage| match &stage.entry {
                Entry::Module {
                    runner: Some(command),
                    ..
                }
                | Entry::Tool { command } => {
                    runners::distribution_of(command).is_some_and(|name| lost.contains(&*normalize(name)))
                }
                _ => false,
            });
            if runs_one {
                programs.insert(id);
            }
        }
        programs.into_iter().collect()
    }
}
