//! The tree, a square for each file, coloured by what was found in it.

use super::text::short;
use crate::finding::{Scope, Severity};
use crate::readiness::Tally;
use crate::report::markdown::{Numbered, updates};
use crate::report::{Report, score};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Folders that have a row of their own, and squares in a row.
const ROWS: usize = 48;
const SQUARES: usize = 240;
/// Characters of a path.
const PATH: usize = 300;

/// The section of the tree.
#[derive(Serialize)]
pub(super) struct Map {
    rows: Vec<Row>,
    files: usize,
}

/// A folder, with what lies below it and has no row of its own.
#[derive(Serialize)]
struct Row {
    depth: usize,
    name: String,
    /// What to search for to see its findings.
    search: String,
    /// The first cause that lies in it.
    target: Option<String>,
    squares: Vec<Square>,
    left: usize,
    files: usize,
    told: Option<String>,
}

/// A file.
#[derive(Serialize)]
struct Square {
    class: &'static str,
    title: String,
}

/// What is known of a file.
#[derive(Default)]
struct File<'a> {
    severities: Vec<Severity>,
    /// The position of its worst cause in the report, and that cause's number.
    cause: Option<(usize, &'a str)>,
    scope: Option<Scope>,
}

impl File<'_> {
    fn worst(&self) -> Option<Severity> {
        self.severities.iter().copied().max()
    }
}

impl Map {
    pub(super) fn of(report: &Report, told: &[Numbered<'_>]) -> Self {
        let files = files(report, told);
        let kept = kept(&files);
        let mut rows: BTreeMap<&str, Vec<(&str, &File<'_>)>> =
            kept.iter().map(|folder| (*folder, Vec::new())).collect();
        for (path, file) in &files {
            let folder = home(path, &kept);
            rows.entry(folder).or_default().push((path, file));
        }
        // Sorted by parts, so that a folder stands before what lies in it, and nothing between them.
        let mut rows: Vec<(&str, Vec<(&str, &File<'_>)>)> = rows.into_iter().collect();
        rows.sort_by_key(|(folder, _)| folder.split('/').collect::<Vec<_>>());
        let rows = rows.into_iter().filter(|(_, own)| !own.is_empty());
        Self {
            rows: rows.map(|(folder, own)| row(folder, &kept, own)).collect(),
            files: files.len(),
        }
    }
}

fn files<'a>(report: &'a Report, told: &'a [Numbered<'a>]) -> BTreeMap<&'a str, File<'a>> {
    let mut files: BTreeMap<&str, File<'_>> = BTreeMap::new();
    for (path, scope) in &report.tree {
        files.entry(path).or_default().scope = Some(*scope);
    }
    for (at, numbered) in told.iter().enumerate() {
        for found in updates::told(report, numbered.cause) {
            let file = files.entry(&found.location.path).or_default();
            file.severities.push(found.finding.severity);
            file.cause.get_or_insert((at, &numbered.number));
        }
    }
    files
}

/// The folders above a path, the nearest first; the last is the root, which has no name.
fn above(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(path);
    std::iter::from_fn(move || {
        let path = rest?;
        if path.is_empty() {
            rest = None;
            return None;
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        rest = Some(folder);
        Some(folder)
    })
}

/// The folders that have a row: the root, those where the most and the worst was found, and those at the top.
fn kept<'a>(files: &BTreeMap<&'a str, File<'a>>) -> BTreeSet<&'a str> {
    let mut found: BTreeMap<&str, (Option<Severity>, usize)> = BTreeMap::new();
    for (path, file) in files {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let top = path.split_once('/').map_or("", |(top, _)| top);
        found.entry(top).or_default();
        if file.worst().is_some() {
            let weight = found.entry(folder).or_default();
            *weight = (weight.0.max(file.worst()), weight.1 + file.severities.len());
        }
    }
    let mut folders: Vec<(&str, (Option<Severity>, usize))> = found.into_iter().collect();
    folders.sort_by_key(|(folder, weight)| (Reverse(*weight), *folder));
    let kept = folders.into_iter().take(ROWS).map(|(folder, _)| folder);
    kept.chain([""]).collect()
}

fn home<'a>(path: &str, kept: &BTreeSet<&'a str>) -> &'a str {
    above(path)
        .find_map(|folder| kept.get(folder))
        .copied()
        .unwrap_or("")
}

fn row(folder: &str, kept: &BTreeSet<&str>, mut own: Vec<(&str, &File<'_>)>) -> Row {
    own.sort_by_key(|(path, file)| (Reverse(file.worst()), Reverse(file.scope), *path));
    let parent = if folder.is_empty() { "" } else { home(folder, kept) };
    let depth = above(folder)
        .filter(|folder| !folder.is_empty() && kept.contains(folder))
        .count();
    let name = match (folder, parent) {
        ("", _) => "(top)".to_owned(),
        (_, "") => format!("{folder}/"),
        _ => format!("{}/", &folder[parent.len() + 1..]),
    };
    let severities = own.iter().flat_map(|(_, file)| file.severities.iter().copied());
    let tally = Tally::of(severities);
    let first = own.iter().filter_map(|(_, file)| file.cause).min();
    Row {
        depth,
        name: short(&name, PATH),
        search: if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        },
        target: first.map(|(_, number)| number.to_owned()),
        left: own.len().saturating_sub(SQUARES),
        files: own.len(),
        told: score::causes(&tally)
            .or_else(|| (tally.info > 0).then(|| format!("{} for information", tally.info))),
        squares: own
            .iter()
            .take(SQUARES)
            .map(|(path, file)| square(path, file))
            .collect(),
    }
}

fn square(path: &str, file: &File<'_>) -> Square {
    let tally = Tally::of(file.severities.iter().copied());
    let told = score::causes(&tally).unwrap_or_else(|| "nothing found".to_owned());
    Square {
        class: match (file.worst(), file.scope) {
            (Some(severity), _) => severity.name(),
            (None, Some(Scope::Development)) => "idle",
            (None, _) => "clean",
        },
        title: format!("{}: {told}", short(path, PATH)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_lie_in_the_nearest_folder_that_has_a_row() {
        let folders: Vec<&str> = above("a/b/c.py").collect();
        assert_eq!(folders, ["a/b", "a", ""]);
        let kept = BTreeSet::from(["", "a"]);
        assert_eq!(home("a/b/c.py", &kept), "a");
        assert_eq!(home("x/y.py", &kept), "");
        assert_eq!(home("z.py", &kept), "");
    }
}
