//! What `pip` will have installed on the target.

use super::asks::{self, Ask};
use super::local;
use super::locks;
use super::paths::Paths;
use crate::document::Document;
use crate::facts::requirement::normalize;
use crate::facts::{Origin, Requirement};
use crate::finding::{DocumentId, Place};
use crate::knowledge::{distributions, stdlib};
use crate::target::PythonVersion;
use pep508_rs::{ExtraName, MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};

/// The distributions that the tree asks for.
#[derive(Debug, Default)]
pub struct Requirements {
    declared: BTreeMap<String, Vec<Declared>>,
    brought: BTreeMap<String, String>,
    unknown: Vec<String>,
    files: Vec<DocumentId>,
    asks: Vec<Ask>,
    sets: Vec<Vec<usize>>,
    local_roots: Vec<String>,
    environment: Option<MarkerEnvironment>,
    /// Answers that were given: the same few modules are asked for in every file.
    given: RwLock<BTreeMap<String, Provision>>,
}

/// A place that asks for a distribution.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    /// Where.
    pub place: Place,
    /// On whose behalf.
    pub origin: Origin,
    /// Whether its marker lets the target have it.
    pub applies: bool,
}

/// How a module gets onto the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provision {
    /// Something asks for its distribution.
    Declared,
    /// A declared distribution brings it along: this one.
    Brought(String),
    /// Only an optional group asks for it: this one.
    Group(String, Place),
    /// Only for another platform or Python.
    Marker(Place),
    /// Nothing known brings it, but these declared distributions might: it is not known what they need.
    Unknown(Vec<String>),
    /// Nothing brings it.
    None,
}

impl Requirements {
    /// Joins what all documents ask for.
    pub fn join(documents: &[Document], paths: &Paths, python: PythonVersion) -> Self {
        let environment = environment(python);
        let mut requirements = Self {
            local_roots: local::roots(documents, paths),
            ..Self::default()
        };
        for (id, document) in (0..).map(DocumentId).zip(documents) {
            let mut asks = false;
            for requirement in &document.facts.requirements {
                if applies(requirement, environment.as_ref()) {
                    requirements.asks.push(Ask::new(requirement, id));
                }
                if requirement.origin == Origin::Constraint {
                    continue;
                }
                asks |= requirement.origin == Origin::Main;
                let declared = Declared {
                    place: Place {
                        document: id,
                        span: requirement.span,
                    },
                    origin: requirement.origin.clone(),
                    applies: applies(requirement, environment.as_ref()),
                };
                requirements
                    .declared
                    .entry(normalize(&requirement.name))
                    .or_default()
                    .push(declared);
            }
            if asks {
                requirements.files.push(id);
            }
        }
        requirements
            .files
            .sort_by_key(|id| documents[id.0 as usize].path.matches('/').count());
        requirements.follow(python);
        asks::mark_unused(documents, &mut requirements.asks);
        requirements.sets = asks::sets(documents, &requirements.asks);
        requirements.environment = environment;
        requirements.follow_locks(documents);
        requirements
    }

    /// The folders, relative to the root, that a local install (`pip install -e .`) makes importable: the
    /// project's own, or its `src/`.
    pub fn local_roots(&self) -> &[String] {
        &self.local_roots
    }

    /// All that is asked for on the target's platform and Python.
    pub fn asks(&self) -> &[Ask] {
        &self.asks
    }

    /// What one `pip install` is asked for at once: a file with all that it includes, a command.
    pub fn sets(&self) -> impl Iterator<Item = Vec<&Ask>> {
        let of = |set: &Vec<usize>| set.iter().filter_map(|index| self.asks.get(*index)).collect();
        self.sets.iter().map(of)
    }

    /// The distributions that the target does not get when pip refuses these requirements: all that is asked
    /// for in the same `pip install`, and in no other.
    pub fn lost_with(&self, refused: &[&Ask]) -> BTreeSet<&str> {
        let is_refused = |ask: &&Ask| refused.iter().any(|other| other.place == ask.place);
        let (failing, fine): (Vec<_>, Vec<_>) = self.sets().partition(|set| set.iter().any(&is_refused));
        let lost: BTreeSet<Place> = failing.iter().flatten().map(|ask| ask.place).collect();
        let kept: BTreeSet<Place> = fine.iter().flatten().map(|ask| ask.place).collect();
        let is_lost = |ask: &&Ask| is_refused(ask) || lost.contains(&ask.place) && !kept.contains(&ask.place);
        let (gone, there): (Vec<&Ask>, Vec<&Ask>) = self
            .asks
            .iter()
            .filter(|ask| ask.is_installed())
            .partition(is_lost);
        let is_there = |ask: &&Ask| ask.is_used && !ask.is_conditional;
        let there: BTreeSet<&str> = there
            .into_iter()
            .filter(is_there)
            .map(|ask| ask.name.as_str())
            .collect();
        let gone = gone.into_iter().map(|ask| ask.name.as_str());
        gone.filter(|name| !there.contains(name)).collect()
    }

    /// Whether a module gets onto the target with these distributions (normalised names) and no others.
    pub fn comes_only_from(&self, module: &str, distributions: &BTreeSet<&str>) -> bool {
        let providers = self.declared.iter().filter(|(name, places)| {
            places.iter().any(is_installed) && distributions::provides(name, module)
        });
        let mut providers = providers.map(|(name, _)| name.as_str()).peekable();
        if providers.peek().is_some() {
            return providers.all(|name| distributions.contains(name));
        }
        match self.provision(module) {
            Provision::Brought(by) => distributions.contains(by.as_str()),
            _ => false,
        }
    }

    /// Whether a marker, as written, holds on the target; one that cannot be read counts as true.
    pub(super) fn holds_written(&self, marker: Option<&str>) -> bool {
        let marker = marker.and_then(|marker| MarkerTree::from_str(marker).ok());
        marker.is_none_or(|marker| self.holds(&marker))
    }

    /// Whether a marker holds on the target.
    pub fn holds(&self, marker: &MarkerTree) -> bool {
        self.environment
            .as_ref()
            .is_none_or(|environment| marker.evaluate(environment, &[]))
    }

    /// Notes what the installed distributions bring along.
    fn follow(&mut self, python: PythonVersion) {
        for (name, places) in &self.declared {
            if !places.iter().any(is_installed) {
                continue;
            }
            match distributions::brought_by(name) {
                Some(brought) => {
                    for other in brought {
                        self.brought
                            .entry(normalize(other))
                            .or_insert_with(|| name.clone());
                    }
                }
                // `pip install sqlite3` fails, and brings nothing.
                None if stdlib::stdlib_has(name, python) => {}
                None => self.unknown.push(name.clone()),
            }
        }
    }

    /// Notes what lock files bring along: all that they install beside what is declared in their folder.
    fn follow_locks(&mut self, documents: &[Document]) {
        let mut locked: BTreeMap<String, String> = BTreeMap::new();
        for document in documents {
            let Some(lock) = document
                .facts
                .lock
                .as_deref()
                .filter(|_| locks::is_for_server(document))
            else {
                continue;
            };
            for package in locks::installed(lock, self) {
                locked.insert(normalize(&package.name), document.path.clone());
            }
        }
        // A lock holds all that its packages need.
        self.unknown.retain(|name| !locked.contains_key(name));
        for (name, lock) in locked {
            self.brought.entry(name).or_insert(lock);
        }
    }

    /// The documents that list main requirements, the ones nearest to the root first.
    pub fn files(&self) -> &[DocumentId] {
        &self.files
    }

    /// Whether anything is declared at all.
    pub fn is_empty(&self) -> bool {
        self.declared.is_empty() && self.brought.is_empty()
    }

    /// How the module of this dotted name gets onto the target.
    pub fn provision(&self, module: &str) -> Provision {
        let known = self
            .given
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(module)
            .cloned();
        known.unwrap_or_else(|| {
            let provision = self.work_out(module);
            let mut given = self.given.write().unwrap_or_else(PoisonError::into_inner);
            given.insert(module.to_owned(), provision.clone());
            provision
        })
    }

    /// How a distribution gets onto the target.
    pub fn provision_of(&self, distribution: &str) -> Provision {
        let name = normalize(distribution);
        let places = self.declared.get(&name).map_or(&[][..], Vec::as_slice);
        if places.iter().any(is_installed) {
            return Provision::Declared;
        }
        if let Some(by) = self.brought.get(&name) {
            return Provision::Brought(by.clone());
        }
        if let Some(declared) = places.iter().find(|declared| declared.applies)
            && let Origin::Group(group) = &declared.origin
        {
            return Provision::Group(group.clone(), declared.place);
        }
        match places.first() {
            Some(declared) => Provision::Marker(declared.place),
            None if !self.unknown.is_empty() => Provision::Unknown(self.unknown.clone()),
            None => Provision::None,
        }
    }

    fn work_out(&self, module: &str) -> Provision {
        let mut weaker = Provision::None;
        for (name, places) in &self.declared {
            if !distributions::provides(name, module) {
                continue;
            }
            if places.iter().any(is_installed) {
                return Provision::Declared;
            }
            weaker = match places.iter().find(|declared| declared.applies) {
                Some(Declared {
                    origin: Origin::Group(group),
                    place,
                    ..
                }) => Provision::Group(group.clone(), *place),
                _ => places
                    .first()
                    .map_or(Provision::None, |declared| Provision::Marker(declared.place)),
            };
        }
        if let Some((_, by)) = self
            .brought
            .iter()
            .find(|(name, _)| distributions::provides(name, module))
        {
            return Provision::Brought(by.clone());
        }
        match weaker {
            Provision::None if !self.unknown.is_empty() => Provision::Unknown(self.unknown.clone()),
            weaker => weaker,
        }
    }
}

fn is_installed(declared: &Declared) -> bool {
    declared.applies && !matches!(declared.origin, Origin::Group(_))
}

/// Whether a requirement's marker holds on the target; a marker that cannot be read counts as true.
fn applies(requirement: &Requirement, environment: Option<&MarkerEnvironment>) -> bool {
    match (&requirement.marker, environment) {
        (Some(marker), Some(environment)) => {
            // An extra's own marker holds once somebody asks for the extra.
            let extra = match &requirement.origin {
                Origin::Group(group) => ExtraName::from_str(group).ok(),
                _ => None,
            };
            let extras: Vec<ExtraName> = extra.into_iter().collect();
            // `python_version in "3.9, 3.10"`: `packaging` looks for a part of the text, `pep508_rs` for a word.
            let marker = marker.replace(',', " ");
            MarkerTree::from_str(&marker).map_or(true, |marker| marker.evaluate(environment, &extras))
        }
        _ => true,
    }
}

/// The marker environment of the target (PEP 508, "Environment Markers").
fn environment(python: PythonVersion) -> Option<MarkerEnvironment> {
    let version = python.to_string();
    let full = format!("{version}.0");
    MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: &full,
        os_name: "posix",
        platform_machine: "x86_64",
        platform_python_implementation: "CPython",
        platform_release: "",
        platform_system: "Linux",
        platform_version: "",
        python_full_version: &full,
        python_version: &version,
        sys_platform: "linux",
    })
    .ok()
}
