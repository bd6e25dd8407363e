//! Databases and users that scripts of the tree make on the server, and what connects to others.

use super::{Common, Contradiction, View, has_users, is_beside, is_own, is_stand_in};
use crate::facts::{Command, Field, MadeKind, Part, Secret, Word};
use crate::finding::Place;
use crate::knowledge::connections::{is_preset, of_image};
use crate::project::{Link, Project};
use std::collections::BTreeMap;

/// What scripts make; nothing of a kind when a name of that kind is not known.
#[derive(Default)]
struct Makers<'a> {
    databases: BTreeMap<&'a str, Place>,
    users: BTreeMap<&'a str, User>,
    opens_databases: bool,
    opens_users: bool,
}

struct User {
    place: Place,
    /// The passwords that it is given.
    passwords: Vec<Secret>,
}

impl<'a> Makers<'a> {
    fn of(project: &'a Project) -> Self {
        let mut makers = Self::default();
        for (document, found) in project.documents() {
            for made in &found.facts.made {
                let place = Place {
                    document,
                    span: made.span,
                };
                makers.add(made.what, made.name.as_deref(), made.password, place);
            }
        }
        for (place, command) in project.commands() {
            if let Some((what, name)) = made_by(command) {
                makers.add(what, name, None, place);
            }
        }
        makers
    }

    fn add(&mut self, what: MadeKind, name: Option<&'a str>, password: Option<Secret>, place: Place) {
        match (what, name) {
            (MadeKind::Database, Some(name)) => {
                self.databases.entry(name).or_insert(place);
            }
            (MadeKind::User, Some(name)) => {
                let user = self.users.entry(name).or_insert_with(|| User {
                    place,
                    passwords: Vec::new(),
                });
                user.passwords.extend(password);
            }
            (MadeKind::Database, None) => self.opens_databases = true,
            (MadeKind::User, None) => self.opens_users = true,
        }
    }
}

/// `createdb -O trader trades`, `sudo -u postgres createuser trader`.
fn made_by(command: &Command) -> Option<(MadeKind, Option<&str>)> {
    let at = command
        .words
        .iter()
        .take(8)
        .position(|word| matches!(word.text.rsplit('/').next(), Some("createdb" | "createuser")))?;
    let what = if command.words[at].text.ends_with("createdb") {
        MadeKind::Database
    } else {
        MadeKind::User
    };
    let takes_value = |word: &str| {
        matches!(
            word,
            "-h" | "-p" | "-U" | "-O" | "-E" | "-l" | "-T" | "-D" | "-c" | "-g"
        )
    };
    let mut words = command.words[at + 1..].iter();
    let mut name: Option<&Word> = None;
    while let Some(word) = words.next() {
        if takes_value(&word.text) {
            words.next();
        } else if !word.text.starts_with('-') {
            name = name.or(Some(word));
        }
    }
    // Without a name it takes that of the account.
    Some((
        what,
        name.filter(|name| name.is_literal).map(|name| name.text.as_str()),
    ))
}

/// Every connection to the server's own databases whose database or user no script makes, while scripts make others.
pub(super) fn find(view: &View<'_>) -> Vec<Contradiction> {
    let project = view.project;
    let makers = Makers::of(project);
    let mut programs = project
        .documents()
        .flat_map(|(_, document)| &document.facts.programs);
    let is_contained = programs.any(|program| {
        let image = program.setting("image").and_then(|image| of_image(&image.value));
        image.is_some_and(|image| has_users(&image.kind))
    });
    // Whether such a container or the server itself is meant, the host does not tell.
    if is_contained {
        return Vec::new();
    }
    let mut found = Vec::new();
    for link in project.links() {
        let host = link.parts.host.as_ref();
        let is_here = host.is_none_or(|host| host.value.as_deref().is_some_and(is_own) && view.counts(host));
        if is_here && has_users(link.kind) && view.is_of_server(link.document) {
            found.extend(compare(view, &makers, link));
        }
    }
    found
}

fn compare(view: &View<'_>, makers: &Makers<'_>, link: &Link) -> Option<Contradiction> {
    let (database, user) = (
        view.known(link.parts.database.as_ref()),
        view.known(link.parts.user.as_ref()),
    );
    let is_sample = view.is_sample(link.document);
    let contradiction =
        |field, part: &Part<String>, other: Vec<String>, other_place, whom: &str| Contradiction {
            field,
            place: link.at(part.span),
            said: part.value.clone(),
            other_place,
            other,
            common: Common::Scripts,
            whom: whom.to_owned(),
            is_sample,
            programs: view.project.programs_reaching(link.document),
        };
    let names = |keys: Vec<&&str>| keys.into_iter().map(|name| (*name).to_owned()).collect();
    if let (Some((part, name)), Some((_, user))) = (database, user)
        && let Some((_, place)) = makers.databases.iter().find(|_| !makers.opens_databases)
    {
        let is_made = makers.databases.contains_key(name) || is_preset(name);
        // The user whom the scripts make tells that theirs is the server that is meant.
        if !is_made && makers.users.contains_key(user) && !is_beside(name) && !is_stand_in(name) {
            return Some(contradiction(
                Field::Database,
                part,
                names(makers.databases.keys().collect()),
                *place,
                user,
            ));
        }
    }
    let (part, user) = user?;
    if let (Some((_, database)), Some((_, made))) =
        (database, makers.users.iter().find(|_| !makers.opens_users))
        && makers.databases.contains_key(database)
        && !makers.users.contains_key(user)
        && !is_preset(user)
        && !is_stand_in(user)
    {
        return Some(contradiction(
            Field::User,
            part,
            names(makers.users.keys().collect()),
            made.place,
            database,
        ));
    }
    let made = makers.users.get(user)?;
    let password = made
        .passwords
        .first()
        .filter(|first| made.passwords.iter().all(|other| other == *first))?;
    let part = link
        .parts
        .password
        .as_ref()
        .filter(|part| view.counts(*part) && !is_sample)?;
    let given = part
        .value
        .filter(|given| given != password && !password.is_stand_in())?;
    (!given.is_stand_in()).then(|| Contradiction {
        said: None,
        ..contradiction(
            Field::Password,
            &Part::fixed("", part.span),
            Vec::new(),
            made.place,
            user,
        )
    })
}
