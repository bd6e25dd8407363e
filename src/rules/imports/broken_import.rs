//! Imports that find nothing on the target, though no distribution is missing.

use super::super::failing;
use crate::finding::Effect;
use crate::project::{Entry, FailureKind, ProgramFailure, ProgramView, Project};
use crate::rule::Sink;

/// Reports every import that finds neither a module of the tree nor one of Python's own.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for failed in &project.failures {
        let failure = &failed.failure;
        let is_entry = project
            .document(failure.place.document)
            .is_none_or(|document| document.facts.python.is_none());
        // What a command line names is the matter of `missing-entry-point`.
        if is_entry {
            continue;
        }
        let Some((message, help)) = describe(project, failed) else {
            continue;
        };
        let Some(mut draft) = failing::draft(project, failed, message) else {
            continue;
        };
        if matches!(failure.kind, FailureKind::SecondName(_)) {
            draft = draft.effect(Effect::Advice).programs(failed.programs.clone());
        }
        let label = match failure.kind {
            FailureKind::SecondName(_) => "a second copy of the module".to_owned(),
            FailureKind::Relative { has_package: true } => {
                "attempted relative import beyond top-level package".to_owned()
            }
            FailureKind::Relative { .. } => {
                "attempted relative import with no known parent package".to_owned()
            }
            FailureKind::Gone => format!("KeyError: '{}'", failure.missing),
            _ => format!("No module named '{}'", failure.missing),
        };
        sink.report(draft.subject(subject(failure)).label(label).help(help));
    }
}

/// What makes a folder a project that is built and installed.
const MARKS: [&str; 4] = ["pyproject.toml", "setup.py", "setup.cfg", "MANIFEST.in"];

/// One mend of `sys.path` removes all failures of one top-level name; a second name is a matter of its own.
fn subject(failure: &crate::project::Failure) -> String {
    match &failure.kind {
        FailureKind::SecondName(other) => format!("{} as {other}", failure.module),
        _ => failure.missing.clone(),
    }
}

fn describe(project: &Project, failed: &ProgramFailure) -> Option<(String, String)> {
    let failure = &failed.failure;
    let module = &failure.module;
    let missing = &failure.missing;
    Some(match &failure.kind {
        FailureKind::Distribution(_)
        | FailureKind::Ignored(_)
        | FailureKind::StandardLibrary
        | FailureKind::StandardName { .. }
        | FailureKind::Name { .. }
        | FailureKind::Circular { .. }
        | FailureKind::EarlyPart
        | FailureKind::Syntax
        | FailureKind::Variable(_)
        | FailureKind::File(_)
        | FailureKind::Ends => return None,
        FailureKind::Elsewhere(files) => {
            let file = files.first().map_or("", String::as_str);
            let root = root_of(file, module);
            // A project of its own beside the others: whoever works there builds and installs it.
            let is_project = MARKS
                .iter()
                .any(|mark| project.paths.has_file(&format!("{root}/{mark}")));
            if failed.programs.is_empty() && is_project {
                return None;
            }
            let start = start_of(project, failed);
            let shown = if root.is_empty() {
                "the project's root".to_owned()
            } else {
                format!("`{root}/`")
            };
            (
                format!("`{module}` is in `{file}`, but {shown} is not in sys.path{start}"),
                format!(
                    "Put {shown} on PYTHONPATH in the program's environment, or extend sys.path before this line."
                ),
            )
        }
        FailureKind::Lacking => (
            format!("`{missing}` is nowhere: the tree has no such module"),
            "Add the module, or remove the import.".to_owned(),
        ),
        FailureKind::NotPackage => {
            let parent = missing.rsplit_once('.').map_or("", |(parent, _)| parent);
            (
                format!("`{missing}` is nowhere: `{parent}` is a module, not a package"),
                "Import the name from the module (`from module import name`), or make a package of it."
                    .to_owned(),
            )
        }
        FailureKind::Gone => (
            format!("`{module}` is looked for in `{missing}`, whose own import failed before"),
            format!("Mend the import of `{missing}`: where it fails, nothing in it can be relied upon."),
        ),
        FailureKind::Relative { has_package: true } => (
            format!("`{module}` has more dots than there are packages around this file"),
            "Import by the full name, or start the program from the folder above.".to_owned(),
        ),
        FailureKind::Relative { .. } => (
            format!("`{module}` is a relative import in a file that runs as a script, which has no package"),
            "Start it as a module (`python -m package.module`), or import by the full name.".to_owned(),
        ),
        FailureKind::SecondName(other) => (
            format!(
                "`{module}` only resolves because the program starts in this folder; elsewhere it is `{other}`"
            ),
            format!(
                "Import it as `{other}` here too: two names make two copies of the module, each with its own state."
            ),
        ),
    })
}

/// The folder that has to be in `sys.path` for `module` to be found in `file`.
fn root_of<'a>(file: &'a str, module: &str) -> &'a str {
    let path = module.replace('.', "/");
    let stem = file
        .strip_suffix("/__init__.py")
        .or_else(|| file.strip_suffix(".py"))
        .unwrap_or(file);
    stem.strip_suffix(path.as_str())
        .unwrap_or("")
        .trim_end_matches('/')
}

/// What Python does put first: the words behind the message, for a program that starts a script.
fn start_of(project: &Project, failed: &ProgramFailure) -> String {
    let program = failed
        .stopped
        .first()
        .or(failed.programs.first())
        .and_then(|id| project.program(*id));
    match program.map(ProgramView::entry) {
        Some(Entry::Script { path, written, .. }) => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let folder = if folder.is_empty() {
                "its own folder".to_owned()
            } else {
                format!("`{folder}/`")
            };
            format!(": `{written}` puts {folder} first")
        }
        _ => String::new(),
    }
}
