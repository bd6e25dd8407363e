//! Commands in a row: a shell's line, and the shell scripts that a program runs.

use super::line::Line;
use super::place::{Locator, Site, name_of};
use super::shell::Words;
use super::{Entry, Stage, State};
use crate::document::Document;
use crate::facts::{Access, Command, Program, Reach, Variable};
use crate::finding::{DocumentId, Place};
use crate::formats::Format;
use crate::project::modules::folder_of;
use std::collections::BTreeMap;

/// How deep scripts may run each other.
const DEPTH: usize = 3;
/// A program with more commands than this is no start of anything: the rest of it is left alone.
const MOST: usize = 200;
/// Variables that say what Python runs, or where it looks.
const TELLING: [&str; 3] = ["PYTHONPATH", "FLASK_APP", "CELERY_APP"];

/// Where commands in a row come from.
struct Origin<'a> {
    /// The place that they are all reported at, or the document that each has its place in.
    place: Result<Place, DocumentId>,
    /// Whether the first command that fails ends the row.
    is_strict: bool,
    variables: &'a [Variable],
    /// What `"$@"` stands for.
    arguments: &'a [String],
}

impl Locator<'_> {
    /// The commands of a program that matter for its start.
    pub(super) fn run(&self, program: &Program, line: &str, place: Place, site: &Site) -> Vec<Stage> {
        self.run_line(&super::commands(program), line, place, site, DEPTH)
    }

    /// The commands of a unit of systemd, each of which ends it when it fails, with the documents that they
    /// stand in.
    pub(super) fn run_unit(&self, program: &Program, sources: &[DocumentId], site: &Site) -> Vec<Stage> {
        let commands = program.commands.iter().zip(sources);
        commands
            .flat_map(|(command, document)| {
                let origin = Origin {
                    place: Err(*document),
                    is_strict: true,
                    variables: &[],
                    arguments: &[],
                };
                self.row(std::slice::from_ref(command), &origin, site, DEPTH)
            })
            .take(MOST)
            .collect()
    }

    /// The commands of a line that something else runs.
    pub(super) fn run_line(
        &self,
        commands: &[Command],
        line: &str,
        place: Place,
        site: &Site,
        depth: usize,
    ) -> Vec<Stage> {
        let origin = Origin {
            place: Ok(place),
            is_strict: is_strict(line),
            variables: &[],
            arguments: &[],
        };
        self.row(commands, &origin, site, depth)
    }

    fn row(&self, commands: &[Command], origin: &Origin<'_>, site: &Site, depth: usize) -> Vec<Stage> {
        let script = format!("{HERE}/0");
        let mut set: BTreeMap<&str, &str> = BTreeMap::new();
        let mut variables = origin.variables.iter().peekable();
        let mut groups: Vec<Vec<Stage>> = Vec::new();
        for command in commands {
            while let Some(variable) = variables.next_if(|variable| variable.span.start < command.span.end) {
                // What stands inside the command is set for it alone.
                let is_before = variable.span.start < command.span.start;
                if let (true, Access::Set(value)) = (is_before, &variable.access) {
                    set.insert(&variable.name, value);
                }
            }
            if command.reach == Reach::Elsewhere || groups.len() > MOST {
                continue;
            }
            let words = Words {
                script: &script,
                variables: &set,
            };
            let texts = texts(command, origin, &words);
            let here = self.site_of(command, site, &set, &words);
            let place = match origin.place {
                Ok(place) => place,
                Err(document) => Place {
                    document,
                    span: command.span,
                },
            };
            let mut found = self.expand(command, &texts, place, &here, depth);
            for stage in &mut found {
                stage.background |= command.background;
                stage.is_conditional |=
                    command.is_conditional || command.reach != Reach::Always || command.background;
            }
            if !found.is_empty() {
                groups.push(found);
            }
            let ends = match command.program() {
                "exec" => texts.len() > 1,
                "exit" => true,
                _ => false,
            };
            let is_sure = !command.is_conditional && !command.background && command.reach == Reach::Always;
            if ends && is_sure {
                break;
            }
        }
        if !origin.is_strict {
            loosen(&mut groups);
        }
        groups.into_iter().flatten().collect()
    }

    /// The site of a command: where it runs, and what is set for it.
    fn site_of(&self, command: &Command, site: &Site, set: &BTreeMap<&str, &str>, words: &Words<'_>) -> Site {
        let mut here = site.clone();
        if let Some(folder) = &command.folder {
            self.enter(&words.resolve(folder), &mut here);
        }
        for name in TELLING {
            if let Some(value) = set.get(name) {
                let before = here.environment.get(name);
                let value = super::entry::in_the_stead(value, name, before);
                here.environment.insert(name.to_owned(), words.resolve(&value));
            }
        }
        here
    }

    /// What one command runs: the commands of a script of the tree, or itself.
    fn expand(
        &self,
        command: &Command,
        words: &[String],
        place: Place,
        site: &Site,
        depth: usize,
    ) -> Vec<Stage> {
        let line = Line::read(&command.assignments, words);
        let mut here = site.clone();
        for folder in &line.folders {
            self.enter(folder, &mut here);
        }
        let own = || {
            self.stages(&command.assignments, words, place, site)
                .into_iter()
                .filter(matters)
        };
        if depth > 0
            && let Some(started) = self.procfile(&line.words, &here, depth - 1)
        {
            return own().chain(started).collect();
        }
        let Some((written, arguments)) = shell_script(&line.words) else {
            return own().collect();
        };
        let entry = self.script(written, &here);
        let Entry::Script { path, state, .. } = &entry else {
            return Vec::new();
        };
        let found = self
            .document_at(path)
            .filter(|(_, document)| document.format == Format::Shell);
        match found {
            Some((id, document)) if depth > 0 => {
                here.environment.extend(line.assignments);
                folder_of(path).clone_into(&mut here.here);
                self.script_commands(id, document, arguments, &here, depth - 1)
            }
            None if matches!(state, State::Missing(_))
                && line.words.len() > 1
                && line.words[0] != written =>
            {
                let mut stages = self.stages(&command.assignments, words, place, site);
                for stage in &mut stages {
                    stage.entry = entry.clone();
                }
                stages
            }
            _ => own().collect(),
        }
    }

    /// The commands of a script of the tree.
    pub(super) fn script_commands(
        &self,
        id: DocumentId,
        document: &Document,
        arguments: &[String],
        site: &Site,
        depth: usize,
    ) -> Vec<Stage> {
        let commands = &document.facts.commands;
        let origin = Origin {
            place: Err(id),
            is_strict: commands.iter().any(ends_at_failure),
            variables: &document.facts.variables,
            arguments,
        };
        self.row(commands, &origin, site, depth)
    }
}

/// Whether the first command of a shell's line that fails ends it.
fn is_strict(line: &str) -> bool {
    line.contains("&&") && !line.contains(';')
}

/// The folder of the script, as a path can be written.
const HERE: &str = "%(here)s";

/// The path, relative to a script's own folder, that a text of the script means: `..` of
/// `$(cd "$(dirname "$0")/.." && pwd)`. Nothing when it does not begin there, or is not understood.
pub(in crate::project) fn from_script(text: &str, variables: &BTreeMap<&str, &str>) -> Option<String> {
    let script = format!("{HERE}/0");
    let words = Words {
        script: &script,
        variables,
    };
    let resolved = words.resolve(text);
    let rest = resolved.strip_prefix(HERE)?;
    let rest = rest.strip_prefix('/').or(rest.is_empty().then_some(rest))?;
    (!rest.contains(['$', '`'])).then(|| rest.to_owned())
}

/// The words of a command, with what its script knows put in.
fn texts(command: &Command, origin: &Origin<'_>, words: &Words<'_>) -> Vec<String> {
    let mut texts = Vec::with_capacity(command.words.len());
    for word in &command.words {
        match word.text.as_str() {
            "$@" | "$*" | "${@}" => texts.extend_from_slice(origin.arguments),
            text if word.is_literal => texts.push(text.to_owned()),
            text => texts.push(words.resolve(text)),
        }
    }
    texts
}

/// The script that a command has a shell run, with the script's arguments.
fn shell_script(words: &[String]) -> Option<(&str, &[String])> {
    let (first, rest) = words.split_first()?;
    match name_of(first) {
        "sh" | "bash" | "dash" | "zsh" | "ksh" => {
            let at = rest.iter().position(|word| !word.starts_with('-'))?;
            let is_text = rest[..at]
                .iter()
                .any(|option| !option.starts_with("--") && option.ends_with('c'));
            (!is_text).then(|| (rest[at].as_str(), &rest[at + 1..]))
        }
        _ if first.contains('/') => Some((first, rest)),
        _ => None,
    }
}

/// `set -e`, `set -euo pipefail`, `set -o errexit`.
fn ends_at_failure(command: &Command) -> bool {
    command.program() == "set"
        && command.arguments().iter().any(|word| {
            word.text == "errexit"
                || (word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('e'))
        })
}

/// Whether a command says anything about a start: builtins and the system's own tools do not.
fn matters(stage: &Stage) -> bool {
    stage.entry != Entry::Other || matches!(stage.runner, State::Foreign | State::Missing(_))
}

/// Without `set -e` a failure only counts in the command that the program is in the end.
fn loosen(groups: &mut [Vec<Stage>]) {
    let is_sure = |stages: &Vec<Stage>| stages.iter().any(|stage| !stage.is_conditional);
    let last = groups.iter().rposition(is_sure).unwrap_or(0);
    for stage in groups[..last].iter_mut().flatten() {
        stage.is_conditional = true;
    }
}
