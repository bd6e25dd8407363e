//! Options that only the commands of a Mac understand.

use super::said;
use crate::finding::{Draft, Effect, Place};
use crate::knowledge::mac_commands::{self, BsdFlag, FlagEffect};
use crate::project::{Project, RunView};
use crate::rule::Sink;

/// Reports every command line of a Mac that Linux refuses or understands otherwise.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for run in project.runs() {
        let Some(name) = run.name() else { continue };
        let Some(row) = mac_commands::flag(name, &run.arguments()) else {
            continue;
        };
        let is_of_system = !run.written().contains('/') || run.written().starts_with('/');
        if is_of_system && !is_guarded(&run) {
            sink.report(draft(project, &run, row));
        }
    }
}

/// Whether the target does not get there, or has another line for when it fails. That the program is there
/// says nothing of its options.
fn is_guarded(run: &RunView<'_>) -> bool {
    run.command.has_fallback || run.command.reach == crate::facts::Reach::Elsewhere
}

fn draft(project: &Project, run: &RunView<'_>, row: &BsdFlag) -> Draft {
    let name = &row.program;
    let line = shown(run);
    let message = match row.effect {
        FlagEffect::Fails => format!(
            "`{line}` is for the `{name}` of a Mac: that of {} refuses it",
            project.target.os
        ),
        FlagEffect::Differs => format!(
            "`{line}` is for the `{name}` of a Mac: on {} {}",
            project.target.os, row.says
        ),
    };
    let place = Place {
        document: run.place.document,
        span: run.place.span,
    };
    let draft = Draft::new(place, message)
        .subject(format!("{name} {}", row.example))
        .label(match row.effect {
            FlagEffect::Fails => row.says.clone(),
            FlagEffect::Differs => "does something else on Linux".to_owned(),
        })
        .help(format!(
            "the like of `{}` is `{}` on Linux",
            row.example, row.instead
        ));
    let draft = match row.effect {
        FlagEffect::Fails => said::stops(draft, run),
        FlagEffect::Differs => draft.effect(Effect::Use),
    };
    match run.scope {
        Some(scope) => draft.scope(scope),
        None => draft,
    }
}

/// The first words of the command, as many as tell it.
fn shown(run: &RunView<'_>) -> String {
    const MOST: usize = 40;
    let words: Vec<&str> = run
        .words
        .iter()
        .map(|word| {
            if word.text.is_empty() {
                "''"
            } else {
                word.text.as_str()
            }
        })
        .collect();
    let line = words.join(" ");
    let line = line.lines().next().unwrap_or_default();
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}
