//! Statements that run only when something unforeseen happens: the names that they may give.

use super::names::Known;
use super::{Frame, Run};
use crate::facts::python::{PathExpr, Step};

impl<'a> Run<'a> {
    /// Notes the names that a body gives which runs only when something unforeseen happens.
    pub(super) fn may_bind(&mut self, steps: &'a [Step], frame: &mut Frame<'a>) {
        for step in steps {
            match step {
                Step::Bind(binding) => self.bind_if_new(frame, &binding.name),
                Step::Function(function) | Step::Class(function) => self.bind_if_new(frame, &function.name),
                Step::Import(import) => {
                    let names = import.names.iter().map(|name| name.binds.as_str());
                    for name in names.chain([import.binds.as_str()]) {
                        self.bind_if_new(frame, name);
                    }
                }
                Step::Block(body) | Step::Loop(body) | Step::Forever(body) | Step::Suppress(_, body) => {
                    self.may_bind(body, frame);
                }
                Step::Branch(arms) => arms.iter().for_each(|arm| self.may_bind(&arm.body, frame)),
                Step::Try(tried) => {
                    self.may_bind(&tried.body, frame);
                    let handlers = tried.handlers.iter();
                    handlers.for_each(|handler| self.may_bind(&handler.body, frame));
                }
                _ => {}
            }
        }
    }

    fn bind_if_new(&mut self, frame: &mut Frame<'a>, name: &str) {
        let is_new = frame.locals.is_none() && !self.spaces[frame.module.0].names.contains_key(name);
        if is_new && !name.is_empty() && name != "*" {
            self.bind(frame, name, Known::Something);
        }
    }
}

/// Whether all that a statement can raise was seen when it ran.
pub(super) fn is_followed(step: &Step) -> bool {
    match step {
        Step::Import(_) | Step::PathEdit(_) => true,
        Step::Bind(binding) => matches!(
            binding.value,
            PathExpr::Truth(_) | PathExpr::Nothing | PathExpr::Literal(_)
        ),
        _ => false,
    }
}
