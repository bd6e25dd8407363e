//! Ports that the kernel may hand to somebody else.

use crate::finding::{Draft, Effect};
use crate::project::Project;
use crate::rule::Sink;

/// The ports that Linux gives to outgoing connections (ip(7), `ip_local_port_range`).
const EPHEMERAL: std::ops::RangeInclusive<u16> = 32768..=60999;

/// Reports every program that listens on a port of that range.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for socket in project.sockets() {
        let number = socket.port.number;
        if !EPHEMERAL.contains(&number) {
            continue;
        }
        let name = &socket.name;
        let message =
            format!("{name} listens on port {number}, which Linux may give to any outgoing connection first");
        let draft = Draft::new(socket.port.place, message)
            .subject(format!("{name}:{number}"))
            .label("from 32768 to 60999: taken at times")
            .help(format!(
                "give {name} a port from 1024 to 32767, or reserve {number} with `net.ipv4.ip_local_reserved_ports`"
            ))
            .programs(socket.program.into_iter().collect())
            .effect(Effect::Advice);
        sink.report(draft);
    }
}
