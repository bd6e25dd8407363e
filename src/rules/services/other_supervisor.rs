//! Commands and code that talk to a supervisord other than the configured one.

use crate::facts::{Daemon, DaemonFileKind, Reach, Word};
use crate::finding::{Confidence, Draft, Effect, Place};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;
use crate::rules::command::{behind_wrappers, name_of};
use std::collections::BTreeSet;

/// Reports control addresses and configurations that nothing has.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project.documents() {
        for daemon in &document.facts.daemons {
            check_own(project, daemon, id, sink);
        }
    }
    check_commands(project, sink);
    check_sockets(project, sink);
}

/// Where a supervisord listens, in the words of `serverurl=`.
fn addresses(daemon: &Daemon) -> Vec<String> {
    let socket = daemon
        .setting("unix_http_server", "file")
        .map(|file| format!("unix://{}", file.value.trim()));
    let port = daemon
        .setting("inet_http_server", "port")
        .map(|port| format!("http://localhost:{}", port_of(&port.value)));
    socket.into_iter().chain(port).collect()
}

fn port_of(address: &str) -> &str {
    let address = address.trim().trim_end_matches('/');
    address.rsplit(':').next().unwrap_or(address)
}

/// Whether two addresses mean one place: of a port only the number counts.
fn is_same(one: &str, other: &str) -> bool {
    match (one.strip_prefix("http://"), other.strip_prefix("http://")) {
        (Some(one), Some(other)) => port_of(one) == port_of(other),
        (None, None) => one == other,
        _ => false,
    }
}

/// `[supervisorctl] serverurl=` against the servers of the same file.
fn check_own(project: &Project, daemon: &Daemon, document: crate::finding::DocumentId, sink: &mut Sink<'_>) {
    let Some(url) = daemon.setting("supervisorctl", "serverurl") else {
        return;
    };
    let own = addresses(daemon);
    let everywhere = || -> Vec<String> {
        let documents = project.documents();
        let daemons = documents.flat_map(|(_, document)| &document.facts.daemons);
        let all: BTreeSet<String> = daemons.flat_map(addresses).collect();
        all.into_iter().collect()
    };
    // A file for supervisorctl alone talks to what another file configures.
    let known = if daemon.section.is_some() {
        own
    } else {
        everywhere()
    };
    let text = url.value.trim();
    if text.contains("%(") || known.iter().any(|address| is_same(address, text)) {
        return;
    }
    // Without any server in sight the distribution's is meant.
    if known.is_empty() && daemon.section.is_none() {
        return;
    }
    let has = match known.as_slice() {
        [] => "it opens none".to_owned(),
        [one] => format!("the configuration opens `{one}`"),
        [one, two, ..] => format!("the configurations open `{one}` and `{two}`"),
    };
    let place = Place {
        document,
        span: url.span,
    };
    sink.report(
        Draft::new(
            place,
            format!("supervisorctl reaches nobody with this file: it asks at `{text}`, and {has}"),
        )
        .subject(format!("serverurl {text}"))
        .label(refusal(text))
        .help("let `serverurl=` name the socket or port that supervisord opens")
        .programs(project.programs_configured_by(document))
        .effect(Effect::Use),
    );
}

fn refusal(address: &str) -> String {
    if address.starts_with("unix:") {
        format!("{address} no such file")
    } else {
        format!("{address} refused connection")
    }
}

/// `supervisorctl -c FILE`, `supervisord -c FILE`, `supervisorctl -s ADDRESS`.
fn check_commands(project: &Project, sink: &mut Sink<'_>) {
    let written: BTreeSet<&str> = project
        .documents()
        .flat_map(|(_, document)| {
            let made = document.facts.paths.iter().map(|used| used.path.as_str());
            made.chain([document.path.as_str()])
        })
        .map(name_of)
        .collect();
    for (place, command) in project.commands() {
        let words = behind_wrappers(&command.words);
        let tool = words.first().map_or("", |word| name_of(&word.text));
        if !matches!(tool, "supervisord" | "supervisorctl") || command.reach == Reach::Elsewhere {
            continue;
        }
        let Some(config) = value_of(words, &["-c", "--configuration"]).filter(|word| word.is_literal) else {
            continue;
        };
        let path = config.text.as_str();
        let is_open = path.contains(['$', '`']) || path.starts_with(['/', '~']);
        if is_open || project.paths.has_end(path.trim_start_matches("./")) || written.contains(name_of(path))
        {
            continue;
        }
        let message = format!(
            "`{tool}` cannot find its configuration `{path}`: the tree does not hold it, and nothing writes it"
        );
        sink.report(
            Draft::new(
                Place {
                    span: config.span,
                    ..place
                },
                message,
            )
            .subject(format!("configuration {path}"))
            .label(format!("Error: could not find config file {path}"))
            .help("name the configuration that the tree has")
            .effect(Effect::Start)
            .confidence(Confidence::Likely),
        );
    }
}

fn value_of<'a>(words: &'a [Word], options: &[&str]) -> Option<&'a Word> {
    let at = words
        .iter()
        .position(|word| options.contains(&word.text.as_str()))?;
    words.get(at + 1)
}

/// Sockets and pid files of supervisord in code and scripts that no configuration of the tree names.
fn check_sockets(project: &Project, sink: &mut Sink<'_>) {
    let files = |kind: DaemonFileKind| -> BTreeSet<&str> {
        let documents = project.documents();
        let daemons = documents.flat_map(|(_, document)| &document.facts.daemons);
        daemons
            .flat_map(|daemon| &daemon.files)
            .filter(|file| file.kind == kind)
            .map(|file| file.path.value.as_str())
            .collect()
    };
    let (sockets, pids) = (files(DaemonFileKind::Socket), files(DaemonFileKind::Pid));
    for (document, found) in project.documents() {
        if found.format == Format::Supervisor || project.scope(document) == crate::finding::Scope::Development
        {
            continue;
        }
        let options = found.facts.values.iter().map(|value| value.text.as_str());
        let options: Vec<&str> = options.filter(|text| text.contains("--pidfile")).collect();
        for value in &found.facts.values {
            let text = value.text.strip_prefix("unix://").unwrap_or(&value.text);
            let name = name_of(text);
            let known = match name.rsplit_once('.') {
                Some((stem, "sock")) if stem.contains("supervisor") => &sockets,
                Some((stem, "pid")) if stem.contains("supervisor") => &pids,
                _ => continue,
            };
            let is_path = text.starts_with('/') && !text.contains([' ', '$', '*']);
            let configured = match known.iter().next() {
                Some(configured) if is_path && !known.contains(text) => configured,
                _ => continue,
            };
            // Who starts supervisord with an option of his own knows where its file is.
            let acts = !value.role.is_prose() && value.reach != Reach::Elsewhere;
            if !acts || options.iter().any(|option| option.contains(text)) {
                continue;
            }
            sink.report(
                Draft::new(
                    Place {
                        document,
                        span: value.span,
                    },
                    format!("`{text}` is not there: supervisord is configured to use `{configured}`"),
                )
                .subject(format!("file {text}"))
                .label(format!("unix://{text} no such file"))
                .help(format!(
                    "write `{configured}`, or have the configuration read once"
                ))
                .effect(Effect::Use)
                .confidence(Confidence::Likely),
            );
        }
    }
}
