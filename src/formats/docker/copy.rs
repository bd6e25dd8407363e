//! `COPY` and `ADD`: where a container has the parts of the tree.

use super::instruction::Instruction;
use super::{Stage, expand};
use crate::facts::Placement;
use std::collections::BTreeSet;

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

/// Adds to the stage what an instruction copies from the tree.
pub(super) fn copy(instruction: &Instruction, stage: &mut Stage) {
    let mut words = instruction.words();
    let flags = words.iter().take_while(|word| word.starts_with("--")).count();
    // What another stage or image brings is none of the tree's; with --parents it lands elsewhere.
    let is_elsewhere = |flag: &String| flag.starts_with("--from=") || flag == "--parents";
    if words.drain(..flags).any(|flag| is_elsewhere(&flag)) {
        return;
    }
    let bracket = instruction.arguments.find('[').unwrap_or(0);
    let words: Vec<String> = serde_json::from_str(&instruction.arguments[bracket..]).unwrap_or(words);
    let mut words: Vec<String> = words.iter().map(|word| expand::expand(word, stage)).collect();
    let Some(written) = words.pop() else {
        return;
    };
    let directory = stage.directory.as_ref().map(|directory| directory.value.as_str());
    let Some(to) = absolute(&written, directory) else {
        return;
    };
    let is_folder = written.ends_with('/')
        || matches!(written.rsplit('/').next(), Some("." | ".."))
        || words.len() > 1
        || USUAL.contains(&to.as_str())
        || is_known(&stage.folders, &to);
    for source in &words {
        let Some(from) = in_context(source) else {
            continue;
        };
        let name = from.rsplit('/').next().unwrap_or(&from);
        let to = if is_folder && is_file(name) {
            format!("{}/{name}", to.trim_end_matches('/'))
        } else {
            to.clone()
        };
        if !is_file(name) {
            stage.folders.insert(to.clone());
        }
        stage.placements.push(Placement { from, to });
    }
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
