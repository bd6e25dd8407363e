//! Where files come from. Nothing outside this folder reads one.

mod memory;
mod worktree;

pub use memory::Memory;
use std::collections::BTreeSet;
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

    /// Why a path that is not listed does not reach the server although it may be there.
    fn withheld(&self, path: &str) -> Option<Withheld>;
}

/// What a tree holds.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The files, sorted by path.
    pub files: Vec<Entry>,
    /// Virtual environments found on the way, which are passed over.
    pub environments: Vec<String>,
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
    /// Whether its run bit is set.
    pub is_executable: bool,
}

impl Entry {
    /// A plain file.
    pub fn new(path: impl Into<String>, size: u64) -> Self {
        Self {
            path: path.into(),
            size,
            is_executable: false,
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
}

impl Listing {
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
