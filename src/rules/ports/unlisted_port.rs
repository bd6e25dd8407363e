//! Programs that listen on a port which the manifest does not list.

use crate::finding::{Draft, Effect};
use crate::project::{Basis, Project};
use crate::rule::Sink;

/// Reports every program of the server whose port the manifest lacks.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let Some(manifest) = project
        .ports
        .manifest()
        .filter(|manifest| manifest.is_named && manifest.broken.is_none())
    else {
        return;
    };
    let is_listed = |number: u16| manifest.declared.iter().any(|port| port.number == Some(number));
    for (id, view) in project.programs() {
        let declared = manifest.service(&view.name).unwrap_or_default();
        // A service that the manifest has with another port is said to disagree with it.
        if view.in_container || declared.iter().any(|port| !port.is_none()) {
            continue;
        }
        for port in &project.ports.of_program(id).binds {
            let is_told = matches!(
                port.basis,
                Basis::Written | Basis::Variable(_) | Basis::Default(_)
            );
            if !is_told || is_listed(port.number) {
                continue;
            }
            let (name, number, path) = (&view.name, port.number, &manifest.path);
            let lacks = match declared.first() {
                Some(_) => "lists the service without a port",
                None => "lists neither the service nor the port",
            };
            let mut draft = Draft::new(
                port.place,
                format!("{name} listens on port {number}, and {path} {lacks}"),
            )
            .subject(name)
            .label("not in the manifest")
            .help(format!(
                "add {name} with port {number} to {path}, so that nobody else takes it"
            ))
            .programs(vec![id])
            .effect(Effect::Advice);
            if let Some(entry) = declared.first() {
                draft = draft.related(manifest.place(entry), format!("{name} has no port here"));
            }
            sink.report(draft);
        }
    }
}
