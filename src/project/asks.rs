//! What is asked of pip, and what it is asked for at once.

use super::paths::resolve;
use crate::document::Document;
use crate::facts::requirement::normalize;
use crate::facts::{Command, Origin, Purpose, Requirement};
use crate::finding::{DocumentId, Place};
use crate::formats::Format;
use pep508_rs::pep440_rs::{Operator, Version, VersionSpecifiers};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

/// A requirement that the target's platform and Python get.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The distribution's name, normalised.
    pub name: String,
    /// As a person would write it: `numpy==2.3.1`.
    pub written: String,
    /// Which versions; nothing when they are not written as pip writes them.
    pub specifiers: Option<VersionSpecifiers>,
    /// Where.
    pub place: Place,
    /// On whose behalf.
    pub origin: Origin,
}

impl Ask {
    /// A requirement at its place.
    pub(super) fn new(requirement: &Requirement, document: DocumentId) -> Self {
        // Poetry's and pipenv's `*` asks for nothing.
        let specifiers = requirement.specifiers.replace(' ', "");
        let specifiers = if specifiers == "*" { "" } else { &specifiers };
        Self {
            name: normalize(&requirement.name),
            written: format!("{}{specifiers}", requirement.name),
            specifiers: VersionSpecifiers::from_str(&requirement.specifiers).ok(),
            place: Place {
                document,
                span: requirement.span,
            },
            origin: requirement.origin.clone(),
        }
    }

    /// The one version that is asked for (`==2.3.1`).
    pub fn pin(&self) -> Option<&Version> {
        let mut exact = self
            .specifiers
            .as_ref()?
            .iter()
            .filter(|specifier| matches!(specifier.operator(), Operator::Equal | Operator::ExactEqual));
        exact.next().map(|specifier| specifier.version())
    }

    /// Whether the deployment installs it: a constraint and a group of developers do not.
    pub fn is_installed(&self) -> bool {
        matches!(self.origin, Origin::Main | Origin::Command)
    }
}

/// The requirements that one `pip install` gets together, as positions in `asks`, without duplicates.
pub(super) fn sets(documents: &[Document], asks: &[Ask]) -> Vec<Vec<usize>> {
    let mut by_document: BTreeMap<DocumentId, Vec<usize>> = BTreeMap::new();
    for (index, ask) in asks.iter().enumerate() {
        by_document.entry(ask.place.document).or_default().push(index);
    }
    for indices in by_document.values_mut() {
        indices.sort_by_key(|index| asks[*index].place.span);
    }
    let files = Files::new(documents);
    let mut sets = BTreeSet::new();
    for (id, document) in (0..).map(DocumentId).zip(documents) {
        for command in &document.facts.commands {
            let named = files.named_by(command);
            let here = by_document.get(&id).map_or(&[][..], Vec::as_slice);
            let start = here.partition_point(|index| asks[*index].place.span.start < command.span.start);
            let own = here[start..].iter().copied();
            let mut set: Vec<usize> = own
                .take_while(|index| asks[*index].place.span.end <= command.span.end)
                .filter(|index| asks[*index].origin == Origin::Command)
                .collect();
            if set.len() > 1 || !named.is_empty() {
                set.extend(files.listed(&named, &by_document));
                sets.insert(set);
            }
        }
        let is_file = matches!(document.format, Format::Requirements | Format::Toml);
        if is_file && !files.included.contains(&id) {
            sets.insert(files.listed(&[id], &by_document));
        }
    }
    sets.into_iter().filter(|set| set.len() > 1).collect()
}

/// The requirements files, and which of them include which.
struct Files {
    by_path: BTreeMap<String, DocumentId>,
    includes: BTreeMap<DocumentId, Vec<DocumentId>>,
    included: BTreeSet<DocumentId>,
}

impl Files {
    fn new(documents: &[Document]) -> Self {
        let files = || {
            (0..)
                .map(DocumentId)
                .zip(documents)
                .filter(|(_, document)| document.format == Format::Requirements)
        };
        let by_path: BTreeMap<String, DocumentId> = files()
            .map(|(id, document)| (document.path.clone(), id))
            .collect();
        let includes: BTreeMap<DocumentId, Vec<DocumentId>> = files()
            .map(|(id, document)| {
                let folder = super::modules::folder_of(&document.path);
                let read = document
                    .facts
                    .paths
                    .iter()
                    .filter(|path| path.purpose == Purpose::Reads);
                let found = read
                    .filter_map(|path| resolve(folder, &path.path))
                    .filter_map(|path| by_path.get(&path).copied());
                (id, found.collect())
            })
            .collect();
        let included = includes.values().flatten().copied().collect();
        Self {
            by_path,
            includes,
            included,
        }
    }

    /// The requirements files that a command names with `-r`, where each can be told.
    fn named_by(&self, command: &Command) -> Vec<DocumentId> {
        let words = command.words.windows(2);
        let names = words.filter(|pair| matches!(pair[0].text.as_str(), "-r" | "--requirement" | "-c"));
        let folder = command.known_folder().unwrap_or("");
        names
            .filter_map(|pair| resolve(folder, &pair[1].text))
            .filter_map(|path| self.by_path.get(&path).copied())
            .collect()
    }

    /// What these files and all that they include ask for.
    fn listed(&self, roots: &[DocumentId], by_document: &BTreeMap<DocumentId, Vec<usize>>) -> Vec<usize> {
        let mut seen: BTreeSet<DocumentId> = BTreeSet::new();
        let mut open = roots.to_vec();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(self.includes.get(&id).into_iter().flatten());
            }
        }
        let of = |id| by_document.get(id).into_iter().flatten().copied();
        seen.iter().flat_map(of).collect()
    }
}
