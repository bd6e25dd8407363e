//! Which Python modules the tree holds, and how CPython finds them in a folder.

use super::paths::Paths;
use crate::document::Document;
use crate::finding::DocumentId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// The Python modules of the tree.
#[derive(Debug, Default)]
pub struct Modules<'d> {
    by_path: FxHashMap<&'d str, DocumentId>,
    /// The same, in the order of paths.
    sorted: Vec<(&'d str, DocumentId)>,
    /// The last parts of the names of all Python files and packages.
    names: FxHashSet<&'d str>,
    native: BTreeMap<String, DocumentId>,
    /// Paths of compiled extensions without their endings.
    compiled: FxHashSet<String>,
}

/// What a folder holds under a module's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A module: `name.py`.
    Module(DocumentId),
    /// A regular package: `name/__init__.py`, with the folder of its modules.
    Package(DocumentId, String),
    /// Folders without `__init__.py`, which are one package together (PEP 420).
    Namespace(Vec<String>),
    /// Something that Python can import and we cannot read: a compiled extension.
    Compiled,
}

impl<'d> Modules<'d> {
    /// The modules among the documents.
    pub fn new(documents: &'d [Document], paths: &'d Paths) -> Self {
        let mut modules = Self::default();
        for (id, document) in (0..).map(DocumentId).zip(documents) {
            if document.host.is_none() && document.path.ends_with(".py") {
                modules.by_path.insert(&document.path, id);
            }
            for native in &document.facts.modules {
                modules.native.insert(native.name.clone(), id);
            }
        }
        for file in paths.files() {
            let is_compiled = file.ends_with(".so") || file.ends_with(".pyx");
            if let (true, Some(stem)) = (is_compiled, stem_of(file)) {
                modules.compiled.insert(stem);
            }
            if let Some(module) = file.strip_suffix(".py") {
                let package = module.strip_suffix("/__init__");
                let both = package.into_iter().chain([module]);
                modules
                    .names
                    .extend(both.map(|path| path.rsplit('/').next().unwrap_or(path)));
            }
        }
        modules.sorted = modules.by_path.iter().map(|(path, id)| (*path, *id)).collect();
        modules.sorted.sort_unstable();
        modules
    }

    /// What `folder` holds under `name`, in CPython's order: package, extension, module, namespace
    /// (`importlib.machinery.FileFinder`).
    pub fn find(&self, paths: &Paths, folder: &str, name: &str) -> Option<Found> {
        let base = join(folder, name);
        if let Some(id) = self.at(&format!("{base}/__init__.py")) {
            return Some(Found::Package(id, base));
        }
        if self.compiled.contains(&base) {
            return Some(Found::Compiled);
        }
        if let Some(id) = self.at(&format!("{base}.py")) {
            return Some(Found::Module(id));
        }
        paths.has_folder(&base).then(|| Found::Namespace(vec![base]))
    }

    /// What several folders that are searched in turn hold under `name`: the first module or package, or
    /// all their namespace folders together.
    pub fn find_in(&self, paths: &Paths, folders: &[String], name: &str) -> Option<Found> {
        let mut portions = Vec::new();
        for folder in folders {
            match self.find(paths, folder, name) {
                Some(Found::Namespace(more)) => portions.extend(more),
                Some(found) => return Some(found),
                None => {}
            }
        }
        (!portions.is_empty()).then_some(Found::Namespace(portions))
    }

    /// The document that makes `name` importable without being a Python file (a Rust `#[pymodule]`).
    pub fn native(&self, name: &str) -> Option<DocumentId> {
        self.native.get(name).copied()
    }

    /// The module at `path`.
    pub fn at(&self, path: &str) -> Option<DocumentId> {
        self.by_path.get(path).copied()
    }

    /// Whether a folder, or one below it, holds a Python file.
    pub fn has_below(&self, folder: &str) -> bool {
        let start = join(folder, "");
        let from = self.sorted.partition_point(|(path, _)| *path < start.as_str());
        let first = self.sorted.get(from);
        first.is_some_and(|(path, _)| path.starts_with(&start))
    }

    /// Whether the tree holds a top-level module or package of this name anywhere.
    pub fn elsewhere(&self, paths: &Paths, dotted: &str) -> Vec<String> {
        // Most names are those of installed modules, which no file of the tree has.
        if !self.names.contains(dotted.rsplit('.').next().unwrap_or(dotted)) {
            return Vec::new();
        }
        let relative = dotted.replace('.', "/");
        let modules = paths.ending(&format!("{relative}.py")).into_iter();
        let packages = paths.ending(&format!("{relative}/__init__.py"));
        modules.chain(packages).map(str::to_owned).collect()
    }

    /// Every Python file with its document, in the order of paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, DocumentId)> {
        self.sorted.iter().copied()
    }
}

/// The path of an extension without its tags: `a/b.cpython-310-x86_64-linux-gnu.so` is `a/b`.
fn stem_of(file: &str) -> Option<String> {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let stem = name.split('.').next().filter(|stem| !stem.is_empty())?;
    Some(join(folder, stem))
}

/// `folder/name`, where the root is `""`.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// The folder of a path; the root is `""`.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
