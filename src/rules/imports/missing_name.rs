//! Names that a module of the tree does not define.

use super::super::failing;
use crate::project::{FailureKind, Project};
use crate::rule::Sink;

/// Reports `from module import gone`, `module.gone`, and an application that its module lacks.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for failed in &project.failures {
        let failure = &failed.failure;
        let FailureKind::Name { is_attribute } = failure.kind else {
            continue;
        };
        let (module, name) = (&failure.module, &failure.missing);
        let message = format!("`{module}` does not define `{name}`");
        let label = if is_attribute {
            format!("module '{module}' has no attribute '{name}'")
        } else {
            format!("cannot import name '{name}' from '{module}'")
        };
        let Some(draft) = failing::draft(project, failed, message) else {
            continue;
        };
        let help = format!("Define `{name}` in `{module}`, or correct the name here.");
        sink.report(draft.subject(format!("{module}.{name}")).label(label).help(help));
    }
}
