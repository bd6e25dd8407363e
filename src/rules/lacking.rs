//! What all findings about a file or folder that is not there have in common.

use super::failing;
use crate::facts::{FileAction, Told};
use crate::finding::Draft;
use crate::project::{FailureKind, Hint, Lack, ProgramFailure, Project};

/// Whose matter it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matter {
    /// A folder that is written to.
    Folder,
    /// A file or folder that is read.
    File,
    /// A root that is computed too high or too low.
    Level,
    /// A relative path, and a program that starts elsewhere.
    WorkingDirectory,
}

/// Every failure that is of one matter.
pub(super) fn of(project: &Project, matter: Matter) -> impl Iterator<Item = (&ProgramFailure, &Lack)> {
    project.failures.iter().filter_map(move |failed| {
        let FailureKind::File(lack) = &failed.failure.kind else {
            return None;
        };
        let own = match (&lack.hint, lack.action) {
            (Hint::Level { .. }, _) => Matter::Level,
            (Hint::WorkingDirectory { .. }, _) => Matter::WorkingDirectory,
            (_, FileAction::Writes) => Matter::Folder,
            _ => Matter::File,
        };
        (own == matter).then_some((failed, &**lack))
    })
}

/// The finding: whom it stops, and the line that they will see.
pub(super) fn draft(
    project: &Project,
    failed: &ProgramFailure,
    lack: &Lack,
    message: String,
) -> Option<Draft> {
    Some(failing::draft(project, failed, message)?.label(label(lack)))
}

/// The last line of the log.
fn label(lack: &Lack) -> String {
    let shown = &lack.shown;
    match lack.told {
        Told::AsGiven | Told::Whole => {
            format!("FileNotFoundError: [Errno 2] No such file or directory: '{shown}'")
        }
        Told::Handler => format!(
            "ValueError: Unable to configure handler (FileNotFoundError: [Errno 2] No such file or directory: '{shown}')"
        ),
        Told::Table => {
            let folder = shown.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("OSError: Cannot save file into a non-existent directory: '{folder}'")
        }
        Told::Database | Told::DatabaseLater => {
            "sqlite3.OperationalError: unable to open database file".to_owned()
        }
        Told::StaticFolder => format!("RuntimeError: Directory '{shown}' does not exist"),
        Told::AtRequest if lack.action == FileAction::Reads => {
            format!("RuntimeError: File at path {shown} does not exist.")
        }
        Told::AtRequest => format!("TemplateNotFound: {shown}"),
        Told::Silent => "read as if it were empty".to_owned(),
    }
}
