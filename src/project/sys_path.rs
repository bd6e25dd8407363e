//! `sys.path`: what it holds, how it is changed, and what is found along it.

use super::bindings::Module;
use super::eval::{self, Value};
use super::imports::Run;
use super::modules::Found;
use super::requirements::Provision;
use crate::facts::python::{PathEdit, PathEditKind};
use crate::finding::DocumentId;
use crate::knowledge::stdlib;
use crate::tree::Withheld;

/// One entry of `sys.path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// A folder of the tree.
    Folder(String),
    /// The standard library.
    Standard,
    /// What `pip` installed.
    Installed,
    /// Something that cannot be told.
    Unknown,
}

impl Run<'_> {
    pub(super) fn edit(&mut self, edit: &PathEdit, document: DocumentId) {
        let entries: Vec<Entry> =
            edit.entries
                .iter()
                .map(|entry| {
                    match eval::value(&entry.value, &Module { run: self, document }) {
                        Value::Tree(folder) => Entry::Folder(folder),
                        Value::Text(text) => super::paths::resolve(&self.directory, &text)
                            .map_or(Entry::Unknown, Entry::Folder),
                        // A folder of the author's machine, or above the tree: the server has nothing there.
                        Value::Absolute(_) | Value::Above(..) => Entry::Folder("\0".to_owned()),
                        Value::OneOf(_) | Value::Unknown => Entry::Unknown,
                    }
                })
                .collect();
        match edit.kind {
            PathEditKind::Append => self.path.extend(entries),
            PathEditKind::Insert(index) => {
                let index = index.min(self.path.len());
                self.path.splice(index..index, entries);
            }
            PathEditKind::Replace => {
                // `sys.path = [x] + sys.path` keeps what was there.
                self.path.splice(0..0, entries);
            }
        }
    }

    /// The folders of a namespace package that was loaded.
    pub(super) fn namespace_folders(&self, module: &str) -> Option<Vec<String>> {
        self.loaded.contains_key(module).then_some(())?;
        let mut parts = module.split('.');
        let mut found = self.find_top(parts.next()?)?.1;
        for part in parts {
            let folders = match found {
                Found::Namespace(folders) => folders,
                Found::Package(_, folder) => vec![folder],
                Found::Module(_) | Found::Compiled => return None,
            };
            found = self.world.modules.find_in(self.world.paths, &folders, part)?;
        }
        match found {
            Found::Namespace(folders) => Some(folders),
            _ => None,
        }
    }

    /// The first folder of `sys.path` that holds a top-level name; which entry it is, and what it holds.
    /// A namespace package counts only when no later entry has a real one. Nothing when the standard
    /// library or an installed distribution comes first, or no entry has it.
    pub(super) fn find_top(&self, name: &str) -> Option<(usize, Found)> {
        let mut namespace: Option<(usize, Vec<String>)> = None;
        for (at, entry) in self.path.iter().enumerate() {
            match entry {
                Entry::Folder(folder) => match self.world.modules.find(self.world.paths, folder, name) {
                    Some(Found::Namespace(folders)) => match &mut namespace {
                        Some((_, known)) => known.extend(folders),
                        None => namespace = Some((at, folders)),
                    },
                    Some(found) => return Some((at, found)),
                    None => {}
                },
                Entry::Standard if stdlib::stdlib_has(name, self.python) => return None,
                Entry::Installed if self.is_installed(name) => return None,
                _ => {}
            }
        }
        namespace.map(|(at, folders)| (at, Found::Namespace(folders)))
    }

    pub(super) fn is_installed(&self, module: &str) -> bool {
        matches!(
            self.world.requirements.provision(module),
            Provision::Declared | Provision::Brought(_)
        )
    }

    /// Whether git keeps a module of this name in `folder` from the server.
    pub(super) fn ignored(&self, folder: &str, name: &str) -> Option<Withheld> {
        let base = super::modules::join(folder, name);
        let tree = self.world.tree;
        tree.withheld(&format!("{base}/__init__.py"))
            .or_else(|| tree.withheld(&format!("{base}.py")))
    }

    pub(super) fn ignored_anywhere(&self, name: &str) -> Option<Withheld> {
        self.path.iter().find_map(|entry| match entry {
            Entry::Folder(folder) => self.ignored(folder, name),
            _ => None,
        })
    }
}
