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

/// What `notices` of a report say of its settings: kind, line and what is named.
fn idle(settings: &str, arguments: &[&str]) -> Vec<(String, u64)> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("audit.toml", settings),
        (
            "shared.toml",
            "exclude = [\"nowhere/**\"]\n[per-file-ignores]\n\"*.none\" = [\"network\"]\n",
        ),
        ("lab/feed.py", "HOST = connect(\"10.9.8.7\")\n"),
        ("requirements.txt", "requests==2.32.3\n"),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let output = assert_cmd::Command::cargo_bin("audit")
        .unwrap()
        .current_dir(folder.path())
        .args(["--format", "json"])
        .args(arguments)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let notices = report["notices"].as_array().unwrap().iter();
    notices
        .map(|notice| {
            let line = notice["range"]["start"]["line"].as_u64().unwrap();
            assert_eq!(notice["path"], "audit.toml");
            (notice["kind"].as_str().unwrap().to_owned(), line)
        })
        .collect()
}

#[test]
fn patterns_that_do_nothing_are_told_where_they_stand() {
    let settings = "extends = \"shared.toml\"\n\
                    exclude = [\n    \"old/**\",\n    \"requirements.txt\",\n]\n\
                    [per-file-ignores]\n\"lab/**\" = [\"hardcoded-ip\", \"macos-path\"]\n\"web\" = [\"network\"]\n";
    let told = idle(settings, &[]);
    let wanted = [("unused-exclude", 3), ("unused-ignore", 7), ("unused-ignore", 8)];
    let wanted = wanted.map(|(kind, line)| (kind.to_owned(), line));
    assert_eq!(told, wanted);
    // Of files that others share nothing is said, and nothing of what is typed.
    assert_eq!(idle("", &["--config", "shared.toml", "--exclude", "nothing"]), []);
    // A rule that is not selected still finds something: its pattern is of use to other runs.
    let settings = "[per-file-ignores]\n\"lab\" = [\"network\"]\n";
    assert_eq!(idle(settings, &["--select", "paths"]), []);
}
