//! Ports of the manifest that no program of the tree has anything to do with.

use crate::facts::{Port, PortRole};
use crate::finding::{Draft, Effect};
use crate::knowledge::ports::known;
use crate::project::{Manifest, Project};
use crate::rule::Sink;

/// Reports every service of the manifest that nothing starts, asks for or dials.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let Some(manifest) = project
        .ports
        .manifest()
        .filter(|manifest| manifest.is_named && manifest.broken.is_none())
    else {
        return;
    };
    // Without any program nothing can be said to be missing.
    if !project.programs().any(|(_, view)| view.is_followed()) {
        return;
    }
    of_nobody(project, manifest, sink);
    for port in &manifest.declared {
        let Some((service, number)) = port.service.as_deref().zip(port.number) else {
            continue;
        };
        // A store or a monitor is started by the server itself.
        let is_of_server = known(number).next().is_some();
        if is_of_server
            || port.role != PortRole::Declares
            || is_used(project, manifest, port, service, number)
        {
            continue;
        }
        let draft = Draft::new(
            manifest.place(port),
            format!("{service} has port {number}, and no program of the tree is called so or uses it"),
        )
        .subject(service)
        .label("nobody has it")
        .help(format!("take {service} out of {}, or start it", manifest.path))
        .effect(Effect::Advice);
        sink.report(draft);
    }
}

/// Ports of the manifest that stand there without a service.
fn of_nobody(project: &Project, manifest: &Manifest, sink: &mut Sink<'_>) {
    let Some(document) = project.document(manifest.document) else {
        return;
    };
    for port in &document.facts.ports {
        let Some(number) = port
            .number
            .filter(|_| port.role == PortRole::Declares && port.service.is_none())
        else {
            continue;
        };
        let draft = Draft::new(
            manifest.place(port),
            format!("port {number} stands here, and no service beside it"),
        )
        .subject(number.to_string())
        .label("whose?")
        .help(format!(
            "name the service that has port {number}, or take the line out"
        ))
        .effect(Effect::Advice);
        sink.report(draft);
    }
}

fn is_used(project: &Project, manifest: &Manifest, port: &Port, service: &str, number: u16) -> bool {
    let words = |name: &str| -> Vec<String> {
        let lower = name.to_ascii_lowercase();
        let words = lower.split(|letter: char| !letter.is_alphanumeric());
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let own = words(service);
    let is_program = project.programs().any(|(id, view)| {
        let theirs = words(&view.name);
        let ports = project.ports.of_program(id);
        // One of which all is known and that listens nowhere does not have the port either.
        let is_silent = view.is_followed() && !ports.is_open && ports.binds.is_empty() && !view.in_container;
        let has_name =
            own.iter().all(|word| theirs.contains(word)) || theirs.iter().all(|word| own.contains(word));
        has_name && !is_silent
    });
    let is_stated = project.ports.stated().iter().any(|stated| {
        let is_other = stated.place.document != manifest.document || stated.place.span != port.span;
        let is_named = stated.port.service.as_deref().is_some_and(|name| {
            manifest
                .service(name)
                .is_some_and(|ports| ports.iter().any(|other| other.span == port.span))
        });
        let is_elsewhere = stated.place.document != manifest.document;
        is_other && is_elsewhere && (is_named || stated.port.number == Some(number))
    });
    is_program || is_stated
}
