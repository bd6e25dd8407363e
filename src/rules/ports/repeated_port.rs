//! Ports of the manifest that code, scripts and settings write down again.

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
        if stated.place.document == manifest.document {
            continue;
        }
        let is_use = matches!(port.role, PortRole::Binds | PortRole::Dials) && port.given == Given::Fixed;
        let is_own = port.role == PortRole::Binds || port.host.as_deref().is_some_and(is_loopback);
        let Some(reader) = reader(stated.format).filter(|_| is_use && is_own && port.number.is_some()) else {
            continue;
        };
        let scope = project.scope(stated.place.document);
        if scope == Scope::Development || (reader == Reader::Code && scope != Scope::Deployed) {
            continue;
        }
        let declared = manifest
            .declared
            .iter()
            .find(|declared| declared.number == port.number);
        let Some(service) = declared.and_then(|declared| declared.service.as_deref()) else {
            continue;
        };
        let (number, path) = (&port.text, &manifest.path);
        let help = match reader {
            Reader::Code => format!("look {service} up in the manifest, as other code does"),
            Reader::Script => {
                format!("take it out of {path}: `jq`, or a line of the code that reads the manifest")
            }
            Reader::Page => format!("ask the server for it, or have the build put it in from {path}"),
            Reader::Config => {
                format!("have the deployment write this file from {path}, or a test compare the two")
            }
        };
        let draft = Draft::new(
            stated.place,
            format!("port {number} of {service} is written here again, where {path} says it"),
        )
        .subject(service)
        .label("a second source")
        .help(help)
        .related(lookup.place, "the manifest is asked here")
        .effect(if reader == Reader::Config {
            Effect::Note
        } else {
            Effect::Advice
        });
        sink.report(draft);
    }
}

/// What could read the manifest in the stead of a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    Code,
    Script,
    Page,
    /// Nothing: its own reader knows no manifest.
    Config,
}

fn reader(format: Format) -> Option<Reader> {
    Some(match format {
        Format::Python => Reader::Code,
        Format::Shell => Reader::Script,
        Format::Html | Format::Script => Reader::Page,
        Format::Nginx | Format::Supervisor | Format::Systemd | Format::Json | Format::Yaml | Format::Toml => {
            Reader::Config
        }
        _ => return None,
    })
}
