//! Line ends of Windows where the server's reader takes the carriage return for a part of the line.

use crate::document::Document;
use crate::facts::Purpose;
use crate::finding::{DocumentId, Draft, Effect, Phase, Place};
use crate::formats::Format;
use crate::project::{Execution, Project};
use crate::rule::Sink;

/// Reports shell scripts, what they source, and crontabs.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project
        .documents()
        .filter(|(_, document)| document.host.is_none())
    {
        let Some(span) = document.facts.carriage_return else {
            continue;
        };
        let path = &document.path;
        let (message, label) = match document.format {
            Format::Shell => (
                format!(
                    "the lines of `{path}` end as on Windows, and the shell takes the carriage return for a part of each"
                ),
                label(project, id, document),
            ),
            Format::Dotenv => {
                let Some(reader) = sourced_by(project, path) else {
                    continue;
                };
                (
                    format!(
                        "the lines of `{path}` end as on Windows, and `{reader}` sources it: each value ends with a carriage return"
                    ),
                    "the value ends with \\r".to_owned(),
                )
            }
            Format::Cron => (
                format!(
                    "the lines of `{path}` end as on Windows, and cron hands the carriage return to the shell"
                ),
                "not found".to_owned(),
            ),
            _ => continue,
        };
        let runs = project.executions_of(id);
        let starts = runs.iter().any(|run| run.effect == Effect::Start);
        let mut programs = project.programs_reaching(id);
        programs.extend(runs.iter().flat_map(|run| run.programs.iter().copied()));
        programs.sort();
        programs.dedup();
        let mut draft = Draft::new(Place { document: id, span }, message)
            .subject(path)
            .label(label)
            .help(format!(
                "`sed -i 's/\\r$//' {path}`, and a line `*.sh text eol=lf` in `.gitattributes`, so that no editor brings \
                 them back."
            ))
            .programs(programs)
            .effect(if starts { Effect::Start } else { Effect::Use });
        if let Some(run) = runs.iter().find(|run| run.starts.is_some()) {
            draft = draft.related(run.place, "it is started here").phase(Phase::Spawn);
        }
        sink.report(draft);
    }
}

/// What becomes of the script: the kernel does not find the interpreter, or the shell not its commands.
fn label(project: &Project, id: DocumentId, document: &Document) -> String {
    let first = document.facts.shebang.as_ref().filter(|first| first.has_return);
    let is_direct = project.executions_of(id).iter().any(Execution::is_direct);
    match first.filter(|_| is_direct || document.is_executable == Some(true)) {
        Some(first) if first.text.contains("/env") => {
            format!(
                "/usr/bin/env: '{}\\r': No such file or directory",
                first.interpreter()
            )
        }
        Some(first) => format!("{}^M: bad interpreter", first.text),
        None => "$'\\r': command not found".to_owned(),
    }
}

/// The script that sources a file.
fn sourced_by<'a>(project: &'a Project, path: &str) -> Option<&'a str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let sources = |document: &Document| {
        let mut read = document
            .facts
            .paths
            .iter()
            .filter(|used| used.purpose == Purpose::Reads);
        document.format == Format::Shell && read.any(|used| used.path.rsplit('/').next() == Some(name))
    };
    project
        .documents()
        .map(|(_, document)| document)
        .find(|document| sources(document))
        .map(|document| document.path.as_str())
}
