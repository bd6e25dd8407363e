//! Tests: whether the target gets to what stands behind one.

use super::word;
use crate::facts::Reach;
use std::collections::BTreeSet;
use tree_sitter::Node;

/// Tests nested deeper than this are taken to say nothing.
const DEPTH: usize = 32;

/// What a test means for the two arms behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Answer {
    pub(super) yes: Reach,
    pub(super) no: Reach,
}

impl Answer {
    pub(super) const MAC: Self = Self {
        yes: Reach::Elsewhere,
        no: Reach::Always,
    };
    const LINUX: Self = Self {
        yes: Reach::Always,
        no: Reach::Elsewhere,
    };
    const FOUND: Self = Self {
        yes: Reach::IfFound,
        no: Reach::Always,
    };

    fn negated(self) -> Self {
        Self {
            yes: self.no,
            no: self.yes,
        }
    }

    /// `self && other` or `self || other`.
    pub(super) fn joined(self, operator: &str, other: Self) -> Self {
        if operator == "||" {
            Self {
                yes: self.yes.min(other.yes),
                no: self.no.max(other.no),
            }
        } else {
            Self {
                yes: self.yes.max(other.yes),
                no: self.no.min(other.no),
            }
        }
    }
}

/// Reads tests; knows which variables hold the name of the platform.
pub(super) struct Judge<'a> {
    pub(super) source: &'a str,
    pub(super) platform_names: &'a BTreeSet<String>,
}

impl Judge<'_> {
    /// What the statement means when it is used as a test.
    pub(super) fn statement(&self, node: Node<'_>) -> Answer {
        self.at_depth(node, DEPTH)
    }

    fn at_depth(&self, node: Node<'_>, depth: usize) -> Answer {
        let Some(depth) = depth.checked_sub(1) else {
            return Answer::default();
        };
        let inner = || node.named_child(0).map(|child| self.at_depth(child, depth));
        match node.kind() {
            "test_command" | "parenthesized_expression" | "redirected_statement" => {
                inner().unwrap_or_default()
            }
            "negated_command" => inner().unwrap_or_default().negated(),
            "unary_expression" => {
                let operator = node
                    .child_by_field_name("operator")
                    .map_or("", |node| self.text(node));
                match operator {
                    "!" => node
                        .named_children(&mut node.walk())
                        .last()
                        .map_or_else(Answer::default, |child| self.at_depth(child, depth).negated()),
                    _ if is_existence(operator) => Answer::FOUND,
                    _ => Answer::default(),
                }
            }
            "binary_expression" => self.comparison(node, depth),
            "list" => flatten(node)
                .into_iter()
                .map(|(operator, part)| (operator, self.at_depth(part, depth)))
                .reduce(|(first, sum), (operator, next)| (first, sum.joined(operator, next)))
                .map(|(_, answer)| answer)
                .unwrap_or_default(),
            "command" => self.command(node),
            "pipeline" => {
                let text = self.text(node);
                if self.names_platform(text) && text.contains("grep") {
                    platform(text)
                } else {
                    Answer::default()
                }
            }
            _ => Answer::default(),
        }
    }

    fn comparison(&self, node: Node<'_>, depth: usize) -> Answer {
        let part = |field| node.child_by_field_name(field);
        let (Some(left), Some(operator), Some(right)) = (part("left"), part("operator"), part("right"))
        else {
            return Answer::default();
        };
        match self.text(operator) {
            sign @ ("&&" | "||" | "-a" | "-o") => {
                let sign = if matches!(sign, "||" | "-o") { "||" } else { "&&" };
                self.at_depth(left, depth)
                    .joined(sign, self.at_depth(right, depth))
            }
            sign @ ("=" | "==" | "=~" | "!=") => self.compared(self.text(left), sign, self.text(right)),
            _ => Answer::default(),
        }
    }

    fn compared(&self, left: &str, sign: &str, right: &str) -> Answer {
        let answer = if self.names_platform(left) {
            platform(right)
        } else if self.names_platform(right) {
            platform(left)
        } else {
            Answer::default()
        };
        if sign == "!=" { answer.negated() } else { answer }
    }

    /// `test -f x`, `command -v x`, `which x`, `type x`.
    fn command(&self, node: Node<'_>) -> Answer {
        let words: Vec<String> = node
            .named_children(&mut node.walk())
            .take(8)
            .map(|child| word::read(child, self.source, None).text)
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["command", "-v" | "-V", ..] | ["which" | "type" | "hash", ..] => Answer::FOUND,
            ["test", "!", operator, ..] if is_existence(operator) => Answer::FOUND.negated(),
            ["test", operator, ..] if is_existence(operator) => Answer::FOUND,
            ["test", left, sign, right] => self.compared(left, sign, right),
            _ => Answer::default(),
        }
    }

    /// Whether the text asks for the name of the platform.
    pub(super) fn names_platform(&self, text: &str) -> bool {
        if text.contains("uname") || text.contains("OSTYPE") {
            return true;
        }
        text.split('$').skip(1).any(|tail| {
            let tail = tail.trim_start_matches('{');
            let end = tail.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            self.platform_names.contains(&tail[..end.unwrap_or(tail.len())])
        })
    }

    fn text(&self, node: Node<'_>) -> &str {
        self.source.get(node.byte_range()).unwrap_or("")
    }
}

/// The parts of a list `a && b || c`, each with the operator before it. The grammar nests lists to the
/// left, as deep as they are long.
pub(super) fn flatten(list: Node<'_>) -> Vec<(&'static str, Node<'_>)> {
    let mut parts = Vec::new();
    let mut node = list;
    while node.kind() == "list" {
        let mut operator = "&&";
        let mut left = None;
        let mut right = None;
        for child in node.children(&mut node.walk()) {
            match child.kind() {
                "&&" => operator = "&&",
                "||" => operator = "||",
                "comment" => {}
                _ if left.is_none() => left = Some(child),
                _ => right = Some(child),
            }
        }
        if let Some(right) = right {
            parts.push((operator, right));
        }
        match left {
            Some(left) => node = left,
            None => break,
        }
    }
    if node.kind() != "list" {
        parts.push(("&&", node));
    }
    parts.reverse();
    parts
}

/// What it means that the platform's name is, or contains, `text`.
pub(super) fn platform(text: &str) -> Answer {
    let text = text.to_ascii_lowercase();
    if text.contains("linux") {
        Answer::LINUX
    } else if text.contains("darwin") || text.contains("mac") {
        Answer::MAC
    } else {
        Answer::default()
    }
}

fn is_existence(operator: &str) -> bool {
    matches!(
        operator,
        "-a" | "-d" | "-e" | "-f" | "-h" | "-L" | "-p" | "-r" | "-s" | "-S" | "-w" | "-x"
    )
}
