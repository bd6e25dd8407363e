//! Which programs a place of a configuration can stop, to be asked for place by place.

use super::{Daemon, Ground, Project};
use crate::finding::{DocumentId, Phase, Place, ProgramId};
use std::collections::{BTreeMap, BTreeSet};

/// What stands where.
#[derive(Debug, Default)]
pub(super) struct Stopped {
    /// The programs whose working directory is written there.
    directories: BTreeMap<Place, Vec<ProgramId>>,
    /// The daemons, by number, that need the folder written there.
    needs: BTreeMap<Place, Vec<usize>>,
    /// Folders of another kind of machine that a daemon needs.
    foreign: BTreeSet<Place>,
    /// The daemons, by number, that read a document.
    documents: BTreeMap<DocumentId, Vec<usize>>,
}

impl Stopped {
    pub(super) fn new(project: &Project) -> Self {
        let mut stopped = Self::default();
        for (id, view) in project.programs() {
            if let Some((_, at)) = &view.directory.written {
                stopped.directories.entry(*at).or_default().push(id);
            }
        }
        for (number, daemon) in project.daemons.iter().enumerate() {
            for document in &daemon.documents {
                stopped.documents.entry(*document).or_default().push(number);
            }
            for need in &daemon.needs {
                stopped.needs.entry(need.place).or_default().push(number);
                if need.ground == Ground::Foreign {
                    stopped.foreign.insert(need.place);
                }
            }
        }
        stopped
    }

    /// Those that start in the folder written there.
    pub(super) fn by_directory(&self, place: Place) -> Option<(Phase, Vec<ProgramId>)> {
        let programs = self.directories.get(&place)?;
        Some((Phase::Spawn, programs.clone()))
    }

    /// Those of each daemon that needs the folder written there.
    pub(super) fn by_need(&self, project: &Project, place: Place) -> Option<(Phase, Vec<ProgramId>)> {
        let daemons = self.needs.get(&place)?;
        Some((Phase::Manager, programs_of(project, daemons)))
    }

    pub(super) fn is_foreign(&self, place: Place) -> bool {
        self.foreign.contains(&place)
    }

    /// Whether one daemon reads both.
    pub(super) fn are_read_together(&self, one: DocumentId, other: DocumentId) -> bool {
        let others = self.documents.get(&other).map_or(&[][..], Vec::as_slice);
        let mut ones = self.documents.get(&one).into_iter().flatten();
        ones.any(|daemon| others.binary_search(daemon).is_ok())
    }

    /// Those of each daemon that reads a document.
    pub(super) fn by_document(&self, project: &Project, id: DocumentId) -> Vec<ProgramId> {
        let daemons = self.documents.get(&id);
        daemons.map_or_else(Vec::new, |daemons| programs_of(project, daemons))
    }
}

fn programs_of(project: &Project, daemons: &[usize]) -> Vec<ProgramId> {
    let daemons = daemons.iter().filter_map(|number| project.daemons.get(*number));
    let programs: BTreeSet<ProgramId> = daemons
        .flat_map(|daemon: &Daemon| daemon.programs.iter().copied())
        .collect();
    programs.into_iter().collect()
}
