//! Branches of a script: which arm the target takes, and what is left behind one that ends the script.

use super::guard::{self, Answer};
use super::walk::{Context, Step, Walk};
use crate::facts::{Reach, Role};
use tree_sitter::Node;

impl<'t> Walk<'t> {
    /// How the target gets behind a statement that may end the script, or the function that it stands in.
    pub(super) fn behind(&self, node: Node<'t>) -> Reach {
        match node.kind() {
            "if_statement" => self.behind_if(node),
            "case_statement" => self.behind_case(node),
            "list" => self.behind_list(node),
            // `mac_only` of a script that is read in: its name says that it ends the script elsewhere.
            "command" if is_for_macs_only(self.program_of(node)) => Reach::Elsewhere,
            _ => Reach::Always,
        }
    }

    fn behind_if(&self, node: Node<'t>) -> Reach {
        let children: Vec<Node<'t>> = node.named_children(&mut node.walk()).collect();
        let Some(test) = children.iter().find(|child| child.kind() != "comment") else {
            return Reach::Always;
        };
        let answer = self.judge().statement(*test);
        let has_elif = children.iter().any(|child| child.kind() == "elif_clause");
        let otherwise = children.iter().find(|child| child.kind() == "else_clause");
        let arm = children
            .iter()
            .rfind(|child| !matches!(child.kind(), "else_clause" | "elif_clause" | "comment"));
        let leaves_then = arm.is_some_and(|last| last.id() != test.id() && self.leaves(*last));
        let leaves_else = otherwise.is_some_and(|clause| self.leaves(*clause));
        match (leaves_then, leaves_else) {
            (true, false) if !has_elif => answer.no,
            (false, true) if !has_elif => answer.yes,
            // Every other arm was asked for before: what is left is no Linux.
            (false, true) if self.is_elsewhere_else(&children) => Reach::Elsewhere,
            _ => Reach::Always,
        }
    }

    /// Whether all arms with a test are for other platforms.
    fn is_elsewhere_else(&self, children: &[Node<'t>]) -> bool {
        let test = |node: &Node<'t>| match node.kind() {
            "elif_clause" => node.named_child(0),
            _ => None,
        };
        let first = children.iter().find(|child| child.kind() != "comment").copied();
        let mut tests = first.into_iter().chain(children.iter().filter_map(test));
        tests.all(|test| self.judge().statement(test).yes == Reach::Elsewhere)
    }

    /// `case "$(uname)" in Darwin) … ;; *) exit 1 ;; esac`.
    fn behind_case(&self, node: Node<'t>) -> Reach {
        let subject = node.child_by_field_name("value");
        if !subject.is_some_and(|subject| self.judge().names_platform(self.text(subject))) {
            return Reach::Always;
        }
        let mut cursor = node.walk();
        let items = node
            .named_children(&mut cursor)
            .filter(|child| child.kind() == "case_item");
        let items: Vec<(Node<'t>, Vec<String>)> = items.map(|item| (item, self.patterns(item))).collect();
        let takes = |wanted: fn(&str) -> bool| {
            let mut items = items.iter();
            items.find(|(_, patterns)| patterns.iter().any(|pattern| wanted(pattern)))
        };
        let linux = takes(|pattern| pattern.contains("linux")).or_else(|| takes(|pattern| pattern == "*"));
        match linux {
            Some((item, _)) if self.leaves(*item) => Reach::Elsewhere,
            _ => Reach::Always,
        }
    }

    /// `[[ $OSTYPE == darwin* ]] || exit`.
    fn behind_list(&self, node: Node<'t>) -> Reach {
        let parts = guard::flatten(node);
        let Some(((operator, last), tests)) = parts.split_last() else {
            return Reach::Always;
        };
        if !self.leaves(*last) {
            return Reach::Always;
        }
        let judge = self.judge();
        let answers = tests
            .iter()
            .map(|(operator, part)| (*operator, judge.statement(*part)));
        let answer = answers
            .reduce(|(first, sum), (operator, next)| (first, sum.joined(operator, next)))
            .map(|(_, answer)| answer)
            .unwrap_or_default();
        if *operator == "||" { answer.yes } else { answer.no }
    }

    /// Whether a statement ends the script, or the function that it stands in.
    fn leaves(&self, node: Node<'t>) -> bool {
        let mut node = node;
        for _ in 0..16 {
            match node.kind() {
                "command" => {
                    let name = node
                        .child_by_field_name("name")
                        .map_or("", |name| self.text(name));
                    return matches!(name, "exit" | "return") || self.exits.contains(name);
                }
                "compound_statement" | "else_clause" | "case_item" | "redirected_statement" => {
                    let mut cursor = node.walk();
                    let inner = node
                        .named_children(&mut cursor)
                        .filter(|child| child.kind() != "comment" && !child.kind().ends_with("_redirect"));
                    match inner.last() {
                        Some(last) => node = last,
                        None => return false,
                    }
                }
                _ => return false,
            }
        }
        false
    }

    /// The patterns of an item of a `case`, in lower case.
    fn patterns(&self, item: Node<'t>) -> Vec<String> {
        let patterns = item
            .children_by_field_name("value", &mut item.walk())
            .collect::<Vec<_>>();
        patterns
            .into_iter()
            .map(|pattern| self.text(pattern).to_ascii_lowercase())
            .collect()
    }

    /// The program that a simple statement calls; empty for another.
    fn program_of(&self, node: Node<'t>) -> &'t str {
        let command = match node.kind() {
            "redirected_statement" => node.child_by_field_name("body"),
            _ => Some(node),
        };
        let name = command
            .filter(|command| command.kind() == "command")
            .and_then(|command| command.child_by_field_name("name"));
        name.map_or("", |name| self.text(name))
    }

    /// Whether a statement does in another way what the one before it did not: `x || y`. Telling people of
    /// it, and giving up, is none.
    fn is_fallback(&self, node: Node<'t>) -> bool {
        let mut node = node;
        for _ in 0..16 {
            match node.kind() {
                "command" => {
                    let name = node
                        .child_by_field_name("name")
                        .map_or("", |name| self.text(name));
                    let is_nothing = matches!(
                        name,
                        "true"
                            | ":"
                            | "false"
                            | "exit"
                            | "return"
                            | "continue"
                            | "break"
                            | "test"
                            | "["
                            | "sleep"
                    );
                    return !is_nothing && !self.is_prose(name) && !self.exits.contains(name);
                }
                "variable_assignment" => {
                    return node.child_by_field_name("value").is_some_and(|value| {
                        let text = self.text(value);
                        text.contains("$(") || text.contains('`')
                    });
                }
                "redirected_statement" | "pipeline" | "list" | "subshell" => match node.named_child(0) {
                    Some(first) => node = first,
                    None => return false,
                },
                _ => return false,
            }
        }
        false
    }

    pub(super) fn if_statement(&mut self, node: Node<'t>, context: Context) {
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
                    // A test that fails is no failure, and one that asks for the platform is to fail.
                    let mut context = context.skippable();
                    context.has_fallback |= !is_behind_then && answer.tells_platform();
                    steps.push((child, Context { reach, ..context }));
                }
            }
        }
    }

    pub(super) fn case_statement(&mut self, node: Node<'t>, context: Context) {
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
                let texts = self.patterns(child);
                let is_linux = texts.iter().any(|text| text.contains("linux"));
                let is_rest = texts.iter().any(|text| text == "*");
                let is_flag = subject.is_some_and(|subject| {
                    let is_elsewhere = |text: &String| self.judge().is_elsewhere(self.text(subject), text);
                    texts.iter().all(is_elsewhere)
                });
                if is_flag || (is_platform && !is_linux && (!is_rest || has_linux)) {
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

    pub(super) fn list(&mut self, node: Node<'t>, context: Context) {
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
            let mut context = if is_skippable || is_forgiven {
                context.skippable()
            } else {
                context
            };
            let answer = judge.statement(part);
            let mut rest = parts.iter().skip(at + 1);
            let other = rest.find(|(operator, _)| *operator == "||");
            context.has_fallback |=
                other.is_some_and(|(_, other)| self.is_fallback(*other)) || answer.tells_platform();
            // `stat -c %s x || stat -f %z x`: the other system's way comes second.
            let before = at.checked_sub(1).and_then(|before| parts.get(before));
            let program = self.program_of(part);
            context.has_fallback |= operator == "||"
                && !program.is_empty()
                && before.is_some_and(|(_, before)| self.program_of(*before) == program);
            steps.push(Step::Visit(part, Context { reach, ..context }));
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
}

/// Whether the name of a function says that only a Mac gets behind it: `mac_only`, `require_macos`.
fn is_for_macs_only(name: &str) -> bool {
    let mut parts = name.split(['_', '-']);
    let has = |wanted: &[&str]| parts.clone().any(|part| wanted.contains(&part));
    has(&["mac", "macos", "osx", "darwin"])
        && parts.any(|part| matches!(part, "only" | "require" | "requires" | "assert" | "ensure"))
}
