//! Ports that are for the system itself, and that the firewall opens to the world.

use crate::facts::PortRole;
use crate::facts::port::{Audience, is_loopback};
use crate::finding::{Confidence, Draft, Effect};
use crate::formats::Format;
use crate::knowledge::ports::known;
use crate::project::{Project, Stated};
use crate::rule::Sink;

/// Reports every rule of the firewall that lets the world in at a store or behind the proxy.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let Some(gate) = project.gate() else { return };
    for stated in &gate.allows {
        let Some(number) = stated.port.number.filter(|_| stated.is_for_all()) else {
            continue;
        };
        let scope = super::server::scope(project, stated.place.document);
        let draft = Draft::new(stated.place, String::new()).scope(scope);
        if let Some(row) = known(number).find(|row| row.store) {
            let by = &row.by;
            sink.report(
                message(
                    draft,
                    stated,
                    format!(
                        "the firewall lets the whole world in at port {number}, where {by} holds the data"
                    ),
                )
                .label("open to everybody")
                .help(format!(
                    "name who may: `ufw allow from <address> to any port {number}`, or take the rule out"
                ))
                .confidence(Confidence::Likely),
            );
        } else if let Some(service) = internal(project, number) {
            sink.report(
                message(draft, stated, format!("the firewall lets the whole world in at port {number}, which the manifest means for the inside: {service}"))
                    .label("open to everybody")
                    .help("take the rule out, or name who may")
                    .confidence(Confidence::Likely),
            );
        } else if let Some(proxied) = behind_proxy(project, number) {
            sink.report(
                message(draft, stated, format!("the firewall lets the whole world in at port {number}, past nginx, which hands requests on to it"))
                    .label("past the proxy")
                    .help("take the rule out: whoever comes through nginx needs none")
                    .related(proxied.place, "nginx hands requests on here")
                    .confidence(Confidence::Likely)
                    .effect(Effect::Advice),
            );
        }
    }
}

fn message(draft: Draft, stated: &Stated, message: String) -> Draft {
    let port = stated.port.text.clone();
    Draft { message, ..draft }.subject(format!("allow {port}"))
}

/// The service that the manifest means for the inside.
fn internal(project: &Project, number: u16) -> Option<&str> {
    let (audience, port) = project.ports.manifest()?.audience(number)?;
    port.service.as_deref().filter(|_| audience == Audience::Internal)
}

/// Where nginx hands requests on to this port of the machine itself.
fn behind_proxy(project: &Project, number: u16) -> Option<&Stated> {
    project.ports.stated().iter().find(|stated| {
        stated.format == Format::Nginx
            && stated.port.role == PortRole::Dials
            && stated.port.number == Some(number)
            && stated.port.host.as_deref().is_some_and(is_loopback)
    })
}
