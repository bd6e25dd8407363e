//! Ports that are for the world and that the firewall keeps shut.

use crate::facts::port::{Audience, is_loopback};
use crate::finding::{Confidence, Draft, Place};
use crate::project::{Project, Socket};
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
        let Some(why) = why_public(project, &socket).filter(|_| !is_local && !gate.admits(number)) else {
            continue;
        };
        if !seen.insert((socket.opened_by, number)) {
            continue;
        }
        let (message, declared) = match why {
            Public::Proxy => (format!("nginx serves on port {number}"), None),
            Public::Declared(place) => (
                format!(
                    "{} has port {number}, which the manifest means for everybody",
                    socket.name
                ),
                Some(place),
            ),
        };
        let mut draft = Draft::new(
            socket.port.place,
            format!("{message}, and the firewall lets nobody in there"),
        )
        .subject(format!("{}:{number}", socket.name))
        .label("Connection timed out")
        .help(format!("let it in: `ufw allow {number}/tcp`"))
        .confidence(Confidence::Likely);
        if let Some(rule) = gate.allows.first() {
            draft = draft.related(rule.place, "the firewall is set up here");
        }
        if let Some(place) = declared {
            draft = draft.related(place, "meant for everybody");
        }
        sink.report(match socket.program {
            Some(id) => draft.programs(vec![id]),
            None => draft.scope(super::server::scope(project, socket.opened_by)),
        });
    }
}

/// Why a port of the server is one for everybody.
enum Public {
    /// A proxy serves on it.
    Proxy,
    /// The manifest says so.
    Declared(Place),
}

/// Why a socket is meant for everybody, if it is. Docker lets the world in at published ports by itself.
fn why_public(project: &Project, socket: &Socket) -> Option<Public> {
    let Some(program) = socket.program else {
        return (socket.name == "nginx").then_some(Public::Proxy);
    };
    let manifest = project.ports.manifest()?;
    let (audience, port) = manifest.audience(socket.port.number)?;
    let is_contained = project.is_contained(program);
    (audience == Audience::Public && !is_contained).then(|| Public::Declared(manifest.place(port)))
}
