//! Ports that docker publishes past the firewall.

use crate::facts::PortRole;
use crate::facts::port::is_loopback;
use crate::finding::{Confidence, DocumentId, Draft, Scope};
use crate::formats::Format;
use crate::project::{Project, Stated};
use crate::rule::Sink;
use std::collections::BTreeSet;

/// Reports every published port that ufw is meant to keep shut, and cannot.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let Some(gate) = project.gate().filter(|gate| gate.is_complete && gate.is_closed) else {
        return;
    };
    // iptables can be told of docker's own chain; what ufw writes, docker's rules come before.
    let Some(rule) = gate
        .allows
        .iter()
        .find(|stated| stated.port.table.as_deref() == Some("ufw"))
    else {
        return;
    };
    let published: Vec<&Stated> = project
        .ports
        .stated()
        .iter()
        .filter(|stated| stated.port.role == PortRole::Publishes)
        .filter(|stated| is_of_server(project, stated.place.document))
        .collect();
    let composed = published.iter().filter(|stated| stated.format == Format::Yaml);
    let files: BTreeSet<DocumentId> = composed.map(|stated| stated.place.document).collect();
    // Of several compose files the server may well have another.
    let confidence = if files.len() > 1 {
        Confidence::Possible
    } else {
        Confidence::Likely
    };
    for stated in published {
        let is_local = stated
            .port
            .host
            .as_deref()
            .is_some_and(|host| !host.is_empty() && is_loopback(host));
        let Some(number) = stated
            .port
            .number
            .filter(|number| !is_local && !gate.admits(*number))
        else {
            continue;
        };
        let service = stated.port.service.as_deref().unwrap_or("a container");
        let draft = Draft::new(
            stated.place,
            format!("{service} is published on port {number} of every address, which the firewall does not allow and cannot stop: docker goes past ufw"),
        )
        .subject(format!("{service}:{number}"))
        .label("open to everybody")
        .help(format!("publish it for the machine alone, `127.0.0.1:{number}:…`, or not at all: services of one compose file reach each other without"))
        .related(rule.place, "the firewall is set up here")
        .confidence(confidence);
        sink.report(draft);
    }
}

/// Whether a compose file may be the server's: `docker-compose.dev.yml` is not.
fn is_of_server(project: &Project, id: DocumentId) -> bool {
    let path = project.document(id).map_or("", |document| document.path.as_str());
    let lower = path.to_ascii_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
    let is_aside = words.any(|word| {
        matches!(
            word,
            "dev"
                | "develop"
                | "development"
                | "test"
                | "tests"
                | "local"
                | "ci"
                | "debug"
                | "override"
                | "example"
        )
    });
    !is_aside && project.scope(id) != Scope::Development
}
