//! Every command that the tree has run, wherever it is written.

use super::Project;
use super::programs::behind_wrappers;
use crate::document::Document;
use crate::facts::{Access, Command, Reach, Word};
use crate::finding::{DocumentId, Place, ProgramId, Scope};
use crate::formats::Format;
use crate::knowledge::mac_commands;
use std::collections::BTreeSet;

/// So many programs of a Mac make a script that nothing deployed runs one for the Mac.
const MANY: usize = 3;

/// A command, from the program that really runs on: behind `sudo`, `env` and their like.
#[derive(Debug, Clone, Copy)]
pub struct RunView<'a> {
    /// Where it is written.
    pub place: Place,
    /// The document that has it run.
    pub document: &'a Document,
    /// The whole command.
    pub command: &'a Command,
    /// The program and its arguments.
    pub words: &'a [Word],
    /// The program whose definition it stands in.
    pub program: Option<ProgramId>,
    /// Whether it runs in a container, whose commands are not the server's.
    pub in_container: bool,
}

impl<'a> RunView<'a> {
    /// The name of the program without its folder, where it is known.
    pub fn name(&self) -> Option<&'a str> {
        let word = self.words.first()?;
        let name = word.text.rsplit('/').next()?;
        (!name.is_empty() && !name.contains(['$', '`', '{', '(', ' '])).then_some(name)
    }

    /// The program as it is written.
    pub fn written(&self) -> &'a str {
        self.words.first().map_or("", |word| word.text.as_str())
    }

    /// The words behind the program.
    pub fn arguments(&self) -> Vec<&'a str> {
        let words = self.words.get(1..).unwrap_or_default();
        words.iter().map(|word| word.text.as_str()).collect()
    }

    /// Whether the target does not get there, or only after it has found the program, or does something else
    /// where it has not.
    pub fn is_guarded(&self) -> bool {
        let seeks = |name: &str| {
            let mut sought = self.document.facts.sought.iter();
            sought.any(|sought| sought.name == name && !sought.is_required)
        };
        match self.command.reach {
            Reach::Elsewhere => true,
            _ if self.command.has_fallback => true,
            Reach::IfFound => self.name().is_some_and(seeks),
            // Python asks in one function and runs in another.
            Reach::Always => self.document.format == Format::Python && self.name().is_some_and(seeks),
        }
    }
}

impl Project {
    /// Every command of every document, in the order of documents; where one runs another (`sudo x`), both.
    pub fn runs(&self) -> Vec<RunView<'_>> {
        let mut runs = Vec::new();
        for (id, document) in self.documents() {
            let in_container = document.format == Format::Docker;
            for command in &document.facts.commands {
                push(&mut runs, id, document, command, None, in_container);
            }
            for program in &document.facts.programs {
                let view = self.programs().find(|(_, view)| {
                    let is_here = view.place.document == id && view.place.span == program.span;
                    is_here && view.name == program.name
                });
                for command in &program.commands {
                    let in_container = in_container || program.in_container;
                    push(
                        &mut runs,
                        id,
                        document,
                        command,
                        view.map(|(view, _)| view),
                        in_container,
                    );
                }
            }
        }
        runs
    }

    /// Who runs the commands of a document, where that is known better than from its place: what is for a
    /// Mac, and what a Makefile or `package.json` offers that nothing deployed asks for, is for developers.
    pub fn scope_of_runs(&self, id: DocumentId) -> Option<Scope> {
        let document = self.document(id)?;
        if !self.programs_reaching(id).is_empty() {
            return None;
        }
        let name = document.path.rsplit('/').next().unwrap_or(&document.path);
        let runner: &[&str] = match name {
            "package.json" => &["npm", "yarn", "pnpm"],
            _ if document.format == Format::Plain => &["make"],
            _ => return self.is_for_mac(document).then_some(Scope::Development),
        };
        let asks = |other: &Document| {
            let programs = other.facts.programs.iter().flat_map(|program| &program.commands);
            let mut commands = other.facts.commands.iter().chain(programs);
            other.path != document.path && commands.any(|command| runner.contains(&command.program()))
        };
        let is_asked_for = self
            .documents()
            .any(|(other, found)| self.scope(other) != Scope::Development && asks(found));
        Some(if is_asked_for && self.scope(id) != Scope::Development {
            Scope::Operations
        } else {
            Scope::Development
        })
    }

    /// Whether a script that nothing deployed runs is plainly one for a Mac: by its name, or by all that it
    /// calls.
    pub fn is_for_mac(&self, document: &Document) -> bool {
        let name = document.path.rsplit('/').next().unwrap_or(&document.path);
        let lower = name.to_ascii_lowercase();
        let is_shell = document.format == Format::Shell;
        let is_macs = |part: &str| match part {
            "macos" | "darwin" | "osx" | "macosx" | "homebrew" | "applescript" => true,
            // In other languages it may be an address.
            "mac" => is_shell,
            _ => false,
        };
        let mut parts = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
        if lower.ends_with(".command") || parts.any(is_macs) {
            return true;
        }
        if !is_shell {
            return false;
        }
        let commands = &document.facts.commands;
        let is_servers = |command: &Command| {
            let mut words = command.words.iter().take(3).map(|word| word.text.as_str());
            words.any(|word| matches!(word, "systemctl" | "apt" | "apt-get" | "ufw" | "useradd" | "dpkg"))
        };
        let of_mac: BTreeSet<&str> = commands
            .iter()
            .filter_map(|command| behind_wrappers(command).first())
            .map(|word| word.text.rsplit('/').next().unwrap_or_default())
            .filter(|name| mac_commands::program(name, &[]).is_some_and(|found| !found.likely))
            .collect();
        of_mac.len() >= MANY && !commands.iter().any(is_servers)
    }

    /// Whether a document goes on in a virtual environment, or its programs do: `python` and what pip
    /// installs are found there.
    pub fn has_environment(&self, id: DocumentId) -> bool {
        let Some(document) = self.document(id) else {
            return false;
        };
        let facts = &document.facts;
        let is_path =
            |path: &str| path.contains("env") || path.contains("conda") || path.contains("/.local/bin");
        let sets = facts.variables.iter().any(|variable| {
            matches!(&variable.access, Access::Set(value) if variable.name == "PATH" && is_path(value))
        });
        let programs = facts.programs.iter().flat_map(|program| &program.commands);
        let enters = facts.commands.iter().chain(programs).any(|command| {
            let mut words = command.words.iter().map(|word| word.text.as_str());
            match command.program() {
                "source" | "." => words.any(|word| word.ends_with("activate")),
                "conda" | "mamba" | "micromamba" | "pyenv" => {
                    words.any(|word| word == "activate" || word == "shell")
                }
                "workon" => true,
                _ => false,
            }
        });
        let reaching = self.programs_reaching(id);
        let mut views = reaching.iter().filter_map(|program| self.program(*program));
        sets || enters || views.any(|view| view.environment.get("PATH").is_some_and(|path| is_path(path)))
    }
}

fn push<'a>(
    runs: &mut Vec<RunView<'a>>,
    id: DocumentId,
    document: &'a Document,
    command: &'a Command,
    program: Option<ProgramId>,
    in_container: bool,
) {
    let inner = behind_wrappers(command);
    let whole = RunView {
        place: Place {
            document: id,
            span: command.span,
        },
        document,
        command,
        words: &command.words,
        program,
        in_container,
    };
    if inner.len() < command.words.len() {
        runs.push(whole);
    }
    runs.push(RunView {
        words: inner,
        ..whole
    });
}
