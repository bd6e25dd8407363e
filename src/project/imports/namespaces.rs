//! `__path__`: where a loaded package has its parts (PEP 420, `importlib._bootstrap_external._NamespacePath`).

use super::super::modules::{Found, folder_of};
use super::super::sys_path::Entry;
use super::Run;
use super::names::{ModuleId, Source};

/// The folders of a namespace package, and the path that they were found on: when that has changed by the time
/// it is asked, they are looked for again.
#[derive(Debug, Clone)]
pub(super) struct Portions {
    pub(super) folders: Vec<String>,
    pub(super) found_on: Vec<Entry>,
}

/// What the parts of a module are looked for in.
pub(super) enum SearchPath {
    Folders(Vec<String>),
    /// It is no package.
    None,
    /// It is none of the tree's.
    Unknown,
    /// The package of this name has left `sys.modules`, where a namespace package in it looks for it.
    Gone(String),
}

impl Run<'_> {
    /// Whether a module has a `__path__`.
    pub(super) fn is_package(&self, module: ModuleId) -> bool {
        match &self.spaces[module.0].source {
            Source::File(document) => self.path_of(*document).ends_with("__init__.py"),
            Source::Namespace(_) => true,
            Source::Foreign => false,
        }
    }

    /// Where the parts of a module are.
    pub(super) fn search_path(&mut self, module: ModuleId) -> SearchPath {
        // The namespace packages around it, from the inside out.
        let mut chain = vec![module];
        let mut at = module;
        while let Source::Namespace(_) = self.spaces[at.0].source {
            let Some((parent, _)) = self.spaces[at.0].name.rsplit_once('.') else {
                break;
            };
            match self.loaded.get(parent) {
                Some(parent) => at = *parent,
                None => return SearchPath::Gone(parent.to_owned()),
            }
            chain.push(at);
        }
        let mut path = SearchPath::None;
        for module in chain.into_iter().rev() {
            path = self.path_within(module, &path);
        }
        path
    }

    /// The `__path__` of a module whose package has this one.
    fn path_within(&mut self, module: ModuleId, above: &SearchPath) -> SearchPath {
        let space = &self.spaces[module.0];
        let portions = match &space.source {
            Source::File(document) => {
                let path = self.path_of(*document);
                return if path.ends_with("__init__.py") {
                    SearchPath::Folders(vec![folder_of(path).to_owned()])
                } else {
                    SearchPath::None
                };
            }
            Source::Foreign => return SearchPath::Unknown,
            Source::Namespace(portions) => portions,
        };
        let name = space.name.rsplit_once('.').map(|(_, part)| part);
        let (now, found) = match (name, above) {
            (None, _) if portions.found_on != self.path => {
                let found = self.find_top(&space.name).map(|(_, found)| found);
                (self.path.clone(), found)
            }
            (Some(part), SearchPath::Folders(folders)) if !is_on(&portions.found_on, folders) => {
                let found = self.world.modules.find_in(self.world.paths, folders, part);
                (entries(folders), found)
            }
            _ => return SearchPath::Folders(portions.folders.clone()),
        };
        let folders = match found {
            Some(Found::Namespace(folders)) => folders,
            _ => portions.folders.clone(),
        };
        self.spaces[module.0].source = Source::Namespace(Portions {
            folders: folders.clone(),
            found_on: now,
        });
        SearchPath::Folders(folders)
    }

    fn path_of(&self, document: crate::finding::DocumentId) -> &str {
        &self.world.documents[document.0 as usize].path
    }
}

/// Folders as entries of a path.
pub(super) fn entries(folders: &[String]) -> Vec<Entry> {
    folders.iter().cloned().map(Entry::Folder).collect()
}

fn is_on(entries: &[Entry], folders: &[String]) -> bool {
    let is_same =
        |(entry, folder): (&Entry, &String)| matches!(entry, Entry::Folder(known) if known == folder);
    entries.len() == folders.len() && entries.iter().zip(folders).all(is_same)
}
