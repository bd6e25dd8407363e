//! `/opt/desk` in a tree that has a package `desk`: whether that is the tree or the package.

use super::place::{Locator, below};
use crate::facts::Program;

impl Locator<'_> {
    /// Whether an absolute working directory whose last part names a folder at the root of the tree is the tree
    /// itself: what the program runs is there and not in that folder; where that does not tell, whether the
    /// folder is a package.
    pub(super) fn is_tree(&self, written: &str, folder: &str, program: &Program) -> bool {
        if folder.contains('/') || folder.is_empty() || !written.starts_with('/') {
            return false;
        }
        let words = program.commands.iter().flat_map(|command| &command.words);
        let mut votes = words.filter_map(|word| self.vote(&word.text, written, folder));
        votes
            .next()
            .unwrap_or_else(|| self.paths.has_file(&format!("{folder}/__init__.py")))
    }

    /// Whether a word names something at the root and not in the folder; nothing when both have it, or none.
    fn vote(&self, word: &str, written: &str, folder: &str) -> Option<bool> {
        let word = below(word, written).unwrap_or(word);
        let word = word.split(':').next().unwrap_or(word).trim_start_matches("./");
        if word.is_empty() || word.starts_with(['-', '/', '$']) {
            return None;
        }
        let has = |base: &str| {
            let path = crate::project::modules::join(base, word);
            let is_name = word.split('.').all(super::line::is_name);
            self.paths.has_file(&path) || (is_name && self.has_module(base, word))
        };
        let (at_root, in_folder) = (has(""), has(folder));
        (at_root != in_folder).then_some(at_root)
    }
}
