//! Modules and names of the standard library that the target's Python lacks.

use super::super::failing;
use crate::finding::ProgramId;
use crate::knowledge::{stdlib, stdlib_names};
use crate::project::{Failure, FailureKind, Project};
use crate::rule::Sink;
use crate::target::PythonVersion;

/// Reports what came into the standard library after the target's Python, or left it before.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for failed in &project.failures {
        let failure = &failed.failure;
        let python = python_of(project, failed.programs.first().copied());
        let (message, label, help) = match failure.kind {
            FailureKind::StandardLibrary => {
                let (message, help) = of_module(&failure.missing, python);
                (message, format!("No module named '{}'", failure.missing), help)
            }
            FailureKind::StandardName { is_attribute } => {
                let (message, help) = of_name(failure, python);
                let label = if is_attribute {
                    format!(
                        "module '{}' has no attribute '{}'",
                        failure.module, failure.missing
                    )
                } else {
                    format!(
                        "cannot import name '{}' from '{}'",
                        failure.missing, failure.module
                    )
                };
                (message, label, help)
            }
            _ => continue,
        };
        let Some(draft) = failing::draft(project, failed, message) else {
            continue;
        };
        let subject = format!("{}.{}", failure.module, failure.missing);
        sink.report(draft.subject(subject).label(label).help(help));
    }
}

/// The Python of a program, or the target's.
fn python_of(project: &Project, program: Option<ProgramId>) -> PythonVersion {
    let program = program.and_then(|id| project.program(id));
    program.map_or(project.target.python, |program| program.python)
}

fn of_module(missing: &str, python: PythonVersion) -> (String, String) {
    let removed = stdlib::removed_in(missing).or_else(|| stdlib_names::module_removed_in(missing));
    let added = stdlib::added_in(missing).or_else(|| stdlib_names::module_added_in(missing));
    let message = match (removed, added) {
        (Some(removed), _) if python >= removed => {
            format!("`{missing}` left the standard library in Python {removed}, and the target has {python}")
        }
        (_, Some(added)) if python < added => {
            format!(
                "`{missing}` came into the standard library in Python {added}, and the target has {python}"
            )
        }
        _ => format!("`{missing}` is in no standard library on Linux"),
    };
    let help = match stdlib::instead_of(missing) {
        Some(instead) => format!("Use {instead} instead."),
        None => "Guard the import, or use what the target's Python has.".to_owned(),
    };
    (message, help)
}

fn of_name(failure: &Failure, python: PythonVersion) -> (String, String) {
    let (module, name) = (&failure.module, &failure.missing);
    let removed = stdlib_names::removed_in(module, name);
    let message = match (removed, stdlib_names::added_in(module, name)) {
        (Some(removed), _) if python >= removed => {
            format!("`{module}.{name}` is gone since Python {removed}, and the target has {python}")
        }
        (_, Some(added)) => {
            format!("`{module}.{name}` came in Python {added}, and the target has {python}")
        }
        _ => format!("`{module}` of Python {python} has no `{name}`"),
    };
    let help = "Use what the target's Python has, guard it by `sys.version_info`, or install the newer Python on the \
                server."
        .to_owned();
    (message, help)
}
