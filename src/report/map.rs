//! The system as a map: what runs, who listens where, who dials whom, which databases, hosts and variables.

mod graph;
mod json;
mod table;

use super::path_of;
use crate::finding::ProgramId;
use crate::project::{PortUse, ProgramView, Project, Setting};
use std::collections::{BTreeMap, BTreeSet};

/// The map of a system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Map {
    /// The folder, as reports name it.
    pub root: String,
    /// What the server starts, in the order of the definitions.
    pub programs: Vec<MapProgram>,
    /// Databases that the code talks to, by name.
    pub databases: Vec<String>,
    /// Hosts that the code and the settings name, sorted.
    pub hosts: Vec<String>,
}

/// A program of the map; processes of one definition are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapProgram {
    /// The name of its definition.
    pub name: String,
    /// The file that defines it.
    pub path: String,
    /// Who starts it.
    pub source: &'static str,
    /// What it listens on, sorted.
    pub listens: BTreeSet<Socket>,
    /// Whether it listens on ports that the files do not tell.
    pub is_open: bool,
    /// What it connects to, sorted.
    pub dials: BTreeSet<Dial>,
    /// Databases that its code talks to.
    pub databases: BTreeSet<String>,
    /// Hosts that its code and its definition name.
    pub hosts: BTreeSet<String>,
    /// Variables that its code reads, and what it gets.
    pub variables: BTreeMap<String, Given>,
}

/// A port that a program listens on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Socket {
    /// Which.
    pub port: u16,
    /// The address beside it, where one is written.
    pub host: Option<String>,
    /// Whether it is one of UDP.
    pub is_udp: bool,
}

/// A port that a program connects to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dial {
    /// Which.
    pub port: u16,
    /// The address beside it, where one is written.
    pub host: Option<String>,
    /// The programs of this machine that listen there: places in the list of programs.
    pub to: Vec<usize>,
}

/// What a program gets of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Given {
    /// Something sets it.
    Set,
    /// A sample asks people to set it.
    Sample,
    /// A file that the tree does not hold may set it.
    Unknown,
    /// Nothing sets it; the code has a default.
    Default,
    /// Nothing sets it, and the code needs it.
    Missing,
}

impl Given {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Sample => "sample",
            Self::Unknown => "unknown",
            Self::Default => "default",
            Self::Missing => "missing",
        }
    }
}

impl Map {
    /// The map of a project.
    pub fn of(project: &Project, root: String) -> Self {
        let mut programs: Vec<MapProgram> = Vec::new();
        let mut places = BTreeMap::new();
        for (id, view) in project.programs() {
            let at = *places.entry(view.place).or_insert_with(|| {
                programs.push(MapProgram::new(project, view));
                programs.len() - 1
            });
            if let Some(program) = programs.get_mut(at) {
                program.add(project, id);
            }
        }
        let listening = programs.clone();
        for (at, program) in programs.iter_mut().enumerate() {
            program.dials = std::mem::take(&mut program.dials)
                .into_iter()
                .map(|dial| dial.resolved(at, &listening))
                .collect();
        }
        let mut hosts: BTreeSet<String> = project.hosts().into_iter().map(|host| host.name).collect();
        hosts.extend(programs.iter().flat_map(|program| program.hosts.iter().cloned()));
        let outside = programs.iter().flat_map(MapProgram::outside);
        hosts.extend(outside.filter_map(|dial| dial.host.clone()));
        hosts.retain(|host| !is_here(host));
        Self {
            root,
            programs,
            databases: project
                .databases()
                .into_iter()
                .map(|found| found.name.to_owned())
                .collect(),
            hosts: hosts.into_iter().collect(),
        }
    }

    /// For people: a table.
    pub fn table(&self, width: usize) -> String {
        table::render(self, width)
    }

    /// For programs.
    pub fn json(&self) -> String {
        json::render(self)
    }

    /// For Graphviz.
    pub fn dot(&self) -> String {
        graph::dot(self)
    }

    /// For Mermaid, which GitHub and GitLab draw in Markdown.
    pub fn mermaid(&self) -> String {
        graph::mermaid(self)
    }
}

impl MapProgram {
    fn new(project: &Project, view: &ProgramView) -> Self {
        Self {
            name: view.definition.clone(),
            path: path_of(project, project.in_file(view.place)).to_owned(),
            source: view.manager.name(),
            listens: BTreeSet::new(),
            is_open: false,
            dials: BTreeSet::new(),
            databases: BTreeSet::new(),
            hosts: BTreeSet::new(),
            variables: BTreeMap::new(),
        }
    }

    /// Adds what one process of the definition does.
    fn add(&mut self, project: &Project, id: ProgramId) {
        let ports = project.ports.of_program(id);
        let host = |used: &PortUse| used.host.clone().filter(|host| host != "?");
        self.is_open |= ports.is_open;
        self.listens.extend(ports.binds.iter().map(|used| Socket {
            port: used.number,
            host: host(used),
            is_udp: used.is_udp,
        }));
        self.dials.extend(ports.dials.iter().map(|used| Dial {
            port: used.number,
            host: host(used),
            to: Vec::new(),
        }));
        self.hosts
            .extend(ports.hosts.keys().filter(|host| !is_here(host)).cloned());
        let reaches = |path: &String| {
            let mut documents = project.documents();
            documents.any(|(document, found)| {
                found.path == *path && project.programs_reaching(document).contains(&id)
            })
        };
        let databases = project.databases().into_iter();
        self.databases.extend(
            databases
                .filter(|database| database.paths.iter().any(reaches))
                .map(|database| database.name.to_owned()),
        );
        for read in project.variables_of(id) {
            let given = match read.setting {
                Setting::Set => Given::Set,
                _ if read.has_default => Given::Default,
                Setting::Documented(_) => Given::Sample,
                Setting::Unknown => Given::Unknown,
                Setting::Nowhere => Given::Missing,
            };
            self.variables.insert(read.name.to_owned(), given);
        }
    }

    /// What it dials and no program of this machine hears.
    fn outside(&self) -> impl Iterator<Item = &Dial> {
        self.dials.iter().filter(|dial| dial.to.is_empty())
    }

    /// The variables of which it gets this.
    fn given(&self, given: Given) -> Vec<&str> {
        let wanted = self.variables.iter().filter(|(_, is)| **is == given);
        wanted.map(|(name, _)| name.as_str()).collect()
    }
}

impl Dial {
    /// The names of the programs that listen there, each once.
    fn names<'a>(&self, programs: &'a [MapProgram]) -> BTreeSet<&'a str> {
        let found = self.to.iter().filter_map(|at| programs.get(*at));
        found.map(|program| program.name.as_str()).collect()
    }

    /// With the programs that listen there, beside the one that dials.
    fn resolved(mut self, own: usize, programs: &[MapProgram]) -> Self {
        let host = self.host.as_deref();
        let hears = |(at, program): &(usize, &MapProgram)| {
            let is_meant = host.is_none_or(|host| is_here(host) || host == program.name);
            *at != own && is_meant && program.listens.iter().any(|socket| socket.port == self.port)
        };
        let found = programs.iter().enumerate().filter(hears);
        self.to = found.map(|(at, _)| at).collect();
        self
    }
}

impl Socket {
    /// `8000`, `127.0.0.1:8000`, `53/udp`.
    fn shown(&self) -> String {
        let port = address(self.host.as_deref(), self.port);
        if self.is_udp { format!("{port}/udp") } else { port }
    }
}

/// A port with its address.
fn address(host: Option<&str>, port: u16) -> String {
    match host {
        Some(host) if host.contains(':') && !host.starts_with('[') => format!("[{host}]:{port}"),
        Some(host) => format!("{host}:{port}"),
        None => port.to_string(),
    }
}

/// Whether an address is this machine's own.
fn is_here(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    matches!(host, "localhost" | "::1" | "0.0.0.0" | "::" | "") || host.starts_with("127.")
}

#[cfg(test)]
mod tests;
