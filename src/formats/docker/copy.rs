//! `COPY` and `ADD`: where a container has the parts of the tree.

use super::instruction::Instruction;
use super::{Stage, expand};
use crate::facts::Placement;
use std::collections::BTreeSet;

/// Sources of one instruction that are looked up in an earlier stage, and placements of one stage: what
/// stages hand each other would grow without end.
const SOURCES: usize = 20;
const PLACEMENTS: usize = 1_000;

/// Folders that a build makes: they come out of a stage, and not out of the tree.
const MADE: [&str; 6] = ["venv", "env", "dist", "build", "target", "node_modules"];

/// Folders that every image has.
const USUAL: [&str; 12] = [
    "/",
    "/bin",
    "/etc",
    "/home",
    "/opt",
    "/root",
    "/srv",
    "/tmp",
    "/usr/bin",
    "/usr/local",
    "/usr/local/bin",
    "/var",
];

/// What an instruction copies.
pub(super) struct Copied {
    /// The stage or image that it comes from, when that is not the tree.
    pub(super) from: Option<String>,
    sources: Vec<String>,
    to: String,
    /// Whether `to` is a folder that files are put into.
    is_folder: bool,
}

/// Reads an instruction; nothing when it is not known where its files land.
pub(super) fn read(instruction: &Instruction, stage: &Stage) -> Option<Copied> {
    let mut words = instruction.words();
    let flags = words.iter().take_while(|word| word.starts_with("--")).count();
    let flags: Vec<String> = words.drain(..flags).collect();
    if flags.iter().any(|flag| flag == "--parents") {
        return None;
    }
    let from = flags.iter().find_map(|flag| flag.strip_prefix("--from="));
    let bracket = instruction.arguments.find('[').unwrap_or(0);
    let words: Vec<String> = serde_json::from_str(&instruction.arguments[bracket..]).unwrap_or(words);
    let mut sources: Vec<String> = words.iter().map(|word| expand::expand(word, stage)).collect();
    let written = sources.pop()?;
    let directory = stage.directory.as_ref().map(|directory| directory.value.as_str());
    let to = absolute(&written, directory)?;
    let is_folder = written.ends_with('/')
        || matches!(written.rsplit('/').next(), Some("." | ".."))
        || sources.len() > 1
        || USUAL.contains(&to.as_str())
        || is_known(&stage.folders, &to);
    Some(Copied {
        from: from.map(|from| expand::expand(from, stage).to_ascii_lowercase()),
        sources,
        to,
        is_folder,
    })
}

impl Copied {
    /// Adds to the stage what comes from the tree.
    pub(super) fn of_tree(&self, stage: &mut Stage) {
        for from in self.sources.iter().filter_map(|source| in_context(source)) {
            let to = self.target(&from);
            if !is_file(name_of(&from)) {
                stage.folders.insert(to.clone());
            }
            place(stage, from, to);
        }
    }

    /// Adds to the stage what an earlier one has of the tree and hands on.
    pub(super) fn of_stage(&self, earlier: &Stage, stage: &mut Stage) {
        for source in self.sources.iter().take(SOURCES) {
            let Some(source) = absolute(source, Some("")) else {
                continue;
            };
            let target = self.target(&source);
            for placement in &earlier.placements {
                let (from, to) = if let Some(rest) = below(&placement.to, &source) {
                    (placement.from.clone(), joined(&target, rest))
                } else if let Some(rest) = below(&source, &placement.to).filter(|rest| !is_made(rest)) {
                    let from = joined(&placement.from, rest);
                    (
                        from.strip_prefix("./").unwrap_or(&from).to_owned(),
                        target.clone(),
                    )
                } else {
                    continue;
                };
                place(stage, from, to);
            }
            stage.folders.insert(target);
        }
    }

    /// Where a file or folder lands: a file goes into a folder, what a folder holds goes beside it.
    fn target(&self, from: &str) -> String {
        if self.is_folder && is_file(name_of(from)) {
            joined(&self.to, name_of(from))
        } else {
            self.to.clone()
        }
    }
}

fn place(stage: &mut Stage, from: String, to: String) {
    if stage.placements.len() < PLACEMENTS {
        stage.placements.push(Placement { from, to });
    }
}

/// Whether a path is of what a build leaves behind; a virtual environment is often `.venv`.
fn is_made(path: &str) -> bool {
    path.split('/')
        .any(|part| part.starts_with('.') || MADE.contains(&part))
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn joined(folder: &str, rest: &str) -> String {
    if rest.is_empty() {
        return folder.to_owned();
    }
    format!("{}/{rest}", folder.trim_end_matches('/'))
}

/// What of a path lies below a folder; empty for the folder itself.
fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix('/')
}

/// The path without `.` and `..`, seen from the folder where that is known.
pub(super) fn absolute(written: &str, folder: Option<&str>) -> Option<String> {
    let whole = if written.starts_with('/') {
        written.to_owned()
    } else {
        format!("{}/{written}", folder?)
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

/// The path in the build's context; nothing for an address.
fn in_context(source: &str) -> Option<String> {
    if source.contains("://") || source.starts_with("git@") || source.starts_with("<<") {
        return None;
    }
    let path = absolute(source, Some(""))?;
    let path = path.trim_start_matches('/');
    Some(if path.is_empty() { "." } else { path }.to_owned())
}

/// Whether a name looks like that of a file, or is a pattern that files fit.
fn is_file(name: &str) -> bool {
    let has_extension = name
        .rsplit_once('.')
        .is_some_and(|(stem, extension)| !stem.is_empty() && !extension.is_empty());
    has_extension || matches!(name, "Pipfile" | "Procfile" | "Makefile" | "LICENSE" | "README")
}

/// Whether a path is one of the folders, or holds one.
fn is_known(folders: &BTreeSet<String>, path: &str) -> bool {
    let below = format!("{path}/");
    let next = folders.range(below.clone()..).next();
    folders.contains(path) || next.is_some_and(|folder| folder.starts_with(&below))
}
