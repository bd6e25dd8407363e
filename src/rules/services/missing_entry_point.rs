//! Programs whose script, module or folder the server will not have.

use super::super::failing;
use crate::facts::Manager;
use crate::finding::{Confidence, Draft, Effect, Phase, ProgramId};
use crate::project::{
    Entry, FailureKind, ProgramFailure, ProgramView, Project, Stage, State, Supply, same_name,
};
use crate::rule::Sink;
use crate::target::Target;
use crate::tree::Withheld;
use std::collections::{BTreeMap, BTreeSet};

/// Reports what a program's definition names and the server lacks.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let is_built = |(id, _): &(ProgramId, &ProgramView)| project.missing_dockerfile(*id).is_none();
    let built = project.programs().filter(is_built);
    let built = built.map(|(_, program)| named(project, program)).collect();
    for (id, program) in project.programs() {
        check_image(project, id, program, &built, sink);
        check_directory(id, program, sink);
        for stage in &program.stages {
            check_interpreter(id, program, stage, sink);
            check_version(project, id, program, stage, sink);
            check_entry(project, id, program, stage, sink);
        }
    }
}

/// A program by the name of the file that defines it, and its own.
type Named<'a> = (&'a str, &'a str);

fn named<'a>(project: &'a Project, program: &'a ProgramView) -> Named<'a> {
    let document = project.document(program.place.document);
    let path = document.map_or("", |document| document.path.as_str());
    (path.rsplit('/').next().unwrap_or(path), &program.definition)
}

/// A service of compose whose image is built from a Dockerfile that is not there.
fn check_image(
    project: &Project,
    id: ProgramId,
    program: &ProgramView,
    built: &BTreeSet<Named<'_>>,
    sink: &mut Sink<'_>,
) {
    let Some(dockerfile) = project.missing_dockerfile(id) else {
        return;
    };
    let message = format!(
        "`{}` cannot be built: `{dockerfile}` is not in the tree",
        program.definition
    );
    // A copy of a compose file in another folder: which of the two is used, nobody has written down.
    let confidence = if built.contains(&named(project, program)) {
        Confidence::Possible
    } else {
        Confidence::Certain
    };
    sink.report(
        Draft::new(program.place, message)
            .subject(format!("image {dockerfile}"))
            .label("failed to read dockerfile: no such file or directory")
            .help("Commit the Dockerfile, or say where it is: `dockerfile:` below `build:`.")
            .programs(vec![id])
            .confidence(confidence)
            .effect(Effect::Start)
            .phase(Phase::Install),
    );
}

fn check_directory(id: ProgramId, program: &ProgramView, sink: &mut Sink<'_>) {
    let Some((written, place)) = &program.directory.written else {
        return;
    };
    let (why, help) = match &program.directory.state {
        // A home folder of a Mac is the matter of `hardcoded-home-path`, which says that it stops the program.
        State::Foreign if written.starts_with("/Users/") || written.contains(":\\") => return,
        State::Foreign => (
            "is a folder of another kind of machine".to_owned(),
            "Name the folder that the tree has on the server, or leave `directory` out of the file."
                .to_owned(),
        ),
        State::Missing(withheld) => (
            absent(withheld.as_ref()),
            "Commit the folder, or name the right one.".to_owned(),
        ),
        State::Present | State::Unknown => return,
    };
    let name = &program.definition;
    let message = format!("`{name}` cannot start: its working directory `{written}` {why}");
    sink.report(
        Draft::new(*place, message)
            .subject(format!("directory {written}"))
            .label("no such directory")
            .help(help)
            .programs(vec![id])
            .effect(Effect::Start)
            .phase(Phase::Spawn),
    );
}

/// An interpreter of a Mac: `/opt/homebrew/bin/python3`.
fn check_interpreter(id: ProgramId, program: &ProgramView, stage: &Stage, sink: &mut Sink<'_>) {
    let first = &stage.runner_written;
    let (why, confidence) = match &stage.runner {
        State::Foreign => ("is not on a Linux server", Confidence::Certain),
        State::Missing(_) => ("is not in the tree, and nothing makes it", Confidence::Likely),
        State::Present | State::Unknown => return,
    };
    let message = format!("`{}` cannot {}: `{first}` {why}", program.definition, verb(stage));
    sink.report(
        Draft::new(stage.place, message)
            .subject(format!("interpreter {first}"))
            .label("no such file")
            .confidence(confidence)
            .help("Name the virtual environment's interpreter on the server, such as `venv/bin/python`.")
            .programs(vec![id])
            .effect(stage.effect())
            .phase(Phase::Spawn),
    );
}

/// `python3.12`, which is not the release's own Python.
fn check_version(
    project: &Project,
    id: ProgramId,
    program: &ProgramView,
    stage: &Stage,
    sink: &mut Sink<'_>,
) {
    let first = stage.runner_written.as_str();
    let bare = first.strip_prefix("/usr/bin/").unwrap_or(first);
    let is_own_machine = program.in_container || program.manager == Manager::Procfile;
    let Some(python) = stage.python().filter(|_| !is_own_machine && !bare.contains('/')) else {
        return;
    };
    let target = &project.target;
    let is_given = target.is_python_given && target.python == python;
    let is_own = Target::of_release(&target.os).is_ok_and(|release| release.python == python);
    if is_given || is_own {
        return;
    }
    let confidence = match project.supply_of(python) {
        Supply::Installed => return,
        Supply::Used => Confidence::Possible,
        Supply::None => Confidence::Likely,
    };
    let message = format!(
        "`{}` cannot {}: {} brings no `{bare}`, and no step of the deployment installs it",
        program.definition,
        verb(stage),
        target.os
    );
    sink.report(
        Draft::new(stage.place, message)
            .subject(format!("interpreter {bare}"))
            .label(format!("{bare}: command not found"))
            .confidence(confidence)
            .help(format!(
                "Install Python {python} in the deployment, say so with `python = \"{python}\"` in the settings, or \
                 start the program with `python3`."
            ))
            .programs(vec![id])
            .effect(stage.effect())
            .phase(Phase::Spawn),
    );
}

fn check_entry(project: &Project, id: ProgramId, program: &ProgramView, stage: &Stage, sink: &mut Sink<'_>) {
    let name = &program.definition;
    // A module is looked for by Python, behind whatever its packages do when they are imported.
    let mut moments = BTreeMap::new();
    let (what, why, help, confidence) = match &stage.entry {
        Entry::Script { path, written, state } => match state {
            // A script whose name differs by case alone is the matter of `file-case`.
            State::Missing(_) if project.paths.other_case(path).is_some() => return,
            State::Missing(withheld) => (
                written.clone(),
                absent(withheld.as_ref()),
                help_for(project, path),
                // An absolute path was taken to mean the tree because the program's folder is taken so; an image
                // can hold what the tree lacks.
                if program.in_container
                    || (written.starts_with('/') && project.target.root.is_none())
                    || withheld.as_ref().is_some_and(|withheld| withheld.is_here)
                {
                    Confidence::Likely
                } else {
                    Confidence::Certain
                },
            ),
            State::Foreign if !project.paths.has_file(path) => (
                written.clone(),
                "is a path of another kind of machine".to_owned(),
                "Name the script by its path on the server.".to_owned(),
                Confidence::Certain,
            ),
            _ => return,
        },
        Entry::Module { name: module, .. } => {
            let Some(failed) = missing_module(project, stage) else {
                return;
            };
            moments.clone_from(&failed.moments);
            let missing = &failed.failure.missing;
            let file = format!("{}.py", module.replace('.', "/"));
            let why = match &failed.failure.kind {
                FailureKind::Ignored(withheld) => absent(Some(withheld)),
                _ => format!("is not found from its working directory: no module `{missing}` there"),
            };
            let help = match (
                &failed.failure.kind,
                project.paths.other_case_from(&stage.directory, &file),
            ) {
                (FailureKind::Ignored(withheld), _) => failing::help_for_ignored(withheld),
                (_, Some(other)) => format!(
                    "Write its name as the tree has it, `{other}`: Python compares the letters, on a Mac too."
                ),
                (_, None) => help_for(project, &file),
            };
            (module.clone(), why, help, failed.failure.confidence)
        }
        Entry::Tool { .. } | Entry::Other => return,
    };
    let phase = match stage.entry {
        Entry::Module { .. } => Phase::Run,
        _ => Phase::Spawn,
    };
    let message = format!("`{name}` cannot {}: `{what}` {why}", verb(stage));
    sink.report(
        Draft::new(stage.place, message)
            .subject(format!("entry {what}"))
            .label("can't open file")
            .help(help)
            .programs(vec![id])
            .confidence(confidence)
            .effect(stage.effect())
            .phase(phase)
            .moments(moments),
    );
}

/// What a program cannot do without a command: one that may be skipped does not stop it.
fn verb(stage: &Stage) -> &'static str {
    if stage.is_conditional {
        "run a command of its start"
    } else {
        "start"
    }
}

/// The part of a command's module that is not found.
fn missing_module<'a>(project: &'a Project, stage: &Stage) -> Option<&'a ProgramFailure> {
    // They are in the order of their places.
    let from = project
        .failures
        .partition_point(|failed| failed.failure.place < stage.place);
    let here = project.failures[from..].iter();
    let mut here = here.take_while(|failed| failed.failure.place == stage.place);
    here.find(|failed| {
        is_of_tree(&failed.failure.kind)
            && matches!(&stage.entry, Entry::Module { name, .. } if failed.failure.module.starts_with(name))
    })
}

/// Whether a module of the tree was looked for, and not found.
fn is_of_tree(kind: &FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::Elsewhere(_) | FailureKind::Lacking | FailureKind::NotPackage | FailureKind::Ignored(_)
    )
}

fn absent(withheld: Option<&Withheld>) -> String {
    match withheld {
        Some(withheld) => {
            format!(
                "does not reach the server: `{}` ignores it (`{}`)",
                withheld.file, withheld.pattern
            )
        }
        None => "is not in the tree".to_owned(),
    }
}

/// Where a file of that name is, if anywhere.
fn help_for(project: &Project, path: &str) -> String {
    let others = same_name(&project.paths, path);
    match others.as_slice() {
        [] => "Add the file, or remove the program.".to_owned(),
        [other] => format!("`{other}` has that name: name it, move it back, or remove the program."),
        [first, rest @ ..] => {
            format!(
                "`{first}` and {} more have that name: name the right one.",
                rest.len()
            )
        }
    }
}
