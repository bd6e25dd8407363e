//! Two services with one port, and places that disagree with the port manifest.

use crate::finding::{Confidence, DocumentId, Draft, Effect, Scope};
use crate::formats::Format;
use crate::project::{Basis, Manifest, Project};
use crate::rule::Sink;

/// Reports every port that two places or two services cannot agree on.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    contested(project, sink);
    let Some(manifest) = project.ports.manifest() else {
        return;
    };
    if let Some((reason, place)) = &manifest.broken {
        let message = format!("the port manifest {} cannot be read: {reason}", manifest.path);
        let draft = Draft::new(*place, message)
            .subject(&manifest.path)
            .label("reading stops here")
            .help("mend the file, then load it once with the code that reads it");
        sink.report(draft);
    }
    invalid(manifest, sink);
    disagreeing(project, manifest, sink);
    listening(project, manifest, sink);
    unknown(project, manifest, sink);
}

fn contested(project: &Project, sink: &mut Sink<'_>) {
    for clash in project.ports.contested() {
        let service = clash.port.service.as_deref().unwrap_or("");
        let other = clash.other.service.as_deref().unwrap_or("");
        let port = &clash.port.text;
        let draft = Draft::new(
            clash.place,
            format!("{service} has port {port}, which {other} has too"),
        )
        .subject(format!("{other}={port}"))
        .label("taken already")
        .help(format!(
            "give {service} a port of its own, here and wherever it is repeated"
        ))
        .related(clash.other_place, format!("{other} has port {port} here"));
        sink.report(draft);
    }
}

fn invalid(manifest: &Manifest, sink: &mut Sink<'_>) {
    for port in &manifest.declared {
        let service = port.service.as_deref().unwrap_or("");
        let place = manifest.place(port);
        if port.is_none() {
            continue;
        }
        if port.number.is_none() {
            let draft = Draft::new(place, format!("{service} has `{}`, which is no port", port.text))
                .subject(service)
                .label("not from 1 to 65535")
                .help("write a whole number from 1024 to 65535");
            sink.report(draft);
            continue;
        }
        let avoided = manifest
            .avoided
            .iter()
            .find(|avoided| avoided.number == port.number);
        if let Some(avoided) = avoided {
            let message = format!(
                "{service} has port {}, which the manifest itself forbids",
                port.text
            );
            let draft = Draft::new(place, message)
                .subject(service)
                .label("to be avoided")
                .help(format!(
                    "give {service} another port, or take {} off the list",
                    port.text
                ))
                .related(manifest.place(avoided), "the list of ports to avoid");
            sink.report(draft);
        } else if let (Some((low, high)), Some(number)) = (manifest.range, port.number)
            && !(low..=high).contains(&number)
        {
            let message =
                format!("{service} has port {number}, outside the manifest's own range {low}-{high}");
            let draft = Draft::new(place, message)
                .subject(service)
                .label("outside the range")
                .help(format!("give {service} a port of the range, or widen the range"))
                .effect(Effect::Advice);
            sink.report(draft);
        }
    }
}

fn disagreeing(project: &Project, manifest: &Manifest, sink: &mut Sink<'_>) {
    for clash in project.ports.disagreeing() {
        if is_old_data(project, clash.place.document) {
            continue;
        }
        let service = clash.other.service.as_deref().unwrap_or("");
        let (here, there) = (&clash.port.text, &clash.other.text);
        let message = format!("{service} has port {here} here and {there} in {}", manifest.path);
        let draft = Draft::new(clash.place, message)
            .subject(service)
            .label(format!("the manifest says {there}"))
            .help(format!(
                "write {there} here, or better, read it from the manifest"
            ))
            .related(clash.other_place, format!("{service} has port {there} here"));
        sink.report(draft);
    }
    for clash in project.ports.intruding() {
        let service = clash.port.service.as_deref().unwrap_or("");
        let other = clash.other.service.as_deref().unwrap_or("");
        let port = &clash.port.text;
        let message = format!(
            "{service} has port {port} here, which {} gives to {other}",
            manifest.path
        );
        let draft = Draft::new(clash.place, message)
            .subject(service)
            .label(format!("the port of {other}"))
            .help(format!(
                "add {service} to the manifest with a port of its own, and use that here"
            ))
            .related(clash.other_place, format!("{other} has port {port} here"))
            .confidence(Confidence::Likely);
        sink.report(draft);
    }
}

/// Programs that are told another port than the manifest gives to the service of their name.
fn listening(project: &Project, manifest: &Manifest, sink: &mut Sink<'_>) {
    for (id, view) in project.programs().filter(|(_, view)| !view.in_container) {
        let Some(declared) = manifest.service(&view.name) else {
            continue;
        };
        let ports = project.ports.of_program(id);
        let is_own = |number: u16| declared.iter().any(|port| port.number == Some(number));
        // A program may have more ports than the one that the manifest speaks of.
        if ports.is_open || ports.binds.iter().any(|port| is_own(port.number)) {
            continue;
        }
        let told = ports.binds.iter().find(|port| port.basis == Basis::Written);
        let other = declared.first().filter(|port| !port.is_none());
        let Some((port, other)) = told.zip(other) else {
            continue;
        };
        let (service, here, there) = (&view.name, port.number, &other.text);
        let message = format!(
            "{service} listens on port {here}, and {} says {there}",
            manifest.path
        );
        let draft = Draft::new(port.place, message)
            .subject(service)
            .label(format!("the manifest says {there}"))
            .help(format!(
                "have {service} listen on {there}, or better, read it from the manifest"
            ))
            .related(manifest.place(other), format!("{service} has port {there} here"))
            .programs(vec![id]);
        sink.report(draft);
    }
}

/// Whether a document is data that nothing on the server reads: a report that some run left behind.
fn is_old_data(project: &Project, id: DocumentId) -> bool {
    let is_data = project
        .document(id)
        .is_some_and(|document| matches!(document.format, Format::Json | Format::Yaml | Format::Toml));
    is_data && project.scope(id) == Scope::Development
}

fn unknown(project: &Project, manifest: &Manifest, sink: &mut Sink<'_>) {
    for stated in project.ports.unknown_lookups() {
        let service = stated.port.service.as_deref().unwrap_or(&stated.port.text);
        let near = manifest.nearest(service);
        let help = if near.is_empty() {
            format!(
                "add {service} with its port to {}, or ask for a service that it has",
                manifest.path
            )
        } else {
            format!(
                "add {service} with its port to {}; did you mean {}?",
                manifest.path,
                near.join(" or ")
            )
        };
        let message = format!(
            "the port of {service} is looked up, and {} does not have it",
            manifest.path
        );
        let draft = Draft::new(stated.place, message)
            .subject(service)
            .label("no such service")
            .help(help);
        sink.report(draft);
    }
}
