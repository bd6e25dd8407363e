//! Variables that are read by one name and set by another.

use crate::finding::{Confidence, Draft, Effect};
use crate::project::Project;
use crate::rule::Sink;

/// Reports each variable that programs read and that nothing sets, where one of nearly its name is set for them and
/// nobody reads that.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for drift in project.drifting_variables() {
        let (name, given) = (&drift.read, &drift.set);
        let instead = if drift.has_default {
            "its default counts"
        } else {
            "it gets nothing"
        };
        let message = format!("the code reads `{name}`, and what is set is `{given}`: {instead}");
        sink.report(
            Draft::new(drift.read_at, message)
                .subject(name)
                .label(format!("`{given}` is set, and nothing reads it"))
                .help(format!(
                    "Use one of the two names in both places: rename `{given}` to `{name}`."
                ))
                .related(drift.set_at, format!("`{given}` is set here"))
                .programs(drift.programs.clone())
                .effect(Effect::Use)
                .confidence(Confidence::Likely),
        );
    }
}
