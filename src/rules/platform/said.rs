//! What a log says of a command that is not there, and whom it stops.

use crate::facts::Manager;
use crate::finding::{Draft, Effect, Phase};
use crate::project::{Project, RunView};

/// The words of whoever looks for a command and does not find it.
pub(super) fn not_found(project: &Project, run: &RunView<'_>, name: &str) -> String {
    let manager = run
        .program
        .and_then(|id| project.program(id))
        .map(|view| view.manager);
    match manager {
        Some(Manager::Supervisor) => format!("can't find command '{name}'"),
        Some(Manager::Systemd) => format!("Failed to locate executable {name}: No such file or directory"),
        _ if run.document.facts.python.is_some() => {
            format!("FileNotFoundError: [Errno 2] No such file or directory: '{name}'")
        }
        _ => format!("{name}: command not found"),
    }
}

/// A draft of what a command does to whom: the program whose definition it stands in does not start.
pub(super) fn stops(draft: Draft, run: &RunView<'_>) -> Draft {
    match run.program {
        Some(program) if !run.command.is_conditional => draft
            .programs(vec![program])
            .effect(Effect::Start)
            .phase(Phase::Spawn),
        _ => draft.effect(Effect::Use),
    }
}
