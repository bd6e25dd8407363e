//! Syntax errors that are beyond doubt.
//!
//! The grammar does not know all of bash, and nothing of zsh: most of what it calls an error runs well.
//! Only a block that the end of the script finds open, in a script that is otherwise understood, is an
//! error for sure.

use super::{for_each, syntax};
use crate::facts::Problem;
use tree_sitter::Node;

/// The one thing that is certainly wrong with the script, if anything.
pub(super) fn find(root: Node<'_>, text: &str) -> Option<Problem> {
    if !root.has_error() || is_other_shell(text) {
        return None;
    }
    let mut errors = Vec::new();
    let mut missing = Vec::new();
    for_each(root, |node| {
        if node.is_error() {
            errors.push(node);
        } else if node.is_missing() {
            missing.push(node);
        }
    });
    let end = text.trim_end().len();
    match (errors.as_slice(), missing.as_slice()) {
        ([error], []) if error.end_byte() >= end => unclosed(*error, text),
        ([], [missing]) if missing.start_byte() >= end => {
            let closer = missing.kind();
            matches!(closer, "fi" | "done" | "esac" | "}" | ")" | "\"").then(|| {
                syntax(
                    &format!("`{closer}` is missing at the end of the script"),
                    end,
                    end,
                )
            })
        }
        _ => None,
    }
}

/// The block that `error` leaves open: its first word opens it, and nothing in it is a second error.
fn unclosed(error: Node<'_>, text: &str) -> Option<Problem> {
    let source = text.get(error.byte_range())?;
    if source.contains("<<") {
        return None;
    }
    let children: Vec<Node<'_>> = error.children(&mut error.walk()).collect();
    let first = children.first()?;
    let closer = match first.kind() {
        "if" => "fi",
        "while" | "until" | "for" => "done",
        "case" => "esac",
        "\"" => "\"",
        _ => return None,
    };
    if children.iter().skip(1).any(|child| child.kind() == closer) {
        return None;
    }
    // A quote that is closed further on was not understood, rather than left open; and a keyword that
    // closes may have been taken for a word.
    let is_sure = if closer == "\"" {
        !source.get(1..)?.contains(['"', '\'', '`', '$', '\\'])
    } else {
        !source
            .split(|character: char| character.is_whitespace() || character == ';')
            .any(|word| word == closer)
            && !source.contains(['"', '\'', '`'])
    };
    is_sure.then(|| {
        let message = format!("`{}` is not closed: `{closer}` is missing", first.kind());
        syntax(&message, first.start_byte(), first.end_byte())
    })
}

/// Whether the script says that it is for a shell whose syntax is another.
fn is_other_shell(text: &str) -> bool {
    let first = text.lines().next().unwrap_or("");
    first.starts_with("#!")
        && !["bash", "/sh", " sh", "dash"]
            .iter()
            .any(|shell| first.contains(shell))
}
