//! What a change brought: `--changed-since`, with git as the judge.

use super::{PROGRAM, broken, found, json, run, tree, write};
use tempfile::TempDir;

fn git(folder: &TempDir, arguments: &[&str]) {
    let done = std::process::Command::new("git")
        .current_dir(folder.path())
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

#[test]
fn only_what_a_change_brought_or_touched_is_reported() {
    let folder = broken();
    git(&folder, &["init", "-q"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "first"]);
    let since = ["--changed-since", "HEAD"];
    let nothing = json(&folder, &since);
    assert_eq!(found(&nothing), [""; 0]);
    assert_eq!(nothing["readiness"], json(&folder, &[])["readiness"]);
    assert_eq!(
        nothing["changed_since"],
        serde_json::json!({"revision": "HEAD", "unchanged": 2})
    );
    assert_eq!(run(&folder, &since).code, 0);

    // A line of code that is taken away from another file brings findings where nobody touched a line.
    write(folder.path(), "requirements.txt", "");
    assert_eq!(
        found(&json(&folder, &since)),
        ["feed.py missing-requirement:requests"]
    );
    let ran = run(&folder, &["--changed-since", "HEAD", "--score"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("3 blockers") && ran.stdout.contains("1 new finding"),
        "{}",
        ran.stdout
    );
    git(&folder, &["checkout", "-q", "requirements.txt"]);

    // A new file, which git does not know yet.
    write(folder.path(), "more.py", "import bcrypt\n");
    write(
        folder.path(),
        "feed.py",
        "import more\nimport requests\nimport ccxt\nimport psycopg2\n",
    );
    assert_eq!(
        found(&json(&folder, &since)),
        ["more.py missing-requirement:bcrypt"]
    );
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "second"]);
    assert_eq!(found(&json(&folder, &since)), [""; 0]);
    assert_eq!(
        found(&json(&folder, &["--changed-since", "HEAD~1"])),
        ["more.py missing-requirement:bcrypt"]
    );

    // What becomes worse: a module that no program ran before.
    write(folder.path(), "lab.py", "import numpy\n");
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "third"]);
    write(folder.path(), "more.py", "import bcrypt\nimport lab\n");
    assert_eq!(
        found(&json(&folder, &since)),
        ["lab.py missing-requirement:numpy"]
    );
    git(&folder, &["checkout", "-q", "more.py"]);

    // A file that is only called otherwise brings nothing.
    git(&folder, &["mv", "more.py", "extra.py"]);
    write(
        folder.path(),
        "feed.py",
        "import extra\nimport requests\nimport ccxt\nimport psycopg2\n",
    );
    assert_eq!(found(&json(&folder, &since)), [""; 0]);

    for (wrong, says) in [
        ("nowhere", "there is no revision `nowhere` here"),
        ("--exec", "is no revision"),
    ] {
        let ran = run(&folder, &[&format!("--changed-since={wrong}")]);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
    let ran = run(&broken(), &since);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("only in a git repository"), "{}", ran.stderr);
}

#[test]
fn a_part_of_a_repository_is_compared_by_its_own_paths() {
    let folder = tree(&[
        ("docs/a.md", "x\n"),
        ("app/audit.toml", PROGRAM),
        ("app/feed.py", "import ccxt\n"),
    ]);
    git(&folder, &["init", "-q"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "first"]);
    write(folder.path(), "app/feed.py", "import ccxt\nimport bcrypt\n");
    let since = json(&folder, &["app", "--changed-since", "HEAD"]);
    assert_eq!(found(&since), ["feed.py missing-requirement:bcrypt"]);
}

#[test]
fn a_link_is_its_target_at_a_revision_too() {
    let folder = tree(&[
        ("audit.toml", PROGRAM),
        ("shared/prices.py", "import ccxt\n"),
        ("feed.py", "import prices\n"),
    ]);
    std::os::unix::fs::symlink("shared/prices.py", folder.path().join("prices.py")).unwrap();
    git(&folder, &["init", "-q"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "-qm", "first"]);
    write(folder.path(), "notes.md", "New.\n");
    assert_eq!(found(&json(&folder, &["--changed-since", "HEAD"])), [""; 0]);
}
