//! Who says which port a service has, and who disagrees.
//!
//! The *manifest* is the document that gives ports to the services of the system. Everything else that
//! names a port of the same service is compared with it.

mod defaults;
mod definitions;
mod gate;
mod sockets;
mod uses;

use self::definitions::Definitions;
use super::arrivals::Arrivals;
use super::programs::ProgramView;
use crate::document::Document;
use crate::facts::port::Audience;
use crate::facts::{Port, PortRole, ProblemKind};
use crate::finding::{DocumentId, Place, ProgramId};
use crate::formats::Format;
pub use gate::{Door, Gate};
pub use sockets::{Heard, Socket, Unheard};
use std::collections::{BTreeMap, BTreeSet};
pub use uses::{Basis, PortUse, ProgramPorts};

/// Services that make an unnamed document a manifest.
const SERVICES: usize = 3;

/// The statements about ports of all documents.
#[derive(Debug, Default)]
pub struct Ports {
    manifest: Option<Manifest>,
    stated: Vec<Stated>,
    /// Documents that other people compose: a second manifest, a copy, a compose file.
    apart: BTreeSet<DocumentId>,
    /// By program, in their order.
    programs: Vec<ProgramPorts>,
}

/// The document that says which service has which port.
#[derive(Debug)]
pub struct Manifest {
    /// Which document.
    pub document: DocumentId,
    /// Its path.
    pub path: String,
    /// What it declares, in its order.
    pub declared: Vec<Port>,
    /// Ports that it says must not be used.
    pub avoided: Vec<Port>,
    /// The lowest and the highest port that it says may be used.
    pub range: Option<(u16, u16)>,
    /// Why and where it cannot be read, if so.
    pub broken: Option<(String, Place)>,
    /// Whether its name or the settings say that it is one; otherwise it is by what it holds.
    pub is_named: bool,
    services: BTreeMap<String, Vec<usize>>,
}

/// A statement about a port, and where it stands.
#[derive(Debug)]
pub struct Stated {
    /// What is stated.
    pub port: Port,
    /// Where.
    pub place: Place,
    /// The syntax of the document that states it.
    pub format: Format,
}

/// Two statements that cannot both be right.
#[derive(Debug)]
pub struct Clash<'a> {
    /// What stands at the place to be looked at.
    pub port: &'a Port,
    /// That place.
    pub place: Place,
    /// What it clashes with.
    pub other: &'a Port,
    /// Where that stands.
    pub other_place: Place,
}

impl Ports {
    /// Joins the statements of all documents; `named` is the path of the manifest, where the settings have it.
    pub fn join(documents: &[Document], named: Option<&str>) -> Self {
        let ids = || (0..).map(DocumentId).zip(documents);
        let mut candidates: Vec<Manifest> = ids()
            .filter_map(|(id, document)| Manifest::of(id, document, named))
            .collect();
        candidates.sort_by_key(|candidate| (Some(candidate.path.as_str()) != named, candidate.rank()));
        let far_ahead = |candidate: &Manifest, next: Option<&Manifest>| {
            candidate.services.len() >= SERVICES
                && next.is_none_or(|next| next.services.len() * 2 <= candidate.services.len())
        };
        let is_manifest = candidates
            .first()
            .is_some_and(|first| first.is_named || far_ahead(first, candidates.get(1)));
        let manifest = (is_manifest && !candidates.is_empty()).then(|| candidates.remove(0));
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let own_name = manifest.as_ref().map(|manifest| name(&manifest.path));
        let mut apart: BTreeSet<DocumentId> = candidates
            .iter()
            .filter(|candidate| candidate.is_named)
            .map(|candidate| candidate.document)
            .collect();
        apart.extend(manifest.iter().map(|manifest| manifest.document));
        for (id, document) in ids() {
            let name = name(&document.path);
            if Some(&name) == own_name.as_ref() || is_compose(&name) {
                apart.insert(id);
            }
        }
        let stated = ids()
            .flat_map(|(document, content)| {
                content.facts.ports.iter().map(move |port| Stated {
                    port: port.clone(),
                    place: Place {
                        document,
                        span: port.span,
                    },
                    format: content.format,
                })
            })
            .collect();
        Self {
            manifest,
            stated,
            apart,
            programs: Vec::new(),
        }
    }

    /// Adds what each program does with ports; `reached` tells by document which programs reach it.
    #[must_use]
    pub(super) fn with_programs(
        mut self,
        documents: &[Document],
        programs: &[ProgramView],
        reached: &[Vec<ProgramId>],
        arrivals: &Arrivals,
    ) -> Self {
        let joint = uses::Joint {
            documents,
            programs,
            reached,
            arrivals,
            manifest: self.manifest.as_ref(),
            definitions: Definitions::of(documents, programs),
        };
        self.programs = joint.ports();
        self
    }

    /// The manifest, when the tree has one.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// All statements, in the order of the documents.
    pub fn stated(&self) -> &[Stated] {
        &self.stated
    }

    /// Two services with one port, in the manifest or in one table of a Python module.
    pub fn contested(&self) -> Vec<Clash<'_>> {
        let mut first: BTreeMap<(DocumentId, Option<&str>, u16), &Stated> = BTreeMap::new();
        let mut clashes = Vec::new();
        for stated in &self.stated {
            let document = stated.place.document;
            let is_manifests = self
                .manifest
                .as_ref()
                .is_some_and(|manifest| manifest.document == document);
            let table = stated.port.table.as_deref();
            let (Some(number), Some(service)) = (stated.port.number, stated.port.service.as_deref()) else {
                continue;
            };
            // Tables of protocols give `http` and `ws` one port, and that is right: those are below 1024.
            let is_table = stated.format == Format::Python && table.is_some() && number >= 1024;
            if stated.port.role != PortRole::Declares || !(is_manifests || is_table) {
                continue;
            }
            let key = (document, table.filter(|_| !is_manifests), number);
            let Some(earlier) = first.get(&key) else {
                first.insert(key, stated);
                continue;
            };
            if earlier.port.service.as_deref().map(plain) != Some(plain(service)) {
                clashes.push(stated.against(&earlier.port, earlier.place));
            }
        }
        clashes
    }

    /// Statements outside the manifest that give a service of it another port.
    pub fn disagreeing(&self) -> Vec<Clash<'_>> {
        let Some(manifest) = &self.manifest else {
            return Vec::new();
        };
        self.beside()
            .filter_map(|stated| {
                let declared = manifest.service(stated.port.service.as_deref()?)?;
                let number = stated.port.number?;
                let is_agreed = declared
                    .iter()
                    .any(|port| port.number.is_none() || port.number == Some(number));
                let other = declared.first().filter(|_| !is_agreed)?;
                Some(stated.against(other, manifest.place(other)))
            })
            .collect()
    }

    /// Statements outside the manifest that give a port of it to a service that it does not know, in
    /// `.env` files that otherwise use its names. A config may call a service by another name and mean it.
    pub fn intruding(&self) -> Vec<Clash<'_>> {
        let Some(manifest) = &self.manifest else {
            return Vec::new();
        };
        let mut shared: BTreeMap<DocumentId, usize> = BTreeMap::new();
        for stated in self.beside() {
            if stated
                .port
                .service
                .as_deref()
                .is_some_and(|name| manifest.service(name).is_some())
            {
                *shared.entry(stated.place.document).or_default() += 1;
            }
        }
        self.beside()
            .filter(|stated| stated.format == Format::Dotenv)
            .filter_map(|stated| {
                let service = stated.port.service.as_deref()?;
                let uses_names = shared
                    .get(&stated.place.document)
                    .is_some_and(|count| *count >= 2);
                if !uses_names
                    || manifest.service(service).is_some()
                    || stated.port.role != PortRole::Declares
                {
                    return None;
                }
                let number = stated.port.number?;
                let other = manifest
                    .declared
                    .iter()
                    .find(|port| port.number == Some(number))?;
                Some(stated.against(other, manifest.place(other)))
            })
            .collect()
    }

    /// Lookups of a service that the manifest lacks.
    pub fn unknown_lookups(&self) -> Vec<&Stated> {
        let Some(manifest) = self
            .manifest
            .as_ref()
            .filter(|manifest| manifest.broken.is_none())
        else {
            return Vec::new();
        };
        let lookups = || {
            self.stated
                .iter()
                .filter(|stated| stated.port.role == PortRole::LooksUp)
        };
        let is_known = |stated: &&Stated| {
            let service = stated.port.service.as_deref().unwrap_or(&stated.port.text);
            let ports = manifest.service(service);
            ports.is_some_and(|ports| ports.iter().any(|port| !port.is_none()))
        };
        // Without one lookup that finds its service, they may well ask another table.
        if !lookups().any(|stated| is_known(&stated)) {
            return Vec::new();
        }
        lookups().filter(|stated| !is_known(stated)).collect()
    }

    /// Statements of documents that the manifest can be compared with.
    fn beside(&self) -> impl Iterator<Item = &Stated> {
        self.stated.iter().filter(|stated| {
            matches!(
                stated.port.role,
                PortRole::Declares | PortRole::Default | PortRole::Binds
            ) && !self.apart.contains(&stated.place.document)
                // A proxy has as many ports as it likes.
                && stated.format != Format::Nginx
        })
    }
}

impl Stated {
    fn against<'a>(&'a self, other: &'a Port, other_place: Place) -> Clash<'a> {
        Clash {
            port: &self.port,
            place: self.place,
            other,
            other_place,
        }
    }
}

impl Manifest {
    /// A document that could be the manifest.
    fn of(id: DocumentId, document: &Document, named: Option<&str>) -> Option<Self> {
        let is_set = named == Some(document.path.as_str());
        let is_config = matches!(document.format, Format::Json | Format::Yaml | Format::Toml);
        let name = document
            .path
            .rsplit('/')
            .next()
            .unwrap_or(&document.path)
            .to_ascii_lowercase();
        if !is_config || document.host.is_some() || is_compose(&name) {
            return None;
        }
        let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
        let is_named = is_set || words.any(|word| matches!(word, "port" | "ports"));
        let of_role = |role: PortRole| document.facts.ports.iter().filter(move |port| port.role == role);
        let declared: Vec<Port> = of_role(PortRole::Declares)
            .filter(|port| port.service.is_some())
            .cloned()
            .collect();
        let mut services: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, port) in declared.iter().enumerate() {
            let service = port.service.as_deref().map(plain).unwrap_or_default();
            services.entry(service).or_default().push(index);
        }
        let problems = &document.facts.problems;
        let broken = problems
            .iter()
            .find(|problem| problem.kind == ProblemKind::Syntax);
        // Pages about ports and their like are called so as well; a manifest has numbers.
        let numbers = declared.iter().filter(|port| port.number.is_some()).count();
        let has_services = services.len() >= 2 && numbers * 2 >= declared.len();
        let is_useful = is_set || has_services || (is_named && broken.is_some());
        is_useful.then(|| Self {
            document: id,
            path: document.path.clone(),
            avoided: of_role(PortRole::Avoids).cloned().collect(),
            range: {
                let bound = |role| of_role(role).find_map(|port| port.number);
                bound(PortRole::RangeStart).zip(bound(PortRole::RangeEnd))
            },
            broken: broken.map(|problem| {
                let place = Place {
                    document: id,
                    span: problem.span,
                };
                (problem.message.clone(), place)
            }),
            declared,
            is_named,
            services,
        })
    }

    /// The best candidate has the lowest rank: it has the name, no copy's folder, most services.
    fn rank(&self) -> (bool, bool, std::cmp::Reverse<usize>, usize, String) {
        let lower = self.path.to_ascii_lowercase();
        let is_aside = lower
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .any(|word| {
                matches!(
                    word,
                    "archive"
                        | "archived"
                        | "backup"
                        | "backups"
                        | "bak"
                        | "old"
                        | "docs"
                        | "doc"
                        | "snapshot"
                        | "snapshots"
                        | "test"
                        | "tests"
                        | "fixtures"
                        | "example"
                        | "examples"
                        | "sample"
                        | "samples"
                )
            });
        let depth = self.path.matches('/').count();
        (
            is_aside,
            !self.is_named,
            std::cmp::Reverse(self.services.len()),
            depth,
            self.path.clone(),
        )
    }

    /// What the manifest declares for a service, spelled as somebody else spells it.
    pub fn service(&self, name: &str) -> Option<Vec<&Port>> {
        let indexes = self.services.get(&plain(name))?;
        Some(
            indexes
                .iter()
                .filter_map(|index| self.declared.get(*index))
                .collect(),
        )
    }

    /// For whom the manifest means a port, where it says so, and where it says it.
    pub fn audience(&self, number: u16) -> Option<(Audience, &Port)> {
        let mut declared = self.declared.iter().filter(|port| port.number == Some(number));
        declared.find_map(|port| Some((port.audience?, port)))
    }

    /// Where a port of the manifest stands.
    pub fn place(&self, port: &Port) -> Place {
        Place {
            document: self.document,
            span: port.span,
        }
    }

    /// The services whose names are most like this one, the likest first.
    pub fn nearest(&self, name: &str) -> Vec<&str> {
        let wanted = plain(name);
        let mut found: Vec<(f64, &str)> = self
            .declared
            .iter()
            .filter_map(|port| port.service.as_deref())
            .take(LOOKED_AT)
            .map(|service| {
                (
                    strsim::normalized_damerau_levenshtein(&plain(service), &wanted),
                    service,
                )
            })
            .filter(|(likeness, _)| *likeness > 0.6)
            .collect();
        found.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(right.1)));
        found.dedup();
        found.into_iter().take(2).map(|(_, service)| service).collect()
    }
}

/// So many services are looked at for names like another one: each unknown name asks.
const LOOKED_AT: usize = 500;

fn is_compose(name: &str) -> bool {
    name.contains("compose") && matches!(name.rsplit('.').next(), Some("yml" | "yaml"))
}

/// A service's name in the one form that its spellings share.
fn plain(name: &str) -> String {
    let name = name.trim().to_ascii_lowercase().replace(['-', ' '], "_");
    let name = name.strip_suffix("_port").unwrap_or(&name);
    name.strip_suffix("_service").unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests;
