//! Variables that are read by one name and set by another.

use crate::finding::{Confidence, Draft, Effect, ProgramId};
use crate::knowledge::variables::NearNames;
use crate::project::{FailureKind, ProgramVariable, Project, Setting, VariableSet};
use crate::rule::Sink;
use std::collections::{BTreeMap, BTreeSet};

/// Reports each variable that programs read and that nothing sets, where one of nearly its name is set for them and
/// nobody reads that.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let set = project.variables_set();
    let unread: Vec<&VariableSet<'_>> = set.iter().filter(|set| !is_read(project, set.name)).collect();
    if unread.is_empty() {
        return;
    }
    let near = NearNames::new(unread.iter().map(|set| set.name));
    let failing: BTreeSet<&str> = project
        .failures
        .iter()
        .filter(|failed| matches!(failed.failure.kind, FailureKind::Variable(_)))
        .map(|failed| failed.failure.missing.as_str())
        .collect();
    let mut found: BTreeMap<(&str, &str), (ProgramVariable<'_>, &VariableSet<'_>, Vec<ProgramId>)> =
        BTreeMap::new();
    for (id, view) in project.programs() {
        for read in project.variables_of(id) {
            // Another finding says that a program dies without it.
            let is_told = failing.contains(read.name);
            if !matches!(read.setting, Setting::Nowhere | Setting::Documented(_)) || is_told {
                continue;
            }
            let of_name = |name: &str| {
                unread.iter().find(|set| {
                    set.name == name && (set.of_program.is_none() || view.environment.contains_key(name))
                })
            };
            let given = near.find(read.name, |name| of_name(name).is_some());
            if let Some(given) = given.and_then(of_name) {
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
