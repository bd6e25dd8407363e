//! Every command that the tree has run, wherever it is written.

use super::Project;
use super::programs::behind_wrappers;
use crate::document::Document;
use crate::facts::{Access, Command, Reach, Word};
use crate::finding::{DocumentId, Place, ProgramId, Scope};
use crate::formats::Format;
use crate::knowledge::mac_commands;
use crate::source::Span;
use std::collections::{BTreeSet, HashMap};

/// So many programs of a Mac make a script that nothing deployed runs one for the Mac.
const MANY: usize = 3;

/// What runs the steps that a Makefile or a `package.json` offers.
const RUNNERS: [&str; 4] = ["make", "npm", "pnpm", "yarn"];

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
    /// Whether it stands in a script that is plainly for a Mac.
    pub for_mac: bool,
    /// Who runs it, where that is known better than from the place of the document.
    pub scope: Option<Scope>,
}

/// Where a command stands, for everybody who asks for all of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    document: DocumentId,
    /// The program of the document that it starts; a command of the document itself has none.
    definition: Option<usize>,
    /// Which of their commands it is.
    command: usize,
    /// How many of its words stand before the program.
    skipped: usize,
    program: Option<ProgramId>,
    in_container: bool,
    for_mac: bool,
    scope: Option<Scope>,
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
    pub fn runs(&self) -> impl Iterator<Item = RunView<'_>> {
        let runs = self.runs.get_or_init(|| self.every_run());
        runs.iter().filter_map(|run| self.viewed(run))
    }

    fn viewed(&self, run: &Run) -> Option<RunView<'_>> {
        let document = self.document(run.document)?;
        let commands = match run.definition {
            None => &document.facts.commands,
            Some(at) => &document.facts.programs.get(at)?.commands,
        };
        let command = commands.get(run.command)?;
        Some(RunView {
            place: Place {
                document: run.document,
                span: command.span,
            },
            document,
            command,
            words: command.words.get(run.skipped..)?,
            program: run.program,
            in_container: run.in_container,
            for_mac: run.for_mac,
            scope: run.scope,
        })
    }

    fn every_run(&self) -> Vec<Run> {
        let mut runs = Vec::new();
        let functions: BTreeSet<&str> = self
            .documents()
            .flat_map(|(_, document)| &document.facts.shell_functions)
            .map(String::as_str)
            .collect();
        let mut views: HashMap<(DocumentId, Span, &str), ProgramId> = HashMap::new();
        for (number, view) in self.programs() {
            let at = (view.place.document, view.place.span, view.name.as_str());
            views.entry(at).or_insert(number);
        }
        for (id, document) in self.documents() {
            let facts = &document.facts;
            if facts.commands.is_empty() && facts.programs.is_empty() {
                continue;
            }
            // A script that reads another in calls that one's functions.
            let reads_in = |command: &Command| matches!(command.program(), "source" | ".");
            let is_reader = document.format == Format::Shell && facts.commands.iter().any(reads_in);
            let is_function = |command: &Command| {
                let first = command.words.first();
                is_reader && first.is_some_and(|word| functions.contains(&*word.text))
            };
            let for_mac = self.is_for_mac(document);
            let run = Run {
                document: id,
                definition: None,
                command: 0,
                skipped: 0,
                program: None,
                in_container: self.is_in_image(id, document),
                for_mac,
                scope: self.scope_of(id, document, for_mac),
            };
            for (at, command) in facts.commands.iter().enumerate() {
                if !is_function(command) {
                    push(&mut runs, command, Run { command: at, ..run });
                }
            }
            for (definition, program) in facts.programs.iter().enumerate() {
                let view = views.get(&(id, program.span, program.name.as_str()));
                let own = Run {
                    definition: Some(definition),
                    program: view.copied(),
                    in_container: run.in_container || program.in_container,
                    ..run
                };
                for (at, command) in program.commands.iter().enumerate() {
                    push(&mut runs, command, Run { command: at, ..own });
                }
            }
        }
        runs
    }

    /// Whether the commands of a document run in a container: it makes an image, or only programs of images
    /// reach it, or it lies where the files of images do.
    fn is_in_image(&self, id: DocumentId, document: &Document) -> bool {
        let reaching = self.programs_reaching(id);
        let mut views = reaching.iter().filter_map(|program| self.program(*program));
        let lower = document.path.to_ascii_lowercase();
        let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
        let is_images = |part: &str| matches!(part, "docker" | ".docker" | ".devcontainer" | "containers");
        document.format == Format::Docker
            || (!reaching.is_empty() && views.all(|view| view.in_container))
            || (reaching.is_empty() && (folder.split('/').any(is_images) || name.contains("entrypoint")))
    }

    /// Who runs the commands of a document, where that is known better than from its place.
    pub fn scope_of_runs(&self, id: DocumentId) -> Option<Scope> {
        let document = self.document(id)?;
        self.scope_of(id, document, self.is_for_mac(document))
    }

    /// Which of make and npm's likes something deployed or run by hand calls.
    fn asked_runners(&self) -> &BTreeSet<&'static str> {
        self.asked.get_or_init(|| self.every_asked_runner())
    }

    fn every_asked_runner(&self) -> BTreeSet<&'static str> {
        let callers = self.documents().filter(|(id, document)| {
            let offers = document.format == Format::Plain || document.path.ends_with("package.json");
            !offers && self.scope(*id) != Scope::Development
        });
        callers
            .flat_map(|(_, document)| {
                let programs = document
                    .facts
                    .programs
                    .iter()
                    .flat_map(|program| &program.commands);
                document.facts.commands.iter().chain(programs)
            })
            .map(Command::program)
            .filter_map(|name| RUNNERS.into_iter().find(|runner| *runner == name))
            .collect()
    }

    /// What is for a Mac, and what a Makefile or `package.json` offers that nothing deployed asks for, is for
    /// developers.
    fn scope_of(&self, id: DocumentId, document: &Document, for_mac: bool) -> Option<Scope> {
        let asked = self.asked_runners();
        if !self.programs_reaching(id).is_empty() {
            return None;
        }
        let is_asked_for = if document.path.ends_with("package.json") {
            asked.iter().any(|runner| *runner != "make")
        } else if document.format == Format::Plain {
            asked.contains("make")
        } else {
            return for_mac.then_some(Scope::Development);
        };
        Some(if is_asked_for && self.scope(id) != Scope::Development {
            Scope::Operations
        } else {
            Scope::Development
        })
    }

    /// Whether a script that nothing deployed runs is plainly one for a Mac: by its name, or by all that it
    /// calls.
    pub fn is_for_mac(&self, document: &Document) -> bool {
        let lower = document.path.to_ascii_lowercase();
        let name = lower.rsplit('/').next().unwrap_or(&lower);
        let is_shell = document.format == Format::Shell;
        let has = |text: &str, marks: &[&str]| {
            let mut parts = text.split(|letter: char| !letter.is_ascii_alphanumeric());
            parts.any(|part| marks.contains(&part))
        };
        // Elsewhere a `mac` may be an address.
        let is_named = has(&lower, &["macos", "darwin", "osx", "macosx", "applescript"])
            || (is_shell && has(name, &["mac", "brew", "homebrew", "launchd"]));
        if lower.ends_with(".command") || is_named {
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
            .filter_map(|command| behind_wrappers(&command.words).first())
            .map(|word| word.text.rsplit('/').next().unwrap_or_default())
            .filter(|name| mac_commands::program(name, &[]).is_some_and(|found| !found.likely))
            .collect();
        of_mac.len() >= MANY && !commands.iter().any(is_servers)
    }

    /// Whether a document goes on in a virtual environment, or its programs do: `python` and what pip
    /// installs are found there.
    pub fn has_environment(&self, id: DocumentId) -> bool {
        let known = self.environments.get_or_init(|| {
            let documents = self.documents();
            documents
                .map(|(id, document)| self.enters_environment(id, document))
                .collect()
        });
        known.get(id.0 as usize).copied().unwrap_or_default()
    }

    fn enters_environment(&self, id: DocumentId, document: &Document) -> bool {
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

fn push(runs: &mut Vec<Run>, command: &Command, whole: Run) {
    let skipped = command.words.len() - behind_wrappers(&command.words).len();
    if skipped > 0 {
        runs.push(whole);
    }
    runs.push(Run { skipped, ..whole });
}
