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
    let history = told(&output);
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
    let history = told(&output);
    assert_eq!(history["commits"][0]["verdict"], "NOT ASSESSED");
}

/// Facts, texts and answers are shared by all commits: each has to come to what an audit of its own comes to.
#[test]
fn every_commit_is_what_an_audit_of_its_checkout_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    git(path, &["init", "--quiet"]);
    let files: [&[(&str, &str)]; 6] = [
        &[
            ("feed.py", "import os, requests\nKEY = os.environ['FEED_KEY']\n"),
            ("supervisord.conf", CONFIG),
            ("requirements.txt", "requests==2.32.3\n"),
        ],
        // The same content at another place, and a variable that only a text mentions.
        &[
            (
                "tools/feed.py",
                "import os, requests\nKEY = os.environ['FEED_KEY']\n",
            ),
            (".env", "FEED_KEY=1\nDESK=2\n"),
        ],
        &[("settings.js", "const desk = process.env['DESK'];\n")],
        // Line ends that git stores in another way, and a heredoc that writes a configuration.
        &[
            ("start.sh", "#!/bin/bash\r\necho\r\n"),
            (
                "deploy.sh",
                "cat > /etc/supervisor/conf.d/x.conf <<EOF\n[program:x]\ncommand=python3 gone.py\nEOF\n",
            ),
        ],
        &[(".gitattributes", "*.sh text eol=lf\n")],
        &[
            ("requirements.txt", "ccxt==4.0.0\n"),
            ("feed.py", "import ccxt\nfrom tools import feed\n"),
        ],
    ];
    for (number, files) in files.iter().enumerate() {
        for (name, text) in *files {
            let file = path.join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
        }
        git(path, &["add", "-A"]);
        git(path, &["commit", "--quiet", "--message", &number.to_string()]);
    }
    let history = told(&audit(path, &["--format", "json"]));
    let commits = history["commits"].as_array().expect("a list");
    assert_eq!(commits.len(), files.len());
    for commit in commits {
        let copy = tempfile::tempdir().expect("a folder");
        let to = copy.path().join("copy");
        let name = to.to_str().expect("a name");
        git(path, &["clone", "--quiet", "--no-checkout", ".", name]);
        git(
            &to,
            &[
                "checkout",
                "--quiet",
                commit["commit"].as_str().expect("a commit"),
            ],
        );
        let mut own = Command::new(env!("CARGO_BIN_EXE_audit"));
        let own = own.current_dir(&to).args(["--format", "json"]).output();
        let own: Value = serde_json::from_slice(&own.expect("it runs").stdout).expect("JSON");
        let readiness = &own["readiness"];
        for (of_history, of_audit) in [
            ("verdict", &readiness["verdict"]),
            ("score", &readiness["score"]),
            ("blockers", &readiness["causes"]["blocker"]),
            ("majors", &readiness["causes"]["major"]),
            ("minors", &readiness["causes"]["minor"]),
            ("programs", &readiness["programs"]["total"]),
            ("programs_starting", &readiness["programs"]["starting"]),
        ] {
            assert_eq!(&commit[of_history], of_audit, "{of_history} of {commit}");
        }
    }
}

#[test]
fn the_report_has_the_plot_when_it_is_wanted() {
    let folder = repository();
    let report = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_audit"));
        let output = command.current_dir(folder.path()).args(arguments).output();
        output.expect("it runs")
    };
    let page = String::from_utf8(report(&["--format", "html", "--history", "3"]).stdout).expect("UTF-8");
    assert!(page.contains("How it went") && page.contains("Break &lt;it&gt;"));
    let plain = String::from_utf8(report(&["--format", "html"]).stdout).expect("UTF-8");
    assert!(!plain.contains("How it went"));
    let refused = report(&["--history", "3"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2));
    assert!(said.contains("add --format html"), "{said}");
}

#[test]
fn where_there_is_no_history_words_say_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = audit(folder.path(), &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("only in a git repository"), "{said}");
}

/// The history, which follows its schema.
fn told(output: &Output) -> Value {
    let history = serde_json::from_slice(&output.stdout).expect("JSON");
    let schema = include_str!("../schema/history.v1.schema.json");
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let faults: Vec<String> = validator
        .iter_errors(&history)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:?}");
    assert!(!validator.is_valid(&serde_json::json!({"version": 1})));
    history
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
