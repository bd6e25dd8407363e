//! The names of the programs that findings concern.

use crate::finding::ProgramId;
use crate::project::Project;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The names of programs, sorted, each once: two configs may define programs of one name.
pub(super) struct Names<'a> {
    project: &'a Project,
    known: HashMap<Vec<ProgramId>, Arc<[String]>>,
}

impl<'a> Names<'a> {
    pub(super) fn of(project: &'a Project) -> Self {
        Self {
            project,
            known: HashMap::new(),
        }
    }

    /// The names of these programs.
    pub(super) fn list(&mut self, programs: &[ProgramId]) -> Arc<[String]> {
        if let Some(known) = self.known.get(programs) {
            return Arc::clone(known);
        }
        let views = programs.iter().filter_map(|id| self.project.program(*id));
        let names: BTreeSet<&str> = views.map(|program| program.name.as_str()).collect();
        let names: Arc<[String]> = names.into_iter().map(str::to_owned).collect();
        self.known.insert(programs.to_vec(), Arc::clone(&names));
        names
    }
}
