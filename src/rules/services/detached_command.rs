//! Programs that go into the background where their manager watches the process that it started.

use crate::facts::{Command, Manager, Program, Word};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Phase, Place, ProgramId};
use crate::knowledge::detaches::{self, Detaching};
use crate::project::{ProgramView, Project};
use crate::rule::Sink;
use crate::rules::command::{behind_wrappers, name_of};
use std::collections::BTreeSet;

/// Commands at the end of a script that keep nothing in the foreground.
const BRIEF: [&str; 9] = [
    "echo", "printf", "disown", "exit", "true", ":", "sleep", "cat", "ps",
];

/// Reports each program of supervisord or systemd whose first process ends at once.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, view) in project.programs() {
        let Some((document, program)) = project.definition(id) else {
            continue;
        };
        if !is_watched(program) {
            continue;
        }
        let found = detached(
            program.commands.last(),
            program.command.as_ref().map(|command| command.span),
        )
        .map(|(span, told)| (Place { document, span }, told))
        .or_else(|| in_script(project, view, document));
        if let Some((place, told)) = found {
            sink.report(draft(id, view, place, &told));
        }
    }
}

/// Whether the manager takes the first process for the program.
fn is_watched(program: &Program) -> bool {
    match program.manager {
        Manager::Supervisor => true,
        Manager::Systemd => {
            let says = |key: &str| program.setting(key).map_or("", |value| value.value.as_str());
            let stays = matches!(says("RemainAfterExit"), "yes" | "true" | "on" | "1");
            !stays && !matches!(says("Type"), "forking" | "oneshot" | "dbus")
        }
        _ => false,
    }
}

/// What goes into the background, and how that is mended.
struct Told {
    what: String,
    help: String,
    confidence: Confidence,
}

impl Told {
    fn of(name: &str, row: &Detaching, words: &[&str]) -> Self {
        let with = if words.is_empty() {
            String::new()
        } else {
            format!(" with `{}`", words.join(" "))
        };
        Self {
            what: format!("`{name}`{with} goes into the background"),
            help: row.instead.clone(),
            confidence: if row.config {
                Confidence::Likely
            } else {
                Confidence::Certain
            },
        }
    }
}

fn detached<S>(command: Option<&Command>, span: Option<S>) -> Option<(S, Told)> {
    let command = command?;
    let told = of_words(&command.words)
        .or_else(|| of_words(behind_wrappers(&command.words)))
        .or_else(|| command.background.then(|| in_background(command)))?;
    Some((span?, told))
}

fn in_background(command: &Command) -> Told {
    Told {
        what: format!("the shell leaves `{}` in the background and ends", command.program()),
        help: "leave `&` and `nohup` out and write `exec` before the command, so that it is the process that the \
               manager watches"
            .to_owned(),
        confidence: Confidence::Certain,
    }
}

fn of_words(words: &[Word]) -> Option<Told> {
    let (first, rest) = words.split_first()?;
    let name = name_of(&first.text);
    let arguments: Vec<&str> = rest.iter().map(|word| word.text.as_str()).collect();
    let (row, words) = detaches::find(name, &arguments)?;
    Some(Told::of(name, row, &words))
}

/// A script of the tree that starts the program in the background and ends.
fn in_script(project: &Project, view: &ProgramView, definition: DocumentId) -> Option<(Place, Told)> {
    let scripts: BTreeSet<DocumentId> = view
        .stages
        .iter()
        .map(|stage| stage.place.document)
        .filter(|document| *document != definition)
        .collect();
    // Two scripts run each other: which of them ends last is not looked at.
    let script = scripts.first().filter(|_| scripts.len() == 1)?;
    let commands = &project.document(*script)?.facts.commands;
    let last = commands
        .iter()
        .rev()
        .find(|command| command.background || !BRIEF.contains(&command.program()))?;
    let is_bare = !last.is_conditional && view.stages.iter().all(|stage| stage.background);
    let (span, told) = if last.background && is_bare {
        (last.span, in_background(last))
    } else {
        detached(Some(last), Some(last.span)).filter(|_| !last.background && !last.is_conditional)?
    };
    let place = Place {
        document: *script,
        span,
    };
    Some((place, told))
}

fn draft(id: ProgramId, view: &ProgramView, place: Place, told: &Told) -> Draft {
    let (name, what) = (&view.name, &told.what);
    let (message, label) = if view.manager == Manager::Supervisor {
        (
            format!(
                "{what}: supervisord takes `{name}` for dead, starts it again beside itself, and gives up"
            ),
            "Exited too quickly (process log may have details)",
        )
    } else {
        (
            format!("{what}: systemd takes `{name}` for ended, and stops what is left of it"),
            "Main process exited, code=exited, status=0/SUCCESS",
        )
    };
    Draft::new(place, message)
        .subject(format!("background of {name}"))
        .label(label)
        .help(&told.help)
        .programs(vec![id])
        .effect(Effect::Start)
        .confidence(told.confidence)
        .phase(Phase::Spawn)
        .related(view.place, format!("`{name}` is defined here"))
}
