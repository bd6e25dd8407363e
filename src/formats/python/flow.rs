//! Statements in the order in which they run, and the literals in them.

use super::guards::guard_of;
use super::names::{Names, last};
use super::paths::path_of;
use super::values::{Collector, Context};
use super::{edits, ports, span};
use crate::facts::python::{
    Arm, Binding, Catches, Function, Guard, Handler, Import, ImportedName, Module, PathEditKind, PathExpr,
    Step, Try,
};
use crate::facts::{Access, Facts, PortRole, Reach, Role, Variable};
use ruff_python_ast::{
    ExceptHandler, Expr, Parameters, Stmt, StmtClassDef, StmtFunctionDef, StmtIf, StmtTry,
};

/// Reads a module's statements into `facts`.
pub(super) fn read(text: &str, body: &[Stmt], facts: &mut Facts) {
    let mut reader = Reader {
        text,
        names: Names::default(),
        facts,
        depth: 0,
    };
    let steps = reader.block(body, Reach::Always);
    let is_script = text.starts_with("#!") || steps.iter().any(is_main_branch);
    reader.facts.python = Some(Box::new(Module {
        body: steps,
        is_script,
    }));
}

fn is_main_branch(step: &Step) -> bool {
    matches!(step, Step::Branch(arms) if arms.iter().any(|arm| arm.guard == Guard::IsMain))
}

struct Reader<'a> {
    text: &'a str,
    names: Names,
    facts: &'a mut Facts,
    /// Functions and classes around the statement.
    depth: usize,
}

impl Reader<'_> {
    fn block(&mut self, body: &[Stmt], reach: Reach) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut reach = reach;
        for statement in body {
            self.statement(statement, reach, &mut steps);
            reach = self.reach_behind(statement, reach);
        }
        steps
    }

    /// `if sys.platform != "darwin": return` keeps Linux from everything behind it in the block.
    fn reach_behind(&self, statement: &Stmt, reach: Reach) -> Reach {
        let Stmt::If(branch) = statement else { return reach };
        let leaves = branch.elif_else_clauses.is_empty()
            && branch
                .body
                .last()
                .is_some_and(|last| ends_block(last, &self.names));
        if leaves && guard_of(&branch.test, &self.names).on_linux() == Some(true) {
            Reach::Elsewhere
        } else {
            reach
        }
    }

    fn statement(&mut self, statement: &Stmt, reach: Reach, steps: &mut Vec<Step>) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let module = alias.name.id.to_string();
                    let first = module.split('.').next().unwrap_or_default();
                    let binds = alias
                        .asname
                        .as_ref()
                        .map_or(first, |name| name.id.as_str())
                        .to_owned();
                    let full = if alias.asname.is_some() {
                        module.clone()
                    } else {
                        first.to_owned()
                    };
                    self.names.bind(&binds, full);
                    let span = span(&alias.name);
                    steps.push(Step::Import(Import {
                        module,
                        level: 0,
                        names: Vec::new(),
                        is_from: false,
                        binds,
                        span,
                    }));
                }
            }
            Stmt::ImportFrom(import) => steps.push(self.import_from(import)),
            Stmt::FunctionDef(function) => steps.push(self.function(function, reach)),
            Stmt::ClassDef(class) => steps.push(self.class(class, reach)),
            Stmt::If(branch) => steps.push(self.branch(branch, reach)),
            Stmt::Try(tried) => steps.push(self.tried(tried, reach)),
            Stmt::For(looped) => {
                self.literals(&looped.iter, Context::plain(reach));
                push_block(steps, self.block(&looped.body, reach));
                push_block(steps, self.block(&looped.orelse, reach));
            }
            Stmt::While(looped) => {
                self.literals(&looped.test, Context::plain(reach).with_role(Role::Compared));
                push_block(steps, self.block(&looped.body, reach));
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
                let body = self.block(&with.body, reach);
                match catches {
                    Some(catches) => steps.push(Step::Suppress(catches, body)),
                    None => push_block(steps, body),
                }
            }
            Stmt::Match(matched) => {
                self.literals(&matched.subject, Context::plain(reach));
                for case in &matched.cases {
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

    /// Statements without a body.
    fn simple(&mut self, statement: &Stmt, reach: Reach, steps: &mut Vec<Step>) {
        match statement {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assignment(target, &assign.value, reach, steps);
                }
                if assign.targets.is_empty() {
                    self.literals(&assign.value, Context::plain(reach));
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assignment(&assign.target, value, reach, steps);
                }
            }
            Stmt::AugAssign(assign) => {
                if self.names.dotted(&assign.target).as_deref() == Some("sys.path") {
                    steps.push(Step::PathEdit(edits::path_edit(
                        &self.names,
                        PathEditKind::Append,
                        edits::elements_of(&assign.value),
                        span(assign),
                    )));
                }
                let name = self.names.dotted(&assign.target);
                let context = Context {
                    name: name.as_deref(),
                    ..Context::plain(reach).with_role(Role::Assigned)
                };
                self.literals(&assign.value, context);
            }
            Stmt::Expr(expression) => {
                let is_docstring = matches!(&*expression.value, Expr::StringLiteral(_) | Expr::FString(_));
                let role = if is_docstring {
                    Role::Docstring
                } else {
                    Role::Plain
                };
                if let Expr::Call(call) = &*expression.value {
                    steps.extend(edits::edit_by_call(&self.names, call).map(Step::PathEdit));
                    self.facts.paths.extend(edits::made_folder(&self.names, call));
                }
                self.literals(&expression.value, Context::plain(reach).with_role(role));
            }
            Stmt::Return(returned) => {
                if let Some(value) = &returned.value {
                    self.literals(value, Context::plain(reach).with_role(Role::Returned));
                }
            }
            Stmt::Raise(raised) => {
                if let Some(error) = &raised.exc {
                    self.literals(error, Context::plain(reach).with_role(Role::Prose));
                }
            }
            Stmt::Assert(assert) => {
                self.literals(&assert.test, Context::plain(reach).with_role(Role::Compared));
                if let Some(message) = &assert.msg {
                    self.literals(message, Context::plain(reach).with_role(Role::Prose));
                }
            }
            _ => {}
        }
    }

    fn import_from(&mut self, import: &ruff_python_ast::StmtImportFrom) -> Step {
        let module = import
            .module
            .as_ref()
            .map(|module| module.id.to_string())
            .unwrap_or_default();
        let span = import.module.as_ref().map_or_else(|| span(import), span);
        let mut names = Vec::with_capacity(import.names.len());
        for alias in &import.names {
            let name = alias.name.id.to_string();
            let binds = alias
                .asname
                .as_ref()
                .map_or_else(|| name.clone(), |asname| asname.id.to_string());
            let dots = ".".repeat(import.level as usize);
            let joint = if module.is_empty() { "" } else { "." };
            self.names.bind(&binds, format!("{dots}{module}{joint}{name}"));
            names.push(ImportedName {
                name,
                binds,
                span: super::span(alias),
            });
        }
        Step::Import(Import {
            module,
            level: import.level,
            names,
            is_from: true,
            binds: String::new(),
            span,
        })
    }

    fn assignment(&mut self, target: &Expr, value: &Expr, reach: Reach, steps: &mut Vec<Step>) {
        let dotted = self.names.dotted(target);
        if let Some(name) = dotted.as_deref() {
            if name == "sys.path" {
                steps.push(Step::PathEdit(edits::path_edit(
                    &self.names,
                    PathEditKind::Replace,
                    edits::elements_of(value),
                    span(value),
                )));
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
        match target {
            Expr::Name(name) => {
                let binding = Binding {
                    name: name.id.to_string(),
                    value: path_of(value, &self.names),
                };
                steps.push(Step::Bind(binding));
            }
            Expr::Tuple(tuple) => {
                for element in &tuple.elts {
                    if let Expr::Name(name) = element {
                        let binding = Binding {
                            name: name.id.to_string(),
                            value: PathExpr::Unknown,
                        };
                        steps.push(Step::Bind(binding));
                    }
                }
            }
            Expr::Subscript(subscript) => {
                if let (Some("os.environ"), Expr::StringLiteral(name)) =
                    (self.names.dotted(&subscript.value).as_deref(), &*subscript.slice)
                {
                    let text = if let Expr::StringLiteral(text) = value {
                        text.value.to_str()
                    } else {
                        ""
                    };
                    self.facts.variables.push(Variable {
                        name: name.value.to_str().to_owned(),
                        span: span(name),
                        access: Access::Set(text.to_owned()),
                    });
                }
            }
            _ => {}
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

    fn function(&mut self, function: &StmtFunctionDef, reach: Reach) -> Step {
        for decorator in &function.decorator_list {
            self.literals(&decorator.expression, Context::plain(reach));
        }
        self.defaults(&function.parameters, reach);
        self.depth += 1;
        let body = self.block(&function.body, reach);
        self.depth -= 1;
        let returns = function.body.iter().rev().find_map(|statement| match statement {
            Stmt::Return(returned) => returned.value.as_ref().map(|value| path_of(value, &self.names)),
            _ => None,
        });
        Step::Function(Function {
            name: function.name.id.to_string(),
            body,
            returns: returns.unwrap_or_default(),
        })
    }

    fn defaults(&mut self, parameters: &Parameters, reach: Reach) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
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

    fn class(&mut self, class: &StmtClassDef, reach: Reach) -> Step {
        self.depth += 1;
        let body = self.block(&class.body, reach);
        self.depth -= 1;
        Step::Class(Function {
            name: class.name.id.to_string(),
            body,
            returns: PathExpr::Unknown,
        })
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

    fn tried(&mut self, tried: &StmtTry, reach: Reach) -> Step {
        let body = self.block(&tried.body, reach);
        let mut handlers = Vec::with_capacity(tried.handlers.len());
        for ExceptHandler::ExceptHandler(handler) in &tried.handlers {
            let catches = match &handler.type_ {
                None => Catches::Everything,
                Some(kind) => self.catches(kind),
            };
            let ends = handler.body.last().is_some_and(|last| raises(last, &self.names));
            handlers.push(Handler {
                catches,
                body: self.block(&handler.body, reach),
                ends,
            });
        }
        let otherwise = self.block(&tried.orelse, reach);
        let finally = self.block(&tried.finalbody, reach);
        Step::Try(Box::new(Try {
            body,
            handlers,
            otherwise,
            finally,
        }))
    }

    /// What a tuple or name of exceptions catches.
    fn catches(&self, kind: &Expr) -> Catches {
        let kinds: Vec<&Expr> = match kind {
            Expr::Tuple(tuple) => tuple.elts.iter().collect(),
            other => vec![other],
        };
        let names: Vec<String> = kinds.iter().filter_map(|kind| self.names.dotted(kind)).collect();
        let has = |wanted: &[&str]| names.iter().any(|name| wanted.contains(&last(name)));
        if has(&["ImportError", "ModuleNotFoundError"]) {
            Catches::ImportErrors
        } else if has(&["Exception", "BaseException"]) {
            Catches::Everything
        } else {
            Catches::Other
        }
    }

    /// `contextlib.suppress(ImportError)`.
    fn suppresses(&self, expr: &Expr) -> Option<Catches> {
        let Expr::Call(call) = expr else { return None };
        if self.names.dotted(&call.func)? != "contextlib.suppress" {
            return None;
        }
        let kinds: Vec<Catches> = call
            .arguments
            .args
            .iter()
            .map(|kind| self.catches(kind))
            .collect();
        [Catches::ImportErrors, Catches::Everything]
            .into_iter()
            .find(|catches| kinds.contains(catches))
    }

    fn collector(&mut self) -> Collector<'_> {
        Collector {
            text: self.text,
            names: &self.names,
            facts: self.facts,
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

/// Whether a statement leaves its block.
fn ends_block(statement: &Stmt, names: &Names) -> bool {
    matches!(statement, Stmt::Return(_) | Stmt::Continue(_) | Stmt::Break(_)) || raises(statement, names)
}

/// Whether a statement ends the program: `raise`, `sys.exit()`.
fn raises(statement: &Stmt, names: &Names) -> bool {
    match statement {
        Stmt::Raise(_) => true,
        Stmt::Expr(expression) => match &*expression.value {
            Expr::Call(call) => names.dotted(&call.func).is_some_and(|function| {
                matches!(function.as_str(), "sys.exit" | "exit" | "quit" | "os._exit")
            }),
            _ => false,
        },
        _ => false,
    }
}
