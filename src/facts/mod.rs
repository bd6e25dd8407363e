//! The vocabulary between formats and rules: what a document states, as owned values.
//!
//! A format turns bytes into [`Facts`]; the project joins them; rules judge them. No syntax node gets
//! past this point, and nothing here knows any rule.

pub mod command;
pub mod connection;
pub mod daemon;
pub mod files;
mod held;
pub mod launchd;
pub mod lock;
pub mod made;
pub mod password;
pub mod port;
pub mod program;
pub mod python;
pub mod requirement;
pub mod script;
pub mod server;
pub mod token;
pub mod value;

use crate::source::{Span, Spanned};
pub use command::{Command, Sought, Word};
pub use connection::{Connection, Field, Giver, Listener, Part, Setting, SettingValue, TableUse};
pub use daemon::{Daemon, DaemonFile, DaemonFileKind, DaemonSetting};
pub use files::{FileAction, FileUse, Told};
pub use held::Held;
pub use made::{Made, MadeKind};
pub use password::Secret;
pub use port::{Given, Port, PortRole};
pub use program::{Build, DropIn, EntryPoint, EnvironmentFile, Manager, Placement, Program, UnitList};
pub use requirement::{Origin, Requirement};
pub use script::{Bashism, Outcome, Shebang};
pub use server::{ServerAccess, ServerConfig, ServerKind};
pub use token::{Token, TokenForm};
pub use value::{Reach, Role, Value};

/// All that one document states.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Literal texts that a rule could want, each with the role it plays.
    pub values: Vec<Value>,
    /// The statements of a Python module, in the order in which they run.
    pub python: Option<Box<python::Module>>,
    /// What of a Python module an older Python refuses, in the order of the text, each kind once.
    pub newer_syntax: Vec<NewerSyntax>,
    /// Processes that the target will start.
    pub programs: Vec<Program>,
    /// The named stages of a Dockerfile, and what each would start.
    pub targets: Vec<(String, Program)>,
    /// What the document, a `.dockerignore`, keeps out of builds; as written, with `!` before what stays in.
    pub build_ignores: Vec<Spanned<String>>,
    /// What the document changes in units of systemd.
    pub drop_ins: Vec<DropIn>,
    /// What the document says of the daemon that starts them.
    pub daemons: Vec<Daemon>,
    /// Distributions that the document has installed.
    pub requirements: Vec<Requirement>,
    /// Local projects that the document has installed: `-e .`, `pip install ./lib`.
    pub local_installs: Vec<LocalInstall>,
    /// Commands that an installed project of the tree brings (`[project.scripts]`).
    pub console_scripts: Vec<ConsoleScript>,
    /// The version of Python that the document asks a platform for, as written: `3.11`.
    pub runtime: Option<Spanned<String>>,
    /// The versions of Python that the project says it runs on (`requires-python`), as written.
    pub requires_python: Option<Spanned<String>>,
    /// What the document, a lock file, holds.
    pub lock: Option<Box<lock::Lock>>,
    /// What the document has macOS's launchd run.
    pub launchd: Option<Box<launchd::LaunchdJob>>,
    /// Statements about ports.
    pub ports: Vec<Port>,
    /// What is said of connections to databases.
    pub connections: Vec<Connection>,
    /// Tables of databases that it makes or asks.
    pub tables: Vec<TableUse>,
    /// Databases and users that it makes.
    pub made: Vec<Made>,
    /// What it says as the configuration of a server of databases.
    pub server: Option<Box<ServerConfig>>,
    /// Servers that the document starts.
    pub listeners: Vec<Listener>,
    /// Settings of Django.
    pub settings: Vec<Setting>,
    /// Environment variables that are read or set.
    pub variables: Vec<Variable>,
    /// The names that a script hands on to what it starts (`export NAME=value`), in order.
    pub exported: Vec<Span>,
    /// Commands that are run.
    pub commands: Vec<Command>,
    /// Functions and aliases that a shell script defines: whoever reads it in calls them as commands.
    pub shell_functions: Vec<String>,
    /// Programs that are looked for.
    pub sought: Vec<Sought>,
    /// Programs that a text for people tells them to call: `echo "  sudo ufw status"`.
    pub told: Vec<Spanned<String>>,
    /// Files and folders that are needed, made or written.
    pub paths: Vec<PathUse>,
    /// Texts that could be keys, tokens or passwords, by place.
    pub tokens: Vec<Token>,
    /// The lines of a `.pth` file that Python reads when it starts, once that is in its site-packages: each a
    /// folder for `sys.path`, or code (<https://docs.python.org/3/library/site.html>).
    pub site_lines: Vec<Spanned<String>>,
    /// Python modules that the document makes importable (a Rust `#[pymodule]`).
    pub modules: Vec<NamedModule>,
    /// Documents inside this one, such as a heredoc that writes a config.
    pub embedded: Vec<Embedded>,
    /// `audit: ignore[…]` comments.
    pub suppressions: Vec<Suppression>,
    /// Where a script loads what Node.js has and no browser (`require("fs")`, `from "express"`).
    pub of_node: Option<Span>,
    /// Its first line, when that names an interpreter.
    pub shebang: Option<Shebang>,
    /// The first line of a text whose lines end as on Windows, without that end.
    pub carriage_return: Option<Span>,
    /// What dash would not understand of the shell's text in it, in the order of the text: of a script each kind
    /// once, of any other document each kind once for each text that `/bin/sh` is told to run.
    pub bashisms: Vec<Bashism>,
    /// What could not be read, and where.
    pub problems: Vec<Problem>,
    /// The names of the programs that it defines, when the settings leave it out: then what it defines is gone,
    /// and what its code does stays, because other files may run it.
    pub left_out: Option<Vec<String>>,
}

impl Facts {
    /// Forgets what the document defines: the settings leave it out. `is_code` says whether what it does is
    /// kept.
    pub fn leave_out(&mut self, is_code: bool) {
        let mut names: Vec<String> = std::mem::take(&mut self.programs)
            .into_iter()
            .map(|program| program.name)
            .collect();
        names.sort_unstable();
        names.dedup();
        self.left_out = Some(names);
        self.targets.clear();
        self.drop_ins.clear();
        self.daemons.clear();
        self.launchd = None;
        self.ports.clear();
        self.embedded.clear();
        if !is_code {
            self.values.clear();
        }
    }
}

/// An environment variable, read or set.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// Read or set, and with which value.
    pub access: Access,
}

impl Variable {
    /// The name of a variable whose name is not known: `os.environ[key] = value`.
    pub const ANY: &'static str = "*";
}

/// What is done with an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Read; the default when one is written as a literal.
    Read {
        /// Whether the program goes on without the variable.
        has_default: bool,
        /// The default, when it is a literal.
        default: Option<String>,
    },
    /// Set to this text (expansions left as they stand).
    Set(String),
}

/// A file or folder that the document names.
#[derive(Debug, Clone)]
pub struct PathUse {
    /// The path as written.
    pub path: String,
    /// Where it stands.
    pub span: Span,
    /// What happens with it.
    pub purpose: Purpose,
}

/// What a document does with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It must exist as a file (an included config, say).
    Reads,
    /// Its folder must exist for a file to be written there.
    Writes,
    /// The document makes this folder.
    MakesFolder,
    /// The document makes this file.
    MakesFile,
}

/// A Python module that something other than a `.py` file provides.
#[derive(Debug, Clone)]
pub struct NamedModule {
    /// Its importable name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
}

/// A project of the tree that is installed into the server's Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalInstall {
    /// Its folder as written, relative to the document's (to the working directory in a command).
    pub folder: String,
    /// Whether its modules stay where they are (`-e`).
    pub is_editable: bool,
    /// Where it stands.
    pub span: Span,
}

/// A command that an installed project brings: `serve = "package.module:main"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleScript {
    /// The command's name.
    pub name: String,
    /// The module that it imports.
    pub module: String,
    /// The attribute of the module that it calls.
    pub attribute: String,
    /// Where it stands.
    pub span: Span,
}

/// A document inside a document.
#[derive(Debug, Clone)]
pub struct Embedded {
    /// The path that it is written to, as far as it is known.
    pub path: String,
    /// Its text, with the expansions that could be worked out.
    pub text: String,
    /// Which bytes of the text come from where in the host, in rising order.
    pub pieces: Vec<Piece>,
}

/// A run of an embedded text that was taken from its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Byte offset in the embedded text.
    pub at: u32,
    /// Byte offset in the host.
    pub host: u32,
}

/// An `audit: ignore[rule] reason` comment.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// The rules that it names; empty when it names none, which is an error of its own.
    pub rules: Vec<String>,
    /// Why, in the author's words.
    pub reason: String,
    /// The comment.
    pub span: Span,
    /// The bytes that it covers: its own line, or the next one when it stands alone.
    pub covers: Span,
}

/// The message of a problem that is none of one line: no Python 3 can read the file.
pub const PYTHON_2: &str = "it is written for Python 2";

/// What [`NewerSyntax`] calls `except A, e:` where it is Python 2's `except A as e:`; from 3.14 on it is read, as
/// something else.
pub const PYTHON_2_EXCEPT: &str = "`except A, e:` of Python 2";

/// Something of a document that could not be read.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What kind of trouble.
    pub kind: ProblemKind,
    /// The reader's own words, without a trailing full stop.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// Syntax of a Python module that came with a later Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewerSyntax {
    /// Major and minor version of the first Python that accepts it.
    pub needs: (u32, u32),
    /// What it is: "a `match` statement".
    pub what: &'static str,
    /// How older Pythons complain, behind `SyntaxError: `.
    pub words: &'static str,
    /// Where it stands first.
    pub span: Span,
}

/// Kinds of trouble with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The bytes could not be had or are no text.
    Unreadable,
    /// The text does not follow its format.
    Syntax,
}

impl ProblemKind {
    /// The name that a rule's `[match]` uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Syntax => "syntax",
        }
    }
}

impl Facts {
    /// The first syntax of a Python module that this version (major, minor) refuses: importing the module
    /// or starting it raises a `SyntaxError`.
    pub fn newer_than(&self, version: (u32, u32)) -> Option<&NewerSyntax> {
        self.newer_syntax.iter().find(|syntax| version < syntax.needs)
    }

    /// The command that a place stands in.
    pub fn command_at(&self, span: Span) -> Option<&Command> {
        let behind = self
            .commands
            .partition_point(|command| command.span.start <= span.start);
        let command = behind.checked_sub(1).and_then(|index| self.commands.get(index))?;
        (span.end <= command.span.end).then_some(command)
    }

    /// Takes the line ends of Windows for those of Linux.
    pub fn drop_carriage_returns(&mut self) {
        self.carriage_return = None;
        if let Some(shebang) = &mut self.shebang {
            shebang.has_return = false;
        }
    }

    /// Facts that hold nothing but one problem.
    pub fn of_problem(kind: ProblemKind, message: impl Into<String>, span: Span) -> Self {
        let problem = Problem {
            kind,
            message: message.into(),
            span,
        };
        Self {
            problems: vec![problem],
            ..Self::default()
        }
    }
}
