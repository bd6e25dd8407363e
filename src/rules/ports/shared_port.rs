//! Two programs that want one port of the server.

use crate::facts::Manager;
use crate::finding::{Confidence, Draft, Effect, ProgramId};
use crate::project::{Basis, Project, Socket};
use crate::rule::Sink;
use std::collections::BTreeMap;

/// Words in a program's name that say which of several it is.
const ENVIRONMENTS: [&str; 11] = [
    "dev",
    "development",
    "staging",
    "stage",
    "prod",
    "production",
    "test",
    "local",
    "blue",
    "green",
    "canary",
];

/// Reports each program whose port another one has already.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let mut by_number: BTreeMap<u16, Vec<Socket>> = BTreeMap::new();
    for socket in project.sockets() {
        by_number.entry(socket.port.number).or_default().push(socket);
    }
    for sockets in by_number.values() {
        for (at, socket) in sockets.iter().enumerate() {
            let first = sockets[..at]
                .iter()
                .find(|other| other.excludes(socket) && are_side_by_side(project, other, socket));
            if let Some(first) = first {
                // nginx is said to be in the way of the program, not the other way round.
                let (first, second) = if socket.program.is_none() {
                    (socket, first)
                } else {
                    (first, socket)
                };
                sink.report(draft(project, first, second));
            }
        }
    }
}

/// Whether both are meant to run on the server at once. A system that is described twice, for two ways
/// to deploy it, starts each program once.
fn are_side_by_side(project: &Project, left: &Socket, right: &Socket) -> bool {
    let (Some(first), Some(second)) = (left.program, right.program) else {
        let is_one_proxy = left.program.is_none() && right.program.is_none();
        let daemon = if left.program.is_none() { left } else { right };
        let program = if left.program.is_none() { right } else { left };
        let is_on_host = program
            .program
            .and_then(|id| project.program(id))
            .is_some_and(|view| !view.in_container && is_of_server(view.manager));
        let is_supervised = daemon.name != "supervisord"
            || program
                .program
                .is_some_and(|id| project.programs_configured_by(daemon.opened_by).contains(&id));
        return !is_one_proxy && is_on_host && is_supervised;
    };
    let (Some(one), Some(other)) = (project.program(first), project.program(second)) else {
        return false;
    };
    let is_sure = |id: ProgramId| {
        let view = project.program(id);
        view.is_some_and(|view| view.autostart && !view.command.contains("reuse"))
    };
    let is_one_daemon = || {
        let mut daemons = project.daemons.iter();
        daemons.any(|daemon| daemon.programs.contains(&first) && daemon.programs.contains(&second))
    };
    let is_systemd = one.manager == Manager::Systemd && other.manager == Manager::Systemd;
    let folder = |id: &Socket| {
        let document = project.document(id.opened_by);
        document.and_then(|document| {
            document
                .path
                .rsplit_once('/')
                .map(|(folder, _)| folder.to_owned())
        })
    };
    let is_together =
        left.opened_by == right.opened_by || is_one_daemon() || (is_systemd && folder(left) == folder(right));
    first != second
        && !are_variants(&one.name, &other.name)
        && is_sure(first)
        && is_sure(second)
        && is_together
}

/// Whether two names are of one program in several environments, of which the server has one: `api-blue` and
/// `api-green`, `desk` and `desk-staging`.
fn are_variants(left: &str, right: &str) -> bool {
    let core = |name: &str| -> Vec<String> {
        let lower = name.to_ascii_lowercase();
        let words = lower.split(|letter: char| !letter.is_alphanumeric());
        words
            .filter(|word| !word.is_empty() && !ENVIRONMENTS.contains(word))
            .map(str::to_owned)
            .collect()
    };
    core(left) == core(right)
}

/// Managers of what really runs on a server; a Procfile is for a platform as often as not.
fn is_of_server(manager: Manager) -> bool {
    matches!(manager, Manager::Supervisor | Manager::Systemd | Manager::Pm2)
}

fn draft(project: &Project, first: &Socket, second: &Socket) -> Draft {
    let number = second.port.number;
    let (one, other) = (&first.name, &second.name);
    let by_default = |socket: &Socket| matches!(socket.port.basis, Basis::Default(_));
    let message = if by_default(first) && by_default(second) {
        format!(
            "{other} listens on port {number}, as {one} does: neither is told a port, and both have one default"
        )
    } else {
        format!("{other} listens on port {number} of the server, which {one} has")
    };
    let variable = match &second.port.basis {
        Basis::Default(Some(name)) | Basis::Variable(name) => Some(name),
        _ => None,
    };
    let help = match variable {
        Some(name) => format!(
            "give {other} a port of its own: set {name} to another number for it, or name the port in its command"
        ),
        None => format!("give {other} a port of its own, here and wherever it is dialled"),
    };
    let manager = second
        .program
        .and_then(|id| project.program(id))
        .map(|view| view.manager);
    let bases = [&first.port.basis, &second.port.basis];
    let is_written = |basis: &&Basis| matches!(basis, Basis::Written | Basis::Variable(_) | Basis::Manifest);
    let may_be_skipped = [first, second].iter().any(|socket| is_skipped(project, socket));
    let confidence = if may_be_skipped || bases.iter().any(|basis| **basis == Basis::Guess) {
        Confidence::Possible
    } else if first.program.is_none() || manager == Some(Manager::Systemd) {
        Confidence::Likely
    } else if bases.iter().all(is_written) {
        Confidence::Certain
    } else if manager == Some(Manager::Procfile) {
        // What runs a Procfile may well give each process a PORT.
        Confidence::Possible
    } else {
        Confidence::Likely
    };
    Draft::new(second.port.place, message)
        .subject(format!("{one}:{number}"))
        .label("[Errno 98] address already in use")
        .help(help)
        .related(first.port.place, format!("{one} has it here"))
        .programs(second.program.into_iter().collect())
        .effect(Effect::Start)
        .confidence(confidence)
}

/// Whether the command that starts a program stands in a branch or a function of its script.
fn is_skipped(project: &Project, socket: &Socket) -> bool {
    let view = socket.program.and_then(|id| project.program(id));
    let Some(view) = view.filter(|view| view.manager == Manager::Script) else {
        return false;
    };
    let document = project.document(view.command_place.document);
    let span = view.command_place.span;
    let mut commands = document.iter().flat_map(|document| &document.facts.commands);
    commands.any(|command| {
        command.is_conditional && command.span.start <= span.start && span.end <= command.span.end
    })
}
