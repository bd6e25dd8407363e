//! For whom a port is meant: told by its group (`internal_services`) or by what stands beside it
//! (`"public": false`, `"bind": "127.0.0.1"`).

use super::ports::words;
use super::{Entry, Shape};
use crate::facts::port::{Audience, is_loopback, is_wildcard};

/// For whom a port is meant that stands below the keys `above`, beside the entries `siblings`. What stands nearest
/// decides.
pub(super) fn of(above: &[&str], siblings: &[Entry]) -> Option<Audience> {
    let said = siblings.iter().find_map(beside);
    said.or_else(|| above.iter().rev().find_map(|key| of_words(key)))
}

/// What an entry beside the port says.
fn beside(entry: &Entry) -> Option<Audience> {
    let key = words(&entry.key);
    let is = |wanted: &[&str]| key.iter().any(|word| wanted.contains(&word.as_str()));
    match &entry.node.shape {
        Shape::Truth(text) => {
            let said = of_words(&entry.key)?;
            let is_on = *text;
            Some(match (said, is_on) {
                (Audience::Public, true) | (Audience::Internal, false) => Audience::Public,
                _ => Audience::Internal,
            })
        }
        Shape::Text(text) if is(&["bind", "listen"]) => {
            let host = text.rsplit_once(':').map_or(text.as_ref(), |(host, _)| host);
            match () {
                () if is_loopback(host) => Some(Audience::Internal),
                () if !text.is_empty() && is_wildcard(host) => Some(Audience::Public),
                () => None,
            }
        }
        Shape::Text(text)
            if is(&[
                "visibility",
                "audience",
                "exposure",
                "access",
                "scope",
                "network",
                "zone",
            ]) =>
        {
            of_words(text)
        }
        _ => None,
    }
}

/// What a group's name, or a word for a zone, says.
fn of_words(text: &str) -> Option<Audience> {
    words(text).iter().find_map(|word| match word.as_str() {
        "public" | "external" | "exposed" | "internet" | "expose" => Some(Audience::Public),
        "internal" | "private" | "loopback" | "localhost" => Some(Audience::Internal),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::facts::port::Audience::{self, Internal, Public};
    use crate::formats::{Format, extract};

    fn told(path: &str, text: &str) -> Vec<Option<Audience>> {
        let format = Format::of(path, b"").unwrap();
        let ports = extract(path, format, text).ports;
        ports.iter().map(|port| port.audience).collect()
    }

    #[test]
    fn groups_and_neighbours_say_it() {
        for (text, expected) in [
            ("internal_services: {a: {port: 8001}}", Some(Internal)),
            ("public: {a: {port: 8001}}", Some(Public)),
            ("public: {a: 8001}", Some(Public)),
            ("core: {a: {port: 8001, public: true}}", Some(Public)),
            ("core: {a: {port: 8001, public: false}}", Some(Internal)),
            ("core: {a: {internal: true, port: 8001}}", Some(Internal)),
            ("core: {a: {port: 8001, visibility: internal}}", Some(Internal)),
            ("core: {a: {port: 8001, bind: 127.0.0.1}}", Some(Internal)),
            ("core: {a: {port: 8001, bind_host: 0.0.0.0}}", Some(Public)),
            ("public: {a: {port: 8001, public: false}}", Some(Internal)),
            ("core: {a: {port: 8001, description: the public page}}", None),
            ("services: [{name: a, port: 8001, exposed: true}]", Some(Public)),
            ("core: {a: 8001}", None),
        ] {
            assert_eq!(told("ports.yaml", text), [expected], "{text}");
        }
    }
}
