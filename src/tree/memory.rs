//! A tree in memory, for the examples of rule pages and for tests.

use super::{Entry, Listing, Tree, VirtualEnvironment, Withheld};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::collections::{BTreeMap, BTreeSet};

/// A tree whose files are texts in memory. A `.gitignore` at its root is obeyed.
#[derive(Debug)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
    ignored: Gitignore,
    /// Whether files have their run bit, where that is said.
    executable: BTreeMap<String, bool>,
}

impl Memory {
    /// A tree of these files: path and content.
    pub fn new<P: Into<String>, C: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, C)>) -> Self {
        let files: BTreeMap<String, Vec<u8>> = files
            .into_iter()
            .map(|(path, content)| (path.into(), content.into()))
            .collect();
        let mut builder = GitignoreBuilder::new("");
        if let Some(rules) = files.get(".gitignore") {
            for line in String::from_utf8_lossy(rules).lines() {
                // A line that is no pattern ignores nothing, as with git.
                let _ = builder.add_line(None, line);
            }
        }
        let ignored = builder.build().unwrap_or_else(|_| Gitignore::empty());
        Self {
            files,
            ignored,
            executable: BTreeMap::new(),
        }
    }

    /// The same tree, in which it is known of these files whether they have their run bit.
    #[must_use]
    pub fn with_run_bits(mut self, bits: impl IntoIterator<Item = (String, bool)>) -> Self {
        self.executable.extend(bits);
        self
    }

    /// The folder that holds this file and is passed over: a virtual environment, or compiled Python.
    fn passed_over(&self, path: &str) -> Option<(&str, Passed)> {
        let mut at = 0;
        while let Some(next) = path[at..].find('/') {
            let folder = &path[..at + next];
            let name = &path[at..at + next];
            at += next + 1;
            let is_environment = self.files.contains_key(&format!("{folder}/pyvenv.cfg"));
            let passed = match name {
                _ if is_environment => Passed::Environment,
                "__pycache__" => Passed::Cache,
                _ => continue,
            };
            return Some((self.files.get_key_value(path)?.0.get(..folder.len())?, passed));
        }
        None
    }
}

/// What is passed over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Passed {
    Environment,
    Cache,
}

impl Tree for Memory {
    fn list(&self) -> Listing {
        let is_listed = |path: &str| !self.ignored.matched_path_or_any_parents(path, false).is_ignore();
        let passed: BTreeSet<(&str, Passed)> = self
            .files
            .keys()
            .filter(|path| is_listed(path))
            .filter_map(|path| self.passed_over(path))
            .collect();
        let (environments, caches): (Vec<_>, Vec<_>) = passed
            .into_iter()
            .partition(|(_, passed)| *passed == Passed::Environment);
        let files = self
            .files
            .iter()
            .filter(|(path, _)| is_listed(path) && self.passed_over(path).is_none())
            .map(|(path, content)| Entry {
                path: path.clone(),
                size: content.len() as u64,
                is_executable: self.executable.get(path).copied(),
            })
            .collect();
        Listing {
            files,
            environments: environments
                .into_iter()
                .map(|(path, _)| {
                    let config = self.files.get(&format!("{path}/pyvenv.cfg"));
                    VirtualEnvironment::new(path, config.map_or(&[], Vec::as_slice))
                })
                .collect(),
            caches: caches.into_iter().map(|(path, _)| path.to_owned()).collect(),
            ..Listing::default()
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.files
            .get(path)
            .cloned()
            .ok_or_else(|| "no such file".to_owned())
    }

    fn withheld(&self, path: &str) -> Option<Withheld> {
        let path = path.trim_end_matches('/');
        let found = [true, false].into_iter().find_map(|is_dir| {
            let matched = self.ignored.matched_path_or_any_parents(path, is_dir);
            if let ignore::Match::Ignore(glob) = matched {
                Some(glob.original().to_owned())
            } else {
                None
            }
        })?;
        Some(Withheld {
            file: ".gitignore".to_owned(),
            pattern: found,
            is_here: false,
        })
    }
}
