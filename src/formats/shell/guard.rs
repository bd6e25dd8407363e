//! Tests: whether the target gets to what stands behind one.

use super::word;
use crate::facts::{Reach, value};
use std::collections::{BTreeMap, BTreeSet};
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

    /// Whether it is the platform that decides.
    pub(super) fn tells_platform(self) -> bool {
        Reach::Elsewhere == self.yes.max(self.no)
    }

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
    pub(super) flags: &'a Flags,
    /// Functions that look for a program.
    pub(super) seekers: &'a BTreeSet<String>,
}

/// Literal values of variables, by name and value, each with the easiest reach of the places that set it:
/// `if [[ $OSTYPE == darwin* ]]; then IS_MAC=true; fi`.
pub(super) type Flags = BTreeMap<(String, String), Reach>;

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
                    _ if is_existence(operator) => Self::found(self.text(node)),
                    "-n" => self.flag(self.text(node).trim_start_matches("-n").trim()),
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
        let answer = if self.is_elsewhere(left, right) {
            Answer::MAC
        } else if self.names_platform(left) {
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
            ["test", "!", operator, path, ..] if is_existence(operator) => Self::found(path).negated(),
            ["test", operator, path, ..] if is_existence(operator) => Self::found(path),
            ["test", left, sign, right] => self.compared(left, sign, right),
            [function, ..] if self.seekers.contains(*function) => Answer::FOUND,
            [function] if asked_platform(function) != Answer::default() => asked_platform(function),
            [flag] if flag.starts_with('$') => self.flag(flag),
            [program, "--version", ..] if is_of_gnu(program) => Answer::LINUX,
            [program, arguments @ ..] if is_of_bsd(program, arguments) => Answer::MAC,
            _ => Answer::default(),
        }
    }

    /// A test for a path: one that only a Mac has, or only Linux, says which platform it is.
    fn found(path: &str) -> Answer {
        let start = path.find('/').and_then(|at| path.get(at..)).unwrap_or_default();
        match value::is_on_linux(start) {
            Some(true) => Answer::LINUX,
            Some(false) => Answer::MAC,
            None => Answer::FOUND,
        }
    }

    /// `$IS_MAC`, `[ -n "$IS_MAC" ]`: true only where another platform has set it.
    fn flag(&self, text: &str) -> Answer {
        if ["true", "1", "yes"]
            .iter()
            .any(|value| self.is_elsewhere(text, value))
        {
            Answer::MAC
        } else {
            Answer::default()
        }
    }

    /// Whether a variable has this value on other platforms only.
    pub(super) fn is_elsewhere(&self, variable: &str, value: &str) -> bool {
        let bare = |text: &str| text.trim_matches(['"', '\'', '$', '{', '}']).to_owned();
        variable.contains('$') && self.flags.get(&(bare(variable), bare(value))) == Some(&Reach::Elsewhere)
    }

    /// Whether the text asks for the name of the platform.
    pub(super) fn names_platform(&self, text: &str) -> bool {
        if text.contains("uname") || text.contains("OSTYPE") || text.contains("sw_vers") {
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

/// What a function asks by its name: `is_mac`, `on_linux`.
fn asked_platform(name: &str) -> Answer {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    let platform = ["is", "on", "if", "runningon"]
        .iter()
        .find_map(|start| name.strip_prefix(start));
    match platform {
        Some("mac" | "macos" | "macosx" | "osx" | "darwin") => Answer::MAC,
        Some("linux" | "ubuntu" | "debian") => Answer::LINUX,
        _ => Answer::default(),
    }
}

/// Programs of which only GNU's know `--version`: asking for it asks whose they are.
fn is_of_gnu(program: &str) -> bool {
    matches!(
        program,
        "sed"
            | "date"
            | "stat"
            | "readlink"
            | "ls"
            | "xargs"
            | "find"
            | "cp"
            | "mktemp"
            | "base64"
            | "sort"
            | "head"
    )
}

/// Options that only BSD's programs know, where a script tries whether they work.
fn is_of_bsd(program: &str, arguments: &[&str]) -> bool {
    let first = arguments.first().copied().unwrap_or_default();
    match program {
        "date" => first.starts_with("-v") || first.starts_with("-j"),
        "stat" => first.starts_with("-f"),
        "sw_vers" => true,
        _ => false,
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
