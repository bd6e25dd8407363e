//! Programs that only a Mac has.

use super::said;
use crate::finding::{Confidence, Draft, Place, Related};
use crate::knowledge::mac_commands::{self, MacProgram};
use crate::knowledge::mac_paths;
use crate::project::{Project, RunView};
use crate::rule::Sink;
use crate::source::Span;
use std::collections::BTreeSet;

/// Reports every program of a Mac that the target gets to.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let mut mentioned = BTreeSet::new();
    for run in project.runs() {
        let Some(name) = run.name() else { continue };
        let Some(found) = mac_commands::program(name, &run.arguments()) else {
            continue;
        };
        if !run.is_guarded() && is_of_system(run.written()) {
            let mut draft = draft(project, &run, name, found);
            // What the script tells people to do goes with what it does.
            if mentioned.insert((run.place.document, name)) {
                draft = draft.chain(told(&run, name));
            }
            sink.report(draft);
        }
    }
    required(project, sink);
}

/// Whether a word names a program of the system: a file of the tree is the tree's own, and a place that only
/// a Mac has is the matter of `macos-path`.
fn is_of_system(written: &str) -> bool {
    !written.contains('/') || (written.starts_with('/') && mac_paths::find(written).is_none())
}

fn draft(project: &Project, run: &RunView<'_>, name: &str, found: &MacProgram) -> Draft {
    let os = &project.target.os;
    let message = format!("`{name}`, which {}, is not on {os}", found.does);
    let place = Place {
        document: run.place.document,
        span: of_words(run),
    };
    let draft = Draft::new(place, message)
        .subject(name)
        .label(said::not_found(project, run, name))
        .help(help(found))
        .confidence(if found.likely {
            Confidence::Likely
        } else {
            Confidence::Certain
        });
    let draft = said::stops(draft, run);
    match run.scope {
        Some(scope) => draft.scope(scope),
        None => draft,
    }
}

/// The program with its arguments, as far as they have places of their own.
fn of_words(run: &RunView<'_>) -> Span {
    let (first, last) = (run.words.first(), run.words.last());
    match (first, last) {
        (Some(first), Some(last))
            if first.span.end <= last.span.end && first.span.start >= run.place.span.start =>
        {
            Span::new(first.span.start as usize, last.span.end as usize)
        }
        _ => run.place.span,
    }
}

/// `command -v pfctl || exit 1`: the script ends on the server, wherever it calls the program.
fn required(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project.documents() {
        let required = document.facts.sought.iter().filter(|sought| sought.is_required);
        let known: Vec<_> = required
            .filter(|sought| mac_commands::program(&sought.name, &[]).is_some())
            .collect();
        if known.is_empty() {
            continue;
        }
        let scope = project.scope_of_runs(id);
        for sought in known {
            let Some(found) = mac_commands::program(&sought.name, &[]) else {
                continue;
            };
            let place = Place {
                document: id,
                span: sought.span,
            };
            let os = &project.target.os;
            let message = format!(
                "without `{0}` it ends here: `{0}`, which {1}, is not on {os}",
                sought.name, found.does
            );
            let mut draft = Draft::new(place, message)
                .subject(&*sought.name)
                .label("it ends here")
                .help(help(found))
                .confidence(Confidence::Likely);
            if let Some(scope) = scope {
                draft = draft.scope(scope);
            }
            sink.report(draft);
        }
    }
}

/// Where the document tells people to call the program.
fn told(run: &RunView<'_>, name: &str) -> Vec<Related> {
    let told = run.document.facts.told.iter().filter(|told| told.value == name);
    told.map(|told| Related {
        place: Place {
            document: run.place.document,
            span: told.span,
        },
        message: format!("this tells people to call `{name}`"),
    })
    .collect()
}

fn help(found: &MacProgram) -> String {
    format!(
        "{}; or leave the step to Macs: `if [[ \"$OSTYPE\" == darwin* ]]`, `if sys.platform == \"darwin\"`",
        found.instead
    )
}
