//! Environment variables that a program needs to start, and that nothing sets.

use super::super::failing;
use crate::finding::Confidence;
use crate::knowledge::variables::is_near;
use crate::project::{FailureKind, Project, VariableSet};
use crate::rule::Sink;

/// Reports `os.environ["X"]` and what cannot be done with `None` on the way to a program's start where no file of the
/// tree sets `X`.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let set = project.variables_set();
    let unread: Vec<&VariableSet<'_>> = set
        .iter()
        .filter(|set| !project.is_variable_mentioned(set.name))
        .collect();
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
        let meant = unread.iter().find(|set| is_near(name, set.name));
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
}
