//! What the names of a module stand for, when a path is worked out.

use super::eval::{self, Scope, Value};
use super::imports::Run;
use crate::facts::python::{PathExpr, Step};
use crate::finding::DocumentId;

/// A module in whose scope a path expression is worked out.
pub(super) struct Module<'a, 'b> {
    pub(super) run: &'a Run<'b>,
    pub(super) document: DocumentId,
}

impl<'a> Module<'a, '_> {
    /// The path of the module's own file.
    pub(super) fn path(&self) -> &'a str {
        &self.run.world.documents[self.document.0 as usize].path
    }

    fn body(&self) -> &[Step] {
        let python = self.run.world.documents[self.document.0 as usize]
            .facts
            .python
            .as_ref();
        python.map_or(&[], |module| module.body.as_slice())
    }

    /// The module that `from package.paths import name` takes `name` from, seen from anywhere in the tree.
    fn home_of(&self, dotted: &str) -> Option<(DocumentId, String)> {
        let (module, name) = dotted.rsplit_once('.')?;
        let loaded = self.run.loaded.get(module).copied().flatten();
        let document = loaded.or_else(|| {
            let paths = self
                .run
                .world
                .modules
                .elsewhere(self.run.world.paths, module.trim_start_matches('.'));
            paths.first().and_then(|path| self.run.world.modules.at(path))
        })?;
        Some((document, name.to_owned()))
    }

    fn within(&self, expr: &PathExpr, document: DocumentId, depth: usize) -> Value {
        eval::evaluate(
            expr,
            &Module {
                run: self.run,
                document,
            },
            depth,
        )
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
        match find(self.body(), name, &bound) {
            Some(value) => self.within(value, self.document, depth),
            None => match self.home_of(name) {
                Some((document, name)) if document != self.document => Module {
                    run: self.run,
                    document,
                }
                .name(&name, depth),
                _ => Value::Unknown,
            },
        }
    }

    fn call(&self, name: &str, depth: usize) -> Value {
        match find(self.body(), name, &returned) {
            Some(value) => self.within(value, self.document, depth),
            None => match self.home_of(name) {
                Some((document, name)) if document != self.document && depth > 0 => Module {
                    run: self.run,
                    document,
                }
                .call(&name, depth - 1),
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
