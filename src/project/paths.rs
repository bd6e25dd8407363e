//! Which paths the server gets.

use crate::tree::Listing;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The files and folders of the tree, for questions by path and by name.
///
/// Each path is held once; what finds it in another way holds its number.
#[derive(Debug, Default)]
pub struct Paths {
    /// Sorted, as the folders are.
    files: Vec<Box<str>>,
    folders: Vec<Box<str>>,
    /// Files, sorted by their names, then by the folders around them from the inside out.
    by_end: Vec<u32>,
    /// Folders and behind them files whose paths are not in lower case, sorted by what they are there.
    by_lower: Vec<u32>,
    /// In lower case: the names of files that are not.
    names_in_lower: BTreeSet<String>,
}

impl Paths {
    /// The paths of a listing.
    pub fn new(listing: &Listing) -> Self {
        let folders: Vec<Box<str>> = listing.folders().into_iter().map(Box::from).collect();
        let mut files: Vec<Box<str>> = listing
            .files
            .iter()
            .map(|entry| entry.path.as_str().into())
            .collect();
        files.sort_unstable();
        files.dedup();
        let mut by_lower: Vec<u32> = (0..).take(folders.len() + files.len()).collect();
        by_lower.retain(|at| !is_lower(numbered(&folders, &files, *at)));
        by_lower.sort_by_cached_key(|at| lower(numbered(&folders, &files, *at)));
        let names = files.iter().map(|file| name_of(file));
        let names_in_lower = names
            .filter(|name| !is_lower(name))
            .map(str::to_lowercase)
            .collect();
        let by_end = by_end(&files);
        Self {
            files,
            folders,
            by_end,
            by_lower,
            names_in_lower,
        }
    }

    /// Whether the server gets this file.
    pub fn has_file(&self, path: &str) -> bool {
        self.files.binary_search_by(|file| (**file).cmp(path)).is_ok()
    }

    /// Whether the server gets this folder; the root is `""`.
    pub fn has_folder(&self, path: &str) -> bool {
        self.folders
            .binary_search_by(|folder| (**folder).cmp(path))
            .is_ok()
    }

    /// Every file of this name, sorted by path.
    pub fn named(&self, name: &str) -> Vec<&str> {
        self.ending(name)
    }

    /// Every file whose path ends with this one, letter by letter, sorted: `css/site.css` is the end of
    /// `web/css/site.css`.
    pub fn ending(&self, end: &str) -> Vec<&str> {
        let mut found: Vec<&str> = self.with_end(end).collect();
        found.sort_unstable();
        found
    }

    fn with_end<'p, 'e>(&'p self, end: &'e str) -> impl Iterator<Item = &'p str> + use<'p, 'e> {
        let path = |at: &u32| &*self.files[*at as usize];
        let from = self
            .by_end
            .partition_point(|at| path(at).rsplit('/').lt(end.rsplit('/')));
        let is_end = move |path: &&str| {
            path.strip_suffix(end)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        self.by_end[from..].iter().map(path).take_while(is_end)
    }

    /// Whether any file has this name in lower case, whatever its folder.
    pub fn has_name_of_any_case(&self, lower: &str) -> bool {
        self.names_in_lower.contains(lower) || !lower.contains('/') && self.with_end(lower).next().is_some()
    }

    /// The file or folder that differs from `path` by case alone, when `path` itself is not there: macOS
    /// finds it, Linux does not.
    pub fn other_case(&self, path: &str) -> Option<&str> {
        if self.has_file(path) || self.has_folder(path) {
            return None;
        }
        let wanted = lower(path);
        let known = |at: u32| numbered(&self.folders, &self.files, at);
        let behind = self.by_lower.partition_point(|at| lower(known(*at)) <= wanted);
        let last = behind
            .checked_sub(1)
            .and_then(|at| self.by_lower.get(at).copied());
        let mixed = last.filter(|at| lower(known(*at)) == wanted);
        // Of several the last one counts, a file before a folder.
        mixed.into_iter().chain(self.number_of(&wanted)).max().map(known)
    }

    /// The number of a path that is in lower case; of a file, where there is a folder too.
    fn number_of(&self, path: &str) -> Option<u32> {
        let find = |paths: &[Box<str>]| paths.binary_search_by(|known| (**known).cmp(path)).ok();
        let file = find(&self.files).map(|at| self.folders.len() + at);
        let number = file.or_else(|| find(&self.folders)).filter(|_| is_lower(path))?;
        u32::try_from(number).ok()
    }

    /// The same for a path as it is written in a file of `folder`.
    pub fn other_case_from(&self, folder: &str, written: &str) -> Option<&str> {
        self.other_case(&resolve(folder, written)?)
    }

    /// Whether a path as it is written in a file of `folder` is there, letter by letter.
    pub fn has_from(&self, folder: &str, written: &str) -> bool {
        resolve(folder, written).is_some_and(|path| self.has_file(&path) || self.has_folder(&path))
    }

    /// Whether some file of the tree ends with this path, letter by letter, or a folder is it.
    pub fn has_end(&self, end: &str) -> bool {
        self.with_end(end).next().is_some() || self.has_folder(end)
    }

    /// The files of one folder, without those below it, sorted.
    pub fn files_in(&self, folder: &str) -> Vec<&str> {
        let start = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let below = self.from(&start).take_while(|path| path.starts_with(&start));
        below.filter(|path| !path[start.len()..].contains('/')).collect()
    }

    /// The files of a folder and of those below it, sorted.
    pub fn files_below(&self, folder: &str) -> impl Iterator<Item = &str> {
        let start = format!("{folder}/");
        self.from(&start).take_while(move |path| path.starts_with(&start))
    }

    /// The files from this path on.
    fn from<'p>(&'p self, start: &str) -> impl Iterator<Item = &'p str> + use<'p> {
        let from = self.files.partition_point(|file| &**file < start);
        self.files[from..].iter().map(|file| &**file)
    }

    /// All files, sorted.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| &**file)
    }

    /// The part of an absolute path of some machine that names a file or folder of the tree:
    /// `/opt/app/backend/main.py` is `backend/main.py` when the tree has that and nothing longer.
    /// The root itself cannot be told this way.
    pub fn suffix_in_tree<'a>(&self, absolute: &'a str) -> Option<&'a str> {
        let trimmed = absolute.trim_end_matches('/');
        let mut rest = trimmed;
        while let Some((_, behind)) = rest.split_once('/') {
            if !behind.is_empty() && (self.has_file(behind) || self.has_folder(behind)) {
                return Some(behind);
            }
            rest = behind;
        }
        None
    }
}

/// The folder of this number, or the file behind them.
fn numbered<'a>(folders: &'a [Box<str>], files: &'a [Box<str>], at: u32) -> &'a str {
    let at = at as usize;
    folders.get(at).unwrap_or_else(|| &files[at - folders.len()])
}

/// The numbers of files, sorted by their names, then by the folders around them from the inside out.
fn by_end(files: &[Box<str>]) -> Vec<u32> {
    let mut named: Vec<(&str, &str, u32)> = files
        .iter()
        .zip(0..)
        .map(|(file, at)| {
            let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
            (name, folder, at)
        })
        .collect();
    // A folder is the same for all that lie in it: which of two comes first is asked only for equal names.
    named.sort_unstable_by(|(one, inside, _), (other, around, _)| {
        one.cmp(other)
            .then_with(|| is_within(inside).cmp(&is_within(around)))
            .then_with(|| inside.rsplit('/').cmp(around.rsplit('/')))
    });
    named.into_iter().map(|(_, _, at)| at).collect()
}

/// Whether a file lies in a folder at all: one of the root has no folder around it.
fn is_within(folder: &str) -> bool {
    !folder.is_empty()
}

/// Whether a path is sure to be in lower case.
fn is_lower(path: &str) -> bool {
    path.bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
}

/// A path in lower case. Most are already.
fn lower(path: &str) -> Cow<'_, str> {
    if is_lower(path) {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(path.to_lowercase())
    }
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `path` seen from `folder` (both relative to the root), with `.` and `..` worked out; nothing when
/// it leads out of the tree.
pub(crate) fn resolve(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Entry;

    #[test]
    fn relative_paths_are_worked_out() {
        assert_eq!(resolve("a/b", "../c.py").as_deref(), Some("a/c.py"));
        assert_eq!(resolve("", "./x/./y").as_deref(), Some("x/y"));
        assert_eq!(resolve("a", "../../c"), None);
    }

    #[test]
    fn what_differs_by_case_alone_is_known() {
        let listing = Listing {
            files: vec![Entry::new("web/Img/Logo.png", 1), Entry::new("Übung.py", 1)],
            ..Listing::default()
        };
        let paths = Paths::new(&listing);
        assert_eq!(paths.other_case("web/img/logo.png"), Some("web/Img/Logo.png"));
        assert_eq!(paths.other_case("WEB"), Some("web"));
        assert_eq!(paths.other_case("übung.py"), Some("Übung.py"));
        assert_eq!(paths.other_case("web/Img/Logo.png"), None);
        assert_eq!(paths.other_case("web/Img/logo.svg"), None);
        assert_eq!(
            paths.other_case_from("web/css", "../img/logo.png"),
            Some("web/Img/Logo.png")
        );
        assert_eq!(paths.other_case_from("", "../web"), None);
        assert!(
            paths.has_end("Img/Logo.png") && !paths.has_end("mg/Logo.png") && !paths.has_end("img/Logo.png")
        );
    }

    #[test]
    fn files_are_found_by_their_ends() {
        let files = ["b/a/x.py", "a/x.py", "x.py", "aa/x.py", "a/b/x.py.py"];
        let listing = Listing {
            files: files.map(|path| Entry::new(path, 1)).into(),
            ..Listing::default()
        };
        let paths = Paths::new(&listing);
        assert_eq!(paths.named("x.py"), ["a/x.py", "aa/x.py", "b/a/x.py", "x.py"]);
        assert_eq!(paths.ending("a/x.py"), ["a/x.py", "b/a/x.py"]);
        assert!(paths.ending("c/x.py").is_empty() && paths.named("y.py").is_empty());
        assert_eq!(
            paths.files_below("a").collect::<Vec<_>>(),
            ["a/b/x.py.py", "a/x.py"]
        );
        assert_eq!(paths.files_in("a"), ["a/x.py"]);
    }

    #[test]
    fn an_absolute_path_names_the_longest_part_that_the_tree_has() {
        let listing = Listing {
            files: vec![Entry::new("backend/main.py", 1)],
            ..Listing::default()
        };
        let paths = Paths::new(&listing);
        assert_eq!(
            paths.suffix_in_tree("/opt/app/backend/main.py"),
            Some("backend/main.py")
        );
        assert_eq!(paths.suffix_in_tree("/opt/app/backend/"), Some("backend"));
        assert_eq!(paths.suffix_in_tree("/opt/app"), None);
    }
}
