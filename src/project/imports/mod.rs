//! What the imports of each program resolve to on the target, in the order in which they run.
//!
//! A program is run as CPython would run it, as far as imports go: its `sys.path` is built, its module's
//! statements are taken in order, changes to `sys.path` count from their line on, and each import runs the
//! module that it finds. What would fail is noted, and then taken as mended, so that what comes behind it
//! is found as well; inside a `try` that catches it, the handler runs as it would.

mod asking;
mod calls;
mod exceptions;
mod files;
mod load;
mod names;
mod namespaces;
mod rarely;
mod runpy;
mod statement;
mod steps;

use super::arrivals::Named;
use super::bindings;
use super::environment::Environment;
use super::eval::Value;
use super::failure::{Failure, FailureKind, When};
use super::modules::Modules;
use super::paths::Paths;
use super::programs::{ProgramView, Unseen};
use super::requirements::Requirements;
use super::sys_path::Entry;
use crate::document::Document;
use crate::facts::python::{Arrival, ImportedName};
use crate::finding::{Confidence, DocumentId, Place};
use crate::source::Span;
use crate::target::{PythonVersion, Target};
use crate::tree::Tree;
use exceptions::{Catcher, Exception, Raised};
pub(super) use files::{FileEvent, Form, Knowledge, PART, values_in};
pub(super) use names::ModuleId;
use names::{Known, Source, Space};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Modules that one run of a program runs at most. Each runs once, but for those that fail inside a `try` and
/// are imported again: nested, these could go on for ever.
const MOST_MODULES: usize = 200_000;

/// What one program's imports come to.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    /// In the order in which they happen.
    pub failures: Vec<Failure>,
    /// Python files that are reached, and what else is (a Rust module).
    pub reached: BTreeSet<DocumentId>,
    /// The names under which files are imported.
    pub names: BTreeMap<DocumentId, BTreeSet<String>>,
    /// Imports that resolve through the script's own folder: place, name, file.
    pub by_folder: Vec<(Place, String, DocumentId)>,
    /// Modules of installed distributions, and whether the program does not start without them.
    pub installed: BTreeMap<String, bool>,
    /// What ends the program, of a run that takes nothing as mended.
    pub death: Option<Failure>,
    /// What is called, or handed on, of other modules that start a server.
    pub calls: BTreeMap<Named, Arrival>,
    /// What is done with files, in the order in which it happens.
    pub events: Vec<FileEvent>,
}

/// What all runs share.
pub(super) struct World<'a> {
    pub documents: &'a [Document],
    pub paths: &'a Paths,
    pub modules: &'a Modules<'a>,
    pub requirements: &'a Requirements,
    pub target: &'a Target,
    pub tree: &'a dyn Tree,
    /// What sets which environment variable.
    pub environment: &'a Environment,
    /// Folders of the server that the tree is put to, each with the folder of the tree that it is.
    pub roots: Vec<(String, String)>,
    /// What the `.pth` files of the server's site-packages add to `sys.path`.
    pub site_paths: Vec<Entry>,
}

/// What holds for a statement because of where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    when: When,
    /// Whether it surely runs.
    is_sure: bool,
    /// Whether it stands in a function that is called.
    in_function: bool,
    /// Whether the program is seen to get there; a function that nothing is seen to call may never run.
    arrival: Arrival,
    /// Whether the platform or the version of Python led here.
    is_for_target: bool,
    /// Calls around it.
    depth: usize,
}

impl Context {
    fn at(when: When) -> Self {
        Self {
            when,
            is_sure: true,
            in_function: false,
            arrival: Arrival::Surely,
            is_for_target: false,
            depth: 0,
        }
    }

    /// The same place, in a part that may not run. In a function it is a matter of how it is used.
    fn unsure(self) -> Self {
        let when = if self.in_function {
            self.when.min(When::Use)
        } else {
            self.when
        };
        Self {
            when,
            is_sure: false,
            ..self
        }
    }
}

/// How a statement ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flow {
    /// The next one runs.
    Normal,
    /// The function is left.
    Left,
    /// Something is raised that a `try` around it catches.
    Raised(Raised),
    /// The program is over.
    Ended,
    /// It goes on here for good.
    Forever,
}

/// The module, class or function whose statements are taken.
#[derive(Debug, Clone)]
pub(super) struct Frame<'a> {
    /// The module whose names it sees.
    module: ModuleId,
    document: DocumentId,
    is_main: bool,
    /// The names of a function or class body.
    locals: Option<BTreeMap<String, Known<'a>>>,
    /// Whether a condition may have left the body by now.
    may_have_left: bool,
}

impl Frame<'_> {
    fn place(&self, span: Span) -> Place {
        Place {
            document: self.document,
            span,
        }
    }

    /// The body of a class or function in this frame.
    fn inside(&self) -> Self {
        Self {
            locals: Some(self.locals.clone().unwrap_or_default()),
            may_have_left: false,
            ..self.clone()
        }
    }
}

/// One run of a program.
pub(super) struct Run<'a> {
    pub(super) world: &'a World<'a>,
    /// The Python that runs it.
    pub(super) python: PythonVersion,
    /// The program that it is, if any.
    program: Option<&'a ProgramView>,
    pub(super) path: Vec<Entry>,
    /// The entry that Python puts first: the script's folder, or the working directory.
    own_folder: Option<Entry>,
    /// Modules that were found through it.
    own: BTreeMap<String, DocumentId>,
    /// Top-level names that it gave.
    of_own_folder: BTreeSet<String>,
    pub(super) directory: String,
    /// The working directory, once the program has changed it.
    moved: Option<Value>,
    /// `sys.modules`.
    loaded: BTreeMap<String, ModuleId>,
    /// Every module object that there was, by [`ModuleId`].
    spaces: Vec<Space<'a>>,
    /// What the `try` statements around the current statement catch, over all modules.
    catchers: Vec<Catcher<'a>>,
    may_have_raised: bool,
    /// The exceptions whose handlers run, the innermost one last: a bare `raise` goes on with it.
    handled: Vec<Raised>,
    /// Functions that were called and came to their end, by their address in the facts and their module.
    called: BTreeSet<(usize, ModuleId)>,
    /// Those that run, the innermost one last.
    calls: Vec<(usize, ModuleId)>,
    chain: Vec<Place>,
    /// Modules that were run, each time counted.
    runs: usize,
    outcome: Outcome,
    /// What the names of modules stand for, as far as somebody asked.
    indices: RefCell<BTreeMap<DocumentId, Rc<bindings::Index<'a>>>>,
    /// Whether imports are followed into the modules that they find.
    pub(super) follows: bool,
    /// Dots before the name of what is imported now: what has some is never a distribution's.
    pub(super) level: u32,
    /// The names that the statement which is run now wants of its module.
    pub(super) wanted: &'a [ImportedName],
    /// Whether the program ends where nothing catches a failure, rather than going on as if it were mended.
    is_exact: bool,
}

/// So many steps of a way are told from its start, and so many from its end. Nobody follows a longer one, and
/// each of many failures has its own.
const TOLD: usize = 32;

impl<'a> Run<'a> {
    /// The places that lead to the current statement; of a long way its start and its end.
    fn way(&self) -> Vec<Place> {
        match self.chain.len().checked_sub(2 * TOLD) {
            None | Some(0) => self.chain.clone(),
            Some(between) => {
                let (start, rest) = self.chain.split_at(TOLD);
                [start, &rest[between..]].concat()
            }
        }
    }

    /// What the names of a module stand for.
    pub(super) fn index(&self, document: DocumentId) -> Rc<bindings::Index<'a>> {
        let mut indices = self.indices.borrow_mut();
        let python = self.world.documents[document.0 as usize].facts.python.as_deref();
        let read = || Rc::new(python.map_or_else(bindings::Index::default, bindings::Index::new));
        Rc::clone(indices.entry(document).or_insert_with(read))
    }

    /// A run whose `sys.path` begins with these folders.
    pub(super) fn new(world: &'a World<'a>, folders: Vec<String>, directory: &str, follows: bool) -> Self {
        let mut path: Vec<Entry> = folders.into_iter().map(Entry::Folder).collect();
        let own_folder = path.first().cloned();
        path.extend([Entry::Standard, Entry::Installed]);
        let local = world.requirements.local_roots().iter();
        path.extend(local.map(|root| Entry::Folder(root.clone())));
        path.extend_from_slice(&world.site_paths);
        Self {
            world,
            python: world.target.python,
            program: None,
            path,
            own_folder,
            own: BTreeMap::new(),
            of_own_folder: BTreeSet::new(),
            directory: directory.to_owned(),
            moved: None,
            loaded: BTreeMap::new(),
            spaces: Vec::new(),
            catchers: Vec::new(),
            may_have_raised: false,
            handled: Vec::new(),
            called: BTreeSet::new(),
            calls: Vec::new(),
            chain: Vec::new(),
            runs: 0,
            outcome: Outcome::default(),
            indices: RefCell::default(),
            follows,
            level: 0,
            wanted: &[],
            is_exact: false,
        }
    }

    /// The same run, ended by the first failure that nothing catches: what Python itself would do.
    pub(super) fn exactly(mut self) -> Self {
        self.is_exact = true;
        self
    }

    /// The same run, with a Python and the environment of a program.
    pub(super) fn under(mut self, program: &'a ProgramView, python: PythonVersion) -> Self {
        self.python = python;
        self.program = Some(program);
        self
    }

    /// Runs a script: a module without a package, named `__main__`.
    pub(super) fn script(mut self, document: DocumentId) -> Outcome {
        let flow = self.main(document, None);
        self.finish(&flow)
    }

    /// Runs a module as `python -m` does: its packages are imported, then it runs as `__main__`.
    /// `place` is where it is named.
    pub(super) fn main_module(mut self, name: &str, place: Place) -> Outcome {
        let flow = self.run_module(name, place);
        self.finish(&flow)
    }

    /// Imports a module by name and asks it for `attribute`, as a server does; the command of an installed project
    /// calls that (`is_called`).
    pub(super) fn imported(
        mut self,
        name: &str,
        attribute: Option<&str>,
        is_called: bool,
        place: Place,
    ) -> Outcome {
        let flow = self.serve(name, attribute, is_called, place);
        self.finish(&flow)
    }

    /// A file that nothing is known to run, as part of `package`.
    pub(super) fn alone(mut self, document: DocumentId, package: Option<String>) -> Outcome {
        let flow = self.main(document, package);
        self.finish(&flow)
    }

    /// Runs the statements of a document as `__main__`.
    fn main(&mut self, document: DocumentId, package: Option<String>) -> Flow {
        let mut space = Space::new("__main__", Source::File(document), package);
        // Its `__spec__` does not say that it is being imported.
        space.is_done = true;
        let module = self.add(space);
        self.run_body(module, document, Context::at(When::Start))
    }

    /// Puts a module into `sys.modules`.
    fn add(&mut self, space: Space<'a>) -> ModuleId {
        let module = ModuleId(self.spaces.len());
        self.loaded.insert(space.name.clone(), module);
        self.spaces.push(space);
        module
    }

    /// Runs the statements of a module that is new in `sys.modules`.
    fn run_body(&mut self, module: ModuleId, document: DocumentId, context: Context) -> Flow {
        self.outcome.reached.insert(document);
        let facts = &self.world.documents[document.0 as usize].facts;
        self.runs += 1;
        let python = facts.python.as_ref().filter(|_| self.runs <= MOST_MODULES);
        let space = &mut self.spaces[module.0];
        let Some(python) = python else {
            space.is_open = true;
            space.is_done = true;
            return Flow::Normal;
        };
        for global in &python.globals {
            space.names.insert(global.clone(), Known::Something);
        }
        let mut frame = self.frame(module, document);
        if let Some(flow) = self.refused(&frame, context) {
            return flow;
        }
        let flow = self.steps(&python.body, &mut frame, context);
        let space = &mut self.spaces[module.0];
        space.is_done = true;
        // What stands behind an end that may not come was not read.
        space.is_open |= flow == Flow::Ended;
        flow
    }

    /// The frame of a module's own statements.
    fn frame(&self, module: ModuleId, document: DocumentId) -> Frame<'a> {
        Frame {
            module,
            document,
            is_main: self.spaces[module.0].name == "__main__",
            locals: None,
            may_have_left: false,
        }
    }

    /// What comes of a file that the target's Python cannot read.
    fn refused(&mut self, frame: &Frame<'a>, context: Context) -> Option<Flow> {
        let world = self.world;
        let facts = &world.documents[frame.document.0 as usize].facts;
        let problem = facts.problems.first().map(|problem| problem.span);
        let python = (self.python.major, self.python.minor);
        let newer = facts.newer_than(python).map(|newer| newer.span);
        let span = problem.or(newer)?;
        self.spaces[frame.module.0].is_open = true;
        let path = &world.documents[frame.document.0 as usize].path;
        let place = frame.place(span);
        let flow = self.fail(path, path, place, context, FailureKind::Syntax, Exception::Syntax);
        (flow != Flow::Normal).then_some(flow)
    }

    /// When all is loaded, what stands in functions can run.
    fn finish(mut self, flow: &Flow) -> Outcome {
        if self.is_exact {
            if let Flow::Raised(Raised {
                failure: Some(failure),
                ..
            }) = flow
            {
                self.outcome.death = Some(self.outcome.failures.swap_remove(*failure));
            }
            return self.outcome;
        }
        let mut done = BTreeSet::new();
        loop {
            let of_tree = |module: &ModuleId| {
                let space = &self.spaces[module.0];
                let document = space.document()?;
                (self.follows || space.name == "__main__").then_some((*module, document))
            };
            let all = self.loaded.values().filter_map(of_tree);
            let open: Vec<(ModuleId, DocumentId)> =
                all.filter(|(module, _)| !done.contains(module)).collect();
            if open.is_empty() {
                return self.outcome;
            }
            for (module, document) in open {
                done.insert(module);
                let world = self.world;
                let frame = self.frame(module, document).inside();
                if let Some(python) = &world.documents[document.0 as usize].facts.python {
                    self.functions(&python.body, &frame);
                }
            }
        }
    }

    /// Whether the files leave open if something fails at all: what git ignores may have been committed by force, and
    /// a file that only the server has may set `PYTHONPATH`.
    fn is_unsure(&self, kind: &FailureKind) -> bool {
        match kind {
            FailureKind::Ignored(withheld) => withheld.is_here,
            FailureKind::Elsewhere(_) => self.program.is_some_and(|program| program.unseen == Unseen::Path),
            _ => false,
        }
    }

    /// Notes a failure. It goes to the `try` that catches it; without one, it is taken as mended.
    fn fail(
        &mut self,
        module: &str,
        missing: &str,
        place: Place,
        context: Context,
        kind: FailureKind,
        exception: Exception,
    ) -> Flow {
        let named = match (&exception, &kind) {
            (Exception::ModuleNotFound, _) => Some(missing.to_owned()),
            (Exception::Import, FailureKind::Relative { .. }) => None,
            (Exception::Import, _) => Some(module.to_owned()),
            _ => None,
        };
        let raised = Raised {
            exception,
            module: named,
            failure: Some(self.outcome.failures.len()),
        };
        let caught = self.catcher_of(&raised);
        let is_at_start = context.when == When::Start;
        let confidence = if self.path.contains(&Entry::Unknown) || (is_at_start && !context.is_sure) {
            Confidence::Possible
        } else if is_at_start && context.in_function || self.is_unsure(&kind) {
            Confidence::Likely
        } else {
            Confidence::Certain
        };
        self.outcome.failures.push(Failure {
            module: module.to_owned(),
            missing: missing.to_owned(),
            place,
            chain: self.way(),
            when: context.when.min(caught.unwrap_or(When::Start)),
            kind,
            confidence,
        });
        let ends = self.is_exact && is_at_start && confidence > Confidence::Possible;
        if caught.is_some() || ends {
            Flow::Raised(raised)
        } else {
            Flow::Normal
        }
    }
}
