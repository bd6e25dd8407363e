//! The statements of a Python module, as far as they decide what it can import.
//!
//! This is no syntax tree: it holds only what happens when the module runs, in the order in which it
//! happens, with expressions reduced to the paths they stand for.

use super::files::FileUse;
use crate::source::{Span, Spanned};

/// A Python module.
#[derive(Debug, Clone, Default)]
pub struct Module {
    /// What runs when the module is imported or started, in order.
    pub body: Vec<Step>,
    /// Whether an `if __name__ == "__main__":` stands in it, or a shebang: people run it as a script.
    pub is_script: bool,
    /// Names that functions give a value after a `global` statement: calls may define them later.
    pub globals: Vec<String>,
    /// The parts that start a server and that an import alone does not run, in the order of the text.
    pub apart: Vec<Apart>,
}

impl Module {
    /// The part, apart from what an import runs, that a place stands in.
    pub fn apart_at(&self, at: Span) -> Option<&Apart> {
        let behind = self.apart.partition_point(|part| part.span.start <= at.start);
        let part = self.apart.get(behind.checked_sub(1)?)?;
        (at.start < part.span.end).then_some(part)
    }
}

/// A part of a module that does not run when it is imported: what stands below `if __name__ == "__main__":`, a
/// function, a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// The part.
    pub span: Span,
    /// Whether the import gets there all the same: a statement of the module names it.
    pub imported: Arrival,
    /// Whether the module gets there when it is run as a script.
    pub is_main: bool,
    /// The functions and classes of the module of which each leads there once somebody calls it, sorted.
    pub through: Vec<String>,
}

impl Apart {
    /// What stands below `if __name__ == "__main__":`.
    pub fn below_main(span: Span) -> Self {
        Self {
            span,
            imported: Arrival::Never,
            is_main: true,
            through: Vec::new(),
        }
    }
}

/// Whether a run gets to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arrival {
    /// Nothing leads there.
    Never,
    /// It cannot be told.
    Perhaps,
    /// Something leads there.
    Surely,
}

impl Module {
    /// Whether the module may have an attribute of this name once it has run.
    pub fn may_define(&self, name: &str) -> bool {
        let is_open = |step: &Step| match step {
            Step::Dynamic => true,
            Step::Import(import) => import.names.iter().any(|imported| imported.name == "*"),
            _ => false,
        };
        // `__getattr__` answers for any name (PEP 562).
        self.globals.iter().any(|global| global == name)
            || binds(&self.body, name)
            || binds(&self.body, "__getattr__")
            || has_step(&self.body, &is_open)
    }
}

/// Whether a statement of a body, or of one in it that runs in place, is such a one.
pub fn has_step(steps: &[Step], is_one: &dyn Fn(&Step) -> bool) -> bool {
    let mut open: Vec<&Step> = steps.iter().collect();
    while let Some(step) = open.pop() {
        if is_one(step) {
            return true;
        }
        match step {
            Step::Block(body) | Step::Loop(body) | Step::Forever(body) | Step::Suppress(_, body) => {
                open.extend(body);
            }
            Step::Branch(arms) => open.extend(arms.iter().flat_map(|arm| &arm.body)),
            Step::Try(tried) => {
                open.extend(
                    [&tried.body, &tried.otherwise, &tried.finally]
                        .into_iter()
                        .flatten(),
                );
                open.extend(tried.handlers.iter().flat_map(|handler| &handler.body));
            }
            _ => {}
        }
    }
    false
}

/// Whether the statements of a body may give `name` a value.
pub fn binds(steps: &[Step], name: &str) -> bool {
    has_step(steps, &|step| match step {
        Step::Bind(binding) => binding.name == name,
        Step::Function(function) | Step::Class(function) => function.name == name,
        Step::Import(import) => {
            import.binds == name || import.names.iter().any(|imported| imported.binds == name)
        }
        _ => false,
    })
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
    /// `del name`.
    Unbind(String),
    /// What the module exports is set or extended (`__all__`).
    Exports(Exports),
    /// Names may be defined that nothing here tells: `globals()[…] = …`, `exec(…)`.
    Dynamic,
    /// A dotted name that begins with an imported one is read: `datetime.UTC`.
    Use(Spanned<String>),
    /// A function that is known by name is called.
    Call(Call),
    /// A module is looked for, which imports the packages around it: `importlib.util.find_spec("a.b")`.
    Find(Spanned<String>),
    /// An environment variable is read that has to be there: `os.environ["X"]`, `int(os.getenv("X"))`.
    Environ(Needed),
    /// Something is done with a file or folder.
    File(Box<FileUse>),
    /// `if`/`elif`/`else`, each arm with its guard; an `else` has [`Guard::Otherwise`].
    Branch(Vec<Arm>),
    /// `try`.
    Try(Box<Try>),
    /// `with contextlib.suppress(…)`: the exceptions' names, and the body.
    Suppress(Vec<String>, Vec<Step>),
    /// A function; its body runs when it is called, if ever.
    Function(Function),
    /// A class; its body runs at once.
    Class(Function),
    /// A `with` body, or another that runs in place.
    Block(Vec<Step>),
    /// A body that may run never, once or often.
    Loop(Vec<Step>),
    /// `while True:` without a `break`: nothing behind it is reached.
    Forever(Vec<Step>),
    /// `return`.
    Return,
    /// `raise`: the exception's name, empty when an earlier one goes on.
    Raise(Spanned<String>),
    /// `sys.exit(…)`; whether it says that something failed.
    Exit(Spanned<bool>),
}

/// A variable of the environment that has to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// Its name, where it stands.
    pub name: Spanned<String>,
    /// What fails without it.
    pub by: NeededBy,
}

/// What fails without a variable of the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeededBy {
    /// The reading itself: `os.environ["X"]`.
    Key,
    /// A number that is made of `None`: `int(os.getenv("X"))`; the function's name.
    Number(String),
    /// A method that `None` lacks: `os.getenv("X").split(",")`; its name.
    Method(String),
}

impl NeededBy {
    /// The last line of what Python says.
    pub fn error(&self, variable: &str) -> String {
        match self {
            Self::Key => format!("KeyError: '{variable}'"),
            Self::Number(function) if function == "int" => {
                "TypeError: int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"
                    .to_owned()
            }
            Self::Number(function) => {
                format!("TypeError: {function}() argument must be a string or a real number, not 'NoneType'")
            }
            Self::Method(name) => format!("AttributeError: 'NoneType' object has no attribute '{name}'"),
        }
    }
}

/// A call of a function that is known by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The name, perhaps dotted, as this module knows it.
    pub name: String,
    /// Whether a coroutine that it gives is run at once: `asyncio.run(main())`.
    pub is_awaited: bool,
    /// Where the name stands.
    pub span: Span,
}

/// A statement about `__all__`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exports {
    /// It gets exactly these names.
    Set(Vec<Spanned<String>>),
    /// These are added.
    Add(Vec<Spanned<String>>),
    /// It gets something that cannot be told.
    Unknown,
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
    /// This name, perhaps dotted, is true.
    Named(String),
    /// This name is `None`.
    IsNone(String),
    /// Only when this module can be found (`importlib.util.find_spec`).
    ModuleFound(String),
    /// This folder is an entry of `sys.path`.
    InPath(PathExpr),
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
    /// The names of the exceptions that it catches, without their modules; `BaseException` for a bare one.
    pub catches: Vec<String>,
    /// What it does.
    pub body: Vec<Step>,
    /// Whether the program ends there: `raise`, `sys.exit()`.
    pub ends: bool,
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
    /// Whether a call alone does not run its body: `async def`, or a generator.
    pub is_deferred: bool,
    /// Whether it is an `async def`, so that an event loop runs it.
    pub is_async: bool,
}

/// An expression that stands for a path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PathExpr {
    /// Nothing is known about it.
    #[default]
    Unknown,
    /// A literal.
    Literal(String),
    /// `True`, `False`, or a whole number, which is one of them in a condition.
    Truth(bool),
    /// `None`.
    Nothing,
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
    /// `a + b`, `f"{a}/b"`.
    Concat(Vec<PathExpr>),
    /// What a text takes up as `{a}`: a part of a name when nothing is known of it.
    Inserted(Box<PathExpr>),
    /// One of several: the variable of a loop over a list.
    OneOf(Vec<PathExpr>),
}

impl Guard {
    /// The names that it asks for.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Named(name) | Self::IsNone(name) => vec![name],
            Self::Not(inner) => inner.names(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::names).collect(),
            _ => Vec::new(),
        }
    }

    /// The modules that it looks for.
    pub fn modules(&self) -> Vec<&str> {
        match self {
            Self::ModuleFound(name) => vec![name],
            Self::Not(inner) => inner.modules(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::modules).collect(),
            _ => Vec::new(),
        }
    }

    /// The folders that it looks for in `sys.path`.
    pub fn folders(&self) -> Vec<&PathExpr> {
        match self {
            Self::InPath(folder) => vec![folder],
            Self::Not(inner) => inner.folders(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::folders).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the platform or the version of Python decides it.
    pub fn is_about_target(&self) -> bool {
        match self {
            Self::OnLinux(_) | Self::Version(..) => true,
            Self::Not(inner) => inner.is_about_target(),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::is_about_target),
            _ => false,
        }
    }

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
