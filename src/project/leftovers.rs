//! What goes to the server and is of no use there.

use super::programs::is_foreign;
use super::scopes::is_development;
use crate::tree::{Leftover, Listing, Tree, VirtualEnvironment};
use std::collections::BTreeMap;

/// Names that usually lie in a project's folder and that git is told to leave out, each with a path that the
/// ignore rules are asked about.
const KEPT_OUT: [(&str, &str); 10] = [
    ("venv", "venv"),
    (".venv", ".venv"),
    ("env", "env"),
    (".env", ".env"),
    ("__pycache__", "__pycache__"),
    ("logs", "logs"),
    ("*.log", "a.log"),
    ("*.db", "a.db"),
    ("*.sqlite3", "a.sqlite3"),
    ("node_modules", "node_modules"),
];

/// What was left behind in the tree, and what git keeps out of it.
#[derive(Debug, Default)]
pub struct Leftovers {
    files: BTreeMap<Leftover, Vec<String>>,
    /// Virtual environments in the tree.
    pub environments: Vec<VirtualEnvironment>,
    /// What the folder holds beside what git brings, as far as its ignore rules tell.
    pub kept_out: Vec<&'static str>,
    /// Whether a `.dockerignore` at the root says what images leave out.
    pub has_docker_rules: bool,
}

impl Leftovers {
    /// Those of a tree.
    pub(super) fn find(listing: &Listing, tree: &dyn Tree) -> Self {
        let mut files: BTreeMap<Leftover, Vec<String>> = BTreeMap::new();
        for (kind, path) in listing.leftovers() {
            // What tests and samples bring of data is meant.
            let is_data = matches!(kind, Leftover::Log | Leftover::Database | Leftover::Dump);
            if !(is_data && is_development(&path)) {
                files.entry(kind).or_default().push(path);
            }
        }
        let is_ignored = |path: &str| tree.withheld(path).is_some();
        let ignored = KEPT_OUT.iter().filter(|(_, path)| is_ignored(path));
        // Rules may leave out files that begin with a dot, and so themselves.
        let is_there = |path: &str| tree.read(path).is_ok();
        let git = (is_there(".gitignore") || is_there(".git/HEAD")).then_some(".git");
        Self {
            files,
            environments: listing.environments.clone(),
            has_docker_rules: is_there(".dockerignore"),
            kept_out: git.into_iter().chain(ignored.map(|(name, _)| *name)).collect(),
        }
    }

    /// What of a kind there is, sorted by path.
    pub fn of(&self, kind: Leftover) -> &[String] {
        self.files.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// Whether the Python that a virtual environment was made of is one of another kind of machine.
    pub fn is_foreign(environment: &VirtualEnvironment) -> bool {
        let home = environment.home.as_deref();
        home.is_some_and(|home| {
            is_foreign(home) || home.starts_with("/usr/local/Cellar") || home.starts_with("/usr/local/opt")
        })
    }
}
