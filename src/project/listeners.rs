//! Which servers the programs of the target start, and where those listen.

use super::arrivals::apart_at;
use super::{PortUse, Project};
use crate::document::Document;
use crate::facts::port::is_wildcard;
use crate::facts::python::Arrival;
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
    /// The programs that get there, sorted; none for a script that people run.
    pub programs: Vec<ProgramId>,
    /// Whether something is seen to lead there; otherwise it cannot be told.
    pub is_sure: bool,
    /// Who gets there: where no program does, people may, by a command that the project brings.
    pub scope: Scope,
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
        let documents = self.documents();
        let scripts = documents.flat_map(|(_, document)| &document.facts.console_scripts);
        let mut commands = Commands::new();
        for script in scripts {
            let modules = commands.entry(&script.attribute).or_default();
            modules.push(script.module.replace('.', "/"));
        }
        let mut found = Vec::new();
        for (id, document) in self.documents() {
            let listeners = document.facts.listeners.iter();
            found.extend(listeners.filter_map(|listener| self.server((id, document), listener, &commands)));
        }
        found
    }

    fn server<'a>(
        &self,
        (id, document): (DocumentId, &Document),
        listener: &'a Listener,
        commands: &Commands<'_>,
    ) -> Option<Server<'a>> {
        let (programs, arrival) = self.programs_getting_to((id, document), listener.span);
        let is_imported_only = arrival == Arrival::Never && self.scope(id) == Scope::Deployed;
        // A module that programs only import does not get to what nobody calls.
        if is_imported_only && !is_in_command(document, listener.span, commands) {
            return None;
        }
        Some(Server {
            document: id,
            listener,
            programs,
            is_sure: arrival != Arrival::Perhaps,
            scope: if is_imported_only {
                Scope::Operations
            } else {
                self.scope(id)
            },
        })
    }

    /// The programs that get to a place of a module, sorted: those that surely do, or else those that may.
    fn programs_getting_to(
        &self,
        (id, document): (DocumentId, &Document),
        place: Span,
    ) -> (Vec<ProgramId>, Arrival) {
        let reaching = self.programs_reaching(id);
        let arrivals = reaching.into_iter().filter_map(|number| {
            let program = self.program(number)?;
            Some((number, self.arrivals.of((number, program), (id, document), place)))
        });
        let arrivals: Vec<(ProgramId, Arrival)> = arrivals.collect();
        let best = arrivals.iter().map(|(_, arrival)| *arrival).max();
        let best = best.unwrap_or(Arrival::Never);
        let programs = arrivals.into_iter().filter(|(_, arrival)| *arrival == best);
        let programs = programs
            .filter(|_| best > Arrival::Never)
            .map(|(number, _)| number);
        (programs.collect(), best)
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

/// Commands that projects of the tree bring: by the function that each calls, the modules of these, as paths.
type Commands<'a> = BTreeMap<&'a str, Vec<String>>;

/// Whether one of the commands leads to a place of a module.
fn is_in_command(document: &Document, place: Span, commands: &Commands<'_>) -> bool {
    let Some(apart) = apart_at(document, place) else {
        return false;
    };
    let stem = document.path.strip_suffix(".py").unwrap_or(&document.path);
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    let is_here = |module: &String| {
        let before = stem.strip_suffix(module.as_str());
        before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    let names = apart.through.iter();
    names
        .filter_map(|name| commands.get(name.as_str()))
        .any(|modules| modules.iter().any(is_here))
}
