//! The names that a module has while it runs, and what is known of their values.

use super::super::modules::folder_of;
use super::Run;
use crate::facts::python::{Exports, Function, PathExpr};
use crate::finding::DocumentId;
use crate::source::Spanned;
use std::collections::BTreeMap;

/// Names that every module has (`importlib._bootstrap._init_module_attrs`).
const OF_EVERY_MODULE: [&str; 10] = [
    "__name__",
    "__file__",
    "__doc__",
    "__dict__",
    "__package__",
    "__spec__",
    "__loader__",
    "__builtins__",
    "__cached__",
    "__class__",
];

/// What is known of a name's value.
#[derive(Debug, Clone)]
pub(super) enum Known<'a> {
    /// Nothing but that it is there.
    Something,
    Truth(bool),
    Nothing,
    /// A module, by its dotted name.
    Module(String),
    /// A function, and the module whose names it sees.
    Function(&'a Function, String),
    /// A class, and its module.
    Class(&'a Function, String),
}

impl Known<'_> {
    /// The value of an assigned expression.
    pub(super) fn of(value: &PathExpr) -> Self {
        match value {
            PathExpr::Truth(truth) => Self::Truth(*truth),
            PathExpr::Nothing => Self::Nothing,
            _ => Self::Something,
        }
    }

    /// Whether it is true; nothing when that is not known.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Truth(truth) => Some(*truth),
            Self::Nothing => Some(false),
            Self::Module(_) | Self::Function(..) | Self::Class(..) => Some(true),
            Self::Something => None,
        }
    }
}

/// The names of one module.
#[derive(Debug)]
pub(super) struct Space<'a> {
    pub(super) document: DocumentId,
    pub(super) names: BTreeMap<String, Known<'a>>,
    /// Whether it may have names that nothing here tells.
    pub(super) is_open: bool,
    /// What `__all__` holds, where it is set.
    pub(super) exports: Option<Vec<Spanned<String>>>,
    /// Whether all of it has run.
    pub(super) is_done: bool,
}

/// What a module answers when it is asked for a name.
pub(super) enum Answer<'a> {
    Has(Known<'a>),
    /// It is a part of the package that is not loaded yet.
    Part,
    /// It cannot be told.
    Unknown,
    /// It has no such name; yet, when it is still running.
    Lacks {
        is_running: bool,
    },
}

impl<'a> Space<'a> {
    pub(super) fn new(document: DocumentId) -> Self {
        Self {
            document,
            names: BTreeMap::new(),
            is_open: false,
            exports: None,
            is_done: false,
        }
    }

    /// Takes a statement about `__all__`.
    pub(super) fn export(&mut self, exports: &Exports) {
        self.names.insert("__all__".to_owned(), Known::Something);
        match exports {
            Exports::Set(names) => self.exports = Some(names.clone()),
            Exports::Add(names) => match &mut self.exports {
                Some(known) => known.extend(names.iter().cloned()),
                None => self.is_open = true,
            },
            Exports::Unknown => {
                self.exports = None;
                self.is_open = true;
            }
        }
    }

    /// The names that `from module import *` takes (Python reference, "The import statement").
    pub(super) fn starred(&self) -> Vec<(String, Known<'a>)> {
        match &self.exports {
            Some(exports) => exports
                .iter()
                .map(|name| {
                    let known = self.names.get(&name.value).cloned();
                    (name.value.clone(), known.unwrap_or(Known::Something))
                })
                .collect(),
            None => self
                .names
                .iter()
                .filter(|(name, _)| !name.starts_with('_'))
                .map(|(name, known)| (name.clone(), known.clone()))
                .collect(),
        }
    }
}

impl<'a> Run<'a> {
    /// What the loaded module `module` answers when it is asked for `name`.
    pub(super) fn ask(&self, module: &str, name: &str) -> Answer<'a> {
        let full = format!("{module}.{name}");
        let Some(space) = self.spaces.get(module) else {
            // A namespace package has nothing but its parts; of anything else nothing is known.
            return match self.namespace_folders(module) {
                Some(_) if self.loaded.contains_key(&full) => Answer::Has(Known::Module(full)),
                Some(folders)
                    if self
                        .world
                        .modules
                        .find_in(self.world.paths, &folders, name)
                        .is_some() =>
                {
                    Answer::Part
                }
                Some(_) => Answer::Lacks { is_running: false },
                None => Answer::Unknown,
            };
        };
        if let Some(known) = space.names.get(name) {
            return Answer::Has(known.clone());
        }
        let is_implicit = OF_EVERY_MODULE.contains(&name);
        let path = &self.world.documents[space.document.0 as usize].path;
        let is_package = path.ends_with("__init__.py");
        if is_implicit || (is_package && name == "__path__") {
            return Answer::Has(Known::Something);
        }
        if is_package {
            let folder = folder_of(path);
            if self.loaded.contains_key(&full) {
                return Answer::Has(Known::Module(full));
            }
            if self.world.modules.find(self.world.paths, folder, name).is_some() {
                return Answer::Part;
            }
        }
        if space.is_open {
            Answer::Unknown
        } else {
            Answer::Lacks {
                is_running: !space.is_done,
            }
        }
    }
}
