//! What is listened on where, and what nobody listens on.

use super::{Basis, PortUse, Ports, ProgramPorts, Stated};
use crate::facts::port::{is_loopback, is_wildcard};
use crate::facts::{Given, Manager, PortRole};
use crate::finding::{DocumentId, ProgramId, Scope};
use crate::formats::Format;
use crate::knowledge::ports::known;
use crate::project::{ProgramView, Project};
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// A port of the server itself that something listens on.
#[derive(Debug, Clone)]
pub struct Socket {
    /// Who: a program, or nobody of the programs (nginx, supervisord).
    pub program: Option<ProgramId>,
    /// The name of who.
    pub name: String,
    /// Which port and address.
    pub port: PortUse,
    /// The document whose manager opens it: two of one document are opened side by side.
    pub opened_by: DocumentId,
}

/// A dial that nobody hears.
#[derive(Debug)]
pub struct Unheard<'a> {
    /// What is dialled.
    pub stated: &'a Stated,
    /// The number.
    pub number: u16,
    /// Who is meant, when that can be told, and the ports that it has.
    pub meant: Option<(String, Vec<u16>)>,
    /// Whether something else of the server may well have the port.
    pub is_guess: bool,
}

impl Socket {
    /// Whether both cannot be open at once: one number, one protocol, and an address in common.
    pub fn excludes(&self, other: &Self) -> bool {
        let (left, right) = (&self.port, &other.port);
        left.number == right.number && left.is_udp == right.is_udp && left.meets(right.host.as_deref())
    }
}

impl PortUse {
    /// Whether it is listened on at this address too; an address that is not written is all of them.
    pub fn meets(&self, host: Option<&str>) -> bool {
        let (left, right) = (self.host.as_deref().unwrap_or(""), host.unwrap_or(""));
        let is_all = |host: &str| is_wildcard(host) || host == "?";
        let same_loopback = is_loopback(left) && is_loopback(right) && !right.starts_with("127.0.0.53");
        is_all(left) || is_all(right) || left.eq_ignore_ascii_case(right) || same_loopback
    }
}

impl Project {
    /// The ports of the server that its programs, nginx and supervisord listen on, and those that compose
    /// publishes; what a container listens on is its own.
    pub fn sockets(&self) -> Vec<Socket> {
        let mut sockets = Vec::new();
        for (id, program) in self.programs() {
            if program.in_container {
                continue;
            }
            for port in &self.ports.of_program(id).binds {
                sockets.push(Socket {
                    program: Some(id),
                    name: program.name.clone(),
                    port: port.clone(),
                    opened_by: program.place.document,
                });
            }
        }
        let contained = self.contained_configs();
        let mut sites = BTreeSet::new();
        let mut views: HashMap<(DocumentId, &str), (ProgramId, &ProgramView)> = HashMap::new();
        for (id, view) in self.programs() {
            let name = (view.place.document, view.name.as_str());
            views.entry(name).or_insert((id, view));
        }
        for stated in self.ports.stated() {
            let document = stated.place.document;
            let is_nginx = stated.format == Format::Nginx && !contained.contains(&document);
            let is_supervisor = stated.port.table.as_deref() == Some("inet_http_server");
            let is_published = stated.port.role == PortRole::Publishes;
            let is_daemon = stated.port.role == PortRole::Binds && (is_nginx || is_supervisor);
            if !(is_published || is_daemon) || self.scope(document) == Scope::Development {
                continue;
            }
            let Some(port) = stated.as_use() else { continue };
            // The sites of one nginx share its ports.
            let address = port.host.clone().unwrap_or_default();
            if is_nginx && !sites.insert((port.number, address)) {
                continue;
            }
            let service = stated.port.service.clone().unwrap_or_default();
            let program = views.get(&(document, service.as_str())).copied();
            let program = program.filter(|_| is_published);
            // A service that is started on demand alone does not take its port from another.
            if program.is_some_and(|(_, view)| !view.autostart) {
                continue;
            }
            sockets.push(Socket {
                program: program.map(|(id, _)| id),
                name: match service.as_str() {
                    _ if is_supervisor => "supervisord".to_owned(),
                    "" => "a container".to_owned(),
                    _ => service,
                },
                port,
                opened_by: document,
            });
        }
        sockets
    }

    /// Whether a program's own configuration is one that a container of the tree gets: what it starts runs there.
    pub fn is_contained(&self, program: ProgramId) -> bool {
        self.program(program)
            .is_some_and(|view| view.in_container || self.contained_configs().contains(&view.place.document))
    }

    /// Configurations (nginx's, supervisord's, prometheus') that a container of the tree gets.
    fn contained_configs(&self) -> BTreeSet<DocumentId> {
        let mut placed: BTreeSet<String> = BTreeSet::new();
        for (_, document) in self.documents() {
            let folder = document.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for program in &document.facts.programs {
                for placement in &program.placements {
                    let from = crate::project::paths::resolve(folder, &placement.from);
                    placed.extend(from.filter(|from| !from.is_empty()));
                }
            }
        }
        // An image whose command is supervisord has the configuration, wherever it copies it to.
        let has_daemon = self
            .programs()
            .any(|(_, view)| view.in_container && view.command.contains("supervisord"));
        self.documents()
            .filter(|(_, document)| {
                matches!(document.format, Format::Nginx | Format::Supervisor | Format::Yaml)
            })
            .filter(|(_, document)| {
                has_daemon && document.format == Format::Supervisor
                    || placed.iter().any(|from| {
                        document.path == *from
                            || document
                                .path
                                .strip_prefix(from.as_str())
                                .is_some_and(|rest| rest.starts_with('/'))
                    })
            })
            .map(|(id, _)| id)
            .collect()
    }

    /// Dials that nobody hears: of this machine, or of a container of the same compose file.
    pub fn unheard(&self) -> Vec<Unheard<'_>> {
        let heard = Heard::of(self);
        let contained = self.contained_configs();
        let is_blind = self.has_hidden_ports();
        let dials = self
            .ports
            .stated()
            .iter()
            .filter(|stated| stated.port.role == PortRole::Dials);
        dials
            .filter(|stated| self.scope(stated.place.document) != Scope::Development)
            .filter_map(|stated| {
                let number = stated.port.number?;
                let host = stated.port.host.as_deref()?;
                let document = stated.place.document;
                if !is_loopback(host) {
                    return self.of_container(stated, number, host);
                }
                let is_in_container = contained.contains(&document)
                    || self
                        .programs_reaching(document)
                        .iter()
                        .any(|id| self.program(*id).is_some_and(|view| view.in_container));
                if is_in_container || heard.has(number) {
                    return None;
                }
                let meant = self.meant(stated);
                let is_near = || {
                    let near = number.saturating_sub(NEAR)..=number.saturating_add(NEAR);
                    heard.own.range(near).next().is_some() && known(number).next().is_none()
                };
                let is_proxied = stated.format == Format::Nginx;
                // Whoever listens on a port that is not told may be the one who is asked.
                let is_guess = meant.is_none() && !is_proxied;
                let is_judged = meant.is_some() || (!is_blind && (is_proxied || is_near()));
                is_judged.then_some(Unheard {
                    stated,
                    number,
                    meant,
                    is_guess,
                })
            })
            .collect()
    }

    /// Whether something of the server listens on a port that the files do not tell.
    pub fn has_hidden_ports(&self) -> bool {
        let mut programs = self.programs().filter(|(_, view)| !view.in_container);
        let is_hidden = programs.any(|(id, view)| !view.is_followed() || self.ports.of_program(id).is_open);
        let mut stated = self.ports.stated().iter();
        let is_any =
            stated.any(|stated| stated.port.role == PortRole::Publishes && stated.port.number.is_none());
        is_hidden || is_any || self.programs().next().is_none()
    }

    /// The program that a dial means by the name that its address stands under: `ORDERS_URL`.
    fn meant(&self, stated: &Stated) -> Option<(String, Vec<u16>)> {
        let table = stated.port.table.as_deref()?.to_ascii_lowercase();
        let words: BTreeSet<&str> = table.split(|letter: char| !letter.is_alphanumeric()).collect();
        let is_meant = |name: &str| {
            let name = name.to_ascii_lowercase();
            let mut parts = name
                .split(|letter: char| !letter.is_alphanumeric())
                .filter(|part| !matches!(*part, "service" | "server" | ""))
                .peekable();
            parts.peek().is_some() && parts.all(|part| words.contains(part))
        };
        self.programs().find_map(|(id, view)| {
            let ports = self.ports.of_program(id);
            let numbers: Vec<u16> = ports.binds.iter().map(|port| port.number).collect();
            let is_known = !numbers.is_empty() && !ports.is_open && !view.in_container;
            (is_known && is_meant(&view.name)).then(|| (view.name.clone(), numbers))
        })
    }

    /// A dial of a service of a compose file, by its name: what it listens on is its container's.
    fn of_container<'a>(&self, stated: &'a Stated, number: u16, host: &str) -> Option<Unheard<'a>> {
        let mut services = self
            .programs()
            .filter(|(_, view)| view.manager == Manager::Compose && view.name == host);
        let (id, view) = services.next()?;
        if services.next().is_some() {
            return None;
        }
        let ports = self.ports.of_program(id);
        let mut numbers: BTreeSet<u16> = ports.binds.iter().map(|port| port.number).collect();
        let is_told = !numbers.is_empty() && !ports.is_open;
        for other in self.ports.stated() {
            let is_own =
                other.place.document == view.place.document && other.port.service.as_deref() == Some(host);
            let is_images = other.place.document == view.command_place.document
                && other.port.table.as_deref() == Some("EXPOSE");
            let is_published = other.port.role == PortRole::Publishes;
            if is_own && is_published {
                numbers.extend(other.port.inner);
            } else if (is_own || is_images) && other.port.role == PortRole::Exposes {
                let last = other.port.last.or(other.port.number);
                numbers.extend(
                    other
                        .port
                        .number
                        .zip(last)
                        .into_iter()
                        .flat_map(|(low, high)| low..=high),
                );
            }
        }
        let is_silent = is_told && !numbers.contains(&number);
        is_silent.then(|| Unheard {
            stated,
            number,
            meant: Some((host.to_owned(), numbers.into_iter().collect())),
            is_guess: false,
        })
    }

    /// Every port that the tree speaks of as one that is listened on.
    pub fn heard(&self) -> Heard {
        Heard::of(self)
    }
}

/// Ports so near to each other belong to one system.
const NEAR: u16 = 20;

/// Every port that the tree speaks of as one that is listened on: by a program, a config, a default.
#[derive(Debug)]
pub struct Heard {
    numbers: BTreeSet<u16>,
    ranges: Vec<(u16, u16)>,
    /// What programs of the server really listen on.
    own: BTreeSet<u16>,
}

impl Heard {
    fn of(project: &Project) -> Self {
        let mut numbers = BTreeSet::new();
        let mut ranges = Vec::new();
        let mut own = BTreeSet::new();
        for (id, view) in project.programs() {
            for port in &project.ports.of_program(id).binds {
                numbers.insert(port.number);
                if !view.in_container {
                    own.insert(port.number);
                }
            }
        }
        for stated in project.ports.stated() {
            let is_listening = matches!(
                stated.port.role,
                PortRole::Declares
                    | PortRole::Default
                    | PortRole::Binds
                    | PortRole::Publishes
                    | PortRole::Exposes
            );
            if is_listening && let Some(first) = stated.port.number {
                numbers.insert(first);
                ranges.extend(stated.port.last.map(|last| (first, last)));
            }
        }
        Self { numbers, ranges, own }
    }

    /// Whether a port is among them.
    pub fn has(&self, number: u16) -> bool {
        let mut ranges = self.ranges.iter();
        self.numbers.contains(&number) || ranges.any(|(low, high)| (*low..=*high).contains(&number))
    }
}

impl Stated {
    /// The statement as a use of a port, where its number is known.
    fn as_use(&self) -> Option<PortUse> {
        let basis = match &self.port.given {
            Given::Variable(name) => Basis::Default(Some(name.clone())),
            _ => Basis::Written,
        };
        Some(PortUse {
            number: self.port.number?,
            host: self.port.host.clone(),
            place: self.place,
            basis,
            is_udp: self.port.is_udp,
        })
    }
}

impl Ports {
    /// The ports of a program: what it listens on, what it dials, which hosts it asks.
    pub fn of_program(&self, id: ProgramId) -> &ProgramPorts {
        static NONE: LazyLock<ProgramPorts> = LazyLock::new(ProgramPorts::default);
        self.programs.get(id.0 as usize).unwrap_or(&NONE)
    }
}
