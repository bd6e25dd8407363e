//! Which programs need a distribution, and what else they lose when pip refuses it.

use super::programs::Entry;
use super::{Ask, LockView, Project};
use crate::facts::python::Step;
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

    /// Whether code that a program reaches imports one of these modules, inside functions too, or names it as a
    /// variable of the environment.
    pub fn mentions(&self, program: ProgramId, names: &[&str]) -> bool {
        let reached = self
            .documents()
            .filter(|(id, _)| self.programs_reaching(*id).contains(&program));
        let mut facts = reached.map(|(_, document)| &document.facts);
        facts.any(|facts| {
            let mut variables = facts.variables.iter().map(|variable| variable.name.as_str());
            let is_named = |module: &str| names.contains(&module.split('.').next().unwrap_or(module));
            variables.any(|name| names.contains(&name))
                || facts
                    .python
                    .as_ref()
                    .is_some_and(|python| every_import(&python.body).into_iter().any(is_named))
        })
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

/// The absolute imports of some steps, wherever they stand.
pub(super) fn every_import(steps: &[Step]) -> Vec<&str> {
    let mut modules = Vec::new();
    let mut open: Vec<&Step> = steps.iter().collect();
    while let Some(step) = open.pop() {
        match step {
            Step::Import(import) if import.level == 0 => modules.push(import.module.as_str()),
            Step::Branch(arms) => open.extend(arms.iter().flat_map(|arm| &arm.body)),
            Step::Block(body) | Step::Suppress(_, body) | Step::Loop(body) | Step::Forever(body) => {
                open.extend(body);
            }
            Step::Function(inner) | Step::Class(inner) => open.extend(&inner.body),
            Step::Try(tried) => {
                open.extend(&tried.body);
                open.extend(&tried.otherwise);
                open.extend(&tried.finally);
                open.extend(tried.handlers.iter().flat_map(|handler| &handler.body));
            }
            _ => {}
        }
    }
    modules
}
