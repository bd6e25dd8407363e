//! Sections about supervisord itself in files that another configuration includes.

use crate::finding::{Confidence, DocumentId, Draft, Effect, Phase, Place};
use crate::project::Project;
use crate::rule::Sink;

/// Sections that a fragment takes away from the configuration that includes it, and what they change.
const SECTIONS: [(&str, &str); 3] = [
    ("unix_http_server", "the socket that supervisorctl asks at"),
    ("inet_http_server", "the control port"),
    (
        "supervisord",
        "the log, the pid file and the account of supervisord itself",
    ),
];
/// Where the distribution's configuration looks for fragments.
const FRAGMENTS: &str = "/etc/supervisor/conf.d";

/// Reports each such section of a fragment, once for each file.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    // Where supervisord is started with a file in there, that is a whole configuration in an odd place.
    let is_whole = project.has_contained_supervisord() || is_started_with(project, FRAGMENTS);
    for (id, document) in project.documents() {
        if document.facts.daemons.is_empty() {
            continue;
        }
        let Some(includer) = includer(project, id, is_whole) else {
            continue;
        };
        for facts in &document.facts.daemons {
            let found = SECTIONS.iter().find_map(|(section, what)| {
                let first = facts.section(section).next()?;
                Some((*section, *what, first.value.span))
            });
            let Some((section, what, span)) = found else {
                continue;
            };
            let message = format!(
                "[{section}] stands in a file that {} includes, and changes {what} for all programs of the server",
                includer.name
            );
            let draft = Draft::new(Place { document: id, span }, message)
                .subject(format!("[{section}] in {}", document.path))
                .label("the file that is read last counts")
                .help("keep [program:x] and [group:x] in it, and leave the rest to the configuration that includes it")
                .programs(project.programs_configured_by(id))
                .effect(Effect::Use)
                .confidence(Confidence::Likely)
                .phase(Phase::Manager);
            sink.report(match includer.place {
                Some(place) => draft.related(place, "this makes it a fragment"),
                None => draft,
            });
        }
    }
}

struct Includer {
    name: String,
    place: Option<Place>,
}

/// Who includes a configuration, as far as the tree tells.
fn includer(project: &Project, id: DocumentId, is_whole: bool) -> Option<Includer> {
    let of_distribution = |place| Includer {
        name: "the distribution's configuration".to_owned(),
        place,
    };
    let document = project.document(id)?;
    if document.path.starts_with(FRAGMENTS) && !is_whole {
        return Some(of_distribution(None));
    }
    if let Some(place) = project.put_below(id, FRAGMENTS).filter(|_| !is_whole) {
        return Some(of_distribution(Some(place)));
    }
    let daemon = project
        .daemons
        .iter()
        .find(|daemon| daemon.config != id && daemon.documents.contains(&id))?;
    let config = project.document(daemon.config)?;
    let include = config
        .facts
        .daemons
        .iter()
        .flat_map(|facts| &facts.includes)
        .next()?;
    Some(Includer {
        name: format!("`{}`", config.path),
        place: Some(Place {
            document: daemon.config,
            span: include.span,
        }),
    })
}

/// Whether a command starts supervisord with a configuration below this folder.
fn is_started_with(project: &Project, folder: &str) -> bool {
    let starts = |words: &[crate::facts::Word]| {
        words.iter().any(|word| word.text.ends_with("supervisord"))
            && words.iter().any(|word| word.text.starts_with(folder))
    };
    project.runs().any(|run| starts(run.words))
}
