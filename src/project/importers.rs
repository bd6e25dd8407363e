//! Which programs need a distribution, and what else they lose when pip refuses it.

use super::programs::Entry;
use super::{Ask, LockView, Project};
use crate::facts::python::{Import, Step};
use crate::facts::requirement::normalize;
use crate::finding::ProgramId;
use crate::knowledge::runners;
use std::collections::BTreeSet;
use std::sync::PoisonError;

impl Project {
    /// The first parts of the names of all modules that Python code of the tree imports, in functions too.
    pub fn imported_modules(&self) -> BTreeSet<&str> {
        let modules = self
            .documents()
            .filter_map(|(_, document)| document.facts.python.as_ref());
        let names = modules.flat_map(|python| imported_anywhere(&python.body));
        names.map(|name| name.split('.').next().unwrap_or(name)).collect()
    }

    /// The programs that do not start when pip refuses these requirements: nothing of what is installed
    /// together with them gets onto the target. Sorted.
    pub fn programs_without(&self, refused: &[&Ask]) -> Vec<ProgramId> {
        let refusal = self.requirements.refusal(refused);
        let known = self.refusals.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(programs) = known.get(&refusal) {
            return programs.clone();
        }
        drop(known);
        let programs = self.programs_needing(&self.requirements.lost_with(&refusal));
        let mut known = self.refusals.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(refusal, programs.clone());
        programs
    }

    /// Whether code that a program reaches imports one of these modules, inside functions too, or names it as a
    /// variable of the environment.
    pub fn mentions(&self, program: ProgramId, names: &[&str]) -> bool {
        let mut facts = self.reached_by(program).map(|(_, document)| &document.facts);
        facts.any(|facts| {
            let mut variables = facts.variables.iter().map(|variable| variable.name.as_str());
            let is_named = |module: &str| names.contains(&module.split('.').next().unwrap_or(module));
            variables.any(|name| names.contains(&name))
                || facts
                    .python
                    .as_ref()
                    .is_some_and(|python| imported_anywhere(&python.body).into_iter().any(is_named))
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

/// The absolute imports of some steps, in functions, loops and `try` too.
pub(super) fn imported_anywhere(steps: &[Step]) -> Vec<&str> {
    let all = all_imports(steps).into_iter();
    all.filter(|import| import.level == 0)
        .map(|import| import.module.as_str())
        .collect()
}

/// Every import of some steps.
pub(super) fn all_imports(steps: &[Step]) -> Vec<&Import> {
    let mut imports = Vec::new();
    let mut open: Vec<&[Step]> = vec![steps];
    while let Some(steps) = open.pop() {
        for step in steps {
            match step {
                Step::Import(import) => imports.push(import),
                Step::Branch(arms) => open.extend(arms.iter().map(|arm| arm.body.as_slice())),
                Step::Function(function) | Step::Class(function) => open.push(&function.body),
                Step::Suppress(_, body) | Step::Block(body) | Step::Loop(body) | Step::Forever(body) => {
                    open.push(body);
                }
                Step::Try(attempt) => {
                    open.extend([attempt.body.as_slice(), &attempt.otherwise, &attempt.finally]);
                    open.extend(attempt.handlers.iter().map(|handler| handler.body.as_slice()));
                }
                _ => {}
            }
        }
    }
    imports
}
