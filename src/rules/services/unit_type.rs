//! Units whose `Type=` is not what their program does.

use crate::facts::{Manager, Program};
use crate::finding::{Confidence, Draft, Effect, Phase, Place, ProgramId};
use crate::knowledge::detaches;
use crate::project::{Entry, ProgramView, Project};
use crate::rule::Sink;
use crate::rules::command::{behind_wrappers, name_of};

/// Servers that tell systemd when they are ready.
const NOTIFIES: [&str; 2] = ["gunicorn", "uwsgi"];
/// What tells that Python code talks to systemd, or goes into the background by itself.
const TELLS: [&str; 4] = ["sdnotify", "systemd", "cysystemd", "NOTIFY_SOCKET"];

/// Reports each unit that waits for what its program never does.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, view) in project.programs() {
        let Some((document, program)) = project.definition(id) else {
            continue;
        };
        let Some(kind) = program
            .setting("Type")
            .filter(|_| view.manager == Manager::Systemd)
        else {
            continue;
        };
        let place = Place {
            document,
            span: kind.span,
        };
        let found = match kind.value.as_str() {
            "forking" => forks(view, program),
            "notify" | "notify-reload" => notifies(project, id, view),
            _ => None,
        };
        if let Some((what, confidence)) = found {
            sink.report(draft(id, view, place, &kind.value, &what, confidence));
        }
    }
}

fn draft(
    id: ProgramId,
    view: &ProgramView,
    place: Place,
    kind: &str,
    what: &str,
    confidence: Confidence,
) -> Draft {
    let name = &view.name;
    let message =
        format!("`{name}.service` is of `Type={kind}`, and {what}: systemd stops it after 90 seconds");
    Draft::new(place, message)
        .subject(format!("type of {name}"))
        .label("start operation timed out. Terminating.")
        .help("write `Type=simple`, or `Type=exec`, which also notices a command that is not there")
        .programs(vec![id])
        .effect(Effect::Start)
        .confidence(confidence)
        .phase(Phase::Spawn)
}

/// Why the program does not go into the background, where that is known.
fn forks(view: &ProgramView, program: &Program) -> Option<(String, Confidence)> {
    let stage = view.main_stage().filter(|stage| !stage.background)?;
    let command = program.commands.last()?;
    let words = behind_wrappers(&command.words);
    let (first, rest) = words.split_first()?;
    let arguments: Vec<&str> = rest.iter().map(|word| word.text.as_str()).collect();
    if command.background || detaches::find(name_of(&first.text), &arguments).is_some() {
        return None;
    }
    match &stage.entry {
        Entry::Module {
            runner: Some(runner), ..
        } => Some((format!("`{runner}` stays in the foreground"), Confidence::Certain)),
        // A script may fork in code that is not followed.
        Entry::Script { written, .. } => Some((
            format!("`{written}` has nothing that sends it into the background"),
            Confidence::Likely,
        )),
        _ => None,
    }
}

/// Why the program never tells systemd that it is ready, where that is known.
fn notifies(project: &Project, id: ProgramId, view: &ProgramView) -> Option<(String, Confidence)> {
    let stage = view.main_stage()?;
    let what = match &stage.entry {
        Entry::Module {
            runner: Some(runner), ..
        } => {
            if NOTIFIES.contains(&runner.as_str()) {
                return None;
            }
            runner
        }
        Entry::Script { written, .. } => written,
        Entry::Module { name, .. } => name,
        _ => return None,
    };
    if project.mentions(id, &TELLS) {
        return None;
    }
    Some((
        format!("nothing of what `{what}` runs tells systemd that it is ready"),
        Confidence::Likely,
    ))
}
