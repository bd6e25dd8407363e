//! Programs whose shell gets the signal that was meant for them.

use crate::facts::{Manager, Program};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Place};
use crate::project::{ProgramView, Project};
use crate::rule::Sink;
use crate::rules::command::name_of;

const SHELLS: [&str; 5] = ["sh", "bash", "dash", "zsh", "ksh"];

/// Reports each program of supervisord that a script starts as a child of its own.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, view) in project.programs() {
        if view.manager != Manager::Supervisor {
            continue;
        }
        let Some((definition, program)) = project.definition(id) else {
            continue;
        };
        if signals_all(program) {
            continue;
        }
        let Some((place, script)) = child_of_script(project, view, definition) else {
            continue;
        };
        let name = &view.name;
        let message = format!(
            "`supervisorctl stop {name}` ends the shell that runs `{script}` and leaves the program behind: a restart finds \
             its port taken, or runs it twice"
        );
        sink.report(
            Draft::new(place, message)
                .subject(format!("children of {name}"))
                .label("the shell waits for this, and does not pass signals on")
                .help("write `exec` before this command, or `stopasgroup=true` and `killasgroup=true` in the section")
                .programs(vec![id])
                .related(view.place, "the program's section")
                .effect(Effect::Use)
                .confidence(Confidence::Likely),
        );
    }
}

/// Whether the signal goes to all that the program has started.
fn signals_all(program: &Program) -> bool {
    let is_true = |key: &str| {
        program.setting(key).is_some_and(|value| {
            matches!(
                value.value.trim().to_ascii_lowercase().as_str(),
                "true" | "yes" | "on" | "1"
            )
        })
    };
    is_true("stopasgroup")
}

/// The last command of the one script that a program runs, where the shell waits for it.
fn child_of_script<'a>(
    project: &'a Project,
    view: &ProgramView,
    definition: DocumentId,
) -> Option<(Place, &'a str)> {
    let first = view.command.split_whitespace().next()?;
    let is_run_by_shell = SHELLS.contains(&name_of(first)) || first.ends_with(".sh");
    let stage = view.main_stage().filter(|_| is_run_by_shell)?;
    let script = stage.place.document;
    if script == definition || stage.background {
        return None;
    }
    let document = project.document(script)?;
    let commands = &document.facts.commands;
    let command = commands.iter().find(|command| command.span == stage.place.span)?;
    let is_replaced = command.words.iter().take(3).any(|word| word.text == "exec");
    // Who catches signals passes them on, one hopes.
    let traps = commands
        .iter()
        .any(|command| matches!(command.program(), "trap" | "exec"));
    (!is_replaced && !traps).then_some((stage.place, document.path.as_str()))
}
