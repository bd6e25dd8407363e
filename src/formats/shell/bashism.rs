//! What bash understands and Debian's `/bin/sh`, which is dash, does not. `tests/scripts.rs` asks dash itself.

use super::for_each;
use crate::facts::{Bashism, Outcome};
use crate::source::Span;
use std::collections::BTreeSet;
use tree_sitter::Node;

/// What it is, dash's words, and what comes of it.
type Kind = (&'static str, &'static str, Outcome);

const TEST: Kind = ("`[[ … ]]`", "[[: not found", Outcome::Fails);
const EQUALS: Kind = ("`==` inside `[ … ]`", "[: unexpected operator", Outcome::Fails);
const ARRAY: Kind = ("an array", "Syntax error: \"(\" unexpected", Outcome::Ends);
const FUNCTION: Kind = (
    "the word `function`",
    "Syntax error: \"(\" unexpected",
    Outcome::Ends,
);
const BARE_FUNCTION: Kind = (
    "the word `function`",
    "Syntax error: \"}\" unexpected",
    Outcome::Ends,
);
const HERE_STRING: Kind = (
    "a here-string (`<<<`)",
    "Syntax error: redirection unexpected",
    Outcome::Ends,
);
const PROCESS: Kind = (
    "a process substitution (`<(…)`)",
    "Syntax error: \"(\" unexpected",
    Outcome::Ends,
);
const BOTH: Kind = ("`&>`", "", Outcome::Differs);
const BOTH_PIPED: Kind = ("`|&`", "Syntax error: \"&\" unexpected", Outcome::Ends);
const BRACES: Kind = ("a brace expansion (`{a,b}`)", "", Outcome::Differs);
const QUOTED: Kind = ("a `$'…'` string", "", Outcome::Differs);
const SUBSTITUTION: Kind = (
    "an expansion that cuts, replaces or indexes",
    "Bad substitution",
    Outcome::Ends,
);
const APPENDED: Kind = ("`+=`", "+=: not found", Outcome::Fails);
const ELEMENT: Kind = ("an array's element", "not found", Outcome::Fails);
const ARITHMETIC: Kind = ("`((…))`", "not found", Outcome::Fails);
const FOR: Kind = (
    "`for ((…))`",
    "Syntax error: Bad for loop variable",
    Outcome::Ends,
);
const SELECT: Kind = ("`select`", "Syntax error: \"do\" unexpected", Outcome::Ends);
const SOURCE: Kind = ("`source`", "source: not found", Outcome::Fails);
const ECHO: Kind = ("`echo -e`", "", Outcome::Differs);
/// The name of this option is known to later versions of dash; the rule asks which one the target has.
pub(super) const PIPEFAIL: Kind = (
    "`set -o pipefail`",
    "set: Illegal option -o pipefail",
    Outcome::Ends,
);
const TRAP: Kind = ("`trap … ERR`", "trap: ERR: bad trap", Outcome::Fails);
const READ: Kind = (
    "an option of bash's `read`",
    "read: Illegal option",
    Outcome::Fails,
);
const LOCAL: Kind = (
    "an option of `local`",
    "local: -a: bad variable name",
    Outcome::Ends,
);
const EXPORT: Kind = ("`export -f`", "export: Illegal option -f", Outcome::Ends);
const EMPTY: Kind = ("a variable that only bash sets", "", Outcome::Differs);

/// Builtins of bash that dash looks for among the programs.
const BUILTINS: &[(&str, Kind)] = &[
    ("pushd", ("`pushd`", "pushd: not found", Outcome::Fails)),
    ("popd", ("`popd`", "popd: not found", Outcome::Fails)),
    ("let", ("`let`", "let: not found", Outcome::Fails)),
    ("mapfile", ("`mapfile`", "mapfile: not found", Outcome::Fails)),
    (
        "readarray",
        ("`readarray`", "readarray: not found", Outcome::Fails),
    ),
    ("shopt", ("`shopt`", "shopt: not found", Outcome::Fails)),
    ("disown", ("`disown`", "disown: not found", Outcome::Fails)),
    ("declare", ("`declare`", "declare: not found", Outcome::Fails)),
    ("typeset", ("`typeset`", "typeset: not found", Outcome::Fails)),
];

/// Variables that bash sets, and nobody else.
const OF_BASH: [&str; 6] = [
    "BASH_SOURCE",
    "EUID",
    "FUNCNAME",
    "OSTYPE",
    "PIPESTATUS",
    "RANDOM",
];

/// What of the script dash does not understand, in the order of the text, each kind once. A script that asks
/// whether bash reads it knows what it does.
pub(super) fn find(root: Node<'_>, text: &str) -> Vec<Bashism> {
    if text.contains("BASH_VERSION") {
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let assigned = assigned(root, text);
    for_each(root, |node| {
        let of = |node: Node<'_>| text.get(node.byte_range()).unwrap_or("").to_owned();
        if let Some((what, words, outcome)) = kind(node, &of, &assigned)
            && seen.insert((what, words))
        {
            found.push(Bashism {
                what,
                words,
                outcome,
                span: Span::new(node.start_byte(), node.end_byte()),
            });
        }
    });
    found
}

/// The names that the script gives a value.
fn assigned(root: Node<'_>, text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for_each(root, |node| {
        if node.kind() == "variable_assignment"
            && let Some(name) = node.child_by_field_name("name")
        {
            names.insert(text.get(name.byte_range()).unwrap_or("").to_owned());
        }
    });
    names
}

fn kind(node: Node<'_>, of: &dyn Fn(Node<'_>) -> String, assigned: &BTreeSet<String>) -> Option<Kind> {
    let has = |token: &str| node.children(&mut node.walk()).any(|child| child.kind() == token);
    match node.kind() {
        "test_command" if has("[[") => Some(TEST),
        "binary_expression" => {
            let operator = node.child_by_field_name("operator").map(of);
            let outer = test_of(node)?;
            (operator.as_deref() == Some("==") && of(outer).starts_with("[ ")).then_some(EQUALS)
        }
        "array" => Some(ARRAY),
        "function_definition" if has("function") => Some(if has("(") { FUNCTION } else { BARE_FUNCTION }),
        "herestring_redirect" => Some(HERE_STRING),
        "process_substitution" => Some(PROCESS),
        "file_redirect" if has("&>") || has("&>>") => Some(BOTH),
        "pipeline" if has("|&") => Some(BOTH_PIPED),
        "ansi_c_string" => Some(QUOTED),
        // Of numbers; lists are words.
        "brace_expression" => Some(BRACES),
        "expansion" => is_beyond_posix(&of(node)).then_some(SUBSTITUTION),
        "variable_assignment" if has("+=") => Some(APPENDED),
        "variable_assignment" => {
            let name = node.child_by_field_name("name")?;
            (name.kind() == "subscript").then_some(ELEMENT)
        }
        "test_command" | "compound_statement" if has("((") => Some(ARITHMETIC),
        "c_style_for_statement" => Some(FOR),
        "for_statement" if has("select") => Some(SELECT),
        "simple_expansion" => {
            let name = of(node);
            let name = name.trim_start_matches('$');
            (OF_BASH.contains(&name) && !assigned.contains(name)).then_some(EMPTY)
        }
        "declaration_command" => {
            let text = of(node);
            let mut words = text.split_whitespace();
            let first = words.next()?;
            let option = words.next().filter(|word| word.starts_with('-'));
            match (first, option) {
                ("local", Some(_)) => Some(LOCAL),
                ("export", Some(option)) if option.contains('f') => Some(EXPORT),
                (name, _) => builtin(name),
            }
        }
        "command" => command(node, of),
        _ => None,
    }
}

/// The test that an expression stands in.
fn test_of(node: Node<'_>) -> Option<Node<'_>> {
    let mut at = node.parent()?;
    for _ in 0..16 {
        if at.kind() == "test_command" {
            return Some(at);
        }
        at = at.parent()?;
    }
    None
}

fn builtin(name: &str) -> Option<Kind> {
    let row = BUILTINS.iter().find(|(known, _)| *known == name)?;
    Some(row.1)
}

fn command(node: Node<'_>, of: &dyn Fn(Node<'_>) -> String) -> Option<Kind> {
    let name = node.child_by_field_name("name").map(of)?;
    let arguments: Vec<Node<'_>> = node
        .children_by_field_name("argument", &mut node.walk())
        .collect();
    let words: Vec<String> = arguments.iter().map(|argument| of(*argument)).collect();
    let is_option = |word: &&String| word.starts_with('-') && word.len() > 1;
    let mut options = words.iter().take_while(is_option);
    let found = match name.as_str() {
        "source" => Some(SOURCE),
        "echo" => options
            .any(|option| {
                option[1..]
                    .bytes()
                    .all(|letter| matches!(letter, b'e' | b'n' | b'E'))
                    && option.contains('e')
            })
            .then_some(ECHO),
        "set" => words.iter().any(|word| word == "pipefail").then_some(PIPEFAIL),
        "trap" => (words.last()? == "ERR").then_some(TRAP),
        "read" => options
            .any(|option| option.contains(['a', 't', 's', 'n', 'N', 'd', 'i', 'u', 'e']))
            .then_some(READ),
        "test" => words.iter().any(|word| word == "==").then_some(EQUALS),
        name => builtin(name),
    };
    found.or_else(|| {
        let is_open = |node: &&Node<'_>| matches!(node.kind(), "word" | "concatenation" | "brace_expression");
        let mut open = arguments.iter().filter(is_open);
        open.any(|argument| has_braces(&of(*argument))).then_some(BRACES)
    })
}

/// Whether an unquoted word holds `{a,b}` or `{1..3}`.
fn has_braces(word: &str) -> bool {
    let mut rest = word;
    while let Some(at) = rest.find('{') {
        let is_variable = rest[..at].ends_with('$');
        let is_quoted = rest[..at].contains(['"', '\'', '`', '\\']);
        let inside = &rest[at + 1..];
        let end = inside.find('}').unwrap_or(0);
        let list = &inside[..end];
        let is_list = (list.contains(',') || list.contains("..")) && !list.contains(['"', '\'', ' ', '(']);
        if is_list && !is_variable && !is_quoted {
            return true;
        }
        rest = inside;
    }
    false
}

/// Whether `${…}` does more than POSIX says: cuts, replaces, changes case, indexes, follows a name.
fn is_beyond_posix(text: &str) -> bool {
    let Some(inner) = text.strip_prefix("${") else {
        return false;
    };
    if let Some(rest) = inner.strip_prefix('!') {
        return rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
    }
    let inner = inner.strip_prefix('#').unwrap_or(inner);
    let end = inner
        .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .unwrap_or(inner.len());
    let is_special = end == 0 && inner.starts_with(['@', '*']);
    let behind = &inner[if is_special { 1 } else { end }..];
    if end == 0 && !is_special {
        return false;
    }
    match behind.strip_prefix(':') {
        Some(rest) => !rest.starts_with(['-', '=', '?', '+']),
        None => behind.starts_with(['/', '^', ',', '[', '@']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expansions_of_posix_are_no_others() {
        for text in [
            "${x}", "${x:-a}", "${x-a/b}", "${x:?}", "${x%/*}", "${x##*/}", "${#x}", "${1:+y}", "${@}",
            "${?}", "${", "${!}", "${#}", "${$}",
        ] {
            assert!(!is_beyond_posix(text), "{text}");
        }
        for text in [
            "${x//a/b}",
            "${x:0:3}",
            "${x^^}",
            "${x,,}",
            "${!x}",
            "${x[0]}",
            "${#x[@]}",
            "${x@Q}",
            "${@:2}",
        ] {
            assert!(is_beyond_posix(text), "{text}");
        }
    }

    #[test]
    fn braces_are_lists_and_ranges() {
        for (word, expected) in [
            ("a/{b,c}", true),
            ("{1..3}", true),
            ("{}", false),
            ("${a,b}", false),
            ("stash@{0}", false),
            ("'{a,b}'", false),
            ("\\{a,b}", false),
            ("{", false),
        ] {
            assert_eq!(has_braces(word), expected, "{word}");
        }
    }
}
