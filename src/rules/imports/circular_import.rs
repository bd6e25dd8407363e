//! Imports in a circle that read a name before it is there.

use super::super::failing;
use crate::project::{FailureKind, Project};
use crate::rule::Sink;

/// Reports every name that is taken from a module which is still being imported and defines it later.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for failed in &project.failures {
        let failure = &failed.failure;
        let (module, name) = (&failure.module, &failure.missing);
        let label = match failure.kind {
            FailureKind::Circular { is_attribute: true } => {
                format!("partially initialized module '{module}' has no attribute '{name}'")
            }
            FailureKind::Circular { is_attribute: false } => {
                format!("cannot import name '{name}' from partially initialized module '{module}'")
            }
            FailureKind::EarlyPart => format!("cannot access submodule '{name}' of module '{module}'"),
            _ => continue,
        };
        let early = if failure.kind == FailureKind::EarlyPart {
            format!("{module}.{name}")
        } else {
            module.clone()
        };
        let message = format!(
            "`{early}` is still being imported here: the imports form a circle, and `{name}` is not there yet"
        );
        let Some(draft) = failing::draft(project, failed, message) else {
            continue;
        };
        let help =
            "Import it inside the function that needs it, or move what both modules need into a third one.";
        sink.report(draft.subject(format!("{module}.{name}")).label(label).help(help));
    }
}
