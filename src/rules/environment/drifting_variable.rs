//! Variables that are read by one name and set by another.

use crate::finding::{Confidence, Draft, Effect, ProgramId};
use crate::knowledge::variables::is_near;
use crate::project::{FailureKind, ProgramVariable, Project, Setting, VariableSet};
use crate::rule::Sink;
use std::collections::BTreeMap;

/// Reports each variable that programs read and that nothing sets, where one of nearly its name is set for them and
/// nobody reads that.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let set = project.variables_set();
    let unread: Vec<&VariableSet<'_>> = set.iter().filter(|set| !is_read(project, set.name)).collect();
    if unread.is_empty() {
        return;
    }
    let mut found: BTreeMap<(&str, &str), (ProgramVariable<'_>, &VariableSet<'_>, Vec<ProgramId>)> =
        BTreeMap::new();
    for (id, view) in project.programs() {
        for read in project.variables_of(id) {
            if !matches!(read.setting, Setting::Nowhere | Setting::Documented(_)) || fails(project, read.name)
            {
                continue;
            }
            let is_given = |set: &&&VariableSet<'_>| {
                let is_for_it = set.of_program.is_none() || view.environment.contains_key(set.name);
                is_for_it && is_near(read.name, set.name)
            };
            if let Some(given) = unread.iter().find(is_given) {
                let entry = found.entry((read.name, given.name));
                entry.or_insert_with(|| (read, given, Vec::new())).2.push(id);
            }
        }
    }
    for ((name, given), (read, set, programs)) in found {
        let instead = if read.has_default {
            "its default counts"
        } else {
            "it gets nothing"
        };
        let message = format!("the code reads `{name}`, and what is set is `{given}`: {instead}");
        sink.report(
            Draft::new(read.place, message)
                .subject(name)
                .label(format!("`{given}` is set, and nothing reads it"))
                .help(format!(
                    "Use one of the two names in both places: rename `{given}` to `{name}`."
                ))
                .related(set.place, format!("`{given}` is set here"))
                .programs(programs)
                .effect(Effect::Use)
                .confidence(Confidence::Likely),
        );
    }
}

/// Whether the tree itself reads a variable; what images and tools read may be meant for the code as well.
fn is_read(project: &Project, name: &str) -> bool {
    project.is_variable_mentioned(name)
}

/// Whether a program is known to die without a variable: then another finding says so.
fn fails(project: &Project, name: &str) -> bool {
    let mut failures = project.failures.iter();
    failures.any(|failed| {
        matches!(failed.failure.kind, FailureKind::Variable(_)) && failed.failure.missing == name
    })
}
