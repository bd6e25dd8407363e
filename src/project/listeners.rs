//! Which servers the programs of the target start, and where those listen.

use super::{Entry, ModuleStart, PortUse, ProgramView, Project};
use crate::facts::port::is_wildcard;
use crate::facts::{Command, Listener, Manager, PortRole};
use crate::finding::{DocumentId, Place, ProgramId, Scope};
use crate::source::Span;
use std::collections::BTreeMap;

/// A server that code of the target starts.
#[derive(Debug, Clone)]
pub struct Server<'a> {
    /// The module.
    pub document: DocumentId,
    /// How it is started.
    pub listener: &'a Listener,
    /// The programs of which one gets there, sorted; none for a script that people run.
    pub programs: Vec<ProgramId>,
}

/// A command that starts a server.
#[derive(Debug, Clone)]
pub struct ServerCommand<'a> {
    /// Where it stands.
    pub document: DocumentId,
    /// The command.
    pub command: &'a Command,
    /// The programs whose definition, or script, it stands in.
    pub programs: Vec<ProgramId>,
}

impl Project {
    /// The servers that Python code starts and that the server gets to.
    pub fn servers(&self) -> Vec<Server<'_>> {
        let mut found = Vec::new();
        for (document, facts) in self.documents().map(|(id, document)| (id, &document.facts)) {
            for listener in &facts.listeners {
                let programs = if listener.in_main {
                    self.programs_running(document)
                } else {
                    self.programs_reaching(document)
                };
                // A module that programs only import does not get to what stands below its `__main__`.
                let is_skipped =
                    listener.in_main && programs.is_empty() && self.scope(document) == Scope::Deployed;
                if !is_skipped {
                    found.push(Server {
                        document,
                        listener,
                        programs,
                    });
                }
            }
        }
        found
    }

    /// The commands of definitions and scripts, by document and place.
    pub fn server_commands(&self) -> Vec<ServerCommand<'_>> {
        let mut found: BTreeMap<(DocumentId, Span), ServerCommand<'_>> = BTreeMap::new();
        for (id, _) in self.programs() {
            let Some((document, program)) = self.definition(id) else {
                continue;
            };
            for command in &program.commands {
                let entry = found
                    .entry((document, command.span))
                    .or_insert_with(|| ServerCommand {
                        document,
                        command,
                        programs: Vec::new(),
                    });
                entry.programs.push(id);
            }
        }
        for (document, facts) in self.documents().map(|(id, document)| (id, &document.facts)) {
            // What Python code runs is its own matter: the words are often not all known.
            for command in facts.commands.iter().filter(|_| facts.python.is_none()) {
                found
                    .entry((document, command.span))
                    .or_insert_with(|| ServerCommand {
                        document,
                        command,
                        programs: self.programs_reaching(document),
                    });
            }
        }
        found.into_values().collect()
    }

    /// The ports that a call or a command at a place opens on all addresses; none where they are not told.
    pub fn ports_opened(&self, place: Place, programs: &[ProgramId]) -> Vec<u16> {
        let is_within = |span: Span| place.span.start <= span.start && span.end <= place.span.end;
        let is_here = |port: &PortUse| port.place.document == place.document && is_within(port.place.span);
        let is_wide = |port: &&PortUse| {
            port.host
                .as_deref()
                .is_none_or(|host| is_wildcard(host) || host == "?")
        };
        let all = || programs.iter().map(|id| self.ports.of_program(*id));
        let of = |is_meant: &dyn Fn(&PortUse) -> bool| -> Vec<u16> {
            let binds = all().flat_map(|ports| &ports.binds).filter(is_wide);
            binds
                .filter(|port| is_meant(port))
                .map(|port| port.number)
                .collect()
        };
        let mut numbers = of(&is_here);
        if numbers.is_empty() && all().all(|ports| !ports.is_open) {
            numbers = of(&|_| true);
        }
        let document = self.document(place.document).filter(|_| programs.is_empty());
        let own = document.map_or(&[][..], |document| &document.facts.ports);
        let own = own
            .iter()
            .filter(|port| port.role == PortRole::Binds && is_within(port.span));
        numbers.extend(own.filter_map(|port| port.number));
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The programs that run a module as a script, sorted.
    pub fn programs_running(&self, id: DocumentId) -> Vec<ProgramId> {
        let Some(document) = self.document(id) else {
            return Vec::new();
        };
        let path = document.path.as_str();
        let runs = |program: &&(ProgramId, &ProgramView)| {
            program.1.stages.iter().any(|stage| is_of(&stage.entry, path))
        };
        self.programs()
            .filter(|program| runs(&program))
            .map(|(id, _)| id)
            .collect()
    }

    /// Whether programs run where an address of the machine is its own to give: in a container, or where a platform
    /// puts its router in front.
    pub fn are_apart(&self, programs: &[ProgramId]) -> bool {
        let is_apart = |id: &ProgramId| {
            let program = self.program(*id);
            program.is_some_and(|program| program.in_container || program.manager == Manager::Procfile)
        };
        !programs.is_empty() && programs.iter().all(is_apart)
    }
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
