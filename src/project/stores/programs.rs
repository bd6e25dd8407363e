//! Ways to one database that code and definitions give differently: defaults of one variable, and what a program's
//! definition sets beside what its code connects to on its own.

use super::{Common, Contradiction, View, has_users, is_beside, is_same_host, is_stand_in};
use crate::facts::{Connection, Field, Giver, Manager, Part, Secret};
use crate::finding::{DocumentId, Place, ProgramId, Scope};
use crate::formats::Format;
use crate::project::connections::{self, Link, Way};
use std::collections::{BTreeMap, BTreeSet};

/// The default of a variable for a part of a connection.
#[derive(Clone, PartialEq)]
enum Value<'a> {
    Text(&'a str),
    Hidden(Secret),
}

impl Value<'_> {
    fn is_same(&self, other: &Self, field: Field) -> bool {
        match (self, other) {
            (Self::Text(left), Self::Text(right)) if field == Field::Host => is_same_host(left, right),
            _ => self == other,
        }
    }
}

struct Default<'a> {
    link: &'a Link,
    place: Place,
    value: Value<'a>,
}

/// Every default of a variable that nothing sets, where most other defaults of it are another one.
pub(super) fn defaults(view: &View<'_>) -> Vec<Contradiction> {
    let mut by_variable: BTreeMap<(&str, Field, &str), Vec<Default<'_>>> = BTreeMap::new();
    for link in view
        .project
        .links()
        .iter()
        .filter(|link| is_deployed_code(view, link))
    {
        for (field, variable, place, value) in given(link) {
            // Which of Redis's numbered databases a module takes is its own matter.
            let is_number = field == Field::Database && !has_users(link.kind);
            if !is_number && !view.set.contains(variable) {
                by_variable
                    .entry((variable, field, link.kind))
                    .or_default()
                    .push(Default { link, place, value });
            }
        }
    }
    let mut found = Vec::new();
    for ((variable, field, _), told) in by_variable {
        let count = |one: &Default<'_>| {
            told.iter()
                .filter(|other| other.value.is_same(&one.value, field))
                .count()
        };
        // The first of those that come equally often.
        let Some(common) = told.iter().rev().max_by_key(|one| count(one)) else {
            continue;
        };
        let differs = |one: &&Default<'_>| {
            !one.value.is_same(&common.value, field) && are_together(view, one.link, common.link)
        };
        for odd in told.iter().filter(differs) {
            let text = |value: &Value<'_>| match value {
                Value::Text(text) => Some((*text).to_owned()),
                Value::Hidden(_) => None,
            };
            found.push(Contradiction {
                field,
                place: odd.place,
                said: text(&odd.value),
                other_place: common.place,
                other: text(&common.value).into_iter().collect(),
                common: Common::Variable(variable.to_owned()),
                whom: odd.link.kind.to_owned(),
                is_sample: false,
                programs: view.project.programs_reaching(odd.link.document),
            });
        }
    }
    found
}

/// Whether two modules belong together: they lie in one folder, or one program runs both. Services that stand side by
/// side may each have a database of its own.
fn are_together(view: &View<'_>, left: &Link, right: &Link) -> bool {
    let folder = |link: &Link| {
        let document = view.project.document(link.document)?;
        Some(document.path.rsplit_once('/').map_or("", |(folder, _)| folder))
    };
    let programs = view.project.programs_reaching(right.document);
    let mut own = view.project.programs_reaching(left.document).into_iter();
    folder(left) == folder(right) || own.any(|program| programs.contains(&program))
}

/// The parts of a link that a variable may change, with what they are otherwise.
fn given(link: &Link) -> Vec<(Field, &str, Place, Value<'_>)> {
    let parts = &link.parts;
    let texts = [
        (Field::Host, &parts.host),
        (Field::Port, &parts.port),
        (Field::Database, &parts.database),
        (Field::User, &parts.user),
    ];
    let mut found = Vec::new();
    for (field, part) in texts {
        if let Some(Part {
            value: Some(value),
            giver: Giver::Variable(variable),
            span,
        }) = part
            && !value.is_empty()
            && !variable.is_empty()
        {
            found.push((field, variable.as_str(), link.at(*span), Value::Text(value)));
        }
    }
    if let Some(Part {
        value: Some(value),
        giver: Giver::Variable(variable),
        span,
    }) = &parts.password
        && !variable.is_empty()
    {
        found.push((Field::Password, variable, link.at(*span), Value::Hidden(*value)));
    }
    found
}

fn is_deployed_code(view: &View<'_>, link: &Link) -> bool {
    let document = view.project.document(link.document);
    document.is_some_and(|document| document.format == Format::Python)
        && view.project.scope(link.document) == Scope::Deployed
        && view.is_of_server(link.document)
}

/// Every connection that the code of a program makes on its own, where the program's definition tells another way to
/// the same database.
pub(super) fn definitions(view: &View<'_>) -> Vec<Contradiction> {
    let mut by_document: BTreeMap<DocumentId, Vec<&Link>> = BTreeMap::new();
    let links = view
        .project
        .links()
        .iter()
        .filter(|link| is_deployed_code(view, link));
    for link in links.filter(|link| link.way != Way::Variables && has_users(link.kind)) {
        by_document.entry(link.document).or_default().push(link);
    }
    let mut found: BTreeMap<(Place, Field), Contradiction> = BTreeMap::new();
    for (id, program) in view.project.programs() {
        let Some((document, definition)) = view
            .project
            .definition(id)
            .filter(|_| program.manager != Manager::Compose)
        else {
            continue;
        };
        let settings = definition
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value));
        let told: Vec<Link> = connections::of_settings(document, settings)
            .into_iter()
            .filter(|told| has_users(told.kind))
            .collect();
        // With several databases it is not told which of them a connection is meant for.
        let ([told], true) = (told.as_slice(), view.is_of_server(document)) else {
            continue;
        };
        let reached: BTreeSet<DocumentId> = view.project.reached_by(id).map(|(reached, _)| reached).collect();
        for link in reached
            .iter()
            .filter_map(|reached| by_document.get(reached))
            .flatten()
        {
            for one in compare(told, link, &program.name, id) {
                found
                    .entry((one.place, one.field))
                    .and_modify(|known| known.programs.push(id))
                    .or_insert(one);
            }
        }
    }
    found.into_values().collect()
}

fn compare(told: &Link, link: &Link, program: &str, id: ProgramId) -> Vec<Contradiction> {
    let fixed = |parts: &Connection, field| {
        let part = match field {
            Field::Host => parts.host.as_ref(),
            Field::Port => parts.port.as_ref(),
            Field::Database => parts.database.as_ref(),
            _ => parts.user.as_ref(),
        };
        let part = part?;
        Some((
            part.span,
            part.if_fixed().filter(|value| !value.is_empty())?.clone(),
        ))
    };
    let pair = |field| Some((fixed(&link.parts, field)?, fixed(&told.parts, field)?));
    let (Some((own_name, told_name)), Some((own_user, told_user))) =
        (pair(Field::Database), pair(Field::User))
    else {
        return Vec::new();
    };
    let contradiction = |field,
                         own: (crate::source::Span, String),
                         other: (crate::source::Span, String),
                         whom: &str| Contradiction {
        field,
        place: link.at(own.0),
        said: Some(own.1),
        other_place: told.at(other.0),
        other: vec![other.1],
        common: Common::Program(program.to_owned()),
        whom: whom.to_owned(),
        is_sample: false,
        programs: vec![id],
    };
    let (name, user) = (own_name.1.clone(), own_user.1.clone());
    if is_beside(&name) || is_stand_in(&told_name.1) || is_stand_in(&told_user.1) {
        return Vec::new();
    }
    match (name == told_name.1, user == told_user.1) {
        (false, true) => vec![contradiction(Field::Database, own_name, told_name, &user)],
        (true, false) => vec![contradiction(Field::User, own_user, told_user, &name)],
        (true, true) => {
            let hosts = pair(Field::Host).filter(|(own, told)| !is_same_host(&own.1, &told.1));
            let ports = pair(Field::Port).filter(|(own, told)| own.1 != told.1);
            let hosts = hosts.map(|(own, told)| contradiction(Field::Host, own, told, &name));
            hosts
                .or_else(|| ports.map(|(own, told)| contradiction(Field::Port, own, told, &name)))
                .into_iter()
                .collect()
        }
        (false, false) => Vec::new(),
    }
}
