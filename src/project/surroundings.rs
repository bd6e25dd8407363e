//! What the system needs around itself on the server: other hosts, databases.

use super::Project;
use crate::facts::{Reach, Role, Value};
use crate::finding::{DocumentId, Place, Scope};
use crate::formats::Format;
use crate::knowledge::databases;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// A machine or name that the server's code or settings hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name or address, without port, user and password.
    pub name: String,
    /// Where it stands, sorted.
    pub places: Vec<Place>,
}

/// A database that the server's code talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Its name.
    pub name: &'static str,
    /// The modules that talk to it.
    pub modules: BTreeSet<String>,
    /// The files that import them, sorted.
    pub paths: BTreeSet<String>,
}

impl Project {
    /// The hosts that stand in URLs and as addresses in what the server runs, sorted by name.
    pub fn hosts(&self) -> Vec<Host> {
        let mut hosts: BTreeMap<String, BTreeSet<Place>> = BTreeMap::new();
        for (document, value) in self.host_values() {
            if let Some(name) = host(&value.text).filter(|name| !NAMESPACES.contains(&name.as_str())) {
                let span = value.span;
                hosts.entry(name).or_default().insert(Place { document, span });
            }
        }
        let hosts = hosts.into_iter();
        hosts
            .map(|(name, places)| Host {
                name,
                places: places.into_iter().collect(),
            })
            .collect()
    }

    /// The documents of the server that name all addresses of the machine: where a server listens.
    pub fn everywhere(&self) -> BTreeSet<DocumentId> {
        let is_everywhere = |value: &Value| {
            value
                .text
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_unspecified())
        };
        let values = self.host_values().filter(|(_, value)| is_everywhere(value));
        values.map(|(id, _)| id).collect()
    }

    /// Texts of what the server runs that stand where a host does.
    fn host_values(&self) -> impl Iterator<Item = (DocumentId, &Value)> {
        self.documents()
            .filter(|(id, document)| {
                self.scope(*id) == Scope::Deployed && !is_about_the_project(&document.path)
            })
            .flat_map(|(id, document)| document.facts.values.iter().map(move |value| (id, value)))
            .filter(|(_, value)| {
                let is_bare = value.text.parse::<IpAddr>().is_ok();
                let is_seen = value.role.is_prose()
                    || matches!(value.role, Role::Pattern | Role::Compared | Role::Markup)
                    || value.reach == Reach::Elsewhere;
                !is_seen && value.name.as_deref() != Some("$schema") && (!is_bare || names_host(value))
            })
    }

    /// The scripts that set a server up: they install packages, make accounts or databases, or hand services to a
    /// manager. By path.
    pub fn setup_scripts(&self) -> BTreeSet<&str> {
        let sets_up = self.runs().filter(|run| {
            let is_script = run.document.format == Format::Shell && run.document.host.is_none();
            let is_for_server = !run.for_mac && self.scope(run.place.document) != Scope::Development;
            is_script && is_for_server && run.name().is_some_and(|name| SETS_UP.contains(&name))
        });
        sets_up.map(|run| run.document.path.as_str()).collect()
    }

    /// The databases whose modules the server's code imports, sorted by name.
    pub fn databases(&self) -> Vec<Database> {
        let mut found: BTreeMap<&'static str, Database> = BTreeMap::new();
        for (id, document) in self.documents() {
            if self.scope(id) != Scope::Deployed {
                continue;
            }
            for module in self.modules_of(id) {
                let Some(name) = databases::behind(module) else {
                    continue;
                };
                let database = found.entry(name).or_insert_with(|| Database {
                    name,
                    modules: BTreeSet::new(),
                    paths: BTreeSet::new(),
                });
                let top = module.split('.').next().unwrap_or(module);
                database.modules.insert(top.to_owned());
                database.paths.insert(document.path.clone());
            }
        }
        found.into_values().collect()
    }
}

/// Commands that set a server up.
const SETS_UP: [&str; 14] = [
    "adduser",
    "apt",
    "apt-get",
    "certbot",
    "createdb",
    "createuser",
    "dnf",
    "dpkg",
    "groupadd",
    "pg_restore",
    "systemctl",
    "ufw",
    "useradd",
    "yum",
];

/// Hosts whose addresses are names of XML's vocabularies and of schemas, which nobody dials.
const NAMESPACES: [&str; 6] = [
    "www.w3.org",
    "json-schema.org",
    "purl.org",
    "schemas.microsoft.com",
    "schemas.openxmlformats.org",
    "schemas.xmlsoap.org",
];

/// Whether a file tells of the project, not of the server: where its home page is, what builds it.
fn is_about_the_project(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_hidden = path.split('/').any(|part| part.starts_with('.')) && !name.starts_with(".env");
    let known = [
        "pyproject.toml",
        "setup.cfg",
        "setup.py",
        "mkdocs.yml",
        "package.json",
        "package-lock.json",
    ];
    is_hidden || known.contains(&name) || name.ends_with(".lock")
}

/// Whether what an address is bound to, or handed to, says that it is a host: versions and netmasks look alike.
fn names_host(value: &Value) -> bool {
    let words = [
        "host",
        "hostname",
        "server",
        "addr",
        "address",
        "ip",
        "peer",
        "endpoint",
        "url",
        "uri",
        "broker",
        "node",
        "connect",
        "bind",
        "run",
        "serve",
        "start_server",
    ];
    let told = [&value.name, &value.call];
    told.into_iter().flatten().any(|text| {
        let lower = text.to_ascii_lowercase();
        let last = lower
            .rsplit(|letter: char| !letter.is_ascii_alphanumeric())
            .next();
        last.is_some_and(|last| words.contains(&last))
    })
}

/// The host that a text names: it is an address, or a URL. Nothing of it but the host is kept, so that no
/// password of a URL gets any further.
fn host(text: &str) -> Option<String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        // `0.0.0.0` is where a server listens, and no host.
        return (!address.is_unspecified()).then(|| address.to_string());
    }
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = !scheme.is_empty()
        && scheme
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'));
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let name = match host.split_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) => return None,
        None => host,
    };
    let is_name = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'));
    (is_scheme && is_name && !name.is_empty() && name.len() < 254).then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Target;
    use crate::tree::Memory;

    #[test]
    fn hosts_come_without_users_passwords_and_ports() {
        for (text, name) in [
            ("10.1.2.3", Some("10.1.2.3")),
            ("https://API.example.org/v1?x=1", Some("api.example.org")),
            ("postgresql://me:secret@db:5432/x", Some("db")),
            ("http://{host}:80/", None),
            ("file:///opt/x", None),
            ("0.0.0.0", None),
            ("/opt/x", None),
            ("wss://a b/", None),
        ] {
            assert_eq!(host(text).as_deref(), name, "{text}");
        }
    }

    #[test]
    fn only_what_stands_where_a_host_does_is_one() {
        let main = "import psycopg2\nHOST = '10.1.2.3'\nVERSION = '4.2.0.1'\n\
                    app.run(host='0.0.0.0')\nURL = 'https://api.example.org/v1'\n";
        let project = r#"[project]
urls = { home = "https://home.example.org" }
"#;
        let tree = Memory::new([
            ("app.py", main),
            ("pyproject.toml", project),
            (
                "supervisord.conf",
                "[supervisord]\n[program:app]\ncommand=python3 app.py\n",
            ),
        ]);
        let progress = crate::engine::Progress::default();
        let (project, _) = crate::engine::read(&tree, Target::default(), &|_| false, &progress);
        let hosts: Vec<String> = project.hosts().into_iter().map(|host| host.name).collect();
        assert_eq!(hosts, ["10.1.2.3", "api.example.org"]);
        assert_eq!(project.everywhere().len(), 1);
        let databases = project.databases();
        assert_eq!((databases.len(), databases[0].name), (1, "PostgreSQL"));
    }
}
