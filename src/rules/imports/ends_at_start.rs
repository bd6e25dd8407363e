//! Modules that end the program themselves while it starts.

use super::super::failing;
use crate::project::{FailureKind, Project};
use crate::rule::Sink;

/// Reports `raise` and `sys.exit("…")` that a program surely gets to while its modules are imported.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for failed in &project.failures {
        let failure = &failed.failure;
        if failure.kind != FailureKind::Ends || failed.stopped.is_empty() {
            continue;
        }
        let exception = if failure.missing.is_empty() {
            "an exception"
        } else {
            &failure.missing
        };
        let message = format!("the program ends itself here: `{exception}`, on the way to its start");
        let Some(draft) = failing::draft(project, failed, message) else {
            continue;
        };
        let help = "Meet the condition that leads here (the server's Python or platform), or take the statement out.";
        sink.report(draft.label(exception.to_owned()).help(help));
    }
}
