//! Programs that stay down after a crash, or are started again without end.

use crate::facts::{Manager, Program};
use crate::finding::{Confidence, Draft, Effect, Place};
use crate::project::{Entry, ProgramView, Project};
use crate::rule::Sink;
use crate::source::Spanned;
use std::collections::BTreeSet;

/// Reports each program whose restarts are not what a service needs.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let timed = timed(project);
    for (id, view) in project.programs() {
        let Some((document, program)) = project.definition(id) else {
            continue;
        };
        let told = match view.manager {
            Manager::Supervisor => of_supervisor(view, program),
            Manager::Systemd => of_unit(&timed, view, program),
            _ => None,
        };
        if let Some((value, subject, message, help)) = told {
            let place = Place {
                document,
                span: value.map_or(program.span, |value| value.span),
            };
            sink.report(
                Draft::new(place, message)
                    .subject(subject)
                    .help(help)
                    .programs(vec![id])
                    .effect(Effect::Advice)
                    .confidence(Confidence::Likely),
            );
        }
    }
}

type Told<'a> = (Option<&'a Spanned<String>>, &'static str, String, &'static str);

fn of_supervisor<'a>(view: &ProgramView, program: &'a Program) -> Option<Told<'a>> {
    let name = &view.name;
    let says = |key: &str| {
        program
            .setting(key)
            .map(|value| value.value.trim().to_ascii_lowercase())
    };
    let restart = says("autorestart");
    let is_off = restart
        .as_deref()
        .is_some_and(|value| matches!(value, "false" | "no" | "off" | "0"));
    let counts_at_once = says("startsecs").as_deref() == Some("0");
    if counts_at_once && !is_off && program.autostart {
        let message = format!(
            "when `{name}` dies at its start it is started again at once and for ever: with `startsecs=0` no start ever \
             fails, and nothing is given up or waited for"
        );
        let help = "leave `startsecs` out; for a task that ends by itself, set `autorestart=false` as well";
        return Some((program.setting("startsecs"), "startsecs=0", message, help));
    }
    // A task that ends by itself is written with both.
    if is_off && !counts_at_once && program.autostart && is_server(view) {
        let message = format!("`{name}` stays down after its first crash: `autorestart=false`");
        let help = "write `autorestart=true`, or `unexpected` where an exit with 0 is meant";
        return Some((program.setting("autorestart"), "autorestart=false", message, help));
    }
    if says("startretries").as_deref() == Some("0") && program.autostart {
        let message = format!(
            "`{name}` is given up after one failed start: `startretries=0`, and after a reboot the database or the \
             network may come a second later"
        );
        let help = "leave `startretries` out: three tries with growing pauses are the default";
        return Some((program.setting("startretries"), "startretries=0", message, help));
    }
    None
}

/// The services that a timer, path or socket of the tree starts.
fn timed(project: &Project) -> BTreeSet<&str> {
    let files = project
        .documents()
        .map(|(_, document)| document.path.rsplit('/').next().unwrap_or_default());
    files
        .filter_map(|file| file.rsplit_once('.'))
        .filter(|(_, kind)| matches!(*kind, "timer" | "path" | "socket"))
        .map(|(stem, _)| stem)
        .collect()
}

fn of_unit<'a>(timed: &BTreeSet<&str>, view: &ProgramView, program: &'a Program) -> Option<Told<'a>> {
    let name = &view.name;
    let says = |key: &str| program.setting(key).map_or("", |value| value.value.as_str());
    let restarts = !matches!(says("Restart"), "" | "no");
    if restarts || timed.contains(name.as_str()) || says("Type") == "oneshot" || !is_server(view) {
        return None;
    }
    let message = format!("`{name}.service` stays down after its first crash: it has no `Restart=`");
    Some((
        program.setting("Restart"),
        "no Restart=",
        message,
        "write `Restart=on-failure` and `RestartSec=5`",
    ))
}

/// Whether a program runs code of the tree or a server, as far as that can be told.
fn is_server(view: &ProgramView) -> bool {
    matches!(view.entry(), Entry::Script { .. } | Entry::Module { .. })
}
