//! The settings: the program, their JSON Schema and docs/configuration.md say the same.

#![allow(clippy::unwrap_used, reason = "tests say what they expect by panicking")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(&file("schema/audit.schema.json")).unwrap()
}

/// What the program says to these settings, nothing where it takes them.
fn complaint(settings: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("app")).unwrap();
    fs::create_dir(folder.path().join("shared")).unwrap();
    fs::write(folder.path().join("shared/audit.toml"), "user = 'desk'\n").unwrap();
    fs::write(folder.path().join("app/audit.toml"), settings).unwrap();
    fs::write(
        folder.path().join("app/audit-baseline.json"),
        "{\"version\": 1, \"findings\": []}",
    )
    .unwrap();
    let output = assert_cmd::Command::cargo_bin("audit")
        .unwrap()
        .current_dir(folder.path())
        .args(["app", "--score"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code() == Some(2)).then_some(said)
}

fn is_valid(settings: &str) -> bool {
    let table: toml::Table = settings.parse().unwrap();
    let value = serde_json::to_value(table).unwrap();
    jsonschema::validator_for(&schema()).unwrap().is_valid(&value)
}

/// The blocks of a page in this language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let opening = format!("\n```{language}\n");
    let parts = page.split(opening.as_str()).skip(1);
    parts
        .map(|part| part.split("\n```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_documented_key_is_in_the_schema_and_in_the_program() {
    let page = file("docs/configuration.md");
    let documented: BTreeSet<String> = page
        .lines()
        .filter_map(|line| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned()))
        .collect();
    let schema = schema();
    let described: BTreeSet<String> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(documented, described);
    // The program lists its keys when it knows none that is like the unknown one.
    let said = complaint("zzzzzz = 1\n").unwrap();
    let listed = said.split("known are ").nth(1).unwrap().trim();
    let known: BTreeSet<String> = listed.split(", ").map(str::to_owned).collect();
    assert_eq!(known, described);
    let example = &blocks(&page, "toml")[0];
    let used: toml::Table = example.parse().unwrap();
    assert_eq!(used.keys().cloned().collect::<BTreeSet<_>>(), described);
}

#[test]
fn the_examples_of_the_pages_are_taken() {
    for page in ["docs/configuration.md", "README.md"] {
        let text = file(page);
        let section = text.split("\n## Configure\n").last().unwrap();
        for example in blocks(section, "toml") {
            assert_eq!(complaint(&example), None, "{page}");
            assert!(is_valid(&example), "{page}: {example}");
        }
    }
}

#[test]
fn the_schema_and_the_program_refuse_the_same() {
    for wrong in [
        "usr = 'x'",
        "target = 'ubuntu-7'",
        "python = '2.7'",
        "python = 3.10",
        "fail-on = 'worst'",
        "min-score = 101",
        "max-new = -1",
        "select = 'ports'",
        "exclude = [1]",
        "baseline = 1",
        "extends = 1",
        "[severity]\nhardcoded-ip = 'bad'",
        "[per-file-ignores]\n'a' = 'ports'",
        "[[program]]\nname = 'x'",
        "[[program]]\nname = 'x'\ncommand = 'y'\nuser = 'z'",
    ] {
        assert!(complaint(wrong).is_some() && !is_valid(wrong), "{wrong}");
    }
    for right in [
        "min-score = 0",
        "fail-on = 'never'",
        "extends = ['../shared/audit.toml']",
    ] {
        assert!(complaint(right).is_none() && is_valid(right), "{right}");
    }
}

/// The releases of the schema are those that the program knows.
#[test]
fn the_schema_names_every_release() {
    let said = complaint("target = 'zzzzzz'").unwrap();
    let listed = said.split("known are ").nth(1).unwrap().trim();
    let known: BTreeSet<&str> = listed.split(", ").collect();
    let schema = schema();
    let named = schema["properties"]["target"]["enum"].as_array().unwrap().iter();
    assert_eq!(
        named.map(|name| name.as_str().unwrap()).collect::<BTreeSet<_>>(),
        known
    );
}
