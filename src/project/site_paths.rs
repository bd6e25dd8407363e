//! Folders that `.pth` files in the server's site-packages add to `sys.path`.
//!
//! Such a file comes there when a deploy step writes it (`echo "$PWD/src" > …/site-packages/app.pth`), copies
//! it, or has a tool do so (`conda develop src`), and when the tree holds the virtual environment itself.

use super::modules::{folder_of, join};
use super::paths::{Paths, resolve};
use super::programs::{Words, behind_wrappers, is_foreign};
use super::scopes::is_of_development;
use super::sys_path::Entry;
use crate::document::Document;
use crate::facts::{Access, Command, Reach, Word};
use std::collections::BTreeMap;

/// The script itself, as a path can be written.
const SCRIPT: &str = "%(here)s/0";
const HERE: &str = "%(here)s";
/// A folder that only the server knows.
const UNKNOWN: &str = "$";

/// The entries that the `.pth` files add, in the order in which Python reads the files: by name.
pub(super) fn entries(documents: &[Document], paths: &Paths, roots: &[(String, String)]) -> Vec<Entry> {
    let mut found: Vec<(String, Entry)> = Vec::new();
    let documents_of_sites = documents.iter().filter(|document| {
        let mut commands = document.facts.commands.iter();
        !document.facts.site_lines.is_empty() || commands.any(may_write)
    });
    for document in documents_of_sites.filter(|document| !is_of_development(documents, document)) {
        let reader = Reader::new(documents, document, paths, roots);
        if let Some(folder) = site_of(document, documents) {
            for line in &document.facts.site_lines {
                // Scripts are mostly called from the root.
                let entry = reader.entry(&line.value, "", folder);
                found.extend(entry.map(|entry| (document.path.clone(), entry)));
            }
        }
        reader.of_commands(&mut found);
    }
    found.sort_by(|one, other| name_of(&one.0).cmp(name_of(&other.0)));
    let mut entries: Vec<Entry> = Vec::new();
    for (_, entry) in found {
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    entries
}

/// Whether a command may write a `.pth` file, by a first look.
fn may_write(command: &Command) -> bool {
    let is_path_file = |path: &str| path.ends_with(".pth");
    let tells = |word: &Word| {
        is_path_file(&word.text)
            || matches!(word.text.as_str(), "develop" | "conda-develop" | "add2virtualenv")
    };
    command.output.as_deref().is_some_and(is_path_file) || command.words.iter().any(tells)
}

/// The folder of site-packages that a `.pth` file lies in, or comes to, where it does.
fn site_of<'a>(document: &'a Document, documents: &[Document]) -> Option<&'a str> {
    if document.facts.site_lines.is_empty() {
        return None;
    }
    if is_site_file(&document.path) {
        return Some(folder_of(&document.path));
    }
    let name = name_of(&document.path);
    let is_brought = document.host.is_none() && documents.iter().any(|other| brings(other, name));
    is_brought.then_some(UNKNOWN)
}

/// Whether a document copies a file of this name into site-packages.
fn brings(document: &Document, name: &str) -> bool {
    let copies = |command: &Command| {
        if !command.words.iter().any(|word| name_of(&word.text) == name) {
            return false;
        }
        let words = behind_wrappers(&command.words);
        let program = words.first().map_or("", |word| name_of(&word.text));
        let is_copier = matches!(program, "cp" | "install" | "ln" | "mv" | "rsync");
        let target = words.last().map_or("", |word| word.text.as_str());
        let is_site = is_site_file(&format!("{target}/{name}")) || is_site_file(target);
        is_copier && command.reach != Reach::Elsewhere && is_site
    };
    let places = || {
        let programs = document.facts.programs.iter();
        programs.flat_map(|program| &program.placements)
    };
    let is_placed = || {
        places().any(|placement| name_of(&placement.from) == name && is_site_file(&join(&placement.to, name)))
    };
    document.facts.commands.iter().any(copies) || is_placed()
}

/// Whether a file of this path is read by `site`: a `.pth` in a folder of that kind, or in one that only the
/// server knows (`$SITE`, `$(python3 -c "…")`).
fn is_site_file(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_known = folder.contains("site-packages") || folder.contains("dist-packages");
    name.ends_with(".pth") && (is_known || folder.starts_with(['$', '`']))
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Reads lines that a document writes, or holds.
struct Reader<'a> {
    document: &'a Document,
    paths: &'a Paths,
    /// Folders of the server or of an image, and the folders of the tree that they are.
    roots: Vec<(&'a str, &'a str)>,
    variables: BTreeMap<&'a str, &'a str>,
    /// The folder of the file, relative to the root.
    own: &'a str,
}

impl<'a> Reader<'a> {
    fn new(
        documents: &'a [Document],
        document: &'a Document,
        paths: &'a Paths,
        roots: &'a [(String, String)],
    ) -> Self {
        let mut outer = document;
        while let Some(host) = &outer.host {
            let Some(next) = documents.get(host.document.0 as usize) else {
                break;
            };
            outer = next;
        }
        let placements = outer
            .facts
            .programs
            .iter()
            .flat_map(|program| &program.placements);
        let of_image =
            placements.map(|placement| (placement.to.as_str(), placement.from.trim_matches(['.', '/'])));
        let roots = roots
            .iter()
            .map(|(root, folder)| (root.as_str(), folder.as_str()));
        let set = |variable: &'a crate::facts::Variable| match &variable.access {
            Access::Set(value) => Some((variable.name.as_str(), value.as_str())),
            Access::Read { .. } => None,
        };
        Self {
            document,
            paths,
            roots: of_image.chain(roots).collect(),
            variables: document.facts.variables.iter().filter_map(set).collect(),
            own: folder_of(&outer.path),
        }
    }

    /// What the commands of the document write into `.pth` files.
    fn of_commands(&self, found: &mut Vec<(String, Entry)>) {
        let mut before: Option<&Command> = None;
        for command in &self.document.facts.commands {
            let words = behind_wrappers(&command.words);
            let program = words.first().map_or("", |word| name_of(&word.text));
            let written = match (program, before) {
                // `echo x | tee y`.
                ("tee", Some(before)) if command.is_piped => {
                    words.last().map(|to| (before, to.text.as_str()))
                }
                _ => command.output.as_deref().map(|to| (command, to)),
            };
            before = Some(command);
            if command.reach == Reach::Elsewhere {
                continue;
            }
            if let Some((writer, path)) = written.filter(|(_, path)| path.ends_with(".pth")) {
                self.of_output(writer, path, found);
            }
            for folder in developed(words) {
                let here = self.here(command);
                let entry = self.entry(&folder.text, &here, &here);
                found.extend(entry.map(|entry| ("conda.pth".to_owned(), entry)));
            }
        }
    }

    /// What `echo` and `printf` write into the `.pth` file at `path`.
    fn of_output(&self, writer: &Command, path: &str, found: &mut Vec<(String, Entry)>) {
        let path = match writer.folder.as_deref() {
            Some(folder) if !path.starts_with(['/', '$', '`']) => join(folder, path),
            _ => path.to_owned(),
        };
        let path = self.words().resolve(&path);
        if !is_site_file(&path) {
            return;
        }
        let words = behind_wrappers(&writer.words);
        let first = words.first().map_or("", |word| name_of(&word.text));
        let texts = words.get(1..).unwrap_or_default();
        // A format of `printf` says what stands between the words.
        let is_text = |word: &&Word| !word.text.starts_with('-') && !word.text.contains('%');
        if !matches!(first, "echo" | "printf") {
            return;
        }
        let here = self.here(writer);
        let lines = texts
            .iter()
            .filter(is_text)
            .flat_map(|word| word.text.split("\\n"));
        for line in lines.flat_map(str::lines).filter(|line| !line.trim().is_empty()) {
            let entry = self.entry(line, &here, folder_of(&path));
            found.extend(entry.map(|entry| (path.clone(), entry)));
        }
    }

    /// The folder that a command stands in: most scripts are called from the root.
    fn here(&self, command: &Command) -> String {
        let folder = command
            .folder
            .as_deref()
            .map(|folder| self.words().resolve(folder));
        let known = folder.and_then(|folder| self.folder(&folder, ""));
        known.unwrap_or_default()
    }

    fn words(&self) -> Words<'_> {
        Words {
            script: SCRIPT,
            variables: &self.variables,
        }
    }

    /// What a line of a `.pth` file that lies in `site` adds to `sys.path`; `here` is where a script that writes
    /// it stands. Nothing when it adds nothing.
    fn entry(&self, line: &str, here: &str, site: &str) -> Option<Entry> {
        if line.starts_with('#') {
            return None;
        }
        if line.starts_with("import ") || line.starts_with("import\t") {
            return line.contains("path").then_some(Entry::Unknown);
        }
        let is_here = ["$PWD", "${PWD}", "$(pwd)", "`pwd`"]
            .iter()
            .any(|start| line.starts_with(start));
        let resolved = self.words().resolve(line);
        let base = if is_here { here } else { site };
        match self.folder(&resolved, base) {
            Some(folder) => self.paths.has_folder(&folder).then_some(Entry::Folder(folder)),
            None if resolved.starts_with('/') => None,
            None => Some(Entry::Unknown),
        }
    }

    /// The folder of the tree that a path leads to; relative ones are seen from `base`.
    fn folder(&self, path: &str, base: &str) -> Option<String> {
        if let Some(rest) = path.strip_prefix(HERE) {
            return resolve(self.own, rest);
        }
        if path.starts_with('/') {
            return self.absolute(path);
        }
        if path.contains(['$', '`']) {
            let (_, rest) = path.rsplit_once(['}', ')', '$', '`'])?;
            let rest = rest.trim_start_matches(|letter: char| letter != '/');
            return self.paths.suffix_in_tree(rest).map(str::to_owned);
        }
        if !base.contains(['$', '`']) && !base.starts_with('/') {
            return resolve(base, path);
        }
        // Out of a folder that only the server knows: what stands behind the dots tells.
        let behind = path.trim_start_matches("../");
        self.paths.has_folder(behind).then(|| behind.to_owned())
    }

    fn absolute(&self, path: &str) -> Option<String> {
        if is_foreign(path) {
            return None;
        }
        let below = self.roots.iter().find_map(|(root, folder)| {
            let rest = path.strip_prefix(root.trim_end_matches('/'))?;
            let is_below = rest.is_empty() || rest.starts_with('/');
            is_below.then(|| resolve(folder, rest)).flatten()
        });
        below.or_else(|| self.paths.suffix_in_tree(path).map(str::to_owned))
    }
}

/// The folders that a command has a tool add: `conda develop src`, `add2virtualenv src`.
fn developed(words: &[Word]) -> &[Word] {
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let folders = match (name_of(text(0)), text(1)) {
        ("conda", "develop") => words.get(2..),
        ("conda-develop" | "add2virtualenv", _) => words.get(1..),
        _ => None,
    };
    let folders = folders.unwrap_or_default();
    let is_undone = folders
        .iter()
        .any(|word| matches!(word.text.as_str(), "-u" | "--uninstall" | "-d"));
    let from = folders.iter().position(|word| !word.text.starts_with('-'));
    match from {
        Some(from) if !is_undone => &folders[from..],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{Format, extract};
    use crate::tree::{self, Listing};

    /// What the files of a tree that stands in `/opt/desk` add; `?` is what cannot be told.
    fn added(files: &[(&str, &str)]) -> Vec<String> {
        let mut listing = Listing::default();
        let folders = [("lib/helper.py", ""), ("app/main.py", "")];
        let all = files.iter().chain(&folders);
        listing
            .files
            .extend(all.map(|(path, _)| tree::Entry::new(*path, 1)));
        let document = |(path, text): &(&str, &str)| {
            let format = Format::of(path, text.as_bytes())?;
            let facts = extract(path, format, text);
            Some(Document {
                format,
                ..Document::plain(*path, facts)
            })
        };
        let documents: Vec<Document> = files.iter().filter_map(document).collect();
        let roots = [("/opt/desk".to_owned(), String::new())];
        let shown = |entry| match entry {
            Entry::Folder(folder) => folder,
            _ => "?".to_owned(),
        };
        let entries = entries(&documents, &Paths::new(&listing), &roots);
        entries.into_iter().map(shown).collect()
    }

    #[test]
    fn an_image_gets_its_files_from_run_and_copy() {
        let site = "/usr/local/lib/python3.12/site-packages";
        let image = |line: &str| format!("FROM python:3.12\nCOPY . /app\n{line}\nCMD python app/main.py\n");
        let run = image(&format!("RUN echo \"/app/lib\" > {site}/desk.pth"));
        assert_eq!(added(&[("Dockerfile", &run)]), ["lib"]);
        let copy = image(&format!("COPY ops/desk.pth {site}/"));
        let files = [
            ("Dockerfile", copy.as_str()),
            ("ops/desk.pth", "/app/lib\n/opt/desk\n"),
        ];
        assert_eq!(added(&files), ["lib", ""]);
    }

    #[test]
    fn tools_of_virtual_environments_add_folders() {
        for (script, expected) in [
            ("conda develop lib\n", vec!["lib"]),
            ("cd app && add2virtualenv ../lib .\n", vec!["lib", "app"]),
            ("conda develop --uninstall lib\n", vec![]),
            ("ssh host 'conda develop lib'\n", vec![]),
        ] {
            assert_eq!(added(&[("deploy.sh", script)]), expected, "{script}");
        }
    }

    #[test]
    fn what_only_the_server_knows_is_unknown() {
        let line = |text: &str| format!("echo {text} | sudo tee \"$SITE/desk.pth\"\n");
        for (text, expected) in [
            ("'import desk_paths'", vec!["?"]),
            ("'import desk'", vec![]),
            ("\"$CODE\"", vec!["?"]),
            ("\"$CODE/lib\"", vec!["lib"]),
            ("/opt/desk/gone", vec![]),
            ("/Users/kim/lib", vec![]),
            ("/opt/desk/lib", vec!["lib"]),
        ] {
            assert_eq!(added(&[("deploy.sh", &line(text))]), expected, "{text}");
        }
        assert!(added(&[("tests/deploy.sh", &line("/opt/desk/lib"))]).is_empty());
        assert!(added(&[("weights/net.pth", "/opt/desk/lib\n")]).is_empty());
    }
}
