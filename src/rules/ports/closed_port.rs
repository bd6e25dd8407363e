//! Ports that nginx serves to the world and the firewall keeps shut.

use crate::facts::port::is_loopback;
use crate::finding::{Confidence, Draft};
use crate::project::Project;
use crate::rule::Sink;
use std::collections::BTreeSet;

/// Reports every public port that nobody is let in at.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let Some(gate) = project.gate().filter(|gate| gate.is_complete && gate.is_closed) else {
        return;
    };
    let mut seen = BTreeSet::new();
    for socket in project.sockets() {
        let is_local = socket.port.host.as_deref().is_some_and(is_loopback);
        let number = socket.port.number;
        if socket.name != "nginx" || socket.program.is_some() || is_local || gate.admits(number) {
            continue;
        }
        if !seen.insert((socket.opened_by, number)) {
            continue;
        }
        let mut draft = Draft::new(
            socket.port.place,
            format!("nginx serves on port {number}, and the firewall lets nobody in there"),
        )
        .subject(format!("nginx:{number}"))
        .label("Connection timed out")
        .help(format!("let it in: `ufw allow {number}/tcp`"))
        .scope(super::server::scope(project, socket.opened_by))
        .confidence(Confidence::Likely);
        if let Some(rule) = gate.allows.first() {
            draft = draft.related(rule.place, "the firewall is set up here");
        }
        sink.report(draft);
    }
}
