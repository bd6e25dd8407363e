//! The program, run as a person would run it.

#![allow(clippy::unwrap_used, reason = "tests say what they expect by panicking")]

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
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn run_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = Command::cargo_bin("audit").unwrap();
    command.current_dir(folder).args(arguments).env_clear();
    command.envs(variables.iter().copied());
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run(folder: &TempDir, arguments: &[&str]) -> Ran {
    run_with(folder.path(), arguments, &[])
}

const PROGRAM: &str = "[[program]]\nname = \"feed\"\ncommand = \"python3 feed.py\"\n";

fn clean() -> TempDir {
    tree(&[("feed.py", "print('ready')\n"), ("audit.toml", PROGRAM)])
}

#[test]
fn a_clean_tree_is_ready() {
    let ran = run(&clean(), &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(ran.stdout, @r"
    READY 100/100 · 1 of 1 program starts on ubuntu-22.04 with Python 3.10

    Programs
      feed  audit.toml:2  starts

    Summary
      no findings
      2 files scanned, 0 skipped
    ");
    let ran = run(&clean(), &["--score"]);
    assert_eq!(
        ran.stdout,
        "READY 100/100 · 1 of 1 program starts · no findings\n"
    );
}

#[test]
fn nothing_to_judge_is_not_assessed() {
    for (folder, says) in [
        (tree(&[]), "there is no file to judge"),
        (tree(&[("feed.py", "x = 1\n")]), "no program was found"),
        (tree(&[("run.sh", "true\n")]), "there is no Python file to judge"),
    ] {
        let ran = run(&folder, &["--score", "."]);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(ran.stdout.starts_with("NOT ASSESSED · "), "{}", ran.stdout);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
}

#[test]
fn a_path_that_does_not_exist_is_not_assessed_and_still_a_document() {
    let ran = run(&clean(), &["nowhere", "--format", "json"]);
    assert_eq!(ran.code, 3);
    assert_eq!(
        ran.stderr,
        "audit: nowhere: not assessed: there is no such folder\n"
    );
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["readiness"]["verdict"], "NOT ASSESSED");
    assert_eq!(document["readiness"]["score"], serde_json::Value::Null);
    conforms(&document);
}

fn conforms(document: &serde_json::Value) {
    let schema = serde_json::from_str(include_str!("../schema/report.v1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(document)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn wrong_usage_is_told_in_one_sentence() {
    let folder = clean();
    for (arguments, says) in [
        (vec!["feed.py"], "is a file; audit looks at whole trees"),
        (
            vec!["--select", "no-such-rule-at-all"],
            "there is no rule `no-such-rule-at-all`",
        ),
        (vec!["--target", "ubuntu-7"], "there is no target `ubuntu-7`"),
        (vec!["--python", "2.7"], "no version of Python 3"),
        (vec!["--min-score", "101"], "101"),
        (vec!["--exclude", "a["], "`a[` is no pattern of paths"),
        (
            vec!["--config", "gone.toml"],
            "gone.toml: the file of settings cannot be read",
        ),
        (vec!["explain", "no-such-rule-at-all"], "there is no rule"),
    ] {
        let ran = run(&folder, &arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert_eq!(ran.stdout, "", "{arguments:?}");
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
}

#[test]
fn a_broken_file_of_settings_names_its_line() {
    let folder = tree(&[("feed.py", ""), ("audit.toml", "user = 'x'\nexlude = ['old']\n")]);
    let ran = run(&folder, &[]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "audit: audit.toml:2: there is no setting `exlude`; did you mean `exclude`?\n"
    );
    assert_eq!(run(&folder, &["--no-config"]).code, 3);
}

#[test]
fn settings_come_from_pyproject_and_the_command_line_wins() {
    let folder = tree(&[
        ("feed.py", ""),
        (
            "pyproject.toml",
            "[tool.audit]\ntarget = \"debian-12\"\n[[tool.audit.program]]\nname = \"feed\"\ncommand = \"python3 feed.py\"\n",
        ),
    ]);
    let os = |arguments: &[&str]| {
        let ran = run(&folder, arguments);
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        conforms(&document);
        format!("{} {}", document["target"]["os"], document["target"]["python"])
    };
    assert_eq!(os(&["--format", "json"]), "\"debian-12\" \"3.11\"");
    let typed = ["--format", "json", "--target", "ubuntu-24.04", "--python", "3.13"];
    assert_eq!(os(&typed), "\"ubuntu-24.04\" \"3.13\"");
}

#[test]
fn a_comment_that_names_no_rule_is_told() {
    let source = "x = 1  # audit: ignore[no-such-rule] because\n";
    let folder = tree(&[("feed.py", source), ("audit.toml", PROGRAM)]);
    let ran = run(&folder, &["--format", "json"]);
    assert!(
        ran.stderr
            .starts_with("audit: feed.py:1: there is no rule `no-such-rule`"),
        "{}",
        ran.stderr
    );
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["notices"][0]["kind"], "unknown-rule");
    conforms(&document);
    assert_eq!(run(&folder, &["--quiet"]).stderr, "");
}

#[test]
fn colours_follow_the_environment_and_the_option() {
    let folder = clean();
    let has_colour = |arguments: &[&str], variables: &[(&str, &str)]| {
        run_with(folder.path(), arguments, variables)
            .stdout
            .contains('\u{1b}')
    };
    assert!(!has_colour(&[], &[]));
    assert!(has_colour(&[], &[("FORCE_COLOR", "1")]));
    assert!(has_colour(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!has_colour(&[], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(has_colour(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!has_colour(&["--color", "never"], &[("FORCE_COLOR", "1")]));
}

#[test]
fn the_number_of_threads_does_not_show() {
    let files: Vec<(String, String)> = (0..60)
        .map(|number| {
            let text = format!("import missing_{}\nHOST = '10.0.0.{number}'\n", number % 7);
            (format!("part{}/m{number}.py", number % 5), text)
        })
        .collect();
    let mut all: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    all.push(("audit.toml", PROGRAM));
    let folder = tree(&all);
    for format in ["json", "terminal"] {
        let one = run(&folder, &["--format", format, "--threads", "1"]);
        let many = run(&folder, &["--format", format, "--threads", "8"]);
        assert_eq!(one.stdout, many.stdout);
        assert!(one.stdout.len() > 100);
    }
}

#[test]
fn the_report_goes_where_it_was_told_to() {
    let folder = clean();
    let ran = run(&folder, &["--score", "--output", "report.txt"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    let written = fs::read_to_string(folder.path().join("report.txt")).unwrap();
    assert!(written.starts_with("READY "), "{written}");
    assert_eq!(run(&folder, &["--output", "no/such/folder"]).code, 2);
}

#[test]
fn help_tells_the_exit_status() {
    let ran = run(&clean(), &["--help"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.stdout.contains("3  nothing could be assessed"),
        "{}",
        ran.stdout
    );
    let ran = run(&clean(), &["--version"]);
    assert_eq!(ran.stdout, format!("audit {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(run(&clean(), &["rules", "--format", "json"]).code, 0);
}

#[test]
fn a_finding_fails_the_gate_and_says_so() {
    let folder = clean();
    fs::write(folder.path().join("feed.py"), b"x = '\xff'\n").unwrap();
    let ran = run(&folder, &["--fail-on", "info", "--format", "json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.stderr,
        "audit: the gate is not passed: 1 cause of info or worse, and --fail-on info allows none\n"
    );
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["findings"][0]["rule"], "unreadable-file");
    conforms(&document);
    assert_eq!(run(&folder, &["--fail-on", "never"]).code, 0);
    assert_eq!(
        run(&folder, &["--fail-on", "never", "--min-score", "100"]).code,
        1
    );
    let near = run(&folder, &["--select", "unreadable-fil"]);
    assert!(
        near.stderr.contains("did you mean `unreadable-file`?"),
        "{}",
        near.stderr
    );
}

/// A module that a pattern of `.gitignore` covers reaches the server when it was committed by force, which the index
/// of git tells.
#[test]
fn what_git_ignores_and_has_all_the_same_reaches_the_server() {
    let folder = tree(&[
        (".gitignore", "auth*\n"),
        ("auth.py", "KEY = 1\n"),
        ("main.py", "from auth import KEY\n"),
        ("supervisord.conf", "[program:desk]\ncommand=python3 main.py\n"),
    ]);
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        let done = command
            .current_dir(folder.path())
            .args(arguments)
            .output()
            .unwrap();
        assert!(done.status.success(), "git {arguments:?}: {done:?}");
    };
    let told = || {
        let ran = run(&folder, &["--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().clone().into_iter();
        let of_rule = findings.filter(|finding| finding["rule"] == "ignored-module");
        let confidence = of_rule.map(|finding| finding["confidence"].as_str().unwrap().to_owned());
        confidence.collect::<Vec<_>>()
    };
    assert_eq!(told(), ["likely"]);
    git(&["init", "-q"]);
    git(&["add", "."]);
    assert_eq!(told(), ["certain"]);
    git(&["add", "--force", "auth.py"]);
    assert_eq!(told(), [""; 0]);
}
