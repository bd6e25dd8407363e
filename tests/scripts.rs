//! The real kernel, dash, git and systemd judge what is said of scripts.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests say what they expect by panicking, and why they were skipped"
)]

use audit::engine::{self, Progress};
use audit::facts::Outcome;
use audit::finding::Effect;
use audit::target::Target;
use audit::tree::{Attributes, Memory, Tree, WorkTree};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Output};

/// Whether a judge is there; in CI it has to be.
fn is_there(judge: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {judge}")])
        .output()
        .is_ok_and(|output| output.status.success());
    let in_ci = std::env::var("CI").is_ok_and(|value| matches!(value.as_str(), "1" | "true"));
    assert!(found || !in_ci, "{judge} is needed in CI");
    if !found {
        eprintln!("SKIPPED: there is no {judge} to compare with");
    }
    found
}

/// What dash does with text of bash. Each snippet is read alone, with a line behind it.
const OF_BASH: &[(&str, Outcome)] = &[
    ("source ./nothing.sh", Outcome::Fails),
    ("[[ a = a ]]", Outcome::Fails),
    ("if [[ -f /etc/passwd ]]; then echo there; fi", Outcome::Fails),
    ("[ a == a ]", Outcome::Fails),
    ("test a == a", Outcome::Fails),
    ("a=(1 2)", Outcome::Ends),
    ("a+=b", Outcome::Fails),
    ("a[0]=b", Outcome::Fails),
    ("function f() { :; }", Outcome::Ends),
    ("function f { :; }", Outcome::Ends),
    ("cat <<< hi", Outcome::Ends),
    ("cat <(echo hi)", Outcome::Ends),
    ("echo hi &> /dev/null", Outcome::Differs),
    ("echo hi |& cat", Outcome::Ends),
    ("echo a{b,c}", Outcome::Differs),
    ("echo {1..3}", Outcome::Differs),
    ("for i in {1..3}; do echo $i; done", Outcome::Differs),
    ("printf %s $'a\\tb'", Outcome::Differs),
    ("a=abc; echo ${a//b/x}", Outcome::Ends),
    ("a=abc; echo ${a/b/x}", Outcome::Ends),
    ("a=abc; echo ${a:0:1}", Outcome::Ends),
    ("a=abc; echo ${a: -1}", Outcome::Ends),
    ("a=abc; echo ${a^^}", Outcome::Ends),
    ("a=abc; echo ${!a}", Outcome::Ends),
    ("echo ${a[0]}", Outcome::Ends),
    ("echo ${#a[@]}", Outcome::Ends),
    ("((a = 1))", Outcome::Fails),
    ("for ((i = 0; i < 2; i++)); do :; done", Outcome::Ends),
    ("select x in a; do break; done", Outcome::Ends),
    ("let a=1", Outcome::Fails),
    ("declare a=1", Outcome::Fails),
    ("typeset a=1", Outcome::Fails),
    ("mapfile a", Outcome::Fails),
    ("readarray a", Outcome::Fails),
    ("pushd /", Outcome::Fails),
    ("popd", Outcome::Fails),
    ("shopt -s nullglob", Outcome::Fails),
    ("disown", Outcome::Fails),
    ("echo -e 'a\\tb'", Outcome::Differs),
    ("set -o pipefail", Outcome::Ends),
    ("set -euo pipefail", Outcome::Ends),
    ("trap 'echo x' ERR", Outcome::Fails),
    ("read -a words", Outcome::Fails),
    ("read -s secret", Outcome::Fails),
    ("read -t 1 answer", Outcome::Fails),
    ("f() { local -a x; }; f", Outcome::Ends),
    ("f() { :; }; export -f f", Outcome::Ends),
    ("echo ${BASH_SOURCE[0]}", Outcome::Ends),
    ("echo \"$EUID\"", Outcome::Differs),
    ("echo ${RANDOM:+set}$RANDOM", Outcome::Differs),
];

/// What dash understands.
const OF_POSIX: &[&str] = &[
    ". /etc/os-release",
    "[ a = a ]",
    "test -f /etc/passwd",
    "f() { local x=1; echo $x; }; f",
    "a=abc; echo ${a%c} ${a#a} ${a:-b} ${a:+c} ${#a} ${a##*/} ${1:-x}",
    "echo $((1 + 2 * 3)) $(date) `date`",
    "echo a > /dev/null 2>&1",
    "set -eu",
    "trap 'echo bye' EXIT INT",
    "read -r answer < /dev/null || true",
    "read -p 'name? ' answer < /dev/null || true",
    "case a in a|b) echo x ;; *) ;; esac",
    "while false; do :; done; until true; do :; done",
    "for i in 1 2; do echo $i; done",
    "cat <<EOF\n[[ a{b,c} ]]\nEOF",
    "echo '{a,b}' \"{a,b}\" '[[ x ]]'",
    "awk 'BEGIN { a[1] = 2; print a[1] }'",
    "find /etc/passwd -exec echo {} \\;",
    "echo -n a",
    "export A=1; readonly B=2; unset A",
    "printf '%s\\n' a",
    "type ls; command -v ls; ulimit -n; umask; getopts a b || true",
    "(cd / && pwd) | cat",
    "[ ! -f /nothing ] && { echo no; }",
];

fn run(shell: &str, folder: &Path, snippet: &str) -> Output {
    let script = folder.join("s.sh");
    fs::write(&script, format!("{snippet}\necho reached\n")).unwrap();
    let mut command = Command::new(shell);
    let null = fs::File::open("/dev/null").unwrap();
    command
        .arg("s.sh")
        .current_dir(folder)
        .stdin(null)
        .output()
        .unwrap()
}

/// What we say of a script of `sh`: dash's words, and what becomes of it.
fn ours(snippet: &str) -> Vec<(String, Outcome)> {
    let tree = Memory::new([("s.sh", format!("#!/bin/sh\n{snippet}\n"))]);
    let target = Target::of_release("debian-12").unwrap();
    let (project, _) = engine::read(&tree, target, &|_| false, &Progress::default());
    let rules = audit::catalog::rules().unwrap();
    let rule = rules.iter().find(|rule| rule.meta.id == "bash-in-sh").unwrap();
    let document = project.documents().next().unwrap().1;
    let facts = &document.facts.bashisms;
    assert_eq!(facts.len(), rule.findings(&project).len(), "{snippet}");
    let of = |words: &str| words.to_owned();
    facts
        .iter()
        .map(|found| (of(found.words), found.outcome))
        .collect()
}

#[test]
fn dash_refuses_what_we_say_it_refuses() {
    let has_dash = is_there("dash");
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (snippet, outcome) in OF_BASH {
        let found = ours(snippet);
        if found.first().is_none_or(|(_, ours)| ours != outcome) {
            wrong.push(format!("{snippet}: we say {found:?}"));
            continue;
        }
        if !has_dash {
            continue;
        }
        let dash = run("dash", folder.path(), snippet);
        let said = String::from_utf8_lossy(&dash.stderr).into_owned();
        let reached = String::from_utf8_lossy(&dash.stdout).contains("reached");
        // A name stands between the two, of the variable or of the operand.
        let words = found[0].0.rsplit(": ").next().unwrap_or("").to_owned();
        let agrees = match outcome {
            Outcome::Ends => !reached && said.contains(&words),
            Outcome::Fails => reached && said.contains(&words),
            Outcome::Differs => {
                let bash = run("bash", folder.path(), snippet);
                said.is_empty() && bash.stdout != dash.stdout
            }
        };
        if !agrees {
            wrong.push(format!("{snippet}: dash says {said:?}, reached: {reached}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn dash_takes_what_we_leave_alone() {
    let has_dash = is_there("dash");
    let folder = tempfile::tempdir().unwrap();
    for snippet in OF_POSIX {
        assert_eq!(ours(snippet), [], "{snippet}");
        if has_dash {
            let output = run("dash", folder.path(), snippet);
            let said = String::from_utf8_lossy(&output.stderr).replace("name? ", "");
            assert!(output.status.success() && said.is_empty(), "{snippet}: {said}");
        }
    }
}

/// First lines with a text behind them, and whether the kernel runs the file for a process manager.
const FIRST_LINES: &[(&str, u32, bool)] = &[
    ("#!/bin/sh\nexit 0\n", 0o755, true),
    ("#! /bin/sh -e\nexit 0\n", 0o755, true),
    ("#!/usr/bin/env sh\nexit 0\n", 0o755, true),
    ("#!/usr/bin/env -S sh -e -u\nexit 0\n", 0o755, true),
    ("#!/bin/sh\nexit 0\n", 0o644, false),
    ("exit 0\n", 0o755, false),
    ("\n#!/bin/sh\nexit 0\n", 0o755, false),
    (" #!/bin/sh\nexit 0\n", 0o755, false),
    ("\u{feff}#!/bin/sh\nexit 0\n", 0o755, false),
    ("#!/bin/sh\r\nexit 0\r\n", 0o755, false),
    ("#!/usr/bin/env sh\r\nexit 0\r\n", 0o755, false),
    ("#!/bin/bash -e -u\nexit 0\n", 0o755, false),
    ("#!/usr/bin/env bash -e\nexit 0\n", 0o755, false),
    ("#!/bin/sh -e -u\nexit 0\n", 0o755, false),
    ("#!/usr/bin/perl -w -T\nexit 0;\n", 0o755, true),
    ("#!/opt/homebrew/bin/bash\nexit 0\n", 0o755, false),
    ("#!/Users/nobody/venv/bin/python\nexit 0\n", 0o755, false),
    ("#!/usr/local/bin/python3.1\nexit 0\n", 0o755, false),
];

#[test]
fn the_kernel_runs_the_first_lines_that_we_say_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    for (at, (text, mode, runs)) in FIRST_LINES.iter().enumerate() {
        let path = folder.path().join(format!("s{at}.sh"));
        // Written and closed before it is run.
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(*mode)
            .open(&path)
            .unwrap();
        file.write_all(text.as_bytes()).unwrap();
        drop(file);
        fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).unwrap();
        let really = Command::new(&path)
            .output()
            .is_ok_and(|output| output.status.success());
        assert_eq!(really, *runs, "{text:?}");
        assert_eq!(is_let_run(text, *mode), *runs, "{text:?}");
    }
}

/// Whether nothing of ours says that a program of this text dies.
fn is_let_run(text: &str, mode: u32) -> bool {
    let config = "[supervisord]\n[program:s]\ncommand=./s.sh\n";
    let tree = Memory::new([("s.sh", text), ("supervisord.conf", config)]);
    let tree = tree.with_run_bits([("s.sh".to_owned(), mode & 0o111 != 0)]);
    let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
    let rules = audit::catalog::rules().unwrap();
    let ids = ["missing-run-bit", "wrong-shebang", "crlf-line-endings"];
    let mut findings = rules
        .iter()
        .filter(|rule| ids.contains(&rule.meta.id))
        .flat_map(|rule| rule.findings(&project));
    !findings.any(|finding| finding.effect == Effect::Start)
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
            "-c",
            "core.autocrlf=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn run_bits_are_those_that_git_has() {
    if !is_there("git") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-q"]);
    for path in [
        "a.sh",
        "app/b.sh",
        "app/bin/c.sh",
        "app/bin/a-name-that-is-longer.sh",
        "z.txt",
    ] {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), "#!/bin/sh\n").unwrap();
    }
    std::os::unix::fs::symlink("a.sh", root.join("link.sh")).unwrap();
    git(root, &["add", "."]);
    git(root, &["update-index", "--chmod=+x", "app/b.sh", "app/bin/c.sh"]);
    let mode = |path: &str| root.join(path);
    fs::set_permissions(mode("a.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    for version in ["2", "4", "3"] {
        git(root, &["update-index", "--index-version", version]);
        if version == "3" {
            // An entry with a flag of its own makes git write the longer form.
            git(root, &["update-index", "--skip-worktree", "z.txt"]);
        }
        let listing = WorkTree::new(root).list();
        for line in git(root, &["ls-files", "-s"]).lines() {
            let (mode, path) = (&line[..6], line.split('\t').next_back().unwrap());
            let ours = listing.files.iter().find(|entry| entry.path == path).unwrap();
            if mode != "120000" {
                assert_eq!(
                    ours.is_executable,
                    Some(mode == "100755"),
                    "version {version}: {path}"
                );
            }
        }
        let inside = WorkTree::new(root.join("app")).list();
        let found = inside
            .files
            .iter()
            .find(|entry| entry.path == "bin/c.sh")
            .unwrap();
        assert_eq!(found.is_executable, Some(true), "below the top");
    }
}

#[test]
fn line_ends_are_those_that_git_stores() {
    if !is_there("git") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-q"]);
    let files = [
        (
            ".gitattributes",
            "*.sh text eol=lf\n*.bat eol=crlf\n/raw/** -text\n*.py text=auto\nlib/x.cfg text\n",
        ),
        ("a.sh", "echo\r\n"),
        ("raw/a.sh", "echo\r\n"),
        ("b.py", "x = 1\r\n"),
        ("c.txt", "x\r\n"),
        ("lib/x.cfg", "x\r\n"),
        ("lib/.gitattributes", "*.txt text\n"),
        ("lib/d.txt", "x\r\n"),
    ];
    for (path, text) in files {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), text).unwrap();
    }
    git(root, &["add", "."]);
    let tree = WorkTree::new(root);
    let attributes = Attributes::read(&tree, &tree.list());
    for line in git(root, &["ls-files", "--eol"]).lines() {
        let path = line.split('\t').next_back().unwrap();
        if !path.ends_with(".gitattributes") {
            assert_eq!(attributes.normalises(path), line.starts_with("i/lf"), "{line}");
        }
    }
}

#[test]
fn systemd_reads_lines_of_windows_and_misses_the_run_bit() {
    if !is_there("systemd-analyze") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let verify = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let output = Command::new("systemd-analyze")
            .arg("verify")
            .arg(&path)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let said = verify(
        "windows.service",
        "[Service]\r\nType=simple\r\nWorkingDirectory=/tmp\r\nExecStart=/bin/sleep 5\r\n",
    );
    assert!(!said.contains("windows.service"), "{said}");
    let script = folder.path().join("run.sh");
    fs::write(&script, "#!/bin/sh\n").unwrap();
    let said = verify(
        "plain.service",
        &format!("[Service]\nExecStart={}\n", script.display()),
    );
    assert!(said.contains("is not executable: Permission denied"), "{said}");
}

#[test]
fn compiled_python_is_named_by_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("app/__pycache__");
    fs::create_dir_all(&cache).unwrap();
    fs::write(cache.join("a.cpython-312.pyc"), "x").unwrap();
    let disk = WorkTree::new(folder.path());
    let memory = Memory::new([("app/__pycache__/a.cpython-312.pyc", "x")]);
    let trees: [&dyn Tree; 2] = [&disk, &memory];
    for tree in trees {
        assert_eq!(tree.list().caches, ["app/__pycache__"]);
        let (project, _) = engine::read(tree, Target::default(), &|_| false, &Progress::default());
        let rules = audit::catalog::rules().unwrap();
        let rule = rules
            .iter()
            .find(|rule| rule.meta.id == "shipped-debris")
            .unwrap();
        let findings = rule.findings(&project);
        assert!(findings[0].message.contains("`app/__pycache__`"), "{findings:?}");
    }
}

#[test]
fn virtual_environments_are_known_with_and_without_their_config() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("new/pyvenv.cfg", "home = /opt/homebrew/bin\n"),
        ("new/lib/a.py", ""),
        ("old/bin/activate", ""),
        ("old/lib/a.py", ""),
        ("tools/bin/activate", ""),
    ] {
        fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.path().join(path), text).unwrap();
    }
    std::os::unix::fs::symlink("/nowhere/python", folder.path().join("old/bin/python")).unwrap();
    let listing = WorkTree::new(folder.path()).list();
    let found: Vec<_> = listing
        .environments
        .iter()
        .map(|environment| (environment.mark.as_str(), environment.home.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            ("new/pyvenv.cfg", Some("/opt/homebrew/bin")),
            ("old/bin/activate", None)
        ]
    );
    let files: Vec<_> = listing.files.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(files, ["tools/bin/activate"]);
}
