//! The deployment as the files show it: ports, hosts, databases, variables, what is installed.

use super::path_of;
use crate::facts::{Part, PortRole};
use crate::finding::{DocumentId, Scope};
use crate::formats::Format;
use crate::project::{Matter, Project, VariableRead};
use std::collections::{BTreeMap, BTreeSet};

/// What the system is and needs on the server.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// The file that gives the services their ports.
    pub manifest: Option<String>,
    /// Ports of services, by number.
    pub ports: Vec<PortReport>,
    /// Hosts that the server's code and settings name.
    pub hosts: Vec<PathCount>,
    /// Files of the server that name all addresses of the machine, `0.0.0.0` or `::`, for a server to listen on.
    pub open_to_all: Vec<String>,
    /// Databases that the server's code talks to, each with the modules that do and the files that import them.
    pub databases: Vec<PathCount>,
    /// Databases and users that connections of the server's code name.
    pub accounts: BTreeSet<Account>,
    /// Environment variables that the server's code reads, by name.
    pub variables: Vec<VariableReport>,
    /// The files that list what is installed.
    pub requirements: Vec<String>,
    /// The scripts that set a server up.
    pub scripts: Vec<String>,
    /// By file of a port, host or database: the programs that load it, as positions in the report's programs. What
    /// stands in a definition of several programs belongs to none of them alone, and is not here.
    pub reached: BTreeMap<String, Vec<usize>>,
}

/// A port of a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortReport {
    /// Its number.
    pub number: u16,
    /// The service, where one is named.
    pub service: Option<String>,
    /// Whether a server listens on it there; otherwise a table says so.
    pub is_bound: bool,
    /// The file that says so.
    pub path: String,
}

/// What a connection names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    /// The kind of database: `PostgreSQL`.
    pub kind: &'static str,
    /// The database.
    pub database: Option<String>,
    /// Who connects to it.
    pub user: Option<String>,
}

/// An environment variable that the server's code reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableReport {
    /// Its name.
    pub name: String,
    /// Whether all that reads it gives a default.
    pub has_default: bool,
    /// The files that read it, sorted.
    pub paths: Vec<String>,
}

impl VariableReport {
    fn of(read: VariableRead<'_>) -> Self {
        Self {
            name: read.name.to_owned(),
            has_default: read.has_default,
            paths: read.paths.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// A name, and the files that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathCount {
    /// The name.
    pub name: String,
    /// More about it.
    pub detail: String,
    /// The files, sorted.
    pub paths: Vec<String>,
}

impl PathCount {
    /// Whether it is a database that is a file, and needs no server.
    pub fn is_file(&self) -> bool {
        matches!(self.name.as_str(), "SQLite" | "DuckDB")
    }
}

impl Picture {
    /// The picture of a project.
    pub(super) fn of(project: &Project) -> Self {
        let file = |id: DocumentId| path_of(project, project.in_file(project.start_of(id))).to_owned();
        let manifest = project.ports.manifest();
        let open = project.everywhere().into_iter().map(file);
        let open: BTreeSet<String> = open.collect();
        let hosts = project.hosts().into_iter().map(|host| {
            let paths: BTreeSet<String> = host.places.iter().map(|place| file(place.document)).collect();
            PathCount {
                name: host.name,
                detail: String::new(),
                paths: paths.into_iter().collect(),
            }
        });
        let databases = project.databases().into_iter().map(|database| PathCount {
            name: database.name.to_owned(),
            detail: database.modules.into_iter().collect::<Vec<_>>().join(", "),
            paths: database.paths.into_iter().collect(),
        });
        let variables = project.variables().into_iter();
        let mut picture = Self {
            manifest: manifest.map(|manifest| file(manifest.document)),
            ports: ports(project, &file),
            open_to_all: open.into_iter().collect(),
            hosts: hosts.collect(),
            databases: databases.collect(),
            accounts: accounts(project),
            variables: variables.map(VariableReport::of).collect(),
            requirements: requirements(project),
            scripts: project.setup_scripts().into_iter().map(str::to_owned).collect(),
            reached: BTreeMap::new(),
        };
        picture.reached = picture.reached_in(project);
        picture
    }

    fn reached_in(&self, project: &Project) -> BTreeMap<String, Vec<usize>> {
        let of_ports = self.ports.iter().map(|port| &port.path);
        let of_others = self.hosts.iter().chain(&self.databases);
        let wanted: BTreeSet<&String> = of_ports.chain(of_others.flat_map(|other| &other.paths)).collect();
        let defining = project.programs().map(|(_, program)| program.place.document);
        let defining: BTreeSet<DocumentId> = defining.collect();
        let mut reached: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (id, _) in project.documents().filter(|(id, _)| !defining.contains(id)) {
            let path = path_of(project, project.in_file(project.start_of(id))).to_owned();
            if wanted.contains(&path) {
                let programs = project.programs_reaching(id).into_iter();
                let all = reached.entry(path).or_default();
                all.extend(programs.map(|program| program.0 as usize));
            }
        }
        for programs in reached.values_mut() {
            programs.sort_unstable();
            programs.dedup();
        }
        reached
    }
}

/// What connections of deployed code name, where it is written out.
fn accounts(project: &Project) -> BTreeSet<Account> {
    let links = project.links().iter();
    let own = links.filter(|link| project.scope(link.document) == Scope::Deployed);
    let named = |part: &Option<Part<String>>| {
        let value = part.as_ref()?.value.clone()?;
        let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
        (!value.is_empty() && value.chars().all(is_name)).then_some(value)
    };
    let accounts = own.map(|link| Account {
        kind: link.kind,
        database: named(&link.parts.database),
        user: named(&link.parts.user),
    });
    accounts.collect()
}

/// The files that list what is installed. The build of an image installs what its Dockerfile says by itself.
fn requirements(project: &Project) -> Vec<String> {
    let images = project
        .documents()
        .filter(|(_, document)| document.format == Format::Docker);
    let images: BTreeSet<&str> = images.map(|(_, document)| document.path.as_str()).collect();
    let mut paths = project.evidence(Matter::Requirements).paths;
    paths.retain(|path| !images.contains(path.as_str()));
    paths
}

/// The ports that the manifest gives, and those that deployed code listens on; each number and service once.
fn ports(project: &Project, file: &dyn Fn(DocumentId) -> String) -> Vec<PortReport> {
    let manifest = project.ports.manifest();
    let declared = manifest.into_iter().flat_map(|manifest| {
        let ports = manifest.declared.iter();
        ports.filter_map(|port| {
            Some(PortReport {
                number: port.number?,
                service: port.service.clone(),
                is_bound: false,
                path: file(manifest.document),
            })
        })
    });
    let bound = project.ports.stated().iter().filter_map(|stated| {
        let document = stated.place.document;
        let is_own = match stated.port.role {
            PortRole::Binds => true,
            PortRole::Default => manifest.is_none(),
            _ => false,
        };
        let is_told = is_own && project.scope(document) == Scope::Deployed;
        Some(PortReport {
            number: stated.port.number.filter(|_| is_told)?,
            service: stated.port.service.clone(),
            is_bound: stated.port.role == PortRole::Binds,
            path: file(document),
        })
    });
    let mut known: BTreeMap<(u16, Option<String>), PortReport> = BTreeMap::new();
    for port in declared.chain(bound) {
        let key = (port.number, port.service.clone());
        known.entry(key).or_insert(port);
    }
    known.into_values().collect()
}
