//! Ports that docker publishes past the firewall.

use crate::facts::PortRole;
use crate::facts::port::is_loopback;
use crate::finding::{Confidence, Draft, Scope};
use crate::project::Project;
use crate::rule::Sink;

/// Reports every published port that ufw is meant to keep shut, and cannot.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let Some(gate) = project.gate().filter(|gate| gate.is_complete && gate.is_closed) else {
        return;
    };
    // iptables can be told of docker's own chain; what ufw writes, docker's rules come before.
    let Some(rule) = gate.allows.iter().find(|stated| stated.port.table.as_deref() == Some("ufw")) else {
        return;
    };
    let published = project
        .ports
        .stated()
        .iter()
        .filter(|stated| stated.port.role == PortRole::Publishes)
        .filter(|stated| project.scope(stated.place.document) != Scope::Development);
    for stated in published {
        let is_local = stated.port.host.as_deref().is_some_and(|host| !host.is_empty() && is_loopback(host));
        let Some(number) = stated.port.number.filter(|number| !is_local && !gate.admits(*number)) else {
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
        .confidence(Confidence::Likely);
        sink.report(draft);
    }
}
