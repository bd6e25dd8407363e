//! `audit history` on a small repository that git makes.

#![allow(clippy::expect_used, reason = "a test says what it expects by panicking")]

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const CONFIG: &str = "[supervisord]\n[program:feed]\ncommand=python3 feed.py\ndirectory=/opt/app\n";

/// Three commits: it starts, it does not, it starts again; and a change that is not committed.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    git(folder.path(), &["init", "--quiet"]);
    let commit = |said: &str, feed: &str| {
        fs::write(folder.path().join("feed.py"), feed).expect("a file");
        fs::write(folder.path().join("supervisord.conf"), CONFIG).expect("a file");
        git(folder.path(), &["add", "-A"]);
        git(folder.path(), &["commit", "--quiet", "--message", said]);
    };
    commit("First", "print('ready')\n");
    commit("Break <it>", "import feed_settings\nprint(feed_settings)\n");
    commit("Mend it", "import json\nprint(json)\n");
    fs::write(folder.path().join("feed.py"), "import never_committed\n").expect("a file");
    folder
}

#[test]
fn each_commit_is_audited_as_it_was() {
    let folder = repository();
    let output = audit(folder.path(), &["--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let history: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let commits = history["commits"].as_array().expect("a list");
    let of = |key: &str| {
        commits
            .iter()
            .map(|commit| commit[key].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("subject"), ["First", "Break <it>", "Mend it"]);
    assert_eq!(of("fell"), [false, true, false]);
    assert_eq!(of("programs_starting"), [1, 0, 1]);
    assert_eq!(of("verdict")[1], "AT RISK");
    let came = &commits[1]["came"][0];
    assert_eq!(came["severity"], "blocker");
    assert!(came["message"].to_string().contains("feed_settings"), "{came}");
    // The newest alone is what an audit of a clean copy says.
    let copy = tempfile::tempdir().expect("a folder");
    git(
        folder.path(),
        &["clone", "--quiet", ".", copy.path().to_str().expect("a name")],
    );
    let report = Command::new(env!("CARGO_BIN_EXE_audit"))
        .current_dir(copy.path())
        .args(["--format", "json"])
        .output()
        .expect("it runs");
    let report: Value = serde_json::from_slice(&report.stdout).expect("JSON");
    assert_eq!(report["readiness"]["score"], commits[2]["score"]);
    assert_eq!(report["readiness"]["verdict"], commits[2]["verdict"]);
}

#[test]
fn the_number_of_commits_the_form_and_the_file_are_chosen() {
    let folder = repository();
    let page = folder.path().join("history.html");
    let name = page.to_str().expect("a name");
    let output = audit(
        folder.path(),
        &["--last", "2", "--format", "html", "--output", name],
    );
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    let page = fs::read_to_string(page).expect("a page");
    assert!(page.contains("2 commits") && page.contains("Break &lt;it&gt;") && !page.contains("<it>"));
    let output = audit(folder.path(), &["--last", "3"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("came: blocker") && !text.contains('\u{1b}'),
        "{text}"
    );
}

#[test]
fn a_folder_of_the_repository_has_a_history_of_its_own() {
    let folder = repository();
    let inner = folder.path().join("app");
    fs::create_dir(&inner).expect("a folder");
    fs::write(inner.join("app.py"), "print(1)\n").expect("a file");
    git(folder.path(), &["add", "app"]);
    git(folder.path(), &["commit", "--quiet", "--message", "An app"]);
    let output = audit(&inner, &["--format", "json", "--last", "1"]);
    let history: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(history["commits"][0]["verdict"], "NOT ASSESSED");
}

#[test]
fn where_there_is_no_history_words_say_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = audit(folder.path(), &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("only in a git repository"), "{said}");
}

fn audit(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_audit"));
    command.current_dir(folder).arg("history").args(arguments);
    command.output().expect("it runs")
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(folder)
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{output:?}");
}
