//! A tree in memory, for the examples of rule pages and for tests.

use super::{Entry, Listing, Tree, Withheld};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::collections::BTreeMap;

/// A tree whose files are texts in memory. A `.gitignore` at its root is obeyed.
#[derive(Debug)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
    ignored: Gitignore,
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
        Self { files, ignored }
    }
}

impl Tree for Memory {
    fn list(&self) -> Listing {
        let files = self
            .files
            .iter()
            .filter(|(path, _)| !self.ignored.matched_path_or_any_parents(path, false).is_ignore())
            .map(|(path, content)| Entry {
                path: path.clone(),
                size: content.len() as u64,
                is_executable: content.starts_with(b"#!"),
            })
            .collect();
        Listing {
            files,
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
        })
    }
}
