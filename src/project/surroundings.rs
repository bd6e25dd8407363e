//! What the system needs around itself on the server: other hosts, databases.

use super::{Project, importers};
use crate::facts::{Reach, Role, Value};
use crate::finding::{Place, Scope};
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
        for (id, document) in self.documents() {
            if self.scope(id) != Scope::Deployed {
                continue;
            }
            for value in &document.facts.values {
                let is_used = !value.role.is_prose()
                    && value.reach != Reach::Elsewhere
                    && !matches!(value.role, Role::Pattern | Role::Compared | Role::Markup);
                let is_bare = value.text.parse::<IpAddr>().is_ok();
                let is_told = !is_bare || names_host(value);
                if let Some(name) = host(&value.text).filter(|_| is_used && is_told) {
                    let place = Place {
                        document: id,
                        span: value.span,
                    };
                    hosts.entry(name).or_default().insert(place);
                }
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

    /// The databases whose modules the server's code imports, sorted by name.
    pub fn databases(&self) -> Vec<Database> {
        let mut found: BTreeMap<&'static str, Database> = BTreeMap::new();
        for (id, document) in self.documents() {
            let Some(python) = document.facts.python.as_ref() else {
                continue;
            };
            if self.scope(id) != Scope::Deployed {
                continue;
            }
            for module in importers::imported_anywhere(&python.body) {
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

/// Whether what an address is bound to, or handed to, says that it is a host: versions and netmasks look alike.
fn names_host(value: &Value) -> bool {
    let words = [
        "host", "hostname", "server", "addr", "address", "ip", "peer", "endpoint", "url", "uri", "broker",
        "node", "connect", "bind",
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
}
