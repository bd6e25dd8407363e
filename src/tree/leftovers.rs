//! Files that tools and machines leave behind and nobody means to deploy, by their names.

use super::{Entry, Listing};
use std::collections::BTreeSet;

/// What left a file behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leftover {
    /// macOS: `.DS_Store`, `._name`, `__MACOSX/`.
    Mac,
    /// The Finder, or somebody's hand: `name 2.py`, `name copy.py` beside `name.py`.
    Copy,
    /// A virtual environment.
    Environment,
    /// Compiled Python.
    Compiled,
    /// A program that writes a log.
    Log,
    /// A database that keeps itself in a file.
    Database,
    /// A dump of a database.
    Dump,
    /// An editor or a merge.
    Editor,
}

impl Leftover {
    /// All kinds, in the order of their declaration.
    pub const ALL: [Self; 8] = [
        Self::Mac,
        Self::Copy,
        Self::Environment,
        Self::Compiled,
        Self::Log,
        Self::Database,
        Self::Dump,
        Self::Editor,
    ];
}

/// What of a listing was left behind: kind and path, sorted. A virtual environment is named by the
/// file that tells it, a folder of compiled Python by itself.
pub(crate) fn find(listing: &Listing) -> BTreeSet<(Leftover, String)> {
    let paths: BTreeSet<&str> = listing.files.iter().map(|entry| entry.path.as_str()).collect();
    let named = listing
        .files
        .iter()
        .filter_map(|Entry { path, .. }| Some((kind(path, &paths)?, path.clone())));
    let environments = listing
        .environments
        .iter()
        .map(|environment| (Leftover::Environment, environment.mark.clone()));
    let caches = listing
        .caches
        .iter()
        .map(|cache| (Leftover::Compiled, cache.clone()));
    named.chain(environments).chain(caches).collect()
}

fn kind(path: &str, paths: &BTreeSet<&str>) -> Option<Leftover> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if name == ".DS_Store" || name.starts_with("._") || folder.split('/').any(|part| part == "__MACOSX") {
        return Some(Leftover::Mac);
    }
    let lower = name.to_ascii_lowercase();
    let ends = |ends: &[&str]| {
        ends.iter()
            .any(|end| lower.ends_with(end) && lower.len() > end.len())
    };
    let is_rotated = lower.rsplit_once('.').is_some_and(|(before, number)| {
        before.ends_with(".log") && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    if ends(&[".pyc", ".pyo"]) {
        Some(Leftover::Compiled)
    } else if ends(&[".log"]) || is_rotated {
        Some(Leftover::Log)
    } else if ends(&[
        ".db",
        ".sqlite",
        ".sqlite3",
        ".db-wal",
        ".db-journal",
        ".sqlite3-journal",
    ]) {
        Some(Leftover::Database)
    } else if ends(&[".sql.gz", ".sql.bz2", ".sql.xz", ".dump", ".pgdump"]) {
        Some(Leftover::Dump)
    } else if (name.starts_with('.') && ends(&[".swp", ".swo"]))
        || name.starts_with(".#")
        || ends(&["~", ".orig", ".rej"])
    {
        Some(Leftover::Editor)
    } else {
        let original = original(name)?;
        let joint = if folder.is_empty() { "" } else { "/" };
        paths
            .contains(format!("{folder}{joint}{original}").as_str())
            .then_some(Leftover::Copy)
    }
}

/// The name of the file that a copy was made of: `a.py` of `a 2.py`, `a copy.py`, `a copy 3.py`.
fn original(name: &str) -> Option<String> {
    let (stem, extension) = name
        .rsplit_once('.')
        .map_or((name, ""), |(stem, _)| (stem, &name[stem.len()..]));
    let (before, last) = stem.rsplit_once(' ')?;
    let is_number = last.len() < 3 && last.bytes().all(|byte| byte.is_ascii_digit()) && last != "1";
    let base = if last == "copy" {
        before
    } else if is_number {
        before.strip_suffix(" copy").unwrap_or(before)
    } else {
        return None;
    };
    Some(format!("{base}{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_left_a_file_behind() {
        let paths = BTreeSet::from(["a/b.py", "c.py"]);
        for (path, expected) in [
            ("a/.DS_Store", Some(Leftover::Mac)),
            ("__MACOSX/a/b.py", Some(Leftover::Mac)),
            ("a/._b.py", Some(Leftover::Mac)),
            ("a/b 2.py", Some(Leftover::Copy)),
            ("a/b copy.py", Some(Leftover::Copy)),
            ("c copy 3.py", Some(Leftover::Copy)),
            ("a/c 2.py", None),
            ("Chapter 2.py", None),
            ("a/b.log.1", Some(Leftover::Log)),
            ("a/x.db", Some(Leftover::Database)),
            ("a/x.dump", Some(Leftover::Dump)),
            (".b.py.swp", Some(Leftover::Editor)),
            ("a/b.py", None),
            (".log", None),
            ("~", None),
        ] {
            assert_eq!(kind(path, &paths), expected, "{path}");
        }
    }
}
