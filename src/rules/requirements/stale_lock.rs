//! Lock files that disagree with the server or with what they lock.

use crate::facts::Origin;
use crate::facts::requirement::normalize;
use crate::finding::{Confidence, Draft, Effect, Phase, Place};
use crate::project::{Ask, LockView, Project, has_file_for};
use crate::rule::Sink;
use pep508_rs::pep440_rs::Version;
use std::collections::BTreeMap;
use std::str::FromStr;

/// Reports what of each lock file the server cannot have, and what it lacks.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for lock in project.locks() {
        check_python(project, &lock, sink);
        check_files(project, &lock, sink);
        check_contents(project, &lock, sink);
    }
}

/// What an unused lock does to the server is not known.
fn weigh(project: &Project, lock: &LockView<'_>, draft: Draft, confidence: Confidence) -> Draft {
    let draft = draft
        .phase(Phase::Install)
        .programs(project.programs_locked_by(lock));
    if lock.is_used {
        draft.effect(Effect::Start).confidence(confidence)
    } else {
        draft.effect(Effect::Use).confidence(Confidence::Possible)
    }
}

fn check_python(project: &Project, lock: &LockView<'_>, sink: &mut Sink<'_>) {
    let python = project.target.python;
    let Some(written) = lock.lock.python.as_ref().filter(|_| lock.excludes(python)) else {
        return;
    };
    let place = Place {
        document: lock.document,
        span: written.span,
    };
    let message = format!(
        "`{}` is made for Python {}, and the server has {python}",
        lock.path, written.value
    );
    let draft = Draft::new(place, message)
        .subject(format!("{} python", lock.path))
        .label(format!("Python {python} is not allowed"))
        .help(format!(
            "Lock again for Python {python}, or give the server a Python that the lock allows."
        ));
    // uv fetches another Python where it may.
    let confidence = if lock.tool == "uv" {
        Confidence::Likely
    } else {
        Confidence::Certain
    };
    sink.report(weigh(project, lock, draft, confidence));
}

fn check_files(project: &Project, lock: &LockView<'_>, sink: &mut Sink<'_>) {
    let python = project.target.python;
    // The lock as a whole is for another Python: its files are too.
    if lock.excludes(python) {
        return;
    }
    for package in &lock.installed {
        if package.files.is_empty() || has_file_for(&package.files, python) {
            continue;
        }
        let place = Place {
            document: lock.document,
            span: package.span,
        };
        let message = format!(
            "`{}` holds `{}=={}`, which has neither a wheel for Python {python} on Linux nor a source",
            lock.path, package.name, package.version
        );
        let draft = Draft::new(place, message)
            .subject(format!("{} {}", lock.path, normalize(&package.name)))
            .label("no matching distribution")
            .help("Lock again for the server's Python, and mark what only another system needs.");
        sink.report(weigh(project, lock, draft, Confidence::Certain));
    }
}

/// Compares the lock with the `pyproject.toml` or `Pipfile` beside it.
fn check_contents(project: &Project, lock: &LockView<'_>, sink: &mut Sink<'_>) {
    let manifest = match lock.tool {
        "pipenv" => "Pipfile",
        // Many requirement sets may be locked beside one project.
        "pip" => return,
        _ => "pyproject.toml",
    };
    let path = match lock.folder() {
        "" => manifest.to_owned(),
        folder => format!("{folder}/{manifest}"),
    };
    let mut versions: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for package in &lock.lock.packages {
        versions
            .entry(normalize(&package.name))
            .or_default()
            .push(&package.version);
    }
    let asks = project
        .requirements
        .asks()
        .iter()
        .filter(|ask| ask.origin == Origin::Main);
    for ask in asks {
        let is_beside = project
            .document(ask.place.document)
            .is_some_and(|document| document.path == path);
        if !is_beside {
            continue;
        }
        let why = match versions.get(&ask.name) {
            None => "does not hold it".to_owned(),
            Some(locked) if misses(ask, locked) => format!("holds {}", locked.join(", ")),
            Some(_) => continue,
        };
        let draft = Draft::new(
            ask.place,
            format!("`{path}` asks for `{}`, and `{}` {why}", ask.written, lock.path),
        )
        .subject(format!("{} {}", lock.path, ask.name))
        .label("not in the lock file")
        .help(format!("Run `{} lock`, and commit `{}`.", lock.tool, lock.path));
        // uv and pipenv lock again on their own unless they are told not to.
        let confidence = if lock.tool == "poetry" {
            Confidence::Certain
        } else {
            Confidence::Possible
        };
        sink.report(weigh(project, lock, draft, confidence));
    }
}

/// Whether each locked version is one that the requirement leaves out.
fn misses(ask: &Ask, locked: &[&str]) -> bool {
    let Some(specifiers) = &ask.specifiers else {
        return false;
    };
    locked
        .iter()
        .all(|version| Version::from_str(version).is_ok_and(|version| !specifiers.contains(&version)))
}
