//! Programs that want a port which something else on the server has.

use crate::facts::Command;
use crate::finding::{Confidence, Draft, Effect, Place, Scope};
use crate::knowledge::ports::{Taken, known};
use crate::project::{Project, Socket};
use crate::rule::Sink;

/// Reports every program that listens where the server's own service does.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let sockets = project.sockets();
    for socket in &sockets {
        let Some(program) = socket.program.and_then(|id| project.program(id)) else {
            continue;
        };
        let is_shared = sockets
            .iter()
            .any(|other| other.program.is_none() && other.excludes(socket));
        let taken = known(socket.port.number).find_map(|row| Some((row, since(project, row)?)));
        let Some((row, since)) = taken.filter(|(row, _)| {
            let is_elsewhere =
                !program.in_container && socket.program.is_some_and(|id| project.is_contained(id));
            socket.port.meets(row.host.as_deref()) && !socket.port.is_udp && !is_shared && !is_elsewhere
        }) else {
            continue;
        };
        // A compose file is as often as not for another machine than the script that installs the service.
        let confidence = if program.in_container && since.is_some() {
            Confidence::Possible
        } else {
            Confidence::Likely
        };
        sink.report(draft(socket, row, since, project).confidence(confidence));
    }
}

fn draft(socket: &Socket, row: &Taken, since: Option<Place>, project: &Project) -> Draft {
    let (name, number, by) = (&socket.name, socket.port.number, &row.by);
    let message = match since {
        Some(_) => {
            format!("{name} listens on port {number}, which {by} has as soon as the deployment installs it")
        }
        None => format!(
            "{name} listens on port {number}, which {by} has on {}",
            project.target.os
        ),
    };
    let draft = Draft::new(socket.port.place, message)
        .subject(format!("{name}:{number}"))
        .label("[Errno 98] address already in use")
        .help(format!("give {name} another port, or stop {by} before it starts"))
        .programs(socket.program.into_iter().collect())
        .effect(Effect::Start);
    match since {
        Some(place) => draft.related(place, format!("{by} is installed here")),
        None => draft,
    }
}

/// Whether something has the port on the target: from the start, or since the step at a place.
#[allow(
    clippy::option_option,
    reason = "it is there from the start, or since a step, or not at all"
)]
fn since(project: &Project, row: &Taken) -> Option<Option<Place>> {
    if stops(project, row) {
        return None;
    }
    if row.on.iter().any(|start| project.target.os.starts_with(start)) {
        return Some(None);
    }
    commands(project).find_map(|(place, command)| installs(command, row).then_some(Some(place)))
}

fn commands(project: &Project) -> impl Iterator<Item = (Place, &Command)> {
    let documents = project
        .documents()
        .filter(|(id, _)| project.scope(*id) != Scope::Development);
    documents.flat_map(|(id, document)| {
        document.facts.commands.iter().map(move |command| {
            let place = Place {
                document: id,
                span: command.span,
            };
            (place, command)
        })
    })
}

/// `apt-get install -y nginx`.
fn installs(command: &Command, row: &Taken) -> bool {
    let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
    let is_manager = words
        .iter()
        .take(5)
        .any(|word| matches!(word.rsplit('/').next(), Some("apt" | "apt-get" | "aptitude")));
    is_manager
        && words.contains(&"install")
        && words
            .iter()
            .any(|word| row.packages.iter().any(|package| package == word))
}

/// Whether a step stops or removes what has the port.
fn stops(project: &Project, row: &Taken) -> bool {
    let names: Vec<&str> = row
        .packages
        .iter()
        .map(String::as_str)
        .chain([row.by.as_str()])
        .collect();
    commands(project).any(|(_, command)| {
        let mut words = command.words.iter().map(|word| word.text.as_str());
        let is_stopping = words
            .clone()
            .any(|word| matches!(word, "stop" | "disable" | "mask" | "purge" | "remove"));
        is_stopping && words.any(|word| names.contains(&word.strip_suffix(".service").unwrap_or(word)))
    })
}
