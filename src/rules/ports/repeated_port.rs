//! Ports of the manifest that deployed code writes down again.

use crate::facts::port::is_loopback;
use crate::facts::{Given, PortRole};
use crate::finding::{Draft, Effect, Scope};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;

/// Reports every literal that a look-up in the manifest would give.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let Some(manifest) = project
        .ports
        .manifest()
        .filter(|manifest| manifest.broken.is_none())
    else {
        return;
    };
    // The manifest is the single source only where code reads it.
    let mut lookups = project.ports.stated().iter().filter(|stated| {
        let service = stated.port.service.as_deref().unwrap_or_default();
        stated.port.role == PortRole::LooksUp && manifest.service(service).is_some()
    });
    let Some(lookup) = lookups.next() else { return };
    for stated in project.ports.stated() {
        let port = &stated.port;
        let is_use = matches!(port.role, PortRole::Binds | PortRole::Dials) && port.given == Given::Fixed;
        let is_own = port.role == PortRole::Binds || port.host.as_deref().is_some_and(is_loopback);
        let is_code =
            stated.format == Format::Python && project.scope(stated.place.document) == Scope::Deployed;
        if !(is_use && is_own && is_code) || port.number.is_none() {
            continue;
        }
        let declared = manifest
            .declared
            .iter()
            .find(|declared| declared.number == port.number);
        let Some(service) = declared.and_then(|declared| declared.service.as_deref()) else {
            continue;
        };
        let number = &port.text;
        let draft = Draft::new(
            stated.place,
            format!(
                "port {number} of {service} is written here again, where {} says it",
                manifest.path
            ),
        )
        .subject(service)
        .label("a second source")
        .help(format!("look {service} up in the manifest, as other code does"))
        .related(lookup.place, "the manifest is asked here")
        .effect(Effect::Advice);
        sink.report(draft);
    }
}
