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

/// The example of docs/readiness.md: its files are audited, and what the page prints is what the program says.
/// `UPDATE_README=1` writes it anew.
#[test]
fn the_example_of_the_score_is_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/readiness.md");
    let page = std::fs::read_to_string(&path).expect("docs/readiness.md");
    let (before, example) = page.split_once("\n## An example\n").expect("it has an example");
    let folder = tempfile::tempdir().expect("a folder");
    let mut printed = None;
    for block in example.split("\n```").skip(1).step_by(2) {
        let (info, text) = block.split_once('\n').unwrap_or((block, ""));
        match info.split_once(" file=") {
            Some((_, name)) => {
                std::fs::write(folder.path().join(name), format!("{text}\n")).expect("a file");
            }
            None if printed.is_none() => printed = Some(text.trim_end()),
            None => {}
        }
    }
    let output = assert_cmd::Command::cargo_bin("audit")
        .expect("the program is built")
        .current_dir(folder.path())
        .arg("--explain-score")
        .output()
        .expect("it runs");
    let said = String::from_utf8(output.stdout).expect("a report is UTF-8");
    let printed = printed.expect("the page prints what the program says");
    if std::env::var_os("UPDATE_README").is_some() {
        let new = example.replacen(
            &format!("says:\n\n```text\n{printed}"),
            &format!("says:\n\n```text\n{}", said.trim_end()),
            1,
        );
        std::fs::write(&path, format!("{before}\n## An example\n{new}")).expect("it can be written");
    } else {
        assert_eq!(printed, said.trim_end());
    }
    for stated in ["score is 37", "that is 88"] {
        assert!(example.contains(stated));
    }
    let score = |sum: f64, low: f64, high: f64| (low + (high - low) * (-sum / 60.0).exp()).floor();
    let points =
        |weight: f64, places: f64, programs: f64| weight * (1.0 + places.ln() + (1.0 + programs).ln() / 2.0);
    let address = points(2.0 * 0.3, 1.0, 2.0);
    let sum = points(5.0, 1.0, 2.0) + points(5.0, 1.0, 1.0) + address;
    assert_eq!((score(sum, 0.0, 49.0), score(address, 70.0, 89.0)), (37.0, 88.0));
    assert!(said.starts_with("NOT READY 37/100\n"), "{said}");
}
