//! Files and folders that are read, and that the server will not have.

use super::super::lacking::{self, Matter};
use crate::facts::{FileAction, Told};
use crate::project::{Hint, Lack, Project};
use crate::rule::Sink;

/// Reports every file and folder that is read and neither in the tree nor made by anything.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (failed, lack) in lacking::of(project, Matter::File) {
        let draft = lacking::draft(project, failed, lack, message(lack));
        if let Some(draft) = draft {
            sink.report(draft.subject(format!("file {}", lack.path)).help(help(lack)));
        }
    }
}

fn message(lack: &Lack) -> String {
    let path = &lack.path;
    if let Some(withheld) = &lack.withheld {
        return format!(
            "`{path}` may be on your machine and does not reach the server: `{}` ignores it (`{}`)",
            withheld.file, withheld.pattern
        );
    }
    let what = match lack.action {
        FileAction::Enters => "the folder",
        FileAction::ReadsTemplate => "the template",
        _ => "the file",
    };
    let silence = if lack.told == Told::Silent {
        "; nobody is told, and its settings are missing"
    } else {
        ""
    };
    format!("{what} `{path}` that this reads is not in the tree, and nothing makes it{silence}")
}

fn help(lack: &Lack) -> String {
    match (&lack.hint, &lack.withheld) {
        (Hint::Sample(sample), _) => {
            format!(
                "Let the deployment make it from `{sample}`, and say so where the deployment is described."
            )
        }
        (Hint::Similar(other), _) => format!("`{other}` is in the tree: is it the one that is meant?"),
        (_, Some(_)) => {
            "Commit it, let a deploy step bring or make it, or look for it before it is read.".to_owned()
        }
        _ => "Add it, name the right one, or look for it before it is read.".to_owned(),
    }
}
