//! Passwords of databases that stand in code or in a configuration of the tree.

use crate::facts::{Giver, Part, Secret};
use crate::finding::{Confidence, Draft, Effect, Scope};
use crate::formats::Format;
use crate::project::{Link, Project, Way};
use crate::rule::Sink;
use std::collections::BTreeSet;

/// Reports every place that holds the password of a database.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let mut seen = BTreeSet::new();
    for (link, part, secret) in project.passwords_of_databases() {
        let Some(document) = project.document(link.document) else {
            continue;
        };
        let place = link.at(part.span);
        if !seen.insert(project.in_file(place)) {
            continue;
        }
        let is_stand_in = secret.is_stand_in() || is_a_name(project, link, secret);
        // Tests bring the database that they connect to.
        if is_stand_in && project.scope(link.document) == Scope::Development {
            continue;
        }
        let effect = if is_stand_in { Effect::Advice } else { Effect::Use };
        let confidence = if is_stand_in {
            Confidence::Likely
        } else {
            Confidence::Certain
        };
        sink.report(
            Draft::new(place, message(link, part, secret, is_stand_in))
                .subject(format!("{}:{}", secret.length(), secret.fingerprint()))
                .label(label(part, is_stand_in))
                .help(help(document.format, link, part))
                .effect(effect)
                .confidence(confidence),
        );
    }
}

/// Whether a password is the name of a user or of a database of the same document.
fn is_a_name(project: &Project, link: &Link, secret: &Secret) -> bool {
    let links = project
        .links()
        .iter()
        .filter(|other| other.document == link.document);
    links
        .flat_map(|other| [&other.parts.user, &other.parts.database])
        .flatten()
        .any(|part| part.value.as_deref().is_some_and(|name| secret.is(name)))
}

/// What a password shows of itself.
fn shown(secret: &Secret) -> String {
    format!(
        "{} characters, fingerprint {}",
        secret.length(),
        secret.fingerprint()
    )
}

fn message(link: &Link, part: &Part<Secret>, secret: &Secret, is_stand_in: bool) -> String {
    let user = link.parts.user.as_ref().and_then(|user| user.value.as_deref());
    let whose = match user {
        Some(user) => format!("the password of `{user}` for {}", link.kind),
        None => format!("the password for {}", link.kind),
    };
    let shown = shown(secret);
    match (&part.giver, is_stand_in) {
        (Giver::Variable(name), true) => format!(
            "without `{name}` in the environment, {whose} is one that only stands in for the true one ({shown})"
        ),
        (Giver::Variable(name), false) => format!(
            "{whose} stands in the tree as the default of `{name}` ({shown}): it is used whenever nothing sets that"
        ),
        (_, true) => format!("{whose} is one that everybody tries first ({shown})"),
        (Giver::Elsewhere, false) => format!("{whose} stands in the tree as a default ({shown})"),
        (Giver::Nothing, false) => {
            format!("{whose} stands in the tree ({shown}): whoever has the tree has it")
        }
    }
}

fn label(part: &Part<Secret>, is_stand_in: bool) -> &'static str {
    match (&part.giver, is_stand_in) {
        (_, true) => "a password that stands in for another",
        (Giver::Nothing, _) => "a password",
        _ => "a password, where nothing else is set",
    }
}

fn help(format: Format, link: &Link, part: &Part<Secret>) -> String {
    let new = "and give the database a new one: this one is in the history";
    match (format, link.way, &part.giver) {
        (Format::Python, _, Giver::Variable(name)) => {
            format!("read it without a default, `os.environ[\"{name}\"]`, {new}")
        }
        (Format::Python, Way::Url, _) => {
            format!("read the whole URL from the environment, `os.environ[\"DATABASE_URL\"]`, {new}")
        }
        (Format::Python, ..) => format!("read it from the environment, `os.environ[\"DB_PASSWORD\"]`, {new}"),
        (Format::Shell, ..) => {
            format!("take it from the environment, `\"${{PGPASSWORD:?}}\"`, or from `~/.pgpass`, {new}")
        }
        (Format::Supervisor, ..) => {
            format!("take it from supervisord's own environment, `%(ENV_DB_PASSWORD)s`, {new}")
        }
        (Format::Systemd, ..) => format!("move it to an `EnvironmentFile=` that only root reads, {new}"),
        (Format::Yaml, ..) => {
            format!("write `${{DB_PASSWORD:?}}` or an `env_file:` that stays on the server, {new}")
        }
        _ => format!("move it to a file that stays on the server, or to the environment, {new}"),
    }
}
