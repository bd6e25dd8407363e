//! The statements of a module, taken in the order in which CPython runs them.

use super::super::failure::{Failure, FailureKind, When};
use super::super::guards::{Asked, Truth, truth};
use super::exceptions::{Catcher, Exception, Raised};
use super::names::{Answer, Known};
use super::rarely::is_followed;
use super::{Context, Flow, Frame, Run};
use crate::facts::python::{Arm, Function, Guard, Handler, Needed, NeededBy, Step, Try};
use crate::finding::{Confidence, Place};
use crate::knowledge::{stdlib, stdlib_names};
use crate::source::{Span, Spanned};

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
            Step::PathEdit(edit) => self.edit(edit, frame.module, frame.document),
            Step::Find(name) => return self.find(name, frame, context),
            Step::Bind(binding) => {
                let known = if context.is_sure {
                    self.value_known(&binding.value, frame)
                } else {
                    Known::Something
                };
                self.bind(frame, &binding.name, known);
            }
            Step::Unbind(name) => self.unbind(frame, name, context),
            Step::Exports(exports) => {
                self.spaces[frame.module.0].export(exports);
            }
            Step::Dynamic => {
                self.spaces[frame.module.0].is_open = true;
            }
            Step::Use(name) => return self.used(name, frame, context),
            Step::Call(call) => return self.call(call, frame, context),
            Step::Environ(name) => return self.environ(name, frame, context),
            Step::File(used) => self.file(used, frame, context),
            Step::Function(function) => {
                let known = Known::Function(function, frame.module);
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
        if let Some((owner, attribute)) = name.rsplit_once('.') {
            // `module.name = …` gives another module a name.
            if let Some(Known::Module(module)) = self.resolve(frame, owner) {
                self.spaces[module.0].names.insert(attribute.to_owned(), known);
            }
            return;
        }
        if let Some(locals) = &mut frame.locals {
            locals.insert(name.to_owned(), known);
        } else {
            self.spaces[frame.module.0].names.insert(name.to_owned(), known);
        }
    }

    fn unbind(&mut self, frame: &mut Frame<'a>, name: &str, context: Context) {
        if !context.is_sure {
            return;
        }
        if let Some(locals) = &mut frame.locals {
            locals.remove(name);
        } else {
            self.spaces[frame.module.0].names.remove(name);
        }
    }

    /// What a name of this frame is known to be.
    fn known(&self, frame: &Frame<'a>, name: &str) -> Option<Known<'a>> {
        let local = frame.locals.as_ref().and_then(|locals| locals.get(name));
        let global = || self.spaces[frame.module.0].names.get(name);
        local.or_else(global).cloned()
    }

    /// What a dotted name is known to be, as far as modules lead.
    pub(super) fn resolve(&self, frame: &Frame<'a>, dotted: &str) -> Option<Known<'a>> {
        let mut parts = dotted.split('.');
        let mut at = self.known(frame, parts.next()?)?;
        for part in parts {
            let Known::Module(module) = &at else { return None };
            let Answer::Has(known) = self.ask(*module, part) else {
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
        self.note_call(&at, Some(frame.document), context);
        for part in parts {
            let Known::Module(module) = at else {
                return Flow::Normal;
            };
            let own = self.spaces[module.0].name.clone();
            match self.ask(module, part) {
                Answer::Has(known) => {
                    at = known;
                    self.note_call(&at, Some(frame.document), context);
                }
                Answer::Unknown if self.standard_lacks(&own, part) => {
                    let kind = FailureKind::StandardName { is_attribute: true };
                    return self.fail_name(&own, part, name.span, frame, context, kind);
                }
                Answer::Lacks { .. } => {
                    let kind = self.lacks_attribute(module, part);
                    let is_early = !matches!(kind, FailureKind::Name { .. });
                    // In a function that nothing is seen to call it depends on when somebody does.
                    if is_early || (context.is_sure && context.when == When::Start) {
                        return self.fail_name(&own, part, name.span, frame, context, kind);
                    }
                    return Flow::Normal;
                }
                Answer::Unknown => return Flow::Normal,
            }
        }
        Flow::Normal
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
            && self.loaded.contains_key(module)
            && self.module_of(module).is_none()
            && stdlib_names::lacks(module, name, self.python)
    }

    fn environ(&mut self, needed: &Needed, frame: &Frame<'a>, context: Context) -> Flow {
        let name = &needed.name;
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
            FailureKind::Variable(needed.by.clone()),
            match needed.by {
                NeededBy::Key => Exception::Key,
                NeededBy::Number(_) => Exception::Other("TypeError".to_owned()),
                NeededBy::Method(_) => Exception::Attribute,
            },
        )
    }

    fn class(&mut self, class: &'a Function, frame: &mut Frame<'a>, context: Context) -> Flow {
        let mut inner = frame.inside();
        let flow = self.steps(&class.body, &mut inner, context);
        let known = Known::Class(class, frame.module);
        self.bind(frame, &class.name, known);
        flow
    }

    fn suppress(
        &mut self,
        catches: &'a [String],
        body: &'a [Step],
        frame: &mut Frame<'a>,
        context: Context,
    ) -> Flow {
        self.catchers.push(Catcher::Clauses(vec![(catches, false)]));
        let flow = self.steps(body, frame, context);
        self.catchers.pop();
        match flow {
            Flow::Raised(raised) if raised.exception.caught_by(catches).is_some() => Flow::Normal,
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
        let clauses = tried.handlers.iter();
        let clauses = clauses.map(|handler| (handler.catches.as_slice(), handler.ends));
        self.catchers.push(Catcher::Clauses(clauses.collect()));
        let outer = std::mem::take(&mut self.may_have_raised);
        let flow = self.steps(&tried.body, frame, context);
        self.catchers.pop();
        let may_have_raised = std::mem::replace(&mut self.may_have_raised, outer);
        let flow = match flow {
            Flow::Raised(raised) => match handler_for(&tried.handlers, &raised.exception) {
                Some(handler) => {
                    self.handled.push(raised);
                    let flow = self.steps(&handler.body, frame, context);
                    self.handled.pop();
                    flow
                }
                None => Flow::Raised(raised),
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
        let raised = match (name.value.as_str(), self.handled.last()) {
            ("", Some(handled)) => handled.clone(),
            (name, _) => Raised::by_hand(Exception::named(name)),
        };
        self.leave(raised, &name.value, frame.place(name.span), context)
    }

    fn exit(&mut self, failed: &Spanned<bool>, frame: &Frame<'a>, context: Context) -> Flow {
        let raised = Raised::by_hand(Exception::Exit);
        if !failed.value && self.catcher_of(&raised).is_none() && self.unhandled(context).is_none() {
            return Flow::Ended;
        }
        self.leave(raised, "SystemExit", frame.place(failed.span), context)
    }

    /// An exception that the code raises by itself.
    fn leave(&mut self, raised: Raised, name: &str, place: Place, context: Context) -> Flow {
        if self.catcher_of(&raised).is_some() {
            return Flow::Raised(raised);
        }
        // What makes an exception of its own of a failure, or passes it on, is no reason beside it.
        if let Some(failure) = self.unhandled(context) {
            if self.is_exact {
                return Flow::Raised(Raised {
                    failure: Some(failure),
                    ..raised
                });
            }
            self.outcome.failures[failure].when = context.when;
            return Flow::Normal;
        }
        if context.is_sure && !context.in_function && context.when == When::Start {
            return self.ends(raised, name, place, context);
        }
        Flow::Ended
    }

    /// The failure whose handler surely runs.
    fn unhandled(&self, context: Context) -> Option<usize> {
        self.handled.last().filter(|_| context.is_sure)?.failure
    }

    /// Notes that the program ends itself here. On a mended target it would go on.
    fn ends(&mut self, raised: Raised, exception: &str, place: Place, context: Context) -> Flow {
        let failure = Some(self.outcome.failures.len());
        self.outcome.failures.push(Failure {
            module: exception.to_owned(),
            missing: exception.to_owned(),
            place,
            chain: self.way(),
            when: context.when,
            kind: FailureKind::Ends,
            confidence: if context.is_for_target {
                Confidence::Certain
            } else {
                Confidence::Likely
            },
        });
        if self.is_exact {
            Flow::Raised(Raised { failure, ..raised })
        } else if context.is_for_target {
            Flow::Normal
        } else {
            Flow::Ended
        }
    }

    /// What a guard asks of this frame.
    fn asked(&mut self, frame: &Frame<'a>, guard: &Guard) -> Asked {
        let mut asked = Asked::new(self.python, frame.is_main);
        for name in guard.names() {
            let known = match name {
                "__package__" => Some(match self.spaces[frame.module.0].package.as_deref() {
                    None => Known::Nothing,
                    Some(package) => Known::Truth(!package.is_empty()),
                }),
                name => self.resolve(frame, name),
            };
            asked.names.push((
                name.to_owned(),
                known.as_ref().and_then(Known::truth),
                known.as_ref().and_then(|known| match known {
                    Known::Nothing => Some(true),
                    Known::Something | Known::Path(_) => None,
                    _ => Some(false),
                }),
            ));
        }
        for folder in guard.folders() {
            let value = self.value_of(folder, frame.module, frame.document);
            asked.folders.push((folder.clone(), self.has_entry(&value)));
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
