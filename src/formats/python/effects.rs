//! What happens while an expression is evaluated: calls, names that are read, variables that must be there.

use super::files;
use super::guards::guard_of;
use super::names::{Names, first, last, written};
use super::paths::path_of;
use super::span;
use crate::facts::python::{Arm, Binding, Call, Guard, Import, Needed, NeededBy, Step};
use crate::source::Spanned;
use ruff_python_ast::visitor::{Visitor, walk_arguments, walk_expr};
use ruff_python_ast::{Arguments, Comprehension, Expr, ExprBoolOp, ExprCall, ExprIf, Number};
use std::borrow::Cow;

/// Functions that run the coroutine that they are handed.
const RUNNERS: [&str; 6] = [
    "asyncio.run",
    "anyio.run",
    "trio.run",
    "uvloop.run",
    "asyncio.get_event_loop.run_until_complete",
    "run_until_complete",
];

/// The steps of evaluating `expr`, in CPython's order.
pub(super) fn of(expr: &Expr, names: &Names, steps: &mut Vec<Step>) {
    Effects { names, steps }.visit_expr(expr);
}

/// The step of a decorator: its value is called with what it decorates.
pub(super) fn of_decorator(expr: &Expr, names: &Names, steps: &mut Vec<Step>) {
    of(expr, names, steps);
    if let Some(name) = callable(expr, names) {
        steps.push(Step::Call(Call {
            name,
            is_awaited: false,
            span: span(expr),
        }));
    }
}

/// Gives the import that `value` made the name that its module gets: `x = importlib.import_module("a.b")`.
pub(super) fn named_import(value: &Expr, name: &str, steps: &mut [Step]) -> bool {
    let (Expr::Call(call), Some(Step::Import(import))) = (value, steps.last_mut()) else {
        return false;
    };
    let is_its_own = matches!(&*call.arguments.args, [argument] if span(argument) == import.span);
    // `__import__("a.b")` gives `a`, and so would an import that is named `a`.
    let is_whole = !import.module.contains('.')
        || (last(&written(&call.func).unwrap_or_default()) == "import_module"
            && import.module.split('.').next() != Some(name));
    let is_named = is_its_own && is_whole && !import.is_from && import.binds.is_empty();
    if is_named {
        name.clone_into(&mut import.binds);
    }
    is_named
}

/// Whether an expression gives all names of the module: whoever has them may define more, as what protoc writes does
/// (`_builder.BuildTopDescriptorsAndMessages(DESCRIPTOR, "x_pb2", globals())`).
pub(super) fn is_namespace(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else { return false };
    let is_bare = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
    is_bare && matches!(&*call.func, Expr::Name(name) if matches!(name.id.as_str(), "globals" | "vars"))
}

/// Whether an expression gives a non-empty collection, so that a loop over it runs.
pub(super) fn is_filled(expr: &Expr) -> bool {
    match expr {
        Expr::List(list) => !list.elts.is_empty(),
        Expr::Tuple(tuple) => !tuple.elts.is_empty(),
        Expr::Set(set) => !set.elts.is_empty(),
        // `range(3)`
        Expr::Call(call) => {
            written(&call.func).as_deref() == Some("range")
                && matches!(&*call.arguments.args, [Expr::NumberLiteral(number)]
                    if matches!(&number.value, Number::Int(value) if value.as_u64() != Some(0)))
        }
        _ => false,
    }
}

/// The name of something that can be called: a plain one, or a dotted one that an import gave.
fn callable(expr: &Expr, names: &Names) -> Option<String> {
    let is_plain = expr.is_name_expr();
    let is_given = is_plain || names.is_imported(first(expr)?);
    is_given.then(|| written(expr))?.map(Cow::into_owned)
}

/// The variable that `int(os.getenv("X"))` and `os.getenv("X").split(",")` cannot do without.
fn needed(call: &ExprCall, full: &str, names: &Names) -> Option<Needed> {
    if let ("int" | "float", [one]) = (full, &*call.arguments.args) {
        let by = NeededBy::Number(full.to_owned());
        return Some(Needed {
            name: bare_read(one, names)?,
            by,
        });
    }
    let Expr::Attribute(attribute) = &*call.func else {
        return None;
    };
    let by = NeededBy::Method(attribute.attr.to_string());
    Some(Needed {
        name: bare_read(&attribute.value, names)?,
        by,
    })
}

/// The variable that `os.getenv("X")` reads without a default: `None`, where nothing sets it.
fn bare_read(expr: &Expr, names: &Names) -> Option<Spanned<String>> {
    let Expr::Call(call) = expr else { return None };
    let is_read = matches!(
        names.dotted(&call.func).as_deref(),
        Some("os.getenv" | "os.environ.get")
    );
    match (&*call.arguments.args, call.arguments.keywords.is_empty()) {
        ([Expr::StringLiteral(name)], true) if is_read => {
            Some(Spanned::new(name.value.to_str().to_owned(), span(name)))
        }
        _ => None,
    }
}

struct Effects<'a> {
    names: &'a Names,
    steps: &'a mut Vec<Step>,
}

impl Effects<'_> {
    /// Steps that may not happen.
    fn apart(&self, fill: impl FnOnce(&mut Effects<'_>)) -> Vec<Step> {
        let mut steps = Vec::new();
        fill(&mut Effects {
            names: self.names,
            steps: &mut steps,
        });
        steps
    }

    fn branch(&mut self, arms: Vec<(Guard, Vec<Step>)>) {
        if arms.iter().any(|(_, body)| !body.is_empty()) {
            let arms = arms.into_iter().map(|(guard, body)| Arm { guard, body });
            self.steps.push(Step::Branch(arms.collect()));
        }
    }

    fn choice(&mut self, choice: &ExprIf) {
        self.visit_expr(&choice.test);
        let body = self.apart(|inner| inner.visit_expr(&choice.body));
        let otherwise = self.apart(|inner| inner.visit_expr(&choice.orelse));
        let guard = guard_of(&choice.test, self.names);
        self.branch(vec![(guard, body), (Guard::Otherwise, otherwise)]);
    }

    fn operation(&mut self, operation: &ExprBoolOp) {
        let mut values = operation.values.iter();
        if let Some(first) = values.next() {
            self.visit_expr(first);
        }
        let rest = self.apart(|inner| values.for_each(|value| inner.visit_expr(value)));
        self.branch(vec![(Guard::Unknown, rest)]);
    }

    fn comprehension(&mut self, generators: &[Comprehension], elements: &[&Expr], is_lazy: bool) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        if is_lazy {
            return;
        }
        let body = self.apart(|inner| elements.iter().for_each(|element| inner.visit_expr(element)));
        if !body.is_empty() {
            self.steps.push(Step::Loop(body));
        }
    }

    fn call(&mut self, call: &ExprCall) {
        let full = self.names.dotted(&call.func).unwrap_or_default();
        if let Some(import) = import_by_call(call, &full) {
            self.steps.push(Step::Import(import));
            return;
        }
        self.visit_expr(&call.func);
        // A method is looked up before its arguments are worked out, a function is called after.
        let (early, late): (Vec<Needed>, Vec<Needed>) = needed(call, &full, self.names)
            .into_iter()
            .partition(|needed| matches!(needed.by, NeededBy::Method(_)));
        self.steps.extend(early.into_iter().map(Step::Environ));
        let runs = RUNNERS.contains(&full.as_ref()) || last(&full) == "run_until_complete";
        let first = self.steps.len();
        walk_arguments(self, &call.arguments);
        self.handed_on(&call.arguments);
        let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
        if call.arguments.args.iter().chain(keywords).any(is_namespace) {
            self.steps.push(Step::Dynamic);
        }
        self.steps.extend(late.into_iter().map(Step::Environ));
        if runs {
            self.awaited(call, first);
        }
        files::of_call(call, &full, self.names, self.steps);
        match full.as_ref() {
            "sys.exit" | "exit" | "quit" | "os._exit" => {
                let failed = exit_failed(call);
                self.steps.push(Step::Exit(Spanned::new(failed, span(call))));
            }
            "exec" => self.steps.push(Step::Dynamic),
            "importlib.util.find_spec" => {
                if let Some(Expr::StringLiteral(name)) = call.arguments.args.first() {
                    let name = Spanned::new(name.value.to_str().to_owned(), span(name));
                    self.steps.push(Step::Find(name));
                }
            }
            _ => {
                if let Some(name) = callable(&call.func, self.names) {
                    self.steps.push(Step::Call(Call {
                        name,
                        is_awaited: false,
                        span: span(&*call.func),
                    }));
                }
            }
        }
    }

    /// What an import gave and a call is handed: who gets a function may call it (`Thread(target=serve)`).
    fn handed_on(&mut self, arguments: &Arguments) {
        for argument in arguments.iter_source_order() {
            if let Expr::Name(name) = argument.value()
                && self.names.is_imported(name.id.as_str())
            {
                let used = Spanned::new(name.id.to_string(), span(argument.value()));
                self.steps.push(Step::Use(used));
            }
        }
    }

    /// The coroutine in the first argument runs: `asyncio.run(main())`, `anyio.run(main)`.
    fn awaited(&mut self, call: &ExprCall, from: usize) {
        let Some(argument) = call.arguments.args.first() else {
            return;
        };
        match argument {
            Expr::Call(inner) => {
                let at = span(&*inner.func);
                for step in &mut self.steps[from..] {
                    if let Step::Call(call) = step
                        && call.span == at
                    {
                        call.is_awaited = true;
                    }
                }
            }
            other => {
                if let Some(name) = callable(other, self.names) {
                    self.steps.push(Step::Call(Call {
                        name,
                        is_awaited: true,
                        span: span(other),
                    }));
                }
            }
        }
    }
}

impl<'a> Visitor<'a> for Effects<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(_) | Expr::Name(_) => {}
            Expr::Call(call) => self.call(call),
            Expr::Attribute(attribute) => match first(expr) {
                Some(name) if attribute.ctx.is_load() && self.names.is_imported(name) => {
                    let name = written(expr).unwrap_or_default().into_owned();
                    self.steps.push(Step::Use(Spanned::new(name, span(expr))));
                }
                Some(_) => {}
                None => self.visit_expr(&attribute.value),
            },
            Expr::Subscript(subscript) => {
                if let (Expr::StringLiteral(name), true) = (&*subscript.slice, subscript.ctx.is_load())
                    && self.names.is(&subscript.value, "os.environ")
                {
                    let name = Spanned::new(name.value.to_str().to_owned(), span(name));
                    self.steps.push(Step::Environ(Needed {
                        name,
                        by: NeededBy::Key,
                    }));
                } else {
                    walk_expr(self, expr);
                }
            }
            Expr::Dict(dict) => {
                walk_expr(self, expr);
                files::of_dict(dict, self.names, self.steps);
            }
            Expr::If(choice) => self.choice(choice),
            Expr::BoolOp(operation) => self.operation(operation),
            Expr::ListComp(list) => self.comprehension(&list.generators, &[&list.elt], false),
            Expr::SetComp(set) => self.comprehension(&set.generators, &[&set.elt], false),
            Expr::DictComp(dict) => self.comprehension(&dict.generators, &[&dict.value], false),
            Expr::Generator(generator) => {
                self.comprehension(&generator.generators, &[&generator.elt], true);
            }
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                if let Expr::Name(name) = &*named.target {
                    self.steps.push(Step::Bind(Binding {
                        name: name.id.to_string(),
                        value: path_of(&named.value, self.names),
                    }));
                }
            }
            other => walk_expr(self, other),
        }
    }
}

/// `importlib.import_module("x")`, `__import__("x")` with a literal, absolute name.
fn import_by_call(call: &ExprCall, function: &str) -> Option<Import> {
    if !matches!(
        function,
        "importlib.import_module" | "__import__" | "import_module"
    ) {
        return None;
    }
    let [Expr::StringLiteral(name)] = &*call.arguments.args else {
        return None;
    };
    let module = name.value.to_str();
    (!module.is_empty() && !module.starts_with('.')).then(|| Import {
        module: module.to_owned(),
        level: 0,
        names: Vec::new(),
        is_from: false,
        binds: String::new(),
        span: span(name),
    })
}

/// Whether `sys.exit` is told that something failed: a text, or a number other than 0.
pub(super) fn exit_failed(call: &ExprCall) -> bool {
    match call.arguments.args.first() {
        Some(Expr::NumberLiteral(number)) => {
            !matches!(&number.value, Number::Int(value) if value.as_u64() == Some(0))
        }
        Some(Expr::StringLiteral(_) | Expr::FString(_)) => true,
        _ => false,
    }
}
