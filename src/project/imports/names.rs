//! The names that a module has while it runs, and what is known of their values.

use super::super::eval::Value;
use super::Run;
use super::namespaces::Portions;
use crate::facts::python::{Exports, Function, Step};
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
    Path(Value),
    Module(ModuleId),
    /// A function, and the module whose names it sees.
    Function(&'a Function, ModuleId),
    /// A class, and its module.
    Class(&'a Function, ModuleId),
}

impl Known<'_> {
    /// Whether it is true; nothing when that is not known.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Truth(truth) => Some(*truth),
            Self::Nothing => Some(false),
            Self::Module(_) | Self::Function(..) | Self::Class(..) => Some(true),
            Self::Something | Self::Path(_) => None,
        }
    }
}

/// One module object of a run. A module that failed and is imported again is another object, as in CPython.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::project) struct ModuleId(pub(super) usize);

/// Where a module comes from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// A file of the tree.
    File(DocumentId),
    /// A package without `__init__.py`.
    Namespace(Portions),
    /// The standard library, a distribution, or something compiled.
    Foreign,
}

/// A module object: its names, and how far it has come.
#[derive(Debug)]
pub(in crate::project) struct Space<'a> {
    /// `__name__`.
    pub(super) name: String,
    pub(super) source: Source,
    /// `__package__`: what relative imports start from; nothing in a script.
    pub(super) package: Option<String>,
    pub(super) names: BTreeMap<String, Known<'a>>,
    /// Its parts that are being imported, and are no attributes of it yet.
    pub(super) arriving: Vec<String>,
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
    /// It cannot be told.
    Unknown,
    /// It has no such name; yet, when it is still running.
    Lacks {
        is_running: bool,
    },
}

impl<'a> Space<'a> {
    pub(super) fn new(name: &str, source: Source, package: Option<String>) -> Self {
        Self {
            name: name.to_owned(),
            source,
            package,
            names: BTreeMap::new(),
            arriving: Vec::new(),
            is_open: false,
            exports: None,
            is_done: false,
        }
    }

    /// A module that nothing is told of.
    pub(super) fn foreign(name: &str) -> Self {
        Self {
            is_open: true,
            is_done: true,
            ..Self::new(name, Source::Foreign, None)
        }
    }

    pub(super) fn document(&self) -> Option<DocumentId> {
        match self.source {
            Source::File(document) => Some(document),
            Source::Namespace(_) | Source::Foreign => None,
        }
    }

    /// The function that is asked for names that the module does not have (PEP 562).
    fn asks(&self) -> Option<&Known<'a>> {
        self.names.get("__getattr__")
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

/// Whether a `__getattr__` has an answer for every name: it ends by returning one, and imports nothing for it.
fn answers_all(function: &Function) -> bool {
    let imports = |step: &Step| matches!(step, Step::Import(_) | Step::Call(_));
    matches!(function.body.last(), Some(Step::Return)) && !function.body.iter().any(imports)
}

impl<'a> Run<'a> {
    /// What a loaded module answers when it is asked for `name`.
    pub(super) fn ask(&self, module: ModuleId, name: &str) -> Answer<'a> {
        let space = &self.spaces[module.0];
        if let Some(known) = space.names.get(name) {
            return Answer::Has(known.clone());
        }
        if OF_EVERY_MODULE.contains(&name) || (name == "__path__" && self.is_package(module)) {
            return Answer::Has(Known::Something);
        }
        match space.asks() {
            Some(Known::Function(function, _)) if !name.starts_with("__") && answers_all(function) => {
                Answer::Has(Known::Something)
            }
            Some(_) => Answer::Unknown,
            None if space.is_open => Answer::Unknown,
            None => Answer::Lacks {
                is_running: !space.is_done,
            },
        }
    }

    /// The module of the tree that is loaded under a dotted name, with its file.
    pub(in crate::project) fn module_of(&self, dotted: &str) -> Option<(ModuleId, DocumentId)> {
        let module = *self.loaded.get(dotted)?;
        Some((module, self.spaces[module.0].document()?))
    }

    /// The path that a name of a module stands for by now.
    pub(in crate::project) fn path_named(&self, module: ModuleId, name: &str) -> Option<Value> {
        match self.spaces[module.0].names.get(name)? {
            Known::Path(value) => Some(value.clone()),
            _ => None,
        }
    }
}
