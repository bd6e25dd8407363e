//! What git knows of a folder: what changed since a revision, and the files of that revision.
//!
//! The `git` program is asked, and nothing else: no hook, no external diff, no text conversion of the audited
//! repository is run.

use super::Memory;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Bytes of a file of another revision that are read at most. Longer ones hold data, and no code that runs.
const LARGEST: u64 = 8 << 20;

/// A folder in a git repository, and a revision to compare it with.
#[derive(Debug)]
pub struct Revision {
    root: PathBuf,
    commit: String,
}

/// What is different in the folder since a revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The changed lines of each file as ranges, first and last line from 1. A new file has all lines.
    pub lines: BTreeMap<String, Vec<(u32, u32)>>,
    /// What renamed files were called at the revision, with their names of today.
    pub renamed: BTreeMap<String, String>,
    /// Whether anything is different, be it that lines were only taken away.
    pub is_any: bool,
}

impl Changes {
    /// Whether one of these lines of a file, both included, was changed.
    pub fn touch(&self, path: &str, first: u32, last: u32) -> bool {
        let ranges = self.lines.get(path).map_or(&[][..], Vec::as_slice);
        ranges.iter().any(|(from, to)| *from <= last && first <= *to)
    }
}

impl Revision {
    /// The revision that `name` means in the repository that holds the folder `root`.
    ///
    /// # Errors
    /// Says that there is no such revision, or no repository, or no git.
    pub fn new(root: &Path, name: &str) -> Result<Self, String> {
        let revision = Self {
            root: root.to_path_buf(),
            commit: format!("{name}^{{commit}}"),
        };
        if name.starts_with('-') {
            return Err(format!("`{name}` is no revision"));
        }
        revision.git(&["rev-parse", "--git-dir"]).map_err(|error| {
            format!(
                "{}: changes can be told only in a git repository: {error}",
                root.display()
            )
        })?;
        let found = revision.git(&["rev-parse", "--verify", "--quiet", &revision.commit]);
        let found = found.map_err(|_| {
            format!("there is no revision `{name}` here; in a shallow clone, fetch its history first")
        })?;
        let commit = String::from_utf8_lossy(&found).trim().to_owned();
        Ok(Self { commit, ..revision })
    }

    /// What the folder has that the revision had not: staged, not staged, and files that git does not know yet.
    ///
    /// # Errors
    /// In git's words.
    pub fn changes(&self) -> Result<Changes, String> {
        // What the repository's own settings could change of the form is said anew.
        let base = [
            "diff",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules=all",
            "--inter-hunk-context=0",
            "--relative",
            "-M",
        ];
        let with = |more: &[&str]| self.git(&[&base, more, &[&self.commit, "--"]].concat());
        let names = with(&["--name-status", "-z"])?;
        let patch = with(&["--unified=0"])?;
        let mut changes = Changes::default();
        let mut paths = Vec::new();
        let mut words = names.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        while let Some(status) = words.next().filter(|status| !status.is_empty()) {
            let mut path = words.next().unwrap_or_default().into_owned();
            if status.starts_with(['R', 'C']) {
                let new = words.next().unwrap_or_default().into_owned();
                if status.starts_with('R') {
                    changes.renamed.insert(path, new.clone());
                }
                path = new;
            }
            // Of a file that is still unmerged the patch has no part.
            if !status.starts_with('U') {
                paths.push(path);
            }
        }
        changes.is_any = !paths.is_empty();
        // The patch has one part for each name, in the same order; its own names may be quoted.
        let mut at = None;
        for line in patch.split(|byte| *byte == b'\n') {
            if line.starts_with(b"diff --git ") {
                at = Some(at.map_or(0, |at: usize| at + 1));
            } else if let (Some(range), Some(path)) = (added(line), at.and_then(|at| paths.get(at))) {
                changes.lines.entry(path.clone()).or_default().push(range);
            }
        }
        let unknown = self.git(&["ls-files", "--others", "--exclude-standard", "-z"])?;
        for path in unknown.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
            let path = String::from_utf8_lossy(path).into_owned();
            changes.is_any = true;
            changes.lines.insert(path, vec![(1, u32::MAX)]);
        }
        Ok(changes)
    }

    /// The files of the folder at the revision.
    ///
    /// # Errors
    /// In git's words.
    pub fn tree(&self) -> Result<Memory, String> {
        let listed = self.git(&["ls-tree", "-r", "-l", "-z", &self.commit])?;
        let (mut entries, mut links) = (Vec::new(), BTreeSet::new());
        for entry in listed.split(|byte| *byte == 0) {
            let entry = String::from_utf8_lossy(entry);
            let Some((about, path)) = entry.split_once('\t') else {
                continue;
            };
            let mut about = about.split_whitespace();
            if let (Some(mode), Some("blob"), Some(id), Some(size)) =
                (about.next(), about.next(), about.next(), about.next())
            {
                if mode == "120000" {
                    links.insert(path.to_owned());
                }
                let is_short = size.parse().is_ok_and(|size: u64| size <= LARGEST);
                entries.push((path.to_owned(), mode == "100755", is_short.then(|| id.to_owned())));
            }
        }
        let ids: Vec<&str> = entries.iter().filter_map(|(_, _, id)| id.as_deref()).collect();
        let mut contents = self.blobs(&ids)?.into_iter();
        let bits: Vec<(String, bool)> = entries
            .iter()
            .map(|(path, bit, _)| (path.clone(), *bit))
            .collect();
        let files = entries.into_iter().map(|(path, _, id)| {
            let content = id.and_then(|_| contents.next()).unwrap_or_default();
            (path, content)
        });
        let mut files: BTreeMap<String, Vec<u8>> = files.collect();
        for link in links {
            // The blob of a link is where it leads. What leads out of the folder is not there.
            let to = files.remove(&link).unwrap_or_default();
            let to = followed(&link, &String::from_utf8_lossy(&to));
            if let Some(content) = to.and_then(|to| files.get(&to)).cloned() {
                files.insert(link, content);
            }
        }
        Ok(Memory::new(files).with_run_bits(bits))
    }

    /// The contents of blobs, in their order.
    fn blobs(&self, ids: &[&str]) -> Result<Vec<Vec<u8>>, String> {
        let mut asked = ids.join("\n");
        asked.push('\n');
        let answer = self.git_with(&["cat-file", "--batch"], asked.into_bytes())?;
        let mut rest = answer.as_slice();
        let mut contents = Vec::with_capacity(ids.len());
        for _ in ids {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let head = String::from_utf8_lossy(&rest[..end]);
            let size = head
                .rsplit(' ')
                .next()
                .and_then(|size| size.parse::<usize>().ok());
            rest = rest.get(end + 1..).unwrap_or_default();
            // `ID missing`: a clone that has only a part of the blobs.
            let Some(size) = size else {
                contents.push(Vec::new());
                continue;
            };
            contents.push(rest.get(..size).unwrap_or_default().to_vec());
            rest = rest.get(size + 1..).unwrap_or_default();
        }
        Ok(contents)
    }

    fn git(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        self.git_with(arguments, Vec::new())
    }

    fn git_with(&self, arguments: &[&str], input: Vec<u8>) -> Result<Vec<u8>, String> {
        let mut child = Command::new("git")
            // Nothing that the repository configures is run, and no lock is taken.
            .args([
                "--no-optional-locks",
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.quotePath=false",
            ])
            .arg("-C")
            .arg(&self.root)
            .args(arguments)
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("git cannot be run: {error}"))?;
        // Git answers while it is still asked: whoever waited with reading would wait for ever.
        let stdin = child.stdin.take();
        let writer = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
        let output = child.wait_with_output();
        let _ = writer.join();
        let output = output.map_err(|error| format!("git cannot be run: {error}"))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let first = said.lines().next().unwrap_or_default();
        Err(first.trim_start_matches("fatal: ").to_owned())
    }
}

/// Where a link leads to, from the root; nothing when that lies outside.
fn followed(link: &str, to: &str) -> Option<String> {
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    if to.starts_with('/') {
        return None;
    }
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The lines that a hunk's head (`@@ -1,2 +3,4 @@`) says to be new; none where it only takes lines away.
fn added(line: &[u8]) -> Option<(u32, u32)> {
    let line = std::str::from_utf8(line.get(..line.len().min(80))?).ok()?;
    let new = line.strip_prefix("@@ -")?.split(' ').nth(1)?.strip_prefix('+')?;
    let (first, count) = new.split_once(',').unwrap_or((new, "1"));
    let (first, count): (u32, u32) = (first.parse().ok()?, count.parse().ok()?);
    (count > 0).then(|| (first, first.saturating_add(count - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_hunk_names_its_new_lines() {
        for (line, range) in [
            ("@@ -1,2 +3,4 @@ def f():", Some((3, 6))),
            ("@@ -1 +1 @@", Some((1, 1))),
            ("@@ -5,2 +4,0 @@", None),
            ("@@ nothing", None),
            ("+@@ -1 +1 @@", None),
            ("", None),
        ] {
            assert_eq!(added(line.as_bytes()), range, "{line}");
        }
    }

    #[test]
    fn links_are_followed_inside_the_folder() {
        for (link, to, path) in [
            ("a/b.py", "../c.py", Some("c.py")),
            ("a/b.py", "./d.py", Some("a/d.py")),
            ("b.py", "../c.py", None),
            ("b.py", "/etc/c.py", None),
        ] {
            assert_eq!(followed(link, to).as_deref(), path, "{link} {to}");
        }
    }

    #[test]
    fn where_there_is_no_repository_words_say_so() {
        let folder = tempfile::tempdir().unwrap();
        let said = Revision::new(folder.path(), "HEAD").unwrap_err();
        assert!(
            said.contains("changes can be told only in a git repository"),
            "{said}"
        );
        assert!(
            Revision::new(folder.path(), "--exec=x")
                .unwrap_err()
                .contains("is no revision")
        );
    }
}
