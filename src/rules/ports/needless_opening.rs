//! Ports that the firewall opens and nobody listens on.

use crate::finding::{Confidence, Draft, Effect};
use crate::knowledge::ports::known;
use crate::project::{Project, Socket};
use crate::rule::Sink;
use std::collections::BTreeMap;

/// Reports every rule of the firewall that opens a door to nothing.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let Some(gate) = project.gate() else { return };
    let heard = project.heard();
    // Who listens on a port that is not told may be the one who is meant.
    let confidence = if project.has_hidden_ports() {
        Confidence::Possible
    } else {
        Confidence::Likely
    };
    let inner = inner(project);
    for stated in &gate.allows {
        let port = &stated.port;
        let (Some(number), None) = (port.number, port.last) else {
            continue;
        };
        // What the tree does not start may listen there: a proxy, a login, a store.
        if number < 1024 || port.is_udp || known(number).next().is_some() {
            continue;
        }
        let draft = match inner.get(&number) {
            Some(Some(socket)) => Draft::new(
                stated.place,
                format!(
                    "the firewall opens port {number}, and {} listens there for this machine alone",
                    socket.name
                ),
            )
            .help(format!(
                "take the rule out, or have {} listen on the address that others ask",
                socket.name
            ))
            .related(socket.port.place, "only from the machine itself"),
            None if !heard.has(number) => Draft::new(
                stated.place,
                format!("the firewall opens port {number}, and nothing that the tree starts listens there"),
            )
            .help(format!(
                "take the rule out, or have the service that is meant listen on {number}"
            )),
            _ => continue,
        };
        let draft = draft
            .subject(format!("allow {number}"))
            .label("a door to nothing")
            .scope(super::server::scope(project, stated.place.document))
            .confidence(confidence)
            .effect(Effect::Advice);
        sink.report(draft);
    }
}

/// By port that is listened on: who does, where it is nobody but the machine itself that reaches it.
fn inner(project: &Project) -> BTreeMap<u16, Option<Socket>> {
    let mut found: BTreeMap<u16, Option<Socket>> = BTreeMap::new();
    for socket in project.sockets() {
        let number = socket.port.number;
        if socket.port.is_local() {
            found.entry(number).or_insert(Some(socket));
        } else {
            found.insert(number, None);
        }
    }
    found
}
