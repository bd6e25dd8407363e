//! Every rule over every bundled system: one snapshot for each, so that a new rule's false positives
//! show in its first diff, and the planted defects of `EXPECTED.tsv`, no more and no less.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects by panicking"
)]

use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Path, line and rule of a planted defect.
type Place = (String, u64, String);

#[test]
fn every_rule_over_every_system() {
    for folder in fixtures() {
        insta::assert_snapshot!(name(&folder), overview(&audit(&folder)));
    }
}

#[test]
fn planted_defects_are_found_and_nothing_else() {
    let mut differences = String::new();
    let mut compared = 0;
    for folder in fixtures() {
        let list = folder.join("EXPECTED.tsv");
        if list.is_file() {
            compared += 1;
            let text = fs::read_to_string(&list).expect("EXPECTED.tsv can be read");
            let expected = expected(&text).unwrap_or_else(|error| panic!("{}: {error}", list.display()));
            for difference in compare(&expected, &found(&audit(&folder))) {
                let _ = writeln!(differences, "{}: {difference}", name(&folder));
            }
        }
    }
    assert!(compared > 0, "no system has an EXPECTED.tsv");
    assert!(differences.is_empty(), "\n{differences}");
}

#[test]
fn a_mended_system_is_ready() {
    let mended: Vec<PathBuf> = fixtures()
        .into_iter()
        .filter(|folder| name(folder).ends_with("_ready"))
        .collect();
    assert!(!mended.is_empty(), "there is no mended system");
    for folder in mended {
        let report = audit(&folder);
        assert_eq!(found(&report), BTreeSet::new(), "{}", name(&folder));
        assert_eq!(report["readiness"]["verdict"], "READY", "{}", name(&folder));
    }
}

#[test]
fn every_output_is_as_it_was() {
    for folder in fixtures() {
        let name = name(&folder);
        for (form, arguments) in [
            ("terminal", &["--color", "never"][..]),
            ("score", &["--score"]),
            ("json", &["--format", "json"]),
            ("markdown", &["--format", "markdown"]),
        ] {
            // The path is typed relative to the package, so that no report names a machine's folder.
            let output = run(Path::new("fixtures").join(&name).as_path(), arguments);
            let text = String::from_utf8(output.stdout).expect("a report is UTF-8");
            insta::assert_snapshot!(format!("{name}_{form}"), text);
        }
    }
}

#[test]
fn every_map_is_as_it_was() {
    for name in ["rec_trading", "rec_trading_ready"] {
        for form in ["table", "json", "dot", "mermaid"] {
            let ran = Command::new(env!("CARGO_BIN_EXE_audit"))
                .args(["map", &format!("fixtures/{name}"), "--format", form])
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .output()
                .expect("the program can be run");
            assert!(ran.status.success());
            let text = String::from_utf8(ran.stdout).expect("a map is UTF-8");
            insta::assert_snapshot!(format!("{name}_map_{form}"), text);
        }
    }
}

#[test]
fn real_reports_follow_the_schema() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/report.v1.schema.json");
    let schema = fs::read_to_string(schema).expect("the schema can be read");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    for folder in fixtures() {
        let report = audit(&folder);
        let complaints: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(complaints.is_empty(), "{}: {complaints:#?}", name(&folder));
    }
}

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let entries = fs::read_dir(&root).expect("the folder fixtures/ is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let mut folders: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "there is no system below fixtures/");
    folders
}

fn name(folder: &Path) -> String {
    folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// What the program prints on a folder.
fn run(folder: &Path, arguments: &[&str]) -> std::process::Output {
    assert_cmd::Command::cargo_bin("audit")
        .expect("the program is built")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("CLICOLOR_FORCE")
        .env_remove("FORCE_COLOR")
        .args(arguments)
        .arg(folder)
        .output()
        .expect("the program runs")
}

/// The program's own report on a folder.
fn audit(folder: &Path) -> Value {
    let output = run(folder, &["--format", "json"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let trouble = String::from_utf8_lossy(&output.stderr);
        panic!("{}: {error}: {}: {trouble}", folder.display(), output.status)
    })
}

fn findings(report: &Value) -> &[Value] {
    report["findings"].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("the report has a text here")
}

fn line(finding: &Value) -> u64 {
    finding["range"]["start"]["line"]
        .as_u64()
        .expect("a finding has a line")
}

/// One line for each finding, and the verdict below them.
fn overview(report: &Value) -> String {
    let mut overview = String::new();
    for finding in findings(report) {
        let [path, rule, severity, message] =
            ["path", "rule", "severity", "message"].map(|key| text(&finding[key]));
        let _ = writeln!(overview, "{path}:{} {rule} {severity} {message}", line(finding));
    }
    let readiness = &report["readiness"];
    let causes = &readiness["causes"];
    let programs = &readiness["programs"];
    let _ = write!(
        overview,
        "{} {} · causes: {} blocker, {} major, {} minor · {} of {} programs start",
        text(&readiness["verdict"]),
        readiness["score"],
        causes["blocker"],
        causes["major"],
        causes["minor"],
        programs["starting"],
        programs["total"]
    );
    overview
}

/// The places of the findings above info.
fn found(report: &Value) -> BTreeSet<Place> {
    findings(report)
        .iter()
        .filter(|finding| finding["severity"] != "info")
        .map(|finding| {
            (
                text(&finding["path"]).to_owned(),
                line(finding),
                text(&finding["rule"]).to_owned(),
            )
        })
        .collect()
}

/// The rows of an `EXPECTED.tsv`: path, line, rule, why. `#` begins a comment, and a first row that
/// names the columns may stand above.
fn expected(list: &str) -> Result<BTreeSet<Place>, String> {
    let mut places = BTreeSet::new();
    for (number, row) in (1..).zip(list.lines()) {
        if row.is_empty() || row.starts_with('#') || row.starts_with("path\tline\t") {
            continue;
        }
        let columns: Vec<&str> = row.split('\t').collect();
        let [path, line, rule, why] = columns[..] else {
            return Err(format!("row {number} has {} columns, not 4", columns.len()));
        };
        let line = line
            .parse()
            .map_err(|_| format!("row {number}: {line} is no line"))?;
        if why.is_empty() {
            return Err(format!("row {number} does not say why"));
        }
        places.insert((path.to_owned(), line, rule.to_owned()));
    }
    Ok(places)
}

fn compare(expected: &BTreeSet<Place>, found: &BTreeSet<Place>) -> Vec<String> {
    let row = |what: &str, (path, line, rule): &Place| format!("{what} {path}:{line} {rule}");
    let missing = expected.difference(found).map(|place| row("missing   ", place));
    let unexpected = found.difference(expected).map(|place| row("unexpected", place));
    missing.chain(unexpected).collect()
}

/// The tests above must be able to fail.
#[test]
fn differences_are_told_apart() {
    let report = serde_json::json!({
        "readiness": {
            "verdict": "NOT READY", "score": 12, "causes": {"blocker": 1, "major": 0, "minor": 0},
            "programs": {"total": 2, "starting": 1},
        },
        "findings": [
            {"path": "a.py", "rule": "x", "severity": "blocker", "message": "m", "range": {"start": {"line": 3}}},
            {"path": "b.py", "rule": "x", "severity": "info", "message": "m", "range": {"start": {"line": 4}}},
        ],
    });
    let expected = expected("path\tline\trule\twhy\n# first\na.py\t2\tx\tplanted\n").expect("it can be read");
    assert_eq!(
        compare(&expected, &found(&report)),
        ["missing    a.py:2 x", "unexpected a.py:3 x"]
    );
    assert_eq!(
        overview(&report),
        "a.py:3 x blocker m\nb.py:4 x info m\n\
         NOT READY 12 · causes: 1 blocker, 0 major, 0 minor · 1 of 2 programs start"
    );
    assert!(self::expected("a.py\t2\tx\n").is_err());
}
