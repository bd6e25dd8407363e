//! SARIF as its official schema and GitHub want it.

#![allow(clippy::expect_used, reason = "a test says what it expects by panicking")]

mod told;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use told::{PROGRAM, SYSTEM, faults, hostile, json_of, list, number, run_in, schema, text, tree};

#[test]
fn sarif_follows_the_official_schema() {
    let hostile = hostile();
    for folder in [Path::new(SYSTEM), hostile.path()] {
        let log = json_of(folder, &["--format", "sarif", "--verbose"]);
        let schema = schema("tests/schemas/sarif-2.1.0.json");
        assert_eq!(faults(&schema, &log), [""; 0]);
        let run = &log["runs"][0];
        let results = list(&run["results"]);
        assert!(!results.is_empty());
        let ids: BTreeSet<String> = results
            .iter()
            .map(|result| result["partialFingerprints"].to_string())
            .collect();
        assert_eq!(ids.len(), results.len(), "a fingerprint stands twice");
        for result in results {
            let rule = &run["tool"]["driver"]["rules"][number(&result["ruleIndex"])];
            assert_eq!(rule["id"], result["ruleId"]);
            let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            let uri = text(&artifact["uri"]);
            let is_relative = !uri.starts_with('/') && !uri.contains(':') && uri.is_ascii();
            assert!(is_relative, "{uri}");
        }
        for rule in list(&run["tool"]["driver"]["rules"]) {
            assert!(text(&rule["help"]["markdown"]).contains("## What it finds"));
            assert!(!text(&rule["help"]["markdown"]).contains("## Examples"));
        }
    }
}

#[test]
fn sarif_tells_the_way_to_a_failed_import() {
    let log = json_of(Path::new(SYSTEM), &["--format", "sarif"]);
    let flows: Vec<&Value> = list(&log["runs"][0]["results"])
        .iter()
        .filter(|result| result["ruleId"] == "broken-import")
        .flat_map(|result| list(&result["codeFlows"]))
        .collect();
    assert!(!flows.is_empty());
    for flow in flows {
        let steps = list(&flow["threadFlows"][0]["locations"]);
        assert!(steps.len() >= 2, "{steps:?}");
        assert!(text(&steps[0]["location"]["message"]["text"]).ends_with("starts here"));
    }
}

/// The mends of a log, applied to the files of a folder from the last place on; gives the files.
fn mended(folder: &Path, log: &Value) -> BTreeSet<String> {
    // By file and place: many findings share one mend.
    let mut edits: BTreeMap<(String, [usize; 4]), String> = BTreeMap::new();
    let results = list(&log["runs"][0]["results"]).iter();
    for fix in results.flat_map(|result| list(&result["fixes"])) {
        assert!(!text(&fix["description"]["text"]).is_empty());
        for change in list(&fix["artifactChanges"]) {
            let path = text(&change["artifactLocation"]["uri"]);
            for replacement in list(&change["replacements"]) {
                let region = &replacement["deletedRegion"];
                let keys = ["startLine", "startColumn", "endLine", "endColumn"];
                let place = keys.map(|key| number(&region[key]));
                let new = text(&replacement["insertedContent"]["text"]);
                edits.insert((path.to_owned(), place), new.to_owned());
            }
        }
    }
    for ((path, [line, column, end_line, end_column]), new) in edits.iter().rev() {
        let file = folder.join(path);
        let old = fs::read_to_string(&file).expect("a text");
        let offset = |line: usize, column: usize| {
            let start: usize = old.split_inclusive('\n').take(line - 1).map(str::len).sum();
            let inside = old[start..].char_indices().nth(column - 1);
            inside.map_or(old.len(), |(at, _)| start + at)
        };
        let (from, to) = (offset(*line, *column), offset(*end_line, *end_column));
        fs::write(&file, format!("{}{new}{}", &old[..from], &old[to..])).expect("a file");
    }
    edits.into_keys().map(|(path, _)| path).collect()
}

#[test]
fn the_mends_of_the_log_mend_what_they_are_for() {
    let folder = tree(&[
        (
            "supervisord.conf",
            "[supervisord]\n[program:feed]\ncommand=python3 feed.py\nenvironment=PATH=\"venv/bin\"\n",
        ),
        (
            "feed.py",
            "import subprocess\nimport ccxt\nimport numpy\nsubprocess.run(['/opt/homebrew/bin/supervisorctl', 'status'])\n\
             subprocess.run(['lsof', '-v'])\n",
        ),
        ("requirements.txt", "# What it needs\nnumpy==2.3.1\n"),
        ("tools/ask", "#!/usr/bin/env python3 -u\nprint('é')\n"),
        (
            "deploy.sh",
            "#!/bin/bash\nset -e\nchmod +x tools/ask\n./tools/ask\n",
        ),
    ]);
    let log = json_of(folder.path(), &["--format", "sarif"]);
    assert_eq!(faults(&schema("tests/schemas/sarif-2.1.0.json"), &log), [""; 0]);
    let rules = |log: &Value| -> BTreeSet<String> {
        let results = list(&log["runs"][0]["results"]).iter();
        results.map(|result| text(&result["ruleId"]).to_owned()).collect()
    };
    let before = rules(&log);
    let of_mends = [
        "macos-path",
        "missing-requirement",
        "replaced-path",
        "uninstallable-requirement",
        "wrong-shebang",
    ];
    for rule in of_mends {
        assert!(before.contains(rule), "{rule} is not in {before:?}");
    }
    let paths = mended(folder.path(), &log);
    assert_eq!(paths.len(), 4, "{paths:?}");
    let after = rules(&json_of(folder.path(), &["--format", "sarif"]));
    for rule in of_mends {
        assert!(!after.contains(rule), "{rule} is still in {after:?}");
    }
    let requirements = fs::read_to_string(folder.path().join("requirements.txt")).expect("a text");
    assert_eq!(requirements, "# What it needs\nccxt\nnumpy==2.2.6\n");
}

#[test]
fn a_baseline_tells_what_is_new_unchanged_and_gone() {
    let folder = tree(&[
        ("audit.toml", PROGRAM),
        ("requirements.txt", "requests==2.32.3\n"),
        ("feed.py", "import ccxt\nimport psycopg2\n"),
    ]);
    run_in(folder.path(), &["baseline", "--quiet"]);
    fs::write(folder.path().join("feed.py"), "import bcrypt\nimport ccxt\n").expect("a file");
    let log = json_of(
        folder.path(),
        &["--format", "sarif", "--baseline", "audit-baseline.json"],
    );
    assert_eq!(faults(&schema("tests/schemas/sarif-2.1.0.json"), &log), [""; 0]);
    let states: BTreeSet<(String, String)> = list(&log["runs"][0]["results"])
        .iter()
        .map(|result| {
            let message = text(&result["message"]["text"]);
            let known = ["bcrypt", "ccxt", "psycopg2"];
            let about = known.into_iter().find(|name| message.contains(name));
            (
                text(&result["baselineState"]).to_owned(),
                about.unwrap_or("").to_owned(),
            )
        })
        .collect();
    let wanted = [("absent", "psycopg2"), ("new", "bcrypt"), ("unchanged", "ccxt")];
    assert_eq!(
        states,
        wanted
            .map(|(state, name)| (state.to_owned(), name.to_owned()))
            .into()
    );
    let plain = json_of(folder.path(), &["--format", "sarif"]);
    for result in list(&plain["runs"][0]["results"]) {
        assert!(result["baselineState"].is_null());
    }
}
