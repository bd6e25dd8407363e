//! Where the files of the tree say that it stands on the server, and whether they agree.

use super::files::runs_the_tree;
use super::programs::is_foreign;
use super::{Paths, Project};
use crate::facts::{Manager, Reach, Role};
use crate::finding::{Place, ProgramId, Scope};
use crate::formats::Format;
use std::collections::BTreeMap;

/// Folders that projects are put into.
const SHELVES: [&str; 8] = [
    "/opt/",
    "/srv/",
    "/home/",
    "/root/",
    "/var/www/",
    "/var/lib/",
    "/data/",
    "/mnt/",
];

/// A folder of the server that some files take for the tree's root.
#[derive(Debug, Clone)]
pub struct DeployRoot {
    /// The folder.
    pub path: String,
    /// Where it is said, in order; one place for each file.
    pub places: Vec<Place>,
}

/// As whom a program runs, and so what its home folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// This folder.
    Folder(String),
    /// The user has none: `useradd -r`, `nobody`.
    None,
    /// It cannot be told.
    Unknown,
}

impl Project {
    /// The folders of the server that the tree's root is, as far as programs tell, without those that are said
    /// to be another machine's.
    pub fn deploy_roots(&self) -> Vec<String> {
        let roots = super::files::roots(&self.programs, &self.target).into_iter();
        let mut roots: Vec<String> = roots
            .filter_map(|(root, folder)| folder.is_empty().then_some(root))
            .collect();
        roots.sort();
        roots.dedup();
        roots
    }

    /// The user that a program's definition names.
    pub fn user_of(&self, id: ProgramId) -> Option<&str> {
        let view = self.program(id)?;
        let document = self.document(view.place.document)?;
        let mut programs = document.facts.programs.iter();
        let program =
            programs.find(|program| program.name == view.name && program.span == view.place.span)?;
        let own = program.user.as_ref().map(|user| user.value.as_str());
        own.or(self.target.user.as_deref())
    }

    /// What `~` is for a program.
    pub fn home_of(&self, id: ProgramId) -> Home {
        let Some(view) = self.program(id) else {
            return Home::Unknown;
        };
        if let Some(home) = view.environment.get("HOME") {
            return Home::Folder(home.clone());
        }
        match (view.manager, self.user_of(id)) {
            (_, Some(user)) if self.is_homeless(user) => Home::None,
            // systemd.exec(5): HOME is set for units with User=. supervisord changes the user, and no variable.
            (Manager::Systemd, Some(user)) => Home::Folder(home_of(user)),
            (Manager::Systemd, None) => Home::Folder("/root".to_owned()),
            _ => Home::Unknown,
        }
    }

    /// Whether a user of services has no home folder that anything could stand in.
    fn is_homeless(&self, user: &str) -> bool {
        let makes = |command: &crate::facts::Command| {
            let words = || command.words.iter().map(|word| word.text.as_str());
            let is_maker = words().take(2).any(|word| matches!(word, "useradd" | "adduser"));
            let is_bare = words().any(|word| matches!(word, "-r" | "--system" | "-M" | "--no-create-home"));
            let has_home =
                words().any(|word| matches!(word, "-m" | "--create-home" | "-d" | "--home" | "--home-dir"));
            is_maker && is_bare && !has_home && command.words.last().is_some_and(|word| word.text == user)
        };
        matches!(user, "www-data" | "nobody" | "daemon")
            || self
                .documents()
                .any(|(_, document)| document.facts.commands.iter().any(makes))
    }
    /// The different folders that the tree is said to stand in, when nothing connects them; the one that most
    /// files name first. Empty when all agree.
    pub fn contradictory_roots(&self) -> Vec<DeployRoot> {
        let mut roots: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for (root, place) in self.said_roots() {
            let places = roots.entry(root).or_default();
            if places.iter().all(|known| known.document != place.document) {
                places.push(place);
            }
        }
        let mut found: Vec<DeployRoot> = roots
            .into_iter()
            .map(|(path, places)| DeployRoot { path, places })
            .collect();
        found.sort_by(|one, other| (other.places.len(), &one.path).cmp(&(one.places.len(), &other.path)));
        let Some(first) = found.first().map(|root| root.path.clone()) else {
            return found;
        };
        found.retain(|root| root.path == first || !self.connects(&first, &root.path));
        if found.len() < 2 {
            found.clear();
        }
        found
    }

    /// Every statement about the root: the front part of an absolute path whose rest is a file of the tree, and
    /// the working directory of a program that finds its code from there.
    fn said_roots(&self) -> Vec<(String, Place)> {
        let mut said = Vec::new();
        for (id, document) in self.documents() {
            let is_of_container = document.format == Format::Docker
                || document.facts.programs.iter().any(|program| program.in_container);
            if is_of_container
                || !speaks_of_servers(self.file_path(document))
                || self.scope(id) == Scope::Development
            {
                continue;
            }
            for value in &document.facts.values {
                let is_silent = value.role.is_prose()
                    || matches!(
                        value.role,
                        Role::Compared | Role::Pattern | Role::Key | Role::Markup
                    );
                if is_silent || value.reach != Reach::Always || value.text.contains("://") {
                    continue;
                }
                let place = Place {
                    document: id,
                    span: value.span,
                };
                let roots = paths_in(&value.text).filter_map(|path| root_of(&self.paths, path));
                said.extend(roots.map(|root| (root.to_owned(), place)));
            }
        }
        for (_, program) in self.programs().filter(|(_, program)| !program.in_container) {
            let Some((written, place)) = &program.directory.written else {
                continue;
            };
            let file = self
                .document(place.document)
                .map(|document| self.file_path(document));
            if !file.is_some_and(speaks_of_servers) {
                continue;
            }
            let folder = written.trim_end_matches('/');
            let root = folder.strip_suffix(program.directory.path.as_str());
            let root = root
                .map(|root| root.trim_end_matches('/'))
                .filter(|root| is_shelved(root));
            if let Some(root) = root.filter(|_| runs_the_tree(program)) {
                said.push((root.to_owned(), *place));
            }
        }
        said.sort();
        said
    }

    /// Whether some file names both folders, as a copy, a link or a variable does, or one is inside the other.
    fn connects(&self, one: &str, other: &str) -> bool {
        let is_inside = |inner: &str, outer: &str| {
            inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let names_both = |(id, document): (_, &crate::document::Document)| {
            let names = |root: &str| {
                document
                    .facts
                    .values
                    .iter()
                    .any(|value| value.text.contains(root))
            };
            self.scope(id) != Scope::Development && names(one) && names(other)
        };
        is_inside(one, other) || is_inside(other, one) || self.documents().any(names_both)
    }
}

/// Whether a file can say where the tree stands: no text, no data, no file of a tool, nothing laid aside.
fn speaks_of_servers(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_text = [".md", ".rst", ".txt", ".html", ".json", ".lock"]
        .iter()
        .any(|end| name.ends_with(end));
    let is_aside = path.split(['/', '_', '-']).any(|word| {
        matches!(
            word,
            "archive" | "archived" | "old" | "backup" | "backups" | "legacy" | "deprecated"
        )
    });
    !is_text && !is_aside && !name.starts_with('.')
}

/// The home folder that `useradd` gives.
fn home_of(user: &str) -> String {
    match user {
        "root" => "/root".to_owned(),
        user => format!("/home/{user}"),
    }
}

/// The absolute paths in a text.
fn paths_in(text: &str) -> impl Iterator<Item = &str> {
    let ends = |letter: char| letter.is_whitespace() || "\"'`=:,;()[]{}<>|&".contains(letter);
    text.split(ends).filter(|part| part.starts_with('/'))
}

/// The front part of a path whose rest is a file of the tree.
fn root_of<'a>(paths: &Paths, path: &'a str) -> Option<&'a str> {
    if is_foreign(path) || path.contains(['$', '%', '*', '~']) {
        return None;
    }
    let rest = paths.suffix_in_tree(path)?;
    let is_telling = paths.has_file(rest) || rest.contains('/');
    let root = path
        .trim_end_matches('/')
        .strip_suffix(rest)?
        .trim_end_matches('/');
    (is_telling && is_shelved(root)).then_some(root)
}

/// Whether a folder is one that a project is put into.
fn is_shelved(root: &str) -> bool {
    SHELVES
        .iter()
        .any(|shelf| root.strip_prefix(shelf).is_some_and(|rest| !rest.is_empty()))
}
