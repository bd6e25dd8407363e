//! What the imports of each program resolve to on the target, in the order in which they run.
//!
//! A program is run as CPython would run it, as far as imports go: its `sys.path` is built, its module's
//! statements are taken in order, changes to `sys.path` count from their line on, and each import runs the
//! module that it finds. What would fail is noted, and then taken as mended, so that what comes behind it
//! is found as well.

use super::failure::{Failure, FailureKind, When};
use super::guards::{Truth, truth};
use super::modules::{Found, Modules, folder_of};
use super::paths::Paths;
use super::requirements::{Provision, Requirements};
use super::sys_path::Entry;
use crate::document::Document;
use crate::facts::python::{Catches, Import, Step};
use crate::finding::{DocumentId, Place};
use crate::knowledge::stdlib;
use crate::target::Target;
use crate::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// What one program's imports come to.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    pub failures: Vec<Failure>,
    /// Python files that are reached.
    pub reached: BTreeSet<DocumentId>,
    /// Other documents that are reached (a Rust module).
    pub names: BTreeMap<DocumentId, BTreeSet<String>>,
    /// Imports that resolve through the script's own folder: place, name, file.
    pub by_folder: Vec<(Place, String, DocumentId)>,
}

/// What all runs share.
pub(super) struct World<'a> {
    pub documents: &'a [Document],
    pub paths: &'a Paths,
    pub modules: &'a Modules,
    pub requirements: &'a Requirements,
    pub target: &'a Target,
    pub tree: &'a dyn Tree,
}

/// How an import is guarded, from the outermost guard on.
#[derive(Debug, Clone, Copy)]
struct Context {
    when: When,
    is_main: bool,
}

/// One run of a program.
pub(super) struct Run<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) path: Vec<Entry>,
    /// The entry that Python puts first: the script's folder, or the working directory.
    own_folder: Option<Entry>,
    /// A file that is taken alone, with the package that it is part of.
    root: Option<(DocumentId, Option<String>)>,
    /// Modules that were found through it.
    own: BTreeMap<String, DocumentId>,
    pub(super) directory: String,
    /// Modules that were run, by dotted name.
    pub(super) loaded: BTreeMap<String, Option<DocumentId>>,
    chain: Vec<Place>,
    outcome: Outcome,
    /// Whether imports are followed into the modules that they find.
    follows: bool,
}

/// The module whose statements are taken.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) document: DocumentId,
    /// The package that relative imports start from; nothing in a script.
    package: Option<String>,
}

impl<'a> Run<'a> {
    /// A run whose `sys.path` begins with these folders.
    pub(super) fn new(world: &'a World<'a>, folders: Vec<String>, directory: &str, follows: bool) -> Self {
        let mut path: Vec<Entry> = folders.into_iter().map(Entry::Folder).collect();
        let own_folder = path.first().cloned();
        path.extend([Entry::Standard, Entry::Installed]);
        Self {
            world,
            path,
            own_folder,
            root: None,
            own: BTreeMap::new(),
            directory: directory.to_owned(),
            loaded: BTreeMap::new(),
            chain: Vec::new(),
            outcome: Outcome::default(),
            follows,
        }
    }

    /// Runs a script: a module without a package, named `__main__`.
    pub(super) fn script(mut self, document: DocumentId) -> Outcome {
        let frame = Frame {
            document,
            package: None,
        };
        self.run(
            &frame,
            Context {
                when: When::Start,
                is_main: true,
            },
        );
        self.finish()
    }

    /// Imports a module by name, as `python -m` and `uvicorn` do; `place` is where it is named.
    pub(super) fn module(mut self, name: &str, place: Place) -> Outcome {
        let context = Context {
            when: When::Start,
            is_main: false,
        };
        self.load(name, place, context);
        self.finish()
    }

    /// A file that nothing is known to run, as part of `package`.
    pub(super) fn alone(mut self, document: DocumentId, package: Option<String>) -> Outcome {
        self.root = Some((document, package.clone()));
        self.run(
            &Frame { document, package },
            Context {
                when: When::Start,
                is_main: true,
            },
        );
        self.finish()
    }

    /// When all is loaded, what stands in functions can run.
    fn finish(mut self) -> Outcome {
        let mut done = BTreeSet::new();
        loop {
            let open: Vec<DocumentId> = self.outcome.reached.difference(&done).copied().collect();
            if open.is_empty() {
                return self.outcome;
            }
            for document in open {
                done.insert(document);
                let package = self.package_of(document);
                self.lazy(&Frame { document, package });
            }
        }
    }

    /// The package that a loaded module belongs to.
    fn package_of(&self, document: DocumentId) -> Option<String> {
        if let Some((root, package)) = &self.root
            && *root == document
        {
            return package.clone();
        }
        let name = self.outcome.names.get(&document)?.iter().next()?;
        let is_package = self.world.documents[document.0 as usize]
            .path
            .ends_with("/__init__.py");
        if is_package {
            Some(name.clone())
        } else {
            name.rsplit_once('.').map(|(package, _)| package.to_owned())
        }
    }

    fn run(&mut self, frame: &Frame, context: Context) {
        if !self.outcome.reached.insert(frame.document) {
            return;
        }
        let world = self.world;
        if let Some(module) = &world.documents[frame.document.0 as usize].facts.python {
            self.steps(&module.body, frame, context);
        }
    }

    fn lazy(&mut self, frame: &Frame) {
        let world = self.world;
        if let Some(module) = &world.documents[frame.document.0 as usize].facts.python {
            self.functions(&module.body, frame);
        }
    }

    /// The bodies of functions, which run when somebody calls them.
    fn functions(&mut self, steps: &[Step], frame: &Frame) {
        for step in steps {
            match step {
                Step::Function(function) => {
                    self.steps(
                        &function.body,
                        frame,
                        Context {
                            when: When::Use,
                            is_main: false,
                        },
                    );
                    self.functions(&function.body, frame);
                }
                Step::Class(class) => self.functions(&class.body, frame),
                Step::Block(body) | Step::Suppress(_, body) => self.functions(body, frame),
                Step::Branch(arms) => {
                    for arm in arms {
                        if truth(&arm.guard, &[], self.world.target, false) != Truth::No {
                            self.functions(&arm.body, frame);
                        }
                    }
                }
                Step::Try(tried) => {
                    self.functions(&tried.body, frame);
                    tried
                        .handlers
                        .iter()
                        .for_each(|handler| self.functions(&handler.body, frame));
                    self.functions(&tried.otherwise, frame);
                    self.functions(&tried.finally, frame);
                }
                Step::Import(_) | Step::PathEdit(_) | Step::Bind(_) => {}
            }
        }
    }

    fn steps(&mut self, steps: &[Step], frame: &Frame, context: Context) {
        for step in steps {
            match step {
                Step::Import(import) => self.import(import, frame, context),
                Step::PathEdit(edit) => self.edit(edit, frame),
                Step::Bind(_) | Step::Function(_) => {}
                Step::Class(class) => self.steps(&class.body, frame, context),
                Step::Block(body) => self.steps(body, frame, context),
                Step::Suppress(catches, body) => self.steps(body, frame, guarded(context, *catches)),
                Step::Branch(arms) => {
                    let mut before = Vec::new();
                    for arm in arms {
                        if truth(&arm.guard, &before, self.world.target, context.is_main) != Truth::No {
                            self.steps(&arm.body, frame, context);
                        }
                        before.push(arm.guard.clone());
                    }
                }
                Step::Try(tried) => {
                    let caught = tried
                        .handlers
                        .iter()
                        .filter(|handler| !handler.ends)
                        .map(|handler| handler.catches)
                        .find(|catches| *catches != Catches::Other);
                    let inner = caught.map_or(context, |catches| guarded(context, catches));
                    let before = self.outcome.failures.len();
                    self.steps(&tried.body, frame, inner);
                    let has_failed = self.outcome.failures[before..]
                        .iter()
                        .any(|failure| failure.place.document == frame.document);
                    // What a handler imports matters only when the body failed.
                    for handler in tried
                        .handlers
                        .iter()
                        .filter(|handler| handler.catches != Catches::Other)
                    {
                        if has_failed || caught.is_none() {
                            self.steps(&handler.body, frame, context);
                        }
                    }
                    self.steps(&tried.otherwise, frame, context);
                    self.steps(&tried.finally, frame, context);
                }
            }
        }
    }

    fn import(&mut self, import: &Import, frame: &Frame, context: Context) {
        let place = Place {
            document: frame.document,
            span: import.span,
        };
        let module = if import.level == 0 {
            import.module.clone()
        } else {
            let Some(base) = Self::relative_base(frame, import.level) else {
                self.fail_relative(import, place, context);
                return;
            };
            match (base.is_empty(), import.module.is_empty()) {
                (_, true) => base,
                (true, false) => import.module.clone(),
                (false, false) => format!("{base}.{}", import.module),
            }
        };
        if module.is_empty() || module == "__main__" || !self.load(&module, place, context) {
            return;
        }
        for name in &import.names {
            let full = format!("{module}.{}", name.name);
            if name.name != "*" && self.is_submodule(&module, &name.name) {
                self.load(
                    &full,
                    Place {
                        document: frame.document,
                        span: name.span,
                    },
                    context,
                );
            }
        }
    }

    /// The package that `level` dots lead to.
    fn relative_base(frame: &Frame, level: u32) -> Option<String> {
        let mut base = frame.package.as_deref()?;
        for _ in 1..level {
            base = base.rsplit_once('.').map(|(package, _)| package)?;
        }
        Some(base.to_owned())
    }

    fn fail_relative(&mut self, import: &Import, place: Place, context: Context) {
        let module = format!("{}{}", ".".repeat(import.level as usize), import.module);
        self.fail(module.clone(), module, place, context, FailureKind::Relative);
    }

    /// Loads a dotted module part by part, and says whether all of it was found.
    fn load(&mut self, dotted: &str, place: Place, context: Context) -> bool {
        if self.loaded.contains_key(dotted) {
            if let Some(document) = self.own.get(dotted) {
                self.outcome.by_folder.push((place, dotted.to_owned(), *document));
            }
            return true;
        }
        let (first, rest) = dotted.split_once('.').unwrap_or((dotted, ""));
        if stdlib::is_builtin(first) {
            return true;
        }
        let Some((entry, found)) = self.find_top(first) else {
            return self.load_outside(first, dotted, place, context);
        };
        let by_own_folder = self.path.get(entry) == self.own_folder.as_ref();
        if let (true, Found::Module(document)) = (by_own_folder, &found) {
            self.note_own(first, *document, place);
        }
        let mut name = first.to_owned();
        let mut at = found;
        self.enter(&name, &at, place, context);
        for part in rest.split('.').filter(|part| !part.is_empty()) {
            name = format!("{name}.{part}");
            let folder = match &at {
                Found::Package(_, folder) | Found::Namespace(folder) => folder.clone(),
                Found::Compiled => return true,
                Found::Module(_) => {
                    self.fail(dotted.to_owned(), name, place, context, FailureKind::Lacking);
                    return false;
                }
            };
            let Some(next) = self.world.modules.find(self.world.paths, &folder, part) else {
                let ignored = self.ignored(&folder, part);
                let kind = ignored.map_or(FailureKind::Lacking, FailureKind::Ignored);
                self.fail(dotted.to_owned(), name, place, context, kind);
                return false;
            };
            at = next;
            self.enter(&name, &at, place, context);
        }
        if by_own_folder
            && name.contains('.')
            && let Found::Module(document) | Found::Package(document, _) = at
        {
            self.note_own(&name, document, place);
        }
        true
    }

    /// Notes an import that resolves through the program's own folder.
    fn note_own(&mut self, name: &str, document: DocumentId, place: Place) {
        self.own.insert(name.to_owned(), document);
        self.outcome.by_folder.push((place, name.to_owned(), document));
    }

    /// A module that is not in the tree's folders of `sys.path`.
    fn load_outside(&mut self, first: &str, dotted: &str, place: Place, context: Context) -> bool {
        let world = self.world;
        if stdlib::stdlib_has(first, world.target.python) {
            return true;
        }
        if let Some(document) = world.modules.native(first) {
            self.outcome.reached.insert(document);
            return true;
        }
        let provision = world.requirements.provision(dotted);
        if matches!(provision, Provision::Declared | Provision::Brought(_)) {
            return true;
        }
        let elsewhere = world.modules.elsewhere(world.paths, dotted);
        let is_own =
            !elsewhere.is_empty() && !matches!(provision, Provision::Group(..) | Provision::Marker(_));
        let kind = if is_own {
            FailureKind::Elsewhere(elsewhere.clone())
        } else if stdlib::removed_in(first).is_some()
            || stdlib::added_in(first).is_some()
            || stdlib::is_elsewhere(first)
        {
            FailureKind::StandardLibrary
        } else if let Some(withheld) = self.ignored_anywhere(first) {
            FailureKind::Ignored(withheld)
        } else {
            FailureKind::Distribution(provision)
        };
        self.fail(dotted.to_owned(), first.to_owned(), place, context, kind);
        // Taken as mended: what the import would have run is run.
        if let Some(document) = elsewhere.first().and_then(|path| world.modules.at(path)) {
            let is_package = elsewhere[0].ends_with("/__init__.py");
            let found = if is_package {
                Found::Package(document, folder_of(&elsewhere[0]).to_owned())
            } else {
                Found::Module(document)
            };
            self.enter(dotted, &found, place, context);
            return true;
        }
        false
    }

    /// Runs a module that was found, once.
    fn enter(&mut self, name: &str, found: &Found, place: Place, context: Context) {
        if self.loaded.contains_key(name) {
            return;
        }
        let (document, package) = match found {
            Found::Package(document, _) => (*document, Some(name.to_owned())),
            Found::Module(document) => (
                *document,
                name.rsplit_once('.').map(|(package, _)| package.to_owned()),
            ),
            Found::Namespace(_) | Found::Compiled => {
                self.loaded.insert(name.to_owned(), None);
                return;
            }
        };
        self.loaded.insert(name.to_owned(), Some(document));
        self.outcome
            .names
            .entry(document)
            .or_default()
            .insert(name.to_owned());
        if self.follows {
            self.chain.push(place);
            self.run(
                &Frame { document, package },
                Context {
                    is_main: false,
                    ..context
                },
            );
            self.chain.pop();
        }
    }

    fn fail(&mut self, module: String, missing: String, place: Place, context: Context, kind: FailureKind) {
        let is_sure = !self.path.contains(&Entry::Unknown);
        let chain = self.chain.clone();
        self.outcome.failures.push(Failure {
            module,
            missing,
            place,
            chain,
            when: context.when,
            kind,
            is_sure,
        });
    }
}

/// An import inside a `try` or `suppress` is noticed less.
fn guarded(context: Context, catches: Catches) -> Context {
    let when = match catches {
        Catches::ImportErrors => When::Expected,
        Catches::Everything => When::Hidden,
        Catches::Other => context.when,
    };
    Context {
        when: context.when.min(when),
        ..context
    }
}
