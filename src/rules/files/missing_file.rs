//! Files and folders that are read, and that the server will not have.

use super::super::lacking::{self, Matter};
use crate::facts::{FileAction, Told};
use crate::finding::{Confidence, Draft, Effect};
use crate::project::{Hint, Lack, NamedLack, Project};
use crate::rule::Sink;

/// Reports every file and folder that is read and neither in the tree nor made by anything.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    project
        .lacking_in_scripts()
        .iter()
        .for_each(|lack| sink.report(of_script(lack)));
    project
        .lacking_in_pages()
        .iter()
        .for_each(|lack| sink.report(of_page(lack)));
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

/// A command of a script that needs a file.
fn of_script(lack: &NamedLack) -> Draft {
    let command = lack.command.as_deref().unwrap_or_default();
    let path = &lack.written;
    let help = match lack.others.as_slice() {
        [] => "Add the file, or take the command out.".to_owned(),
        [other, ..] => format!("`{other}` has that name: name it by its path."),
    };
    Draft::new(
        lack.place,
        format!("the script needs `{path}`, which is not in the tree, and nothing makes it"),
    )
    .subject(format!("file {path}"))
    .label(match command {
        "cp" => format!("cp: cannot stat '{path}': No such file or directory"),
        "chmod" => format!("chmod: cannot access '{path}': No such file or directory"),
        _ if command.starts_with("python") => {
            format!("can't open file '{path}': [Errno 2] No such file or directory")
        }
        _ => format!("{path}: No such file or directory"),
    })
    .help(help)
    .effect(Effect::Start)
    .confidence(Confidence::Likely)
}

/// What a page loads.
fn of_page(lack: &NamedLack) -> Draft {
    let path = &lack.written;
    // Without its script a page does not work; without its picture it looks odd.
    let effect = if path.ends_with(".js") {
        Effect::Use
    } else {
        Effect::Advice
    };
    Draft::new(
        lack.place,
        format!("the page loads `{path}`, and no file of the tree has that name"),
    )
    .subject(format!("file {path}"))
    .label("404 Not Found")
    .help("Add the file, or name the right one.")
    .effect(effect)
    .confidence(Confidence::Likely)
}
