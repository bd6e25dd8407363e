//! Environment variables that a program needs to start, and that nothing sets.

use super::super::failing;
use crate::finding::Confidence;
use crate::project::{FailureKind, Project};
use crate::rule::Sink;

/// Reports `os.environ["X"]` on the way to a program's start where no file of the tree sets `X`.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for failed in &project.failures {
        let failure = &failed.failure;
        if failure.kind != FailureKind::Variable || failed.programs.is_empty() {
            continue;
        }
        let name = &failure.missing;
        let message = format!("`{name}` has to be in the environment, and nothing of the tree sets it");
        let Some(draft) = failing::draft(project, failed, message) else {
            continue;
        };
        let help = format!(
            "Set `{name}` in the program's definition or its environment file, or read it with a default: `os.environ.get(\"{name}\", …)`."
        );
        sink.report(
            draft
                .subject(name.clone())
                .label(format!("KeyError: '{name}'"))
                .help(help)
                // Somebody may set it on the server by hand.
                .confidence(failure.confidence.min(Confidence::Likely)),
        );
    }
}
