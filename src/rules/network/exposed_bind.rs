//! Servers that listen on every address of the machine.

use crate::facts::port::Audience;
use crate::facts::{Giver, Part, Role, ServerKind};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Place, Scope};
use crate::formats::Format;
use crate::project::{Door, Gate, Guard, Project, Server, ServerCommand};
use crate::rule::Sink;
use crate::source::Span;

/// Reports every server outside containers that listens on all addresses, and every database that a compose file
/// publishes on all of them.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let gate = project.gate();
    for server in project.servers() {
        if let Some(draft) = of_server(project, gate.as_ref(), &server) {
            sink.report(draft);
        }
    }
    for command in project.server_commands() {
        if let Some(draft) = of_command(project, gate.as_ref(), &command) {
            sink.report(draft);
        }
    }
    let is_shut = gate
        .as_ref()
        .is_some_and(|gate| gate.is_complete && gate.is_closed);
    // What docker publishes past ufw, `bypassed-firewall` tells.
    let is_of_ufw = |gate: &Gate<'_>| {
        let mut allows = gate.allows.iter();
        allows.any(|stated| stated.port.table.as_deref() == Some("ufw"))
    };
    let is_compared = is_shut && gate.as_ref().is_some_and(is_of_ufw);
    for (id, document) in project.documents() {
        if document.format == Format::Yaml && !is_compared {
            published(project, id, sink);
        }
        named(project, id, sink);
    }
    if !is_shut {
        configured(project, sink);
    }
}

/// `listen_addresses = '*'` of PostgreSQL, `bind 0.0.0.0` of a Redis that asks for a password; of one that does not,
/// `open-database` tells more.
fn configured(project: &Project, sink: &mut Sink<'_>) {
    for (document, config, is_installed) in project.server_configs() {
        let (key, server) = match config.kind {
            ServerKind::Postgres => ("listen_addresses", "PostgreSQL"),
            ServerKind::Redis if config.setting("requirepass").is_some() => ("bind", "Redis"),
            _ => continue,
        };
        let Some(setting) = config.setting(key) else {
            continue;
        };
        let mut addresses = setting
            .value
            .split([',', ' '])
            .map(|one| one.trim_start_matches('-'));
        if !setting.value.is_empty() && addresses.any(|address| !address.is_empty() && is_everywhere(address))
        {
            let place = Place {
                document,
                span: setting.span,
            };
            let message = format!(
                "{server} listens on every network that the server is in (`{key}` is `{}`), and its passwords are all that keeps strangers out",
                setting.value
            );
            sink.report(
                draft(place, message)
                    .subject(format!("configured {server}"))
                    .help("name `localhost`, and the one address of the network from which it has to be reached")
                    .confidence(if is_installed { Confidence::Likely } else { Confidence::Possible }),
            );
        }
    }
}

/// Whether an address stands for all addresses of the machine.
fn is_everywhere(host: &str) -> bool {
    matches!(host.trim_matches(['[', ']']), "" | "0.0.0.0" | "::" | "*")
}

fn of_server(project: &Project, gate: Option<&Gate<'_>>, server: &Server<'_>) -> Option<Draft> {
    let host = server.listener.host.as_ref()?;
    let address = host.value.as_deref().filter(|address| is_everywhere(address))?;
    if project.are_apart(&server.programs) {
        return None;
    }
    let shown = if address.is_empty() {
        "an empty address"
    } else {
        address
    };
    let message = match &host.giver {
        Giver::Variable(name) => format!(
            "without `{name}` in the environment, `{}` listens on {shown}",
            server.listener.call
        ),
        _ => format!("`{}` listens on {shown}", server.listener.call),
    };
    let call = Place {
        document: server.document,
        span: server.listener.span,
    };
    let standing = Standing::of(project, gate, &project.ports_opened(call, &server.programs))?;
    let draft = standing.draft(host_place(server.document, host, server.listener.span), &message);
    let path = &project.document(server.document)?.path;
    let draft = draft
        .subject(format!("{path} {}", server.listener.call))
        .confidence(if server.is_sure {
            sureness(&host.giver)
        } else {
            Confidence::Possible
        });
    Some(draft.programs(server.programs.clone()).scope(server.scope))
}

/// Where the address stands; the call, where a caller gives it.
fn host_place(document: DocumentId, host: &Part<String>, call: Span) -> Place {
    let is_empty = host.value.as_deref() == Some("");
    Place {
        document,
        span: if is_empty { call } else { host.span },
    }
}

fn sureness(giver: &Giver) -> Confidence {
    match giver {
        Giver::Nothing => Confidence::Likely,
        _ => Confidence::Possible,
    }
}

/// What the tree says of a port that listens on all addresses.
enum Standing<'a> {
    /// Nothing.
    Unknown,
    /// The manifest means it for the inside, and no firewall keeps it shut.
    Internal(u16, &'a str, Place),
    /// The firewall keeps it shut, or lets only some in.
    Shut(u16, bool, Place),
}

impl<'a> Standing<'a> {
    /// The worst of what is said of these ports; nothing when all of them are meant for everybody.
    fn of(project: &'a Project, gate: Option<&Gate<'_>>, numbers: &[u16]) -> Option<Self> {
        let all = numbers.iter().map(|number| Self::of_port(project, gate, *number));
        let said: Vec<Option<Self>> = all.collect();
        if said.is_empty() {
            return Some(Self::Unknown);
        }
        let rank = |standing: &Self| match standing {
            Self::Internal(..) => 2,
            Self::Unknown => 1,
            Self::Shut(..) => 0,
        };
        said.into_iter().flatten().max_by_key(rank)
    }

    fn of_port(project: &'a Project, gate: Option<&Gate<'_>>, number: u16) -> Option<Self> {
        let manifest = project.ports.manifest();
        let audience = manifest.and_then(|manifest| Some((manifest, manifest.audience(number)?)));
        let internal = audience.and_then(|(manifest, (audience, port))| {
            let service = port.service.as_deref().unwrap_or("a service");
            (audience == Audience::Internal).then(|| Self::Internal(number, service, manifest.place(port)))
        });
        match (gate.map_or(Door::Unknown, |gate| gate.door(number)), internal) {
            (Door::Shut(place), _) => Some(Self::Shut(number, false, place)),
            (Door::Some(place), _) => Some(Self::Shut(number, true, place)),
            (_, Some(internal)) => Some(internal),
            (Door::Open(_), None) => None,
            (Door::Unknown, None) => audience.is_none().then_some(Self::Unknown),
        }
    }

    /// A finding that says what follows from it.
    fn draft(&self, place: Place, message: &str) -> Draft {
        const REACHED: &str = "every network that the server is in reaches it";
        match self {
            Self::Unknown => draft(place, format!("{message}: {REACHED}, past any proxy")),
            Self::Internal(number, service, declared) => draft(
                place,
                format!(
                    "{message}: {REACHED}, and the manifest means port {number} ({service}) for the inside"
                ),
            )
            .help("listen on `127.0.0.1`: nobody outside is meant to reach it")
            .related(*declared, format!("{service} is for the inside"))
            .effect(Effect::Use),
            Self::Shut(number, lets_some, rule) => {
                let who = if *lets_some {
                    "others than those that it names"
                } else {
                    "everybody"
                };
                draft(
                    place,
                    format!("{message}, and the firewall alone keeps {who} from port {number}: with it off, {REACHED}"),
                )
                .label("behind the firewall")
                .help("listen on `127.0.0.1`, if only this machine asks it; else the firewall is what protects it")
                .related(*rule, "the firewall is set up here")
                .effect(Effect::Note)
            }
        }
    }
}

fn draft(place: Place, message: String) -> Draft {
    Draft::new(place, message)
        .label("listens on all interfaces")
        .help(
            "listen on `127.0.0.1` and let a proxy such as nginx face the network; where everybody shall reach it, say so in the firewall",
        )
        .effect(Effect::Advice)
}

/// `gunicorn --bind 0.0.0.0:8000`, `uvicorn app:app --host 0.0.0.0`.
fn of_command(project: &Project, gate: Option<&Gate<'_>>, found: &ServerCommand<'_>) -> Option<Draft> {
    let document = project.document(found.document)?;
    if matches!(document.format, Format::Docker | Format::Procfile) || project.are_apart(&found.programs) {
        return None;
    }
    let words = &found.command.words;
    let at = words.iter().position(|word| {
        let name = word.text.rsplit('/').next().unwrap_or_default();
        SERVERS.contains(&name)
    })?;
    let program = words[at].text.rsplit('/').next().unwrap_or_default().to_owned();
    let mut options = words[at + 1..].iter().peekable();
    while let Some(option) = options.next() {
        let (value, place) = match option.text.split_once('=') {
            Some((name, value)) if is_address_option(name) => (value, option.span),
            _ if is_address_option(&option.text) => match options.peek() {
                Some(next) => (next.text.as_str(), next.span),
                None => break,
            },
            _ if program == "manage.py" => (option.text.as_str(), option.span),
            _ => continue,
        };
        let host = value.rsplit_once(':').map_or(value, |(host, _)| host);
        // gunicorn takes `:8000` for all addresses.
        if is_everywhere(host) && !value.is_empty() {
            let message = format!("`{program}` listens on all addresses ({value})");
            let at = |span| Place {
                document: found.document,
                span,
            };
            let numbers = project.ports_opened(at(found.command.span), &found.programs);
            let draft = Standing::of(project, gate, &numbers)?
                .draft(at(place), &message)
                .confidence(Confidence::Likely);
            return Some(match found.programs.as_slice() {
                [] => draft,
                programs => draft.programs(programs.to_vec()),
            });
        }
    }
    None
}

/// Commands that start a server.
const SERVERS: [&str; 10] = [
    "gunicorn",
    "uvicorn",
    "hypercorn",
    "daphne",
    "waitress-serve",
    "uwsgi",
    "flask",
    "fastapi",
    "manage.py",
    "streamlit",
];

fn is_address_option(name: &str) -> bool {
    matches!(
        name,
        "--bind" | "-b" | "--host" | "-h" | "--http" | "--http-socket" | "--listen" | "--server.address"
    )
}

/// `"bind_host": "0.0.0.0"`: a setting or a default whose name says that a server listens there.
fn named(project: &Project, id: DocumentId, sink: &mut Sink<'_>) {
    let Some(document) = project
        .document(id)
        .filter(|_| project.scope(id) == Scope::Deployed)
    else {
        return;
    };
    let programs = project.programs_reaching(id);
    if programs.is_empty() || project.are_apart(&programs) {
        return;
    }
    let values = document
        .facts
        .values
        .iter()
        .filter(|value| !value.text.is_empty() && is_everywhere(&value.text));
    for value in values.filter(|value| matches!(value.role, Role::Assigned | Role::Default | Role::Argument))
    {
        let own = value.name.as_deref().unwrap_or_default().to_ascii_lowercase();
        let own = own.rsplit('.').next().unwrap_or_default();
        if !own
            .split(['_', '-'])
            .any(|word| matches!(word, "bind" | "listen" | "binding"))
        {
            continue;
        }
        let place = Place {
            document: id,
            span: value.span,
        };
        let message = format!(
            "`{own}` is {}: what takes it listens on every network that the server is in",
            value.text
        );
        sink.report(
            draft(place, message)
                .subject(format!("{} {own}", document.path))
                .confidence(Confidence::Possible),
        );
    }
}

/// Ports of databases, as their containers have them.
const DATABASES: [(&str, &str); 9] = [
    ("5432", "PostgreSQL"),
    ("3306", "MySQL"),
    ("6379", "Redis"),
    ("27017", "MongoDB"),
    ("9200", "Elasticsearch"),
    ("5672", "RabbitMQ"),
    ("11211", "memcached"),
    ("8123", "ClickHouse"),
    ("1433", "SQL Server"),
];

/// `ports: ["5432:5432"]` of a compose file.
fn published(project: &Project, id: DocumentId, sink: &mut Sink<'_>) {
    let Some(document) = project.document(id) else {
        return;
    };
    for value in document
        .facts
        .values
        .iter()
        .filter(|value| value.role == Role::Element)
    {
        let service = value
            .name
            .as_deref()
            .and_then(|name| name.strip_prefix("services.")?.strip_suffix(".ports"));
        let Some(service) = service else { continue };
        let Some((outer, inner)) = value.text.rsplit_once(':') else {
            continue;
        };
        let inner = inner.split('/').next().unwrap_or_default();
        let known = DATABASES.iter().find(|(port, _)| *port == inner);
        let Some((_, database)) = known.filter(|_| !outer.contains(':') || outer.starts_with("0.0.0.0:"))
        else {
            continue;
        };
        let place = Place {
            document: id,
            span: value.span,
        };
        let guard = project.guard_of(id, service);
        let behind = match guard {
            Some(Guard::Open) => ", and asks for no password: whoever finds it has all of its data",
            Some(Guard::Weak) => ", and its password is one that everybody tries first",
            None => ": Docker opens the port past `ufw`",
        };
        let message = format!(
            "{database} is published on every address of the server (`{}`){behind}",
            value.text
        );
        sink.report(
            Draft::new(place, message)
                .subject(format!("published {database}"))
                .label("open to every network")
                .help(format!(
                    "publish it on the machine itself only, `127.0.0.1:{}`, or not at all: containers reach each other without",
                    value.text.trim_start_matches("0.0.0.0:")
                ))
                .confidence(if guard.is_some() { Confidence::Certain } else { Confidence::Likely }),
        );
    }
}
