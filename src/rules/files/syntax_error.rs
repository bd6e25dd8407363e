//! Files that their own readers refuse.

use crate::facts::{Problem, ProblemKind};
use crate::finding::{Draft, Effect, Place};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;

/// Reports every place where a document does not follow its format.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project.documents() {
        for problem in &document.facts.problems {
            if problem.kind == ProblemKind::Unreadable {
                continue;
            }
            let place = Place {
                document: id,
                span: problem.span,
            };
            // A module that no program imports stops nobody until somebody runs it.
            let is_started = match document.format {
                Format::Python => !project.programs_reaching(id).is_empty(),
                Format::Requirements | Format::Supervisor | Format::Systemd => true,
                _ => false,
            };
            let effect = if is_started { Effect::Start } else { Effect::Use };
            sink.report(
                Draft::new(place, message(document.format, problem, project))
                    .subject(format!("{}:{}", document.path, problem.message))
                    .label("the reader stops here")
                    .help(help(document.format, problem.kind))
                    .effect(effect),
            );
        }
    }
}

fn message(format: Format, problem: &Problem, project: &Project) -> String {
    let what = &problem.message;
    match format {
        Format::Python if problem.kind == ProblemKind::NewerSyntax => format!(
            "Python {} on the server refuses the file: {what}; whoever imports it dies",
            project.target.python
        ),
        Format::Python => format!("Python refuses the file: {what}; whoever imports it dies"),
        Format::Supervisor => format!("supervisord refuses the file: {what}; no program of it starts"),
        Format::Systemd => format!("systemd refuses the unit: {what}; nothing of it starts"),
        Format::Requirements => format!("pip refuses the file: {what}; nothing of it is installed"),
        Format::Shell => format!("the shell refuses the script: {what}"),
        Format::Json => format!("this is no JSON: {what}; whoever reads the file fails"),
        other => format!(
            "this is no valid {}: {what}; whoever reads the file fails",
            other.name()
        ),
    }
}

fn help(format: Format, kind: ProblemKind) -> &'static str {
    match (format, kind) {
        (_, ProblemKind::NewerSyntax) => {
            "write it in the older syntax, or install the newer version on the server"
        }
        (Format::Json, _) => {
            "JSON has no comments and no comma behind the last element; `python3 -m json.tool FILE` shows the place"
        }
        (Format::Python, _) => "`python3 -m py_compile FILE` shows the place",
        (Format::Shell, _) => "`bash -n FILE` shows the place",
        (Format::Systemd, _) => "`systemd-analyze verify FILE` shows the place",
        (Format::Requirements, _) => "`pip install --dry-run -r FILE` shows the place",
        _ => "correct the file; nothing of it takes effect as it stands",
    }
}
