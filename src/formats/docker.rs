//! A Dockerfile: what its last stage starts, where, and with which parts of the tree.
//!
//! What docker does here is told by its reference of the Dockerfile.

mod copy;
mod expand;
mod expose;
mod heredoc;
mod instruction;

use super::plain::{self, Statement};
use super::{commandline, shell, structured};
use crate::facts::{Command, EntryPoint, Facts, Manager, Placement, Program};
use crate::source::{Span, Spanned};
use expand::Variables;
use instruction::Instruction;
use std::collections::{BTreeMap, BTreeSet};

/// Stages of one file that may build on each other: each holds all that the one below it does.
const STAGES: usize = 100;

/// Whether a file is a Dockerfile, by its name in lower case.
pub(super) fn is_dockerfile(name: &str) -> bool {
    let is_one = |name: &str| matches!(name, "dockerfile" | "containerfile");
    let is_first = name.split_once('.').is_some_and(|(first, _)| is_one(first));
    let is_last = name.rsplit_once('.').is_some_and(|(_, last)| is_one(last));
    // Names that other tools have taken.
    (is_one(name) || is_first || is_last) && !name.ends_with(".dockerignore") && !name.ends_with(".md")
}

/// Whether a path is that of a `.dockerignore`, or of one Dockerfile's own.
pub(super) fn is_ignore(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.ends_with(".dockerignore"))
}

/// The patterns of a `.dockerignore`.
pub(super) fn extract_ignore(text: &str) -> Facts {
    let mut facts = Facts::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim();
        if !body.is_empty() && !line.starts_with('#') {
            let begin = start + line.len() - line.trim_start().len();
            let span = Span::new(begin, begin + body.len());
            facts.build_ignores.push(Spanned::new(body.to_owned(), span));
        }
    }
    facts
}

/// The facts of the Dockerfile at `path`.
pub fn extract(path: &str, text: &str) -> Facts {
    let mut facts = plain::by_lines(text, plain::is_comment, |_, body| statement(body));
    let mut reader = Reader::default();
    for instruction in instruction::read(text) {
        reader.take(&instruction, &mut facts);
        let stage = reader.stages.last().map(|(_, stage)| stage);
        let directory = stage.and_then(|stage| stage.directory.as_ref());
        let directory = directory.map(|directory| directory.value.as_str());
        facts
            .embedded
            .extend(heredoc::documents(&instruction, directory, text));
    }
    let name = name_of(path);
    let last = reader.stages.pop();
    for (stage, image) in reader.stages {
        if let Some(stage) = stage {
            facts.targets.push((stage, image.program(name.clone())));
        }
    }
    if let Some((stage, image)) = last {
        let program = image.program(name);
        facts.targets.extend(stage.map(|stage| (stage, program.clone())));
        facts.programs.push(program);
    }
    facts
}

/// What rules about literals see of a line.
fn statement(body: &str) -> Statement<'_> {
    let (first, rest) = plain::first_word(body);
    match first.to_ascii_uppercase().as_str() {
        "RUN" | "CMD" | "ENTRYPOINT" => Statement::command(None, rest),
        "ENV" | "ARG" | "LABEL" => {
            let (name, value) = rest.split_once(['=', ' ']).unwrap_or((rest, &rest[rest.len()..]));
            Statement::assigned(name, value)
        }
        _ => Statement::assigned(first, rest),
    }
}

/// The folder of a Dockerfile, and what its own name adds: `api`, `docker-worker`.
fn name_of(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = folder.rsplit('/').next().filter(|folder| !folder.is_empty());
    let folder = folder.unwrap_or("docker");
    let lower = name.to_ascii_lowercase();
    let kind = ["dockerfile", "containerfile"].iter().find_map(|base| {
        let rest = lower.strip_prefix(base).and_then(|rest| rest.strip_prefix('.'));
        rest.or_else(|| lower.strip_suffix(base).and_then(|rest| rest.strip_suffix('.')))
    });
    kind.map_or_else(|| folder.to_owned(), |kind| format!("{folder}-{kind}"))
}

/// What is started: the words, or the line that a shell reads.
#[derive(Clone)]
enum Line {
    Words(Vec<String>),
    Shell(String),
}

/// An image that is being built.
#[derive(Clone, Default)]
struct Stage {
    span: Span,
    python: Option<Spanned<String>>,
    /// Whether the image's `/bin/sh` is dash, where it is known.
    has_dash: Option<bool>,
    /// Whether `SHELL` names another shell.
    has_own_shell: bool,
    directory: Option<Spanned<String>>,
    user: Option<Spanned<String>>,
    environment: Vec<(String, Spanned<String>)>,
    /// The same, to look up; its names hide those of arguments.
    set: BTreeMap<String, String>,
    arguments: BTreeMap<String, String>,
    placements: Vec<Placement>,
    /// Folders that are known to be there.
    folders: BTreeSet<String>,
    entrypoint: Option<Spanned<Line>>,
    command: Option<Spanned<Line>>,
    /// Whether `command` was set in this stage, and not in the one that it builds on.
    has_own_command: bool,
}

#[derive(Default)]
struct Reader {
    /// Defaults of the `ARG`s before the first `FROM`.
    arguments: BTreeMap<String, String>,
    stages: Vec<(Option<String>, Stage)>,
}

impl Variables for Stage {
    fn get(&self, name: &str) -> Option<&str> {
        self.set
            .get(name)
            .or_else(|| self.arguments.get(name))
            .map(String::as_str)
    }
}

impl Variables for BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<&str> {
        BTreeMap::get(self, name).map(String::as_str)
    }
}

impl Reader {
    fn take(&mut self, instruction: &Instruction, facts: &mut Facts) {
        match (instruction.name.as_str(), self.stages.last_mut()) {
            ("FROM", _) => self.from(instruction),
            ("ARG", None) => {
                for pair in instruction.pairs() {
                    let value = expand::expand(&pair.value, &self.arguments);
                    self.arguments.insert(pair.name, value);
                }
            }
            ("ARG", Some((_, stage))) => {
                for pair in instruction.pairs() {
                    let value = expand::expand(&pair.value, stage);
                    stage.arguments.insert(pair.name, value);
                }
                // Without a value it brings the one from before the first stage.
                for name in instruction.words().into_iter().filter(|word| !word.contains('=')) {
                    if let Some(value) = self.arguments.get(&name) {
                        stage.arguments.insert(name, value.clone());
                    }
                }
            }
            ("EXPOSE", _) => facts.ports.extend(expose::ports(instruction)),
            ("ENV", Some((_, stage))) => stage.set(instruction, facts),
            ("WORKDIR", Some((_, stage))) => stage.work_in(instruction),
            ("SHELL", Some((_, stage))) => stage.has_own_shell = true,
            ("RUN", Some((_, stage))) => {
                stage.judge(instruction, facts);
                let commands = run(instruction);
                if let Some(version) = commands.iter().find_map(environment_python) {
                    stage.python = Some(Spanned::new(version, instruction.span()));
                }
                facts.commands.extend(commands);
            }
            ("USER", Some((_, stage))) => {
                let user = expand::expand(instruction.arguments.trim(), stage);
                let user = user.split(':').next().unwrap_or("").to_owned();
                stage.user = Some(Spanned::new(user, instruction.span()));
            }
            ("COPY" | "ADD", Some(_)) => self.copy(instruction),
            ("CMD", Some((_, stage))) => {
                stage.judge(instruction, facts);
                stage.command = Some(line(instruction));
                stage.has_own_command = true;
            }
            ("ENTRYPOINT", Some((_, stage))) => {
                stage.judge(instruction, facts);
                stage.entrypoint = Some(line(instruction));
                // A new entry point takes away the command of the image below.
                if !stage.has_own_command {
                    stage.command = None;
                }
            }
            _ => {}
        }
    }

    fn from(&mut self, instruction: &Instruction) {
        let words = instruction.words();
        let mut words = words.iter().filter(|word| !word.starts_with("--"));
        let Some(image) = words.next() else {
            return;
        };
        let image = expand::expand(image, &self.arguments);
        let name = match (words.next(), words.next()) {
            (Some(word), Some(name)) if word.eq_ignore_ascii_case("as") => Some(name.to_ascii_lowercase()),
            _ => None,
        };
        let below = self
            .stages
            .iter()
            .rev()
            .find(|(name, _)| name.as_deref() == Some(image.to_ascii_lowercase().as_str()))
            .filter(|_| self.stages.len() < STAGES);
        let stage = match below {
            Some((_, below)) => Stage {
                arguments: BTreeMap::new(),
                has_own_command: false,
                ..below.clone()
            },
            None => Stage::on(&image, instruction.span()),
        };
        let span = instruction.whole;
        self.stages.truncate(STAGES);
        self.stages.push((name, Stage { span, ..stage }));
    }

    fn copy(&mut self, instruction: &Instruction) {
        let Some(((_, stage), below)) = self.stages.split_last_mut() else {
            return;
        };
        let Some(copied) = copy::read(instruction, stage) else {
            return;
        };
        let Some(from) = &copied.from else {
            copied.of_tree(stage);
            return;
        };
        // Another image brings nothing of the tree, an earlier stage may.
        let number: Option<usize> = from.parse().ok();
        let earlier = below
            .iter()
            .enumerate()
            .rev()
            .find(|(at, (name, _))| name.as_ref() == Some(from) || number == Some(*at));
        if let Some((_, (_, earlier))) = earlier {
            copied.of_stage(earlier, stage);
        }
    }
}

/// What an entry point and a command start together, and where that is said.
fn started(entrypoint: Option<&Spanned<Line>>, command: Option<&Spanned<Line>>) -> (Option<Line>, Span) {
    let shell = |line: &str| ["/bin/sh", "-c", line].map(str::to_owned);
    let Some(entrypoint) = entrypoint else {
        let span = command.map_or_else(Span::default, |command| command.span);
        return (command.map(|command| command.value.clone()), span);
    };
    let line = match &entrypoint.value {
        Line::Shell(line) => Line::Shell(line.clone()),
        Line::Words(words) => {
            let mut words = words.clone();
            match command.map(|command| &command.value) {
                Some(Line::Words(more)) => words.extend(more.iter().cloned()),
                Some(Line::Shell(line)) => words.extend(shell(line)),
                None => {}
            }
            Line::Words(words)
        }
    };
    (Some(line), entrypoint.span)
}

/// What is run while the image is built.
fn run(instruction: &Instruction) -> Vec<Command> {
    if let Some(words) = instruction.list() {
        return commandline::of_words(words, instruction.span());
    }
    // `--mount=…` and its like are docker's own.
    let mut line = instruction.arguments.as_str();
    while line.starts_with("--") {
        line = plain::first_word(line).1;
    }
    let at = instruction.span().end as usize - line.len();
    commandline::of_shell_at(line, at)
}

/// The Python that a command names when it makes a virtual environment: `python3.12 -m venv /opt/venv`.
fn environment_python(command: &Command) -> Option<String> {
    let first = command.words.first()?;
    let name = first.text.rsplit('/').next().unwrap_or_default();
    let version = name
        .strip_prefix("python")
        .filter(|version| version.starts_with("3."))?;
    let makes = |word: &str| command.words.iter().any(|other| other.text == word);
    (makes("-m") && (makes("venv") || makes("virtualenv"))).then(|| version.to_owned())
}

/// The words of the JSON form, or else the line that a shell reads.
fn line(instruction: &Instruction) -> Spanned<Line> {
    let line = match instruction.list() {
        Some(words) => Line::Words(words),
        None => Line::Shell(
            instruction
                .arguments
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
        ),
    };
    Spanned::new(line, instruction.span())
}

impl Stage {
    /// A stage on an image of a registry.
    fn on(image: &str, span: Span) -> Self {
        let python = python_of(image).map(|version| Spanned::new(version, span));
        // The official images start at the root; of any other it is not known.
        let directory = (is_python(image) || image == "scratch").then(|| Spanned::new("/".to_owned(), span));
        Self {
            python,
            directory,
            has_dash: has_dash(image),
            ..Self::default()
        }
    }

    /// What a container of the image starts.
    fn program(self, name: String) -> Program {
        let mut program = Program::new(name, self.span, Manager::Docker);
        let (words, span) = started(self.entrypoint.as_ref(), self.command.as_ref());
        // An image that starts nothing of its own may still be what a compose file's service runs in.
        program.autostart = words.is_some();
        if let Some(line) = words {
            program.commands = match &line {
                Line::Words(words) => commandline::of_words(words.clone(), span),
                Line::Shell(line) => commandline::of_shell(line, span),
            };
            let text = match line {
                Line::Words(words) => words.join(" "),
                Line::Shell(line) => line,
            };
            program.command = Some(Spanned::new(text, span));
        }
        program.python = self.python;
        program.directory = self.directory;
        program.user = self.user;
        program.environment = self.environment;
        program.placements = self.placements;
        program.in_container = true;
        program.has_dash = self.has_dash;
        program.entry_point = self.entrypoint.map(|line| match line.value {
            Line::Words(words) => EntryPoint::Words(words),
            Line::Shell(_) => EntryPoint::Shell,
        });
        program
    }

    /// Notes what the image's shell, when that is dash, does not understand of an instruction.
    fn judge(&self, instruction: &Instruction, facts: &mut Facts) {
        let is_for_dash = self.has_dash == Some(true) && !self.has_own_shell;
        if !is_for_dash || instruction.list().is_some() || instruction.arguments.contains("<<") {
            return;
        }
        let flags = instruction
            .arguments
            .split_whitespace()
            .take_while(|word| word.starts_with("--"));
        let line = flags.fold(instruction.arguments.as_str(), |rest, flag| {
            rest.trim_start().strip_prefix(flag).unwrap_or(rest)
        });
        shell::note_bashisms(line, instruction.span(), facts);
    }

    fn set(&mut self, instruction: &Instruction, facts: &mut Facts) {
        // All values of one instruction see the variables as they were before it.
        let mut pairs = instruction.pairs();
        for pair in &mut pairs {
            pair.value = expand::expand(&pair.value, self);
        }
        for pair in pairs {
            let set = structured::set(&pair.name, pair.name_span, &pair.value);
            facts.variables.push(set);
            self.set.insert(pair.name.clone(), pair.value.clone());
            let value = Spanned::new(pair.value, pair.span);
            self.environment.push((pair.name, value));
        }
    }

    fn work_in(&mut self, instruction: &Instruction) {
        let words = instruction.words();
        let written = words.first().map_or("", String::as_str);
        let path = expand::expand(written, self);
        let before = self.directory.as_ref().map(|directory| directory.value.as_str());
        self.directory = copy::absolute(&path, before).map(|path| {
            self.folders.insert(path.clone());
            Spanned::new(path, instruction.span())
        });
    }
}

/// The name of an image without its registry, and its tag.
fn parts(image: &str) -> (&str, &str) {
    let image = image.split('@').next().unwrap_or(image);
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split_once(':').unwrap_or((last, ""))
}

fn is_python(image: &str) -> bool {
    parts(image).0 == "python"
}

/// Whether the `/bin/sh` of an image is dash: Debian's is, and with it that of most official images; Alpine's is
/// not. Nothing for images of which it is not known.
pub(super) fn has_dash(image: &str) -> Option<bool> {
    const OF_DEBIAN: [&str; 8] = [
        "python",
        "debian",
        "ubuntu",
        "node",
        "ruby",
        "golang",
        "rust",
        "buildpack-deps",
    ];
    const RELEASES: [&str; 10] = [
        "slim", "bullseye", "bookworm", "trixie", "focal", "jammy", "noble", "buster", "debian", "ubuntu",
    ];
    let (name, tag) = parts(image);
    if tag.contains("alpine") || name.contains("alpine") || name == "busybox" {
        return Some(false);
    }
    let is_debian = OF_DEBIAN.contains(&name) || RELEASES.iter().any(|release| tag.contains(release));
    is_debian.then_some(true)
}

/// The version of Python that an image is named after: `python:3.11-slim`, `uv:python3.12-bookworm`.
pub(super) fn python_of(image: &str) -> Option<String> {
    let (name, tag) = parts(image);
    let from = if name == "python" {
        tag
    } else {
        &tag[tag.find("python3.")? + "python".len()..]
    };
    let end = from
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(from.len());
    let version = from[..end].trim_end_matches('.');
    // `python:3` is whatever is newest on the day of the build.
    (version.starts_with("3.") || version.starts_with("2.")).then(|| version.to_owned())
}

#[cfg(test)]
mod tests;
