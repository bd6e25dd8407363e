//! Modules of the project that git ignores: they are on the author's machine and nowhere else.

use super::super::failing;
use crate::project::{FailureKind, Project};
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
        let message = format!(
            "`{}` does not reach the server: `{}` ignores it (`{}`)",
            failure.missing, withheld.file, withheld.pattern
        );
        let Some(draft) = failing::draft(project, failed, message) else {
            continue;
        };
        sink.report(
            draft
                // One pattern hides all that lies below it.
                .subject(format!("{}: {}", withheld.file, withheld.pattern))
                .label(format!("No module named '{}'", failure.missing))
                .help(failing::help_for_ignored(withheld)),
        );
    }
}
