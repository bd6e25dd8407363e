//! Shell scripts that people start programs with: `nohup python web.py &`.

use super::environment::Environment;
use super::place::{Locator, Site};
use super::{Collector, Directory, Entry, ModuleStart, ProgramView, Stage, State, Unseen};
use crate::document::Document;
use crate::facts::{Command, Manager};
use crate::finding::{DocumentId, Place};
use crate::formats::Format;
use crate::project::modules::folder_of;
use crate::source::Span;
use std::collections::BTreeSet;

/// Parts of names of scripts that start something.
const STARTING: [&str; 9] = [
    "start",
    "run",
    "launch",
    "serve",
    "server",
    "entrypoint",
    "daemon",
    "boot",
    "up",
];
/// Parts of names of scripts that do something once.
const ONCE: [&str; 22] = [
    "test",
    "tests",
    "lint",
    "check",
    "migrate",
    "migrations",
    "migration",
    "backtest",
    "backup",
    "deploy",
    "install",
    "setup",
    "build",
    "bench",
    "benchmark",
    "train",
    "export",
    "import",
    "seed",
    "format",
    "demo",
    "stop",
];

impl Collector<'_> {
    /// The programs that scripts start, in a tree that no process manager starts anything of: beside one,
    /// such scripts are for the author's machine, or left over, and what they start stops no deployment.
    pub(super) fn starts(&self, programs: &mut Vec<ProgramView>) {
        let is_managed = |program: &ProgramView| !matches!(program.manager, Manager::Cron | Manager::Script);
        if programs.iter().any(is_managed) {
            return;
        }
        let mut run: BTreeSet<DocumentId> = programs
            .iter()
            .flat_map(|program| &program.stages)
            .map(|stage| stage.place.document)
            .collect();
        let mut known: Vec<Entry> = programs
            .iter()
            .flat_map(|program| &program.stages)
            .map(|stage| stage.entry.clone())
            .collect();
        for (id, document) in (0..).map(DocumentId).zip(self.locator.documents) {
            let is_script = document.format == Format::Shell && document.host.is_none();
            let is_left_out = super::super::scopes::is_development_document(document);
            if !is_script || is_left_out || !run.insert(id) {
                continue;
            }
            for stage in self.started_by(id, document) {
                if known.iter().any(|entry| is_same(entry, &stage.entry)) {
                    continue;
                }
                known.push(stage.entry.clone());
                programs.push(self.start(id, document, stage));
            }
        }
    }

    /// What a script starts and leaves running.
    fn started_by(&self, id: DocumentId, document: &Document) -> Vec<Stage> {
        let commands = &document.facts.commands;
        let runs_python = |stage: &Stage| self.locator.is_in_tree(stage);
        let stages = self.where_it_works(id, document);
        let parts: Vec<String> = name_parts(&document.path);
        let is_named = |names: &[&str]| parts.iter().any(|part| names.contains(&part.as_str()));
        let is_start = is_named(&STARTING) && !is_named(&ONCE);
        // Jobs that the script waits for are done when it is.
        let waits = commands
            .iter()
            .any(|command| command.program() == "wait" && !command.is_conditional);
        let last = stages
            .iter()
            .rposition(|stage| !stage.background && !stage.is_conditional);
        let is_started = |at: usize, stage: &Stage| {
            let is_last = is_start && Some(at) == last && is_final(commands, stage.place.span);
            runs_python(stage) && ((stage.background && (is_start || !waits)) || is_last)
        };
        let started = stages
            .iter()
            .enumerate()
            .filter(|(at, stage)| is_started(*at, stage));
        started
            .map(|(_, stage)| Stage {
                is_conditional: false,
                ..stage.clone()
            })
            .collect()
    }

    /// The script's commands as seen from the root or from its own folder: people start it from where it
    /// works.
    fn where_it_works(&self, id: DocumentId, document: &Document) -> Vec<Stage> {
        let folder = folder_of(&document.path);
        let from = |directory: &str| {
            let mut site = Site::new(folder);
            directory.clone_into(&mut site.directory);
            site.is_elsewhere = true;
            self.locator.script_commands(id, document, &[], &site, 1)
        };
        let found = |stages: &[Stage]| {
            let is_found = |stage: &&Stage| self.locator.is_in_tree(stage);
            stages.iter().filter(is_found).count()
        };
        let at_root = from("");
        if folder.is_empty() {
            return at_root;
        }
        let inside = from(folder);
        if found(&inside) > found(&at_root) {
            inside
        } else {
            at_root
        }
    }

    fn start(&self, id: DocumentId, document: &Document, stage: Stage) -> ProgramView {
        let mut environment = Environment::default();
        self.locator.script_environment(document, &mut environment);
        let name = name_of(&stage.entry);
        ProgramView {
            definition: name.clone(),
            name,
            manager: Manager::Script,
            place: Place {
                document: id,
                span: stage.place.span,
            },
            command: stage.runner_written.clone(),
            command_place: stage.place,
            directory: Directory {
                path: stage.directory.clone(),
                written: None,
                state: State::Present,
            },
            python: stage.python().unwrap_or(self.target.python),
            stages: vec![stage],
            launches: Vec::new(),
            environment: environment.set,
            // It has what the shell of whoever starts it has.
            unseen: Unseen::Variables,
            autostart: true,
            in_container: false,
            drop_ins: Vec::new(),
            has_dash: None,
        }
    }
}

impl Locator<'_> {
    /// Whether a command runs Python code that the tree holds, or that it surely should hold.
    fn is_in_tree(&self, stage: &Stage) -> bool {
        match &stage.entry {
            Entry::Script { state, path, .. } => {
                let is_python = super::line::is_python_file(path);
                is_python && matches!(state, State::Present | State::Missing(_))
            }
            Entry::Module { name, start, .. } => {
                let folder = match start {
                    ModuleStart::Imported(folder) => folder,
                    ModuleStart::Main => &stage.directory,
                    ModuleStart::Installed => return true,
                };
                let mut folders = std::iter::once(folder).chain(&stage.python_path);
                folders.any(|folder| self.has_module(folder, name))
            }
            Entry::Tool { .. } | Entry::Other => false,
        }
    }
}

/// Whether nothing of weight comes behind a command.
fn is_final(commands: &[Command], span: Span) -> bool {
    commands
        .iter()
        .filter(|command| command.span.start > span.end && !command.is_conditional)
        .all(|command| matches!(command.program(), "echo" | "exit" | "printf" | "wait" | "sleep"))
}

/// Whether two entries run the same code.
fn is_same(one: &Entry, other: &Entry) -> bool {
    match (one, other) {
        (Entry::Script { path, .. }, Entry::Script { path: other, .. }) => path == other,
        (Entry::Module { name, .. }, Entry::Module { name: other, .. }) => name == other,
        (Entry::Module { name, .. }, Entry::Script { path, .. })
        | (Entry::Script { path, .. }, Entry::Module { name, .. }) => {
            let file = format!("{}.py", name.replace('.', "/"));
            path.strip_suffix(&file)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        }
        _ => false,
    }
}

/// The words of a file's name: `start_all-services.sh` has `start`, `all` and `services`.
fn name_parts(path: &str) -> Vec<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split(['_', '-', '.', ' '])
        .map(str::to_ascii_lowercase)
        .collect()
}

/// The name of a program that has none: that of its file or module.
fn name_of(entry: &Entry) -> String {
    match entry {
        Entry::Script { path, .. } => {
            let path = path.strip_suffix("/__main__.py").unwrap_or(path);
            let name = path.rsplit('/').next().unwrap_or(path);
            name.strip_suffix(".py").unwrap_or(name).to_owned()
        }
        Entry::Module { name, .. } => name.rsplit('.').next().unwrap_or(name).to_owned(),
        Entry::Tool { command } => command.clone(),
        Entry::Other => String::new(),
    }
}
