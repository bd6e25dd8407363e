//! Systems to report on, and the reports, for the tests that read them back.

#![allow(dead_code, reason = "each test uses a part of it")]

use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// The bundled system whose reports are read.
pub(crate) const SYSTEM: &str = "fixtures/rec_trading";

pub(crate) const PROGRAM: &str = "[[program]]\nname = \"feed\"\ncommand = \"python3 feed.py\"\n";

pub(crate) fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// A system whose names and texts want to break every form.
pub(crate) fn hostile() -> TempDir {
    let nasty = "]]><!-- <b>\"'|`@ada #1 %0A::error::x,y:z \u{1b}[2J\u{1}";
    let folder = tree(&[("audit.toml", PROGRAM)]);
    let source = format!(
        "import no_such_module\nHOST = connect('10.9.8.7')  # {nasty}\nX = '/Users/{nasty}/x'\n{}\n",
        "Y = '10.9.8.7' + ".repeat(4_000) + "''"
    );
    let config = "[program:a|b`c @ada %% <i>]\ncommand=python3 gone.py --password hunter2secret\n\
                  directory=/Users/me/]]>&\n";
    let names: [&[u8]; 4] = [
        b"feed.py",
        b"we%ird, na:me#1 [x](y) |`@ada`.py",
        b"n\xffo\xfe.py",
        b"new\nline\r::error::.py",
    ];
    for name in names {
        write(folder.path(), name, source.as_bytes());
    }
    write(folder.path(), b"supervisord.conf", config.as_bytes());
    write(folder.path(), b"latin.py", b"x = '\xff'\n");
    folder
}

#[cfg(unix)]
pub(crate) fn write(folder: &Path, name: &[u8], text: &[u8]) {
    use std::os::unix::ffi::OsStrExt;
    fs::write(folder.join(std::ffi::OsStr::from_bytes(name)), text).expect("a file");
}

#[cfg(not(unix))]
pub(crate) fn write(folder: &Path, name: &[u8], text: &[u8]) {
    // Other systems refuse some of the names; the others do.
    let _ = fs::write(folder.join(String::from_utf8_lossy(name).as_ref()), text);
}

pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let mut program = assert_cmd::Command::cargo_bin("audit").expect("the program is built");
    program.current_dir(folder).env_clear().args(arguments);
    program.output().expect("it runs")
}

/// What the program prints about a folder; a bundled system is named as seen from the package.
pub(crate) fn printed(folder: &Path, arguments: &[&str]) -> String {
    let mut arguments = arguments.to_vec();
    let output = if folder.is_absolute() {
        run_in(folder, &arguments)
    } else {
        arguments.push(folder.to_str().expect("a name"));
        run_in(Path::new(env!("CARGO_MANIFEST_DIR")), &arguments)
    };
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{trouble}");
    String::from_utf8(output.stdout).expect("a report is UTF-8")
}

pub(crate) fn json_of(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(folder, arguments)).expect("the report is JSON")
}

pub(crate) fn schema(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = fs::read_to_string(path).expect("the schema can be read");
    serde_json::from_str(&text).expect("a schema is JSON")
}

pub(crate) fn faults(schema: &Value, document: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).expect("the schema is one");
    validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a text stands here")
}

pub(crate) fn number(value: &Value) -> usize {
    let number = value.as_u64().expect("a number stands here");
    usize::try_from(number).expect("it is small")
}
