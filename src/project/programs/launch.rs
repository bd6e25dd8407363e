//! Which files of the tree a program's definition has run by name, and which it gives to a shell.

use super::line::Line;
use super::place::{Kind, Locator, Site, name_of};
use super::{State, is_foreign};
use crate::facts::{Command, Manager};
use crate::finding::Place;

/// A file that is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// Its path, relative to the root.
    pub path: String,
    /// As written.
    pub written: String,
    /// Where.
    pub place: Place,
    /// Who runs it.
    pub how: How,
    /// Whether it is known to be that file; a path outside the tree may be another one.
    pub is_sure: bool,
}

/// Who runs a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// The kernel, for a process manager or for code: what it refuses fails.
    Exec,
    /// A shell, by the file's name: what the kernel takes for no program, the shell reads itself.
    Shell,
    /// The interpreter that it is given to: `bash run.sh`.
    Given(String),
}

/// Shells that a script can be given to.
const SHELLS: [&str; 5] = ["sh", "bash", "dash", "zsh", "ksh"];

impl Locator<'_> {
    /// The files of the tree that a definition's commands run.
    pub(super) fn launches(
        &self,
        commands: &[Command],
        line: &str,
        manager: Manager,
        place: Place,
        site: &Site,
    ) -> Vec<Launch> {
        let first = line.split_whitespace().next().unwrap_or("");
        // Of a Dockerfile's forms the one without a shell leaves no trace.
        let has_shell = SHELLS.contains(&name_of(first))
            || !matches!(manager, Manager::Supervisor | Manager::Systemd | Manager::Compose);
        let by_name = if has_shell { How::Shell } else { How::Exec };
        let found = commands.iter().filter_map(|command| {
            let mut here = site.clone();
            if let Some(folder) = command.known_folder() {
                self.enter(folder, &mut here);
            }
            let words: Vec<String> = command.words.iter().map(|word| word.text.clone()).collect();
            let (written, how) = run_file(&words, &by_name)?;
            let (path, state) = self.locate(&written, &here, Kind::File);
            let is_known = self.paths.has_file(&path) && !is_of_system(&written);
            is_known.then(|| Launch {
                path,
                is_sure: state == State::Present,
                written,
                place,
                how,
            })
        });
        // pm2 chooses the interpreter by the file's name.
        found.filter(|_| manager != Manager::Pm2).collect()
    }
}

/// The file that a command runs, when it is named by a path or given to a shell.
pub(in crate::project) fn run_file(words: &[String], by_name: &How) -> Option<(String, How)> {
    let line = Line::read(&[], words);
    let (first, rest) = line.words.split_first()?;
    if SHELLS.contains(&name_of(first)) {
        let at = rest.iter().position(|word| !word.starts_with('-'))?;
        let is_text = rest[..at]
            .iter()
            .any(|option| !option.starts_with("--") && option.ends_with(['c', 's']));
        return (!is_text).then(|| (rest[at].clone(), How::Given(name_of(first).to_owned())));
    }
    first.contains('/').then(|| (first.clone(), by_name.clone()))
}

/// Whether a path is one of the system's own folders, or of another machine: the tree's file of that name is
/// another.
pub(in crate::project) fn is_of_system(path: &str) -> bool {
    const FOLDERS: [&str; 6] = ["/usr/", "/bin/", "/sbin/", "/etc/", "/lib/", "/tmp/"];
    is_foreign(path) || FOLDERS.iter().any(|folder| path.starts_with(folder))
}
