//! Trees of past commits, straight from git's objects: nothing is checked out.
//!
//! One `git cat-file --batch` answers for all of them. No hook and nothing that the repository configures is run.

use super::{Entry, Listing, Memory, Tree, Withheld};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

/// Bytes of a file of a past commit that are read at most. Longer ones hold data, and no code that runs.
const LARGEST: u64 = 8 << 20;

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its name in hexadecimal digits.
    pub id: String,
    /// The day on which it was committed: `2025-10-31`.
    pub date: String,
    /// The first line of what was said.
    pub subject: String,
}

/// A repository, and the folder of it that is audited.
pub struct Repository {
    root: PathBuf,
    reader: Mutex<Reader>,
}

/// The process that reads objects, asked one at a time.
struct Reader {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Repository {
    /// The repository that holds a folder.
    ///
    /// # Errors
    /// Says that there is none, or no git.
    pub fn open(root: &Path) -> Result<Self, String> {
        git(root, &["rev-parse", "--git-dir"]).map_err(|error| {
            format!(
                "{}: a history can be told only in a git repository: {error}",
                root.display()
            )
        })?;
        let mut child = command(root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("git cannot be run: {error}"))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (stdin, stdout) = pipes.ok_or("git cannot be talked to")?;
        Ok(Self {
            root: root.to_path_buf(),
            reader: Mutex::new(Reader {
                child,
                stdin,
                stdout: BufReader::new(stdout),
            }),
        })
    }

    /// The last commits of the branch that is checked out, the oldest first; of a merge, what it was merged into.
    ///
    /// # Errors
    /// In git's words, such as that there is no commit yet.
    pub fn commits(&self, last: usize) -> Result<Vec<Commit>, String> {
        let number = format!("--max-count={last}");
        let format = "--format=%H%x09%cs%x09%s";
        let log = git(
            &self.root,
            &["log", "--first-parent", "--no-show-signature", &number, format],
        )?;
        let mut commits: Vec<Commit> = String::from_utf8_lossy(&log)
            .lines()
            .filter_map(|line| {
                let mut parts = line.splitn(3, '\t').map(str::to_owned);
                Some(Commit {
                    id: parts.next()?,
                    date: parts.next()?,
                    subject: parts.next()?,
                })
            })
            .collect();
        commits.reverse();
        Ok(commits)
    }

    /// The folder as it was at a commit.
    ///
    /// # Errors
    /// In git's words.
    pub fn tree(&self, commit: &Commit) -> Result<Past<'_>, String> {
        let listed = git(&self.root, &["ls-tree", "-r", "-l", "-z", &commit.id])?;
        let mut files = BTreeMap::new();
        let mut bits = Vec::new();
        for entry in listed.split(|byte| *byte == 0) {
            let entry = String::from_utf8_lossy(entry);
            let Some((about, path)) = entry.split_once('\t') else {
                continue;
            };
            let about: Vec<&str> = about.split_whitespace().collect();
            if let [mode, "blob", id, size] = about[..] {
                bits.push((path.to_owned(), mode == "100755"));
                files.insert(path.to_owned(), (id.to_owned(), size.parse().unwrap_or(0)));
            }
        }
        // What is listed depends on the contents of these alone.
        let names = files.iter().map(|(path, (id, _)): (&String, &(String, u64))| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let is_needed = matches!(name, ".gitignore" | "pyvenv.cfg");
            let content = is_needed.then(|| self.blob(id).ok()).flatten();
            (path.clone(), content.unwrap_or_default())
        });
        Ok(Past {
            names: Memory::new(names.collect::<Vec<_>>()).with_run_bits(bits),
            repository: self,
            files,
        })
    }

    fn blob(&self, id: &str) -> Result<Vec<u8>, String> {
        let mut reader = self.reader.lock().map_err(|_| "git cannot be asked any more")?;
        reader
            .ask(id)
            .map_err(|error| format!("git does not answer: {error}"))?
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        if let Ok(reader) = self.reader.get_mut() {
            // It would end by itself at the end of its input; nobody is left to hear what it says.
            let _ = reader.child.kill();
            let _ = reader.child.wait();
        }
    }
}

impl Reader {
    fn ask(&mut self, id: &str) -> std::io::Result<Result<Vec<u8>, String>> {
        self.stdin.write_all(format!("{id}\n").as_bytes())?;
        self.stdin.flush()?;
        let mut head = String::new();
        self.stdout.read_line(&mut head)?;
        // `ID missing`: a clone that has only a part of the objects.
        let Some(size) = head.trim().rsplit(' ').next().and_then(|size| size.parse().ok()) else {
            return Ok(Err("the repository lacks it".to_owned()));
        };
        let mut content = vec![0; size];
        self.stdout.read_exact(&mut content)?;
        self.stdout.read_exact(&mut [0])?;
        Ok(Ok(content))
    }
}

/// A folder as it was at a commit.
pub struct Past<'a> {
    repository: &'a Repository,
    /// The files, without most of their contents: they tell what is listed.
    names: Memory,
    /// By path: the blob and its size.
    files: BTreeMap<String, (String, u64)>,
}

impl Tree for Past<'_> {
    fn list(&self) -> Listing {
        let mut listing = self.names.list();
        for Entry { path, size, .. } in &mut listing.files {
            *size = self.files.get(path).map_or(0, |(_, size)| *size);
        }
        listing
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let (id, size) = self.files.get(path).ok_or("no such file")?;
        if *size > LARGEST {
            return Ok(Vec::new());
        }
        self.repository.blob(id)
    }

    fn identity(&self, path: &str) -> Option<String> {
        self.files.get(path).map(|(id, _)| id.clone())
    }

    fn withheld(&self, path: &str) -> Option<Withheld> {
        self.names.withheld(path)
    }
}

fn command(root: &Path) -> Command {
    let mut command = Command::new("git");
    command
        // Nothing that the repository configures is run, and no lock is taken.
        .args([
            "--no-optional-locks",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.quotePath=false",
        ])
        .arg("-C")
        .arg(root)
        .env("LC_ALL", "C")
        .env("GIT_NO_LAZY_FETCH", "1");
    command
}

fn git(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = command(root).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("git cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or_default();
    Err(first.trim_start_matches("fatal: ").to_owned())
}
