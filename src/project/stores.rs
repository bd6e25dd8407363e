//! Where the ways to a database do not fit what makes it, or each other: what a container or a script makes, what a
//! program's definition says, and what the code connects to.

mod containers;
mod programs;
mod scripts;

use super::Project;
use super::environment::is_sample;
use crate::facts::port::is_loopback;
use crate::facts::{Access, Field, Giver, Part, Secret};
use crate::finding::{DocumentId, Place, ProgramId, Scope};
pub use containers::{Guard, Refusal};
use std::collections::BTreeSet;

/// Two statements about one way to a database of which only one can be right.
#[derive(Debug, Clone)]
pub struct Contradiction {
    /// Which part of it.
    pub field: Field,
    /// Where the part stands that does not fit.
    pub place: Place,
    /// What it is; nothing for a password.
    pub said: Option<String>,
    /// Where the other one stands.
    pub other_place: Place,
    /// What that says, sorted; nothing for a password.
    pub other: Vec<String>,
    /// What the two have in common.
    pub common: Common,
    /// Whom it concerns: the database, or the user.
    pub whom: String,
    /// Whether the place is a sample, which somebody may fill in.
    pub is_sample: bool,
    /// The programs that run into it, where they are known.
    pub programs: Vec<ProgramId>,
}

/// What tells that two statements are about the same server, or the same connection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Common {
    /// The host is a container of this name, which makes the database.
    Container(String),
    /// Scripts of the tree make the databases and users of the server.
    Scripts,
    /// Both are the default of this variable, which nothing sets.
    Variable(String),
    /// The code of this program connects on its own, and its definition says otherwise.
    Program(String),
}

impl Project {
    /// The ways to databases that do not fit what makes these, or each other.
    pub fn contradictions(&self) -> Vec<Contradiction> {
        let view = View::of(self);
        let mut found = containers::find(&view);
        found.extend(scripts::find(&view));
        found.extend(programs::defaults(&view));
        found.extend(programs::definitions(&view));
        found
    }

    /// Whether a document tells of the server: tests, settings of developers and their containers do not.
    pub fn tells_of_server(&self, id: DocumentId) -> bool {
        let path = self.document(id).map_or("", |document| document.path.as_str());
        self.scope(id) != Scope::Development && !is_for_developers(path)
    }
}

/// The project, and which variables something sets.
struct View<'a> {
    project: &'a Project,
    set: BTreeSet<&'a str>,
}

impl<'a> View<'a> {
    fn of(project: &'a Project) -> Self {
        let mut set: BTreeSet<&str> = project.variables_set().iter().map(|set| set.name).collect();
        for (_, document) in project.documents() {
            let variables = document.facts.variables.iter();
            let set_here = variables.filter(|variable| matches!(variable.access, Access::Set(_)));
            set.extend(set_here.map(|variable| variable.name.as_str()));
        }
        Self { project, set }
    }

    fn is_of_server(&self, id: DocumentId) -> bool {
        self.project.tells_of_server(id)
    }

    /// Whether a part of a connection is what will be used: nothing can change it, or nothing does.
    fn counts<T>(&self, part: &Part<T>) -> bool {
        match &part.giver {
            Giver::Nothing => true,
            Giver::Variable(name) => !name.is_empty() && !self.set.contains(name.as_str()),
            Giver::Elsewhere => false,
        }
    }

    /// A part that will be used, and what it is.
    fn known<'p>(&self, part: Option<&'p Part<String>>) -> Option<(&'p Part<String>, &'p str)> {
        let part = part.filter(|part| self.counts(*part))?;
        Some((part, part.value.as_deref().filter(|value| !value.is_empty())?))
    }

    fn is_sample(&self, id: DocumentId) -> bool {
        self.project
            .document(id)
            .is_some_and(|document| is_sample(&document.path))
    }
}

/// Whether the name of a file, or of a folder around it, says that developers use it: `docker-compose.dev.yml`.
fn is_for_developers(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut words = lower.split(['/', '.', '-', '_']);
    words.any(is_word_of_developers)
}

fn is_word_of_developers(word: &str) -> bool {
    matches!(
        word,
        "dev"
            | "devel"
            | "develop"
            | "development"
            | "test"
            | "tests"
            | "testing"
            | "local"
            | "ci"
            | "staging"
            | "demo"
            | "debug"
    )
}

/// Whether the name of a database says that it is there for something else: tests, a copy, another stage.
fn is_beside(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.any(|word| {
        is_word_of_developers(word)
            || matches!(
                word,
                "replica"
                    | "read"
                    | "ro"
                    | "readonly"
                    | "slave"
                    | "standby"
                    | "secondary"
                    | "archive"
                    | "backup"
                    | "old"
                    | "legacy"
                    | "remote"
                    | "source"
                    | "target"
                    | "src"
                    | "dst"
            )
    })
}

/// Whether a name stands in for the true one.
fn is_stand_in(name: &str) -> bool {
    Secret::of_literal(name).is_none_or(|name| name.is_stand_in())
        || matches!(
            name,
            "username" | "dbname" | "db" | "database" | "db_name" | "database_name" | "db_user" | "name"
        )
}

/// The kinds of servers whose databases and users somebody has to make.
fn has_users(kind: &str) -> bool {
    !matches!(
        kind,
        "Redis" | "MongoDB" | "SQLite" | "RabbitMQ" | "ClickHouse" | "memcached"
    )
}

/// Whether two hosts may be the same machine, as far as their names tell.
fn is_same_host(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right) || is_own(left) && is_own(right)
}

/// Whether a host is the machine itself: its name, its loopback, a folder of sockets, or none.
fn is_own(host: &str) -> bool {
    host.is_empty() || host.starts_with('/') || is_loopback(host)
}

#[cfg(test)]
mod tests;
