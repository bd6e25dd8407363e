//! Calls of functions and classes of the tree.

use super::super::failure::When;
use super::names::{Known, ModuleId};
use super::{Context, Flow, Frame, Run};
use crate::facts::python::{Arrival, Call, Function, Step};
use crate::finding::{DocumentId, Place};

/// Calls within calls that are followed.
const DEPTH: usize = 60;

impl<'a> Run<'a> {
    /// Runs a function of the tree that is called.
    pub(super) fn call(&mut self, call: &'a Call, frame: &mut Frame<'a>, context: Context) -> Flow {
        let Some(known) = self.resolve(frame, &call.name) else {
            return Flow::Normal;
        };
        self.note_call(&known, Some(frame.document), context);
        self.run_known(&known, call.is_awaited, frame.place(call.span), context)
    }

    /// Runs a function that is known, or makes an object of a class.
    pub(super) fn run_known(
        &mut self,
        known: &Known<'a>,
        is_awaited: bool,
        place: Place,
        context: Context,
    ) -> Flow {
        let (function, module) = match known {
            Known::Function(function, module) => (*function, *module),
            Known::Class(class, module) => {
                let init = class.body.iter().find_map(|step| match step {
                    Step::Function(function) if function.name == "__init__" => Some(function),
                    _ => None,
                });
                match init {
                    Some(init) => (init, *module),
                    None => return Flow::Normal,
                }
            }
            _ => return Flow::Normal,
        };
        self.run_function(function, module, is_awaited, place, context)
    }

    fn run_function(
        &mut self,
        function: &'a Function,
        module: ModuleId,
        is_awaited: bool,
        place: Place,
        context: Context,
    ) -> Flow {
        let runs = !function.is_deferred || (function.is_async && is_awaited);
        let address = std::ptr::from_ref(function) as usize;
        let key = (address, module);
        let is_nested = self.calls.iter().filter(|call| **call == key).count() > 1;
        if !runs || context.depth >= DEPTH || is_nested || self.called.contains(&key) {
            return Flow::Normal;
        }
        let Some(document) = self.spaces[module.0].document() else {
            return Flow::Normal;
        };
        let mut inner = self.frame(module, document).inside();
        let context = Context {
            in_function: true,
            depth: context.depth + 1,
            ..context
        };
        self.chain.push(place);
        self.calls.push(key);
        let flow = self.steps(&function.body, &mut inner, context);
        self.calls.pop();
        self.chain.pop();
        if !matches!(flow, Flow::Raised(_)) {
            self.called.insert(key);
        }
        match flow {
            Flow::Left => Flow::Normal,
            other => other,
        }
    }

    /// The bodies of functions that nothing was seen to call: they run when somebody does.
    pub(super) fn functions(&mut self, steps: &'a [Step], frame: &Frame<'a>) {
        for step in steps {
            match step {
                Step::Function(function) => {
                    let address = std::ptr::from_ref(function) as usize;
                    if self.called.insert((address, frame.module)) {
                        let context = Context {
                            in_function: true,
                            arrival: Arrival::Perhaps,
                            ..Context::at(When::Use)
                        };
                        self.steps(&function.body, &mut frame.inside(), context);
                    }
                    self.functions(&function.body, frame);
                }
                Step::Class(class) => self.functions(&class.body, frame),
                Step::Block(body) | Step::Loop(body) | Step::Forever(body) | Step::Suppress(_, body) => {
                    self.functions(body, frame);
                }
                Step::Branch(arms) => {
                    for arm in arms {
                        let is_elsewhere = arm.guard.on_linux() == Some(false);
                        if !is_elsewhere {
                            self.functions(&arm.body, frame);
                        }
                    }
                }
                Step::Try(tried) => {
                    self.functions(&tried.body, frame);
                    let handlers = tried.handlers.iter();
                    handlers.for_each(|handler| self.functions(&handler.body, frame));
                    self.functions(&tried.otherwise, frame);
                    self.functions(&tried.finally, frame);
                }
                _ => {}
            }
        }
    }

    /// Notes that something of another module is called or handed on, where that module starts a server.
    pub(super) fn note_call(&mut self, known: &Known<'a>, by: Option<DocumentId>, context: Context) {
        let (Known::Function(called, module) | Known::Class(called, module)) = known else {
            return;
        };
        let document = self.spaces[module.0].document();
        let Some(document) = document.filter(|document| Some(*document) != by) else {
            return;
        };
        let python = self.world.documents[document.0 as usize].facts.python.as_ref();
        if python.is_none_or(|python| python.apart.is_empty()) {
            return;
        }
        let named = (document, called.name.clone());
        let noted = self.outcome.calls.entry(named).or_insert(context.arrival);
        *noted = context.arrival.max(*noted);
    }
}
