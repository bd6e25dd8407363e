//! The table of rules in README.md is what the pages say.
//!
//! `UPDATE_README=1 cargo test --test readme` writes it anew.

#![allow(clippy::expect_used, reason = "a test says what it expects by panicking")]

use audit::rule::Rule;
use std::fmt::Write as _;
use std::path::Path;

const BEGIN: &str = "<!-- rules:begin -->\n";
const END: &str = "<!-- rules:end -->";

#[test]
fn the_table_of_rules_is_what_the_pages_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).expect("README.md");
    let rules = audit::catalog::rules().expect("every page can be read");
    assert!(!rules.is_empty(), "there is no page below rules/");
    let wanted = with_table(&readme, &table(rules)).expect("README.md holds the two markers");
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, wanted).expect("README.md can be written");
    } else {
        assert!(
            readme == wanted,
            "the table of rules is stale; `UPDATE_README=1 cargo test --test readme` writes it anew"
        );
    }
}

fn table(rules: &[Rule]) -> String {
    let mut table = String::from("\n| rule | severity | finds |\n|---|---|---|\n");
    for rule in rules {
        let (category, id) = (rule.meta.category, rule.meta.id);
        let summary = rule.meta.summary.replace('|', "\\|");
        let severity = rule.meta.severity.name();
        let _ = writeln!(
            table,
            "| [`{id}`](rules/{category}/{id}.md) | {severity} | {summary} |"
        );
    }
    table.push('\n');
    table
}

/// The text with another table between the markers.
fn with_table(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{table}{END}{after}"))
}

#[test]
fn only_what_stands_between_the_markers_is_replaced() {
    let text = format!("a\n{BEGIN}old\n{END}\nb\n");
    assert_eq!(
        with_table(&text, "new\n"),
        Some(format!("a\n{BEGIN}new\n{END}\nb\n"))
    );
    assert_eq!(with_table("a\n", "new\n"), None);
}
