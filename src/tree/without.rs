//! A tree less some of its files: what the program itself writes is no part of what it judges.

use super::{Listing, Tree, Withheld};

/// A tree without the files that `is_absent` names.
pub struct Without<'a> {
    /// The whole tree.
    pub tree: &'a dyn Tree,
    /// Whether the file at a path is not there.
    pub is_absent: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Tree for Without<'_> {
    fn list(&self) -> Listing {
        let mut listing = self.tree.list();
        listing.files.retain(|entry| !(self.is_absent)(&entry.path));
        listing
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.tree.read(path)
    }

    fn identity(&self, path: &str) -> Option<String> {
        self.tree.identity(path)
    }

    fn withheld(&self, path: &str) -> Option<Withheld> {
        self.tree.withheld(path)
    }
}
