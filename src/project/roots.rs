//! Where the files of the tree say that it stands on the server, and whether they agree.

use super::files::runs_the_tree;
use super::programs::is_foreign;
use super::{Paths, Project};
use crate::facts::{Reach, Role};
use crate::finding::{Place, Scope};
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

impl Project {
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
            let is_text = [".md", ".rst", ".txt", ".html"].iter().any(|end| document.path.ends_with(end));
            if is_of_container || is_text || self.scope(id) == Scope::Development {
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
