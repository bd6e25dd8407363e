//! The judge: a real `python3`, in a virtual environment whose distributions are stubs.

use crate::outcome::{Death, Outcome, reason};
use crate::tree::{CONFIG, SETUP, Tree};
use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// No tree runs longer than a moment.
const LIMIT: Duration = Duration::from_secs(30);

/// A module whose every name can be called, used as a decorator, and inherited from.
const STUB: &str = include_str!("stub.py");
/// `sys.exit` leaves no traceback, so its place is written down.
const SITE: &str = include_str!("exits.py");

/// Distributions whose modules have another name.
const MODULES: &[(&str, &str)] = &[("PyYAML", "yaml"), ("python-dotenv", "dotenv"), ("pyzmq", "zmq")];

/// The interpreter.
#[derive(Debug)]
pub(crate) struct Python {
    /// Where it is.
    pub executable: PathBuf,
    /// Its major and minor version.
    pub version: (u32, u32),
}

impl Python {
    /// The `python3` of this machine. Without one the test is skipped, which CI does not allow.
    pub(crate) fn found() -> Option<Self> {
        let script = "import os, sys; print(*sys.version_info[:2], os.path.realpath(sys._base_executable))";
        let output = Command::new("python3").args(["-I", "-c", script]).output();
        let why = match output {
            Ok(output) if output.status.success() => {
                return Some(Self::read(&String::from_utf8_lossy(&output.stdout)));
            }
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        assert!(std::env::var_os("CI").is_none(), "CI needs python3: {why}");
        eprintln!("skipped: there is no python3 to judge the predictions: {why}");
        None
    }

    fn read(line: &str) -> Self {
        let mut words = line.trim().splitn(3, ' ');
        let mut number = || {
            words
                .next()
                .and_then(|word| word.parse().ok())
                .expect("a version")
        };
        let version = (number(), number());
        let executable = words.next().expect("a path").into();
        Self { executable, version }
    }

    /// Writes the tree below `folder` and runs its program.
    pub(crate) fn run(&self, tree: &Tree, folder: &Path) -> Outcome {
        let root = write(tree, folder);
        let launch = tree.launch(&root.to_string_lossy());
        let [python, arguments @ ..] = &launch.words[..] else {
            panic!("{}: an empty command", tree.title);
        };
        assert_eq!(
            python, "python3",
            "{}: the command begins with python3",
            tree.title
        );
        let log = folder.join("stderr");
        let venv = if tree.files.contains_key(SETUP) {
            root.join("venv")
        } else {
            folder.join("venv")
        };
        let interpreter = self.environment(&venv, &tree.distributions());
        set_up(tree, &root, &venv);
        let mut command = Command::new(interpreter);
        command
            .args(arguments)
            .current_dir(root.join(launch.directory.as_deref().unwrap_or("")))
            .env_clear()
            .envs(launch.environment.iter().map(|(key, value)| (key, value)))
            .env("HOME", folder)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).expect("a log"));
        let status = wait(command, &tree.title);
        let log = fs::read_to_string(&log).expect("the log");
        outcome(status.success(), &log, &root, launch.line)
    }

    /// A virtual environment as `python3 -m venv` makes it, but in no time. Its packages come behind the
    /// standard library in `sys.path`, as on the server.
    pub(crate) fn environment(&self, folder: &Path, distributions: &[&str]) -> PathBuf {
        let (major, minor) = self.version;
        let packages = folder.join(format!("lib/python{major}.{minor}/site-packages"));
        let programs = folder.join("bin");
        for folder in [&packages, &programs] {
            fs::create_dir_all(folder).expect("a folder");
        }
        let home = self.executable.parent().expect("a folder").display();
        let config = format!("home = {home}\ninclude-system-site-packages = false\n");
        fs::write(folder.join("pyvenv.cfg"), config).expect("a file");
        fs::write(packages.join("sitecustomize.py"), SITE).expect("a file");
        for distribution in distributions {
            let module = MODULES.iter().find(|(name, _)| name == distribution).map_or_else(
                || distribution.replace('-', "_"),
                |(_, module)| (*module).to_owned(),
            );
            let module = packages.join(module);
            fs::create_dir_all(&module).expect("a folder");
            fs::write(module.join("__init__.py"), STUB).expect("a file");
        }
        let interpreter = programs.join("python3");
        std::os::unix::fs::symlink(&self.executable, &interpreter).expect("a link");
        interpreter
    }
}

/// Runs the deploy step of a tree that has one, with the virtual environment active.
fn set_up(tree: &Tree, root: &Path, venv: &Path) {
    if !tree.files.contains_key(SETUP) {
        return;
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("bash")
        .args(["-e", SETUP])
        .current_dir(root)
        .env("PATH", format!("{}:{path}", venv.join("bin").display()))
        .output()
        .expect("bash starts");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {SETUP}: {log}", tree.title);
}

/// Writes the files of a tree; the folder without symbolic links in its path, as tracebacks name it.
pub(crate) fn write(tree: &Tree, folder: &Path) -> PathBuf {
    let root = folder.join("tree");
    for (path, text) in &tree.files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    root.canonicalize().expect("the tree")
}

fn wait(mut command: Command, title: &str) -> ExitStatus {
    let mut child = command.spawn().expect("python3 starts");
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a status") {
            return status;
        }
        if start.elapsed() > LIMIT {
            let _ = child.kill();
            panic!("{title}: the program does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What the log says. A program that dies before a line of the tree runs dies at its command.
pub(crate) fn outcome(is_success: bool, log: &str, root: &Path, command_line: u32) -> Outcome {
    if is_success {
        return Outcome::Starts;
    }
    let mut deaths: Vec<Death> = Vec::new();
    for traceback in log.split("Traceback (most recent call last):\n") {
        let place = traceback.lines().filter_map(|line| place(line, root)).next_back();
        let last = traceback.lines().find(|line| {
            let is_message = |line: &str| !line.is_empty() && !line.starts_with(' ');
            is_message(line) && !line.starts_with("sys.exit at") && place.is_some()
        });
        if let (Some((path, line)), Some(last)) = (place, last) {
            deaths.push(Death {
                reason: Some(reason(&without_root(last, root))),
                path,
                line,
            });
        }
    }
    let is_import = |death: &Death| {
        let reason = death.reason.as_deref().unwrap_or_default();
        reason.starts_with("No module named") || reason.starts_with("cannot import name")
    };
    deaths.reverse();
    // An import that fails while another one was being replaced is the reason; but where the code turns a
    // failed import into an exception of its own, the import may be named as well.
    if deaths.first().is_some_and(is_import) {
        deaths.truncate(1);
    }
    if let (true, Some(exit)) = (deaths.is_empty(), exit(log, root)) {
        deaths.push(exit);
    }
    if deaths.is_empty() {
        deaths.push(Death {
            reason: None,
            path: CONFIG.to_owned(),
            line: command_line,
        });
    }
    Outcome::Dies(deaths)
}

/// A message that names files of the tree as the audit does, which does not know where the tree will stand.
fn without_root(message: &str, root: &Path) -> String {
    let outer = root.parent().expect("a folder").to_string_lossy();
    message
        .replace(&*root.to_string_lossy(), "…")
        .replace(&*outer, "…/..")
}

/// `  File "/scratch/tree/a.py", line 3, in <module>`.
fn place(line: &str, root: &Path) -> Option<(String, u32)> {
    let (path, behind) = line
        .trim_start()
        .strip_prefix("File \"")?
        .split_once("\", line ")?;
    // Older Pythons name a module that a relative entry of `sys.path` found by a relative path.
    let path = Path::new(path).strip_prefix(root).ok().or_else(|| {
        let path = Path::new(path);
        (path.is_relative() && root.join(path).is_file()).then_some(path)
    })?;
    let digits = behind.split(',').next()?;
    Some((without_dots(path), digits.trim().parse().ok()?))
}

/// `run/../a.py` is `a.py`: the trees have no symbolic links.
fn without_dots(path: &Path) -> String {
    let mut parts: Vec<_> = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                parts.pop();
            }
            part => parts.push(part.as_os_str().to_string_lossy()),
        }
    }
    parts.join("/")
}

fn exit(log: &str, root: &Path) -> Option<Death> {
    let line = log
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("sys.exit at "))?;
    let (path, line) = place(line, root)?;
    Some(Death {
        reason: Some("SystemExit".to_owned()),
        path,
        line,
    })
}
