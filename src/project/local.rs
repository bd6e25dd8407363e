//! Projects of the tree that are installed on the server, and the folders that become importable so.

use super::modules::{folder_of, join};
use super::paths::{Paths, resolve};
use super::scopes::is_of_development;
use crate::document::Document;
use crate::facts::{Command, Origin};
use std::collections::BTreeSet;

/// What makes a folder a project that pip takes.
const MARKS: [&str; 3] = ["pyproject.toml", "setup.py", "setup.cfg"];

/// The importable folders of all local installs, sorted.
pub(super) fn roots(documents: &[Document], paths: &Paths) -> Vec<String> {
    let mut folders = BTreeSet::new();
    for document in documents
        .iter()
        .filter(|document| !is_of_development(documents, document))
    {
        let here = if document.host.is_some() {
            ""
        } else {
            folder_of(&document.path)
        };
        for install in &document.facts.local_installs {
            // pip starts from where it is called, which is mostly the root or the document's folder.
            let gone_to = document
                .facts
                .command_at(install.span)
                .and_then(|command| command.folder.as_deref());
            let starts = gone_to.map_or(["", here], |folder| [folder, folder]);
            let seen_from = starts.map(|folder| resolve(folder, &install.folder));
            let project = seen_from
                .into_iter()
                .flatten()
                .find(|folder| is_project(folder, paths));
            folders.extend(project);
        }
        for command in &document.facts.commands {
            let folder = command.known_folder().unwrap_or("");
            if let Some(folder) = resolve(folder, "").filter(|_| syncs(command)) {
                folders.extend(is_built(documents, &folder).then_some(folder));
            }
        }
    }
    folders
        .into_iter()
        .map(|folder| importable(&folder, paths))
        .collect()
}

fn is_project(folder: &str, paths: &Paths) -> bool {
    MARKS.iter().any(|mark| paths.has_file(&join(folder, mark)))
}

/// Whether a command installs the project that it stands in: `uv sync`, `poetry install`.
fn syncs(command: &Command) -> bool {
    let has = |word: &str| command.arguments().iter().any(|argument| argument.text == word);
    let first = command.arguments().first().map_or("", |word| word.text.as_str());
    match (command.program(), first) {
        ("uv", "sync" | "run") => !has("--no-install-project") && !has("--no-project"),
        ("poetry" | "pdm", "install" | "sync") => !has("--no-root") && !has("--no-self"),
        _ => false,
    }
}

/// Whether the project of a folder names how it is built: `uv sync` installs no other.
fn is_built(documents: &[Document], folder: &str) -> bool {
    let path = join(folder, "pyproject.toml");
    let build = Origin::Group("build-system".to_owned());
    let project = documents.iter().find(|document| document.path == path);
    project.is_some_and(|document| {
        document
            .facts
            .requirements
            .iter()
            .any(|requirement| requirement.origin == build)
    })
}

/// The folder whose modules an installed project brings: `src/` where that layout is used.
fn importable(folder: &str, paths: &Paths) -> String {
    let source = join(folder, "src");
    let is_package = paths.has_file(&join(&source, "__init__.py"));
    if paths.has_folder(&source) && !is_package && !paths.has_file(&join(&source, "lib.rs")) {
        source
    } else {
        folder.to_owned()
    }
}
