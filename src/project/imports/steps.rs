//! The statements of a module, taken in the order in which CPython runs them.

use super::super::failure::{Failure, FailureKind, When};
use super::super::guards::{Asked, Truth, truth};
use super::exceptions::Exception;
use super::names::{Answer, Known};
use super::rarely::is_followed;
use super::{Catcher, Context, Flow, Frame, Run};
use crate::facts::python::{Arm, Call, Function, Guard, Handler, Step, Try};
use crate::finding::{Confidence, Place};
use crate::knowledge::{stdlib, stdlib_names};
use crate::source::{Span, Spanned};

/// Calls within calls that are followed.
const DEPTH: usize = 60;

impl<'a> Run<'a> {
    pub(super) fn steps(&mut self, steps: &'a [Step], frame: &mut Frame<'a>, context: Context) -> Flow {
        for step in steps {
            let context = if frame.may_have_left {
                context.unsure()
            } else {
                context
            };
            let flow = self.step(step, frame, context);
            if flow != Flow::Normal {
                return flow;
            }
        }
        Flow::Normal
    }

    fn step(&mut self, step: &'a Step, frame: &mut Frame<'a>, context: Context) -> Flow {
        match step {
            Step::Import(import) => return self.import(import, frame, context),
            Step::PathEdit(edit) => self.edit(edit, frame.document),
            Step::Bind(binding) => {
                let known = if context.is_sure {
                    Known::of(&binding.value)
                } else {
                    Known::Something
                };
                self.bind(frame, &binding.name, known);
            }
            Step::Unbind(name) => self.unbind(frame, name, context),
            Step::Exports(exports) => {
                if let Some(space) = self.spaces.get_mut(&frame.module) {
                    space.export(exports);
                }
            }
            Step::Dynamic => {
                if let Some(space) = self.spaces.get_mut(&frame.module) {
                    space.is_open = true;
                }
            }
            Step::Use(name) => return self.used(name, frame, context),
            Step::Call(call) => return self.call(call, frame, context),
            Step::Environ(name) => return self.environ(name, frame, context),
            Step::File(used) => self.file(used, frame, context),
            Step::Function(function) => {
                let known = Known::Function(function, frame.module.clone());
                self.bind(frame, &function.name, known);
            }
            Step::Class(class) => return self.class(class, frame, context),
            Step::Block(body) => return self.steps(body, frame, context),
            Step::Loop(body) => {
                let flow = self.steps(body, frame, context.unsure());
                self.after_unsure(&flow, frame);
                return Flow::Normal;
            }
            Step::Forever(body) => {
                let flow = self.steps(body, frame, context);
                return if flow == Flow::Normal { Flow::Forever } else { flow };
            }
            Step::Suppress(catches, body) => return self.suppress(catches, body, frame, context),
            Step::Branch(arms) => return self.branch(arms, frame, context),
            Step::Try(tried) => return self.tried(tried, frame, context),
            Step::Return => return Flow::Left,
            Step::Raise(name) => return self.raise(name, frame, context),
            Step::Exit(failed) => return self.exit(failed, frame, context),
        }
        Flow::Normal
    }

    pub(super) fn bind(&mut self, frame: &mut Frame<'a>, name: &str, known: Known<'a>) {
        if let Some(locals) = &mut frame.locals {
            locals.insert(name.to_owned(), known);
        } else if let Some(space) = self.spaces.get_mut(&frame.module) {
            space.is_open |= name == "__getattr__";
            space.names.insert(name.to_owned(), known);
        }
    }

    fn unbind(&mut self, frame: &mut Frame<'a>, name: &str, context: Context) {
        if !context.is_sure {
            return;
        }
        if let Some(locals) = &mut frame.locals {
            locals.remove(name);
        } else if let Some(space) = self.spaces.get_mut(&frame.module) {
            space.names.remove(name);
        }
    }

    /// What a name of this frame is known to be.
    fn known(&self, frame: &Frame<'a>, name: &str) -> Option<Known<'a>> {
        let local = frame.locals.as_ref().and_then(|locals| locals.get(name));
        let global = || self.spaces.get(&frame.module)?.names.get(name);
        local.or_else(global).cloned()
    }

    /// What a dotted name is known to be, as far as modules lead.
    fn resolve(&self, frame: &Frame<'a>, dotted: &str) -> Option<Known<'a>> {
        let mut parts = dotted.split('.');
        let mut at = self.known(frame, parts.next()?)?;
        for part in parts {
            let Known::Module(module) = &at else { return None };
            let Answer::Has(known) = self.ask(module, part) else {
                return None;
            };
            at = known;
        }
        Some(at)
    }

    /// Reads `module.name…`, which fails when the module lacks the name.
    fn used(&mut self, name: &Spanned<String>, frame: &mut Frame<'a>, context: Context) -> Flow {
        let mut parts = name.value.split('.');
        let first = parts.next().and_then(|first| self.known(frame, first));
        let Some(mut at) = first else { return Flow::Normal };
        for part in parts {
            let Known::Module(module) = at else {
                return Flow::Normal;
            };
            if let Some(kind) = self.early_part(&module, part) {
                return self.fail_name(&module, part, name.span, frame, context, kind);
            }
            match self.ask(&module, part) {
                Answer::Has(known) => at = known,
                Answer::Unknown if self.standard_lacks(&module, part) => {
                    let kind = FailureKind::StandardName { is_attribute: true };
                    return self.fail_name(&module, part, name.span, frame, context, kind);
                }
                Answer::Lacks { is_running: true } => {
                    let kind = FailureKind::Circular { is_attribute: true };
                    return self.fail_name(&module, part, name.span, frame, context, kind);
                }
                Answer::Part if self.spaces.get(&module).is_some_and(|space| !space.is_done) => {
                    let kind = FailureKind::Circular { is_attribute: true };
                    return self.fail_name(&module, part, name.span, frame, context, kind);
                }
                Answer::Lacks { is_running: false } | Answer::Part
                    if context.is_sure && !context.in_function =>
                {
                    let kind = FailureKind::Name { is_attribute: true };
                    return self.fail_name(&module, part, name.span, frame, context, kind);
                }
                _ => return Flow::Normal,
            }
        }
        Flow::Normal
    }

    /// A part of a package becomes its attribute when all of the part has run.
    fn early_part(&self, module: &str, part: &str) -> Option<FailureKind> {
        let running = self.spaces.get(&format!("{module}.{part}"))?;
        let package = self.spaces.get(module);
        let is_attribute = package.is_some_and(|package| package.names.contains_key(part));
        if is_attribute || (running.is_done && package.is_none()) {
            return None;
        }
        let is_running = package.is_some_and(|package| !package.is_done);
        Some(if is_running {
            FailureKind::Circular { is_attribute: true }
        } else if running.is_done {
            // The package failed once, and ran again while the part stayed in `sys.modules`.
            FailureKind::Name { is_attribute: true }
        } else {
            FailureKind::EarlyPart
        })
    }

    pub(super) fn fail_name(
        &mut self,
        module: &str,
        name: &str,
        span: Span,
        frame: &Frame<'a>,
        context: Context,
        kind: FailureKind,
    ) -> Flow {
        let is_attribute = matches!(
            kind,
            FailureKind::EarlyPart
                | FailureKind::Name { is_attribute: true }
                | FailureKind::Circular { is_attribute: true }
                | FailureKind::StandardName { is_attribute: true }
        );
        let exception = if is_attribute {
            Exception::Attribute
        } else {
            Exception::Import
        };
        let place = frame.place(span);
        self.fail(module, name, place, context, kind, exception)
    }

    /// Whether the standard library of the target certainly lacks a name of one of its modules.
    pub(super) fn standard_lacks(&self, module: &str, name: &str) -> bool {
        let first = module.split('.').next().unwrap_or(module);
        stdlib::stdlib_has(first, self.python)
            && matches!(self.loaded.get(module), Some(None))
            && stdlib_names::lacks(module, name, self.python)
    }

    fn environ(&mut self, name: &Spanned<String>, frame: &Frame<'a>, context: Context) -> Flow {
        let may_have = |program| self.world.environment.may_have(program, &name.value);
        if self.program.is_none_or(may_have) {
            return Flow::Normal;
        }
        let place = frame.place(name.span);
        self.fail(
            &name.value,
            &name.value,
            place,
            context,
            FailureKind::Variable,
            Exception::Key,
        )
    }

    fn class(&mut self, class: &'a Function, frame: &mut Frame<'a>, context: Context) -> Flow {
        let mut inner = frame.inside();
        let flow = self.steps(&class.body, &mut inner, context);
        let known = Known::Class(class, frame.module.clone());
        self.bind(frame, &class.name, known);
        flow
    }

    /// Runs a function of the tree that is called.
    fn call(&mut self, call: &'a Call, frame: &mut Frame<'a>, context: Context) -> Flow {
        let (function, module) = match self.resolve(frame, &call.name) {
            Some(Known::Function(function, module)) => (function, module),
            Some(Known::Class(class, module)) => {
                let init = class.body.iter().find_map(|step| match step {
                    Step::Function(function) if function.name == "__init__" => Some(function),
                    _ => None,
                });
                match init {
                    Some(init) => (init, module),
                    None => return Flow::Normal,
                }
            }
            _ => return Flow::Normal,
        };
        let runs = !function.is_deferred || (function.is_async && call.is_awaited);
        let address = std::ptr::from_ref(function) as usize;
        if !runs || context.depth >= DEPTH || !self.called.insert(address) {
            return Flow::Normal;
        }
        let Some(document) = self.spaces.get(&module).map(|space| space.document) else {
            return Flow::Normal;
        };
        let mut inner = Frame {
            package: self.package_of_module(&module, document),
            is_main: module == "__main__",
            module,
            document,
            locals: Some(std::collections::BTreeMap::new()),
            may_have_left: false,
        };
        let context = Context {
            in_function: true,
            depth: context.depth + 1,
            ..context
        };
        self.chain.push(frame.place(call.span));
        let flow = self.steps(&function.body, &mut inner, context);
        self.chain.pop();
        if matches!(flow, Flow::Raised(_)) {
            self.called.remove(&address);
        }
        match flow {
            Flow::Left => Flow::Normal,
            other => other,
        }
    }

    fn suppress(
        &mut self,
        catches: &'a [String],
        body: &'a [Step],
        frame: &mut Frame<'a>,
        context: Context,
    ) -> Flow {
        self.catchers.push(Catcher {
            clauses: vec![catches],
        });
        let flow = self.steps(body, frame, context);
        self.catchers.pop();
        match flow {
            Flow::Raised(exception) if exception.caught_by(catches).is_some() => Flow::Normal,
            other => other,
        }
    }

    fn branch(&mut self, arms: &'a [Arm], frame: &mut Frame<'a>, context: Context) -> Flow {
        let mut all_no = true;
        let mut all_leave = true;
        for arm in arms {
            let holds = if arm.guard == Guard::Otherwise {
                if all_no { Truth::Yes } else { Truth::Maybe }
            } else {
                truth(&arm.guard, &self.asked(frame, &arm.guard))
            };
            match holds {
                Truth::No => continue,
                Truth::Yes if all_no => {
                    let is_for_target = context.is_for_target || arm.guard.is_about_target();
                    let context = Context {
                        is_for_target,
                        ..context
                    };
                    return self.steps(&arm.body, frame, context);
                }
                Truth::Yes | Truth::Maybe => {}
            }
            all_no = false;
            let flow = self.steps(&arm.body, frame, context.unsure());
            all_leave &= !matches!(flow, Flow::Normal | Flow::Raised(_));
            self.after_unsure(&flow, frame);
            let is_last = holds == Truth::Yes || arm.guard == Guard::Otherwise;
            if is_last {
                return if all_leave { Flow::Left } else { Flow::Normal };
            }
        }
        Flow::Normal
    }

    /// What a part that may not have run means for what follows.
    fn after_unsure(&mut self, flow: &Flow, frame: &mut Frame<'a>) {
        match flow {
            Flow::Raised(_) => self.may_have_raised = true,
            Flow::Left | Flow::Forever => frame.may_have_left = true,
            // Where the program is over, it does not run either way.
            Flow::Normal | Flow::Ended => {}
        }
    }

    fn tried(&mut self, tried: &'a Try, frame: &mut Frame<'a>, context: Context) -> Flow {
        let clauses = tried.handlers.iter().filter(|handler| !handler.ends);
        self.catchers.push(Catcher {
            clauses: clauses.map(|handler| handler.catches.as_slice()).collect(),
        });
        let outer = std::mem::take(&mut self.may_have_raised);
        let flow = self.steps(&tried.body, frame, context);
        self.catchers.pop();
        let may_have_raised = std::mem::replace(&mut self.may_have_raised, outer);
        let flow = match flow {
            Flow::Raised(exception) => match handler_for(&tried.handlers, &exception) {
                Some(handler) => {
                    self.handled.push(exception);
                    let flow = self.steps(&handler.body, frame, context);
                    self.handled.pop();
                    flow
                }
                None => Flow::Raised(exception),
            },
            Flow::Normal => {
                for handler in &tried.handlers {
                    if may_have_raised {
                        let flow = self.steps(&handler.body, frame, context.unsure());
                        self.after_unsure(&flow, frame);
                    } else if !tried.body.iter().all(is_followed) {
                        self.may_bind(&handler.body, frame);
                    }
                }
                self.steps(&tried.otherwise, frame, context)
            }
            // What runs for good never comes to `finally`.
            Flow::Forever => return Flow::Forever,
            other => other,
        };
        match self.steps(&tried.finally, frame, context) {
            Flow::Normal => flow,
            other => other,
        }
    }

    fn raise(&mut self, name: &Spanned<String>, frame: &Frame<'a>, context: Context) -> Flow {
        let exception = match (name.value.as_str(), self.handled.last()) {
            ("", Some(handled)) => handled.clone(),
            (name, _) => Exception::named(name),
        };
        if self.catcher_of(&exception).is_some() {
            return Flow::Raised(exception);
        }
        if context.is_sure && !context.in_function && context.when == When::Start {
            return self.ends(&name.value, frame.place(name.span), context);
        }
        Flow::Ended
    }

    fn exit(&mut self, failed: &Spanned<bool>, frame: &Frame<'a>, context: Context) -> Flow {
        if self.catcher_of(&Exception::Exit).is_some() {
            return Flow::Raised(Exception::Exit);
        }
        let is_judged = context.is_sure && context.when == When::Start && !context.in_function;
        if failed.value && is_judged {
            return self.ends("SystemExit", frame.place(failed.span), context);
        }
        Flow::Ended
    }

    /// Notes that the program ends itself here. On a mended target it would go on.
    fn ends(&mut self, exception: &str, place: Place, context: Context) -> Flow {
        self.outcome.failures.push(Failure {
            module: exception.to_owned(),
            missing: exception.to_owned(),
            place,
            chain: self.chain.clone(),
            when: context.when,
            kind: FailureKind::Ends,
            confidence: if context.is_for_target {
                Confidence::Certain
            } else {
                Confidence::Likely
            },
        });
        if context.is_for_target {
            Flow::Normal
        } else {
            Flow::Ended
        }
    }

    /// What a guard asks of this frame.
    fn asked(&self, frame: &Frame<'a>, guard: &Guard) -> Asked {
        let mut asked = Asked::new(self.python, frame.is_main);
        for name in guard.names() {
            let known = self.resolve(frame, name);
            asked.names.push((
                name.to_owned(),
                known.as_ref().and_then(Known::truth),
                known.as_ref().and_then(|known| match known {
                    Known::Nothing => Some(true),
                    Known::Something => None,
                    _ => Some(false),
                }),
            ));
        }
        for module in guard.modules() {
            asked.modules.push((module.to_owned(), self.can_find(module)));
        }
        asked
    }
}

/// The clause that takes an exception.
fn handler_for<'t>(handlers: &'t [Handler], exception: &Exception) -> Option<&'t Handler> {
    handlers
        .iter()
        .find(|handler| exception.caught_by(&handler.catches).is_some())
}
