//! Python files that the server's Python is too old to read.

use crate::finding::{Draft, Effect, Place};
use crate::project::Project;
use crate::rule::Sink;
use crate::target::PythonVersion;

/// Reports each kind of syntax that came after the target's Python, once in each file.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let python = project.target.python;
    for (id, document) in project.documents() {
        // A module that no program imports stops nobody until somebody runs it.
        let effect = if project.programs_reaching(id).is_empty() {
            Effect::Use
        } else {
            Effect::Start
        };
        for syntax in &document.facts.newer_syntax {
            let needs = PythonVersion {
                major: syntax.needs.0,
                minor: syntax.needs.1,
            };
            if needs <= python {
                continue;
            }
            let place = Place {
                document: id,
                span: syntax.span,
            };
            let message = format!(
                "Python {python} on the server refuses `{}`: {} needs Python {needs}",
                document.path, syntax.what
            );
            sink.report(
                Draft::new(place, message)
                    .subject(format!("{}:{}", document.path, syntax.what))
                    .label(format!("SyntaxError: {}", syntax.words))
                    .help(format!(
                        "Write it as Python {python} reads it, or give the program a Python {needs} on the server."
                    ))
                    .effect(effect),
            );
        }
    }
}
