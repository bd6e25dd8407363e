//! Which part of the tree a written path means, and whether the server has it.

use super::container::Container;
use super::{Directory, Entry, FolderBy, State};
use crate::document::Document;
use crate::facts::ConsoleScript;
use crate::finding::DocumentId;
use crate::formats::Format;
use crate::project::modules::folder_of;
use crate::project::paths::{Paths, resolve};
use crate::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// Finds paths of programs' definitions.
pub(super) struct Locator<'a> {
    pub(super) documents: &'a [Document],
    pub(super) paths: &'a Paths,
    pub(super) tree: &'a dyn Tree,
    /// The folder that the tree is put into, where one is declared.
    pub(super) root: Option<&'a str>,
    /// Files of the tree by path.
    pub(super) files: BTreeMap<&'a str, DocumentId>,
    /// Files that scripts and builds of the tree write, by path: relative to the root where it is known to be there.
    pub(super) written: BTreeMap<&'a str, DocumentId>,
    /// Files that the commands of Dockerfiles write, as they name them.
    outputs: BTreeSet<&'a str>,
    /// Commands that projects of the tree bring, with the project's folder.
    pub(super) console_scripts: BTreeMap<&'a str, (String, &'a ConsoleScript)>,
    /// The documents with settings for units of others.
    pub(super) drop_ins: Vec<(DocumentId, &'a Document)>,
    /// The last parts of all words of commands that make virtual environments.
    environments: BTreeSet<&'a str>,
}

/// Where a path is written, and so what it is relative to.
#[derive(Debug, Clone, Default)]
pub(super) struct Site {
    /// The working directory, relative to the root.
    pub(super) directory: String,
    /// The folder of the file, which `%(here)s` means.
    pub(super) here: String,
    /// Whether the working directory is a place that the tree does not tell of.
    pub(super) is_elsewhere: bool,
    /// Who says where the working directory is.
    pub(super) folder: FolderBy,
    /// An absolute folder, and the part of the tree that it is taken for.
    pub(super) root: Option<(String, String)>,
    /// The container's files, in a container.
    pub(super) container: Option<Container>,
    /// Variables that are set.
    pub(super) environment: BTreeMap<String, String>,
    /// Folders that stand in `sys.path` before those of `PYTHONPATH`.
    pub(super) python_path: Vec<String>,
    /// Whether the interpreter leaves out the script's folder (`-I`, `-P`).
    pub(super) is_isolated: bool,
    /// The file with a server's settings, and the folder in which it is read.
    pub(super) settings: Option<(String, String)>,
    /// Whether the interpreter leaves out `PYTHONPATH` (`-I`, `-E`).
    pub(super) ignores_environment: bool,
}

/// What a path begins with that is seen from the root of the tree, as code works it out from `__file__`.
pub(super) const OF_TREE: &str = "%(tree)s";

/// What a path is expected to be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    File,
    Folder,
}

impl Site {
    pub(super) fn new(here: &str) -> Self {
        Self {
            here: here.to_owned(),
            ..Self::default()
        }
    }
}

impl<'a> Locator<'a> {
    pub(super) fn new(
        documents: &'a [Document],
        paths: &'a Paths,
        tree: &'a dyn Tree,
        root: Option<&'a str>,
    ) -> Self {
        let mut locator = Self {
            documents,
            paths,
            tree,
            root,
            files: BTreeMap::new(),
            written: BTreeMap::new(),
            outputs: BTreeSet::new(),
            console_scripts: BTreeMap::new(),
            drop_ins: Vec::new(),
            environments: BTreeSet::new(),
        };
        for (id, document) in (0..).map(DocumentId).zip(documents) {
            if !document.facts.drop_ins.is_empty() {
                locator.drop_ins.push((id, document));
            }
            for command in &document.facts.commands {
                let words = || command.words.iter().map(|word| name_of(&word.text));
                if words().any(|word| matches!(word, "venv" | "virtualenv")) {
                    locator.environments.extend(words());
                }
                let output = command
                    .output
                    .as_ref()
                    .filter(|_| document.format == Format::Docker);
                locator.outputs.extend(output.map(std::convert::AsRef::as_ref));
            }
            if document.host.is_some() {
                if let Some(path) = locator.written_path(document) {
                    locator.written.entry(path).or_insert(id);
                }
                continue;
            }
            locator.files.insert(&document.path, id);
            for script in &document.facts.console_scripts {
                let folder = folder_of(&document.path).to_owned();
                locator
                    .console_scripts
                    .entry(&script.name)
                    .or_insert((folder, script));
            }
        }
        locator
    }

    /// The file at a path of the tree, or one that a script or a build writes there.
    pub(super) fn document_at(&self, path: &str) -> Option<(DocumentId, &'a Document)> {
        let id = *self.files.get(path).or_else(|| self.written.get(path))?;
        Some((id, self.documents.get(id.0 as usize)?))
    }

    /// The path of a file that a script writes, as paths of the tree are seen; nothing when only the script knows.
    fn written_path(&self, document: &'a Document) -> Option<&'a str> {
        let path = document.path.as_str();
        if path.contains(['$', '`', '%', '~', '*']) {
            return None;
        }
        let inside = self.root.and_then(|root| below(path, root));
        Some(inside.unwrap_or(path).trim_start_matches("./"))
    }

    /// Goes to a folder, as `cd` does.
    pub(super) fn enter(&self, folder: &str, site: &mut Site) {
        let (path, state) = self.locate(folder, site, Kind::Folder);
        site.is_elsewhere = state == State::Unknown && path.is_empty();
        site.folder = FolderBy::Definition;
        site.directory = path;
        if let Some(container) = &mut site.container {
            // From a folder that is known in the tree alone, the rest is looked for in the tree.
            let is_of_tree = folder.starts_with("%(here)s") || folder.starts_with(OF_TREE);
            container.directory = container.absolute(folder).filter(|_| !is_of_tree);
        }
    }

    /// The part of the tree that a written path means, and whether the server has it.
    pub(super) fn locate(&self, written: &str, site: &Site, kind: Kind) -> (String, State) {
        let written = written.trim_end_matches('/');
        if let Some(rest) = written.strip_prefix("%(here)s") {
            return self.within(&site.here, rest.trim_start_matches('/'), kind);
        }
        if let Some(rest) = written.strip_prefix(OF_TREE) {
            return self.within("", rest.trim_start_matches('/'), kind);
        }
        if has_specifier(written) || written.contains('$') || written.starts_with('~') {
            let known = self.paths.suffix_in_tree(written).map(str::to_owned);
            return (known.unwrap_or_default(), State::Unknown);
        }
        if let Some(container) = &site.container
            && !is_foreign(written)
            && let Some(path) = container.absolute(written)
        {
            return self.in_container(container, &path, kind);
        }
        if let Some(rest) = self
            .root
            .filter(|_| site.container.is_none())
            .and_then(|root| below(written, root))
        {
            return self.within("", rest, kind);
        }
        if is_foreign(written) {
            let known = self.paths.suffix_in_tree(written).unwrap_or_default();
            return (known.to_owned(), State::Foreign);
        }
        if written.starts_with('/') {
            let taken = site.root.as_ref().and_then(|(root, folder)| {
                let path = resolve(folder, below(written, root)?)?;
                let is_there = path.is_empty() || self.paths.has_file(&path) || self.paths.has_folder(&path);
                is_there.then_some(path)
            });
            let known = taken.or_else(|| self.paths.suffix_in_tree(written).map(str::to_owned));
            if known.is_none() && matches!(kind, Kind::File) && self.written.contains_key(written) {
                return (written.to_owned(), State::Present);
            }
            return (known.unwrap_or_default(), State::Unknown);
        }
        match self.within(&site.directory, written, kind) {
            (path, State::Missing(_)) if site.is_elsewhere => (path, State::Unknown),
            found => found,
        }
    }

    fn in_container(&self, container: &Container, path: &str, kind: Kind) -> (String, State) {
        if matches!(kind, Kind::File) && self.outputs.contains(path) {
            return (path.to_owned(), State::Present);
        }
        match container.in_tree(path) {
            Some((inside, true)) => match (self.within("", &inside, kind), container.withheld(path, &inside))
            {
                ((found, State::Present), Some(withheld)) => (found, State::Missing(Some(withheld))),
                (found, _) => found,
            },
            Some((path, false)) => (path, State::Unknown),
            None if matches!(kind, Kind::File) && self.written.contains_key(path) => {
                (path.to_owned(), State::Present)
            }
            None => {
                let known = self.paths.suffix_in_tree(path).unwrap_or_default();
                (known.to_owned(), State::Unknown)
            }
        }
    }

    fn within(&self, folder: &str, relative: &str, kind: Kind) -> (String, State) {
        let Some(path) = resolve(folder, relative) else {
            return (String::new(), State::Unknown);
        };
        let is_there = match kind {
            Kind::File => self.paths.has_file(&path) || self.written.contains_key(path.as_str()),
            Kind::Folder => self.paths.has_folder(&path),
        };
        let state = if is_there {
            State::Present
        } else {
            State::Missing(self.tree.withheld(&path))
        };
        (path, state)
    }

    /// The folders of a `PYTHONPATH`. A variable that is not known (`$APP_ROOT`) is taken to be the tree's own
    /// place; what stands below it counts when the tree has it.
    pub(super) fn search_path(&self, value: &str, site: &Site) -> Vec<String> {
        // `$APP_ROOT${PYTHONPATH:+:$PYTHONPATH}`: what was there before comes last.
        let value = value.split("${PYTHONPATH").next().unwrap_or(value);
        let is_own = |entry: &str| matches!(entry, "$PYTHONPATH" | "%(ENV_PYTHONPATH)s");
        let folder = |entry: &str| {
            let is_open = entry.starts_with('$') || entry.contains("%(ENV_");
            let (path, _) = self.locate(entry, site, Kind::Folder);
            (!is_open || !path.is_empty() || !entry.contains('/')).then_some(path)
        };
        let entries = value
            .split(':')
            .filter(|entry| !entry.is_empty() && !is_own(entry));
        entries.filter_map(folder).collect()
    }

    /// An absolute script below the program's own absolute folder: that folder is taken to be the tree's.
    pub(super) fn judge_below(&self, directory: &Directory, entry: &mut Entry) {
        let Entry::Script { path, written, state } = entry else {
            return;
        };
        let Some((folder, _)) = &directory.written else {
            return;
        };
        let is_open =
            *state == State::Unknown && directory.state == State::Unknown && folder.starts_with('/');
        if let (true, Some(rest)) = (is_open, below(written, folder)) {
            (*path, *state) = self.within(&directory.path, rest, Kind::File);
        }
    }

    /// Whether the server has what a command begins with. A virtual environment is made there.
    pub(super) fn runner(&self, first: &str, site: &Site) -> State {
        if !first.contains('/') {
            return State::Unknown;
        }
        let (path, state) = self.locate(first, site, Kind::File);
        let Some((folder, _)) = path.split_once("/bin/").filter(|_| site.container.is_none()) else {
            return match state {
                // What an image holds besides the tree is not known.
                State::Missing(_) if site.container.is_some() => State::Unknown,
                state => state,
            };
        };
        let name = name_of(folder);
        let is_usual = matches!(name, "venv" | ".venv" | "env" | ".env" | "virtualenv");
        match state {
            State::Missing(None) if is_usual || self.environments.contains(name) => State::Unknown,
            State::Missing(Some(_)) => State::Unknown,
            state => state,
        }
    }
}

/// The last part of a path.
pub(super) fn name_of(word: &str) -> &str {
    memchr::memrchr(b'/', word.as_bytes()).map_or(word, |at| &word[at + 1..])
}

/// Whether a path can only be one of a Mac or of Windows.
pub(crate) fn is_foreign(path: &str) -> bool {
    let is_windows =
        matches!(path.as_bytes(), [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    is_windows
        || [
            "/Users/",
            "/Applications/",
            "/Library/",
            "/System/",
            "/Volumes/",
            "/opt/homebrew/",
        ]
        .iter()
        .any(|prefix| path.starts_with(prefix))
}

/// The part of `path` below `root`, when it is below it.
pub(super) fn below<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(root.trim_end_matches('/'))?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('/')
    }
}

/// The path of a sibling of the tree's root that a missing script might mean: every file of its name.
pub(crate) fn same_name(paths: &Paths, path: &str) -> Vec<String> {
    let others = paths.named(name_of(path)).into_iter();
    others.filter(|other| *other != path).map(str::to_owned).collect()
}

/// Whether a path holds something that its manager puts in: `%(ENV_X)s` of supervisord, `%h` of systemd.
fn has_specifier(written: &str) -> bool {
    let mut behind = written.split('%').skip(1);
    behind.any(|behind| behind.starts_with(|letter: char| letter == '(' || letter.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_holds_only_what_is_below_it() {
        assert_eq!(below("/opt/app/x", "/opt/app/"), Some("x"));
        assert_eq!(below("/opt/application", "/opt/app"), None);
        assert_eq!(below("/opt/app", "/opt/app"), Some(""));
    }
}
