//! The literals of expressions, each with the role it plays.

use super::calls::{role_of_argument, runs_command};
use super::commands::{Lines, seeks};
use super::environment::variable_name;
use super::guards::{guard_of, is_existence_test, tests_existence};
use super::names::{Names, last};
use super::paths::{self, path_of};
use super::{ports, span, span_of};
use crate::facts::python::PathExpr;
use crate::facts::value::is_telling;
use crate::facts::{Facts, PortRole, Reach, Role, Value};
use crate::formats::calls::Calls;
use crate::source::Span;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{
    BoolOp, Expr, ExprBoolOp, ExprCall, ExprDict, ExprIf, FStringPart, Keyword, Operator, StringLiteral,
};
use ruff_text_size::Ranged;

/// Where an expression stands: what its literals are for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) role: Role,
    pub(super) name: Option<&'a str>,
    pub(super) call: Option<&'a str>,
    pub(super) reach: Reach,
}

impl<'a> Context<'a> {
    /// Nothing is known but whether the target gets there.
    pub(super) fn plain(reach: Reach) -> Self {
        Self {
            role: Role::Plain,
            name: None,
            call: None,
            reach,
        }
    }

    /// The value of a name.
    pub(super) fn assigned(name: &'a str, reach: Reach) -> Self {
        Self {
            role: Role::Assigned,
            name: Some(name),
            call: None,
            reach,
        }
    }

    /// The same place, with another role.
    pub(super) fn with_role(self, role: Role) -> Self {
        Self { role, ..self }
    }
}

/// Collects the literals of expressions.
pub(super) struct Collector<'a> {
    pub(super) text: &'a str,
    pub(super) names: &'a Names,
    pub(super) facts: &'a mut Facts,
    /// What names stand for, of which a command may be made.
    pub(super) lines: &'a Lines,
    /// Calls of functions, of which some may be the module's own.
    pub(super) calls: &'a mut Calls,
    /// Whether something else is done where a command is not found.
    pub(super) is_tried: bool,
}

impl Collector<'_> {
    /// Takes the literals of `expr`, which stands in `context`.
    pub(super) fn expression(&mut self, expr: &Expr, context: Context<'_>) {
        match expr {
            Expr::StringLiteral(literal) => {
                for part in &literal.value {
                    self.literal(part, context);
                }
            }
            Expr::FString(literal) => {
                for part in &literal.value {
                    match part {
                        FStringPart::Literal(part) => self.literal(part, context),
                        FStringPart::FString(part) => self.formatted(part, context),
                    }
                }
            }
            Expr::List(list) => self.elements(&list.elts, context),
            Expr::Tuple(tuple) => self.elements(&tuple.elts, context),
            Expr::Set(set) => self.elements(&set.elts, context),
            Expr::Dict(dict) => self.dict(dict, context),
            Expr::Call(call) => self.call(call, context),
            Expr::Compare(compare) => {
                let context = context.with_role(Role::Compared);
                self.expression(&compare.left, context);
                compare
                    .comparators
                    .iter()
                    .for_each(|side| self.expression(side, context));
            }
            Expr::BoolOp(operation) => self.bool_operation(operation, context),
            Expr::If(choice) => self.choice(choice, context),
            Expr::BinOp(operation) => {
                let is_path = operation.op == Operator::Div
                    && self.below_home(&path_of(expr, self.names), span(expr), context);
                if !is_path {
                    self.expression(&operation.left, context);
                    self.expression(&operation.right, context);
                }
            }
            Expr::Subscript(subscript) => {
                self.subscript_read(expr);
                self.expression(&subscript.value, context);
                self.expression(&subscript.slice, context.with_role(Role::Key));
            }
            Expr::Starred(starred) => self.expression(&starred.value, context),
            Expr::Await(awaited) => self.expression(&awaited.value, context),
            Expr::Named(named) => self.expression(&named.value, context),
            Expr::Attribute(attribute) => self.expression(&attribute.value, context),
            Expr::Name(_) | Expr::NumberLiteral(_) | Expr::BytesLiteral(_) => {}
            other => walk_expr(
                &mut Inner {
                    collector: self,
                    reach: context.reach,
                },
                other,
            ),
        }
    }

    /// `os.environ.get("X") or "y"`: what follows the look-up is its default.
    fn bool_operation(&mut self, operation: &ExprBoolOp, context: Context<'_>) {
        let reads_environment = operation
            .values
            .first()
            .is_some_and(|first| self.reads_variable(first));
        for (at, value) in operation.values.iter().enumerate() {
            let is_default = at > 0 && operation.op == BoolOp::Or && reads_environment;
            let context = if is_default {
                context.with_role(Role::Default)
            } else {
                context
            };
            self.expression(value, context);
        }
    }

    fn choice(&mut self, choice: &ExprIf, context: Context<'_>) {
        let (then, otherwise) = self.reaches(&choice.test, context.reach);
        self.expression(&choice.test, context.with_role(Role::Compared));
        self.expression(
            &choice.body,
            Context {
                reach: then,
                ..context
            },
        );
        self.expression(
            &choice.orelse,
            Context {
                reach: otherwise,
                ..context
            },
        );
    }

    /// Whether the target gets to the two outcomes of a test.
    pub(super) fn reaches(&self, test: &Expr, outer: Reach) -> (Reach, Reach) {
        let (then, otherwise) = match guard_of(test, self.names).on_linux() {
            Some(false) => (Reach::Elsewhere, Reach::Always),
            Some(true) => (Reach::Always, Reach::Elsewhere),
            None if tests_existence(test, self.names) => (Reach::IfFound, Reach::IfFound),
            None => (Reach::Always, Reach::Always),
        };
        (then.max(outer), otherwise.max(outer))
    }

    fn elements(&mut self, elements: &[Expr], context: Context<'_>) {
        if context.name == Some("raw_env") {
            self.raw_environment(elements);
        }
        let role = match context.role {
            Role::Assigned | Role::Plain | Role::Argument | Role::Default | Role::Returned => Role::Element,
            role => role,
        };
        for element in elements {
            self.expression(element, context.with_role(role));
        }
    }

    fn dict(&mut self, dict: &ExprDict, context: Context<'_>) {
        for item in &dict.items {
            let Some(key) = &item.key else {
                self.expression(&item.value, context);
                continue;
            };
            self.expression(key, context.with_role(Role::Key));
            let Expr::StringLiteral(literal) = key else {
                self.expression(&item.value, context);
                continue;
            };
            let key = literal.value.to_str();
            // {"Darwin": "/opt/homebrew/…", "Linux": "/usr/bin/…"}: the key says whose value it is.
            let is_elsewhere = matches!(
                key.to_ascii_lowercase().as_str(),
                "darwin" | "macos" | "windows" | "win32"
            );
            let reach = if is_elsewhere {
                Reach::Elsewhere
            } else {
                context.reach
            };
            if let Some(service) = ports::service_of(key) {
                let service = if service.is_empty() { None } else { Some(service) };
                let table = context.name.map(str::to_owned);
                self.facts
                    .ports
                    .extend(ports::statement(&item.value, service, table, PortRole::Declares));
            }
            // The function for a platform, which is looked up by its name.
            if let Expr::Name(function) = &item.value {
                self.calls
                    .call(function.id.as_str(), span(&item.value).start as usize, reach);
            }
            let name = match context.name {
                Some(outer) => format!("{outer}.{key}"),
                None => key.to_owned(),
            };
            let role = if context.role.is_prose() {
                context.role
            } else {
                Role::Assigned
            };
            self.expression(
                &item.value,
                Context {
                    role,
                    name: Some(&name),
                    reach,
                    ..context
                },
            );
        }
    }

    fn call(&mut self, call: &ExprCall, context: Context<'_>) {
        let function = self.names.dotted(&call.func);
        let Some(function) = function.as_deref() else {
            self.expression(&call.func, context);
            let inner = context.with_role(Role::Argument);
            call.arguments
                .args
                .iter()
                .for_each(|argument| self.expression(argument, inner));
            call.arguments
                .keywords
                .iter()
                .for_each(|keyword| self.expression(&keyword.value, inner));
            return;
        };
        if let Expr::Attribute(method) = &*call.func {
            // "…".format(x), "…".join(x), Path("…").exists(): the receiver plays the call's own role.
            self.expression(&method.value, context);
        }
        if function == "os.path.join" || function.ends_with(".joinpath") {
            let path = paths::path_of_call(call, self.names);
            self.below_home(&path, span(call), context);
        }
        self.notice_environment(call, function);
        self.facts
            .ports
            .extend(ports::lookup(function, &call.arguments.args));
        self.calls
            .call(last(function), span(call).start as usize, context.reach);
        if runs_command(function) {
            self.command(call, function, context.reach);
        }
        if is_existence_test(function) || seeks(function) {
            self.seek(call, function);
        }
        let reach = if is_existence_test(function) {
            context.reach.max(Reach::IfFound)
        } else {
            context.reach
        };
        let is_transparent = matches!(
            function,
            "str"
                | "int"
                | "Path"
                | "pathlib.Path"
                | "os.path.join"
                | "os.path.expanduser"
                | "os.path.abspath"
        );
        for (position, argument) in call.arguments.args.iter().enumerate() {
            if holds_no_literal(argument) {
                continue;
            }
            let inner = if is_transparent {
                Context { reach, ..context }
            } else {
                let role = role_of_argument(function, position, None);
                let name = if role == Role::Default {
                    variable_name(call)
                } else {
                    None
                };
                Context {
                    role,
                    name,
                    call: Some(function),
                    reach,
                }
            };
            self.expression(argument, inner);
        }
        let keywords = call.arguments.keywords.iter();
        for keyword in keywords.filter(|keyword| !holds_no_literal(&keyword.value)) {
            self.keyword(keyword, function, reach);
        }
    }

    fn keyword(&mut self, keyword: &Keyword, function: &str, reach: Reach) {
        let name = keyword.arg.as_ref().map(|arg| arg.id.as_str());
        let role = role_of_argument(function, usize::MAX, name);
        self.expression(
            &keyword.value,
            Context {
                role,
                name,
                call: Some(function),
                reach,
            },
        );
    }

    /// `Path.home() / "project"` is `~/project`, written in another way.
    fn below_home(&mut self, path: &PathExpr, span: Span, context: Context<'_>) -> bool {
        let text = match path {
            PathExpr::Join(parts) => paths::below_home(parts),
            _ => None,
        };
        if let Some(text) = &text {
            self.push(text, span, context);
        }
        text.is_some()
    }

    fn literal(&mut self, part: &StringLiteral, context: Context<'_>) {
        let content = part
            .range()
            .sub_end(part.flags.closer_len_of())
            .add_start(part.flags.opener_len_of());
        self.push(&part.value, span_of(content), context);
    }

    fn formatted(&mut self, part: &ruff_python_ast::FString, context: Context<'_>) {
        for element in &part.elements {
            if let Some(interpolation) = element.as_interpolation() {
                self.expression(&interpolation.expression, Context::plain(context.reach));
            }
        }
        let whole = span(part);
        let opener = part.flags.opener_len_of().to_usize();
        let closer = part.flags.closer_len_of().to_usize();
        let content = Span::new(
            whole.start as usize + opener,
            (whole.end as usize).saturating_sub(closer),
        );
        // The braces stay as they are written, so that every byte keeps its place.
        let text = content.text(self.text).to_owned();
        self.push(&text, content, context);
    }

    fn push(&mut self, text: &str, span: Span, context: Context<'_>) {
        if !is_telling(text) {
            return;
        }
        self.facts.values.push(Value {
            text: text.to_owned(),
            span,
            role: context.role,
            name: context.name.map(str::to_owned),
            call: context.call.map(str::to_owned),
            reach: context.reach,
        });
    }
}

/// The lengths of a literal's prefix with quotes, and of its closing quotes.
trait QuoteLengths {
    fn opener_len_of(&self) -> ruff_text_size::TextSize;
    fn closer_len_of(&self) -> ruff_text_size::TextSize;
}

impl<T: ruff_python_ast::StringFlags> QuoteLengths for T {
    fn opener_len_of(&self) -> ruff_text_size::TextSize {
        self.opener_len()
    }

    fn closer_len_of(&self) -> ruff_text_size::TextSize {
        if self.is_unclosed() {
            ruff_text_size::TextSize::new(0)
        } else {
            self.closer_len()
        }
    }
}

/// Whether an expression is a name or a number, so that nothing is to be found in it: most arguments are.
fn holds_no_literal(expr: &Expr) -> bool {
    let mut inner = expr;
    while let Expr::Attribute(attribute) = inner {
        inner = &attribute.value;
    }
    matches!(
        inner,
        Expr::Name(_)
            | Expr::NumberLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
    )
}

/// Follows expressions of other kinds (lambdas, comprehensions) down to those with literals.
struct Inner<'a, 'b> {
    collector: &'a mut Collector<'b>,
    reach: Reach,
}

impl<'a> Visitor<'a> for Inner<'_, '_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.collector.expression(expr, Context::plain(self.reach));
    }
}
