//! Where a path leads: into the tree, beside it, or nobody knows where.

use super::super::eval::Value;
use super::super::imports::PART;
use super::super::modules::folder_of;
use super::super::programs::{Entry, ProgramView, State, is_foreign};
use crate::target::Target;

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    /// Into the tree.
    Tree {
        /// The path, or each that it could be.
        paths: Vec<String>,
        /// Whether it is known which.
        is_known: bool,
    },
    /// To another folder of the server.
    Outside(String),
    /// Above the tree's root.
    Beyond {
        /// How far.
        levels: usize,
        /// And from there on.
        path: String,
    },
    /// It cannot be told.
    Unknown,
}

/// Folders of the server that the tree is put to, each with the folder of the tree that it is.
pub(in crate::project) fn roots(programs: &[ProgramView], target: &Target) -> Vec<(String, String)> {
    let trimmed = |root: &str| root.trim_end_matches('/').to_owned();
    let mut roots: Vec<(String, String)> = Vec::new();
    roots.extend(target.root.iter().map(|root| (trimmed(root), String::new())));
    for program in programs.iter().filter(|program| !program.in_container) {
        for stage in &program.stages {
            roots.extend(stage.root().map(|root| (trimmed(root), String::new())));
        }
        if let Some((written, _)) = &program.directory.written
            && written.starts_with('/')
            && !written.contains('%')
            && !is_foreign(written)
            && trimmed(written).len() > 1
            && runs_the_tree(program)
        {
            roots.push((trimmed(written), program.directory.path.clone()));
        }
    }
    // The longest comes first: `/opt/app/backend` before `/opt/app`.
    roots.sort_by(|one, other| (other.0.len(), &one.0).cmp(&(one.0.len(), &other.0)));
    roots.dedup();
    roots.retain(|(root, _)| !root.is_empty());
    roots
}

/// Whether a program's code is found from its working directory, so that this is a folder of the tree.
pub(in crate::project) fn runs_the_tree(program: &ProgramView) -> bool {
    program.stages.iter().any(|stage| match &stage.entry {
        Entry::Script { written, state, .. } => {
            *state == State::Present && !written.starts_with('/')
                || program
                    .directory
                    .written
                    .as_ref()
                    .is_some_and(|(folder, _)| written.starts_with(folder.as_str()))
        }
        Entry::Module { .. } => true,
        Entry::Tool { .. } | Entry::Other => false,
    })
}

/// The folder of a path; nothing when it is the working directory, the root, or not known.
pub(super) fn parent(value: &Value) -> Option<Value> {
    match value {
        Value::Tree(path) => Some(Value::Tree(folder_of(path).to_owned())).filter(|_| path.contains('/')),
        Value::Text(text) if text.starts_with([':', '~']) || text.starts_with("file:") => None,
        Value::Text(text) => {
            let folder = folder_of(text);
            (!folder.is_empty() && folder != ".").then(|| Value::Text(folder.to_owned()))
        }
        Value::Absolute(path) => {
            let folder = folder_of(path);
            (!folder.is_empty()).then(|| Value::Absolute(folder.to_owned()))
        }
        Value::Above(..) | Value::OneOf(_) | Value::Unknown => None,
    }
}

/// Whether a part of a path is not known.
pub(super) fn has_unknown_part(value: &Value) -> bool {
    match value {
        Value::Tree(path) | Value::Text(path) | Value::Absolute(path) | Value::Above(_, path) => {
            path.contains(PART) || path.contains(['*', '{', '%', '<', '$'])
        }
        Value::OneOf(_) | Value::Unknown => true,
    }
}

/// Files that people bring to a server by hand: what no repository should hold.
pub(super) fn is_by_hand(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let is_key = [
        ".pem", ".key", ".crt", ".cer", ".p12", ".pfx", ".jks", ".env", ".token",
    ]
    .iter()
    .any(|end| name.ends_with(end));
    let says_so = [
        "secret",
        "credential",
        "token",
        "passw",
        "private",
        "service_account",
        "service-account",
        "client_id",
    ]
    .iter()
    .any(|word| name.contains(word));
    is_key || says_so || name.starts_with(".env")
}

/// A path and every folder above it, but the root.
pub(super) fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(path).filter(|path| !path.is_empty());
    std::iter::from_fn(move || {
        let path = next?;
        next = Some(folder_of(path)).filter(|folder| !folder.is_empty());
        Some(path)
    })
}

/// A folder and every one above it, with the root.
pub(super) fn above(folder: &str) -> impl Iterator<Item = &str> {
    ancestors(folder).chain([""])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_paths_are_known_as_far_as_the_paths_are() {
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(parent(&text("logs/a.log")), Some(text("logs")));
        assert_eq!(parent(&text("a.log")), None);
        assert_eq!(parent(&text("./a.log")), None);
        assert_eq!(parent(&text(":memory:")), None);
        assert_eq!(parent(&Value::Tree("a.log".to_owned())), None);
        assert_eq!(
            parent(&Value::Absolute("/var/x/a".to_owned())),
            Some(Value::Absolute("/var/x".to_owned()))
        );
        assert!(has_unknown_part(&text("logs/\0.log")) && !has_unknown_part(&text("logs")));
    }
}
