//! The trees: files, the program that is started, and the line where it is said to die.

use audit::page;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The file that says what is started.
pub(crate) const CONFIG: &str = "supervisord.conf";

/// The script that is run before the program is started.
pub(crate) const SETUP: &str = "setup.sh";

/// A small tree with one program.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    /// The file that it stands in, and its title.
    pub title: String,
    /// Its files.
    pub files: BTreeMap<String, String>,
    /// Where the program is marked to die.
    pub mark: Mark,
    /// The Pythons that it is for, as minor versions: from, and up to but without.
    pythons: (u32, u32),
}

/// What a tree says of its program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing: it was made by chance.
    Unknown,
    /// It starts.
    Starts,
    /// It dies in this file at this line.
    Dies(String, u32),
}

/// How the program is started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Launch {
    /// The words of its command line.
    pub words: Vec<String>,
    /// The line of the config that they stand in.
    pub line: u32,
    /// `directory=`.
    pub directory: Option<String>,
    /// `environment=`.
    pub environment: Vec<(String, String)>,
}

impl Tree {
    /// A tree without a mark.
    pub(crate) fn unmarked(title: String, files: BTreeMap<String, String>) -> Self {
        Self {
            title,
            files,
            mark: Mark::Unknown,
            pythons: (0, u32::MAX),
        }
    }

    /// Whether it says something about this Python. A title ends with `(since 3.11)` or `(before 3.11)`
    /// where that matters.
    pub(crate) fn suits(&self, version: (u32, u32)) -> bool {
        (self.pythons.0..self.pythons.1).contains(&version.1)
    }

    /// What its config says, read with supervisord's own expansion of `%(here)s` as `here`.
    pub(crate) fn launch(&self, here: &str) -> Launch {
        let mut launch = Launch::default();
        let text = self.files.get(CONFIG).map_or("", String::as_str);
        for (number, line) in (1..).zip(text.lines()) {
            let Some((key, value)) = line.split_once('=') else {
                continue;
            };
            let value = value.replace("%(here)s", here);
            match key.trim() {
                "command" => {
                    launch.words = shlex::split(&value).expect("a command line");
                    launch.line = number;
                }
                "directory" => launch.directory = Some(value),
                "environment" => launch.environment = assignments(&value),
                other => panic!("{}: the test does not know {other}=", self.title),
            }
        }
        assert!(!launch.words.is_empty(), "{}: nothing is started", self.title);
        launch
    }

    /// The distributions that its `requirements.txt` asks for.
    pub(crate) fn distributions(&self) -> Vec<&str> {
        let text = self.files.get("requirements.txt").map_or("", String::as_str);
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect()
    }

    /// All of it, to be read by a person.
    pub(crate) fn shown(&self) -> String {
        let file = |(path, text): (&String, &String)| format!("--- {path}\n{text}");
        self.files.iter().map(file).collect()
    }
}

/// `A="x",B=y`.
fn assignments(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((key, behind)) = rest.split_once('=') {
        let (value, next) = match behind.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').expect("a closing quote"),
            None => behind.split_at(behind.find(',').unwrap_or(behind.len())),
        };
        found.push((key.trim_matches([',', ' ']).to_owned(), value.to_owned()));
        rest = next;
    }
    found
}

/// Every tree of `trees/*.md`, in the order of file names.
pub(crate) fn all() -> Vec<Tree> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cpython/trees");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the folder of trees")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths.iter().flat_map(|path| read(path)).collect()
}

fn read(path: &Path) -> Vec<Tree> {
    let topic = path.file_stem().expect("a name").to_string_lossy();
    let text = fs::read_to_string(path).expect("a text");
    let page = page::read(&text).unwrap_or_else(|complaint| panic!("{topic}.md: {complaint}"));
    page.examples
        .iter()
        .map(|example| {
            let title = format!("{topic}: {}", example.title);
            let expected = example.expected();
            assert!(
                expected.len() < 2,
                "{title}: a program dies once, not at {expected:?}"
            );
            let files = example
                .files
                .iter()
                .map(|file| (file.path.clone(), file.text.clone()));
            Tree {
                pythons: pythons(&example.title),
                title,
                files: files.collect(),
                mark: expected
                    .into_iter()
                    .next()
                    .map_or(Mark::Starts, |(path, line)| Mark::Dies(path, line)),
            }
        })
        .collect()
}

fn pythons(title: &str) -> (u32, u32) {
    let minor = |word: &str| {
        let (_, behind) = title.split_once(word)?;
        behind.trim_end_matches(')').parse().ok()
    };
    (
        minor("(since 3.").unwrap_or(0),
        minor("(before 3.").unwrap_or(u32::MAX),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_and_a_title_are_read() {
        let config =
            "[program:a]\ncommand=python3 -m 'a b'\ndirectory=%(here)s/x\nenvironment=A=\"1,2\",B=3\n";
        let files = BTreeMap::from([(CONFIG.to_owned(), config.to_owned())]);
        let launch = Tree::unmarked("one".to_owned(), files).launch("/t");
        assert_eq!(launch.words, ["python3", "-m", "a b"]);
        assert_eq!(launch.directory.as_deref(), Some("/t/x"));
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(launch.environment, [pair("A", "1,2"), pair("B", "3")]);
        assert_eq!((launch.line, pythons("x (before 3.11)")), (2, (0, 11)));
    }
}
