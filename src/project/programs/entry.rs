//! What a command line runs.

use super::place::{Kind, Locator, Site, name_of};
use super::{Entry, ModuleStart, Stage, State};
use crate::finding::Place;

impl Locator<'_> {
    /// What a command line runs, and the folders that it puts on `PYTHONPATH` itself.
    pub(super) fn stage(&self, words: &[String], place: Place, site: &Site) -> Stage {
        let mut python_path = Vec::new();
        let written = words.first().cloned().unwrap_or_default();
        let mut words = words;
        while let [first, rest @ ..] = words {
            let is_wrapper = matches!(
                name_of(first),
                "env" | "exec" | "nohup" | "nice" | "sudo" | "stdbuf" | "setsid"
            );
            match first.split_once('=') {
                Some(("PYTHONPATH", value)) => python_path.extend(self.search_path(value, site)),
                Some((name, _)) if is_name(name) => {}
                _ if is_wrapper || (first.starts_with('-') && !rest.is_empty()) => {}
                _ => break,
            }
            words = rest;
        }
        let entry = match words.split_first() {
            None => Entry::Other,
            Some((first, arguments)) => match name_of(first) {
                name if is_python(name) => self.python(arguments, site),
                name @ ("uvicorn" | "gunicorn" | "hypercorn") => server(name, arguments, site),
                _ if is_python_file(first) => self.script(first, site),
                _ => Entry::Other,
            },
        };
        Stage {
            entry,
            place,
            directory: site.directory.clone(),
            python_path,
            runner: self.runner(&written, site),
            runner_written: written,
            is_conditional: false,
        }
    }

    fn python(&self, arguments: &[String], site: &Site) -> Entry {
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "-m" => {
                    let name = rest.next().cloned().unwrap_or_default();
                    let after: Vec<String> = rest.cloned().collect();
                    return match name.as_str() {
                        "uvicorn" | "gunicorn" | "hypercorn" => server(&name, &after, site),
                        _ => Entry::Module {
                            name,
                            start: ModuleStart::Main,
                            runner: None,
                            attribute: None,
                        },
                    };
                }
                "-c" | "-" => return Entry::Other,
                "-W" | "-X" => {
                    rest.next();
                }
                option if option.starts_with('-') => {}
                script => return self.script(script, site),
            }
        }
        Entry::Other
    }

    fn script(&self, written: &str, site: &Site) -> Entry {
        let (path, state) = self.locate(written, site, Kind::File);
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

/// `uvicorn package.module:app`: the first argument that names a module with an attribute.
fn server(runner: &str, arguments: &[String], site: &Site) -> Entry {
    let target = arguments
        .iter()
        .find_map(|argument| argument.split_once(':').filter(|(module, _)| is_dotted(module)));
    match target {
        Some((module, attribute)) => Entry::Module {
            name: module.to_owned(),
            start: ModuleStart::Imported(site.directory.clone()),
            runner: Some(runner.to_owned()),
            attribute: Some(attribute.to_owned()),
        },
        None => Entry::Other,
    }
}

fn is_python_file(word: &str) -> bool {
    std::path::Path::new(word)
        .extension()
        .is_some_and(|extension| extension == "py")
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

/// `python`, `python3`, `python3.10`, `pypy3`.
fn is_python(name: &str) -> bool {
    let version = name.strip_prefix("python").or_else(|| name.strip_prefix("pypy"));
    version.is_some_and(|version| {
        version
            .chars()
            .all(|letter| letter.is_ascii_digit() || letter == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreters_are_known_by_name() {
        for name in ["python", "python3", "python3.10", "pypy3"] {
            assert!(is_python(name), "{name}");
        }
        assert!(!is_python("pythonista"));
    }
}
