//! Ports of a file that is named after them: there a number needs no key that says `port`.

use super::ports::{is_other_quantity, says_no_service, words};
use super::{Entry, Facts, Node, Shape, audience};
use crate::facts::port::number;
use crate::facts::{Port, PortRole};
use crate::source::Span;
use std::collections::BTreeSet;

/// Levels of groups that services stand in.
const LEVELS: usize = 3;
/// Below this a number is as likely a count or a version.
const LOWEST: u16 = 80;

/// Adds the services of `ports.json`, `service_ports.yaml` and their like that no key has told already:
/// `{"api": 8000}`, `{"core": {"api": 8000}}`, `{"8000": "api"}`.
pub fn read_manifest(path: &str, root: &Node<'_>, facts: &mut Facts) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    if !words(stem)
        .iter()
        .any(|word| matches!(word.as_str(), "port" | "ports"))
    {
        return;
    }
    let told: BTreeSet<Span> = facts.ports.iter().map(|port| port.span).collect();
    let mut found = Vec::new();
    group(root, &mut Vec::new(), &mut found);
    facts
        .ports
        .extend(found.into_iter().filter(|port| !told.contains(&port.span)));
}

fn group<'a>(node: &'a Node<'_>, above: &mut Vec<&'a str>, found: &mut Vec<Port>) {
    for entry in node.entries() {
        found.extend(service(entry, above));
        if above.len() + 1 < LEVELS && !says_no_service(&entry.key) {
            above.push(&entry.key);
            group(&entry.node, above, found);
            above.pop();
        }
    }
}

fn service(entry: &Entry<'_>, above: &[&str]) -> Option<Port> {
    let is_port = |text: &str| number(text).is_some_and(|number| number >= LOWEST);
    if says_no_service(&entry.key) {
        return None;
    }
    let mut stated = match &entry.node.shape {
        Shape::Number(text) if is_port(text) && !is_other_quantity(&words(&entry.key)) => {
            Port::new(text.as_ref(), PortRole::Declares, entry.node.span).of(Some(entry.key.to_string()))
        }
        Shape::Text(text) if is_port(&entry.key) => {
            Port::new(entry.key.as_ref(), PortRole::Declares, entry.key_span).of(Some(text.to_string()))
        }
        _ => return None,
    };
    stated.audience = audience::of(above, &[]);
    Some(stated.in_table(above.last().copied()))
}

#[cfg(test)]
mod tests {
    use crate::formats::{Format, extract};

    fn told(path: &str, text: &str) -> Vec<(Option<String>, Option<u16>, Option<String>)> {
        let format = Format::of(path, b"").unwrap();
        let ports = extract(path, format, text).ports;
        ports
            .into_iter()
            .map(|port| (port.service, port.number, port.table))
            .collect()
    }

    fn one(service: &str, number: u16, table: Option<&str>) -> (Option<String>, Option<u16>, Option<String>) {
        (Some(service.to_owned()), Some(number), table.map(str::to_owned))
    }

    #[test]
    fn every_shape_gives_its_services() {
        let api = one("api", 8000, None);
        let web = one("web", 8001, None);
        let both = [api.clone(), web.clone()];
        assert_eq!(
            told("ports.json", r#"{"api": 8000, "web": 8001, "version": 2}"#),
            both
        );
        assert_eq!(told("service_ports.yaml", "api: 8000\nweb: 8001\n"), both);
        assert_eq!(told("ports.toml", "api = 8000\nweb = 8001\n"), both);
        assert_eq!(told("ports.json", r#"{"8000": "api", "8001": "web"}"#), both);
        assert_eq!(
            told(
                "ports.json",
                r#"[{"name": "api", "port": 8000}, {"service": "web", "port": 8001}]"#
            ),
            both
        );
        let grouped = [one("api", 8000, Some("core")), one("web", 8001, Some("edge"))];
        assert_eq!(
            told("ports.yml", "core:\n  api: 8000\nedge:\n  web: 8001\n"),
            grouped
        );
        assert_eq!(
            told(
                "ports.yml",
                "core:\n  api: {port: 8000}\nedge:\n  web: {port: 8001}\n"
            ),
            grouped
        );
        assert_eq!(
            told("ports.toml", "[core.api]\nport = 8000\n[edge.web]\nport = 8001\n"),
            grouped
        );
    }

    #[test]
    fn other_numbers_are_none() {
        assert_eq!(
            told("ports.json", r#"{"timeout": 3000, "retries": 100, "api": 12}"#),
            []
        );
        assert_eq!(told("services.json", r#"{"api": 8000}"#), []);
        assert_eq!(told("reports.json", r#"{"api": 8000}"#), []);
        assert!(told("ports.json", "[").is_empty());
    }
}
