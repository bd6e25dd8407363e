//! Working directories that depend on where supervisord was started.

use crate::facts::Program;
use crate::finding::{Confidence, Draft, Effect, Phase, Place, ProgramId};
use crate::project::{Daemon, Project};
use crate::rule::Sink;

/// Reports the relative `directory=` of a configuration once, with all its places.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    // In a container it is seen from the image's own folder.
    if project.has_contained_supervisord() {
        return;
    }
    for daemon in &project.daemons {
        for document in &daemon.documents {
            let found: Vec<(ProgramId, &Program)> = daemon
                .programs
                .iter()
                .filter_map(|id| Some((*id, project.definition(*id)?)))
                .filter(|(_, (host, _))| host == document)
                .map(|(id, (_, program))| (id, program))
                .filter(|(_, program)| is_relative(program))
                .collect();
            if let Some(draft) = draft(project, daemon, &found) {
                sink.report(draft);
            }
        }
    }
}

fn is_relative(program: &Program) -> bool {
    program.directory.as_ref().is_some_and(|directory| {
        let path = directory.value.as_str();
        !path.is_empty() && !path.starts_with(['/', '~', '$', '%']) && !path.contains(":\\")
    })
}

fn draft(project: &Project, daemon: &Daemon, found: &[(ProgramId, &Program)]) -> Option<Draft> {
    let (first, rest) = found.split_first()?;
    let (document, program) = project.definition(first.0)?;
    let place_of = |program: &Program| {
        let span = program.directory.as_ref()?.span;
        Some(Place { document, span })
    };
    let written = &program.directory.as_ref()?.value;
    let more = match rest.len() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let name = &program.name;
    let put = project
        .put_below(document, "/etc/supervisor")
        .or_else(|| project.put_below(daemon.config, "/etc/supervisor"));
    let seen = "`directory=` is seen from the folder that supervisord itself was started in";
    let message = match put {
        Some(_) => format!(
            "`{name}`{more} cannot start: {seen}, and the distribution's is started in `/`, where there is no `{written}` of \
             this tree"
        ),
        None => format!(
            "`{name}`{more} only starts when somebody starts supervisord in the right folder: {seen}, and `{written}` is \
             relative"
        ),
    };
    let draft = Draft::new(place_of(program)?, message)
        .subject(format!("relative directory {written}"))
        .label("depends on where supervisord is started")
        .help("write `%(here)s` for the folder of this file (`%(here)s/..` for the one above), or the absolute path")
        .programs(found.iter().map(|(id, _)| *id).collect())
        .phase(Phase::Spawn);
    let draft = rest
        .iter()
        .filter_map(|(_, program)| place_of(program))
        .fold(draft, |draft, place| draft.related(place, "relative as well"));
    Some(match put {
        Some(place) => draft
            .effect(Effect::Start)
            .confidence(Confidence::Likely)
            .related(place, "this gives it to the distribution's supervisord"),
        None => draft.effect(Effect::Advice).confidence(Confidence::Likely),
    })
}
