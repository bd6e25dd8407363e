//! Statements in the order in which they run, and the literals in them.

use super::commands::Lines;
use super::guards::guard_of;
use super::leaving::leaves_loop;
use super::locals::Body;
use super::names::{Names, last};
use super::paths::path_of;
use super::unroll::unrolled;
use super::values::{Collector, Context};
use super::{binding, connections, edits, effects, environment, importing, ports, span};
use crate::facts::python::{Arm, Function, Guard, Module, PathEditKind, PathExpr, Step, binds};
use crate::facts::{Facts, PortRole, Reach, Role};
use crate::formats::calls::Calls;
use ruff_python_ast::{
    Expr, Parameters, Stmt, StmtAugAssign, StmtClassDef, StmtFor, StmtFunctionDef, StmtIf,
};
use std::borrow::Cow;

/// Reads a module's statements into `facts`; gives what its names stand for.
pub(super) fn read(text: &str, body: &[Stmt], facts: &mut Facts) -> Names {
    let mut reader = Reader {
        text,
        names: Names::default(),
        facts,
        declared: Vec::new(),
        globals: Vec::new(),
        has_lazy_annotations: false,
        lines: Lines::of(text),
        calls: Calls::default(),
        is_tried: false,
    };
    let steps = reader.block(body, Reach::Always);
    reader.calls.settle(reader.facts);
    let is_script = text.starts_with("#!") || steps.iter().any(is_main_branch);
    reader.facts.python = Some(Box::new(Module {
        body: steps,
        is_script,
        globals: reader.globals,
        apart: Vec::new(),
    }));
    connections::read(text, body, &reader.names, reader.facts);
    reader.names
}

fn is_main_branch(step: &Step) -> bool {
    matches!(step, Step::Branch(arms) if arms.iter().any(|arm| arm.guard == Guard::IsMain))
}

pub(super) struct Reader<'a> {
    text: &'a str,
    pub(super) names: Names,
    pub(super) facts: &'a mut Facts,
    /// Names that the function around the statement declares `global`.
    declared: Vec<String>,
    /// Names of the module that functions give a value.
    globals: Vec<String>,
    /// Whether `from __future__ import annotations` keeps annotations from being evaluated.
    has_lazy_annotations: bool,
    /// What names stand for, of which a command may be made.
    lines: Lines,
    calls: Calls,
    /// Whether a handler around the statement does something else where a command is not found.
    pub(super) is_tried: bool,
}

impl Reader<'_> {
    pub(super) fn block(&mut self, body: &[Stmt], reach: Reach) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut reach = reach;
        self.names.locals.begin();
        for statement in body {
            self.statement(statement, reach, &mut steps);
            reach = self.reach_behind(statement, reach);
        }
        self.names.locals.end();
        // They are kept for every module of the tree.
        steps.shrink_to_fit();
        steps
    }

    fn statement(&mut self, statement: &Stmt, reach: Reach, steps: &mut Vec<Step>) {
        match statement {
            Stmt::Import(import) => importing::plain(import, &mut self.names, steps),
            Stmt::ImportFrom(import) => {
                let step = importing::from(import, &mut self.names);
                self.has_lazy_annotations |= importing::postpones_annotations(&step);
                steps.push(Step::Import(step));
            }
            Stmt::FunctionDef(function) => self.function(function, reach, steps),
            Stmt::ClassDef(class) => self.class(class, reach, steps),
            Stmt::If(branch) => {
                self.effects(&branch.test, steps);
                let step = self.branch(branch, reach);
                steps.push(step);
            }
            Stmt::Try(tried) => steps.push(self.tried(tried, reach)),
            Stmt::For(looped) => self.looped(looped, reach, steps),
            Stmt::While(looped) => {
                self.literals(&looped.test, Context::plain(reach).with_role(Role::Compared));
                self.effects(&looped.test, steps);
                let body = self.block(&looped.body, reach);
                let is_endless = guard_of(&looped.test, &self.names) == Guard::Constant(true);
                steps.push(match is_endless {
                    true if !leaves_loop(&looped.body) => Step::Forever(body),
                    true => Step::Block(body),
                    false => Step::Loop(body),
                });
                push_block(steps, self.block(&looped.orelse, reach));
            }
            Stmt::With(with) => {
                let catches = with
                    .items
                    .iter()
                    .find_map(|item| self.suppresses(&item.context_expr));
                with.items
                    .iter()
                    .for_each(|item| self.literals(&item.context_expr, Context::plain(reach)));
                let mut body = Vec::new();
                for item in &with.items {
                    self.effects(&item.context_expr, &mut body);
                    if let Some(target) = &item.optional_vars {
                        self.names.locals.forget(target);
                        binding::unknown(target, &mut body);
                    }
                }
                body.extend(self.block(&with.body, reach));
                match catches {
                    Some(catches) => steps.push(Step::Suppress(catches, body)),
                    None => push_block(steps, body),
                }
            }
            Stmt::Match(matched) => {
                self.literals(&matched.subject, Context::plain(reach));
                self.effects(&matched.subject, steps);
                for (case, reach) in matched.cases.iter().zip(self.case_reaches(matched, reach)) {
                    let body = self.block(&case.body, reach);
                    if !body.is_empty() {
                        steps.push(Step::Branch(vec![Arm {
                            guard: Guard::Unknown,
                            body,
                        }]));
                    }
                }
            }
            other => self.simple(other, reach, steps),
        }
    }

    fn looped(&mut self, looped: &StmtFor, reach: Reach, steps: &mut Vec<Step>) {
        self.literals(&looped.iter, Context::plain(reach));
        self.effects(&looped.iter, steps);
        let mut body = Vec::new();
        binding::unknown(&looped.target, &mut body);
        let over = match path_of(&looped.iter, &self.names) {
            over @ (PathExpr::OneOf(_) | PathExpr::Name(_)) => over,
            _ => PathExpr::Unknown,
        };
        self.names.locals.enter(Body::Loop);
        self.names.locals.bind_loop(&looped.target, over.clone());
        body.extend(self.block(&looped.body, reach));
        self.names.locals.leave();
        let body = unrolled(body, &over);
        steps.push(if effects::is_filled(&looped.iter) {
            Step::Block(body)
        } else {
            Step::Loop(body)
        });
        push_block(steps, self.block(&looped.orelse, reach));
    }

    /// Statements without a body.
    fn simple(&mut self, statement: &Stmt, reach: Reach, steps: &mut Vec<Step>) {
        match statement {
            Stmt::Assign(assign) => {
                self.effects(&assign.value, steps);
                if effects::is_namespace(&assign.value) {
                    steps.push(Step::Dynamic);
                }
                for target in &assign.targets {
                    self.assignment(target, &assign.value, reach, steps);
                }
                if assign.targets.is_empty() {
                    self.literals(&assign.value, Context::plain(reach));
                }
            }
            Stmt::AnnAssign(assign) => {
                self.annotation(&assign.annotation, steps);
                if let Some(value) = &assign.value {
                    self.effects(value, steps);
                    self.assignment(&assign.target, value, reach, steps);
                }
            }
            Stmt::AugAssign(assign) => self.augmented(assign, reach, steps),
            Stmt::Expr(expression) => {
                let is_docstring = matches!(&*expression.value, Expr::StringLiteral(_) | Expr::FString(_));
                let role = if is_docstring {
                    Role::Docstring
                } else {
                    Role::Plain
                };
                self.effects(&expression.value, steps);
                if let Expr::Call(call) = &*expression.value {
                    steps.extend(binding::exports_by_call(call));
                    steps.extend(edits::edit_by_call(&self.names, call).map(Step::PathEdit));
                    self.facts.paths.extend(edits::made_folder(&self.names, call));
                }
                self.literals(&expression.value, Context::plain(reach).with_role(role));
            }
            Stmt::Return(returned) => {
                if let Some(value) = &returned.value {
                    self.literals(value, Context::plain(reach).with_role(Role::Returned));
                    self.effects(value, steps);
                }
                steps.push(Step::Return);
            }
            Stmt::Raise(raised) => {
                if let Some(error) = &raised.exc {
                    self.literals(error, Context::plain(reach).with_role(Role::Prose));
                }
                steps.push(binding::raised(raised));
            }
            Stmt::Delete(deleted) => {
                for target in &deleted.targets {
                    if let Expr::Name(name) = target {
                        steps.push(Step::Unbind(name.id.to_string()));
                    }
                }
            }
            Stmt::Global(global) => {
                let names = global.names.iter().map(|name| name.id.to_string());
                self.declared.extend(names);
            }
            Stmt::TypeAlias(alias) => binding::unknown(&alias.name, steps),
            Stmt::Assert(assert) => {
                self.effects(&assert.test, steps);
                self.literals(&assert.test, Context::plain(reach).with_role(Role::Compared));
                if let Some(message) = &assert.msg {
                    self.literals(message, Context::plain(reach).with_role(Role::Prose));
                }
            }
            _ => {}
        }
    }

    fn augmented(&mut self, assign: &StmtAugAssign, reach: Reach, steps: &mut Vec<Step>) {
        self.effects(&assign.value, steps);
        steps.extend(binding::exports_by_addition(assign));
        if self.names.is(&assign.target, "sys.path") {
            steps.push(Step::PathEdit(edits::path_edit(
                &self.names,
                PathEditKind::Append,
                edits::elements_of(&assign.value),
                span(assign),
            )));
        }
        let name = self.names.dotted(&assign.target).map(Cow::into_owned);
        let context = Context {
            name: name.as_deref(),
            ..Context::plain(reach).with_role(Role::Assigned)
        };
        self.literals(&assign.value, context);
    }

    fn assignment(&mut self, target: &Expr, value: &Expr, reach: Reach, steps: &mut Vec<Step>) {
        let dotted = self.names.dotted(target).map(Cow::into_owned);
        self.note_platform(target, value);
        if let Some(name) = dotted.as_deref() {
            if name == "sys.path" {
                let edits = edits::edits_by_assignment(&self.names, value);
                steps.extend(edits.into_iter().map(Step::PathEdit));
            }
            if let Some(service) = ports::service_of(name) {
                let port = ports::statement(
                    value,
                    Some(service),
                    Some(last(name).to_owned()),
                    PortRole::Declares,
                );
                self.facts.ports.extend(port);
            }
            ports::of_table(name, value, &mut self.facts.ports);
        }
        if let Expr::Name(name) = target {
            if self.lines.are_asked() {
                let line = self.collector().line(value, 4);
                self.lines.bind(name.id.as_str(), line);
            }
            if effects::named_import(value, name.id.as_str(), steps) {
                self.names.bind(name.id.as_str(), name.id.to_string());
                return;
            }
            steps.push(binding::assigned(name.id.as_str(), value, &self.names));
        } else {
            if let Expr::Attribute(attribute) = target {
                self.effects(&attribute.value, steps);
            }
            let edits = edits::edits_by_part(&self.names, target, value);
            steps.extend(edits.into_iter().map(Step::PathEdit));
            binding::unknown(target, steps);
        }
        self.names.assigned(target, value);
        if let Expr::Subscript(subscript) = target
            && self.names.is(&subscript.value, "os.environ")
        {
            let text = if let Expr::StringLiteral(text) = value {
                text.value.to_str()
            } else {
                ""
            };
            self.facts
                .variables
                .push(environment::set(&subscript.slice, text));
        }
        let key = match target {
            Expr::Subscript(subscript) => match &*subscript.slice {
                Expr::StringLiteral(key) => Some(key.value.to_str().to_owned()),
                _ => None,
            },
            _ => dotted,
        };
        let context = match key.as_deref() {
            Some(name) => Context::assigned(name, reach),
            None => Context::plain(reach),
        };
        self.literals(value, context);
    }

    fn function(&mut self, function: &StmtFunctionDef, reach: Reach, steps: &mut Vec<Step>) {
        for decorator in &function.decorator_list {
            self.literals(&decorator.expression, Context::plain(reach));
        }
        self.defaults(&function.parameters, reach, steps);
        self.signature(function, steps);
        let outer = std::mem::take(&mut self.declared);
        self.calls.define(function.name.id.as_str(), span(function));
        self.lines.enter();
        for parameter in &function.parameters {
            self.lines.bind(parameter.name().id.as_str(), None);
        }
        self.names.locals.enter_function(&function.parameters);
        let body = self.block(&function.body, reach);
        self.lines.leave();
        let declared = std::mem::replace(&mut self.declared, outer);
        let given = declared.into_iter().filter(|name| binds(&body, name));
        self.globals.extend(given);
        let returns = function.body.iter().rev().find_map(|statement| match statement {
            Stmt::Return(returned) => returned.value.as_ref().map(|value| path_of(value, &self.names)),
            _ => None,
        });
        self.names.locals.leave();
        steps.push(Step::Function(Function {
            name: function.name.id.to_string(),
            body,
            returns: returns.unwrap_or_default(),
            is_deferred: function.is_async || binding::is_generator(&function.body),
            is_async: function.is_async,
        }));
        for decorator in &function.decorator_list {
            effects::of_decorator(&decorator.expression, &self.names, steps);
        }
    }

    /// Annotations of a function, which are evaluated when it is defined.
    fn signature(&mut self, function: &StmtFunctionDef, steps: &mut Vec<Step>) {
        for parameter in &function.parameters {
            if let Some(annotation) = parameter.annotation() {
                self.annotation(annotation, steps);
            }
        }
        if let Some(returns) = &function.returns {
            self.annotation(returns, steps);
        }
    }

    fn annotation(&mut self, annotation: &Expr, steps: &mut Vec<Step>) {
        if !self.has_lazy_annotations {
            self.effects(annotation, steps);
        }
    }

    fn effects(&self, expr: &Expr, steps: &mut Vec<Step>) {
        effects::of(expr, &self.names, steps);
    }

    fn defaults(&mut self, parameters: &Parameters, reach: Reach, steps: &mut Vec<Step>) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.effects(default, steps);
                let name = parameter.parameter.name.id.as_str();
                self.literals(
                    default,
                    Context {
                        name: Some(name),
                        ..Context::plain(reach).with_role(Role::Default)
                    },
                );
            }
        }
    }

    fn class(&mut self, class: &StmtClassDef, reach: Reach, steps: &mut Vec<Step>) {
        if let Some(arguments) = &class.arguments {
            arguments.args.iter().for_each(|base| self.effects(base, steps));
        }
        self.calls.define(class.name.id.as_str(), span(class));
        self.names.locals.enter(Body::Class);
        let body = self.block(&class.body, reach);
        self.names.locals.leave();
        steps.push(Step::Class(Function {
            name: class.name.id.to_string(),
            body,
            returns: PathExpr::Unknown,
            is_deferred: false,
            is_async: false,
        }));
        for decorator in &class.decorator_list {
            effects::of_decorator(&decorator.expression, &self.names, steps);
        }
    }

    fn branch(&mut self, branch: &StmtIf, reach: Reach) -> Step {
        let mut arms = Vec::with_capacity(1 + branch.elif_else_clauses.len());
        let mut rest = reach;
        let tests = std::iter::once((Some(&*branch.test), &branch.body)).chain(
            branch
                .elif_else_clauses
                .iter()
                .map(|clause| (clause.test.as_ref(), &clause.body)),
        );
        for (test, body) in tests {
            let Some(test) = test else {
                arms.push(Arm {
                    guard: Guard::Otherwise,
                    body: self.block(body, rest),
                });
                continue;
            };
            let guard = guard_of(test, &self.names);
            let (then, otherwise) = self.collector().reaches(test, rest);
            self.literals(test, Context::plain(rest).with_role(Role::Compared));
            arms.push(Arm {
                guard,
                body: self.block(body, then),
            });
            // Behind a test for a file, the other arm runs where the file is missing: always, on a server.
            rest = if otherwise == Reach::IfFound {
                rest
            } else {
                otherwise
            };
        }
        Step::Branch(arms)
    }

    fn collector(&mut self) -> Collector<'_> {
        Collector {
            text: self.text,
            names: &self.names,
            facts: self.facts,
            lines: &self.lines,
            calls: &mut self.calls,
            is_tried: self.is_tried,
        }
    }

    fn literals(&mut self, expr: &Expr, context: Context<'_>) {
        self.collector().expression(expr, context);
    }
}

fn push_block(steps: &mut Vec<Step>, body: Vec<Step>) {
    if !body.is_empty() {
        steps.push(Step::Block(body));
    }
}
