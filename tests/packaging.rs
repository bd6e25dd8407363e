//! pip as the judge of requirement lines: our reading of each line against that of the `packaging` library,
//! which pip carries. Without python3 or a package registry the test says that it was skipped; with `CI`
//! set it fails then.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what it expects by panicking, and why it was skipped by printing"
)]

mod judge;

use audit::document::Document;
use audit::facts::{Facts, Origin, Requirement};
use audit::formats::Format;
use audit::formats::requirements::parse;
use audit::project::{Paths, Requirements};
use audit::source::Span;
use audit::target::PythonVersion;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// The release that judges; others differ in the corners.
const JUDGE: &str = "packaging==26.4";

#[test]
fn every_line_is_read_as_pip_reads_it() {
    let python = match judge::python("packaging-judge", "packaging", JUDGE) {
        Ok(python) => python,
        Err(why) if std::env::var_os("CI").is_some() => panic!("the judge is missing: {why}"),
        Err(why) => return eprintln!("skipped: the judge is missing: {why}"),
    };
    let lines = lines();
    assert!(lines.len() >= 200, "{} lines", lines.len());
    let readings: Vec<Option<Requirement>> = lines
        .iter()
        .map(|line| parse(line, Span::default(), Origin::Main).ok())
        .collect();
    let asked: Vec<Value> = lines
        .iter()
        .zip(&readings)
        .map(|(line, read)| json!([line, read.as_ref().map(|read| &read.specifiers)]))
        .collect();
    let verdicts = ask(&python, &Value::from(asked));
    let mut differences = String::new();
    for ((line, read), verdict) in lines.iter().zip(&readings).zip(&verdicts) {
        let mut ours = read.as_ref().map_or(Value::Null, ours);
        if verdict.get("applies").is_some_and(Value::is_null) && !ours.is_null() {
            ours["applies"] = Value::Null;
        }
        if ours != *verdict {
            let _ = writeln!(differences, "{line:?}: we read {ours}, packaging {verdict}");
        }
    }
    assert!(differences.is_empty(), "\n{differences}");
}

/// Our reading, in the judge's form.
fn ours(read: &Requirement) -> Value {
    let extras: BTreeSet<&String> = read.extras.iter().collect();
    let document = Document {
        path: "requirements.txt".to_owned(),
        format: Format::Requirements,
        facts: Facts {
            requirements: vec![read.clone()],
            ..Facts::default()
        }
        .into(),
        is_executable: None,
        host: None,
        is_development: std::sync::OnceLock::new(),
    };
    let python = PythonVersion { major: 3, minor: 10 };
    let applies = !Requirements::join(&[document], &Paths::default(), python)
        .asks()
        .is_empty();
    json!({
        "name": read.name,
        "same_specifiers": true,
        "extras": extras,
        "applies": applies,
    })
}

fn ask(python: &Path, question: &Value) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packaging/judge.py");
    let mut judge = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the judge starts");
    let mut stdin = judge.stdin.take().expect("it listens");
    stdin
        .write_all(question.to_string().as_bytes())
        .expect("it reads");
    drop(stdin);
    let output = judge.wait_with_output().expect("it ends");
    assert!(output.status.success(), "the judge failed: {}", output.status);
    let verdicts: Value = serde_json::from_slice(&output.stdout).expect("it answers in JSON");
    verdicts.as_array().expect("with a list").clone()
}

/// Every part of a requirement in every spelling that we could think of, each beside plain ones; then the
/// whole lines of `tests/packaging/lines.txt`.
fn lines() -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in NAMES {
        lines.push((*name).to_owned());
        lines.push(format!("{name}>=1.0"));
    }
    for specifier in SPECIFIERS {
        lines.push(format!("pkg{specifier}"));
        lines.push(format!("pkg {specifier} ; sys_platform == 'linux'"));
    }
    for marker in MARKERS {
        lines.push(format!("pkg==1.0; {marker}"));
        lines.push(format!("pkg; not_a_variable == 'x' or {marker}"));
        lines.push(format!("pkg; ({marker}) and os_name == 'posix'"));
    }
    lines.extend(include_str!("packaging/lines.txt").lines().map(str::to_owned));
    lines.extend(OTHERS.iter().map(|line| (*line).to_owned()));
    lines
}

const NAMES: &[&str] = &[
    "pkg",
    "Pkg.Sub",
    "pkg_under",
    "pkg-",
    "-pkg",
    ".pkg",
    "pkg.",
    "_pkg",
    "pkg_",
    "3to2",
    "9",
    "p",
    "pk g",
    "pkg--x__y..z",
    "пакет",
    "pkg\u{a0}",
    "p/k",
    "p+k",
    "p@k",
    "pkg,",
    "",
];

const SPECIFIERS: &[&str] = &[
    "==1.0",
    "== 1.0",
    "=1.0",
    "===1.0",
    "==1.0.*",
    ">=1.0.*",
    "!=1.*",
    "~=1.0",
    "~=1",
    "~=1.0.dev0",
    ">1",
    "<2",
    "<=2.0,>1",
    ">1 <2",
    ">1,,<2",
    ">1,",
    ",>1",
    "==1.0+cu118",
    ">=1.0+local",
    "==1.0a",
    "==1.0.RC.2",
    "==1!2.3",
    "==1.0-1",
    "==1.0-",
    "==1..0",
    "==v1",
    "==latest",
    "==",
    ">=",
    "!1",
    "=>1",
    "=<1",
    "><1",
    "(>=1.0)",
    "(>=1.0",
    ">=1.0)",
    "(>=1,<2)",
    "()",
    "( ==1 )",
    "==*",
    "==1.*.0",
    "==1.0.*.*",
    "^1.0",
    "~1.0",
    "1.0",
    " 1.0",
    "==1.0 2",
    "==\t1.0",
    "==1.0.post",
    "==1.0.dev",
    "==00.01",
    "==1_0",
    "==1.0+a_b",
    "==1.0++a",
    "==1.0+",
    "<1.0rc1",
];

const MARKERS: &[&str] = &[
    "python_version >= '3.10'",
    "python_version < '3.10'",
    "python_version > '3.9'",
    "python_version == '3.10.*'",
    "python_version != '3.10'",
    "python_version ~= '3.8'",
    "python_version in '3.9, 3.10'",
    "python_version not in '2.7, 3.10'",
    "'3.10' <= python_version",
    "'3.9' > python_version",
    "python_full_version >= '3.10.0'",
    "python_full_version < '3.10.1'",
    "sys_platform == 'linux'",
    "sys_platform != 'win32'",
    "sys_platform == 'darwin'",
    "'linux' in sys_platform",
    "'nux' not in sys_platform",
    "sys_platform in 'linux darwin'",
    "os_name == 'nt'",
    "platform_system == 'Linux'",
    "platform_system == \"Darwin\"",
    "platform_machine == 'x86_64'",
    "platform_machine == 'arm64'",
    "platform_machine in 'aarch64 arm64'",
    "implementation_name == 'cpython'",
    "implementation_name == 'pypy'",
    "platform_python_implementation != 'PyPy'",
    "implementation_version >= '3.8'",
    "extra == 'fast'",
    "extra != 'fast'",
    "platform_release == ''",
    "sys_platform == 'linux' and python_version < '3.9'",
    "sys_platform == 'win32' or python_version >= '3.8'",
    "os_name == 'nt' and python_version < '3' or sys_platform == 'linux'",
    "os_name == 'nt' and (python_version < '3' or sys_platform == 'linux')",
    "python_version >= '3.10",
    "python_version",
    "python_version >= 3.10",
    "python_version = '3.10'",
    "'a' == 'a'",
    "and",
    "not os_name == 'nt'",
    "()",
];

/// Lines that no text file can hold as they are.
const OTHERS: &[&str] = &[
    "pkg\r",
    "pkg\u{0}",
    "pkg\n==1",
    "\tpkg",
    "pkg==1.0\u{200b}",
    "pkg\u{3000}==1",
];
