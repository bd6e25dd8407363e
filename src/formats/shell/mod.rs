//! Shell scripts, read with tree-sitter-bash.

mod bashism;
mod branch;
mod command;
mod guard;
mod heredoc;
mod inner;
mod problem;
mod variable;
mod walk;
mod word;

use super::grammar;
use crate::facts::{Bashism, Facts, Problem, ProblemKind};
use crate::source::Span;
use std::collections::BTreeSet;
use tree_sitter::Node;

/// Scripts over this many bytes are not read: nobody writes them, programs do.
const LARGEST: usize = 2 << 20;
/// Brackets, and keywords that open a block, nested deeper than this are not read.
const DEEPEST: usize = 500;

/// How deep scripts may stand in `bash -c` of each other.
const INNER: usize = 3;

/// The facts of a shell script.
pub fn extract(text: &str) -> Facts {
    extract_at(text, INNER)
}

fn extract_at(text: &str, depth: usize) -> Facts {
    if text.len() > LARGEST {
        return unreadable("the script is larger than 2 MiB; it was not read");
    }
    if grammar::nesting(text) > DEEPEST {
        return unreadable("the script is nested deeper than 500 levels; it was not read");
    }
    let Some(tree) = grammar::parse(text, &tree_sitter_bash::LANGUAGE.into()) else {
        return unreadable("the script is too tangled; reading it was given up");
    };
    let root = tree.root_node();
    let mut facts = walk::Walk::new(text, functions(root, text), depth).run(root);
    facts.problems.extend(problem::find(root, text));
    facts.bashisms = bashism::find(root, text);
    facts
}

/// Notes what dash does not understand of a line of another document, each kind once for a line; `span` is where it
/// stands.
pub(super) fn note_bashisms(line: &str, span: Span, facts: &mut Facts) {
    for bashism in extract(line).bashisms {
        if !facts
            .bashisms
            .iter()
            .any(|known| known.what == bashism.what && known.span == span)
        {
            facts.bashisms.push(Bashism { span, ..bashism });
        }
    }
}

fn unreadable(message: &str) -> Facts {
    Facts::of_problem(ProblemKind::Unreadable, message, Span::new(0, 0))
}

/// The names of the functions that a script defines.
struct Functions {
    names: BTreeSet<String>,
    /// Those of them that end the script: `die() { echo "$1"; exit 1; }`.
    exits: BTreeSet<String>,
    /// Those of them that look for a program: `has() { command -v "$1"; }`.
    seekers: BTreeSet<String>,
}

fn functions(root: Node<'_>, text: &str) -> Functions {
    let mut functions = Functions {
        names: BTreeSet::new(),
        exits: BTreeSet::new(),
        seekers: BTreeSet::new(),
    };
    for_each(root, |node| {
        if node.kind() == "function_definition"
            && let Some(name) = node.child_by_field_name("name")
        {
            let name = text.get(name.byte_range()).unwrap_or("").to_owned();
            if node
                .child_by_field_name("body")
                .is_some_and(|body| exits(body, text))
            {
                functions.exits.insert(name.clone());
            }
            if seeks(text.get(node.byte_range()).unwrap_or("")) {
                functions.seekers.insert(name.clone());
            }
            functions.names.insert(name);
        }
    });
    functions
}

/// Whether a function does nothing but look for the program that it is given.
fn seeks(body: &str) -> bool {
    let asks = ["command -v", "which ", "type ", "hash "]
        .iter()
        .any(|word| body.contains(word));
    let is_short = body.len() < 200 && body.lines().count() <= 5;
    is_short && asks && body.contains("$1") && !body.contains("exit")
}

/// Whether the last statement of a body is `exit`.
fn exits(body: Node<'_>, text: &str) -> bool {
    let mut cursor = body.walk();
    let mut statements = body.named_children(&mut cursor);
    let last = statements
        .by_ref()
        .filter(|child| child.kind() != "comment")
        .last();
    last.filter(|last| last.kind() == "command")
        .and_then(|last| last.child_by_field_name("name"))
        .is_some_and(|name| text.get(name.byte_range()) == Some("exit"))
}

/// Shows every node to `look`, in the order of the text, without recursion.
fn for_each<'t>(root: Node<'t>, mut look: impl FnMut(Node<'t>)) {
    let mut cursor = root.walk();
    loop {
        look(cursor.node());
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

fn syntax(message: &str, start: usize, end: usize) -> Problem {
    Problem {
        kind: ProblemKind::Syntax,
        message: message.to_owned(),
        span: Span::new(start, end),
    }
}

#[cfg(test)]
mod reach_tests;
#[cfg(test)]
mod tests;
