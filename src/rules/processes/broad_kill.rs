//! Commands that end more processes than they mean to.

use crate::document::Document;
use crate::facts::{Command, Manager, Reach, Word};
use crate::finding::{Confidence, Draft, Effect, Place, ProgramId};
use crate::project::Project;
use crate::rule::Sink;
use crate::rules::command::{behind_wrappers, name_of};
use regex::Regex;
use std::collections::BTreeSet;

/// Names that many programs of a server have, whoever they belong to.
const COMMON: [&str; 17] = [
    "bash",
    "celery",
    "gunicorn",
    "java",
    "node",
    "npm",
    "php",
    "python",
    "python2",
    "python3",
    "ruby",
    "sh",
    "ssh",
    "supervisord",
    "tail",
    "uvicorn",
    "uwsgi",
];
/// File names that many projects have.
const COMMON_FILES: [&str; 13] = [
    "api.py",
    "app.py",
    "bot.py",
    "main.py",
    "manage.py",
    "run.py",
    "server.py",
    "start.py",
    "worker.py",
    "app.js",
    "index.js",
    "server.js",
    "start.sh",
];
/// Reports each command that kills by a name which others have too, or by a port whose clients it hits.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project.documents() {
        for (at, command) in document.facts.commands.iter().enumerate() {
            if command.reach == Reach::Elsewhere {
                continue;
            }
            let place = Place {
                document: id,
                span: command.span,
            };
            let words = behind_wrappers(&command.words);
            let draft = by_name(project, words, place)
                .or_else(|| through_list(project, document, at, place))
                .or_else(|| by_port(document, at, place));
            if let Some(draft) = draft {
                sink.report(draft.effect(Effect::Use).confidence(Confidence::Likely));
            }
        }
    }
}

/// What a pattern is compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Against {
    /// The name of the process.
    Name,
    /// Its whole command line.
    Line,
}

/// `pkill python`, `killall node`, `pkill -f main.py`.
fn by_name(project: &Project, words: &[Word], place: Place) -> Option<Draft> {
    let (first, arguments) = words.split_first()?;
    let tool = name_of(&first.text);
    if !matches!(tool, "pkill" | "killall") {
        return None;
    }
    let options = arguments.iter().filter(|word| word.text.starts_with('-'));
    let mut is_full = false;
    for option in options {
        let text = option.text.as_str();
        // By parent, session, terminal, group or pid file: that is no name any more.
        if matches!(text, "-P" | "-s" | "-t" | "-g" | "-F" | "--pidfile" | "--parent") && tool == "pkill" {
            return None;
        }
        is_full |= text == "--full" || (!text.starts_with("--") && text.contains('f') && tool == "pkill");
    }
    let pattern = operand(arguments)?;
    let against = if is_full { Against::Line } else { Against::Name };
    let why = broad(&pattern.text, against)?;
    Some(draft(
        project,
        place,
        &format!("`{}`", written(words)),
        &pattern.text,
        against,
        &why,
    ))
}

/// `ps aux | grep python | awk '{print $2}' | xargs kill`.
fn through_list(project: &Project, document: &Document, at: usize, place: Place) -> Option<Draft> {
    let chain = chain(document, at)?;
    let (source, filters) = chain.split_first()?;
    if source.program() != "ps" {
        return None;
    }
    let patterns = filters.iter().filter(|command| {
        command.program().ends_with("grep") && !command.words.iter().any(|word| word.text.starts_with("-v"))
    });
    let patterns: Vec<&Word> = patterns
        .filter_map(|command| operand(command.arguments()))
        .collect();
    // A second pattern narrows what the first one finds.
    let [pattern] = patterns.as_slice() else {
        return None;
    };
    let why = broad(&pattern.text, Against::Line)?;
    let what = format!("`ps … | grep {} | xargs kill`", pattern.text);
    Some(draft(project, place, &what, &pattern.text, Against::Line, &why))
}

/// `lsof -ti :8000 | xargs kill`, `kill $(lsof -ti :8000)`.
fn by_port(document: &Document, at: usize, place: Place) -> Option<Draft> {
    let command = &document.facts.commands[at];
    let listed = match chain(document, at) {
        Some(chain) => {
            let [source, filters @ ..] = chain else {
                return None;
            };
            let is_narrowed = filters.iter().any(|filter| filter.program().ends_with("grep"));
            if is_narrowed {
                return None;
            }
            written(&source.words)
        }
        None if behind_wrappers(&command.words)
            .first()
            .is_some_and(|word| name_of(&word.text) == "kill") =>
        {
            let mut words = command.words.iter();
            words.find(|word| word.text.contains("lsof"))?.text.clone()
        }
        None => return None,
    };
    let is_terse = listed.split_whitespace().any(|word| {
        word.starts_with("-t") || (word.starts_with('-') && word.contains('t') && word.len() <= 4)
    });
    let has_port = listed.contains(':');
    if !listed.contains("lsof") || !is_terse || !has_port || listed.contains("LISTEN") {
        return None;
    }
    let message = "`lsof -t -i :PORT` names everybody who has that port at either end: the kill hits the clients of \
                   the server too, a proxy or a browser among them";
    Some(
        Draft::new(place, message)
            .subject("lsof and kill")
            .label("kills clients as well")
            .help("add `-sTCP:LISTEN`, or stop the program through its manager"),
    )
}

/// The commands of the pipeline that ends in `xargs kill` at this command, from the first one on.
fn chain(document: &Document, at: usize) -> Option<&[Command]> {
    let commands = &document.facts.commands;
    let last = behind_wrappers(&commands.get(at)?.words);
    let runs_kill = || last.iter().any(|word| name_of(&word.text) == "kill");
    if name_of(&last.first()?.text) != "xargs" || !runs_kill() {
        return None;
    }
    let piped = commands[..=at]
        .iter()
        .rev()
        .take_while(|command| command.is_piped);
    let first = at.checked_sub(piped.count())?;
    commands.get(first..at).filter(|chain| !chain.is_empty())
}

/// The first word that is no option and no option's value.
fn operand(arguments: &[Word]) -> Option<&Word> {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.text.as_str() {
            "-u" | "-U" | "--signal" | "-s" | "-e" => {
                words.next();
            }
            text if text.starts_with('-') => {}
            _ => return Some(word).filter(|word| word.is_literal),
        }
    }
    None
}

/// Why a pattern is broad, in words that end a sentence.
fn broad(pattern: &str, against: Against) -> Option<String> {
    let bare: String = pattern
        .chars()
        .filter(|letter| !matches!(letter, '[' | ']' | '^' | '$' | '\\'))
        .collect();
    let bare = bare.trim_end_matches(".*").trim();
    if COMMON.contains(&bare.to_lowercase().as_str()) {
        return Some(match against {
            Against::Name => format!("every `{bare}` of the server, whoever it belongs to"),
            Against::Line => {
                format!("every process with `{bare}` in its command line, whoever it belongs to")
            }
        });
    }
    let file = bare
        .rsplit([' ', '*'])
        .next()
        .unwrap_or(bare)
        .trim_start_matches('.');
    (against == Against::Line && COMMON_FILES.contains(&file)).then(|| {
        format!("every process with `{file}` in its command line, an editor or another project's among them")
    })
}

fn draft(project: &Project, place: Place, what: &str, pattern: &str, against: Against, why: &str) -> Draft {
    let hits = hits(project, pattern, against);
    let names: Vec<&str> = hits
        .iter()
        .filter_map(|id| project.program(*id))
        .map(|program| program.name.as_str())
        .collect();
    let among = match names.as_slice() {
        [] => String::new(),
        [one] => format!("; of this tree that is `{one}`"),
        [one, two] => format!("; of this tree those are `{one}` and `{two}`"),
        [one, two, rest @ ..] => format!(
            "; of this tree those are `{one}`, `{two}` and {} more",
            rest.len()
        ),
    };
    let draft = Draft::new(place, format!("{what} ends {why}{among}"))
        .subject(format!("kill {pattern}"))
        .label("ends more than it means to")
        .help(
            "stop the program through its manager (`supervisorctl stop NAME`, `systemctl stop NAME`), or by its own \
             id: `kill \"$(cat run/NAME.pid)\"`",
        );
    if hits.is_empty() {
        draft
    } else {
        draft.programs(hits)
    }
}

/// The programs of the tree that a pattern finds.
fn hits(project: &Project, pattern: &str, against: Against) -> Vec<ProgramId> {
    let Ok(regex) = Regex::new(pattern) else {
        return Vec::new();
    };
    let mut found: Vec<ProgramId> = Vec::new();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for (id, view) in project.programs() {
        let runs_beside = !view.in_container && !matches!(view.manager, Manager::Cron);
        let is_hit = match against {
            Against::Line => regex.is_match(&view.command),
            Against::Name => view
                .command
                .split_whitespace()
                .next()
                .is_some_and(|first| regex.is_match(name_of(first))),
        };
        if runs_beside && is_hit && names.insert(&view.name) {
            found.push(id);
        }
    }
    found
}

fn written(words: &[Word]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    words.join(" ")
}
