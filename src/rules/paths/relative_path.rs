//! Relative paths in programs that start in another folder than the one they are meant from.

use super::super::lacking::{self, Matter};
use crate::facts::FileAction;
use crate::project::{Hint, Project};
use crate::rule::Sink;

/// Reports every relative path that is right from one folder of the tree, and used from another.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (failed, lack) in lacking::of(project, Matter::WorkingDirectory) {
        let Hint::WorkingDirectory { found, folder } = &lack.hint else {
            continue;
        };
        let failure = &failed.failure;
        let program = failed.stopped.first().or(failed.programs.first());
        let name = program
            .and_then(|id| project.program(*id))
            .map_or("it", |view| view.name.as_str());
        let place = match folder.as_str() {
            "~" => "the home folder of its user".to_owned(),
            "/" => "`/`".to_owned(),
            other if other.ends_with('/') => format!("`{}`", other.trim_end_matches('/')),
            other => other.to_owned(),
        };
        let message = if lack.action == FileAction::Writes {
            format!(
                "`{}` is relative, and `{name}` starts in {place}: it would be written there, where nothing makes `{found}`",
                failure.module
            )
        } else {
            format!(
                "`{}` is relative, and `{name}` starts in {place}: the file is `{found}` of the tree",
                failure.module
            )
        };
        if let Some(draft) = lacking::draft(project, failed, lack, message) {
            sink.report(
                draft.subject(format!("working directory {folder} of {name}")).help(
                    "Set the program's working directory, or derive the path from the file's own place: `Path(__file__).resolve().parent`.",
                ),
            );
        }
    }
}
