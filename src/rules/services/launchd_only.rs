//! Services that only macOS's launchd would start.

use crate::facts::launchd::LaunchdJob;
use crate::finding::{Confidence, DocumentId, Draft, Effect, Place, Scope};
use crate::project::{Entry, Project};
use crate::rule::Sink;
use crate::rules::command::name_of;

/// Reports each job of launchd whose program nothing else starts.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project.documents() {
        let Some(job) = &document.facts.launchd else {
            continue;
        };
        let is_development = document
            .path
            .split('/')
            .any(|part| matches!(part, "docs" | "examples" | "archive" | "tests"));
        let code = code_of(project, job);
        if is_development || code.is_some_and(|code| is_started(project, code)) {
            continue;
        }
        sink.report(draft(id, job, code));
    }
}

/// The file of the tree that the job runs, if there is one.
fn code_of<'a>(project: &'a Project, job: &'a LaunchdJob) -> Option<&'a str> {
    let mut words = job
        .words
        .iter()
        .flat_map(|word| word.value.split([' ', '"', '\'']));
    words.find_map(|word| {
        let relative = word.trim_start_matches("./");
        if relative.is_empty() {
            None
        } else if project.paths.has_file(relative) {
            Some(relative)
        } else {
            project
                .paths
                .suffix_in_tree(word)
                .filter(|path| project.paths.has_file(path))
        }
    })
}

/// Whether a program of the server runs this file.
fn is_started(project: &Project, code: &str) -> bool {
    project.programs().any(|(_, view)| {
        let runs = |entry: &Entry| match entry {
            Entry::Script { path, .. } => path == code,
            Entry::Module { name, .. } => code
                .trim_end_matches(".py")
                .trim_end_matches("/__init__")
                .replace('/', ".")
                .ends_with(name.as_str()),
            _ => false,
        };
        view.stages.iter().any(|stage| runs(&stage.entry))
            || view
                .command
                .split_whitespace()
                .any(|word| name_of(word) == name_of(code))
    })
}

fn draft(document: DocumentId, job: &LaunchdJob, code: Option<&str>) -> Draft {
    let label = if job.label.is_empty() {
        "this job"
    } else {
        &job.label
    };
    let what = code.map_or_else(
        || name_of(job.words.first().map_or("", |word| &word.value)).to_owned(),
        str::to_owned,
    );
    let when = if job.is_timed { "runs" } else { "starts" };
    let message = format!(
        "nothing {when} `{what}` on the server: `{label}` is a job of macOS's launchd, and no unit, supervisor file or \
         script of the tree does the same"
    );
    let place = Place {
        document,
        span: job.span,
    };
    // What names no file of the tree may be a server that its package starts on Linux.
    let confidence = if code.is_some() {
        Confidence::Likely
    } else {
        Confidence::Possible
    };
    Draft::new(place, message)
        .subject(format!("job {label}"))
        .label("launchctl: command not found")
        .help(help(job, code))
        .effect(if code.is_some() {
            Effect::Use
        } else {
            Effect::Advice
        })
        .confidence(confidence)
        .scope(Scope::Deployed)
}

/// The unit that does the same.
fn help(job: &LaunchdJob, code: Option<&str>) -> String {
    let name = job.label.rsplit('.').next().unwrap_or("service");
    let words: Vec<&str> = job.words.iter().map(|word| word.value.as_str()).collect();
    let interpreter = words
        .first()
        .is_some_and(|word| name_of(word).starts_with("python"));
    let command = match code {
        Some(code) if interpreter => format!("/usr/bin/python3 {code}"),
        Some(code) => format!("/PATH/TO/{code}"),
        None => words.join(" "),
    };
    let names = job.environment.iter().map(|(name, _)| name.as_str());
    let mut variables = String::new();
    for name in names.filter(|name| *name != "PATH") {
        variables.push_str(" Environment=");
        variables.push_str(name);
        variables.push_str("=…");
    }
    let restart = if job.keeps_alive { " Restart=always" } else { "" };
    let (kind, install) = if job.is_timed {
        (
            " Type=oneshot",
            "and a .timer of the same name with `OnCalendar=`",
        )
    } else {
        ("", "and `[Install] WantedBy=multi-user.target`")
    };
    format!(
        "write `{name}.service`: `[Service]{kind} WorkingDirectory=/PATH/TO/TREE ExecStart={command}{restart}{variables}`, \
         {install}"
    )
}
