//! Ways to one database that do not agree: with what makes it, with a program's definition, or with each other.

use crate::facts::{Field, Giver, Secret};
use crate::finding::{Confidence, Draft, Effect, Place};
use crate::project::{Common, Contradiction, Link, Project};
use crate::rule::Sink;
use std::collections::{BTreeMap, BTreeSet};

/// One statement of the password of a user.
struct Told<'a> {
    link: &'a Link,
    place: Place,
    secret: Option<Secret>,
}

/// Reports every part of a connection that does not fit what makes the database or what else is said of it, and every
/// place whose password for a user of a database is not the one of most others.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let mut seen = BTreeSet::new();
    for found in project.contradictions() {
        if seen.insert(project.in_file(found.place)) {
            sink.report(contradiction(project, &found));
        }
    }
    for ((user, database), told) in by_user(project) {
        report(project, user, database, &told, &seen, sink);
    }
}

fn contradiction(project: &Project, found: &Contradiction) -> Draft {
    let (message, confidence) = message(project, found);
    let said = found.said.as_deref().unwrap_or_default();
    let is_of_defaults = matches!(found.common, Common::Variable(_));
    let draft = Draft::new(found.place, message)
        .subject(format!(
            "{:?} {:?} {said} {}",
            found.common, found.field, found.whom
        ))
        .label(label(found))
        .help(help(found))
        .related(found.other_place, related(found))
        .effect(if is_of_defaults {
            Effect::Advice
        } else {
            Effect::Use
        })
        .confidence(if found.is_sample {
            Confidence::Possible
        } else {
            confidence
        });
    match found.programs.as_slice() {
        [] => draft,
        programs => draft.programs(programs.to_vec()),
    }
}

fn message(project: &Project, found: &Contradiction) -> (String, Confidence) {
    let said = found.said.as_deref().unwrap_or_default();
    let other = list(&found.other);
    let whom = &found.whom;
    let path = project.document(found.other_place.document);
    let path = path.map_or("another file", |document| document.path.as_str());
    let text = match (&found.common, found.field) {
        (Common::Container(name), Field::Port) => format!(
            "the container `{name}` is asked at port {said}, and listens on {}: a port that compose publishes is the \
             server's, not the container's",
            found.other.join(", ")
        ),
        (Common::Container(name), Field::Database) => format!(
            "the database `{said}` is asked for here, and the container `{name}` makes {other}: nothing in the tree makes `{said}`"
        ),
        (Common::Container(name), Field::User) => {
            format!(
                "`{said}` connects here, and the container `{name}` makes the user {other}: it does not know `{said}`"
            )
        }
        (Common::Container(name), _) => format!(
            "`{whom}` has another password here than the container `{name}` gives it in {path}: it is refused"
        ),
        (Common::Scripts, Field::Database) => format!(
            "`{whom}` connects to the database `{said}` here, and the scripts of the tree make {other}: nothing makes `{said}`"
        ),
        (Common::Scripts, Field::User) => format!(
            "`{said}` connects to the database `{whom}` here, and the scripts of the tree make the user {other}: nothing makes `{said}`"
        ),
        (Common::Scripts, _) => {
            format!("`{whom}` has another password here than {path} gives it: one of the two is refused")
        }
        (Common::Variable(name), Field::Password) => format!(
            "without `{name}` in the environment, this has another password for {whom} than {path}: one of the two is refused"
        ),
        (Common::Variable(name), field) => format!(
            "without `{name}` in the environment, the {} of {whom} is `{said}` here and {other} in {path}",
            word(field)
        ),
        (Common::Program(name), Field::Host | Field::Port) => format!(
            "the {} of the database `{whom}` is `{said}` here, and the definition of `{name}` says {other}: this does not read it",
            word(found.field)
        ),
        (Common::Program(name), Field::User) => format!(
            "`{said}` connects to `{whom}` here, and the definition of `{name}` says {other}: this does not read it"
        ),
        (Common::Program(name), _) => format!(
            "`{whom}` connects to the database `{said}` here, and the definition of `{name}` says {other}: this does not read it"
        ),
    };
    // Several databases of one user may well be meant.
    let is_open = matches!(found.common, Common::Program(_)) && found.field == Field::Database;
    (
        text,
        if is_open {
            Confidence::Possible
        } else {
            Confidence::Likely
        },
    )
}

fn word(field: Field) -> &'static str {
    match field {
        Field::Host => "host",
        Field::Port => "port",
        Field::Database => "database",
        Field::User => "user",
        Field::Password => "password",
        Field::Engine => "kind",
    }
}

/// `a`, `b` and `c`; of many the first.
fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(3).map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => "another".to_owned(),
        1..=3 => shown.join(", "),
        count => format!("{} and {} more", shown.join(", "), count - 3),
    }
}

/// What the program says.
fn label(found: &Contradiction) -> String {
    let said = found.said.as_deref().unwrap_or_default();
    match (&found.common, found.field) {
        (Common::Container(name), Field::Port) => {
            format!("connection to server at \"{name}\", port {said} failed: Connection refused")
        }
        (Common::Container(_) | Common::Scripts, Field::Database) => {
            format!("database \"{said}\" does not exist")
        }
        (Common::Container(_) | Common::Scripts, Field::User) => {
            format!("password authentication failed for user \"{said}\"")
        }
        (Common::Container(_) | Common::Scripts, _) => {
            format!("password authentication failed for user \"{}\"", found.whom)
        }
        (_, field) => format!("another {}", word(field)),
    }
}

fn related(found: &Contradiction) -> &'static str {
    match (&found.common, found.field) {
        (Common::Container(_), Field::Port) => "the container",
        (Common::Container(_) | Common::Scripts, Field::Password) => "the password that it gets",
        (Common::Container(_) | Common::Scripts, _) => "what is made",
        (Common::Variable(_), _) => "the other default",
        (Common::Program(_), _) => "what the definition says",
    }
}

fn help(found: &Contradiction) -> String {
    match (&found.common, found.field) {
        (Common::Container(name), Field::Port) => {
            format!("ask `{name}` at port {}", found.other.join(", "))
        }
        (Common::Container(_) | Common::Scripts, Field::Password) => {
            "let one variable hold the password, and both read it from there".to_owned()
        }
        (Common::Container(_) | Common::Scripts, field) => {
            format!(
                "use one name for the {} in both places, or make the other one as well",
                word(field)
            )
        }
        (Common::Variable(name), _) => {
            format!("read `{name}` in one module without a default, and let the others take it from there")
        }
        (Common::Program(_), _) => "read it from the environment that the definition sets".to_owned(),
    }
}

/// The passwords of each user of a database that the server itself has.
fn by_user(project: &Project) -> BTreeMap<(&str, &str), Vec<Told<'_>>> {
    let containers = project.container_names();
    let mut by_user: BTreeMap<(&str, &str), Vec<Told<'_>>> = BTreeMap::new();
    for link in project.links().iter().filter(|link| counts(project, link)) {
        let parts = &link.parts;
        let host = parts.host.as_ref().and_then(|host| host.value.as_deref());
        if host.is_some_and(|host| containers.contains(host)) {
            continue;
        }
        let user = parts.user.as_ref().and_then(|user| user.value.as_deref());
        let database = parts
            .database
            .as_ref()
            .and_then(|database| database.value.as_deref());
        let (Some(user), Some(database), Some(password)) = (user, database, &parts.password) else {
            continue;
        };
        // What the environment decides is told by the places that set it; unless a default stands there.
        let is_open = password.value.is_none() && password.giver != Giver::Nothing;
        if is_open {
            continue;
        }
        by_user.entry((user, database)).or_default().push(Told {
            link,
            place: link.at(password.span),
            secret: password.value,
        });
    }
    by_user
}

/// Whether a link tells of the server itself: tests and samples do not, and containers have databases of their own.
fn counts(project: &Project, link: &Link) -> bool {
    let Some(document) = project.document(link.document) else {
        return false;
    };
    let name = document.path.rsplit('/').next().unwrap_or_default();
    let is_sample = ["example", "sample", "template", "dist"]
        .iter()
        .any(|word| name.contains(word));
    let mut programs = document.facts.programs.iter();
    let is_of_container = programs.any(|program| program.in_container);
    project.tells_of_server(link.document) && !is_sample && !is_of_container
}

fn report(
    project: &Project,
    user: &str,
    database: &str,
    told: &[Told<'_>],
    seen: &BTreeSet<Place>,
    sink: &mut Sink<'_>,
) {
    let Some(common) = most(told) else { return };
    let Some(first) = told.iter().find(|told| told.secret == Some(common)) else {
        return;
    };
    let odd = told.iter().filter(|told| told.secret != Some(common));
    for other in odd.filter(|other| !seen.contains(&project.in_file(other.place))) {
        let path = project.document(first.link.document);
        let path = path.map_or("other places", |document| document.path.as_str());
        let (message, confidence) = match other.secret {
            Some(_) => (
                format!(
                    "`{user}` is given another password for the database `{database}` here than in {path}: one of the two is refused"
                ),
                Confidence::Likely,
            ),
            // The database may trust its own machine, and `~/.pgpass` may have the password.
            None => (
                format!(
                    "`{user}` is given an empty password for the database `{database}` here, unlike in {path}: a database that asks for one refuses it"
                ),
                Confidence::Possible,
            ),
        };
        sink.report(
            Draft::new(other.place, message)
                .subject(format!("{user} {database}"))
                .label(format!("password authentication failed for user \"{user}\""))
                .help("let one place hold the password, and all others read it from there")
                .related(first.place, "the password of most places")
                .confidence(confidence),
        );
    }
}

/// The password of most places; the first of those that come equally often.
fn most(told: &[Told<'_>]) -> Option<Secret> {
    let mut counts: Vec<(Secret, usize)> = Vec::new();
    for secret in told.iter().filter_map(|told| told.secret) {
        match counts.iter_mut().find(|(other, _)| *other == secret) {
            Some((_, count)) => *count += 1,
            None => counts.push((secret, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts
        .into_iter()
        .find(|(_, count)| *count == most)
        .map(|(secret, _)| secret)
}
