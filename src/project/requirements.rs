//! What `pip` will have installed on the target.

use super::asks::{self, Ask};
use super::local;
use super::locks;
use super::paths::Paths;
use crate::document::Document;
use crate::facts::requirement::normalize;
use crate::facts::{Origin, Requirement};
use crate::finding::{DocumentId, Place};
use crate::knowledge::distributions::{self, Providers};
use crate::knowledge::stdlib;
use crate::target::PythonVersion;
use pep508_rs::{ExtraName, MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::str::FromStr;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// The distributions that the tree asks for.
#[derive(Debug, Default)]
pub struct Requirements {
    declared: BTreeMap<String, Vec<Declared>>,
    brought: BTreeMap<String, String>,
    unknown: Arc<Vec<String>>,
    files: Vec<DocumentId>,
    asks: Vec<Ask>,
    sets: Vec<Vec<usize>>,
    local_roots: Vec<String>,
    environment: Option<MarkerEnvironment>,
    /// What is declared and what is brought, by the modules that they provide; made for the first question.
    providers: OnceLock<(Providers, Providers)>,
    /// Which sets a place belongs to, and which asks a distribution has; made for the first question.
    places: OnceLock<Places>,
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
    /// The extras that it asks for.
    pub extras: Vec<String>,
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
    Unknown(Arc<Vec<String>>),
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
                asks |= matches!(requirement.origin, Origin::Main | Origin::Conda);
                let declared = Declared {
                    place: Place {
                        document: id,
                        span: requirement.span,
                    },
                    origin: requirement.origin.clone(),
                    applies: applies(requirement, environment.as_ref()),
                    extras: requirement.extras.clone(),
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
        requirements.providers = OnceLock::new();
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

    /// What does not work when pip refuses these requirements.
    pub(super) fn refusal(&self, refused: &[&Ask]) -> Refusal {
        let places = self.places.get_or_init(|| Places::new(&self.asks, &self.sets));
        let of_place = |ask: &&Ask| places.sets.get(&ask.place).map_or(&[][..], Vec::as_slice);
        let sets: BTreeSet<usize> = refused.iter().flat_map(of_place).copied().collect();
        let alone = refused.iter().filter(|ask| of_place(ask).is_empty());
        let alone = alone.map(|ask| (ask.place, ask.name.clone())).collect();
        Refusal { sets, alone }
    }

    /// The distributions that the target does not get then: all that is asked for in the same `pip install`, and
    /// in no other.
    pub(super) fn lost_with(&self, refusal: &Refusal) -> BTreeSet<&str> {
        let places = self.places.get_or_init(|| Places::new(&self.asks, &self.sets));
        let alone: BTreeSet<Place> = refusal.alone.iter().map(|(place, _)| *place).collect();
        let is_lost = |ask: &Ask| match places.sets.get(&ask.place) {
            Some(sets) => sets.iter().all(|set| refusal.sets.contains(set)),
            None => alone.contains(&ask.place),
        };
        // Sets of files that include each other have most members in common.
        let sets = refusal.sets.iter().filter_map(|set| self.sets.get(*set));
        let members: BTreeSet<usize> = sets.flatten().copied().collect();
        let members = members.iter().filter_map(|index| self.asks.get(*index));
        let gone = members.filter(|ask| ask.is_installed() && is_lost(ask));
        let alone = refusal.alone.iter().map(|(_, name)| name.as_str());
        let names: BTreeSet<&str> = gone.map(|ask| ask.name.as_str()).chain(alone).collect();
        let is_there = |ask: &Ask| ask.is_installed() && ask.is_used && !ask.is_conditional && !is_lost(ask);
        let is_gone = |name: &&str| {
            let asks = places.asks.get(*name).map_or(&[][..], Vec::as_slice);
            !asks
                .iter()
                .filter_map(|index| self.asks.get(*index))
                .any(is_there)
        };
        let known = |name: &str| self.declared.get_key_value(name).map(|(name, _)| name.as_str());
        names.into_iter().filter(is_gone).filter_map(known).collect()
    }

    fn providers(&self) -> &(Providers, Providers) {
        let of = || {
            (
                Providers::new(self.declared.keys()),
                Providers::new(self.brought.keys()),
            )
        };
        self.providers.get_or_init(of)
    }

    /// Whether a module gets onto the target with these distributions (normalised names) and no others.
    pub fn comes_only_from(&self, module: &str, distributions: &BTreeSet<&str>) -> bool {
        let is_asked_for = |name: &&str| {
            let places = self.declared.get(*name);
            places.is_some_and(|places| places.iter().any(is_installed))
        };
        let providers = self.providers().0.of(module).into_iter();
        let mut providers = providers.filter(is_asked_for).peekable();
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
        let mut unknown = Vec::new();
        for (name, places) in &self.declared {
            if !places.iter().any(is_installed) {
                continue;
            }
            let extras = places
                .iter()
                .filter(|place| is_installed(place))
                .flat_map(|place| &place.extras);
            for other in extras.flat_map(|extra| distributions::brought_by_extra(name, extra)) {
                self.brought
                    .entry(normalize(other))
                    .or_insert_with(|| name.clone());
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
                None => unknown.push(name.clone()),
            }
        }
        self.unknown = Arc::new(unknown);
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
        Arc::make_mut(&mut self.unknown).retain(|name| !locked.contains_key(name));
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
            None if !self.unknown.is_empty() => Provision::Unknown(Arc::clone(&self.unknown)),
            None => Provision::None,
        }
    }

    fn work_out(&self, module: &str) -> Provision {
        let mut weaker = Provision::None;
        let (declared, brought) = self.providers();
        for name in declared.of(module) {
            let places = self.declared.get(name).map_or(&[][..], Vec::as_slice);
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
        let brought = brought.of(module);
        if let Some(by) = brought.first().and_then(|name| self.brought.get(*name)) {
            return Provision::Brought(by.clone());
        }
        match weaker {
            Provision::None if !self.unknown.is_empty() => Provision::Unknown(Arc::clone(&self.unknown)),
            weaker => weaker,
        }
    }
}

/// What pip refuses: whole sets of requirements, and those that are asked for alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Refusal {
    sets: BTreeSet<usize>,
    alone: Vec<(Place, String)>,
}

/// What is asked for where.
#[derive(Debug, Default)]
struct Places {
    /// By place: the sets with an ask of it.
    sets: HashMap<Place, Vec<usize>>,
    /// By distribution: its asks.
    asks: HashMap<String, Vec<usize>>,
}

impl Places {
    fn new(asks: &[Ask], sets: &[Vec<usize>]) -> Self {
        let mut places = Self::default();
        for (number, ask) in asks.iter().enumerate() {
            places.asks.entry(ask.name.clone()).or_default().push(number);
        }
        for (number, set) in sets.iter().enumerate() {
            for ask in set.iter().filter_map(|index| asks.get(*index)) {
                let known = places.sets.entry(ask.place).or_default();
                if known.last() != Some(&number) {
                    known.push(number);
                }
            }
        }
        places
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
