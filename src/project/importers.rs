//! Which programs need a distribution.

use super::Project;
use crate::facts::python::Step;
use crate::finding::ProgramId;
use crate::knowledge::distributions;
use std::collections::{BTreeMap, BTreeSet};

/// The modules that programs import, and which programs.
pub(super) type Imported = BTreeMap<String, BTreeSet<ProgramId>>;

impl Project {
    /// The programs that reach an import of one of these distributions, sorted.
    pub fn programs_needing(&self, wanted: &[&str]) -> Vec<ProgramId> {
        let imported = self.imported.get_or_init(|| self.imported_modules());
        let provides = |module: &str| wanted.iter().any(|name| distributions::provides(name, module));
        let needed = imported.iter().filter(|(module, _)| provides(module));
        let programs: BTreeSet<ProgramId> = needed.flat_map(|(_, programs)| programs).copied().collect();
        programs.into_iter().collect()
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

    fn imported_modules(&self) -> Imported {
        let mut found = Imported::new();
        for (id, document) in self.documents() {
            let reaching = self.programs_reaching(id);
            let Some(python) = document.facts.python.as_ref().filter(|_| !reaching.is_empty()) else {
                continue;
            };
            for module in imported(&python.body) {
                found.entry(module.to_owned()).or_default().extend(&reaching);
            }
        }
        found
    }
}

/// The absolute imports of some steps, outside functions.
fn imported(steps: &[Step]) -> Vec<&str> {
    let mut modules = Vec::new();
    let mut open: Vec<&Step> = steps.iter().collect();
    while let Some(step) = open.pop() {
        match step {
            Step::Import(import) if import.level == 0 => modules.push(import.module.as_str()),
            Step::Branch(arms) => open.extend(arms.iter().flat_map(|arm| &arm.body)),
            Step::Block(body) | Step::Suppress(_, body) => open.extend(body),
            _ => {}
        }
    }
    modules
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
