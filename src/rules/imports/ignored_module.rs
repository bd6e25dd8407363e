//! Modules of the project that git ignores: they are on the author's machine and nowhere else.

use crate::finding::{Confidence, Draft, Effect};
use crate::project::{FailureKind, ProgramFailure, Project, When};
use crate::rule::Sink;

/// Reports every import of a module that an ignore file keeps from the server.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for failed in &project.failures {
        let failure = &failed.failure;
        let FailureKind::Ignored(withheld) = &failure.kind else {
            continue;
        };
        let is_entry = project
            .document(failure.place.document)
            .is_none_or(|document| document.facts.python.is_none());
        // What a command line names is the matter of `missing-entry-point`.
        if is_entry {
            continue;
        }
        let effect = match failure.when {
            When::Expected => continue,
            When::Start if !failed.stopped.is_empty() => Effect::Start,
            When::Start | When::Hidden | When::Use => Effect::Use,
        };
        let is_reached = !failed.programs.is_empty();
        let confidence = match (is_reached, failure.is_sure) {
            (_, false) => Confidence::Possible,
            (false, true) => Confidence::Likely,
            (true, true) => Confidence::Certain,
        };
        let message = format!(
            "`{}` does not reach the server: `{}` ignores it (`{}`){}",
            failure.missing,
            withheld.file,
            withheld.pattern,
            who(project, failed, effect)
        );
        let draft = Draft::new(failure.place, message)
            // One pattern hides all that lies below it.
            .subject(format!("{}: {}", withheld.file, withheld.pattern))
            .label(format!("No module named '{}'", failure.missing))
            .help(format!(
                "Narrow the pattern in `{}` (a leading `/` binds it to one folder), and commit the module.",
                withheld.file
            ))
            .effect(effect)
            .confidence(confidence)
            .chain(project.chain(failed));
        let programs = if effect == Effect::Start {
            &failed.stopped
        } else {
            &failed.programs
        };
        sink.report(draft.programs(programs.clone()));
    }
}

/// The program that dies of it.
fn who(project: &Project, failed: &ProgramFailure, effect: Effect) -> String {
    let stopped = failed.stopped.first().filter(|_| effect == Effect::Start);
    let others = failed.stopped.len().saturating_sub(1);
    match (stopped.and_then(|id| project.program(*id)), others) {
        (None, _) => String::new(),
        (Some(program), 0) => format!("; `{}` dies here", program.name),
        (Some(program), 1) => format!("; `{}` and one more program die here", program.name),
        (Some(program), others) => format!("; `{}` and {others} more programs die here", program.name),
    }
}
