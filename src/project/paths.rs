//! Which paths the server gets.

use crate::tree::Listing;
use std::collections::{BTreeMap, BTreeSet};

/// The files and folders of the tree, for questions by path and by name.
#[derive(Debug, Default)]
pub struct Paths {
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
    by_name: BTreeMap<String, Vec<String>>,
    /// Every file and folder by its path in lower case.
    by_lower: BTreeMap<String, String>,
    /// The name of every file in lower case.
    names_in_lower: BTreeSet<String>,
}

impl Paths {
    /// The paths of a listing.
    pub fn new(listing: &Listing) -> Self {
        let folders: BTreeSet<String> = listing.folders().into_iter().map(str::to_owned).collect();
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in &listing.files {
            let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
            by_name
                .entry(name.to_owned())
                .or_default()
                .push(entry.path.clone());
        }
        let files: BTreeSet<String> = listing.files.iter().map(|entry| entry.path.clone()).collect();
        let by_lower = folders
            .iter()
            .chain(&files)
            .map(|path| (path.to_lowercase(), path.clone()))
            .collect();
        let names_in_lower = by_name.keys().map(|name| name.to_lowercase()).collect();
        Self {
            files,
            folders,
            by_name,
            by_lower,
            names_in_lower,
        }
    }

    /// Whether the server gets this file.
    pub fn has_file(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Whether the server gets this folder; the root is `""`.
    pub fn has_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    /// Every file of this name, sorted by path.
    pub fn named(&self, name: &str) -> &[String] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether any file has this name in lower case, whatever its folder.
    pub fn has_name_of_any_case(&self, lower: &str) -> bool {
        self.names_in_lower.contains(lower)
    }

    /// The file or folder that differs from `path` by case alone, when `path` itself is not there: macOS
    /// finds it, Linux does not.
    pub fn other_case(&self, path: &str) -> Option<&str> {
        if self.has_file(path) || self.has_folder(path) {
            return None;
        }
        self.by_lower.get(&path.to_lowercase()).map(String::as_str)
    }

    /// The same for a path as it is written in a file of `folder`.
    pub fn other_case_from(&self, folder: &str, written: &str) -> Option<&str> {
        self.other_case(&resolve(folder, written)?)
    }

    /// Whether a path as it is written in a file of `folder` is there, letter by letter.
    pub fn has_from(&self, folder: &str, written: &str) -> bool {
        resolve(folder, written).is_some_and(|path| self.has_file(&path) || self.has_folder(&path))
    }

    /// Whether some file or folder of the tree ends with this path, letter by letter: `css/site.css` is the
    /// end of `web/css/site.css`.
    pub fn has_end(&self, end: &str) -> bool {
        let name = end.rsplit('/').next().unwrap_or(end);
        let is_end = |path: &str| {
            path.strip_suffix(end)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        self.named(name).iter().any(|path| is_end(path)) || self.has_folder(end)
    }

    /// The files of one folder, without those below it, sorted.
    pub fn files_in(&self, folder: &str) -> Vec<&str> {
        let start = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let below = self.files.range(start.clone()..);
        let below = below.take_while(|path| path.starts_with(&start));
        below
            .filter(|path| !path[start.len()..].contains('/'))
            .map(String::as_str)
            .collect()
    }

    /// The files of a folder and of those below it, sorted.
    pub fn files_below(&self, folder: &str) -> impl Iterator<Item = &str> {
        let start = format!("{folder}/");
        let from = self.files.range(start.clone()..);
        from.take_while(move |path| path.starts_with(&start))
            .map(String::as_str)
    }

    /// All files, sorted.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
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
