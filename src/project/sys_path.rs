//! `sys.path`: what it holds, how it is changed, and what is found along it.

use super::bindings::Module;
use super::eval::{self, Value};
use super::imports::{ModuleId, Run};
use super::modules::Found;
use super::requirements::Provision;
use crate::facts::python::{PathEdit, PathEditKind, PathExpr};
use crate::finding::DocumentId;
use crate::knowledge::{distributions, stdlib};
use crate::source::Spanned;
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
    pub(super) fn edit(&mut self, edit: &PathEdit, module: ModuleId, document: DocumentId) {
        let value = |entry: &Spanned<PathExpr>| self.value_of(&entry.value, module, document);
        let values: Vec<Value> = edit.entries.iter().map(value).collect();
        // A loop over a list that has a name: nearly all of them pass over what is there already.
        if let [Value::OneOf(folders)] = values.as_slice() {
            for folder in folders {
                let entry = self.entry(folder);
                if !self.path.contains(&entry) {
                    self.put(edit.kind, vec![entry]);
                }
            }
            return;
        }
        let entries = values.iter().map(|value| self.entry(value)).collect();
        self.put(edit.kind, entries);
    }

    /// The entry that a value makes.
    fn entry(&self, value: &Value) -> Entry {
        match value {
            Value::Tree(folder) => Entry::Folder(folder.clone()),
            Value::Text(text) => {
                super::paths::resolve(&self.directory, text).map_or(Entry::Unknown, Entry::Folder)
            }
            // A folder of the author's machine, or above the tree: the server has nothing there.
            Value::Absolute(_) | Value::Above(..) => Entry::Folder("\0".to_owned()),
            Value::OneOf(_) | Value::Unknown => Entry::Unknown,
        }
    }

    fn put(&mut self, kind: PathEditKind, entries: Vec<Entry>) {
        match kind {
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

    /// The value of an expression in a module that runs.
    pub(super) fn value_of(&self, expr: &PathExpr, module: ModuleId, document: DocumentId) -> Value {
        let scope = Module {
            run: self,
            document,
            object: Some(module),
        };
        eval::value(expr, &scope)
    }

    /// Whether a folder is an entry of `sys.path`; nothing when that cannot be told. Python compares texts.
    pub(super) fn has_entry(&self, folder: &Value) -> Option<bool> {
        match folder {
            Value::Tree(folder) => {
                let has = self.path.contains(&Entry::Folder(folder.clone()));
                (has || !self.path.contains(&Entry::Unknown)).then_some(has)
            }
            // Of a loop over them: some are missing, unless all are there.
            Value::OneOf(folders) => {
                let mut has = folders.iter().map(|folder| self.has_entry(folder));
                has.try_fold(true, |all, has| Some(all && has?))
            }
            Value::Unknown => None,
            Value::Text(_) | Value::Absolute(_) | Value::Above(..) => Some(false),
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
                    // A folder of that name somewhere above a file that is taken alone.
                    Some(Found::Namespace(_))
                        if !self.follows && self.level == 0 && distributions::is_known(name) => {}
                    Some(Found::Namespace(folders)) => match &mut namespace {
                        Some((_, known)) => known.extend(folders),
                        None => namespace = Some((at, folders)),
                    },
                    Some(found) => return Some((at, found)),
                    None => {}
                },
                Entry::Standard if stdlib::stdlib_has(name, self.python) => return None,
                Entry::Installed if self.level == 0 && self.is_installed(name) => return None,
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
        let forms = [format!("{base}/__init__.py"), format!("{base}.py"), base];
        let withheld: Vec<Withheld> = forms.iter().filter_map(|form| tree.withheld(form)).collect();
        let here = withheld.iter().find(|withheld| withheld.is_here).cloned();
        here.or_else(|| withheld.into_iter().next())
    }

    pub(super) fn ignored_anywhere(&self, name: &str) -> Option<Withheld> {
        self.path.iter().find_map(|entry| match entry {
            Entry::Folder(folder) => self.ignored(folder, name),
            _ => None,
        })
    }
}
