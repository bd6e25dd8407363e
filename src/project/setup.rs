//! What the scripts of the tree set up on a server: accounts, and configurations in the system's folders.

use super::Project;
use super::daemons::Daemon;
use super::paths::Paths;
use crate::facts::{Command, Manager};
use crate::finding::{DocumentId, Place};
use std::collections::{BTreeSet, HashMap};

/// Commands that put a file somewhere.
const PUTS: [&str; 6] = ["cp", "ln", "install", "mv", "tee", "rsync"];

/// Commands that set something up.
#[derive(Debug, Default)]
pub(super) struct Setup {
    /// Those that put a file somewhere.
    puts: Naming,
    /// Those of root that start a supervisord.
    root_starts: Naming,
}

/// Commands, found by the files that their words name.
#[derive(Debug, Default)]
struct Naming {
    /// Each with its words.
    commands: Vec<(Place, Vec<String>)>,
    /// By the name of a file: those with a word that ends with it.
    by_name: HashMap<String, Vec<usize>>,
    /// By the path of a file of the tree: those with a word that ends with it, and with none longer.
    by_path: HashMap<String, Vec<usize>>,
}

impl Naming {
    fn new(commands: Vec<(Place, Vec<String>)>, paths: &Paths) -> Self {
        let mut naming = Self::default();
        for (at, (_, words)) in commands.iter().enumerate() {
            for word in words {
                let known = match file_named_by(paths, word) {
                    Some(path) => naming.by_path.entry(path.to_owned()),
                    None => naming.by_name.entry(name_of(word).to_owned()),
                };
                known.or_default().push(at);
            }
        }
        naming.commands = commands;
        naming
    }

    /// Those with a word that names a file, in their order.
    fn of(&self, path: &str) -> impl Iterator<Item = &(Place, Vec<String>)> {
        let listed = [self.by_path.get(path), self.by_name.get(name_of(path))];
        let mut found: Vec<usize> = listed.into_iter().flatten().flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|at| self.commands.get(at))
    }
}

/// The file of the tree whose path a word ends with; of several the longest path.
fn file_named_by<'a>(paths: &Paths, word: &'a str) -> Option<&'a str> {
    let mut end = word.trim_start_matches("./");
    loop {
        if paths.has_file(end) {
            return Some(end);
        }
        (_, end) = end.split_once('/')?;
    }
}

impl Project {
    /// Every command of a script or Dockerfile that is no development, with its place.
    pub fn commands(&self) -> impl Iterator<Item = (Place, &Command)> {
        self.documents()
            .filter(|(id, _)| self.scope(*id) != crate::finding::Scope::Development)
            .flat_map(|(document, found)| {
                found.facts.commands.iter().map(move |command| {
                    let span = command.span;
                    (Place { document, span }, command)
                })
            })
    }

    /// Accounts that commands of the tree make.
    pub fn made_accounts(&self) -> BTreeSet<&str> {
        self.commands()
            .filter(|(_, command)| {
                let mut words = command.words.iter().map(|word| name_of(&word.text));
                words.any(|word| matches!(word, "useradd" | "adduser"))
            })
            .filter_map(|(_, command)| command.words.last())
            .map(|word| word.text.as_str())
            .collect()
    }

    /// The command that puts a file of this document's name below a folder of the system, if there is one.
    pub fn put_below(&self, id: DocumentId, folder: &str) -> Option<Place> {
        let is_it = |(_, words): &&(Place, Vec<String>)| {
            let mut sources = words.iter().filter(|word| !word.starts_with(folder));
            words.iter().any(|word| word.starts_with(folder)) && sources.any(|word| self.names_file(word, id))
        };
        let path = &self.document(id)?.path;
        self.setup().puts.of(path).find(is_it).map(|(place, _)| *place)
    }

    fn setup(&self) -> &Setup {
        self.setup.get_or_init(|| {
            let mut puts = Vec::new();
            let mut root_starts = Vec::new();
            for (place, command) in self.commands() {
                let words = || command.words.iter().map(|word| word.text.as_str());
                if words().take(3).any(|word| PUTS.contains(&name_of(word))) {
                    puts.push((place, words().map(str::to_owned).collect()));
                }
                let is_sudo = words().next() == Some("sudo") && !words().any(|word| word == "-u");
                if is_sudo && words().any(|word| name_of(word) == "supervisord") {
                    root_starts.push((place, words().map(str::to_owned).collect()));
                }
            }
            let mut of_units = Vec::new();
            for (id, view) in self.programs() {
                let Some((document, program)) = self.definition(id) else {
                    continue;
                };
                let is_root = program.user.as_ref().is_none_or(|user| user.value == "root");
                if view.manager == Manager::Systemd && is_root {
                    let words = program.commands.iter().flat_map(|command| &command.words);
                    let words: Vec<String> = words.map(|word| word.text.clone()).collect();
                    if words.iter().any(|word| name_of(word) == "supervisord") {
                        let span = program.span;
                        of_units.push((Place { document, span }, words));
                    }
                }
            }
            // The last unit counts first, and any unit before any command.
            of_units.reverse();
            of_units.append(&mut root_starts);
            Setup {
                puts: Naming::new(puts, &self.paths),
                root_starts: Naming::new(of_units, &self.paths),
            }
        })
    }

    /// Whether a word of a command names this file, as far as its end tells: of files of one name it is the one whose
    /// path the word ends with.
    fn names_file(&self, word: &str, id: DocumentId) -> bool {
        let Some(document) = self.document(id) else {
            return false;
        };
        let name = name_of(&document.path);
        if name_of(word) != name {
            return false;
        }
        file_named_by(&self.paths, word).is_none_or(|path| path == document.path)
    }

    /// Whether a script of the tree sets up services: it puts something into the folders of a manager.
    pub fn sets_up_services(&self) -> bool {
        let folders = ["/etc/systemd/", "/etc/supervisor", "/lib/systemd/"];
        let is_there = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
        let mut written = self.documents().filter(|(_, document)| document.host.is_some());
        written.any(|(_, document)| is_there(&document.path))
            || self
                .commands()
                .any(|(_, command)| command.words.iter().any(|word| is_there(&word.text)))
    }

    /// What tells that a supervisord is started by root, if anything of the tree does: the distribution's own, a
    /// unit without `User=`, `sudo`.
    pub fn root_starts(&self, daemon: &Daemon) -> Option<Place> {
        let document = self.document(daemon.config)?;
        if document.path.starts_with("/etc/supervisor") {
            return Some(self.start_of(daemon.config));
        }
        if let Some(place) = self.put_below(daemon.config, "/etc/supervisor") {
            return Some(place);
        }
        let mut starts = self.setup().root_starts.of(&document.path);
        starts.next().map(|(place, _)| *place)
    }

    /// Whether a container starts supervisord: who is root there is another matter.
    pub fn has_contained_supervisord(&self) -> bool {
        self.programs().any(|(_, view)| {
            let is_container = matches!(view.manager, Manager::Docker | Manager::Compose);
            is_container && view.command.contains("supervisord")
        })
    }
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
