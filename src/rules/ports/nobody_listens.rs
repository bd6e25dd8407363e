//! Dials of a port that nothing listens on.

use crate::finding::{Confidence, Draft};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;

/// Reports every dial that nobody hears.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for unheard in project.unheard() {
        let number = unheard.number;
        let host = unheard.stated.port.host.as_deref().unwrap_or("localhost");
        let is_proxy = unheard.stated.format == Format::Nginx;
        let asks = if is_proxy {
            "nginx hands requests to"
        } else {
            "this asks"
        };
        let (message, help) = match &unheard.meant {
            Some((name, numbers)) => {
                let has: Vec<String> = numbers.iter().map(ToString::to_string).collect();
                let has = has.join(" and ");
                (
                    format!("{asks} {host}:{number}, and {name} listens on {has}"),
                    format!("write {has} here, or have {name} listen on {number}"),
                )
            }
            None => (
                format!("{asks} {host}:{number}, and nothing that the tree starts listens there"),
                format!("write the port of the program that is meant, or have it listen on {number}"),
            ),
        };
        let label = if is_proxy {
            "connect() failed (111: Connection refused) while connecting to upstream"
        } else {
            "Connection refused"
        };
        let confidence = if unheard.is_guess {
            Confidence::Possible
        } else {
            Confidence::Likely
        };
        let draft = Draft::new(unheard.stated.place, message)
            .subject(format!("{host}:{number}"))
            .label(label)
            .help(help)
            .confidence(confidence);
        let document = unheard.stated.place.document;
        sink.report(if is_proxy {
            draft.scope(super::server::scope(project, document))
        } else {
            draft
        });
    }
}
