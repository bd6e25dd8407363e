//! Requirements of which the server's Python can have no release.

use crate::finding::{Confidence, Draft, Effect, Phase, Place};
use crate::knowledge::releases::{Release, Wheels, releases_of};
use crate::project::{Ask, Project};
use crate::rule::Sink;
use crate::target::PythonVersion;
use pep508_rs::pep440_rs::{Operator, VersionSpecifiers};

/// What builds a distribution from its source.
const COMPILERS: [&str; 6] = ["build-essential", "gcc", "g++", "clang", "build-base", "gcc-c++"];

/// Reports files that include each other: every pip up to 24.2 reads on until Python stops it.
fn check_circles(project: &Project, sink: &mut Sink<'_>) {
    for circle in project.circles() {
        let here = project.document(circle.place.document);
        let here = here.map_or("", |document| document.path.as_str());
        let path = &circle.path;
        let message = if path == here {
            format!("`{path}` includes itself: pip reads it again and again, and installs nothing")
        } else {
            format!(
                "`{here}` leads back to `{path}`, which includes it: pip goes round in circles, and installs nothing"
            )
        };
        sink.report(
            Draft::new(circle.place, message)
                .subject(format!("circle {path}"))
                .label("RecursionError: maximum recursion depth exceeded")
                .help("leave out one of the inclusions, or put what both need into a third file")
                .phase(Phase::Install),
        );
    }
}

/// Reports projects of the tree that refuse the target's Python themselves.
fn check_projects(project: &Project, sink: &mut Sink<'_>) {
    let python = project.target.installer;
    let is_installed = project.installs_projects();
    // Its programs were judged as if the server had what it asks for.
    let is_assumed = project.target.python != python;
    for (document, written) in project.refusing_projects() {
        let consequence = if is_installed {
            ": pip refuses to install it"
        } else {
            ", which its code was not written for"
        };
        let message = format!(
            "the project asks for Python `{}`, and the server has {python}{consequence}",
            written.value
        );
        let draft = Draft::new(
            Place {
                document,
                span: written.span,
            },
            message,
        )
        .subject("Python of the project")
        .label(format!("requires a different Python: {python} not in '{}'", written.value))
        .help("Give the server such a Python, and say so with `python = \"3.x\"` in the settings; or widen the range.")
        .phase(Phase::Install)
        .confidence(Confidence::Likely);
        // Where only its requirements are installed, nothing reads the line: then it is a warning.
        sink.report(if is_installed || is_assumed {
            draft.effect(Effect::Start)
        } else {
            draft.effect(Effect::Use)
        });
    }
}

/// Reports every requirement that pip cannot meet on the target's Python.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    check_circles(project, sink);
    check_projects(project, sink);
    let python = project.target.python;
    let has_compiler = has_compiler(project);
    for ask in project
        .requirements
        .asks()
        .iter()
        .filter(|ask| ask.is_installed())
    {
        let known = releases_of(&ask.name);
        let Some(Meant { releases, is_all }) = meant(ask, known) else {
            continue;
        };
        let Some(newest) = releases.last() else { continue };
        let written = &ask.written;
        let (message, label, confidence) = if releases.iter().all(|release| !release.allows(python)) {
            (
                format!(
                    "pip finds no version of `{written}` for Python {python}: it needs Python {}",
                    in_words(newest)
                ),
                format!("No matching distribution found for {written}"),
                if is_all {
                    Confidence::Certain
                } else {
                    Confidence::Likely
                },
            )
        } else if releases
            .iter()
            .any(|release| release.has_wheel(python) && release.allows(python))
        {
            continue;
        } else if !releases.iter().any(|release| release.has_source) {
            (
                format!(
                    "pip finds no version of `{written}` for Python {python}: its wheels are for Python {}, and \
                     it has no source",
                    covered(newest)
                ),
                format!("No matching distribution found for {written}"),
                if is_all {
                    Confidence::Certain
                } else {
                    Confidence::Likely
                },
            )
        } else if ask.pin().is_some() && newest.wheels != Wheels::None {
            (
                format!(
                    "`{written}` has no wheel for Python {python}, only for Python {}: pip has to build it",
                    covered(newest)
                ),
                format!("Failed to build {}", ask.name),
                if has_compiler {
                    Confidence::Possible
                } else {
                    Confidence::Likely
                },
            )
        } else {
            continue;
        };
        let mut draft = Draft::new(ask.place, message)
            .subject(&ask.name)
            .label(label)
            .help(help(ask, known, newest, python))
            .programs(project.programs_without(&[ask]))
            .effect(ask.effect())
            .phase(Phase::Install)
            .confidence(confidence);
        if let Some(release) = newest_for(known, python).filter(|_| ask.pin().is_some() && ask.is_plain()) {
            draft = draft.edit(ask.place, format!("{}=={}", ask.name, release.last));
        }
        sink.report(draft);
    }
}

/// The known releases that a requirement can mean, and whether those are all there are.
struct Meant<'a> {
    releases: Vec<&'a Release>,
    is_all: bool,
}

/// What a requirement means; nothing where an unknown release could meet it.
fn meant<'a>(ask: &Ask, known: &'a [Release]) -> Option<Meant<'a>> {
    let specifiers = ask
        .specifiers
        .as_ref()
        .filter(|specifiers| !specifiers.is_empty())?;
    if let Some(pin) = ask.pin() {
        let releases: Vec<&Release> = known.iter().filter(|release| release.holds(pin)).collect();
        return Some(Meant {
            releases,
            is_all: true,
        });
    }
    // What is left is a stretch without holes: a line that it touches has its first or its last version in it.
    let holes = [Operator::NotEqual, Operator::NotEqualStar];
    let specifiers: VersionSpecifiers = specifiers
        .iter()
        .filter(|specifier| !holes.contains(specifier.operator()))
        .cloned()
        .collect();
    let fits = |release: &&Release| specifiers.contains(&release.first) || specifiers.contains(&release.last);
    let oldest_fits = known
        .first()
        .is_some_and(|release| specifiers.contains(&release.first));
    let newest_fits = known
        .last()
        .is_some_and(|release| specifiers.contains(&release.last));
    // Older releases than the table's could be what pip takes.
    (!oldest_fits).then(|| Meant {
        releases: known.iter().filter(fits).collect(),
        is_all: !newest_fits,
    })
}

/// `3.11 or newer`, or the specifiers as the release states them.
fn in_words(release: &Release) -> String {
    let written = release.python.to_string();
    match written.strip_prefix(">=") {
        Some(version) if !version.contains(',') => format!("{version} or newer"),
        _ => written,
    }
}

fn covered(release: &Release) -> String {
    match release.wheels {
        Wheels::Between(first, last) if first == last => first.to_string(),
        Wheels::Between(first, last) => format!("{first} to {last}"),
        Wheels::Any | Wheels::None => in_words(release),
    }
}

fn help(ask: &Ask, known: &[Release], wanted: &Release, python: PythonVersion) -> String {
    let other = match wanted.wheels {
        Wheels::Between(first, last) => format!("give the server Python {}", python.clamp(first, last)),
        Wheels::Any | Wheels::None => format!("give the server Python {}", in_words(wanted)),
    };
    match newest_for(known, python) {
        Some(release) => format!(
            "Pin `{}=={}`, the newest known release for Python {python}, or {other}.",
            ask.name, release.last
        ),
        None => format!(
            "No release for Python {python} is known: {other}, or do without `{}`.",
            ask.name
        ),
    }
}

/// The newest known release that pip takes on this Python.
fn newest_for(known: &[Release], python: PythonVersion) -> Option<&Release> {
    let good = |release: &&Release| release.allows(python) && release.has_wheel(python);
    known.iter().rev().find(good)
}

/// Whether a step of the deployment installs a compiler.
fn has_compiler(project: &Project) -> bool {
    let is_compiler = |word: &str| COMPILERS.contains(&word);
    project.documents().any(|(_, document)| {
        let words = document.facts.commands.iter().flat_map(|command| &command.words);
        words.map(|word| word.text.as_str()).any(is_compiler)
    })
}
