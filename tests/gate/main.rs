//! The gate and what one lives with: baselines, changes since a revision, a first file of settings.

#![allow(clippy::unwrap_used, reason = "tests say what they expect by panicking")]

mod changed;

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// What a run gave.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn run(folder: &TempDir, arguments: &[&str]) -> Ran {
    let mut command = Command::cargo_bin("audit").unwrap();
    command
        .current_dir(folder.path())
        .args(arguments)
        .env_remove("FORCE_COLOR");
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn json(folder: &TempDir, arguments: &[&str]) -> serde_json::Value {
    let ran = run(folder, &[&["--format", "json"], arguments].concat());
    let document = serde_json::from_str(&ran.stdout).unwrap();
    let schema = serde_json::from_str(include_str!("../../schema/report.v1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    document
}

const PROGRAM: &str = "[[program]]\nname = \"feed\"\ncommand = \"python3 feed.py\"\n";

/// A system with two blockers: two modules that nothing installs.
fn broken() -> TempDir {
    tree(&[
        ("audit.toml", PROGRAM),
        ("requirements.txt", "requests==2.32.3\n"),
        ("feed.py", "import requests\nimport ccxt\nimport psycopg2\n"),
    ])
}

#[test]
fn the_gate_says_what_failed_and_by_how_much() {
    let folder = broken();
    let ran = run(&folder, &["--score"]);
    insta::assert_snapshot!(ran.stdout, @r##"NOT READY 39/100 · 0 of 1 program starts · 2 blockers · 4–20 min to mend"##);
    insta::assert_snapshot!(ran.stderr, @r##"audit: the gate is not passed: 2 blockers, and --fail-on blocker allows none"##);
    assert_eq!(ran.code, 1);
    run(&folder, &["baseline", "--quiet"]);
    write(
        folder.path(),
        "feed.py",
        "import requests\nimport ccxt\nimport psycopg2\nimport bcrypt\n",
    );
    let gate = [
        "--score",
        "--baseline",
        "audit-baseline.json",
        "--max-new",
        "0",
        "--min-score",
        "80",
    ];
    let ran = run(&folder, &gate);
    insta::assert_snapshot!(ran.stdout, @r##"NOT READY 34/100 · 0 of 1 program starts · 3 blockers · 6–30 min to mend · 1 new finding"##);
    insta::assert_snapshot!(ran.stderr, @r##"audit: the gate is not passed: 1 new blocker, and --fail-on blocker allows none; score 34, 46 under the 80 that --min-score asks for; 1 new finding, 1 more than --max-new allows"##);
    let never = [&gate[..4], &["1", "--fail-on", "never"]].concat();
    assert_eq!(run(&folder, &never).code, 0);
    let ran = run(&folder, &["--max-new", "1"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("give --baseline FILE too"), "{}", ran.stderr);
}

#[test]
fn a_baseline_changes_the_gate_and_never_the_score() {
    let folder = broken();
    let before = json(&folder, &[]);
    let ran = run(&folder, &["baseline"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert_eq!(
        ran.stderr,
        "audit: audit-baseline.json: 2 findings known from now on\n"
    );
    insta::assert_snapshot!(fs::read_to_string(folder.path().join("audit-baseline.json")).unwrap(), @r##"
    {
      "version": 1,
      "findings": [
        {"path":"feed.py","rule":"missing-requirement","subject":"ccxt","text":"1678177e","severity":"blocker","count":1},
        {"path":"feed.py","rule":"missing-requirement","subject":"psycopg2-binary","text":"1ab2e0fe","severity":"blocker","count":1}
      ]
    }
    "##);
    write(
        folder.path(),
        "audit.toml",
        &format!("baseline = 'audit-baseline.json'\n{PROGRAM}"),
    );
    let after = json(&folder, &[]);
    assert_eq!(after["readiness"], before["readiness"]);
    assert_eq!(after["causes"], before["causes"]);
    assert_eq!(after["findings"], serde_json::json!([]));
    assert_eq!(after["baseline"], serde_json::json!({"known": 2, "stale": []}));
    let ran = run(&folder, &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(ran.stdout, @r##"
    NOT READY 39/100 · 0 of 1 program starts on ubuntu-22.04 with Python 3.10

    Programs
      feed  audit.toml:3  dies     `ccxt` is imported, and no requirements file
                                   declares it

    Summary
      2 blockers in 2 places · 4–20 min of editing to mend
      known to the baseline and not shown: 2 findings
      3 files scanned, 0 skipped
    "##);
}

#[test]
fn code_that_moves_is_not_new_and_what_is_gone_is_told() {
    let folder = broken();
    run(&folder, &["baseline", "--quiet"]);
    let with = ["--baseline", "audit-baseline.json", "--score"];
    write(
        folder.path(),
        "feed.py",
        "\"\"\"Prices.\"\"\"\n\nimport requests\n\n\nimport psycopg2\nif True:\n    import   ccxt\n",
    );
    let ran = run(&folder, &with);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    write(folder.path(), "feed.py", "import requests\nimport ccxt\n");
    let ran = run(&folder, &with);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.stderr, @r##"audit: audit-baseline.json: 1 entry no longer found; `audit baseline --prune` drops what is gone"##);
    let ran = run(&folder, &["baseline", "--prune"]);
    insta::assert_snapshot!(ran.stderr, @r##"audit: audit-baseline.json: 1 entry dropped, 1 kept"##);
    let kept = fs::read_to_string(folder.path().join("audit-baseline.json")).unwrap();
    assert!(kept.contains("ccxt") && !kept.contains("psycopg2"), "{kept}");
    // Pruning takes nothing up.
    write(
        folder.path(),
        "feed.py",
        "import requests\nimport ccxt\nimport bcrypt\n",
    );
    run(&folder, &["baseline", "--prune"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("audit-baseline.json")).unwrap(),
        kept
    );
    assert_eq!(run(&folder, &with).code, 1);
    let ran = run(&folder, &["--baseline", "gone.json"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("`audit baseline` writes one"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_baseline_holds_no_secret() {
    let folder = tree(&[
        ("audit.toml", PROGRAM),
        (
            "feed.py",
            "import psycopg2; psycopg2.connect(host='10.9.8.7', password='hunter2hunter2')\n",
        ),
    ]);
    run(&folder, &["baseline", "--quiet"]);
    let text = fs::read_to_string(folder.path().join("audit-baseline.json")).unwrap();
    assert!(
        text.contains("hardcoded-ip") && !text.contains("hunter2"),
        "{text}"
    );
}

#[test]
fn the_first_settings_are_what_the_tree_tells() {
    let folder = tree(&[
        ("deploy/setup.sh", "#!/bin/sh\n# For Ubuntu 24.04.\ntrue\n"),
        ("backend/feed.py", "print('ready')\n"),
        (
            "deploy/supervisord.conf",
            "[supervisord]\n\n[program:feed]\ncommand=python3 /srv/desk/backend/feed.py\n\
             directory=/srv/desk\nuser=desk\n",
        ),
    ]);
    let ran = run(&folder, &["init"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert_eq!(
        ran.stderr,
        "audit: audit.toml is written; read it over, then run `audit`\n"
    );
    insta::assert_snapshot!(fs::read_to_string(folder.path().join("audit.toml")).unwrap(), @r##"
    # Settings of audit. Every key may be left out; docs/configuration.md of audit has them all.

    # The release that the server runs: named in deploy/setup.sh:2.
    target = "ubuntu-24.04"

    # The server's Python, where it is not the release's own.
    # python = "3.12"

    # Where the tree will stand on the server: feed in deploy/supervisord.conf says so.
    root = "/srv/desk"

    # Whom the programs run as: feed in deploy/supervisord.conf says so.
    user = "desk"

    # What the gate lets through: with "blocker" everything but blockers. A score may be asked for, too.
    fail-on = "blocker"
    # min-score = 70

    # Findings that are known already; `audit baseline` writes the file.
    # baseline = "audit-baseline.json"

    # Files whose findings do not count, and rules that do not.
    # exclude = ["notebooks/**"]
    # ignore = []

    # Programs that were found (1):
    #   feed (supervisor, deploy/supervisord.conf)
    # What else the server starts is declared with [[program]]: name, command, directory.
    "##);
    let document = json(&folder, &[]);
    assert_eq!(document["target"]["os"], "ubuntu-24.04");
    assert_eq!(document["target"]["root"], "/srv/desk");
    assert_eq!(document["target"]["user"], "desk");
    let again = run(&folder, &["init"]);
    assert_eq!((again.code, again.stderr.contains("--force")), (2, true));
    assert_eq!(run(&folder, &["init", "--force"]).code, 0);
    // What it says is as good as what it was written from.
    assert_eq!(json(&folder, &[]), document);
}

#[test]
fn first_settings_of_every_bundled_system_are_understood() {
    for system in ["rec_trading", "rec_trading_ready"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures")
            .join(system);
        let folder = tempfile::tempdir().unwrap();
        let copied = std::process::Command::new("cp")
            .arg("-r")
            .arg(from.join("."))
            .arg(folder.path())
            .status();
        assert!(copied.unwrap().success());
        let ran = run(&folder, &["init", "--force"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let ran = run(&folder, &["--score"]);
        assert!(ran.code < 2, "{}", ran.stderr);
    }
    assert_eq!(run(&tree(&[]), &["init"]).code, 0);
    let configured = tree(&[("pyproject.toml", "[tool.audit]\nuser = 'x'\n")]);
    assert_eq!(run(&configured, &["init"]).code, 2);
    assert_eq!(run(&configured, &["init", "nowhere"]).code, 2);
}

#[test]
fn no_exclusion_turns_a_blocker_into_ready() {
    let conf = "[supervisord]\n\n[program:feed]\ncommand=python3 feed.py\n";
    let mac = "[supervisord]\n\n[program:feed]\ncommand=python3 feed.py\ndirectory=/Users/mireille/desk\n";
    let other = "[[program]]\nname = \"other\"\ncommand = \"python3 other.py\"\n";
    let systems: [&[(&str, &str)]; 5] = [
        &[("supervisord.conf", conf), ("feed.py", "import ccxt\n")],
        &[("supervisord.conf", mac), ("feed.py", "x = 1\n")],
        &[
            ("supervisord.conf", conf),
            ("feed.py", "import lib.prices\n"),
            ("lib/prices.py", "import ccxt\n"),
        ],
        &[
            ("supervisord.conf", conf),
            ("feed.py", "import numpy, scipy\n"),
            ("requirements.txt", "scipy==1.13.0\nnumpy==2.3.1\n"),
        ],
        &[
            ("Procfile", "feed: sh run.sh\n"),
            (
                "run.sh",
                "#!/bin/sh\nsource venv/bin/activate\nexec python3 feed.py\n",
            ),
            ("feed.py", "import ccxt\n"),
        ],
    ];
    for files in systems {
        let mut all = files.to_vec();
        all.extend([("other.py", "x = 1\n"), ("audit.toml", other)]);
        if !files.iter().any(|(path, _)| *path == "requirements.txt") {
            all.push(("requirements.txt", "requests==2.32.3\n"));
        }
        let folder = tree(&all);
        assert_eq!(
            json(&folder, &[])["readiness"]["verdict"],
            "NOT READY",
            "{files:?}"
        );
        for chosen in 1..(1_usize << files.len()) {
            let left_out = (0..files.len()).filter(|at| chosen & (1 << at) != 0);
            let arguments: Vec<&str> = left_out.flat_map(|at| ["--exclude", files[at].0]).collect();
            let verdict = json(&folder, &arguments)["readiness"]["verdict"].clone();
            assert_ne!(verdict, "READY", "{files:?} {arguments:?}");
            // Setting the words about it aside does not help either.
            let silent = [&arguments[..], &["--ignore", "settings"]].concat();
            assert_ne!(
                json(&folder, &silent)["readiness"]["verdict"],
                "READY",
                "{arguments:?}"
            );
        }
    }
}

#[test]
fn what_nobody_runs_can_be_left_out() {
    let folder = tree(&[
        ("audit.toml", &format!("exclude = ['notebooks/**']\n{PROGRAM}")),
        ("feed.py", "print('ready')\n"),
        ("notebooks/lab.py", "import not_there\nHOST = '10.1.2.3'\n"),
    ]);
    let document = json(&folder, &[]);
    assert_eq!(document["readiness"]["score"], 100);
    assert_eq!(found(&document), [""; 0]);
    // A module that a program imports is there, though nobody judges it.
    write(folder.path(), "feed.py", "import prices\n");
    write(folder.path(), "prices.py", "HOST = 'x'\n");
    let document = json(&folder, &["--exclude", "prices.py"]);
    assert_eq!(found(&document), ["prices.py excluded-program:prices.py"]);
    assert_eq!(document["readiness"]["verdict"], "READY WITH WARNINGS");
    assert_eq!(document["suppressed"]["excluded"], 1);
}

#[test]
fn clean_files_do_not_change_the_score() {
    let folder = broken();
    let before = json(&folder, &[])["readiness"].clone();
    for number in 0..40 {
        write(
            folder.path(),
            &format!("clean/m{number}.py"),
            "def add(a, b):\n    return a + b\n",
        );
        write(folder.path(), &format!("docs/n{number}.md"), "Nothing to see.\n");
    }
    assert_eq!(json(&folder, &[])["readiness"], before);
}

/// The rules and paths of the findings.
fn found(document: &serde_json::Value) -> Vec<String> {
    let findings = document["findings"].as_array().unwrap().iter();
    let mut found: Vec<String> = findings
        .map(|finding| format!("{} {}", finding["path"], finding["cause"]).replace('"', ""))
        .collect();
    found.sort();
    found
}
