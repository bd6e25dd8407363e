//! Programs whose definition replaces `PATH` by folders without the system's commands.

use crate::facts::{Command, Manager};
use crate::finding::{Confidence, Draft, Effect, Phase, Place, ProgramId};
use crate::project::Project;
use crate::rule::Sink;
use crate::source::{Span, Spanned};
use std::collections::BTreeSet;

/// Folders of the system's commands.
const SYSTEM: [&str; 6] = [
    "/bin",
    "/usr/bin",
    "/usr/local/bin",
    "/sbin",
    "/usr/sbin",
    "/usr/local/sbin",
];
/// What puts them behind other folders.
const FOLDERS: &str = ":/usr/local/bin:/usr/bin:/bin";
/// How many commands a message names.
const NAMED: usize = 3;

/// Reports every `PATH` that leaves out the system's folders.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, view) in project.programs() {
        if !matches!(view.manager, Manager::Supervisor | Manager::Systemd) {
            continue;
        }
        let Some(document) = project.document(view.place.document) else {
            continue;
        };
        let program = document
            .facts
            .programs
            .iter()
            .find(|program| program.name == view.name && program.span == view.place.span);
        let Some(program) = program.filter(|program| !program.in_container) else {
            continue;
        };
        let Some(path) = program.variable("PATH").filter(|path| is_replaced(&path.value)) else {
            continue;
        };
        let first = program.commands.first();
        let place = Place {
            document: view.place.document,
            span: path.span,
        };
        sink.report(draft(
            project,
            id,
            &view.definition,
            view.manager,
            path,
            first,
            place,
        ));
    }
}

/// Whether a `PATH` neither goes on with the old one nor names a folder of the system's commands. Neither
/// supervisord nor systemd puts in `$PATH` here: it is a folder of that name, which nobody has.
fn is_replaced(path: &str) -> bool {
    !path.contains("%(")
        && !path
            .split(':')
            .any(|entry| SYSTEM.contains(&entry.trim_end_matches('/')))
}

fn draft(
    project: &Project,
    id: ProgramId,
    name: &str,
    manager: Manager,
    path: &Spanned<String>,
    first: Option<&Command>,
    place: Place,
) -> Draft {
    let value = &path.value;
    let help = if value.contains('$') {
        format!(
            "neither supervisord nor systemd puts in `$PATH` here: write the system's folders, `{FOLDERS}`"
        )
    } else {
        format!("put the system's folders behind it: `{FOLDERS}`")
    };
    let draft = |message: String| {
        let draft = Draft::new(place, message)
            .subject(format!("PATH {value}"))
            .label("replaces PATH")
            .help(&help)
            .programs(vec![id]);
        let is_as_written = (place.span.end - place.span.start) as usize == value.len();
        if value.contains('$') || value.is_empty() || !is_as_written {
            return draft;
        }
        let end = place.span.end as usize;
        let behind = Place {
            span: Span::new(end, end),
            ..place
        };
        draft.edit(behind, FOLDERS)
    };
    // supervisord looks a bare command up in the PATH that it gives to the program.
    let own = first.map(|command| command.words.first().map_or("", |word| word.text.as_str()));
    if let Some(own) = own.filter(|own| manager == Manager::Supervisor && is_systems(own)) {
        return draft(format!(
            "`{name}` cannot start: supervisord looks for `{own}` in the `PATH` of the program, `{value}`, which has none of the system's folders"
        ))
        .label(format!("can't find command '{own}'"))
        .effect(Effect::Start)
        .phase(Phase::Spawn)
        .confidence(Confidence::Likely);
    }
    let commands = children(project, id);
    if commands.is_empty() {
        return draft(format!(
            "`PATH` of `{name}` becomes `{value}`: no command of the system is found by its name"
        ))
        .effect(Effect::Advice);
    }
    let mut named: Vec<String> = commands
        .iter()
        .take(NAMED)
        .map(|name| format!("`{name}`"))
        .collect();
    if commands.len() > NAMED {
        named.push(format!("{} more", commands.len() - NAMED));
    }
    draft(format!(
        "`PATH` of `{name}` becomes `{value}`: it does not find {}, which its code runs",
        named.join(", ")
    ))
    .effect(Effect::Use)
}

/// Whether a bare name is one of the system's commands, which no virtual environment holds.
fn is_systems(name: &str) -> bool {
    matches!(
        name,
        "sh" | "bash"
            | "env"
            | "nice"
            | "nohup"
            | "sudo"
            | "timeout"
            | "tail"
            | "cat"
            | "sleep"
            | "nginx"
            | "java"
            | "node"
            | "npm"
            | "redis-server"
            | "ssh"
            | "stdbuf"
            | "ionice"
            | "taskset"
    )
}

/// Commands of the system that the program's Python files run by their bare names, sorted.
fn children(project: &Project, id: ProgramId) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (_, found) in project.reached_by(id) {
        if found.facts.python.is_none() {
            continue;
        }
        for command in found
            .facts
            .commands
            .iter()
            .filter(|command| !command.is_builtin())
        {
            let Some(word) = command.words.first().filter(|word| word.is_literal) else {
                continue;
            };
            let is_bare = !word.text.contains('/') && !word.text.is_empty();
            if is_bare && !word.text.starts_with("python") && !word.text.starts_with("pip") {
                names.insert(word.text.clone());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_the_systems_folders_is_whole() {
        assert!(is_replaced("venv/bin"));
        assert!(is_replaced("/opt/app/venv/bin:/opt/app/tools"));
        assert!(!is_replaced("venv/bin:/usr/bin/"));
        assert!(!is_replaced("venv/bin:%(ENV_PATH)s"));
        assert!(is_replaced("/opt/x:$PATH"));
    }
}
