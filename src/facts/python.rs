//! The statements of a Python module, as far as they decide what it can import.
//!
//! This is no syntax tree: it holds only what happens when the module runs, in the order in which it
//! happens, with expressions reduced to the paths they stand for.

use crate::source::{Span, Spanned};

/// A Python module.
#[derive(Debug, Clone, Default)]
pub struct Module {
    /// What runs when the module is imported or started, in order.
    pub body: Vec<Step>,
    /// Whether an `if __name__ == "__main__":` stands in it, or a shebang: people run it as a script.
    pub is_script: bool,
}

/// One thing that happens when a module runs.
#[derive(Debug, Clone)]
pub enum Step {
    /// An import statement (one step for each module that it names).
    Import(Import),
    /// A change to `sys.path`.
    PathEdit(PathEdit),
    /// A name gets a value.
    Bind(Binding),
    /// `if`/`elif`/`else`, each arm with its guard; an `else` has [`Guard::Otherwise`].
    Branch(Vec<Arm>),
    /// `try`.
    Try(Box<Try>),
    /// `with contextlib.suppress(…)`.
    Suppress(Catches, Vec<Step>),
    /// A function; its body runs later, if ever.
    Function(Function),
    /// A class; its body runs at once.
    Class(Function),
    /// A loop or `with` body, which runs in place.
    Block(Vec<Step>),
}

/// An import of one module.
#[derive(Debug, Clone)]
pub struct Import {
    /// The module's dotted name as written; empty for `from . import x`.
    pub module: String,
    /// Dots before the name: 0 for an absolute import.
    pub level: u32,
    /// What `from … import` names; empty for a plain `import`.
    pub names: Vec<ImportedName>,
    /// Whether it is `from … import …`.
    pub is_from: bool,
    /// The local name of a plain import (`import a.b as c` gives `c`, `import a.b` gives `a`).
    pub binds: String,
    /// Where the module is named (the statement, when no module is named).
    pub span: Span,
}

/// One name of `from x import name as alias`.
#[derive(Debug, Clone)]
pub struct ImportedName {
    /// The name as the other module knows it; `*` for a star import.
    pub name: String,
    /// The name it gets here.
    pub binds: String,
    /// Where it stands.
    pub span: Span,
}

/// A change to `sys.path`.
#[derive(Debug, Clone)]
pub struct PathEdit {
    /// How.
    pub kind: PathEditKind,
    /// The entry or entries.
    pub entries: Vec<Spanned<PathExpr>>,
    /// The statement.
    pub span: Span,
}

/// How `sys.path` is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathEditKind {
    /// `append`, `extend`, `+=`, `site.addsitedir`.
    Append,
    /// `insert(n, …)` at this index.
    Insert(usize),
    /// `sys.path = […]`.
    Replace,
}

/// An assignment to a plain name, or a definition.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// What path it stands for, if any.
    pub value: PathExpr,
}

/// One arm of an `if`.
#[derive(Debug, Clone)]
pub struct Arm {
    /// When it runs.
    pub guard: Guard,
    /// What runs.
    pub body: Vec<Step>,
}

/// When an arm of an `if` runs on the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// Nothing is known.
    Unknown,
    /// The test is about the platform, and on Linux it gives this answer.
    OnLinux(bool),
    /// Only while types are checked.
    TypeChecking,
    /// Only when the module is started as a script.
    IsMain,
    /// `sys.version_info` compared with a version: the comparison, and the parts of the version.
    Version(Comparison, Vec<u32>),
    /// The test is constant.
    Constant(bool),
    /// Only when this module can be found (`importlib.util.find_spec`).
    ModuleFound(String),
    /// Another guard, negated.
    Not(Box<Guard>),
    /// Every one of these.
    All(Vec<Guard>),
    /// At least one of these.
    Any(Vec<Guard>),
    /// None of the arms before.
    Otherwise,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Differs,
}

/// A `try` statement.
#[derive(Debug, Clone, Default)]
pub struct Try {
    /// What is tried.
    pub body: Vec<Step>,
    /// `except` clauses.
    pub handlers: Vec<Handler>,
    /// `else`.
    pub otherwise: Vec<Step>,
    /// `finally`.
    pub finally: Vec<Step>,
}

/// An `except` clause.
#[derive(Debug, Clone)]
pub struct Handler {
    /// What it catches.
    pub catches: Catches,
    /// What it does.
    pub body: Vec<Step>,
    /// Whether the program ends there: `raise`, `sys.exit()`.
    pub ends: bool,
}

/// Whether a handler catches a failed import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Catches {
    /// `ImportError` or `ModuleNotFoundError` by name: the author expects it.
    ImportErrors,
    /// A broad `Exception`, `BaseException` or bare `except`: it is caught, and hidden.
    Everything,
    /// Something else.
    Other,
}

/// A function or class.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// What its body does.
    pub body: Vec<Step>,
    /// The path that it returns, when its last `return` gives one.
    pub returns: PathExpr,
}

/// An expression that stands for a path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PathExpr {
    /// Nothing is known about it.
    #[default]
    Unknown,
    /// A literal.
    Literal(String),
    /// `__file__`.
    File,
    /// The working directory.
    WorkingDirectory,
    /// The home directory.
    Home,
    /// A name, perhaps dotted, from here or another module.
    Name(String),
    /// The result of a call without arguments that matter.
    Call(String),
    /// An environment variable, with its default.
    Variable(String, Option<Box<PathExpr>>),
    /// `os.path.dirname(x)`, `Path(x).parent`, that many times.
    Parent(Box<PathExpr>, usize),
    /// `os.path.abspath`, `realpath`, `Path.resolve`.
    Absolute(Box<PathExpr>),
    /// `os.path.join(a, b)`, `a / b`.
    Join(Vec<PathExpr>),
    /// `a + b`.
    Concat(Vec<PathExpr>),
}

impl Guard {
    /// Whether the arm runs on Linux at all, as far as the guard itself tells: nothing when it does not.
    pub fn on_linux(&self) -> Option<bool> {
        match self {
            Self::OnLinux(answer) | Self::Constant(answer) => Some(*answer),
            Self::Not(inner) => inner.on_linux().map(|answer| !answer),
            Self::All(parts) => {
                if parts.iter().any(|part| part.on_linux() == Some(false)) {
                    Some(false)
                } else {
                    parts
                        .iter()
                        .map(Self::on_linux)
                        .collect::<Option<Vec<_>>>()
                        .map(|_| true)
                }
            }
            Self::Any(parts) => {
                if parts.iter().any(|part| part.on_linux() == Some(true)) {
                    Some(true)
                } else {
                    parts
                        .iter()
                        .map(Self::on_linux)
                        .collect::<Option<Vec<_>>>()
                        .map(|_| false)
                }
            }
            _ => None,
        }
    }
}
