//! Files that `exclude` leaves out although a program runs them, or that define programs.

use crate::finding::{Confidence, Draft, Effect, Scope};
use crate::project::{LeftOut, Project};
use crate::rule::Sink;

/// Names that a message lists.
const NAMES: usize = 4;

/// Reports each file that is left out and that the deployment needs.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for left_out in project.left_out() {
        let Some(document) = project.document(left_out.document) else {
            continue;
        };
        let place = project.start_of(left_out.document);
        let draft = Draft::new(place, message(project, &left_out, &document.path))
            .subject(document.path.as_str())
            .label("left out by `exclude`")
            .help(
                "Take the file out of `exclude`; a single finding is set aside where it stands, with `# audit: \
                 ignore[rule] reason`. What is no part of the deployment belongs into .gitignore, or out of the tree.",
            )
            .programs(left_out.runs)
            .effect(Effect::Use)
            .scope(Scope::Deployed)
            .confidence(Confidence::Possible);
        sink.report(draft);
    }
}

fn message(project: &Project, left_out: &LeftOut<'_>, path: &str) -> String {
    let running: Vec<&str> = left_out
        .runs
        .iter()
        .filter_map(|id| project.program(*id))
        .map(|program| program.name.as_str())
        .collect();
    if running.is_empty() {
        let programs = listed(left_out.defines.iter().map(String::as_str));
        format!("{path} defines {programs}, and `exclude` leaves it out: whether that starts is not judged")
    } else {
        let programs = listed(running.into_iter());
        format!("{path} is run by {programs}, and `exclude` leaves it out: what is wrong in it is not told")
    }
}

/// The first names, and how many more there are.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let shown = names.iter().take(NAMES).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
