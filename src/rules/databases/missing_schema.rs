//! Tables that queries need and that nothing of the tree makes.

use crate::finding::{Confidence, Draft, Effect, Place, Scope};
use crate::project::Project;
use crate::rule::Sink;
use std::collections::{BTreeMap, BTreeSet};

/// How many tables and places a message names.
const SHOWN: usize = 6;

/// Reports the tables that the server's code asks, and for which the tree has neither migration nor `CREATE TABLE`.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let made = Made::of(project);
    if made.is_open {
        return;
    }
    let mut missing: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for (document, facts) in project.documents().map(|(id, document)| (id, &document.facts)) {
        if project.scope(document) != Scope::Deployed {
            continue;
        }
        for table in facts
            .tables
            .iter()
            .filter(|table| !table.is_made && !made.has(&table.name))
        {
            missing.entry(&table.name).or_default().push(Place {
                document,
                span: table.span,
            });
        }
    }
    let Some(first) = missing.values().flatten().min().copied() else {
        return;
    };
    let names: Vec<String> = missing
        .keys()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = missing.len().saturating_sub(SHOWN);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let (what, it) = if missing.len() == 1 {
        ("the table", "it")
    } else {
        ("the tables", "them")
    };
    let message = format!(
        "code asks {what} {}{more}, and nothing in the tree makes {it}: a new database does not have {it}",
        names.join(", ")
    );
    let mut draft = Draft::new(first, message)
        .subject("schema")
        .label("relation does not exist")
        .help("bring the schema along: migrations (Alembic, Django), or `pg_dump --schema-only` of the present database as a file that the deployment loads")
        .effect(Effect::Advice)
        .confidence(Confidence::Possible);
    for (name, places) in missing.iter().take(SHOWN) {
        if let Some(place) = places.iter().find(|place| **place != first) {
            draft = draft.related(*place, format!("`{name}` is asked here"));
        }
    }
    sink.report(draft);
}

/// The tables that the tree makes.
struct Made<'a> {
    names: BTreeSet<&'a str>,
    /// What stands before the part of a name that is not known.
    beginnings: Vec<&'a str>,
    /// Whether tables are made whose names are not told at all.
    is_open: bool,
}

impl<'a> Made<'a> {
    fn of(project: &'a Project) -> Self {
        let mut made = Self {
            names: BTreeSet::new(),
            beginnings: Vec::new(),
            is_open: false,
        };
        for (id, document) in project.documents() {
            let is_of_server = project.scope(id) != Scope::Development;
            let mut folders = document.path.split('/');
            made.is_open |= folders.any(|part| matches!(part, "migrations" | "alembic"));
            for table in document.facts.tables.iter().filter(|table| table.is_made) {
                match table.name.find(['{', '$', '%']) {
                    Some(0) => made.is_open |= is_of_server,
                    Some(at) => made.beginnings.push(&table.name[..at]),
                    None => made.take(&table.name),
                }
            }
        }
        made
    }

    fn take(&mut self, name: &'a str) {
        self.names.insert(name);
        // A query may leave out the schema, and a script that makes the table may set it before.
        self.names.insert(name.rsplit('.').next().unwrap_or(name));
    }

    fn has(&self, name: &str) -> bool {
        let last = name.rsplit('.').next().unwrap_or(name);
        self.names.contains(name)
            || self.names.contains(last)
            || self
                .beginnings
                .iter()
                .any(|beginning| name.starts_with(beginning) || last.starts_with(beginning))
    }
}
