//! Where files come from. Nothing outside this folder reads one.

mod attributes;
mod git;
mod index;
mod leftovers;
mod memory;
mod past;
mod without;
mod worktree;

pub use attributes::Attributes;
pub use git::{Changes, Revision};
pub use leftovers::Leftover;
pub use memory::Memory;
pub use past::{Commit, Past, Repository};
use std::collections::BTreeSet;
pub use without::Without;
pub use worktree::WorkTree;

/// A source of files, all named by their path relative to the root, with `/`.
pub trait Tree: Sync {
    /// The files that would reach the server, sorted by path.
    fn list(&self) -> Listing;

    /// The bytes of a file.
    ///
    /// # Errors
    /// In the words of the operating system, when the file cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;

    /// What names the content of a file, where that is known without reading it: files of one name are alike.
    fn identity(&self, _path: &str) -> Option<String> {
        None
    }

    /// Why a path that is not listed does not reach the server although it may be there.
    fn withheld(&self, path: &str) -> Option<Withheld>;
}

/// What a tree holds.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The files, sorted by path.
    pub files: Vec<Entry>,
    /// Virtual environments found on the way, which are passed over.
    pub environments: Vec<VirtualEnvironment>,
    /// Folders of compiled Python (`__pycache__`), which are passed over.
    pub caches: Vec<String>,
    /// Entries that could not be read, with the reason.
    pub unreadable: Vec<(String, String)>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its path relative to the root, with `/`.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Whether the server gets it with its run bit: what git has recorded, or else what the disk says.
    /// Nothing where neither can be told.
    pub is_executable: Option<bool>,
}

/// A virtual environment in the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct VirtualEnvironment {
    /// Its folder.
    pub path: String,
    /// The file that tells it, seen from the root.
    pub mark: String,
    /// The folder of the Python that it was made of, as its `pyvenv.cfg` says (`home`).
    pub home: Option<String>,
}

impl VirtualEnvironment {
    /// The environment at `path`, whose `pyvenv.cfg` is this.
    fn new(path: &str, config: &[u8]) -> Self {
        let config = String::from_utf8_lossy(config);
        let home = config.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == "home").then(|| value.trim().to_owned())
        });
        Self {
            path: path.to_owned(),
            mark: format!("{path}/pyvenv.cfg"),
            home,
        }
    }

    /// The environment at `path`, which has no `pyvenv.cfg`.
    fn without_config(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            mark: format!("{path}/bin/activate"),
            home: None,
        }
    }
}

impl Entry {
    /// A plain file.
    pub fn new(path: impl Into<String>, size: u64) -> Self {
        Self {
            path: path.into(),
            size,
            is_executable: None,
        }
    }
}

/// Why a path stays behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The ignore file.
    pub file: String,
    /// The line of it, as written.
    pub pattern: String,
    /// Whether the file is here all the same, and no git tells whether it was committed by force.
    pub is_here: bool,
}

impl Listing {
    /// What tools and machines left behind: kind and path, sorted.
    pub fn leftovers(&self) -> BTreeSet<(Leftover, String)> {
        leftovers::find(self)
    }

    /// The first path of each kind of them, and every virtual environment: where findings about them stand.
    pub fn stand_ins(&self) -> impl Iterator<Item = String> {
        let mut kinds = BTreeSet::new();
        self.leftovers()
            .into_iter()
            .filter(move |(kind, _)| kinds.insert(*kind) || *kind == Leftover::Environment)
            .map(|(_, path)| path)
    }

    /// Every folder that holds a listed file, at any depth; the root is `""`.
    pub fn folders(&self) -> BTreeSet<&str> {
        let mut folders = BTreeSet::from([""]);
        for entry in &self.files {
            let mut path = entry.path.as_str();
            while let Some((parent, _)) = path.rsplit_once('/') {
                if !folders.insert(parent) {
                    break;
                }
                path = parent;
            }
        }
        folders
    }
}
