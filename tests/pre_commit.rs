//! `.pre-commit-hooks.yaml` under the real pre-commit, in a real git repository. Without a package registry the test
//! says that it was skipped; with `CI` set it fails then.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what it expects by panicking, and why it was skipped by printing"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version that the test was written with.
const PRE_COMMIT: &str = "pre-commit==4.5.0";

/// A folder with the hooks' repository and the project that uses it.
struct Place {
    root: tempfile::TempDir,
    python: PathBuf,
}

impl Place {
    fn new(python: PathBuf) -> Self {
        let place = Self {
            root: tempfile::tempdir().unwrap(),
            python,
        };
        for folder in ["hooks", "project", "home"] {
            fs::create_dir(place.root.path().join(folder)).unwrap();
        }
        // The program of this build takes the place of one that is built from source; all else is as it is shipped.
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
        let hooks = fs::read_to_string(shipped).unwrap();
        assert_eq!(hooks.matches("language: rust").count(), 2);
        place.write(
            "hooks/.pre-commit-hooks.yaml",
            &hooks.replace("language: rust", "language: system"),
        );
        for repository in ["hooks", "project"] {
            place.git(repository, &["init", "-q"]);
        }
        place.git("hooks", &["add", "."]);
        place.git("hooks", &["commit", "-qm", "hooks"]);
        place
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Exit status zero or not, and all that was said.
    fn run(&self, folder: &str, program: &Path, arguments: &[&str]) -> (bool, String) {
        let audit = PathBuf::from(env!("CARGO_BIN_EXE_audit"));
        let path = std::env::var("PATH").unwrap();
        let output = Command::new(program)
            .current_dir(self.root.path().join(folder))
            .args(arguments)
            .env("PATH", format!("{}:{path}", audit.parent().unwrap().display()))
            .env("HOME", self.root.path().join("home"))
            .env("PRE_COMMIT_HOME", self.root.path().join("home/cache"))
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }

    fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let (is_done, said) = self.try_git(folder, arguments);
        assert!(is_done, "git {arguments:?}: {said}");
        said
    }

    fn try_git(&self, folder: &str, arguments: &[&str]) -> (bool, String) {
        let who = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
        self.run(folder, Path::new("git"), &[&who, arguments].concat())
    }

    fn pre_commit(&self, arguments: &[&str]) -> (bool, String) {
        let all = [&["-m", "pre_commit"], arguments].concat();
        self.run("project", &self.python, &all)
    }
}

#[test]
fn a_commit_that_adds_a_blocker_is_refused_and_one_that_mends_it_passes() {
    let python = match python() {
        Ok(python) => python,
        Err(why) if std::env::var_os("CI").is_some() => panic!("pre-commit is missing: {why}"),
        Err(why) => return eprintln!("skipped: pre-commit is missing: {why}"),
    };
    let place = Place::new(python);
    let revision = place.git("hooks", &["rev-parse", "HEAD"]);
    place.write(
        "project/.pre-commit-config.yaml",
        &format!(
            "repos:\n  - repo: {}\n    rev: {}\n    hooks:\n      - id: audit\n      - id: audit-score\n",
            place.root.path().join("hooks").display(),
            revision.trim()
        ),
    );
    place.write(
        "project/audit.toml",
        "[[program]]\nname = \"feed\"\ncommand = \"python3 feed.py\"\n",
    );
    place.write("project/requirements.txt", "requests==2.32.3\n");
    place.write("project/feed.py", "import requests\n\nprint(requests)\n");
    let (is_installed, said) = place.pre_commit(&["install"]);
    assert!(is_installed, "{said}");

    place.git("project", &["add", "."]);
    let said = place.git("project", &["commit", "-qm", "a clean system"]);
    assert_eq!(said.matches("Passed").count(), 2, "{said}");

    place.write(
        "project/feed.py",
        "import requests\nimport ccxt\n\nprint(requests, ccxt)\n",
    );
    place.git("project", &["add", "."]);
    let (is_taken, said) = place.try_git("project", &["commit", "-qm", "a blocker"]);
    assert!(!is_taken, "{said}");
    for part in [
        "missing-requirement",
        "feed.py:2:",
        "the gate is not passed: 1 blocker",
        "NOT READY",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!place.git("project", &["log", "--oneline"]).contains("a blocker"));

    place.write("project/requirements.txt", "requests==2.32.3\nccxt==4.4.100\n");
    place.git("project", &["add", "."]);
    place.git("project", &["commit", "-qm", "mended"]);
    assert!(place.git("project", &["log", "--oneline"]).contains("mended"));
    let (is_passed, said) = place.pre_commit(&["run", "audit-score", "--verbose"]);
    assert!(is_passed && said.contains("READY "), "{said}");
}

/// A Python with pre-commit.
fn python() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pre-commit");
    let python = folder.join("bin/python");
    let run = |command: &mut Command| {
        let output = command
            .output()
            .map_err(|error| format!("{command:?}: {error}"))?;
        let trouble = String::from_utf8_lossy(&output.stderr).into_owned();
        output.status.success().then_some(()).ok_or(trouble)
    };
    if run(Command::new(&python).args(["-c", "import pre_commit"])).is_ok() {
        return Ok(python);
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&folder))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", PRE_COMMIT]))?;
    Ok(python)
}
