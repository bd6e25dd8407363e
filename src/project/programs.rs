//! The processes that the target will start, and what each of them runs.

use super::modules::folder_of;
use super::paths::{Paths, resolve};
use crate::document::Document;
use crate::facts::{Manager, Program};
use crate::finding::{DocumentId, Place};
use crate::source::{Span, Spanned};
use crate::tree::{Tree, Withheld};

/// A program, with its paths seen from the root of the tree.
#[derive(Debug, Clone)]
pub struct ProgramView {
    /// Its name.
    pub name: String,
    /// Who starts it.
    pub manager: Manager,
    /// Where it is defined.
    pub place: Place,
    /// Its command line, as written.
    pub command: String,
    /// Where the command line stands.
    pub command_place: Place,
    /// Where it starts.
    pub directory: Directory,
    /// What it runs.
    pub entry: Entry,
    /// Whether the server will have the interpreter or command.
    pub runner: State,
    /// Folders of `PYTHONPATH`, relative to the root.
    pub python_path: Vec<String>,
    /// Whether it starts by itself.
    pub autostart: bool,
}

/// The working directory of a program.
#[derive(Debug, Clone)]
pub struct Directory {
    /// Relative to the root; where the real one is not in the tree, the nearest that makes sense.
    pub path: String,
    /// Where it is set, as written; nothing when it is not set.
    pub written: Option<(String, Place)>,
    /// Whether the server will have it.
    pub state: State,
}

/// Whether the server will have a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It does.
    Present,
    /// It cannot be told: the path is outside the tree.
    Unknown,
    /// It is a place of a Mac or of Windows, which no Linux server has.
    Foreign,
    /// The tree does not hold it; git ignores it where a rule is given.
    Missing(Option<Withheld>),
}

/// What a program runs.
#[derive(Debug, Clone)]
pub enum Entry {
    /// `python path/to/script.py`.
    Script {
        /// Relative to the root, when it is inside the tree.
        path: String,
        /// As written.
        written: String,
        /// Whether the server will have it.
        state: State,
    },
    /// `python -m package.module`, `uvicorn package.module:app`.
    Module {
        /// Its dotted name.
        name: String,
        /// Whether the working directory comes first in `sys.path`.
        from_directory: bool,
        /// The command whose distribution has to be installed (`uvicorn`), when it is not Python itself.
        runner: Option<String>,
    },
    /// Something else: not Python, or not understood.
    Other,
}

/// A path of a program's definition that the server may lack.
struct Judge<'a> {
    paths: &'a Paths,
    tree: &'a dyn Tree,
    root: Option<&'a str>,
}

/// All programs of the documents, in the order of their definitions.
pub(super) fn collect(
    documents: &[Document],
    paths: &Paths,
    tree: &dyn Tree,
    root: Option<&str>,
) -> Vec<ProgramView> {
    let judge = Judge { paths, tree, root };
    let mut programs = Vec::new();
    for (id, document) in (0..).map(DocumentId).zip(documents) {
        // A config in an archive or a sample starts nothing.
        if file_of(documents, document).is_some_and(super::reach::is_development) {
            continue;
        }
        for program in &document.facts.programs {
            programs.push(judge.view(documents, id, document, program));
        }
    }
    programs
}

/// The path of the file that holds a document.
fn file_of<'a>(documents: &'a [Document], document: &'a Document) -> Option<&'a str> {
    let mut at = document;
    while let Some(host) = &at.host {
        at = documents.get(host.document.0 as usize)?;
    }
    Some(&at.path)
}

impl Judge<'_> {
    fn view(
        &self,
        documents: &[Document],
        id: DocumentId,
        document: &Document,
        program: &Program,
    ) -> ProgramView {
        let place = |span: Span| Place { document: id, span };
        // supervisord's %(here)s is the folder of its config file.
        let here = if document.host.is_none() {
            folder_of(&document.path)
        } else {
            ""
        };
        let directory = self.directory(program.directory.as_ref(), here, id);
        let command = program
            .command
            .clone()
            .unwrap_or_else(|| Spanned::new(String::new(), program.span));
        let words = split(&command.value);
        let (mut entry, mut python_path) = self.entry(&words, &directory.path, here);
        self.judge_below(&directory, &mut entry);
        if let Some(value) = program.variable("PYTHONPATH") {
            python_path.extend(self.search_path(&value.value, &directory.path, here));
        }
        ProgramView {
            name: program.name.clone(),
            manager: program.manager,
            place: place(program.span),
            command_place: place(command.span),
            command: command.value,
            runner: self.runner(documents, &words, &directory.path, here),
            directory,
            entry,
            python_path,
            autostart: program.autostart,
        }
    }

    fn directory(&self, written: Option<&Spanned<String>>, here: &str, document: DocumentId) -> Directory {
        let Some(written) = written else {
            return Directory {
                path: String::new(),
                written: None,
                state: State::Present,
            };
        };
        let (path, state) = self.locate(&written.value, "", here, Kind::Folder);
        let place = Place {
            document,
            span: written.span,
        };
        Directory {
            path,
            written: Some((written.value.clone(), place)),
            state,
        }
    }

    /// The part of the tree that a written path means, and whether the server has it.
    fn locate(&self, written: &str, directory: &str, here: &str, kind: Kind) -> (String, State) {
        let written = written.trim_end_matches('/');
        if let Some(rest) = written.strip_prefix("%(here)s") {
            return self.within(here, rest.trim_start_matches('/'), kind);
        }
        if written.contains("%(") || written.contains('$') || written.starts_with('~') {
            let known = self.paths.suffix_in_tree(written).map(str::to_owned);
            return (known.unwrap_or_default(), State::Unknown);
        }
        if let Some(rest) = self.root.and_then(|root| below(written, root)) {
            return self.within("", rest, kind);
        }
        if is_foreign(written) {
            let known = self.paths.suffix_in_tree(written).unwrap_or_default();
            return (known.to_owned(), State::Foreign);
        }
        if written.starts_with('/') {
            let known = self.paths.suffix_in_tree(written).unwrap_or_default();
            return (known.to_owned(), State::Unknown);
        }
        self.within(directory, written, kind)
    }

    fn within(&self, folder: &str, relative: &str, kind: Kind) -> (String, State) {
        let Some(path) = resolve(folder, relative) else {
            return (String::new(), State::Unknown);
        };
        let is_there = match kind {
            Kind::File => self.paths.has_file(&path),
            Kind::Folder => self.paths.has_folder(&path),
        };
        let state = if is_there {
            State::Present
        } else {
            State::Missing(self.tree.withheld(&path))
        };
        (path, state)
    }

    fn search_path(&self, value: &str, directory: &str, here: &str) -> Vec<String> {
        value
            .split(':')
            .filter(|entry| !entry.is_empty() && !entry.contains("%(ENV_") && !entry.starts_with('$'))
            .map(|entry| self.locate(entry, directory, here, Kind::Folder).0)
            .collect()
    }

    /// What a command line runs, and the folders that it puts on `PYTHONPATH` itself.
    fn entry(&self, words: &[String], directory: &str, here: &str) -> (Entry, Vec<String>) {
        let mut python_path = Vec::new();
        let mut words = words;
        while let [first, rest @ ..] = words {
            let is_wrapper = matches!(
                name_of(first),
                "env" | "exec" | "nohup" | "nice" | "sudo" | "stdbuf" | "setsid"
            );
            match first.split_once('=') {
                Some(("PYTHONPATH", value)) => python_path.extend(self.search_path(value, directory, here)),
                Some((name, _)) if is_name(name) => {}
                _ if is_wrapper || (first.starts_with('-') && !rest.is_empty()) => {}
                _ => break,
            }
            words = rest;
        }
        let Some((first, arguments)) = words.split_first() else {
            return (Entry::Other, python_path);
        };
        let entry = match name_of(first) {
            name if is_python(name) => self.python(arguments, directory, here),
            name @ ("uvicorn" | "gunicorn" | "hypercorn") => server(name, arguments),
            _ if std::path::Path::new(first)
                .extension()
                .is_some_and(|extension| extension == "py") =>
            {
                self.script(first, directory, here)
            }
            _ => Entry::Other,
        };
        (entry, python_path)
    }

    /// An absolute script below the program's own absolute folder: that folder is taken to be the tree's.
    fn judge_below(&self, directory: &Directory, entry: &mut Entry) {
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

    /// Whether the server has what the command line begins with. A virtual environment is made there.
    fn runner(&self, documents: &[Document], words: &[String], directory: &str, here: &str) -> State {
        let Some(first) = words.first().filter(|first| first.contains('/')) else {
            return State::Unknown;
        };
        let (path, state) = self.locate(first, directory, here, Kind::File);
        let Some((folder, _)) = path.split_once("/bin/") else {
            return state;
        };
        let name = name_of(folder);
        let is_usual = matches!(name, "venv" | ".venv" | "env" | ".env" | "virtualenv");
        let makes = |document: &Document| {
            document.facts.commands.iter().any(|command| {
                let words = || command.words.iter().map(|word| name_of(&word.text));
                words().any(|word| matches!(word, "venv" | "virtualenv")) && words().any(|word| word == name)
            })
        };
        match state {
            State::Missing(None) if is_usual || documents.iter().any(makes) => State::Unknown,
            State::Missing(Some(_)) => State::Unknown,
            state => state,
        }
    }

    fn python(&self, arguments: &[String], directory: &str, here: &str) -> Entry {
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "-m" => {
                    let name = rest.next().cloned().unwrap_or_default();
                    let after: Vec<String> = rest.cloned().collect();
                    return match name.as_str() {
                        "uvicorn" | "gunicorn" | "hypercorn" => server(&name, &after),
                        _ => Entry::Module {
                            name,
                            from_directory: true,
                            runner: None,
                        },
                    };
                }
                "-c" | "-" => return Entry::Other,
                "-W" | "-X" => {
                    rest.next();
                }
                option if option.starts_with('-') => {}
                script => return self.script(script, directory, here),
            }
        }
        Entry::Other
    }

    fn script(&self, written: &str, directory: &str, here: &str) -> Entry {
        let (path, state) = self.locate(written, directory, here, Kind::File);
        // An absolute path of some server whose tail the tree has: that file is meant.
        let state = if state == State::Unknown && self.paths.has_file(&path) {
            State::Present
        } else {
            state
        };
        Entry::Script {
            path,
            written: written.to_owned(),
            state,
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    File,
    Folder,
}

/// `uvicorn package.module:app`: the first argument that names a module with an attribute.
fn server(runner: &str, arguments: &[String]) -> Entry {
    let target = arguments
        .iter()
        .find_map(|argument| argument.split_once(':').filter(|(module, _)| is_dotted(module)));
    match target {
        Some((module, _)) => Entry::Module {
            name: module.to_owned(),
            from_directory: true,
            runner: Some(runner.to_owned()),
        },
        None => Entry::Other,
    }
}

fn is_dotted(text: &str) -> bool {
    !text.is_empty() && text.split('.').all(is_name)
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}

fn name_of(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// `python`, `python3`, `python3.10`, `pypy3`.
pub(crate) fn is_python(name: &str) -> bool {
    let version = name.strip_prefix("python").or_else(|| name.strip_prefix("pypy"));
    version.is_some_and(|version| {
        version
            .chars()
            .all(|letter| letter.is_ascii_digit() || letter == '.')
    })
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
fn below<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(root.trim_end_matches('/'))?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('/')
    }
}

/// Splits a command line as `shlex.split` does, which supervisord uses; a line that it refuses is split
/// at blanks.
fn split(line: &str) -> Vec<String> {
    shlex::split(line).unwrap_or_else(|| line.split_whitespace().map(str::to_owned).collect())
}

/// The path of a sibling of the tree's root that a missing script might mean: every file of its name.
pub(crate) fn same_name(paths: &Paths, path: &str) -> Vec<String> {
    paths
        .named(name_of(path))
        .iter()
        .filter(|other| *other != path)
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_split_as_shlex_does() {
        assert_eq!(split(r#"a 'b c' "d \" e" f\ g"#), ["a", "b c", "d \" e", "f g"]);
        assert_eq!(split("it's"), ["it's"]);
    }

    #[test]
    fn interpreters_are_known_by_name() {
        for name in ["python", "python3", "python3.10", "pypy3"] {
            assert!(is_python(name), "{name}");
        }
        assert!(!is_python("pythonista"));
    }

    #[test]
    fn a_root_holds_only_what_is_below_it() {
        assert_eq!(below("/opt/app/x", "/opt/app/"), Some("x"));
        assert_eq!(below("/opt/application", "/opt/app"), None);
        assert_eq!(below("/opt/app", "/opt/app"), Some(""));
    }
}
