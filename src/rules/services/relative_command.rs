//! Commands of supervisor that it looks for in one folder and starts in another.

use crate::facts::Manager;
use crate::finding::{Confidence, Draft, Effect, Phase};
use crate::project::{ProgramView, Project, State};
use crate::rule::Sink;

/// Reports every relative command of a program whose `directory=` is not supervisord's own.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, view) in project.programs() {
        let Some((first, directory)) = split(project, view) else {
            continue;
        };
        let name = &view.name;
        let message = format!(
            "`{name}` cannot start: supervisord looks for `{first}` in its own folder (taken to be the project's) \
             and then starts it in `{directory}`, and not both have it"
        );
        sink.report(
            Draft::new(view.command_place, message)
                .subject(format!("command {first} in {directory}"))
                .label(format!("can't find command '{first}'"))
                .help(format!(
                    "write `%(here)s/…/{first}`, which means one file wherever it is started"
                ))
                .programs(vec![id])
                .confidence(Confidence::Likely)
                .effect(Effect::Start)
                .phase(Phase::Spawn),
        );
    }
}

/// The command and the folder, where they do not go together.
fn split<'a>(project: &Project, view: &'a ProgramView) -> Option<(&'a str, &'a str)> {
    let first = view.command.split_whitespace().next()?;
    let is_relative = first.contains('/') && !first.starts_with(['/', '~', '%', '"', '\'']);
    let directory = view.directory.path.as_str();
    let is_elsewhere = view.directory.state == State::Present && !directory.is_empty();
    if view.manager != Manager::Supervisor || view.in_container || !is_relative || !is_elsewhere {
        return None;
    }
    // Where supervisord is started in the folder of its file, that can be the program's folder too.
    let config = &project.document(view.place.document)?.path;
    if config.rsplit_once('/').is_some_and(|(here, _)| here == directory) {
        return None;
    }
    // A command that the program's folder lacks is told of as a missing one.
    let plain = first.trim_start_matches("./");
    let is_open = |runner: &State| matches!(runner, State::Present | State::Unknown);
    let is_there = project.paths.has_file(&format!("{directory}/{plain}"))
        || view.main_stage().is_some_and(|stage| is_open(&stage.runner));
    (is_there && !first.starts_with("../") && !project.paths.has_file(plain)).then_some((first, directory))
}
