//! Names of environment variables that the texts of the tree mention: settings classes and other languages read
//! them in ways that no fact tells.

use crate::document::Document;
use crate::facts::Access;
use crate::formats::Format;
use crate::tree::Tree;
use aho_corasick::{AhoCorasick, MatchKind};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex};

/// Words of whatever reads files of variables.
const LOADER_WORDS: [&str; 15] = [
    "dotenv",
    "environs",
    "decouple",
    "set -a",
    "allexport",
    "dynaconf",
    "honcho",
    "foreman",
    "pipenv",
    "BaseSettings",
    "django-environ",
    "envparse",
    "starlette.config",
    "prettyconf",
    "confz",
];
static LOADERS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(LOADER_WORDS).ok());

/// Words of which a text that may load a `.env` has one: most have none, and one fast search tells.
static LOADING: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = LOADER_WORDS.iter().chain(&ANY_FILE).chain(&[".env"]);
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostFirst).build(words).ok()
});

/// A file by its path and what names its content.
type File = (String, String);
type Files = BTreeMap<File, Told>;

/// What texts were found to mention, for trees that hold the same files and ask for the same names.
#[derive(Debug, Default)]
pub struct Recall {
    known: Mutex<BTreeMap<Arc<[String]>, Files>>,
}

/// What one text mentions: which of the names that were asked for, and whether it may load a `.env`.
#[derive(Debug, Clone, Default)]
struct Told {
    names: BTreeSet<usize>,
    loads: bool,
}

impl Recall {
    fn get(&self, names: &Arc<[String]>, file: &File) -> Option<Told> {
        self.known.lock().ok()?.get(names)?.get(file).cloned()
    }

    fn keep(&self, names: &Arc<[String]>, file: File, told: &Told) {
        if let Ok(mut known) = self.known.lock() {
            known
                .entry(Arc::clone(names))
                .or_default()
                .insert(file, told.clone());
        }
    }
}

/// What the texts mention.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// In small letters: names that stand somewhere else than where they are set.
    names: BTreeSet<String>,
    /// Whether something may load a `.env`: it names one, or a library that reads them.
    pub(super) has_loader: bool,
}

impl Mentions {
    /// Reads the texts again, where some variable is set and nothing is known to read it.
    pub(super) fn find(documents: &[Document], tree: &dyn Tree, recall: &Recall) -> Self {
        let names = unread(documents);
        let has_sample = documents.iter().any(|document| document.format == Format::Dotenv);
        if names.is_empty() && !has_sample {
            return Self::default();
        }
        let names: Arc<[String]> = names.into_iter().collect();
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(names.iter());
        let Ok(search) = search else {
            return Self::default();
        };
        let found: Vec<Told> = documents
            .par_iter()
            .filter(|document| document.host.is_none() && is_read(document))
            .map(|document| {
                let path = &document.path;
                let file = tree.identity(path).map(|identity| (path.clone(), identity));
                if let Some(told) = file.as_ref().and_then(|file| recall.get(&names, file)) {
                    return told;
                }
                let bytes = tree.read(path).unwrap_or_default();
                let text = String::from_utf8_lossy(&bytes);
                let told = Told {
                    names: mentioned(&search, document, &text),
                    loads: loads(document, &text),
                };
                if let Some(file) = file {
                    recall.keep(&names, file, &told);
                }
                told
            })
            .collect();
        Self {
            has_loader: found.iter().any(|told| told.loads),
            names: found
                .iter()
                .flat_map(|told| &told.names)
                .filter_map(|at| names.get(*at))
                .cloned()
                .collect(),
        }
    }

    /// Whether something mentions a variable beside those that set it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(&name.to_ascii_lowercase())
    }
}

/// Whether what a document mentions is read when something runs: a manual reads nothing.
fn is_read(document: &Document) -> bool {
    !matches!(document.format, Format::Text | Format::Metadata)
}

/// The variables that something sets and no fact reads, in small letters.
fn unread(documents: &[Document]) -> BTreeSet<String> {
    let mut set = BTreeSet::new();
    let mut read = BTreeSet::new();
    for document in documents {
        for variable in &document.facts.variables {
            let name = variable.name.to_ascii_lowercase();
            match variable.access {
                Access::Set(_) if document.format == Format::Dotenv => set.insert(name),
                Access::Set(_) => false,
                Access::Read { .. } => read.insert(name),
            };
        }
        let programs = document.facts.programs.iter();
        set.extend(programs.flat_map(|program| {
            program
                .environment
                .iter()
                .map(|(name, _)| name.to_ascii_lowercase())
        }));
    }
    set.retain(|name| name.len() > 2 && !read.contains(name));
    set
}

/// Which of the names stand in a text as whole words, and are not set there.
fn mentioned(search: &AhoCorasick, document: &Document, text: &str) -> BTreeSet<usize> {
    let bytes = text.as_bytes();
    let is_inside = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let is_code = matches!(document.format, Format::Python | Format::Script | Format::Rust);
    search
        .find_overlapping_iter(text)
        .filter(|found| !is_inside(found.start().checked_sub(1)) && !is_inside(Some(found.end())))
        .filter(|found| {
            let behind = bytes[found.end()..]
                .iter()
                .take(3)
                .find(|byte| !matches!(byte, b' ' | b'"' | b'\''));
            is_code
                || !matches!(behind, Some(b'=' | b':'))
                || is_expanded(text, found.start())
                || document.format == Format::Yaml && is_passed_on(text, found.end())
        })
        .map(|found| found.pattern().as_usize())
        .collect()
}

/// Whether a name is one whose value is taken: `${NAME:-default}`.
fn is_expanded(text: &str, start: usize) -> bool {
    text[..start].ends_with("${") || text[..start].ends_with('$')
}

/// Whether nothing stands behind a key: compose hands the variable on as it has it itself.
fn is_passed_on(text: &str, end: usize) -> bool {
    let line = text[end..].lines().next().unwrap_or_default();
    line.strip_prefix(':').is_some_and(|rest| rest.trim().is_empty())
}

/// Whether a text may load a `.env`.
fn loads(document: &Document, text: &str) -> bool {
    let may_load = LOADING.as_ref().is_none_or(|words| words.is_match(text));
    if document.format == Format::Dotenv || !may_load {
        return false;
    }
    let says_so = LOADERS.as_ref().is_some_and(|loaders| loaders.is_match(text));
    says_so
        || lines_with(text, ".env").any(|line| names_file(document, line))
        || ANY_FILE
            .iter()
            .any(|word| lines_with(text, word).any(names_any_file))
}

/// What stands in a line that has some file of variables loaded.
const ANY_FILE: [&str; 4] = ["import environ", "env_file", "env-file", "EnvironmentFile"];

/// Whether a line has some file of variables loaded that is not told: `EnvironmentFile=${SETTINGS}`. One that is told, in
/// the line or in a list below it, is no `.env` when it is not called so.
fn names_any_file(line: &str) -> bool {
    // django-environ; `from os import environ` is another one.
    if line.trim_start().starts_with("import environ") {
        return true;
    }
    let named = ANY_FILE[1..].iter().find_map(|word| line.split_once(word));
    named.is_some_and(|(_, rest)| rest.contains(['$', '%', '{', '(']))
}

/// The lines that hold a word, each once for each time that it stands in it.
fn lines_with<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    memchr::memmem::find_iter(text.as_bytes(), word).map(|at| {
        let before = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        text[before..end].trim_end_matches('\r')
    })
}

/// Whether a line names a `.env` as a file that is read. What copies, makes or hides one does not load it.
fn names_file(document: &Document, line: &str) -> bool {
    let is_name = |at: usize| {
        let before = line[..at].chars().next_back();
        let behind = line[at + 4..].chars().next();
        before.is_none_or(|letter| !letter.is_ascii_alphanumeric() && !matches!(letter, '_' | ')' | ']'))
            && behind.is_none_or(|letter| !letter.is_ascii_alphanumeric() && letter != '_')
    };
    if !line.match_indices(".env").any(|(at, _)| is_name(at)) {
        return false;
    }
    let words = [
        "cp ", "mv ", "touch ", "chmod ", "rm ", "echo ", "[ -f", "[ ! -f", "[[ ", "#", "exclude", "ignore",
        "tar ", "rsync ",
    ];
    let is_handled = words
        .iter()
        .any(|word| line.trim_start().starts_with(word) || line.contains(&format!(" {word}")));
    let name = document.path.rsplit('/').next().unwrap_or("");
    !name.ends_with("ignore") && !is_handled
}
