//! Which ports each program listens on and dials, and which hosts outside it asks.

use super::Manifest;
use super::defaults::{by_default, last_part};
use super::definitions::Definitions;
use crate::document::Document;
use crate::facts::port::{is_loopback, number};
use crate::facts::python::Arrival;
use crate::facts::{Given, Port, PortRole, Reach, Value};
use crate::finding::{DocumentId, Place, ProgramId};
use crate::project::arrivals::Arrivals;
use crate::project::programs::{Entry, ModuleStart, ProgramView, Stage, State};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The ports of one program.
#[derive(Debug, Clone, Default)]
pub struct ProgramPorts {
    /// What it listens on, in the order of places; of a container these are the container's own.
    pub binds: Vec<PortUse>,
    /// Whether it listens on a port that the files do not tell.
    pub is_open: bool,
    /// What it connects to.
    pub dials: Vec<PortUse>,
    /// Hosts besides the machine itself that addresses in its code and definition name, with their places.
    pub hosts: BTreeMap<String, Vec<Place>>,
}

/// A port that a program uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortUse {
    /// Which.
    pub number: u16,
    /// The address beside it, as written; nothing when none is written, `?` when it is not known.
    pub host: Option<String>,
    /// Where it is said.
    pub place: Place,
    /// What says it.
    pub basis: Basis,
    /// Whether it is a port of UDP.
    pub is_udp: bool,
}

/// What says which port a program uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// It is written down.
    Written,
    /// An environment variable that is set for the program.
    Variable(String),
    /// The port manifest.
    Manifest,
    /// Nothing: it is the default of the code or of the command; with the variable that would say another,
    /// if there is one.
    Default(Option<String>),
    /// It is one of several things that the code may come to.
    Guess,
}

impl PortUse {
    /// Whether another machine can reach it, as far as the address tells.
    pub fn is_local(&self) -> bool {
        self.host.as_deref().is_some_and(is_loopback)
    }
}

/// What the ports of programs are worked out from.
pub(super) struct Joint<'a> {
    pub(super) documents: &'a [Document],
    pub(super) programs: &'a [ProgramView],
    /// By document: the programs that reach it.
    pub(super) reached: &'a [Vec<ProgramId>],
    /// Which of them get to what stands in a function.
    pub(super) arrivals: &'a Arrivals,
    pub(super) manifest: Option<&'a Manifest>,
    /// What documents with programs say, by place.
    pub(super) definitions: Definitions<'a>,
}

/// The program whose ports are worked out.
type Subject<'p> = (ProgramId, &'p ProgramView);

impl Joint<'_> {
    /// The ports of each program.
    pub(super) fn ports(&self) -> Vec<ProgramPorts> {
        let mut code: Vec<Vec<DocumentId>> = vec![Vec::new(); self.programs.len()];
        for (id, programs) in (0..).map(DocumentId).zip(self.reached) {
            for program in programs {
                if let Some(list) = code.get_mut(program.0 as usize) {
                    list.push(id);
                }
            }
        }
        let programs = (0..).map(ProgramId).zip(self.programs).zip(&code);
        programs.map(|(program, code)| self.of(program, code)).collect()
    }

    fn of(&self, subject: Subject<'_>, code: &[DocumentId]) -> ProgramPorts {
        let (_, program) = subject;
        let mut found = ProgramPorts::default();
        let mut told: BTreeSet<Place> = BTreeSet::new();
        let mut places: Vec<Place> = vec![program.command_place];
        places.extend(program.stages.iter().map(|stage| stage.place));
        places.sort();
        places.dedup();
        for place in places {
            let definition = self.definitions.at(place.document);
            let bound = definition.map(|definition| definition.bound_within(place.span));
            for port in bound.into_iter().flatten() {
                told.insert(place);
                self.bind(program, code, (place.document, port), &mut found);
            }
        }
        for stage in &program.stages {
            if !told.contains(&stage.place) {
                self.by_code(subject, stage, code, &mut found);
            }
        }
        if program.stages.is_empty() && !told.contains(&program.command_place) {
            let words: Vec<&str> = program.command.split_whitespace().collect();
            by_default(program, program.command_place, &words, &mut found);
        }
        self.asks(program, code, &mut found);
        found.binds.sort_by_key(|port| (port.place, port.number));
        found
            .binds
            .dedup_by(|right, left| (left.place, left.number) == (right.place, right.number));
        found
    }

    /// Adds a port that the program listens on, with what stands for it put in.
    fn bind(
        &self,
        program: &ProgramView,
        code: &[DocumentId],
        (document, port): (DocumentId, &Port),
        found: &mut ProgramPorts,
    ) {
        if let Some((document, named)) = self.named(code, port) {
            return self.bind(program, &[], (document, &named), found);
        }
        let (number, basis) = match &port.given {
            Given::Fixed if port.table.as_deref() == Some("default") => (port.number, Basis::Default(None)),
            Given::Fixed => (port.number, Basis::Written),
            Given::Variable(name) => {
                if let Some(number) = program.environment.get(name).and_then(|value| number(value)) {
                    (Some(number), Basis::Variable(name.clone()))
                } else {
                    found.is_open |= program.has_open_environment() || port.number.is_none();
                    (port.number, Basis::Default(Some(name.clone())))
                }
            }
            Given::Table(service) => (self.of_manifest(service), Basis::Manifest),
            Given::Option(option) => {
                found.is_open |= program.command.contains(option.as_str());
                (port.number, Basis::Default(None))
            }
            Given::Elsewhere => (port.number, Basis::Guess),
        };
        found.is_open |= number.is_none() || basis == Basis::Guess;
        found.binds.extend(number.map(|number| PortUse {
            number,
            host: port.host.clone(),
            place: Place {
                document,
                span: port.span,
            },
            basis,
            is_udp: port.is_udp,
        }));
    }

    /// What the one other module that a program reaches says of a name that a server's port has:
    /// `from settings import PORT`.
    fn named(&self, code: &[DocumentId], port: &Port) -> Option<(DocumentId, Port)> {
        if port.number.is_some() || port.given != Given::Elsewhere || port.text.is_empty() {
            return None;
        }
        let name = port.text.rsplit('.').next()?;
        let mut found: Option<(DocumentId, &Port)> = None;
        for (id, document) in code.iter().filter_map(|id| Some((*id, self.document(*id)?))) {
            let is_meant = |port: &&Port| {
                matches!(port.role, PortRole::Declares | PortRole::Default)
                    && port.table.as_deref() == Some(name)
                    && document.facts.python.is_some()
            };
            for stated in document.facts.ports.iter().filter(is_meant) {
                if found.is_some_and(|(_, other)| other.number != stated.number) {
                    return None;
                }
                found = Some((id, stated));
            }
        }
        let (id, stated) = found?;
        let given = match stated.role {
            PortRole::Default => Given::Variable(name.to_owned()),
            _ if name.bytes().any(|byte| byte.is_ascii_lowercase()) => Given::Elsewhere,
            _ => Given::Fixed,
        };
        let named = Port {
            given,
            role: port.role,
            host: port.host.clone(),
            table: None,
            ..stated.clone()
        };
        Some((id, named))
    }

    fn of_manifest(&self, service: &str) -> Option<u16> {
        match self.manifest?.service(service)?.as_slice() {
            [one] => one.number,
            _ => None,
        }
    }

    /// What a command listens on whose own words do not say it.
    fn by_code(&self, subject: Subject<'_>, stage: &Stage, code: &[DocumentId], found: &mut ProgramPorts) {
        let (_, program) = subject;
        match &stage.entry {
            Entry::Script { path, state, .. } => {
                let words = self.words_of(program, stage.place);
                let verbs: Vec<&str> = words.iter().map(String::as_str).collect();
                if path.ends_with("manage.py") {
                    by_default(program, stage.place, &verbs, found);
                } else if *state == State::Present {
                    self.by_entry(subject, path, code, found);
                }
            }
            Entry::Module {
                name,
                start: ModuleStart::Main,
                ..
            } => self.by_entry(subject, name, code, found),
            Entry::Module { runner: None, .. } => self.by_reached(subject, None, code, found),
            Entry::Module { .. } | Entry::Tool { .. } => {
                let words = self.words_of(program, stage.place);
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                if !self.by_config(program, &words, code, found) {
                    by_default(program, stage.place, &words, found);
                }
                self.by_reached(subject, None, code, found);
            }
            Entry::Other => {}
        }
    }

    /// What the module that is run says, or what it leads to does.
    fn by_entry(&self, subject: Subject<'_>, entry: &str, code: &[DocumentId], found: &mut ProgramPorts) {
        let module = entry.replace('.', "/");
        let is_entry = |path: &str| {
            path == entry
                || path.strip_suffix(".py").is_some_and(|path| {
                    let path = path.strip_suffix("/__main__").unwrap_or(path);
                    path == module || path.ends_with(&format!("/{module}"))
                })
        };
        let own = code.iter().copied().find(|id| {
            self.document(*id)
                .is_some_and(|document| is_entry(&document.path))
        });
        let before = found.binds.len();
        if let Some((id, document)) = own.and_then(|id| Some((id, self.document(id)?))) {
            let arrival = |port: &Port| self.arrivals.of(subject, (id, document), place_of(port));
            for port in binds_of(document).filter(|port| arrival(port) > Arrival::Never) {
                self.bind(subject.1, code, (id, port), found);
            }
        }
        if found.binds.len() == before {
            self.by_reached(subject, own, code, found);
        }
        if found.binds.len() == before {
            let mut reached = code.iter().filter_map(|id| self.document(*id));
            found.is_open |= reached.any(|document| {
                let mut ports = document.facts.ports.iter();
                ports.any(|port| port.table.as_deref() == Some(Port::UNSEEN))
            });
        }
    }

    /// What the code that a program reaches does beside its own module: told only when it is one thing.
    fn by_reached(
        &self,
        subject: Subject<'_>,
        own: Option<DocumentId>,
        code: &[DocumentId],
        found: &mut ProgramPorts,
    ) {
        let others = code.iter().copied().filter(|id| Some(*id) != own);
        let mut ports = others
            .filter_map(|id| Some((id, self.document(id)?)))
            .flat_map(|(id, document)| {
                let arrival =
                    move |port: &Port| self.arrivals.by_import(subject.0, (id, document), place_of(port));
                let binds = binds_of(document).filter(move |port| arrival(port) > Arrival::Never);
                binds.map(move |port| (id, port))
            });
        let Some((id, first)) = ports.next() else { return };
        if ports.next().is_some() {
            found.is_open = true;
            return;
        }
        let before = found.binds.len();
        self.bind(subject.1, code, (id, first), found);
        for port in &mut found.binds[before..] {
            port.basis = Basis::Guess;
        }
        found.is_open = true;
    }

    /// What `gunicorn.conf.py` says; whether there is one to be asked.
    fn by_config(
        &self,
        program: &ProgramView,
        words: &[&str],
        code: &[DocumentId],
        found: &mut ProgramPorts,
    ) -> bool {
        if !words.iter().any(|word| last_part(word) == "gunicorn") {
            return false;
        }
        let is_config = |document: &&Document| {
            let name = last_part(&document.path);
            name.starts_with("gunicorn") && name.ends_with(".py")
                || words
                    .iter()
                    .any(|word| word.ends_with(".py") && document.path.ends_with(last_part(word)))
        };
        let mut is_there = false;
        for (id, document) in (0..).map(DocumentId).zip(self.documents) {
            if !is_config(&document) {
                continue;
            }
            is_there = true;
            let own = document.facts.ports.iter();
            for port in own.filter(|port| port.table.as_deref() == Some("bind")) {
                self.bind(program, code, (id, port), found);
            }
        }
        found.is_open |= is_there;
        is_there
    }

    /// The words of the command at a place.
    fn words_of(&self, program: &ProgramView, place: Place) -> Vec<String> {
        let definition = self.definitions.at(place.document);
        if let Some(command) = definition.and_then(|definition| definition.command_at(place.span)) {
            return command.words.iter().map(|word| word.text.clone()).collect();
        }
        program.command.split_whitespace().map(str::to_owned).collect()
    }

    /// What the program's code and definition connect to.
    fn asks(&self, program: &ProgramView, code: &[DocumentId], found: &mut ProgramPorts) {
        let own = self.own_places(program);
        for (id, document) in code.iter().filter_map(|id| Some((*id, self.document(*id)?))) {
            // A file that defines several programs says of each what stands in its own definition.
            let is_shared = !document.facts.programs.is_empty();
            let shared = self.definitions.at(id).filter(|_| is_shared);
            let Some(definition) = shared else {
                self.ask(id, &document.facts.ports, &document.facts.values, found);
                continue;
            };
            let own: Vec<Place> = own.iter().filter(|place| place.document == id).copied().collect();
            let (ports, values) = (definition.ports_within(&own), definition.values_within(&own));
            self.ask(id, ports, values, found);
        }
    }

    fn ask<'p>(
        &self,
        document: DocumentId,
        ports: impl IntoIterator<Item = &'p Port>,
        values: impl IntoIterator<Item = &'p Value>,
        found: &mut ProgramPorts,
    ) {
        for port in ports {
            self.dial(document, port, found);
        }
        for value in values {
            let is_said = value.role.is_prose() || value.reach == Reach::Elsewhere;
            if let Some(host) = host_in(&value.text).filter(|_| !is_said) {
                let span = value.span;
                let place = Place { document, span };
                found.hosts.entry(host).or_default().push(place);
            }
        }
    }

    fn dial(&self, document: DocumentId, port: &Port, found: &mut ProgramPorts) {
        let (number, basis) = match (port.role, &port.given) {
            (PortRole::Dials, Given::Table(service)) => (self.of_manifest(service), Basis::Manifest),
            (PortRole::Dials, _) => (port.number, Basis::Written),
            // Whose port is looked up is dialled, unless it is the program's own.
            (PortRole::LooksUp, _) => (self.of_manifest(&port.text), Basis::Manifest),
            _ => return,
        };
        let is_own = |number: &u16| found.binds.iter().any(|own| own.number == *number);
        let number = number.filter(|number| basis == Basis::Written || !is_own(number));
        found.dials.extend(number.map(|number| PortUse {
            number,
            host: port.host.clone(),
            place: Place {
                document,
                span: port.span,
            },
            basis,
            is_udp: port.is_udp,
        }));
    }

    /// The places of a program's own definition: its command line and its environment.
    fn own_places(&self, program: &ProgramView) -> Vec<Place> {
        let document = program.place.document;
        let mut places = vec![program.command_place];
        let definition = self.definitions.at(document);
        let named = definition.map(|definition| definition.programs_named(&program.name));
        for definition in named.unwrap_or_default() {
            let values = definition.environment.iter();
            places.extend(values.map(|(_, value)| Place {
                document,
                span: value.span,
            }));
        }
        places
    }

    fn document(&self, id: DocumentId) -> Option<&Document> {
        self.documents.get(id.0 as usize)
    }
}

/// Where the code uses a port.
fn place_of(port: &Port) -> Span {
    port.call.unwrap_or(port.span)
}

fn binds_of(document: &Document) -> impl Iterator<Item = &Port> {
    let is_python = document.facts.python.is_some();
    let ports = document.facts.ports.iter();
    ports.filter(move |port| {
        is_python && port.role == PortRole::Binds && port.table.as_deref() != Some(Port::UNSEEN)
    })
}

/// The host of an address with a scheme, when it is another machine: `api.exchange.example`.
fn host_in(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = !scheme.is_empty()
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+');
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let is_name = !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    let is_other = !is_loopback(host) && host.contains('.') && host != "0.0.0.0";
    (is_scheme && is_name && is_other).then(|| host.to_ascii_lowercase())
}
