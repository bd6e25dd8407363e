//! The files of a folder on disk, less what git would leave behind.

use super::index::Index;
use super::{Entry, Listing, Tree, VirtualEnvironment, Withheld};
use ignore::gitignore::Gitignore;
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A folder on disk.
#[derive(Debug)]
pub struct WorkTree {
    root: PathBuf,
    /// The `.gitignore` of each folder that was asked about; compiling one is slow.
    ignores: Mutex<BTreeMap<String, Option<Arc<Gitignore>>>>,
    index: OnceLock<Index>,
}

impl WorkTree {
    /// The tree below `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            ignores: Mutex::default(),
            index: OnceLock::new(),
        }
    }

    /// What git has recorded; nothing where the folder is no part of a repository.
    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(&self.root))
    }

    /// Adds the files that git ignores and has recorded all the same (`git add --force`): a clone brings them.
    fn add_recorded(&self, listing: &mut Listing) {
        let known: BTreeSet<&str> = listing.files.iter().map(|file| file.path.as_str()).collect();
        let in_environment = |path: &str| {
            let mut environments = listing.environments.iter();
            environments.any(|environment| path.starts_with(&format!("{}/", environment.path)))
        };
        let is_wanted = |path: &&str| {
            let mut folders = path.rsplit('/').skip(1);
            !known.contains(path)
                && !folders.any(|name| is_of_tools(name) || name == "__pycache__")
                && !in_environment(path)
        };
        let missing: Vec<String> = self
            .index()
            .files()
            .filter(is_wanted)
            .map(str::to_owned)
            .collect();
        for path in missing {
            let place = self.root.join(&path);
            if let Some(meta) = place.metadata().ok().filter(std::fs::Metadata::is_file) {
                listing.files.push(Entry {
                    path,
                    size: meta.len(),
                    is_executable: cfg!(unix).then(|| has_run_bit(&meta)),
                });
            }
        }
    }

    /// The rules of a folder's `.gitignore`, when it has one.
    fn ignores_of(&self, folder: &str) -> Option<Arc<Gitignore>> {
        let mut known = self.ignores.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = known.get(folder) {
            return rules.clone();
        }
        let file = self.root.join(folder).join(".gitignore");
        let rules = file.is_file().then(|| Arc::new(Gitignore::new(&file).0));
        known.insert(folder.to_owned(), rules.clone());
        rules
    }

    fn relative(&self, path: &Path) -> Option<String> {
        let path = path.strip_prefix(&self.root).ok()?;
        let parts: Vec<_> = path
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }

    /// Notes a folder that is passed over, and says whether it is one.
    fn passes_over(entry: &DirEntry, path: &str, listing: &Mutex<Listing>) -> bool {
        let inside = |name| entry.path().join(name);
        let environment = match std::fs::read(inside("pyvenv.cfg")) {
            Ok(config) => Some(VirtualEnvironment::new(path, &config)),
            // Those of virtualenv before its version 20. Their Python is a link that may lead nowhere here.
            Err(_) if inside("bin/activate").is_file() && inside("bin/python").symlink_metadata().is_ok() => {
                Some(VirtualEnvironment::without_config(path))
            }
            Err(_) => None,
        };
        if let Some(environment) = environment {
            if let Ok(mut listing) = listing.lock() {
                listing.environments.push(environment);
            }
            return true;
        }
        let is_cache = entry.file_name() == "__pycache__";
        if let (true, Ok(mut listing)) = (is_cache, listing.lock()) {
            listing.caches.push(path.to_owned());
        }
        is_cache
    }

    fn visit(&self, found: Result<DirEntry, ignore::Error>, listing: &Mutex<Listing>) -> WalkState {
        let mut state = WalkState::Continue;
        let note = |change: &dyn Fn(&mut Listing)| {
            if let Ok(mut listing) = listing.lock() {
                change(&mut listing);
            }
        };
        match found {
            Err(error) => note(&|listing| listing.unreadable.push(self.describe(&error))),
            Ok(entry) => {
                let Some(path) = self.relative(entry.path()) else {
                    return state;
                };
                let Some(kind) = entry.file_type() else {
                    return state;
                };
                if kind.is_dir() && Self::passes_over(&entry, &path, listing) {
                    state = WalkState::Skip;
                } else if kind.is_file() || (kind.is_symlink() && entry.path().is_file()) {
                    match entry.path().metadata() {
                        Ok(meta) => note(&|listing| {
                            listing.files.push(Entry {
                                path: path.clone(),
                                size: meta.len(),
                                is_executable: cfg!(unix).then(|| has_run_bit(&meta)),
                            });
                        }),
                        Err(error) => {
                            note(&|listing| listing.unreadable.push((path.clone(), error.to_string())));
                        }
                    }
                }
            }
        }
        state
    }

    fn describe(&self, error: &ignore::Error) -> (String, String) {
        if let ignore::Error::WithPath { path, err } = error {
            (
                self.relative(path).unwrap_or_else(|| ".".to_owned()),
                err.to_string(),
            )
        } else if let ignore::Error::WithDepth { err, .. } = error {
            self.describe(err)
        } else {
            (".".to_owned(), error.to_string())
        }
    }
}

impl Tree for WorkTree {
    fn list(&self) -> Listing {
        let listing = Mutex::new(Listing::default());
        WalkBuilder::new(&self.root)
            .hidden(false)
            .parents(false)
            .ignore(false)
            .git_global(false)
            .require_git(false)
            .filter_entry(|entry| !is_passed_over(entry))
            .build_parallel()
            .run(|| Box::new(|found| self.visit(found, &listing)));
        let mut listing = listing
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        self.add_recorded(&mut listing);
        let index = self.index();
        // A disk, or an archive, that keeps no run bits says nothing of any.
        let keeps_bits = listing
            .files
            .iter()
            .any(|entry| entry.is_executable == Some(true));
        for entry in &mut listing.files {
            let on_disk = entry.is_executable.filter(|_| keeps_bits);
            entry.is_executable = index.is_executable(&entry.path).or(on_disk);
        }
        listing.files.sort();
        listing.environments.sort();
        listing.caches.sort();
        listing.unreadable.sort();
        listing
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.root.join(path)).map_err(|error| error.to_string())
    }

    fn withheld(&self, path: &str) -> Option<Withheld> {
        // git's rules speak of what is inside; joining an absolute path would leave the root
        let path = path.trim_matches('/');
        if path.split('/').any(|part| part == "..") || self.index().brings(path) {
            return None;
        }
        let within = self.root.join(path);
        let mut folder = path;
        while !folder.is_empty() {
            folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
            let Some(rules) = self.ignores_of(folder) else {
                continue;
            };
            for is_dir in [true, false] {
                match rules.matched_path_or_any_parents(&within, is_dir) {
                    ignore::Match::Ignore(glob) => {
                        let joint = if folder.is_empty() { "" } else { "/" };
                        let file = format!("{folder}{joint}.gitignore");
                        return Some(Withheld {
                            file,
                            pattern: glob.original().to_owned(),
                            is_here: self.index().is_empty() && within.exists(),
                        });
                    }
                    ignore::Match::Whitelist(_) => {}
                    // What no pattern matches as a folder none matches as a file.
                    ignore::Match::None => break,
                }
            }
        }
        None
    }
}

/// Git's own data, and what tools install and no one deploys.
fn is_passed_over(entry: &DirEntry) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    let name = entry.file_name().to_string_lossy();
    match name.as_ref() {
        ".git" => true,
        name => is_of_tools(name) && is_folder && entry.depth() > 0,
    }
}

/// Whether a folder of this name holds what tools keep or install.
fn is_of_tools(name: &str) -> bool {
    matches!(
        name,
        ".hg"
            | ".svn"
            | "node_modules"
            | ".tox"
            | ".nox"
            | ".mypy_cache"
            | ".ruff_cache"
            | ".pytest_cache"
            | "site-packages"
    )
}

#[cfg(unix)]
fn has_run_bit(meta: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn has_run_bit(_: &std::fs::Metadata) -> bool {
    false
}
