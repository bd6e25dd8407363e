//! Python files that the server's Python is too old to read.

use super::super::failing;
use crate::facts::PYTHON_2_EXCEPT;
use crate::finding::Place;
use crate::project::{FailureKind, Project};
use crate::rule::Sink;
use crate::target::PythonVersion;

/// Reports each kind of syntax that came after the target's Python, once in each file.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for failed in &project.failures {
        let id = failed.failure.place.document;
        let (Some(document), FailureKind::Syntax) = (project.document(id), &failed.failure.kind) else {
            continue;
        };
        let python = failing::python(project, failed);
        let own = document.facts.newer_syntax.iter();
        // What is written for Python 2 is no matter of a later one.
        for syntax in own.filter(|syntax| syntax.what != PYTHON_2_EXCEPT) {
            let needs = PythonVersion {
                major: syntax.needs.0,
                minor: syntax.needs.1,
            };
            if needs <= python {
                continue;
            }
            let message = format!(
                "Python {python} on the server refuses `{}`: {} needs Python {needs}",
                document.path, syntax.what
            );
            let Some(mut draft) = failing::draft(project, failed, message) else {
                continue;
            };
            draft.place = Place {
                document: id,
                span: syntax.span,
            };
            sink.report(
                draft
                    .subject(format!("syntax of Python {needs}"))
                    .label(format!("SyntaxError: {}", syntax.words))
                    .help(format!(
                        "Write it as Python {python} reads it, or give the program a Python {needs} on the server."
                    )),
            );
        }
    }
}
