//! Which programs get to what stands in a function, or below `if __name__ == "__main__":`.

use super::programs::{Entry, ModuleStart, ProgramView};
use crate::document::Document;
use crate::facts::python::{Apart, Arrival};
use crate::finding::{DocumentId, ProgramId};
use crate::source::Span;
use std::collections::BTreeMap;

/// A function or class of a document, by name.
pub(super) type Named = (DocumentId, String);

/// What the runs of the programs call.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    /// Functions and classes that other modules call or hand on, by program.
    calls: BTreeMap<Named, BTreeMap<ProgramId, Arrival>>,
}

impl Arrivals {
    /// Adds what a program calls.
    pub(super) fn add(&mut self, program: ProgramId, calls: &BTreeMap<Named, Arrival>) {
        for (named, arrival) in calls {
            let known = self.calls.entry(named.clone()).or_default();
            known.insert(program, *arrival);
        }
    }

    /// Whether a program that reaches a document gets to a place in it.
    pub(super) fn of(
        &self,
        (id, program): (ProgramId, &ProgramView),
        (at, document): (DocumentId, &Document),
        place: Span,
    ) -> Arrival {
        let is_main = apart_at(document, place).is_some_and(|apart| apart.is_main);
        if is_main && runs(program, &document.path) {
            return Arrival::Surely;
        }
        self.by_import(id, (at, document), place)
    }

    /// Whether a program that imports a document gets to a place in it.
    pub(super) fn by_import(
        &self,
        id: ProgramId,
        (at, document): (DocumentId, &Document),
        place: Span,
    ) -> Arrival {
        let Some(apart) = apart_at(document, place) else {
            return Arrival::Surely;
        };
        let calls = apart.through.iter().filter_map(|name| {
            let by_program = self.calls.get(&(at, name.clone()))?;
            by_program.get(&id).copied()
        });
        calls.fold(apart.imported, Arrival::max)
    }
}

/// The part that a place stands in, where an import alone does not run that.
pub(super) fn apart_at(document: &Document, place: Span) -> Option<&Apart> {
    document.facts.python.as_ref()?.apart_at(place)
}

/// Whether a program runs a module as a script.
pub(super) fn runs(program: &ProgramView, path: &str) -> bool {
    program.stages.iter().any(|stage| is_of(&stage.entry, path))
}

fn is_of(entry: &Entry, path: &str) -> bool {
    match entry {
        Entry::Script { path: script, .. } => script == path,
        Entry::Module {
            name,
            start: ModuleStart::Main,
            ..
        } => {
            let file = name.replace('.', "/");
            let stem = path
                .strip_suffix("/__main__.py")
                .or_else(|| path.strip_suffix(".py"))
                .unwrap_or(path);
            stem == file
                || stem
                    .strip_suffix(&file)
                    .is_some_and(|before| before.ends_with('/'))
        }
        _ => false,
    }
}
