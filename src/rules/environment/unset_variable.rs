//! Environment variables that a program needs to start, and that nothing sets.

use super::super::failing;
use crate::finding::{Confidence, Draft, Effect, Phase, Place, ProgramId};
use crate::knowledge::variables::{NearNames, is_asked_of_any};
use crate::project::{FailureKind, Project, Setting, VariableSet};
use crate::rule::Sink;
use std::collections::{BTreeMap, BTreeSet};

/// Reports `os.environ["X"]` and what cannot be done with `None` on the way to a program's start where no file of the
/// tree sets `X`.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let set = project.variables_set();
    let unread: Vec<&VariableSet<'_>> = set
        .iter()
        .filter(|set| !project.is_variable_mentioned(set.name))
        .collect();
    let near = NearNames::new(unread.iter().map(|set| set.name));
    for failed in &project.failures {
        let failure = &failed.failure;
        let FailureKind::Variable(by) = &failure.kind else {
            continue;
        };
        if failed.programs.is_empty() {
            continue;
        }
        let name = &failure.missing;
        let message = format!("`{name}` has to be in the environment, and nothing of the tree sets it");
        let Some(mut draft) = failing::draft(project, failed, message) else {
            continue;
        };
        let meant = near.find(name, |_| true);
        let meant = meant.and_then(|meant| unread.iter().find(|set| set.name == meant));
        let help = match meant {
            Some(set) => format!(
                "Nothing reads `{}`, which is set: use one of the two names in both places.",
                set.name
            ),
            None => format!(
                "Set `{name}` in the program's definition or its environment file, or read it with a default: `os.environ.get(\"{name}\", …)`."
            ),
        };
        if let Some(set) = meant {
            draft = draft.related(set.place, format!("`{}` is set here", set.name));
        }
        sink.report(
            draft
                .subject(name.clone())
                .label(by.error(name))
                .help(help)
                // Somebody may set it on the server by hand.
                .confidence(failure.confidence.min(Confidence::Likely)),
        );
    }
    absent(project, &near, sink);
    uninitialized(project, sink);
}

/// Containers with a database whose image asks for a password before it makes one.
fn uninitialized(project: &Project, sink: &mut Sink<'_>) {
    for refusal in project.uninitialized_stores() {
        let Some(first) = refusal.asks.first() else {
            continue;
        };
        let others: Vec<String> = refusal.asks[1..]
            .iter()
            .map(|asked| format!("`{asked}`"))
            .collect();
        let others = others.join(", ");
        let message = format!(
            "the image `{}` makes no database without `{first}`, and nothing of the tree sets it: the container ends at its first start",
            refusal.image
        );
        sink.report(
            Draft::new(refusal.place, message)
                .subject(first.as_str())
                .label(refusal.says)
                .help(format!(
                    "Hand `{first}: ${{{first}}}` on to the service, and set it in the `.env` of the server, which git ignores. In its place \
                     the image takes one of {others}."
                ))
                .programs(vec![refusal.program])
                .effect(Effect::Start)
                .phase(Phase::Spawn)
                // Its volume may have the database already.
                .confidence(Confidence::Likely),
        );
    }
}

/// `os.getenv("X")`, where nothing sets `X`: the code goes on with nothing.
fn absent(project: &Project, unread: &NearNames<'_>, sink: &mut Sink<'_>) {
    let failing: BTreeSet<&str> = project
        .failures
        .iter()
        .filter(|failed| matches!(failed.failure.kind, FailureKind::Variable(_)))
        .map(|failed| failed.failure.missing.as_str())
        .collect();
    let mut found: BTreeMap<&str, (Place, Vec<ProgramId>)> = BTreeMap::new();
    for (id, _) in project.programs() {
        for read in project.variables_of(id) {
            let is_told = failing.contains(read.name)
                || is_asked_of_any(read.name)
                || unread.find(read.name, |_| true).is_some();
            if read.has_default || read.setting != Setting::Nowhere || is_told {
                continue;
            }
            let entry = found.entry(read.name).or_insert((read.place, Vec::new()));
            entry.1.push(id);
        }
    }
    for (name, (place, programs)) in found {
        let message = format!(
            "`{name}` is read without a default, and nothing of the tree sets it: the code gets nothing"
        );
        sink.report(
            Draft::new(place, message)
                .subject(name)
                .label("None")
                .help(format!(
                    "Set `{name}` in the program's definition or its environment file, name it in a sample, or read it with a default."
                ))
                .programs(programs)
                .effect(Effect::Advice)
                .confidence(Confidence::Possible),
        );
    }
}
