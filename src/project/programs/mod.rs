//! The processes that the target will start, and what each of them runs.

mod application;
mod container;
mod entry;
mod environment;
mod launch;
mod line;
mod place;
mod procfile;
mod root;
mod script;
mod settings_file;
mod shell;
mod starts;
mod unit;

use super::modules::folder_of;
use super::paths::Paths;
use crate::document::Document;
use crate::facts::{Command, DropIn, Manager, Program, Word};
use crate::finding::{DocumentId, Effect, Place};
use crate::source::Spanned;
use crate::target::{PythonVersion, Target};
use crate::tree::{Tree, Withheld};
pub use launch::{How, Launch};
pub(super) use launch::{is_of_system, run_file};
pub(crate) use line::behind_wrappers;
use place::{Locator, Site};
pub(crate) use place::{is_foreign, same_name};
pub(super) use script::from_script;
pub(super) use shell::Words;
use std::collections::{BTreeMap, BTreeSet};

/// A program, with its paths seen from the root of the tree.
#[derive(Debug, Clone)]
pub struct ProgramView {
    /// Its name.
    pub name: String,
    /// The name of its definition, which several processes may share: what messages call it.
    pub definition: String,
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
    /// Its commands that matter for its start, in order.
    pub stages: Vec<Stage>,
    /// The files of the tree that its definition runs by name, or gives to a shell.
    pub launches: Vec<Launch>,
    /// What the definition and its environment files set.
    pub environment: BTreeMap<String, String>,
    /// What it may get besides that.
    pub unseen: Unseen,
    /// The Python that runs it: the one that its command names, its container's, or the target's.
    pub python: PythonVersion,
    /// Whether it starts by itself.
    pub autostart: bool,
    /// Whether it runs in a container, whose files are not the server's.
    pub in_container: bool,
    /// What changes its unit of systemd, in the order in which it counts.
    pub drop_ins: Vec<(DocumentId, DropIn)>,
    /// Whether that container's `/bin/sh` is dash, where it is known.
    pub has_dash: Option<bool>,
}

impl ProgramView {
    /// Whether it may get more variables than are known: from a file that the tree lacks, or by an expansion that is
    /// not known.
    pub fn has_open_environment(&self) -> bool {
        self.unseen != Unseen::Nothing
    }
}

/// What of a program's environment the tree does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// Nothing.
    Nothing,
    /// Variables, or values of some.
    Variables,
    /// A file that the tree lacks, which may set `PYTHONPATH` too.
    Path,
}

/// One command of a program that matters for its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// What it runs.
    pub entry: Entry,
    /// Where it is written: in the definition, or in a script that the program runs.
    pub place: Place,
    /// Where it runs, relative to the root.
    pub directory: String,
    /// Folders of `PYTHONPATH`, relative to the root.
    pub python_path: Vec<String>,
    /// Whether the interpreter leaves out the script's folder, or the working directory (`-I`, `-P`).
    pub is_isolated: bool,
    /// Whether the server will have the interpreter or command.
    pub runner: State,
    /// The interpreter or command, as written.
    pub runner_written: String,
    /// Whether it goes on in the background of what starts it.
    pub background: bool,
    /// Whether the program may start without it: it is skipped at times, or nobody looks how it ends.
    pub is_conditional: bool,
    /// Who says where it runs.
    pub folder: FolderBy,
}

/// Who says in which folder a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FolderBy {
    /// Its definition or a script, or whoever starts the manager.
    #[default]
    Definition,
    /// The manager, and it chooses one outside the tree: `/`, a home folder.
    Manager,
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

/// What a command runs.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        /// Who loads it.
        start: ModuleStart,
        /// The command whose distribution has to be installed (`uvicorn`), when it is not Python itself.
        runner: Option<String>,
        /// What is taken from the module (`app`), where one is named.
        attribute: Option<String>,
    },
    /// A command that a distribution brings and that names no code of the tree: `alembic`, `pytest`.
    Tool {
        /// The command's name.
        command: String,
    },
    /// Something else: not Python, or not understood.
    Other,
}

/// Who loads a module, and so what stands first in its `sys.path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModuleStart {
    /// `python -m`: it runs as `__main__`, with its package; the working directory comes first.
    Main,
    /// A server imports it; this folder of the tree comes first.
    Imported(String),
    /// An installed command imports it; nothing is put first.
    Installed,
}

impl Stage {
    /// The folder of the server that the tree's root is, as the command's absolute script tells.
    pub(super) fn root(&self) -> Option<&str> {
        match &self.entry {
            Entry::Script {
                path,
                written,
                state: State::Present,
            } if written.starts_with('/') && !is_foreign(written) => {
                let root = written.strip_suffix(path.as_str())?.trim_end_matches('/');
                (!root.is_empty()).then_some(root)
            }
            _ => None,
        }
    }

    /// What becomes of the program when this command fails.
    pub fn effect(&self) -> Effect {
        if self.is_conditional {
            Effect::Use
        } else {
            Effect::Start
        }
    }

    /// The version of Python that its interpreter is named after: `python3.12`.
    pub fn python(&self) -> Option<PythonVersion> {
        let version = place::name_of(&self.runner_written).strip_prefix("python")?;
        version.contains('.').then(|| PythonVersion::parse(version))?
    }
}

impl ProgramView {
    /// What the program is: the last command that runs Python.
    pub fn entry(&self) -> &Entry {
        self.main_stage().map_or(&Entry::Other, |stage| &stage.entry)
    }

    /// Whether anything is known of what it runs: Python code, or a command of a known distribution. Of another
    /// program's own files nothing is read.
    pub fn is_followed(&self) -> bool {
        self.stages.iter().any(|stage| stage.entry != Entry::Other)
    }

    /// The last command that runs Python.
    pub fn main_stage(&self) -> Option<&Stage> {
        let runs_python = |stage: &&Stage| matches!(stage.entry, Entry::Script { .. } | Entry::Module { .. });
        self.stages.iter().rev().find(runs_python)
    }
}

/// All programs of the documents, in the order of their definitions.
pub(super) fn collect(
    documents: &[Document],
    paths: &Paths,
    tree: &dyn Tree,
    target: &Target,
    superseded: &BTreeMap<DocumentId, DocumentId>,
) -> Vec<ProgramView> {
    let locator = Locator::new(documents, paths, tree, target.root.as_deref());
    let shared = super::daemons::shared_environments(documents, paths, tree, target.root.as_deref());
    let collector = Collector {
        locator,
        target,
        shared,
        platform: super::interpreter::of_platform(documents),
    };
    let taken = collector.locator.taken_dockerfiles();
    let mut programs = Vec::new();
    for (id, document) in (0..).map(DocumentId).zip(documents) {
        // A config in an archive or a sample starts nothing.
        let is_left_out = super::scopes::is_of_development(documents, document);
        // An image that a service runs is no program beside it; what a script writes anew is not what runs.
        if is_left_out || taken.contains(&id) || superseded.contains_key(&id) {
            continue;
        }
        for program in &document.facts.programs {
            let is_template = program.manager == Manager::Systemd && program.name.ends_with('@');
            let instances = if is_template {
                collector.locator.instances(&program.name)
            } else {
                BTreeSet::new()
            };
            if instances.is_empty() {
                programs.push(collector.view(id, document, program));
            }
            for instance in instances {
                let program = unit::instance_of(program, &instance);
                programs.push(collector.view(id, document, &program));
            }
        }
    }
    leave_out_taken(&mut programs);
    collector.starts(&mut programs);
    programs
}

/// Leaves out the lines of a Procfile that another program starts: they are parts of that one.
fn leave_out_taken(programs: &mut Vec<ProgramView>) {
    let others = programs
        .iter()
        .filter(|program| program.manager != Manager::Procfile);
    let taken: BTreeSet<Place> = others
        .flat_map(|program| program.stages.iter().map(|stage| stage.place))
        .collect();
    programs
        .retain(|program| program.manager != Manager::Procfile || !taken.contains(&program.command_place));
}

/// What all programs are judged by.
struct Collector<'a> {
    locator: Locator<'a>,
    target: &'a Target,
    /// What supervisords set for the programs of files that they include.
    shared: BTreeMap<DocumentId, Vec<(String, String)>>,
    /// The Python of the platform that starts a Procfile's lines.
    platform: Option<PythonVersion>,
}

impl Collector<'_> {
    fn view(&self, id: DocumentId, document: &Document, program: &Program) -> ProgramView {
        let definition = self.locator.define(id, document, program);
        let program = &definition.program;
        // supervisord's %(here)s is the folder of its config file.
        let here = if document.host.is_none() {
            folder_of(&document.path)
        } else {
            ""
        };
        let mut site = Site::new(here);
        site.container.clone_from(&definition.container);
        let directory = self.directory(program, &mut site, definition.directory);
        let command = program
            .command
            .clone()
            .unwrap_or_else(|| Spanned::new(String::new(), program.span));
        let command_place = Place {
            document: definition.command,
            span: command.span,
        };
        let mut environment = self.locator.environment(program, document);
        for (name, value) in self.shared.get(&id).into_iter().flatten() {
            // The program's own word counts.
            if !environment.set.contains_key(name) {
                environment.set.insert(name.clone(), value.clone());
            }
        }
        site.environment.clone_from(&environment.set);
        let mut stages = match &definition.container {
            // What an image of elsewhere holds is not the tree's.
            Some(container) if container.is_empty() => Vec::new(),
            _ if program.manager == Manager::Systemd => {
                self.locator.run_unit(program, &definition.sources, &site)
            }
            _ => self.locator.run(program, &command.value, command_place, &site),
        };
        let launches = self.locator.launches(
            &commands(program),
            &command.value,
            program.manager,
            command_place,
            &site,
        );
        for stage in &mut stages {
            self.locator.judge_below(&directory, &mut stage.entry);
        }
        let scripts: BTreeSet<DocumentId> = stages.iter().map(|stage| stage.place.document).collect();
        for script in scripts.into_iter().filter(|script| *script != definition.command) {
            if let Some(document) = self.locator.documents.get(script.0 as usize) {
                self.locator.script_environment(document, &mut environment);
            }
        }
        let image = program.python.as_ref();
        let image = image.and_then(|version| PythonVersion::parse(&version.value));
        let named = stages.iter().rev().find_map(Stage::python);
        let platform = self.platform.filter(|_| program.manager == Manager::Procfile);
        ProgramView {
            name: program.name.clone(),
            definition: program.definition.clone(),
            manager: program.manager,
            place: Place {
                document: id,
                span: program.span,
            },
            command_place,
            command: command.value,
            directory,
            stages,
            launches,
            unseen: environment.unseen(),
            environment: environment.set,
            python: named.or(image).or(platform).unwrap_or(self.target.python),
            autostart: program.autostart,
            in_container: program.in_container,
            drop_ins: definition.drop_ins,
            has_dash: program.has_dash,
        }
    }

    /// Where a program starts; the site goes there.
    fn directory(&self, program: &Program, site: &mut Site, document: DocumentId) -> Directory {
        let Some(written) = &program.directory else {
            match program.manager {
                Manager::Procfile => site.directory.clone_from(&site.here),
                // A home folder, and `/`: not the tree's root, unless that is put there.
                Manager::Cron | Manager::Systemd => {
                    site.is_elsewhere = true;
                    site.folder = FolderBy::Manager;
                }
                _ if site.container.is_some() => self.locator.enter("/", site),
                _ => {}
            }
            return Directory {
                path: site.directory.clone(),
                written: None,
                state: State::Present,
            };
        };
        let (mut path, state) = self.locator.locate(&written.value, site, place::Kind::Folder);
        if state == State::Unknown && self.locator.is_tree(&written.value, &path, program) {
            path.clear();
        }
        site.root = Some((written.value.clone(), path.clone())).filter(|_| state == State::Unknown);
        let state = match state {
            // It is made with the container.
            State::Missing(_) if site.container.is_some() => State::Unknown,
            state => state,
        };
        let place = Place {
            document,
            span: written.span,
        };
        site.directory.clone_from(&path);
        Directory {
            path,
            written: Some((written.value.clone(), place)),
            state,
        }
    }
}

/// What a program's command line runs: what its format says, or the one command that it is without a shell.
fn commands(program: &Program) -> Vec<Command> {
    let Some(command) = &program.command else {
        return program.commands.clone();
    };
    if !program.commands.is_empty() {
        return program.commands.clone();
    }
    let words = split(&command.value).into_iter().map(|text| Word {
        is_literal: !text.contains('$'),
        text,
        span: command.span,
    });
    vec![Command::new(words.collect(), command.span)]
}

/// Splits a command line as `shlex.split` does, which supervisord uses; a line that it refuses is split
/// at blanks.
fn split(line: &str) -> Vec<String> {
    shlex::split(line).unwrap_or_else(|| line.split_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_split_as_shlex_does() {
        assert_eq!(split(r#"a 'b c' "d \" e" f\ g"#), ["a", "b c", "d \" e", "f g"]);
        assert_eq!(split("it's"), ["it's"]);
    }
}
