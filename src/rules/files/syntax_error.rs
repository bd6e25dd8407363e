//! Files that their own readers refuse.

use super::super::failing;
use crate::document::Document;
use crate::facts::{PYTHON_2, PYTHON_2_EXCEPT, Problem, ProblemKind};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Phase, Place};
use crate::formats::Format;
use crate::project::{FailureKind, Project, Provision};
use crate::rule::Sink;
use crate::target::PythonVersion;
use std::collections::BTreeSet;

/// Reports every place where a document does not follow its format.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let in_python = check_python(project, sink);
    for (id, document) in project.documents() {
        for problem in &document.facts.problems {
            let is_sample = document.format == Format::Json && is_sample(&document.path);
            if problem.kind == ProblemKind::Unreadable || in_python.contains(&id) || is_sample {
                continue;
            }
            let place = Place {
                document: id,
                span: problem.span,
            };
            let draft = Draft::new(place, message(document.format, problem))
                .subject(subject(&document.path, problem))
                .label("the reader stops here")
                .help(help_for(document.format, problem));
            sink.report(match document.format {
                Format::Supervisor => draft
                    .effect(Effect::Start)
                    .phase(Phase::Manager)
                    .programs(project.programs_configured_by(id)),
                Format::Requirements => draft.effect(Effect::Start).phase(Phase::Install),
                // Who reads it may take comments.
                Format::Json if reads_comments(project) => {
                    draft.effect(Effect::Advice).confidence(Confidence::Possible)
                }
                _ => draft.effect(Effect::Use),
            });
        }
    }
}

/// Distributions that read JSON with comments.
const LENIENT: [&str; 6] = [
    "commentjson",
    "hjson",
    "json5",
    "jsoncomment",
    "pyjson5",
    "python-rapidjson",
];

fn reads_comments(project: &Project) -> bool {
    LENIENT.iter().any(|name| {
        let provision = project.requirements.provision_of(name);
        matches!(provision, Provision::Declared | Provision::Brought(_))
    })
}

/// Whether a file is one to be copied and filled in: `config.example.json`.
fn is_sample(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let mut parts = name.split(['.', '-', '_']);
    parts.any(|part| matches!(part, "example" | "sample" | "template" | "dist"))
}

/// Reports the modules that a start, or a file taken by itself, gets to; returns their documents.
fn check_python(project: &Project, sink: &mut Sink<'_>) -> BTreeSet<DocumentId> {
    let mut reported = BTreeSet::new();
    for failed in &project.failures {
        let id = failed.failure.place.document;
        let (Some(document), FailureKind::Syntax) = (project.document(id), &failed.failure.kind) else {
            continue;
        };
        let (problem, words) = match document.facts.problems.first() {
            Some(problem) => (problem.clone(), label(problem)),
            None => match of_python_2(document, failing::python(project, failed)) {
                Some(known) => known,
                None => continue,
            },
        };
        reported.insert(id);
        let message = message(Format::Python, &problem);
        if let Some(mut draft) = failing::draft(project, failed, message) {
            draft.place.span = problem.span;
            sink.report(
                draft
                    .subject(subject(&document.path, &problem))
                    .label(words)
                    .help(help_for(Format::Python, &problem)),
            );
        }
    }
    reported
}

/// `except A, e:`, and what a Python says that refuses it.
fn of_python_2(document: &Document, python: PythonVersion) -> Option<(Problem, String)> {
    let mut newer = document.facts.newer_syntax.iter();
    let old = newer.find(|syntax| syntax.what == PYTHON_2_EXCEPT)?;
    let problem = Problem {
        kind: ProblemKind::Syntax,
        message: PYTHON_2.to_owned(),
        span: old.span,
    };
    let is_refused = (python.major, python.minor) < old.needs;
    is_refused.then(|| (problem, format!("SyntaxError: {}", old.words)))
}

/// What one mend removes: one mistake, or that a project is not ported yet.
fn subject(path: &str, problem: &Problem) -> String {
    if problem.message == PYTHON_2 {
        return "Python 2".to_owned();
    }
    format!("{path}:{}", problem.message)
}

fn label(problem: &Problem) -> String {
    if problem.message == PYTHON_2 {
        return "SyntaxError: invalid syntax".to_owned();
    }
    format!("SyntaxError: {}", problem.message)
}

fn help_for(format: Format, problem: &Problem) -> &'static str {
    if problem.message == PYTHON_2 {
        return "Port it to Python 3 (`2to3 -w FILE` does most of it), or leave it out of the deployment.";
    }
    help(format)
}

fn message(format: Format, problem: &Problem) -> String {
    let what = &problem.message;
    match format {
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

fn help(format: Format) -> &'static str {
    match format {
        Format::Json => {
            "JSON has no comments and no comma behind the last element; `python3 -m json.tool FILE` shows the place"
        }
        Format::Python => "`python3 -m py_compile FILE` shows the place",
        Format::Shell => "`bash -n FILE` shows the place",
        Format::Systemd => "`systemd-analyze verify FILE` shows the place",
        Format::Requirements => "`pip install --dry-run -r FILE` shows the place",
        _ => "correct the file; nothing of it takes effect as it stands",
    }
}
