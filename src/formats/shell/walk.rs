//! Goes through a script in the order of its text, with a stack of its own: scripts can be nested deeper
//! than a thread's stack allows.

use super::guard::{self, Answer, Judge};
use super::heredoc::Heredoc;
use super::word::{self, Table};
use crate::facts::value::is_telling;
use crate::facts::{Access, Facts, Reach, Role, Value, Variable};
use crate::formats::quoted;
use std::collections::{BTreeMap, BTreeSet};
use tree_sitter::Node;

/// Where the output of a statement goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sink {
    /// To whoever looks on, or to a log.
    People,
    /// To a file, or to another command.
    Machine,
}

/// What holds for a statement because of where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    pub(super) reach: Reach,
    pub(super) background: bool,
    pub(super) sink: Sink,
    /// Inside a command: an assignment is for that command alone.
    pub(super) in_command: bool,
    /// Whether the script may go past it.
    pub(super) is_conditional: bool,
}

impl Context {
    /// The same, where the script may go past it.
    fn skippable(self) -> Self {
        Self {
            is_conditional: true,
            ..self
        }
    }
}

enum Step<'t> {
    Visit(Node<'t>, Context),
    /// A subshell ends: the script is back in the folder where it was.
    Return(Option<String>),
    /// A statement with a here-document is over: what it did before (`cd x && cat > y <<EOF`) is known.
    Heredoc(Heredoc<'t>, Context),
}

/// The script's reader.
pub(super) struct Walk<'t> {
    pub(super) source: &'t str,
    pub(super) facts: Facts,
    pub(super) table: Table,
    /// Where `cd` went; with `$` in it where it is not known.
    pub(super) folder: Option<String>,
    /// How deep scripts may still stand in `bash -c` of each other.
    pub(super) depth: usize,
    pub(super) functions: BTreeSet<String>,
    /// Those of them that the script calls whatever happens: `main "$@"`.
    called: BTreeSet<String>,
    /// Every name that the script gives a value.
    pub(super) assigned: BTreeSet<String>,
    pub(super) platform_names: BTreeSet<String>,
    pub(super) reads: BTreeMap<String, Variable>,
    stack: Vec<Step<'t>>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(source: &'t str, functions: BTreeSet<String>, depth: usize) -> Self {
        Self {
            called: BTreeSet::new(),
            source,
            facts: Facts::default(),
            table: Table::new(),
            folder: None,
            depth,
            functions,
            assigned: BTreeSet::new(),
            platform_names: BTreeSet::new(),
            reads: BTreeMap::new(),
            stack: Vec::new(),
        }
    }

    /// The facts of the tree under `root`.
    pub(super) fn run(mut self, root: Node<'t>) -> Facts {
        let context = Context {
            reach: Reach::Always,
            background: false,
            sink: Sink::People,
            in_command: false,
            is_conditional: false,
        };
        for statement in root.named_children(&mut root.walk()) {
            let name = statement
                .child_by_field_name("name")
                .filter(|_| statement.kind() == "command");
            let name = name.map_or("", |name| self.text(name));
            if self.functions.contains(name) {
                self.called.insert(name.to_owned());
            }
        }
        self.stack.push(Step::Visit(root, context));
        while let Some(step) = self.stack.pop() {
            match step {
                Step::Visit(node, context) => self.visit(node, context),
                Step::Return(folder) => self.folder = folder,
                Step::Heredoc(heredoc, context) => self.heredoc(&heredoc, context),
            }
        }
        let assigned = self.assigned;
        let is_outside = |variable: &Variable| {
            let has_default = matches!(
                variable.access,
                Access::Read {
                    has_default: true,
                    ..
                }
            );
            has_default || !assigned.contains(&variable.name)
        };
        self.facts
            .variables
            .extend(self.reads.into_values().filter(is_outside));
        self.facts
            .variables
            .sort_by_key(|variable| (variable.span, variable.name.clone()));
        self.facts.values.sort_by_key(|value| value.span);
        self.facts
    }

    fn visit(&mut self, node: Node<'t>, context: Context) {
        match node.kind() {
            "command" => {
                self.command(node, context);
                let inside = Context {
                    in_command: true,
                    ..context
                };
                self.children(node, inside);
            }
            "variable_assignment" => {
                self.assignment(node, context);
                self.children(node, context);
            }
            "test_command" | "binary_expression" | "unary_expression" => {
                self.test(node, context);
                self.children(node, context);
            }
            "for_statement" => self.for_statement(node, context),
            "if_statement" => self.if_statement(node, context),
            "case_statement" => self.case_statement(node, context),
            "list" => self.list(node, context),
            "pipeline" => self.pipeline(node, context),
            "redirected_statement" => self.redirected(node, context),
            "subshell" => self.apart(node, context),
            "function_definition" => {
                let name = node
                    .child_by_field_name("name")
                    .map_or("", |name| self.text(name));
                let runs = self.called.contains(name) && !context.is_conditional;
                self.apart(node, if runs { context } else { context.skippable() });
            }
            "while_statement" => self.children(node, context.skippable()),
            "command_substitution" | "process_substitution" => {
                let inside = Context {
                    in_command: false,
                    sink: Sink::Machine,
                    ..context
                };
                self.apart(node, inside);
            }
            "simple_expansion" | "expansion" => {
                self.expansion(node, context);
                self.children(node, context);
            }
            _ => self.children(node, context),
        }
    }

    /// Visits the children next. Behind an arm that only other platforms take, and that ends the script,
    /// the rest is for the platforms that did not take it.
    pub(super) fn children(&mut self, node: Node<'t>, context: Context) {
        let children: Vec<Node<'t>> = node.children(&mut node.walk()).collect();
        self.sequence(&children, context);
    }

    /// Has a here-document read once everything that is visited from now on is done.
    pub(super) fn later(&mut self, heredoc: Heredoc<'t>, context: Context) {
        self.stack.push(Step::Heredoc(heredoc, context));
    }

    fn sequence(&mut self, children: &[Node<'t>], mut context: Context) {
        let mut steps = Vec::with_capacity(children.len());
        for (at, child) in children.iter().enumerate() {
            if !child.is_named() {
                continue;
            }
            let background = children.get(at + 1).is_some_and(|next| next.kind() == "&");
            let here = Context {
                background: context.background || background,
                ..context
            };
            steps.push(Step::Visit(*child, here));
            if child.kind() == "if_statement"
                && let Some(answer) = self.leaving_guard(*child)
                && answer.no == Reach::Elsewhere
            {
                context.reach = Reach::Elsewhere;
            }
        }
        self.stack.extend(steps.into_iter().rev());
    }

    /// The guard of an `if` without `else` whose only arm leaves the script.
    fn leaving_guard(&self, node: Node<'t>) -> Option<Answer> {
        let children: Vec<Node<'t>> = node.named_children(&mut node.walk()).collect();
        let last = children.last().filter(|last| last.kind() == "command")?;
        let name = last.child_by_field_name("name")?;
        matches!(self.text(name), "exit" | "return").then(|| self.judge().statement(children[0]))
    }

    /// Visits the children, and comes back to the present folder afterwards.
    fn apart(&mut self, node: Node<'t>, context: Context) {
        self.stack.push(Step::Return(self.folder.clone()));
        self.children(node, context);
    }

    fn if_statement(&mut self, node: Node<'t>, context: Context) {
        let mut steps: Vec<(Node<'t>, Context)> = Vec::new();
        let mut before = context.reach;
        self.arm(node, context, &mut before, &mut steps);
        self.stack.extend(
            steps
                .into_iter()
                .rev()
                .map(|(node, context)| Step::Visit(node, context)),
        );
    }

    /// One arm (`if` or `elif`), and the arms inside its node. `before` is the reach of the place where
    /// all tests so far have failed.
    fn arm(
        &self,
        node: Node<'t>,
        context: Context,
        before: &mut Reach,
        steps: &mut Vec<(Node<'t>, Context)>,
    ) {
        let mut answer = Answer::default();
        let mut is_behind_then = false;
        let mut reach = *before;
        for child in node.children(&mut node.walk()) {
            match child.kind() {
                "then" => {
                    is_behind_then = true;
                    reach = (*before).max(answer.yes);
                    *before = (*before).max(answer.no);
                }
                // The grammar never puts an `elif` inside an `elif`: this goes one level down.
                "elif_clause" if node.kind() == "if_statement" => {
                    self.arm(child, context, before, steps);
                }
                "else_clause" => {
                    let reach = *before;
                    steps.push((
                        child,
                        Context {
                            reach,
                            ..context.skippable()
                        },
                    ));
                }
                _ if !child.is_named() => {}
                _ => {
                    if !is_behind_then && child.kind() != "comment" {
                        answer = self.judge().statement(child);
                    }
                    // A test that fails is no failure.
                    let context = context.skippable();
                    steps.push((child, Context { reach, ..context }));
                }
            }
        }
    }

    fn case_statement(&mut self, node: Node<'t>, context: Context) {
        let subject = node.child_by_field_name("value");
        let is_platform = subject.is_some_and(|subject| self.judge().names_platform(self.text(subject)));
        let mut has_linux = false;
        let mut steps = Vec::new();
        for child in node.named_children(&mut node.walk()) {
            let mut reach = context.reach;
            let mut context = context;
            if child.kind() == "case_item" {
                context = context.skippable();
                let patterns: Vec<Node<'t>> =
                    child.children_by_field_name("value", &mut child.walk()).collect();
                let texts = patterns
                    .iter()
                    .map(|pattern| self.text(*pattern).to_ascii_lowercase());
                let texts: Vec<String> = texts.collect();
                let is_linux = texts.iter().any(|text| text.contains("linux"));
                let is_rest = texts.iter().any(|text| text == "*");
                if is_platform && !is_linux && (!is_rest || has_linux) {
                    reach = Reach::Elsewhere;
                }
                has_linux |= is_linux;
                for pattern in patterns {
                    self.value(pattern, Role::Compared, None, None, context.reach);
                }
            }
            steps.push(Step::Visit(child, Context { reach, ..context }));
        }
        self.stack.extend(steps.into_iter().rev());
    }

    fn list(&mut self, node: Node<'t>, context: Context) {
        let judge = self.judge();
        let mut sum = Answer::default();
        let mut steps = Vec::new();
        let (mut asks, mut is_skippable) = (false, false);
        let parts = guard::flatten(node);
        for (at, (operator, part)) in parts.iter().copied().enumerate() {
            let guard = match (at, operator) {
                (0, _) => Reach::Always,
                (_, "||") => sum.no,
                _ => sum.yes,
            };
            let reach = context.reach.max(guard);
            is_skippable |= at > 0 && (operator == "||" || asks);
            asks = self.asks(part);
            // `x || true`: whether it fails is the same to the script.
            let is_forgiven = parts.get(at + 1).is_some_and(|(operator, next)| {
                *operator == "||" && matches!(self.text(*next), "true" | ":")
            });
            let context = if is_skippable || is_forgiven {
                context.skippable()
            } else {
                context
            };
            steps.push(Step::Visit(part, Context { reach, ..context }));
            let answer = judge.statement(part);
            sum = if at == 0 {
                answer
            } else {
                sum.joined(operator, answer)
            };
        }
        self.stack.extend(steps.into_iter().rev());
    }

    /// Whether a statement is there for its answer: `[ … ]`, `grep -q …`, `! …`.
    fn asks(&self, node: Node<'t>) -> bool {
        match node.kind() {
            "test_command" | "negated_command" => true,
            "redirected_statement" => node.child_by_field_name("body").is_some_and(|body| {
                body.kind() == "test_command" || (body.kind() == "command" && self.asks(body))
            }),
            "command" => node.child_by_field_name("name").is_some_and(|name| {
                matches!(
                    self.text(name),
                    "test"
                        | "["
                        | "grep"
                        | "pgrep"
                        | "command"
                        | "which"
                        | "type"
                        | "kill"
                        | "false"
                        | "lsof"
                )
            }),
            _ => false,
        }
    }

    fn pipeline(&mut self, node: Node<'t>, context: Context) {
        let parts: Vec<Node<'t>> = node.named_children(&mut node.walk()).collect();
        let mut steps = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let sink = match parts.get(at + 1) {
                None => context.sink,
                Some(next) => {
                    let next = self.text(*next);
                    if next.starts_with("tee") && next.to_ascii_lowercase().contains("log") {
                        context.sink
                    } else {
                        Sink::Machine
                    }
                }
            };
            steps.push(Step::Visit(*part, Context { sink, ..context }));
        }
        self.stack.extend(steps.into_iter().rev());
    }

    fn for_statement(&mut self, node: Node<'t>, context: Context) {
        if let Some(variable) = node.child_by_field_name("variable") {
            let name = self.text(variable).to_owned();
            self.table.remove(&name);
            self.assigned.insert(name.clone());
            for item in node.children_by_field_name("value", &mut node.walk()) {
                self.value(item, Role::Element, Some(&name), None, context.reach);
            }
        }
        self.children(node, context.skippable());
    }

    fn test(&mut self, node: Node<'t>, context: Context) {
        let operator = node.child_by_field_name("operator");
        let operator = operator.map_or("", |operator| self.text(operator));
        if matches!(operator, "=" | "==" | "=~" | "!=" | "<" | ">") {
            let role = if operator == "=~" {
                Role::Pattern
            } else {
                Role::Compared
            };
            for field in ["left", "right"] {
                if let Some(side) = node.child_by_field_name(field) {
                    self.value(side, role, None, None, context.reach);
                }
            }
        } else if node.kind() == "unary_expression" && operator.starts_with('-') {
            // Nothing goes wrong by asking whether a path is there.
            let reach = context.reach.max(Reach::IfFound);
            for child in node.named_children(&mut node.walk()).skip(1) {
                self.value(child, Role::Argument, None, Some("test"), reach);
            }
        }
    }

    /// Keeps the literal `node`, when it can interest a rule. Variables in it stay as they are written:
    /// their values are values of the place that sets them.
    pub(super) fn value(
        &mut self,
        node: Node<'t>,
        role: Role,
        name: Option<&str>,
        call: Option<&str>,
        reach: Reach,
    ) {
        // A word that is nothing but a substitution has no text of its own.
        if matches!(
            node.kind(),
            "simple_expansion" | "expansion" | "command_substitution" | "process_substitution" | "array"
        ) {
            return;
        }
        let lines = quoted::lines(self.source, word::content(node));
        let is_one = lines.len() == 1;
        let whole = || word::without_substitutions(node, self.source);
        for span in lines {
            let text = if is_one {
                whole()
            } else {
                span.text(self.source).to_owned()
            };
            if !is_telling(&text) {
                continue;
            }
            let (name, call) = (name.map(str::to_owned), call.map(str::to_owned));
            self.facts.values.push(Value {
                text,
                span,
                role,
                name,
                call,
                reach,
            });
        }
    }

    pub(super) fn judge(&self) -> Judge<'_> {
        Judge {
            source: self.source,
            platform_names: &self.platform_names,
        }
    }

    pub(super) fn text(&self, node: Node<'_>) -> &'t str {
        self.source.get(node.byte_range()).unwrap_or("")
    }
}
