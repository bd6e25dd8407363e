//! What the names of a module stand for, when a path is worked out.

use super::eval::{self, Scope, Value};
use super::imports::{ModuleId, Run, values_in};
use crate::facts::python::{self, Function, PathExpr, Step};
use crate::finding::DocumentId;
use std::collections::HashMap;
use std::rc::Rc;

/// A module in whose scope a path expression is worked out.
pub(super) struct Module<'a, 'b> {
    pub(super) run: &'a Run<'b>,
    pub(super) document: DocumentId,
    /// Its object, where it runs: what its names are by now.
    pub(super) object: Option<ModuleId>,
}

/// What the names of a module stand for at its level, blocks and arms included: for each the last step that gives
/// it its value.
#[derive(Debug, Default)]
pub(super) struct Index<'a> {
    /// Of names.
    bound: HashMap<&'a str, &'a PathExpr>,
    /// What functions return.
    returned: HashMap<&'a str, &'a PathExpr>,
    /// The first function of each name at the level itself.
    pub(super) functions: HashMap<&'a str, &'a Function>,
    /// The different values that each name gets, and with those that functions give it.
    pub(super) values: HashMap<&'a str, Vec<&'a PathExpr>>,
    pub(super) values_in_functions: HashMap<&'a str, Vec<&'a PathExpr>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(module: &'a python::Module) -> Self {
        let steps = module.body.as_slice();
        let mut index = Self {
            values: values_in(steps, false),
            values_in_functions: if module.globals.is_empty() {
                HashMap::new()
            } else {
                values_in(steps, true)
            },
            ..Self::default()
        };
        index.read(steps);
        for step in steps {
            if let Step::Function(function) = step {
                index.functions.entry(&function.name).or_insert(function);
            }
        }
        index
    }

    fn read(&mut self, steps: &'a [Step]) {
        for step in steps.iter().rev() {
            match step {
                Step::Bind(binding) => {
                    self.bound.entry(&binding.name).or_insert(&binding.value);
                }
                Step::Function(function) => {
                    self.returned.entry(&function.name).or_insert(&function.returns);
                }
                Step::Block(body) | Step::Loop(body) | Step::Forever(body) | Step::Suppress(_, body) => {
                    self.read(body);
                }
                Step::Branch(arms) => arms.iter().for_each(|arm| self.read(&arm.body)),
                Step::Try(tried) => self.read(&tried.body),
                _ => {}
            }
        }
    }
}

impl<'b> Module<'_, 'b> {
    fn index(&self) -> Rc<Index<'b>> {
        self.run.index(self.document)
    }

    /// The module that `from package.paths import name` takes `name` from, seen from anywhere in the tree.
    fn home_of(&self, dotted: &str) -> Option<(Self, String)> {
        let (module, name) = dotted.rsplit_once('.')?;
        let loaded = self.run.module_of(module);
        let document = loaded.map(|(_, document)| document).or_else(|| {
            let paths = self
                .run
                .world
                .modules
                .elsewhere(self.run.world.paths, module.trim_start_matches('.'));
            paths.first().and_then(|path| self.run.world.modules.at(path))
        })?;
        let home = Self {
            run: self.run,
            document,
            object: loaded.map(|(module, _)| module),
        };
        Some((home, name.to_owned()))
    }
}

impl Scope for Module<'_, '_> {
    fn file(&self) -> &str {
        &self.run.world.documents[self.document.0 as usize].path
    }

    fn working_directory(&self) -> Value {
        Value::Tree(self.run.directory.clone())
    }

    fn name(&self, name: &str, depth: usize) -> Value {
        let now = self.object.and_then(|module| self.run.path_named(module, name));
        if let Some(value) = now {
            return value;
        }
        match self.index().bound.get(name).copied() {
            Some(value) => eval::evaluate(value, self, depth),
            None => match self.home_of(name) {
                Some((home, name)) if home.document != self.document => home.name(&name, depth),
                _ => Value::Unknown,
            },
        }
    }

    fn call(&self, name: &str, depth: usize) -> Value {
        match self.index().returned.get(name).copied() {
            Some(value) => eval::evaluate(value, self, depth),
            None => match self.home_of(name) {
                Some((home, name)) if home.document != self.document && depth > 0 => {
                    home.call(&name, depth - 1)
                }
                _ => Value::Unknown,
            },
        }
    }

    fn absolute(&self, path: &str) -> Value {
        match self.run.world.paths.suffix_in_tree(path) {
            Some(inside) if !super::programs::is_foreign(path) => Value::Tree(inside.to_owned()),
            _ => Value::Absolute(path.to_owned()),
        }
    }
}
