//! A real supervisor to compare with.

pub(crate) mod configs;
pub(crate) mod habits;
pub(crate) mod starts;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const PINNED: &str = "supervisor==4.3.0";

/// The virtual environment that holds supervisor; nothing, told on standard error, where it cannot be had.
/// In CI it has to be there.
pub(crate) fn environment() -> Option<&'static Path> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match MADE.get_or_init(make) {
        Ok(folder) => Some(folder),
        Err(why) => {
            let in_ci = std::env::var("CI").is_ok_and(|value| matches!(value.as_str(), "1" | "true"));
            assert!(!in_ci, "supervisor is needed in CI: {why}");
            eprintln!("SKIPPED: there is no supervisor to compare with: {why}");
            None
        }
    }
}

fn make() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("supervisord");
    if folder.join("bin/supervisord").exists() {
        return Ok(folder);
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&folder))?;
    let mut pip = Command::new(folder.join("bin/pip"));
    run(pip.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--timeout",
        "10",
        PINNED,
    ]))?;
    Ok(folder)
}

/// What a command writes to standard output.
pub(crate) fn run(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!(
            "{command:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        ))
    }
}

/// What `audit` says of a folder, whatever it thinks of it.
pub(crate) fn audit(folder: &Path) -> serde_json::Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_audit"));
    let output = command.arg(folder).args(["--format", "json"]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    })
}
