//! Ports that the firewall opens and nobody listens on.

use crate::finding::{Confidence, Draft, Effect};
use crate::knowledge::ports::known;
use crate::project::Project;
use crate::rule::Sink;

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
    for stated in &gate.allows {
        let port = &stated.port;
        let (Some(number), None) = (port.number, port.last) else {
            continue;
        };
        // What the tree does not start may listen there: a proxy, a login, a store.
        if number < 1024 || port.is_udp || known(number).next().is_some() || heard.has(number) {
            continue;
        }
        let draft = Draft::new(
            stated.place,
            format!("the firewall opens port {number}, and nothing that the tree starts listens there"),
        )
        .subject(format!("allow {number}"))
        .label("a door to nothing")
        .help(format!(
            "take the rule out, or have the service that is meant listen on {number}"
        ))
        .scope(super::server::scope(project, stated.place.document))
        .confidence(confidence)
        .effect(Effect::Advice);
        sink.report(draft);
    }
}
