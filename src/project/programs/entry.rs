//! What a command line runs.

use super::line::{Line, is_python_file};
use super::place::{Kind, Locator, Site, name_of};
use super::{Entry, ModuleStart, Stage, State};
use crate::finding::Place;
use crate::formats::Format;
use crate::knowledge::runners;

impl Locator<'_> {
    /// What one command runs: the commands on the way that a distribution brings, and the last one.
    pub(super) fn stages(
        &self,
        assignments: &[(String, String)],
        words: &[String],
        place: Place,
        site: &Site,
    ) -> Vec<Stage> {
        let line = Line::read(assignments, words);
        let mut site = site.clone();
        for folder in &line.folders {
            self.enter(folder, &mut site);
        }
        for (name, value) in line.assignments {
            let value = in_the_stead(&value, &name, site.environment.get(&name));
            site.environment.insert(name, value);
        }
        let mut entries: Vec<Entry> = line
            .tools
            .into_iter()
            .map(|command| Entry::Tool { command })
            .collect();
        entries.extend(self.entries(&line.words, &mut site));
        let first = words.first().map_or("", String::as_str);
        let command = line.words.first().map_or("", String::as_str);
        let (runner, written) = match self.runner(first, &site) {
            State::Foreign => (State::Foreign, first),
            _ => (self.runner(command, &site), command),
        };
        let mut python_path = site.python_path.clone();
        if let Some(value) = site
            .environment
            .get("PYTHONPATH")
            .filter(|_| !site.ignores_environment)
        {
            python_path.extend(self.search_path(value, &site));
        }
        if let Some(container) = &site.container {
            let parts = container.mounted_parts().into_iter();
            python_path.extend(parts.filter(|folder| *folder != site.directory));
        }
        let stage = |entry| Stage {
            entry,
            place,
            directory: site.directory.clone(),
            python_path: python_path.clone(),
            is_isolated: site.is_isolated,
            runner: runner.clone(),
            runner_written: written.to_owned(),
            background: false,
            is_conditional: false,
            folder: site.folder,
        };
        let mut stages: Vec<Stage> = entries.into_iter().map(stage).collect();
        if let Some((path, folder)) = &site.settings {
            let is_settings =
                |stage: &&mut Stage| matches!(&stage.entry, Entry::Script { path: own, .. } if own == path);
            for stage in stages.iter_mut().filter(is_settings) {
                // It is read, not started: the folder of whoever reads it comes first, not its own.
                stage.is_isolated = true;
                stage.directory.clone_from(folder);
                stage.python_path.retain(|other| other != folder);
                stage.python_path.insert(0, folder.clone());
            }
        }
        stages
    }

    fn entries(&self, words: &[String], site: &mut Site) -> Vec<Entry> {
        let Some((first, arguments)) = words.split_first() else {
            return Vec::new();
        };
        let name = name_of(first);
        // `$PYTHON x.py`: whatever the variable holds, it is given a file of Python.
        let is_variable =
            first.starts_with('$') && arguments.first().is_some_and(|word| is_python_file(word));
        if is_python(name) || is_variable {
            return self.python(arguments, site);
        }
        if let Some(runner) = runners::runner(name) {
            return self.application(name, runner, arguments, site);
        }
        if runners::distribution_of(name).is_some() {
            return vec![Entry::Tool {
                command: name.to_owned(),
            }];
        }
        if is_python_file(first) {
            return vec![self.script(first, site)];
        }
        if first.contains('/')
            && let entry @ Entry::Script { .. } = self.script(first, site)
            && self.is_python_script(&entry)
        {
            return vec![entry];
        }
        vec![self.console_script(name, site)]
    }

    /// Whether a file without `.py` is Python all the same, by its first line.
    fn is_python_script(&self, entry: &Entry) -> bool {
        let Entry::Script {
            path,
            state: State::Present,
            ..
        } = entry
        else {
            return false;
        };
        self.document_at(path)
            .is_some_and(|(_, document)| document.format == Format::Python)
    }

    /// A command that a project of the tree brings.
    fn console_script(&self, name: &str, site: &mut Site) -> Entry {
        let Some((folder, script)) = self.console_scripts.get(name) else {
            return Entry::Other;
        };
        // The project is installed: its modules are found, wherever it keeps them.
        let top = script.module.split('.').next().unwrap_or("");
        let source = crate::project::modules::join(folder, "src");
        let home = [source, folder.clone()]
            .into_iter()
            .find(|home| self.has_module(home, top));
        site.python_path.extend(home);
        Entry::Module {
            name: script.module.clone(),
            start: ModuleStart::Installed,
            runner: None,
            attribute: Some(script.attribute.clone()).filter(|attribute| !attribute.is_empty()),
        }
    }

    /// What `python` with these arguments runs (`python --help`: "usage").
    fn python(&self, arguments: &[String], site: &mut Site) -> Vec<Entry> {
        let mut at = 0;
        while let Some(argument) = arguments.get(at) {
            at += 1;
            if argument == "-" {
                break;
            }
            let Some(letters) = argument.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
                return vec![self.main_of(argument, site)];
            };
            if letters.starts_with('-') {
                at += usize::from(letters == "-check-hash-based-pycs");
                continue;
            }
            for (place, letter) in letters.char_indices() {
                let attached = &letters[place + letter.len_utf8()..];
                match letter {
                    'I' => (site.is_isolated, site.ignores_environment) = (true, true),
                    'P' => site.is_isolated = true,
                    'E' => site.ignores_environment = true,
                    'c' => return vec![Entry::Other],
                    'm' => {
                        let behind = arguments.get(at..).unwrap_or_default();
                        return match (attached, behind.split_first()) {
                            ("", Some((name, rest))) => self.module(name, rest, site),
                            ("", None) => vec![Entry::Other],
                            (name, _) => self.module(name, behind, site),
                        };
                    }
                    'W' | 'X' => {
                        at += usize::from(attached.is_empty());
                        break;
                    }
                    _ => {}
                }
            }
        }
        vec![Entry::Other]
    }

    /// `python -m name`.
    fn module(&self, name: &str, arguments: &[String], site: &mut Site) -> Vec<Entry> {
        if let Some((command, runner)) = runners::runner_of_module(name) {
            return self.application(command, runner, arguments, site);
        }
        let is_wrapper = runners::wrapper(name).is_some_and(|wrapper| wrapper.distribution.is_some());
        if is_wrapper {
            let words: Vec<String> = std::iter::once(name.to_owned())
                .chain(arguments.iter().cloned())
                .collect();
            let line = Line::read(&[], &words);
            // Each round takes words away, so that this ends.
            if line.words.len() < words.len() {
                let tools = line.tools.into_iter().map(|command| Entry::Tool { command });
                let mut entries: Vec<Entry> = tools.collect();
                entries.extend(self.entries(&line.words, site));
                return entries;
            }
        }
        vec![Entry::Module {
            name: name.to_owned(),
            start: ModuleStart::Main,
            runner: None,
            attribute: None,
        }]
    }

    /// `python x.py`, or a folder with a `__main__.py`.
    fn main_of(&self, written: &str, site: &Site) -> Entry {
        let (folder, state) = self.locate(written, site, Kind::Folder);
        let main = crate::project::modules::join(&folder, "__main__.py");
        if matches!(state, State::Present) && self.paths.has_file(&main) {
            return Entry::Script {
                path: main,
                written: written.to_owned(),
                state,
            };
        }
        self.script(written, site)
    }

    /// A file that runs as a script.
    pub(super) fn script(&self, written: &str, site: &Site) -> Entry {
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

/// `lib:$PYTHONPATH` with what the variable had before.
pub(super) fn in_the_stead(value: &str, name: &str, before: Option<&String>) -> String {
    let before = before.map_or("", String::as_str);
    let forms = [
        format!("${{{name}:-}}"),
        format!("${{{name}}}"),
        format!("%(ENV_{name})s"),
        format!("${name}"),
    ];
    forms
        .iter()
        .fold(value.to_owned(), |value, form| value.replace(form, before))
}

/// `python`, `python3`, `python3.10`, `pypy3`.
pub(super) fn is_python(name: &str) -> bool {
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
