//! Goes through a script in the order of its text, with a stack of its own: scripts can be nested deeper
//! than a thread's stack allows.

use super::Functions;
use super::command::seek_path;
use super::guard::{Flags, Judge};
use super::heredoc::Heredoc;
use super::word::{self, Table};
use crate::facts::value::is_telling;
use crate::facts::{Access, Facts, Reach, Role, Sought, Value, Variable, Word};
use crate::formats::calls::Calls;
use crate::formats::quoted;
use crate::source::Span;
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
#[allow(
    clippy::struct_excessive_bools,
    reason = "each says another thing of where the statement stands, and any of them may hold"
)]
pub(super) struct Context {
    pub(super) reach: Reach,
    pub(super) background: bool,
    pub(super) sink: Sink,
    /// Inside a command: an assignment is for that command alone.
    pub(super) in_command: bool,
    /// Whether the script may go past it.
    pub(super) is_conditional: bool,
    /// Whether it reads what the command before it writes.
    pub(super) is_piped: bool,
    /// Whether something else is done where it fails.
    pub(super) has_fallback: bool,
}

impl Context {
    /// The same, where the script may go past it.
    pub(super) fn skippable(self) -> Self {
        Self {
            is_conditional: true,
            ..self
        }
    }
}

/// Statements in a row, of which those up to `at` are done.
pub(super) struct Row<'t> {
    children: Vec<Node<'t>>,
    at: usize,
    context: Context,
}

pub(super) enum Step<'t> {
    Visit(Node<'t>, Context),
    Next(Row<'t>),
    /// A subshell ends: the script is back in the folder where it was.
    Return(Option<String>),
    /// A statement is over whose output goes to a file; how many commands there were before it.
    Output(String, usize),
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
    pub(super) stack: Vec<Step<'t>>,
    /// Literal values of variables, each with the reach of the place that is easiest to get to.
    pub(super) flags: Flags,
    /// Tests that the script ends behind where they fail.
    needs: Vec<Span>,
    pub(super) calls: Calls,
    /// Functions that end the script.
    pub(super) exits: BTreeSet<String>,
    /// Functions that look for a program.
    pub(super) seekers: BTreeSet<String>,
    /// Names that stand for other commands.
    pub(super) aliases: BTreeSet<String>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(source: &'t str, functions: Functions, depth: usize) -> Self {
        let Functions {
            names: functions,
            exits,
            seekers,
        } = functions;
        Self {
            exits,
            seekers,
            aliases: BTreeSet::new(),
            flags: Flags::new(),
            needs: Vec::new(),
            calls: Calls::default(),
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
            is_piped: false,
            has_fallback: false,
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
                Step::Next(row) => self.next(row),
                Step::Return(folder) => self.folder = folder,
                Step::Output(path, before) => self.goes_to(&path, before),
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
        self.calls.settle(&mut self.facts);
        let own = self.functions.into_iter().chain(self.aliases);
        self.facts.shell_functions.extend(own);
        require(&mut self.facts.sought, self.needs);
        self.facts
    }

    fn visit(&mut self, node: Node<'t>, context: Context) {
        match node.kind() {
            "command" => {
                self.command(node, context);
                let inside = Context {
                    in_command: true,
                    is_piped: false,
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
                self.calls
                    .define(name, Span::new(node.start_byte(), node.end_byte()));
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
        self.stack.push(Step::Next(Row {
            children,
            at: 0,
            context,
        }));
    }

    /// Has a here-document read once everything that is visited from now on is done.
    pub(super) fn later(&mut self, heredoc: Heredoc<'t>, context: Context) {
        self.stack.push(Step::Heredoc(heredoc, context));
    }

    /// The next of the statements in a row: how the target gets there depends on those before it, which are
    /// done by now.
    fn next(&mut self, mut row: Row<'t>) {
        if let Some(before) = row.at.checked_sub(1).and_then(|at| row.children.get(at)) {
            match self.behind(*before) {
                Reach::Elsewhere => row.context.reach = Reach::Elsewhere,
                // What the script ends without, it needs.
                Reach::IfFound => self.needs.push(Span::new(before.start_byte(), before.end_byte())),
                Reach::Always => {}
            }
        }
        let Some(child) = row.children.get(row.at).copied() else {
            return;
        };
        let next = row.children.get(row.at + 1);
        let background = row.context.background || next.is_some_and(|next| next.kind() == "&");
        let here = Context {
            background,
            ..row.context
        };
        row.at += 1;
        self.stack.push(Step::Next(row));
        if child.is_named() {
            self.stack.push(Step::Visit(child, here));
        }
    }

    /// Visits the children, and comes back to the present folder afterwards.
    fn apart(&mut self, node: Node<'t>, context: Context) {
        self.stack.push(Step::Return(self.folder.clone()));
        self.children(node, context);
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
            let is_piped = at > 0 && matches!(part.kind(), "command" | "redirected_statement");
            let context = Context {
                sink,
                is_piped,
                ..context
            };
            steps.push(Step::Visit(*part, context));
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
                let read = word::read(child, self.source, Some(&self.table));
                let word = Word {
                    text: read.text,
                    span: word::content(child),
                    is_literal: read.is_literal,
                };
                seek_path(&word, &mut self.facts.sought);
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
            flags: &self.flags,
            seekers: &self.seekers,
        }
    }

    pub(super) fn text(&self, node: Node<'_>) -> &'t str {
        self.source.get(node.byte_range()).unwrap_or("")
    }
}

/// Notes which programs are looked for in a test that the script ends behind where it fails.
fn require(sought: &mut [Sought], mut tests: Vec<Span>) {
    tests.sort();
    // The furthest end of all tests up to each one.
    let ends: Vec<u32> = tests
        .iter()
        .scan(0, |furthest, test| {
            *furthest = test.end.max(*furthest);
            Some(*furthest)
        })
        .collect();
    for sought in sought {
        let behind = tests.partition_point(|test| test.start <= sought.span.start);
        let end = behind.checked_sub(1).and_then(|last| ends.get(last));
        sought.is_required |= end.is_some_and(|end| sought.span.end <= *end);
    }
}
