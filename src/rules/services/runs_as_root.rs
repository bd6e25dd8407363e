//! Programs that nobody gives an account of their own, and that root starts.

use crate::facts::Manager;
use crate::finding::{Confidence, Draft, Effect, Place, ProgramId};
use crate::project::{Daemon, Project};
use crate::rule::Sink;

/// Reports each configuration of supervisord whose programs have no `user=`, and each unit without `User=`.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let is_contained = project.has_contained_supervisord();
    for daemon in &project.daemons {
        // Who is root in a container is another matter.
        if is_contained && project.root_starts(daemon).is_none() {
            continue;
        }
        if let Some(draft) = of_daemon(project, daemon) {
            sink.report(draft);
        }
    }
    for (id, view) in project.programs() {
        if view.manager == Manager::Systemd
            && let Some(draft) = of_unit(project, id)
        {
            sink.report(draft);
        }
    }
}

fn of_daemon(project: &Project, daemon: &Daemon) -> Option<Draft> {
    let mut documents = daemon
        .documents
        .iter()
        .filter_map(|id| Some(&project.document(*id)?.facts));
    let drops = |user: &str| user != "root" && user != "0";
    let is_dropped = documents.any(|facts| {
        let mut users = facts.daemons.iter().filter_map(|daemon| daemon.user.as_ref());
        users.any(|user| drops(&user.value))
    });
    if is_dropped {
        return None;
    }
    let bare: Vec<(ProgramId, Place, &str)> = daemon
        .programs
        .iter()
        .filter_map(|id| {
            let (document, program) = project.definition(*id)?;
            let place = Place {
                document,
                span: program.span,
            };
            program
                .user
                .is_none()
                .then_some((*id, place, program.name.as_str()))
        })
        .collect();
    let (_, place, first) = *bare.first()?;
    let names = match bare.len() {
        1 => format!("`{first}` runs"),
        2 => format!("`{first}` and `{}` run", bare[1].2),
        count => format!("`{first}` and {} more programs run", count - 1),
    };
    let root = project.root_starts(daemon);
    let message = match root {
        Some(_) => format!("{names} as root: no `user=` says otherwise, and root starts this supervisord"),
        None => format!(
            "{names} as whoever starts supervisord, as root where that is root: no `user=` says otherwise"
        ),
    };
    let draft = Draft::new(place, message)
        .subject("programs of supervisord without a user")
        .label("no user=")
        .help("make an account for the programs, and set `user=NAME` in each of them or in [supervisord]")
        .programs(bare.iter().map(|(id, ..)| *id).collect());
    Some(match root {
        Some(place) => draft
            .effect(Effect::Use)
            .confidence(Confidence::Likely)
            .related(place, "so root starts it"),
        None => draft.effect(Effect::Advice).confidence(Confidence::Possible),
    })
}

fn of_unit(project: &Project, id: ProgramId) -> Option<Draft> {
    let view = project.program(id)?;
    let (document, program) = project.definition(id)?;
    let path = &project.document(document)?.path;
    let says = |key: &str| program.setting(key).map_or("", |value| value.value.as_str());
    let is_users = path.contains("systemd/user/") || says("WantedBy").contains("default.target");
    let is_dynamic = matches!(says("DynamicUser"), "yes" | "true" | "on" | "1");
    // What is no Python may well have to be root: a proxy, a firewall, docker.
    if is_users || is_dynamic || program.user.is_some() || view.main_stage().is_none() {
        return None;
    }
    let name = &view.name;
    let place = Place {
        document,
        span: program.span,
    };
    Some(
        Draft::new(
            place,
            format!("`{name}.service` runs as root: it sets no `User=`"),
        )
        .subject("units without a user")
        .label("no User=")
        .help("make an account for it and set `User=NAME`, or `DynamicUser=yes` where it keeps no files")
        .programs(vec![id])
        .effect(Effect::Use)
        .confidence(Confidence::Likely),
    )
}
