//! Which folder a program works in, and so where a relative path leads.

use super::super::eval::Value;
use super::super::imports::FileEvent;
use super::super::modules::{folder_of, join};
use super::super::paths::resolve;
use super::super::programs::{Entry, FolderBy, ProgramView, State};
use super::document_of;
use super::ground::Ground;
use super::place::{Spot, above, runs_the_tree};
use crate::facts::{Manager, Told};

impl Ground<'_> {
    /// Where a value leads.
    pub(super) fn spot(&self, program: Option<&ProgramView>, event: &FileEvent, value: &Value) -> Spot {
        match value {
            Value::Tree(path) => Spot::Tree {
                paths: vec![path.clone()],
                is_known: true,
            },
            Value::Text(text) => self.below_working_directory(program, event, text),
            Value::Absolute(path) if program.is_none_or(|view| !view.in_container) => {
                Spot::Outside(path.clone())
            }
            Value::Above(levels, path) => {
                let behind = path.splitn(levels + 1, '/').nth(*levels);
                match behind {
                    // `../../app/config`: back into the tree, if that is what it is called.
                    Some(behind) if self.has(behind) => Spot::Unknown,
                    _ => Spot::Beyond {
                        levels: *levels,
                        path: path.clone(),
                    },
                }
            }
            Value::Absolute(_) | Value::OneOf(_) | Value::Unknown => Spot::Unknown,
        }
    }

    fn below_working_directory(&self, program: Option<&ProgramView>, event: &FileEvent, text: &str) -> Spot {
        match known_folder(program, event) {
            Some((Some(folder), _)) => match resolve(&folder, text) {
                Some(path) => Spot::Tree {
                    paths: vec![path],
                    is_known: true,
                },
                None => Spot::Unknown,
            },
            // A folder of the server that is not the tree's.
            Some((None, folder)) => Spot::Tree {
                paths: vec![format!("{}/{text}", folder.trim_end_matches('/'))],
                is_known: true,
            },
            None => {
                let own = folder_of(self.path_of(document_of(event)));
                let stage = program.and_then(|view| view.stages.get(event.stage));
                let folders = stage.map(|stage| stage.directory.as_str());
                let mut paths: Vec<String> = Vec::new();
                for folder in folders.into_iter().chain(above(own)) {
                    if let Some(path) = resolve(folder, text).filter(|path| !paths.contains(path)) {
                        paths.push(path);
                    }
                }
                // The root is the usual place, and what a message is best about.
                paths.sort_by_key(String::len);
                Spot::Tree {
                    paths,
                    is_known: false,
                }
            }
        }
    }

    /// How a path stands in the log.
    pub(super) fn shown(&self, program: Option<&ProgramView>, event: &FileEvent, value: &Value) -> String {
        let whole = |path: &str| {
            let root = self.world.roots.iter().find(|(_, folder)| folder.is_empty());
            let root = root.map_or("…", |(root, _)| root.as_str());
            format!("{root}/{path}")
        };
        match value {
            Value::Tree(path) => whole(path),
            Value::Text(text) if matches!(event.told, Told::Whole | Told::Handler) => {
                match known_folder(program, event) {
                    Some((Some(folder), _)) => whole(&join(&folder, text)),
                    Some((None, folder)) => format!("{}/{text}", folder.trim_end_matches('/')),
                    None => whole(text),
                }
            }
            Value::Text(path) | Value::Absolute(path) => path.clone(),
            Value::Above(levels, path) => format!("…/{}{path}", "../".repeat(*levels)),
            Value::OneOf(_) | Value::Unknown => String::new(),
        }
    }
}

/// The folder that a program works in when it gets to an event, and how a person would call it; nothing
/// inside when it is not one of the tree.
pub(super) fn known_folder(
    program: Option<&ProgramView>,
    event: &FileEvent,
) -> Option<(Option<String>, String)> {
    let program = program?;
    let stage = program.stages.get(event.stage)?;
    if stage.folder == FolderBy::Manager {
        let name = match program.manager {
            Manager::Systemd => "/",
            _ => "~",
        };
        return Some((None, name.to_owned()));
    }
    let is_found_from_there = match &stage.entry {
        Entry::Script { written, state, .. } => *state == State::Present && !written.starts_with('/'),
        Entry::Module { .. } => true,
        Entry::Tool { .. } | Entry::Other => false,
    };
    let is_set = program.directory.written.is_some()
        && (program.directory.state == State::Present || runs_the_tree(program));
    let is_known = is_found_from_there || is_set || program.manager == Manager::Script;
    is_known.then(|| {
        let shown = if stage.directory.is_empty() {
            "the project's folder".to_owned()
        } else {
            format!("{}/", stage.directory)
        };
        (Some(stage.directory.clone()), shown)
    })
}
