//! What the names of a module stand for, when a path is worked out.

use super::eval::{self, Scope, Value};
use super::imports::{ModuleId, Run};
use crate::facts::python::{PathExpr, Step};
use crate::finding::DocumentId;

/// A module in whose scope a path expression is worked out.
pub(super) struct Module<'a, 'b> {
    pub(super) run: &'a Run<'b>,
    pub(super) document: DocumentId,
    /// Its object, where it runs: what its names are by now.
    pub(super) object: Option<ModuleId>,
}

impl Module<'_, '_> {
    fn body(&self) -> &[Step] {
        let python = self.run.world.documents[self.document.0 as usize]
            .facts
            .python
            .as_ref();
        python.map_or(&[], |module| module.body.as_slice())
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
        match find(self.body(), name, &bound) {
            Some(value) => eval::evaluate(value, self, depth),
            None => match self.home_of(name) {
                Some((home, name)) if home.document != self.document => home.name(&name, depth),
                _ => Value::Unknown,
            },
        }
    }

    fn call(&self, name: &str, depth: usize) -> Value {
        match find(self.body(), name, &returned) {
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

fn bound<'a>(step: &'a Step, name: &str) -> Option<&'a PathExpr> {
    match step {
        Step::Bind(binding) if binding.name == name => Some(&binding.value),
        _ => None,
    }
}

fn returned<'a>(step: &'a Step, name: &str) -> Option<&'a PathExpr> {
    match step {
        Step::Function(function) if function.name == name => Some(&function.returns),
        _ => None,
    }
}

/// The last step at module level that gives `name` its value, blocks and arms included.
fn find<'a>(
    steps: &'a [Step],
    name: &str,
    of: &dyn Fn(&'a Step, &str) -> Option<&'a PathExpr>,
) -> Option<&'a PathExpr> {
    steps.iter().rev().find_map(|step| {
        of(step, name).or_else(|| match step {
            Step::Block(body) | Step::Loop(body) | Step::Forever(body) | Step::Suppress(_, body) => {
                find(body, name, of)
            }
            Step::Branch(arms) => arms.iter().find_map(|arm| find(&arm.body, name, of)),
            Step::Try(tried) => find(&tried.body, name, of),
            _ => None,
        })
    })
}
