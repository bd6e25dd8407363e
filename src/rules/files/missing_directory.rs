//! Folders that are written to, and that nobody makes.

use super::super::lacking::{self, Matter};
use crate::finding::{Confidence, Draft, Effect};
use crate::project::{Hint, Lack, NamedLack, Project};
use crate::rule::Sink;

/// Reports every file that is written to a folder which the server will not have.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for lack in project.lacking_folders_in_scripts() {
        sink.report(of_script(&lack));
    }
    for (failed, lack) in lacking::of(project, Matter::Folder) {
        let Some(mut draft) = lacking::draft(project, failed, lack, message(lack)) else {
            continue;
        };
        if let Hint::MadeLater(place) = &lack.hint {
            draft = draft.related(*place, "it is made here, which comes later");
        }
        sink.report(draft.subject(format!("folder {}", lack.path)).help(help(lack)));
    }
}

fn message(lack: &Lack) -> String {
    let path = &lack.path;
    match (&lack.hint, &lack.withheld) {
        (Hint::MadeLater(_), _) => {
            format!(
                "the folder `{path}` does not exist yet when this writes to it: the program makes it only afterwards"
            )
        }
        (_, Some(withheld)) => format!(
            "the folder `{path}` that this writes to does not reach the server, and nothing makes it there: `{}` ignores it (`{}`)",
            withheld.file, withheld.pattern
        ),
        (_, None) if path.starts_with('/') => {
            format!("the folder `{path}` that this writes to is made by nothing of the tree")
        }
        (_, None) => {
            format!("the folder `{path}` that this writes to is not in the tree, and nothing makes it")
        }
    }
}

fn help(lack: &Lack) -> String {
    match lack.hint {
        Hint::MadeLater(_) => "Make the folder before this line.".to_owned(),
        _ if lack.path.starts_with('/') => format!(
            "Let the deployment make it for the program's user: `install -d -o USER {}`.",
            lack.path
        ),
        _ => format!(
            "Make it before this line: `os.makedirs(…, exist_ok=True)`; or let the deployment make it: `mkdir -p {}`.",
            lack.path
        ),
    }
}

/// A file that a shell opens for a command.
fn of_script(lack: &NamedLack) -> Draft {
    let path = &lack.written;
    let folder = lack.command.as_deref().unwrap_or_default();
    let message = format!(
        "the shell opens `{path}` before it runs the command, and the folder `{folder}` is not in the tree and made by nothing"
    );
    Draft::new(lack.place, message)
        .subject(format!("folder {folder}"))
        .label(format!("{path}: No such file or directory"))
        .help(format!("Make it before: `mkdir -p {folder}`."))
        .effect(Effect::Start)
        .confidence(Confidence::Likely)
}
