//! What documents say of the programs that they define, looked up by place: a file may define thousands.

use crate::document::Document;
use crate::facts::{Command, Port, PortRole, Program, Value};
use crate::finding::{DocumentId, Place};
use crate::project::programs::ProgramView;
use crate::source::Span;
use std::collections::{BTreeSet, HashMap};

/// Those that define programs or hold their commands.
pub(super) struct Definitions<'a>(HashMap<DocumentId, Definition<'a>>);

/// What one of them states.
#[derive(Default)]
pub(super) struct Definition<'a> {
    /// The ports that it binds, by place.
    bound: Vec<&'a Port>,
    /// All ports by place, each with its number in the document.
    ports: Vec<(usize, &'a Port)>,
    values: Vec<(usize, &'a Value)>,
    programs: HashMap<&'a str, Vec<&'a Program>>,
    /// Of several commands at one place the first.
    commands: HashMap<Span, &'a Command>,
}

impl<'a> Definitions<'a> {
    pub(super) fn of(documents: &'a [Document], programs: &[ProgramView]) -> Self {
        let numbered = (0..).map(DocumentId).zip(documents);
        let defining = numbered.filter(|(_, document)| !document.facts.programs.is_empty());
        let mut wanted: BTreeSet<DocumentId> = defining.map(|(id, _)| id).collect();
        for program in programs {
            wanted.insert(program.command_place.document);
            wanted.extend(program.stages.iter().map(|stage| stage.place.document));
        }
        let known = wanted.into_iter().filter_map(|id| {
            let document = documents.get(id.0 as usize)?;
            Some((id, Definition::of(document)))
        });
        Self(known.collect())
    }

    pub(super) fn at(&self, document: DocumentId) -> Option<&Definition<'a>> {
        self.0.get(&document)
    }
}

impl<'a> Definition<'a> {
    fn of(document: &'a Document) -> Self {
        let facts = &document.facts;
        let mut definition = Self::default();
        let binds = facts.ports.iter().filter(|port| port.role == PortRole::Binds);
        definition.bound.extend(binds);
        definition.bound.sort_by_key(|port| port.span.start);
        definition.ports.extend(facts.ports.iter().enumerate());
        definition.ports.sort_by_key(|(_, port)| port.span.start);
        definition.values.extend(facts.values.iter().enumerate());
        definition.values.sort_by_key(|(_, value)| value.span.start);
        for program in &facts.programs {
            definition
                .programs
                .entry(&program.name)
                .or_default()
                .push(program);
        }
        let of_programs = facts.programs.iter().flat_map(|program| &program.commands);
        for command in facts.commands.iter().chain(of_programs) {
            definition.commands.entry(command.span).or_insert(command);
        }
        definition
    }

    /// The ports that are bound inside a place.
    pub(super) fn bound_within(&self, span: Span) -> impl Iterator<Item = &'a Port> {
        within(&self.bound, span, |port| port.span).copied()
    }

    /// The ports that are stated inside one of these places, in the order of the document.
    pub(super) fn ports_within(&self, places: &[Place]) -> Vec<&'a Port> {
        in_order(&self.ports, places, |port| port.span)
    }

    /// The values inside one of these places, in the order of the document.
    pub(super) fn values_within(&self, places: &[Place]) -> Vec<&'a Value> {
        in_order(&self.values, places, |value| value.span)
    }

    /// The programs of a name.
    pub(super) fn programs_named(&self, name: &str) -> &[&'a Program] {
        self.programs.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The command at a place.
    pub(super) fn command_at(&self, span: Span) -> Option<&'a Command> {
        self.commands.get(&span).copied()
    }
}

/// Those that lie inside a place, of some that are sorted by where they begin.
fn within<T>(sorted: &[T], place: Span, span_of: impl Fn(&T) -> Span) -> impl Iterator<Item = &T> {
    let from = sorted.partition_point(|one| span_of(one).start < place.start);
    let behind = sorted[from..].iter();
    let begun = behind.map(move |one| (span_of(one), one));
    let begun = begun.take_while(move |(span, _)| span.start <= place.end);
    begun.filter_map(move |(span, one)| (span.end <= place.end).then_some(one))
}

fn in_order<'a, T>(sorted: &[(usize, &'a T)], places: &[Place], span_of: fn(&T) -> Span) -> Vec<&'a T> {
    let found = places
        .iter()
        .flat_map(|place| within(sorted, place.span, |(_, one)| span_of(one)));
    let mut found: Vec<(usize, &T)> = found.copied().collect();
    found.sort_unstable_by_key(|(number, _)| *number);
    found.dedup_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, one)| one).collect()
}
