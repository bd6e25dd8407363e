//! Python libraries that judge what the program says, each in a virtual environment of its own below the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that has the release of a library, such as `packaging==26.4`; it is installed once.
pub(crate) fn python(folder: &str, module: &str, release: &str) -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    let python = folder.join("bin/python");
    let version = release.rsplit('=').next().unwrap_or(release);
    let name = release.split('=').next().unwrap_or(release);
    let is_there = format!(
        "import {module}, importlib.metadata as known; assert known.version({name:?}) == {version:?}"
    );
    if run(Command::new(&python).args(["-c", &is_there])).is_ok() {
        return Ok(python);
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&folder))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", release]))?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let trouble = String::from_utf8_lossy(&output.stderr);
    let failed = || format!("{command:?}: {}: {trouble}", output.status);
    output.status.success().then_some(()).ok_or_else(failed)
}
