//! Programs of a bundled system under a real supervisord, in a scratch root.

use super::{audit, run};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a program has to stay up to have started, in seconds.
const UP: u32 = 4;
/// How long all programs together may take to be up or down.
const PATIENCE: Duration = Duration::from_secs(35);

/// Distributions whose modules have other names.
const MODULES: &[(&str, &str)] = &[
    ("psycopg2-binary", "psycopg2"),
    ("python-dateutil", "dateutil"),
    ("python-dotenv", "dotenv"),
    ("pyyaml", "yaml"),
    ("scikit-learn", "sklearn"),
];
/// Submodules that the systems import.
const PARTS: &[(&str, &str)] = &[
    ("fastapi", "responses"),
    ("fastapi", "staticfiles"),
    ("psycopg2", "extras"),
    ("dateutil", "parser"),
    ("sklearn", "linear_model"),
];
/// A module that has every name, and whose servers serve for ever.
const STUB: &str = r#"
import time

class Anything:
    def __init__(self, *arguments, **options):
        pass

    def __call__(self, *arguments, **options):
        if len(arguments) == 1 and callable(arguments[0]):
            return arguments[0]
        return Anything()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return run if name == "run" else Anything()

    def __iter__(self):
        return iter(())

def run(*arguments, **options):
    time.sleep(3600)

def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Anything()
"#;

/// What became of a program.
pub(crate) struct Outcome {
    /// Whether it runs, and goes on running.
    pub(crate) starts: bool,
    /// The end of its log.
    pub(crate) log: String,
}

/// A copy of a system where `/opt/lodestar` would be, with what its deployment installs.
pub(crate) struct Scratch {
    folder: TempDir,
    root: PathBuf,
}

impl Scratch {
    /// Copies a bundled system and installs stubs of what its requirements name.
    pub(crate) fn new(system: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("app");
        copy(system, &root);
        // What scripts/deploy.sh makes.
        for made in ["logs", "data/exports"] {
            fs::create_dir_all(root.join(made)).unwrap();
        }
        let scratch = Self { folder, root };
        scratch.install();
        scratch
    }

    /// An empty root, without an environment of its own.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("app");
        fs::create_dir_all(&root).unwrap();
        Self { folder, root }
    }

    /// The end of a program's log.
    pub(crate) fn log(&self, name: &str) -> String {
        self.text(&format!("logs/{name}.log"))
    }

    /// What a file of the root holds; nothing when there is none.
    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_default()
    }

    /// Writes a file that can be run.
    pub(crate) fn write_runner(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Takes a file's run bit away.
    pub(crate) fn take_run_bit(&self, path: &str) {
        fs::set_permissions(self.root.join(path), fs::Permissions::from_mode(0o644)).unwrap();
    }

    /// What `audit` says of each program of a config of the copy; what pip would do is left out, as stubs
    /// stand for what it installs.
    pub(crate) fn prediction(&self, config: &str) -> BTreeMap<String, (bool, String)> {
        let report = audit(&self.root);
        let findings = report["findings"].as_array().unwrap();
        let mut found = BTreeMap::new();
        for program in report["programs"].as_array().unwrap() {
            if program["path"] != config {
                continue;
            }
            let because = program["because"].as_array().unwrap();
            let reasons: Vec<String> = findings
                .iter()
                .filter(|finding| because.contains(&finding["id"]))
                .filter(|finding| {
                    finding["category"] != "requirements" || finding["rule"] == "missing-requirement"
                })
                .map(|finding| format!("{}: {}", finding["rule"], finding["message"]))
                .collect();
            let name = program["name"].as_str().unwrap().to_owned();
            found.insert(name, (reasons.is_empty(), reasons.join("; ")));
        }
        found
    }

    /// Starts supervisord with a config and tells what became of its programs.
    pub(crate) fn outcome(&self, supervisor: &Path, config: &str) -> BTreeMap<String, Outcome> {
        let path = self.root.join(config);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, self.moved(&text)).unwrap();
        let said = self.folder.path().join("said");
        let mut daemon = self.command(&supervisor.join("bin/supervisord"), config);
        let said_to = fs::File::create(&said).unwrap();
        let daemon = daemon
            .arg("-n")
            .stdout(said_to.try_clone().unwrap())
            .stderr(said_to)
            .spawn()
            .unwrap();
        let mut daemon = Daemon(daemon);
        let states = self.states(supervisor, config, &mut daemon.0);
        drop(daemon);
        fs::write(&path, text).unwrap();
        assert!(!states.is_empty(), "{}", fs::read_to_string(said).unwrap());
        let outcome = |(name, state): (String, String)| {
            let log = fs::read_to_string(self.root.join(format!("logs/{name}.log"))).unwrap_or_default();
            let tail: Vec<&str> = log.lines().rev().take(3).collect();
            let starts = state == "RUNNING";
            (
                name,
                Outcome {
                    starts,
                    log: format!("{state}: {}", tail.join(" < ")),
                },
            )
        };
        states.into_iter().map(outcome).collect()
    }

    fn command(&self, program: &Path, config: &str) -> Command {
        let bin = self.root.join("venv/bin");
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(program);
        command
            .args(["-c", config])
            .current_dir(&self.root)
            .env_clear()
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("HOME", self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Asks until no program is on its way any more.
    fn states(&self, supervisor: &Path, config: &str, daemon: &mut Child) -> BTreeMap<String, String> {
        let start = Instant::now();
        let mut states = BTreeMap::new();
        while start.elapsed() < PATIENCE && daemon.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(500));
            let mut control = self.command(&supervisor.join("bin/supervisorctl"), config);
            let output = control.arg("status").stdout(Stdio::piped()).output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            states = text
                .lines()
                .filter_map(|line| {
                    let mut words = line.split_whitespace();
                    Some((words.next()?.to_owned(), words.next()?.to_owned()))
                })
                .filter(|(_, state)| state.chars().all(char::is_uppercase))
                .collect();
            let is_done = |state: &String| !matches!(state.as_str(), "STARTING" | "BACKOFF" | "STOPPED");
            if !states.is_empty() && states.values().all(is_done) {
                break;
            }
        }
        states
    }

    /// The config with the scratch root for the server's, and a longer wait before a start counts.
    fn moved(&self, text: &str) -> String {
        let root = self.root.display().to_string();
        let run = self.folder.path().display().to_string();
        let mut moved = String::new();
        for line in text.lines() {
            let line = ["/tmp/", "/run/"]
                .iter()
                .fold(line.to_owned(), |line, place| match line.split_once(place) {
                    Some((before, behind)) if before.ends_with(['=', '/']) => {
                        format!("{before}{run}/{behind}")
                    }
                    _ => line,
                })
                .replace("/opt/lodestar", &root)
                .replace(":/usr/bin:", &format!(":{root}/venv/bin:/usr/bin:"));
            if !line.starts_with("user=") {
                moved.push_str(&line);
                moved.push('\n');
            }
            if line.starts_with("[program:") {
                let _ = writeln!(moved, "startsecs={UP}\nstartretries=0");
            }
        }
        moved
    }

    /// A virtual environment with a module for each requirement, and the native extension.
    fn install(&self) {
        let venv = self.root.join("venv");
        run(Command::new("python3")
            .args(["-m", "venv", "--without-pip"])
            .arg(&venv))
        .unwrap();
        let stubs = self.folder.path().join("stubs");
        let requirements = fs::read_to_string(self.root.join("requirements.txt")).unwrap();
        let mut modules = vec!["fastbook".to_owned()];
        for line in requirements.lines() {
            if let Some((name, _)) = line.split_once("==") {
                let name = name.to_lowercase();
                let other = MODULES.iter().find(|(distribution, _)| *distribution == name);
                modules.push(other.map_or(name, |(_, module)| (*module).to_owned()));
            }
        }
        for module in modules {
            let folder = stubs.join(&module);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("__init__.py"), STUB).unwrap();
            for (_, part) in PARTS.iter().filter(|(package, _)| *package == module) {
                fs::write(folder.join(format!("{part}.py")), STUB).unwrap();
            }
        }
        let lib = fs::read_dir(venv.join("lib"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path();
        fs::write(
            lib.join("site-packages/stubs.pth"),
            format!("{}\n", stubs.display()),
        )
        .unwrap();
    }
}

/// A supervisord that ends with the test.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        // supervisord stops its programs when it is asked to end; killing it would leave them behind.
        let id = self.0.id().to_string();
        let _ = Command::new("kill").arg(id).status();
        let _ = self.0.wait();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
