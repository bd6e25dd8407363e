//! Imports in a circle that read a name before it is there.

use super::super::failing;
use crate::project::{FailureKind, Project};
use crate::rule::Sink;

/// Reports every name that is taken from a module which is still being imported and defines it later.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for failed in &project.failures {
        let failure = &failed.failure;
        let FailureKind::Circular { is_attribute } = failure.kind else {
            continue;
        };
        let (module, name) = (&failure.module, &failure.missing);
        let message = format!(
            "`{module}` is still being imported here, and has no `{name}` yet: the imports form a circle"
        );
        let label = if is_attribute {
            format!("partially initialized module '{module}' has no attribute '{name}'")
        } else {
            format!("cannot import name '{name}' from partially initialized module '{module}'")
        };
        let Some(draft) = failing::draft(project, failed, message) else {
            continue;
        };
        let help =
            "Import it inside the function that needs it, or move what both modules need into a third one.";
        sink.report(draft.subject(format!("{module}.{name}")).label(label).help(help));
    }
}
