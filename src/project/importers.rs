//! Which programs need a distribution.

use super::Project;
use crate::facts::python::{Import, Step};
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
