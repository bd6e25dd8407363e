//! Which programs need a distribution.

use super::Project;
use crate::facts::python::Step;
use crate::finding::ProgramId;
use crate::knowledge::distributions;
use std::collections::BTreeSet;

impl Project {
    /// The programs that reach an import of one of these distributions, sorted.
    pub fn programs_needing(&self, distributions: &[&str]) -> Vec<ProgramId> {
        let mut found = BTreeSet::new();
        for (id, document) in self.documents() {
            let reaching = self.programs_reaching(id);
            let Some(python) = document.facts.python.as_ref().filter(|_| !reaching.is_empty()) else {
                continue;
            };
            let modules = imported(&python.body);
            let is_needed = |name: &&str| modules.iter().any(|module| distributions::provides(name, module));
            if distributions.iter().any(is_needed) {
                found.extend(reaching);
            }
        }
        found.into_iter().collect()
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
