//! Ports below 1024 for programs that do not run as root.

use crate::facts::{Manager, Program};
use crate::finding::{Draft, Effect, ProgramId, Scope};
use crate::project::{Basis, PortUse, ProgramView, Project};
use crate::rule::Sink;
use crate::source::Spanned;

/// The first port that everybody may listen on (ip(7), `ip_unprivileged_port_start`).
const FIRST_FREE: u16 = 1024;

/// Reports every program that may not listen where it wants to.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    if is_permitted(project) {
        return;
    }
    for (id, view) in project.programs() {
        let binds = &project.ports.of_program(id).binds;
        let is_low = |port: &&PortUse| port.number < FIRST_FREE && port.basis != Basis::Guess;
        // Docker lets everybody listen on every port of a container.
        if !binds.iter().any(|port| is_low(&port)) || project.is_contained(id) {
            continue;
        }
        for port in binds.iter().filter(is_low) {
            let Some(user) = user_of(project, id, view) else {
                continue;
            };
            let (name, number) = (&view.name, port.number);
            let message = format!(
                "{name} listens on port {number} and runs as {}, who may not: ports below 1024 are root's",
                user.value
            );
            let help = match view.manager {
                Manager::Systemd => "add `AmbientCapabilities=CAP_NET_BIND_SERVICE` to its [Service], or listen above 1023 behind a proxy".to_owned(),
                _ => format!("let {name} listen above 1023 and put a proxy before it, or allow the interpreter with `setcap cap_net_bind_service=+ep`"),
            };
            let draft = Draft::new(port.place, message)
                .subject(format!("{name}:{number}"))
                .label("[Errno 13] Permission denied")
                .help(help)
                .programs(vec![id])
                .effect(Effect::Start);
            sink.report(draft);
        }
    }
}

/// Whom a program runs as, when that is somebody else than root and has no right of his own.
fn user_of(project: &Project, id: ProgramId, view: &ProgramView) -> Option<Spanned<String>> {
    let document = project.document(view.place.document)?;
    let definition = document
        .facts
        .programs
        .iter()
        .find(|program| program.name == view.name && program.span == view.place.span);
    let is_allowed = |program: &&Program| {
        program.capabilities.iter().any(|capability| {
            capability
                .trim_start_matches('+')
                .eq_ignore_ascii_case("CAP_NET_BIND_SERVICE")
        })
    };
    if definition.as_ref().is_some_and(is_allowed) || view.command.contains("authbind") {
        return None;
    }
    let of_daemon = || {
        let mut daemons = project
            .daemons
            .iter()
            .filter(|daemon| daemon.programs.contains(&id));
        daemons.find_map(|daemon| {
            let documents = daemon.documents.iter().filter_map(|id| project.document(*id));
            let mut facts = documents.flat_map(|document| &document.facts.daemons);
            facts.find_map(|daemon| daemon.user.clone())
        })
    };
    let user = definition
        .and_then(|program| program.user.clone())
        .or_else(of_daemon)?;
    let name = user.value.split(':').next().unwrap_or_default();
    let is_other = !matches!(name, "root" | "0" | "") && !name.contains(['%', '$', '{']);
    is_other.then_some(user)
}

/// Whether a step of the deployment lets others than root listen there.
fn is_permitted(project: &Project) -> bool {
    let documents = project
        .documents()
        .filter(|(id, _)| project.scope(*id) != Scope::Development);
    documents.into_iter().any(|(_, document)| {
        let mut commands = document.facts.commands.iter();
        commands.any(|command| {
            command.words.iter().any(|word| {
                let text = word.text.to_ascii_lowercase();
                text.contains("cap_net_bind_service")
                    || text.contains("ip_unprivileged_port_start")
                    || text.ends_with("authbind")
            })
        })
    })
}
