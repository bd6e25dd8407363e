//! Which environment variables a program will have, as far as the tree tells.

use super::Project;
use super::modules::folder_of;
use super::paths::Paths;
use super::programs::ProgramView;
use super::scopes::is_of_development;
use crate::document::Document;
use crate::facts::python::Step;
use crate::facts::{Access, Command, Manager, Variable};
use crate::finding::{DocumentId, Place, ProgramId};
use crate::formats::Format;
use std::collections::{BTreeMap, BTreeSet};

/// Whether a program will have a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// Something of the tree sets it, or every process has it.
    Set,
    /// Nothing sets it, but a sample of an environment file asks people to, there.
    Documented(Place),
    /// The program gets variables out of a file that the tree does not hold: it may be among them.
    Unknown,
    /// Nothing of the tree sets it, and nothing from outside is known to.
    Nowhere,
}

/// What the documents of the tree set.
#[derive(Debug, Default)]
pub struct Environment {
    by_name: BTreeMap<String, Vec<Source>>,
    /// Python files that read a dotenv file which the tree does not hold.
    loaders: Vec<DocumentId>,
    /// All Python files that read a dotenv file.
    pub(super) readers: Vec<DocumentId>,
    /// Shell scripts and code that take over a file of variables; the tree may not hold it.
    sourcing: Vec<DocumentId>,
    /// Files that programs of a manager get variables from and that the tree lacks, as written.
    files: Vec<(Manager, String)>,
    /// Folders with a `.env` of the server's own.
    dotenv_folders: BTreeSet<String>,
}

/// One place that sets a variable.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// For whoever asks: a dotenv file, a shell script, a part of a config that is no program's own.
    Anyone,
    /// Python code, for the programs that reach it.
    Code(DocumentId),
    /// The definition of a program of this manager, for what that program starts.
    Parent(Manager),
    /// A sample, for nobody.
    Sample(Place),
}

/// Variables that a process has without anybody's doing.
const COMMON: [&str; 12] = [
    "PATH", "HOME", "USER", "LANG", "PWD", "SHELL", "LOGNAME", "HOSTNAME", "TERM", "TMPDIR", "_", "SHLVL",
];

/// Words in the name of a dotenv file that is not the server's own.
const SAMPLES: [&str; 14] = [
    "example",
    "examples",
    "sample",
    "samples",
    "template",
    "tmpl",
    "dist",
    "default",
    "defaults",
    "test",
    "testing",
    "dev",
    "development",
    "local",
];

impl Environment {
    /// Joins what all documents set.
    pub(super) fn join(documents: &[Document], paths: &Paths) -> Self {
        let mut environment = Self::default();
        for (id, document) in (0..).map(DocumentId).zip(documents) {
            let is_development = is_of_development(documents, document);
            if document.format == Format::Dotenv {
                environment.add_dotenv(id, document, is_development);
            } else if !is_development {
                environment.add(id, document);
            }
        }
        // What the tree holds is known.
        environment
            .files
            .retain(|(_, path)| !paths.has_end(last_parts(path)));
        environment.readers.clone_from(&environment.loaders);
        let folders = &environment.dotenv_folders;
        environment
            .loaders
            .retain(|id| !has_dotenv_above(folders, &documents[id.0 as usize].path));
        environment
    }

    fn add_dotenv(&mut self, id: DocumentId, document: &Document, is_development: bool) {
        let is_sample = is_development || is_sample(&document.path);
        if !is_sample && (document.path == ".env" || document.path.ends_with("/.env")) {
            self.dotenv_folders.insert(folder_of(&document.path).to_owned());
        }
        for (name, span) in set_by(document) {
            let source = if is_sample {
                Source::Sample(Place { document: id, span })
            } else {
                Source::Anyone
            };
            self.note(name, source);
        }
    }

    fn add(&mut self, id: DocumentId, document: &Document) {
        let facts = &document.facts;
        if document.format == Format::Python {
            set_by(document).for_each(|(name, _)| self.note(name, Source::Code(id)));
            // It takes over a file in its own way, or whatever else.
            if set_by(document).any(|(name, _)| name == Variable::ANY) {
                self.sourcing.push(id);
            }
            if facts
                .python
                .as_ref()
                .is_some_and(|module| loads_dotenv(&module.body))
            {
                self.loaders.push(id);
            }
            return;
        }
        if document.format == Format::Shell && facts.commands.iter().any(takes_over) {
            self.sourcing.push(id);
        }
        // What stands more often in the document than in the definitions of its programs is for all of them.
        let mut free: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, _) in set_by(document) {
            *free.entry(name).or_default() += 1;
        }
        for program in &facts.programs {
            let files = program.environment_files.iter();
            self.files
                .extend(files.map(|file| (program.manager, file.path.value.clone())));
            for (name, _) in &program.environment {
                self.note(name, Source::Parent(program.manager));
                if let Some(count) = free.get_mut(name.as_str()) {
                    *count = count.saturating_sub(1);
                }
            }
        }
        for (name, _) in free.into_iter().filter(|(_, count)| *count > 0) {
            self.note(name, Source::Anyone);
        }
    }

    fn note(&mut self, name: &str, source: Source) {
        self.by_name.entry(name.to_owned()).or_default().push(source);
    }

    /// Whether a program may find a variable set, before anything is known of what it reaches.
    pub(super) fn may_have(&self, program: &ProgramView, name: &str) -> bool {
        self.setting(program, name, &|_| true) != Setting::Nowhere
    }

    /// Whether anything of the tree sets or documents a variable.
    pub(super) fn is_known(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Whether a program will find a variable set; `runs` tells whether it runs a document.
    fn setting(&self, program: &ProgramView, name: &str, runs: &dyn Fn(DocumentId) -> bool) -> Setting {
        let is_own = program.environment.contains_key(name) || program.command.contains(&format!("{name}="));
        if is_own || is_common(name) || brings(program.manager, name) {
            return Setting::Set;
        }
        let sources = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let is_set = sources.iter().any(|source| match source {
            Source::Anyone => true,
            Source::Code(document) => runs(*document),
            Source::Parent(manager) => may_start(*manager, program.manager),
            Source::Sample(_) => false,
        });
        if is_set {
            return Setting::Set;
        }
        let sample = sources.iter().find_map(|source| match source {
            Source::Sample(place) => Some(*place),
            _ => None,
        });
        match sample {
            Some(place) => Setting::Documented(place),
            None if self.has_hidden_source(program, runs) => Setting::Unknown,
            None => Setting::Nowhere,
        }
    }

    /// Whether a program gets variables out of a file that the tree does not hold. Such files are ignored by
    /// git as a rule: that none is there does not mean that none will be.
    fn has_hidden_source(&self, program: &ProgramView, runs: &dyn Fn(DocumentId) -> bool) -> bool {
        let mut documents = self.sourcing.iter().chain(&self.loaders);
        let mut files = self.files.iter();
        program.has_open_environment()
            || documents.any(|document| runs(*document))
            || files.any(|(manager, _)| may_start(*manager, program.manager))
    }
}

impl Project {
    /// Whether this program will find an environment variable set, as far as the tree tells.
    ///
    /// What could reach the program is believed to: a wrong [`Setting::Set`] hides a fault, a wrong
    /// [`Setting::Nowhere`] invents one.
    pub fn sets_variable(&self, program: ProgramId, name: &str) -> Setting {
        let Some(view) = self.program(program) else {
            return Setting::Unknown;
        };
        // A document that runs commands may be what starts the program.
        let runs = |document: DocumentId| {
            let reached = self.reached.get(document.0 as usize);
            reached.is_some_and(|programs| programs.binary_search(&program).is_ok())
                || self.document(document).is_some_and(|document| {
                    document.format == Format::Python && !document.facts.commands.is_empty()
                })
        };
        self.environment.setting(view, name, &runs)
    }
}

fn is_common(name: &str) -> bool {
    COMMON.contains(&name) || name.starts_with("LC_")
}

/// Whether `load_dotenv`, which looks in the folder of its caller and in all around it, finds a file of the tree.
fn has_dotenv_above(folders: &BTreeSet<String>, path: &str) -> bool {
    let mut path = path;
    while !path.is_empty() {
        path = folder_of(path);
        if folders.contains(path) {
            return true;
        }
    }
    false
}

/// The names that a document sets, with their places.
fn set_by(document: &Document) -> impl Iterator<Item = (&str, crate::source::Span)> {
    let variables = document.facts.variables.iter();
    variables
        .filter(|variable| matches!(variable.access, Access::Set(_)))
        .map(|variable| (variable.name.as_str(), variable.span))
}

/// Whether a dotenv file is a sample, or another machine's: `.env.example`, `test.env`.
pub(super) fn is_sample(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let mut words = name.split(['.', '-', '_']);
    words.any(|word| SAMPLES.contains(&word))
}

/// What a manager adds to the environment of each of its programs.
fn brings(manager: Manager, name: &str) -> bool {
    match manager {
        Manager::Supervisor => name.starts_with("SUPERVISOR_"),
        Manager::Systemd => matches!(
            name,
            "INVOCATION_ID"
                | "JOURNAL_STREAM"
                | "SYSTEMD_EXEC_PID"
                | "MAINPID"
                | "NOTIFY_SOCKET"
                | "LISTEN_FDS"
        ),
        Manager::Procfile => matches!(name, "PORT" | "DYNO"),
        Manager::Pm2 => matches!(name, "NODE_APP_INSTANCE" | "pm_id" | "PM2_HOME"),
        _ => false,
    }
}

/// Whether a program of one manager may be what starts the other manager, and so hands its environment down.
fn may_start(outer: Manager, inner: Manager) -> bool {
    match outer {
        Manager::Docker => inner != Manager::Docker,
        Manager::Compose => !matches!(inner, Manager::Compose | Manager::Systemd),
        Manager::Systemd => matches!(
            inner,
            Manager::Supervisor | Manager::Pm2 | Manager::Procfile | Manager::Script | Manager::Declared
        ),
        _ => false,
    }
}

/// Whether a command takes over the variables of a file: `source /etc/app.env`, `. ./.env`.
fn takes_over(command: &Command) -> bool {
    let is_source = command
        .words
        .first()
        .is_some_and(|word| matches!(word.text.as_str(), "source" | "."));
    // The script of a virtual environment sets nothing that a program asks for.
    is_source
        && command
            .arguments()
            .first()
            .is_none_or(|word| !word.text.ends_with("/activate"))
}

/// A path without what cannot be told apart from outside the tree: `/opt/app/config/app.env` is
/// `config/app.env`.
pub(super) fn last_parts(path: &str) -> &str {
    let mut slashes = path.rmatch_indices('/').map(|(at, _)| at);
    let second = slashes
        .nth(1)
        .or_else(|| path.find('/').filter(|_| path.starts_with(['.', '/', '%', '$'])));
    second.map_or(path, |at| &path[at + 1..])
}

/// Whether a module imports something that reads dotenv files.
fn loads_dotenv(steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Import(import) => {
            let top = import.module.split('.').next().unwrap_or_default();
            matches!(
                top,
                "dotenv"
                    | "environs"
                    | "environ"
                    | "decouple"
                    | "pydantic_settings"
                    | "dynaconf"
                    | "starlette"
            )
        }
        Step::Branch(arms) => arms.iter().any(|arm| loads_dotenv(&arm.body)),
        Step::Try(tried) => {
            let bodies = [&tried.body, &tried.otherwise, &tried.finally];
            bodies.into_iter().any(|body| loads_dotenv(body))
                || tried.handlers.iter().any(|handler| loads_dotenv(&handler.body))
        }
        Step::Function(function) | Step::Class(function) => loads_dotenv(&function.body),
        Step::Suppress(_, body) | Step::Block(body) | Step::Loop(body) | Step::Forever(body) => {
            loads_dotenv(body)
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{self, Progress};
    use crate::target::Target;
    use crate::tree::Memory;

    const BOT: (&str, &str) = ("bot.py", "import os\nTOKEN = os.environ['TOKEN']\n");
    const SUPERVISOR: (&str, &str) = ("supervisord.conf", "[program:bot]\ncommand=python3 bot.py\n");

    fn ask(files: &[(&str, &str)], name: &str) -> (Setting, Option<String>) {
        let tree = Memory::new(files.iter().copied());
        let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
        let (id, _) = project
            .programs()
            .find(|(_, program)| program.name == "bot")
            .unwrap_or_else(|| panic!("no program in {files:?}"));
        let answer = project.sets_variable(id, name);
        let path = match answer {
            Setting::Documented(place) => project.document(place.document).map(|found| found.path.clone()),
            _ => None,
        };
        (answer, path)
    }

    fn with(file: (&str, &str)) -> Setting {
        ask(&[BOT, SUPERVISOR, file], "TOKEN").0
    }

    #[test]
    fn what_nobody_sets_is_nowhere() {
        assert_eq!(with(("README.md", "export TOKEN=1")), Setting::Nowhere);
        for name in ["PATH", "HOME", "LC_ALL", "SUPERVISOR_PROCESS_NAME"] {
            assert_eq!(ask(&[BOT, SUPERVISOR], name).0, Setting::Set, "{name}");
        }
    }

    #[test]
    fn definitions_files_and_scripts_set_variables() {
        let own = (
            "supervisord.conf",
            "[program:bot]\ncommand=python3 bot.py\nenvironment=TOKEN=\"x\"\n",
        );
        assert_eq!(ask(&[BOT, own], "TOKEN").0, Setting::Set);
        let line = (
            "supervisord.conf",
            "[program:bot]\ncommand=env TOKEN=x python3 bot.py\n",
        );
        assert_eq!(ask(&[BOT, line], "TOKEN").0, Setting::Set);
        assert_eq!(with((".env", "TOKEN=x\n")), Setting::Set);
        assert_eq!(with(("config/production.env", "TOKEN=x\n")), Setting::Set);
        assert_eq!(with(("deploy.sh", "export TOKEN=x\n")), Setting::Set);
        assert_eq!(with(("tests/run.sh", "export TOKEN=x\n")), Setting::Nowhere);
    }

    #[test]
    fn the_environment_of_another_program_is_not_handed_over() {
        let two = (
            "supervisord.conf",
            "[program:bot]\ncommand=python3 bot.py\n[program:web]\ncommand=python3 web.py\nenvironment=TOKEN=x\n",
        );
        assert_eq!(ask(&[BOT, two], "TOKEN").0, Setting::Nowhere);
        let all = (
            "supervisord.conf",
            "[supervisord]\nenvironment=TOKEN=x\n[program:bot]\ncommand=python3 bot.py\n",
        );
        assert_eq!(ask(&[BOT, all], "TOKEN").0, Setting::Set);
    }

    #[test]
    fn code_sets_variables_for_the_programs_that_reach_it() {
        let bot = ("bot.py", "import settings\nimport os\nT = os.environ['TOKEN']\n");
        let settings = ("settings.py", "import os\nos.environ['TOKEN'] = 'x'\n");
        assert_eq!(ask(&[bot, SUPERVISOR, settings], "TOKEN").0, Setting::Set);
        assert_eq!(with(settings), Setting::Nowhere);
    }

    #[test]
    fn a_sample_asks_people_to_set_it() {
        for path in [".env.example", "sample.env", ".env.test", "docs/.env"] {
            let (answer, found) = ask(&[BOT, SUPERVISOR, (path, "A=1\nTOKEN=\n")], "TOKEN");
            assert!(matches!(answer, Setting::Documented(_)), "{path}: {answer:?}");
            assert_eq!(found.as_deref(), Some(path));
        }
        let both = [
            BOT,
            SUPERVISOR,
            (".env.example", "TOKEN=\n"),
            (".env", "TOKEN=x\n"),
        ];
        assert_eq!(ask(&both, "TOKEN").0, Setting::Set);
    }

    #[test]
    fn a_file_that_is_not_in_the_tree_may_set_it() {
        let bot = ("bot.py", "from dotenv import load_dotenv\nload_dotenv()\n");
        assert_eq!(ask(&[bot, SUPERVISOR], "TOKEN").0, Setting::Unknown);
        assert_eq!(
            ask(&[bot, SUPERVISOR, (".env", "A=1\n")], "TOKEN").0,
            Setting::Nowhere
        );
        let bot = (
            "bot.py",
            "import os\nfor k, v in read():\n    os.environ[k] = v\n",
        );
        assert_eq!(ask(&[bot, SUPERVISOR], "TOKEN").0, Setting::Unknown);
        let bot = ("bot.py", "import os\nos.environ.update({'A': 'x'}, B='y')\n");
        assert_eq!(ask(&[bot, SUPERVISOR], "TOKEN").0, Setting::Nowhere);
        assert_eq!(ask(&[bot, SUPERVISOR], "A").0, Setting::Set);
        assert_eq!(ask(&[bot, SUPERVISOR], "B").0, Setting::Set);
        let bot = ("bot.py", "import os\nos.environ.update(read())\n");
        assert_eq!(ask(&[bot, SUPERVISOR], "TOKEN").0, Setting::Unknown);
        let bot = ("bot.py", "from dotenv import load_dotenv\nload_dotenv()\n");
        // A `.env` of another folder is not the one that is read.
        assert_eq!(
            ask(&[bot, SUPERVISOR, ("web/.env", "A=1\n")], "TOKEN").0,
            Setting::Unknown
        );
        assert_eq!(last_parts("/opt/app/config/app.env"), "config/app.env");
        assert_eq!(last_parts("./app.env"), "app.env");
        assert_eq!(last_parts("app.env"), "app.env");
        assert_eq!(last_parts("config/app.env"), "config/app.env");
        assert_eq!(last_parts("/app.env"), "app.env");
    }

    #[test]
    fn a_container_hands_its_environment_down() {
        assert!(may_start(Manager::Systemd, Manager::Supervisor));
        assert!(may_start(Manager::Docker, Manager::Compose));
        assert!(!may_start(Manager::Supervisor, Manager::Supervisor));
        assert!(!may_start(Manager::Compose, Manager::Compose));
    }
}
