//! The project reads its own sources and holds what ARCHITECTURE.md says of them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects by panicking"
)]

mod reading;

use reading::{Source, Use};
use std::fs;
use std::path::Path;

/// What each module of the crate may use of the others: a module alone is no licence to use its
/// siblings. A longer path (`formats::Format`) allows only what lies below it.
const ARROWS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("expression", &[]),
    ("page", &[]),
    ("facts", &["source"]),
    ("formats", &["expression", "facts", "source"]),
    ("tree", &["source"]),
    // The names of distributions are compared in the form that requirements have.
    ("knowledge", &["expression", "facts", "target"]),
    ("target", &["knowledge"]),
    ("finding", &["source"]),
    (
        "document",
        &["facts", "finding::DocumentId", "formats::Format", "source"],
    ),
    (
        "project",
        &[
            "document",
            "facts",
            "finding",
            "formats::Format",
            "knowledge",
            "source",
            "target",
            "tree",
        ],
    ),
    ("rule", &["facts", "finding", "pattern", "project", "source"]),
    (
        "pattern",
        &["facts", "finding", "formats::Format", "project", "rule", "source"],
    ),
    (
        "rules",
        &[
            "document",
            "facts",
            "finding",
            "formats::Format",
            "knowledge",
            "project",
            "rule",
            "source",
            "target",
            // What the project answers of what is left behind, and why a path stays behind.
            "tree::Leftover",
            "tree::VirtualEnvironment",
            "tree::Withheld",
        ],
    ),
    (
        "catalog",
        // Of the project only the names of what rules look at.
        &[
            "finding",
            "formats::Format",
            "pattern",
            "project::Matter",
            "rule",
            "rules",
        ],
    ),
    (
        "suppress",
        &[
            "document",
            "facts",
            "finding",
            "project",
            // What was set aside, as the score counts it.
            "readiness",
            "rule",
            "settings::PathGlob",
            "settings::Selection",
            "settings::nearest",
            "source",
        ],
    ),
    ("baseline", &["finding"]),
    ("fix", &["facts", "finding", "project", "rule", "source"]),
    // The score sees findings and what the pages say of their rules, nothing else.
    ("readiness", &["finding", "rule"]),
    (
        "engine",
        &[
            "baseline",
            "catalog",
            "document",
            "facts",
            "finding",
            "formats",
            "project",
            "readiness",
            "rule",
            "source",
            "suppress",
            "target",
            "tree",
        ],
    ),
    (
        "report",
        &[
            "catalog",
            "document",
            "engine",
            "expression",
            "facts",
            "finding",
            "formats",
            "project",
            "readiness",
            "rule",
            "source",
            "suppress",
            "target",
            "tree",
        ],
    ),
    (
        "settings",
        &[
            "catalog",
            "facts",
            "finding",
            "knowledge",
            "rule",
            "source",
            "target",
        ],
    ),
    ("cli", &["*"]),
    ("main", &["*"]),
    ("lib", &["*"]),
];

/// Names from outside, the only modules that may use them, and why.
const OUTSIDE: &[(&str, &[&str], &str)] = &[
    (
        "miette",
        &["report::terminal"],
        "only the terminal report draws with miette",
    ),
    (
        "minijinja",
        &["report::html"],
        "only the HTML report is a template",
    ),
    (
        "pulldown_cmark",
        &["report::html", "report::tests"],
        "only the HTML report shows Markdown",
    ),
    (
        "indicatif",
        &["cli", "report::progress"],
        "only the program shows progress",
    ),
    ("clap", &["cli", "main"], "only the command line knows clap"),
    (
        "ruff_python_ast",
        &["formats::python"],
        "no Python syntax leaves its format",
    ),
    (
        "ruff_python_parser",
        &["formats::python"],
        "no Python syntax leaves its format",
    ),
    (
        "ruff_text_size",
        &["formats::python"],
        "no Python syntax leaves its format",
    ),
    (
        "tree_sitter",
        &["formats::grammar", "formats::shell", "formats::pm2"],
        "no syntax leaves its format",
    ),
    (
        "tree_sitter_bash",
        &["formats::shell"],
        "no shell syntax leaves its format",
    ),
    (
        "tree_sitter_javascript",
        &["formats::pm2"],
        "no JavaScript syntax leaves its format",
    ),
    ("jsonc_parser", &["formats"], "no syntax leaves its format"),
    ("saphyr", &["formats"], "no syntax leaves its format"),
    ("syn", &["formats::rust"], "no Rust syntax leaves its format"),
    ("ignore", &["tree"], "only trees know what git ignores"),
    ("walkdir", &["tree"], "only trees walk folders"),
    (
        "std::fs",
        &["tree", "cli", "settings", "main"],
        "nothing else touches the disk",
    ),
    (
        "std::env",
        &["tree", "cli", "settings", "main"],
        "nothing else looks at the environment",
    ),
    (
        "std::time",
        &["cli", "report::progress"],
        "no clock reaches the output",
    ),
    (
        "std::process::Command",
        &["tree::git", "tree::past"],
        "the program runs nothing but git, and that only to tell what changed and what there was",
    ),
    ("std::net::TcpStream", &[], "the program opens no connection"),
    ("std::net::TcpListener", &[], "the program opens no connection"),
    ("std::net::UdpSocket", &[], "the program opens no connection"),
    ("std::net::ToSocketAddrs", &[], "the program asks no name server"),
];

/// The most lines that a file may have; the first entry that fits counts.
const LINES: &[(&str, usize)] = &[("engine", 200), ("main", 40), ("", 500)];

/// The most lines of a function, from its signature to its closing brace.
const FUNCTION_LINES: usize = 80;

/// Names that say nothing of what a file is for.
const EMPTY_NAMES: [&str; 5] = ["utils", "util", "helpers", "common", "misc"];

#[test]
fn the_sources_keep_to_the_architecture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = reading::sources(&root.join("src"));
    assert!(sources.len() > 20, "the sources were not found");
    let complaints: Vec<String> = sources.iter().flat_map(complaints_about).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_lint_exception_of_the_package_has_a_reason() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .expect("Cargo.toml can be read");
    assert_eq!(exceptions_without_reason(&manifest), [""; 0]);
}

fn complaints_about(source: &Source) -> Vec<String> {
    let mut complaints = complaints_about_size(source);
    let at = |line: usize, what: String| format!("{}:{line}: {what}", source.path);
    for used in &source.uses {
        if let Some(complaint) = complaint_about_use(source, used) {
            complaints.push(at(used.line, complaint));
        }
    }
    for line in &source.unreasoned_exceptions {
        complaints.push(at(*line, "a lint exception needs a reason beside it".to_owned()));
    }
    if !source.begins_with_doc {
        complaints.push(at(1, "a file begins with `//!` and what it is for".to_owned()));
    }
    if source
        .module
        .iter()
        .any(|part| EMPTY_NAMES.contains(&part.as_str()))
    {
        complaints.push(at(1, "its name does not say what it is for".to_owned()));
    }
    complaints
}

fn complaints_about_size(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    let module = source.module.join("::");
    let limit = LINES.iter().find(|(name, _)| name.is_empty() || *name == module);
    if let Some((_, limit)) = limit.filter(|(_, limit)| source.lines > *limit) {
        let lines = source.lines;
        complaints.push(format!(
            "{}:{lines}: {lines} lines; it may have {limit}",
            source.path
        ));
    }
    for (name, line, lines) in &source.functions {
        if *lines > FUNCTION_LINES {
            complaints.push(format!(
                "{}:{line}: `{name}` has {lines} lines; a function may have {FUNCTION_LINES}",
                source.path
            ));
        }
    }
    complaints
}

/// Why a module may not use what it uses, if it may not.
fn complaint_about_use(source: &Source, used: &Use) -> Option<String> {
    let module = source.module.join("::");
    let name = used.path.join("::");
    if !used.is_ours {
        let (_, may, why) = OUTSIDE.iter().find(|(outside, _, _)| is_below(&name, outside))?;
        let may_use = may.iter().any(|allowed| module.starts_with(allowed));
        return (!may_use).then(|| format!("`{name}` is not for `{module}`: {why}"));
    }
    let owner = source.module.first()?;
    if owner == "rules" {
        return complaint_about_sibling(source, used).or_else(|| complaint_about_arrow(owner, used, &name));
    }
    complaint_about_arrow(owner, used, &name)
}

fn complaint_about_arrow(owner: &str, used: &Use, name: &str) -> Option<String> {
    let Some((_, may)) = ARROWS.iter().find(|(module, _)| *module == owner) else {
        return Some(format!(
            "`{owner}` has no row in the table of tests/architecture.rs"
        ));
    };
    let is_own = used.path.first().is_some_and(|first| first == owner);
    let is_allowed = may
        .iter()
        .any(|allowed| *allowed == "*" || is_below(name, allowed));
    let list = if may.is_empty() {
        "nothing".to_owned()
    } else {
        may.join(", ")
    };
    (!is_own && !is_allowed).then(|| format!("`{owner}` may not use `{name}`; it may use {list}"))
}

/// The code of a rule, `rules::CATEGORY::ID`, uses no other rule. A module without a page is no rule.
fn complaint_about_sibling(source: &Source, used: &Use) -> Option<String> {
    let [rules, category, id, ..] = &used.path[..] else {
        return None;
    };
    let page = format!("{rules}/{category}/{}.md", id.replace('_', "-"));
    let is_rule = rules == "rules" && Path::new(env!("CARGO_MANIFEST_DIR")).join(page).is_file();
    let is_own = source.module.get(..3) == used.path.get(..3);
    (is_rule && !is_own).then(|| format!("a rule uses no other rule: `{}`", used.path.join("::")))
}

fn is_below(name: &str, folder: &str) -> bool {
    name.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Names of the exceptions in `[lints.…]` tables that no comment explains.
fn exceptions_without_reason(manifest: &str) -> Vec<&str> {
    let lines: Vec<&str> = manifest.lines().collect();
    let pairs = lines.iter().zip(lines.iter().skip(1));
    pairs
        .filter(|(before, line)| line.ends_with("= \"allow\"") && !before.starts_with('#'))
        .filter_map(|(_, line)| line.split_whitespace().next())
        .collect()
}

/// The tests above must be able to fail: each snippet breaks one rule, and the message says which.
#[test]
fn what_breaks_the_architecture_is_named() {
    let long = format!("//! Doc.\nfn long() {{\n{}}}\n", "    let _ = 1;\n".repeat(79));
    let huge = format!("//! Doc.\n{}", "// line\n".repeat(500));
    for (path, text, complaint) in [
        (
            "formats/toml.rs",
            "//! Doc.\nuse crate::{facts::Facts, rule::Sink};\n",
            "2: `formats` may not use `rule::Sink`",
        ),
        (
            "facts/port.rs",
            "//! Doc.\nfn f() -> crate::engine::Counts { todo() }\n",
            "2: `facts` may not use `engine::Counts`",
        ),
        (
            "facts/mod.rs",
            "//! Doc.\nuse super::tree;\n",
            "2: `facts` may not use `tree`",
        ),
        (
            "readiness.rs",
            "//! Doc.\nfn f() { println!(\"{}\", crate::project::x()); }\n",
            "2: `readiness` may not use `project::x`",
        ),
        (
            "rules/network/a.rs",
            "//! Doc.\nuse super::super::services::missing_entry_point::check;\n",
            "2: a rule uses no other rule: `rules::services::missing_entry_point::check`",
        ),
        (
            "rules/network/a.rs",
            "//! Doc.\nuse crate::settings::Settings;\n",
            "2: `rules` may not use `settings::Settings`",
        ),
        (
            "rules/network/a.rs",
            "//! Doc.\nuse crate::formats::{self, Format};\n",
            "2: `rules` may not use `formats`",
        ),
        (
            "project/mod.rs",
            "//! Doc.\nuse ruff_python_ast::Stmt;\n",
            "2: `ruff_python_ast::Stmt` is not for `project`",
        ),
        (
            "formats/json.rs",
            "//! Doc.\nfn f() { std::fs::read(\"x\").ok(); }\n",
            "2: `std::fs::read` is not for `formats::json`",
        ),
        (
            "report/json.rs",
            "//! Doc.\nuse std::{fmt, env};\n",
            "2: `std::env` is not for `report::json`",
        ),
        (
            "report/json.rs",
            "//! Doc.\n#[derive(miette::Diagnostic)]\nstruct A;\n",
            "2: `miette::Diagnostic` is not for `report::json`",
        ),
        (
            "novel.rs",
            "//! Doc.\nuse crate::facts;\n",
            "2: `novel` has no row",
        ),
        ("facts/utils.rs", "//! Doc.\n", "1: its name does not say"),
        ("source.rs", "// No doc.\n", "1: a file begins with"),
        (
            "source.rs",
            "//! Doc.\n\n#[allow(dead_code)]\nfn f() {}\n",
            "3: a lint exception needs a reason",
        ),
        ("source.rs", &long, "2: `long` has 81 lines"),
        ("source.rs", &huge, "501: 501 lines; it may have 500"),
        ("main.rs", &huge, "501: 501 lines; it may have 40"),
    ] {
        let complaints = complaints_about(&reading::read(path, text));
        let wanted = format!("{path}:{complaint}");
        assert_eq!(complaints.len(), 1, "{wanted}: {complaints:?}");
        assert!(complaints[0].starts_with(&wanted), "{wanted}: {complaints:?}");
    }
    assert_eq!(
        exceptions_without_reason("[lints]\nx = \"allow\"\n# Why.\ny = \"allow\"\n"),
        ["x"]
    );
}

#[test]
fn what_keeps_to_the_architecture_is_left_alone() {
    for (path, text) in [
        (
            "formats/python/mod.rs",
            "//! Doc.\nuse crate::facts::Facts;\nuse ruff_python_ast::Stmt;\nuse super::suppression;\n",
        ),
        (
            "rules/network/a.rs",
            "//! Doc.\nuse crate::formats::Format;\nuse crate::rule::Sink;\n",
        ),
        ("rules/network/mod.rs", "//! Doc.\npub mod a;\nuse a::check;\n"),
        ("report/terminal/draw.rs", "//! Doc.\nuse miette::Report;\n"),
        (
            "source.rs",
            "//! Doc.\n#[cfg(test)]\nmod tests {\n    use super::*;\n    use crate::tree::Memory;\n}\n",
        ),
        (
            "source.rs",
            "//! Doc.\n#[allow(dead_code, reason = \"it is generated\")]\nfn f() {}\n",
        ),
        (
            "source.rs",
            "//! Doc.\n// It is generated.\n#[allow(dead_code)]\nfn f() {}\n",
        ),
        ("cli/mod.rs", "//! Doc.\nuse crate::engine;\nuse std::env;\n"),
    ] {
        assert_eq!(complaints_about(&reading::read(path, text)), [""; 0], "{path}");
    }
}
