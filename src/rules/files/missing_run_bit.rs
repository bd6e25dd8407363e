//! Scripts that something runs by name, and that have no run bit.

use crate::facts::Manager;
use crate::finding::{Draft, Phase};
use crate::formats::Format;
use crate::project::{Execution, Project};
use crate::rule::Sink;

/// Reports every place that runs such a file.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for run in project.executions().iter().filter(|run| run.is_direct()) {
        let Some(document) = project.document(run.document) else {
            continue;
        };
        if document.is_executable != Some(false) || project.is_made_executable(&document.path) {
            continue;
        }
        let path = &document.path;
        let written = &run.written;
        let starter = run.starts.and_then(|id| project.program(id));
        let message = match starter {
            Some(program) => format!(
                "`{}` cannot start: `{written}` has no run bit, and no step of the deployment gives it one",
                program.name
            ),
            None => format!("`{written}` is run by its name, and has no run bit"),
        };
        let by_interpreter = match document.format {
            Format::Python => format!("`python3 {path}`"),
            Format::Shell => {
                let shell = document
                    .facts
                    .shebang
                    .as_ref()
                    .map_or("bash", |first| first.interpreter());
                format!("`{shell} {path}`")
            }
            _ => "its interpreter".to_owned(),
        };
        let phase = if starter.is_some() {
            Phase::Spawn
        } else {
            Phase::Run
        };
        sink.report(
            Draft::new(run.place, message)
                .subject(path)
                .label(label(project, run))
                .help(format!(
                    "Give it the bit where git keeps it, `git update-index --chmod=+x {path}`, and commit; or name \
                     {by_interpreter} here."
                ))
                .related(project.start_of(run.document), "this file has mode 644")
                .programs(run.programs.clone())
                .effect(run.effect)
                .confidence(run.confidence)
                .phase(phase),
        );
    }
}

/// What the person reads who deploys.
fn label(project: &Project, run: &Execution) -> String {
    let written = &run.written;
    let manager = run
        .starts
        .and_then(|id| project.program(id))
        .map(|program| program.manager);
    match manager {
        Some(Manager::Supervisor) => format!("command at '{written}' is not executable"),
        Some(Manager::Systemd) => "Permission denied (203/EXEC)".to_owned(),
        Some(Manager::Docker | Manager::Compose) => format!("exec: \"{written}\": permission denied"),
        _ => "Permission denied".to_owned(),
    }
}
