//! Which programs need a distribution, and what else they lose when pip refuses it.

use super::programs::Entry;
use super::{Ask, LockView, Project};
use crate::facts::python::{Import, Step};
use crate::facts::requirement::normalize;
use crate::finding::{DocumentId, ProgramId};
use crate::knowledge::runners;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::PoisonError;

impl Project {
    /// The first parts of the names of all modules that Python code of the tree imports, in functions too.
    pub fn imported_modules(&self) -> BTreeSet<&str> {
        let names = self.documents().flat_map(|(id, _)| self.modules_of(id));
        names.map(|name| name.split('.').next().unwrap_or(name)).collect()
    }

    /// The modules that a document imports by their whole names, in functions too.
    pub(super) fn modules_of(&self, id: DocumentId) -> impl Iterator<Item = &str> {
        let imports = self.imports();
        let modules = imports.of(id).map(|own| &*own.modules).unwrap_or_default();
        modules.iter().filter_map(|at| imports.text(*at))
    }

    /// The last parts of the names of modules that a document imports, and what it takes from them.
    pub(super) fn names_of_imports(&self, id: DocumentId) -> impl Iterator<Item = &str> {
        let imports = self.imports();
        let names = imports.of(id).map(|own| &*own.names).unwrap_or_default();
        names.iter().filter_map(|at| imports.text(*at))
    }

    /// How many imports a document has.
    pub(super) fn count_of_imports(&self, id: DocumentId) -> usize {
        self.imports().of(id).map_or(0, |own| own.count)
    }

    fn imports(&self) -> &Imports {
        self.imports.get_or_init(|| Imports::of_all(self))
    }

    /// The programs that do not start when pip refuses these requirements: nothing of what is installed
    /// together with them gets onto the target. Sorted.
    pub fn programs_without(&self, refused: &[&Ask]) -> Vec<ProgramId> {
        let refusal = self.requirements.refusal(refused);
        let known = self.refusals.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(programs) = known.get(&refusal) {
            return programs.clone();
        }
        drop(known);
        let programs = self.programs_needing(&self.requirements.lost_with(&refusal));
        let mut known = self.refusals.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(refusal, programs.clone());
        programs
    }

    /// Whether code that a program reaches imports one of these modules, inside functions too, or names it as a
    /// variable of the environment.
    pub fn mentions(&self, program: ProgramId, names: &[&str]) -> bool {
        self.reached_by(program).any(|(id, document)| {
            let variables = document.facts.variables.iter();
            let mut variables = variables.map(|variable| variable.name.as_str());
            let is_named = |module: &str| names.contains(&module.split('.').next().unwrap_or(module));
            variables.any(|name| names.contains(&name)) || self.modules_of(id).any(is_named)
        })
    }

    /// The programs that do not start when nothing of a lock file gets onto the target, sorted.
    pub fn programs_locked_by(&self, lock: &LockView<'_>) -> Vec<ProgramId> {
        let names: Vec<String> = lock
            .installed
            .iter()
            .map(|package| normalize(&package.name))
            .collect();
        // What is in the lock only because others need it is said to come from the lock.
        self.programs_needing(&names.iter().map(String::as_str).chain([lock.path]).collect())
    }

    /// The programs that do not start without these distributions (names as [`normalize`] writes them): they
    /// import one of them on the way, with nothing that catches the failure, or run its command. Sorted.
    pub fn programs_needing(&self, lost: &BTreeSet<&str>) -> Vec<ProgramId> {
        let imports = self.needing.iter();
        let mut programs: BTreeSet<ProgramId> = imports
            .filter(|(module, _)| self.requirements.comes_only_from(module, lost))
            .flat_map(|(_, programs)| programs.iter().copied())
            .collect();
        for (id, program) in self.programs() {
            let mut needed = program.stages.iter().filter(|stage| !stage.is_conditional);
            let runs_one = needed.any(|stage| match &stage.entry {
                Entry::Module {
                    runner: Some(command),
                    ..
                }
                | Entry::Tool { command } => {
                    runners::distribution_of(command).is_some_and(|name| lost.contains(&*normalize(name)))
                }
                _ => false,
            });
            if runs_one {
                programs.insert(id);
            }
        }
        programs.into_iter().collect()
    }
}

/// What the Python code of the tree imports: several rules ask for it, and it stands far apart in the code.
#[derive(Debug, Default)]
pub(super) struct Imports {
    /// Each name once.
    texts: Vec<String>,
    /// By document; the numbers are those of names.
    all: Vec<Imported>,
}

/// What one document imports.
#[derive(Debug, Default)]
struct Imported {
    /// How many imports there are.
    count: usize,
    /// The whole names of modules, without those that are relative.
    modules: Box<[u32]>,
    /// The last parts of the names of all modules, and what is taken from them.
    names: Box<[u32]>,
}

impl Imports {
    fn of_all(project: &Project) -> Self {
        let mut known: FxHashMap<&str, u32> = FxHashMap::default();
        let mut imports = Self::default();
        for (_, document) in project.documents() {
            let Some(python) = &document.facts.python else {
                imports.all.push(Imported::default());
                continue;
            };
            let mut number = |text| {
                *known.entry(text).or_insert_with(|| {
                    imports.texts.push(str::to_owned(text));
                    u32::try_from(imports.texts.len() - 1).unwrap_or(u32::MAX)
                })
            };
            let own = all_imports(&python.body);
            let modules = own.iter().filter(|import| import.level == 0);
            let modules = modules.map(|import| number(&import.module)).collect();
            let names = own.iter().flat_map(|import| {
                let taken = import.names.iter().map(|name| name.name.as_str());
                import.module.rsplit('.').take(1).chain(taken)
            });
            imports.all.push(Imported {
                count: own.len(),
                modules,
                names: names.map(number).collect(),
            });
        }
        imports
    }

    fn of(&self, document: DocumentId) -> Option<&Imported> {
        self.all.get(document.0 as usize)
    }

    fn text(&self, number: u32) -> Option<&str> {
        self.texts.get(number as usize).map(String::as_str)
    }
}

/// Every import of some steps.
pub(super) fn all_imports(steps: &[Step]) -> Vec<&Import> {
    let mut imports = Vec::new();
    let mut open: Vec<&[Step]> = vec![steps];
    while let Some(steps) = open.pop() {
        for step in steps {
            match step {
                Step::Import(import) => imports.push(import),
                Step::Branch(arms) => open.extend(arms.iter().map(|arm| arm.body.as_slice())),
                Step::Function(function) | Step::Class(function) => open.push(&function.body),
                Step::Suppress(_, body) | Step::Block(body) | Step::Loop(body) | Step::Forever(body) => {
                    open.push(body);
                }
                Step::Try(attempt) => {
                    open.extend([attempt.body.as_slice(), &attempt.otherwise, &attempt.finally]);
                    open.extend(attempt.handlers.iter().map(|handler| handler.body.as_slice()));
                }
                _ => {}
            }
        }
    }
    imports
}
