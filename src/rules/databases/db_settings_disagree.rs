//! Ways to one database that do not agree: another password, or none.

use crate::facts::{Giver, Secret};
use crate::finding::{Confidence, Draft, Place, Scope};
use crate::project::{Link, Project};
use crate::rule::Sink;
use std::collections::BTreeMap;

/// One statement of the password of a user.
struct Told<'a> {
    link: &'a Link,
    place: Place,
    secret: Option<Secret>,
}

/// Reports every place whose password for a user of a database is not the one of most others.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let mut by_user: BTreeMap<(&str, &str), Vec<Told<'_>>> = BTreeMap::new();
    for link in project.links().iter().filter(|link| counts(project, link)) {
        let parts = &link.parts;
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
    for ((user, database), told) in by_user {
        report(project, user, database, &told, sink);
    }
}

/// Whether a link tells of the server: tests and samples do not.
fn counts(project: &Project, link: &Link) -> bool {
    let Some(document) = project.document(link.document) else {
        return false;
    };
    let name = document.path.rsplit('/').next().unwrap_or_default();
    let is_sample = ["example", "sample", "template", "dist"]
        .iter()
        .any(|word| name.contains(word));
    project.scope(link.document) != Scope::Development && !is_sample
}

fn report(project: &Project, user: &str, database: &str, told: &[Told<'_>], sink: &mut Sink<'_>) {
    let Some(common) = most(told) else { return };
    let Some(first) = told.iter().find(|told| told.secret == Some(common)) else {
        return;
    };
    for other in told.iter().filter(|told| told.secret != Some(common)) {
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
