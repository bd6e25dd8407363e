//! Who makes the folders of the tree, and who starts a supervisord.

use super::super::modules::folder_of;
use super::super::paths::resolve;
use crate::document::Document;
use crate::facts::{Command, Purpose};
use crate::finding::{DocumentId, Place};
use crate::formats::Format;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Commands of a script that puts the tree on a server or starts its programs.
const DEPLOYS: [&str; 12] = [
    "apt",
    "apt-get",
    "dnf",
    "docker",
    "pip",
    "pip3",
    "rsync",
    "scp",
    "supervisorctl",
    "supervisord",
    "systemctl",
    "yum",
];

/// A folder that some file makes.
pub(in crate::project) struct Maker {
    pub(in crate::project) path: String,
    pub(in crate::project) document: DocumentId,
    /// Whether the file is a step of every deployment.
    pub(super) is_deploy: bool,
}

/// Whether making `made` leaves `folder` there: it is the folder, or one below it, under whatever name
/// the server has for the tree.
pub(super) fn makes(made: &str, folder: &str) -> bool {
    let is_tail = |path: &str| {
        path.strip_suffix(folder)
            .is_some_and(|before| before.is_empty() || before.ends_with('/') || folder.starts_with('/'))
    };
    let mut path = made;
    loop {
        if is_tail(path) {
            return true;
        }
        match path.rsplit_once('/') {
            Some((above, _)) => path = above,
            None => return false,
        }
    }
}

/// Every folder that a file of the tree makes.
pub(in crate::project) fn makers(documents: &[Document]) -> Vec<Maker> {
    let mut makers = Vec::new();
    for (document, found) in (0..).map(DocumentId).zip(documents) {
        if crate::project::scopes::is_of_development(documents, found) {
            continue;
        }
        let base = folder_of(&found.path);
        let programs = found.facts.commands.iter().map(crate::facts::Command::program);
        let is_deploy = match found.format {
            Format::Python => false,
            Format::Shell => programs.clone().any(|program| DEPLOYS.contains(&program)),
            _ => true,
        };
        let mut make = |path: &str| {
            let path = path.trim_end_matches('/').trim_start_matches("./").to_owned();
            makers.push(Maker {
                path,
                document,
                is_deploy,
            });
        };
        for used in found
            .facts
            .paths
            .iter()
            .filter(|used| used.purpose == Purpose::MakesFolder)
        {
            make(&used.path);
            make(&crate::project::modules::join(base, &used.path));
        }
        // What a container mounts is made with it.
        for placement in found
            .facts
            .programs
            .iter()
            .flat_map(|program| &program.placements)
        {
            make(&placement.to);
            make(&crate::project::modules::join(
                base,
                placement.from.trim_start_matches("./"),
            ));
        }
        for command in &found.facts.commands {
            let words = || command.words.iter().map(|word| word.text.as_str());
            let is_install = command.program() == "install" && words().any(|word| word == "-d");
            if is_install
                || words()
                    .take(3)
                    .any(|word| word.rsplit('/').next() == Some("mkdir"))
            {
                for word in words().skip(1).filter(|word| !word.starts_with('-')) {
                    make(word);
                    if let Some(folder) = command.known_folder() {
                        make(&crate::project::modules::join(folder, word));
                    }
                }
            }
        }
    }
    makers
}

/// The folders that files of the tree make, found by the folder that is asked for.
#[derive(Default)]
pub(super) struct Makers {
    all: Vec<Maker>,
    /// By a number of parts: the makers that have so many parts in a row, by these.
    rows: RefCell<BTreeMap<usize, HashMap<String, Vec<usize>>>>,
}

impl Makers {
    pub(super) fn new(documents: &[Document]) -> Self {
        Self {
            all: makers(documents),
            rows: RefCell::default(),
        }
    }

    /// Those that leave a folder there, in the order of documents.
    pub(super) fn of(&self, folder: &str) -> Vec<&Maker> {
        let parts = folder.trim_start_matches('/');
        let length = parts.split('/').count();
        let mut rows = self.rows.borrow_mut();
        let rows = rows.entry(length).or_insert_with(|| self.in_a_row(length));
        let found = rows.get(parts).into_iter().flatten();
        found
            .filter_map(|at| self.all.get(*at))
            .filter(|maker| makes(&maker.path, folder))
            .collect()
    }

    /// The makers by each run of so many parts that their paths have.
    fn in_a_row(&self, length: usize) -> HashMap<String, Vec<usize>> {
        let mut rows: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, maker) in self.all.iter().enumerate() {
            let behind = maker.path.match_indices('/').map(|(slash, _)| slash + 1);
            let mut starts: Vec<usize> = std::iter::once(0).chain(behind).collect();
            starts.push(maker.path.len() + 1);
            for row in starts.windows(length + 1) {
                let Some(parts) = maker.path.get(row[0]..row[length] - 1) else {
                    continue;
                };
                let known = rows.entry(parts.to_owned()).or_default();
                if known.last() != Some(&at) {
                    known.push(at);
                }
            }
        }
        rows
    }
}

/// A command of a script that starts a supervisord.
pub(super) struct Starter {
    /// The command.
    pub(super) place: Place,
    /// The configuration that it names, as far as that is known; nothing when it names none.
    config: Option<String>,
}

/// Longer paths are none of a file.
const LONGEST: usize = 4096;

/// The commands that start a supervisord, found by the configuration that they start it with.
#[derive(Default)]
pub(super) struct Starters {
    all: Vec<Starter>,
    /// By each end of the path that they name.
    by_end: HashMap<String, Vec<usize>>,
    /// Those that name a file without its folder, by its name.
    by_name: HashMap<String, Vec<usize>>,
    /// Those that name none.
    unnamed: Vec<usize>,
}

impl Starters {
    pub(super) fn new(documents: &[Document]) -> Self {
        let mut found = Self {
            all: starters(documents),
            ..Self::default()
        };
        for (at, starter) in found.all.iter().enumerate() {
            let Some(named) = &starter.config else {
                found.unnamed.push(at);
                continue;
            };
            let mut end = named.trim_start_matches("./");
            if !end.contains('/') {
                found.by_name.entry(end.to_owned()).or_default().push(at);
            }
            loop {
                if end.len() <= LONGEST {
                    found.by_end.entry(end.to_owned()).or_default().push(at);
                }
                let Some((_, behind)) = end.split_once('/') else {
                    break;
                };
                end = behind;
            }
        }
        found
    }

    /// The commands that start supervisord with this configuration.
    pub(super) fn of(&self, config: &str) -> Vec<Place> {
        let name = config.rsplit('/').next().unwrap_or(config);
        let listed = [self.by_end.get(config), self.by_name.get(name)];
        let mut found: Vec<usize> = listed.into_iter().flatten().flatten().copied().collect();
        // Where supervisord itself looks for its configuration.
        if matches!(config, "supervisord.conf" | "etc/supervisord.conf") {
            found.extend(&self.unnamed);
        }
        found.sort_unstable();
        found.dedup();
        let found = found.into_iter().filter_map(|at| self.all.get(at));
        found.map(|starter| starter.place).collect()
    }
}

/// Every command of the scripts that starts a supervisord.
fn starters(documents: &[Document]) -> Vec<Starter> {
    let mut found = Vec::new();
    for (document, host) in (0..).map(DocumentId).zip(documents) {
        let is_script =
            host.format == Format::Shell && !super::super::scopes::is_of_development(documents, host);
        for command in host.facts.commands.iter().filter(|_| is_script) {
            if let Some(arguments) = of_supervisord(command) {
                let config = config_of(command, &arguments);
                let place = Place {
                    document,
                    span: command.span,
                };
                found.push(Starter { place, config });
            }
        }
    }
    found
}

/// The words behind `supervisord` in a command that starts it.
fn of_supervisord(command: &Command) -> Option<Vec<&str>> {
    let mut words = command.words.iter().map(|word| word.text.as_str());
    let name = loop {
        let word = words.next()?;
        match word {
            "-u" | "-g" => {
                words.next();
            }
            "sudo" | "env" | "exec" | "nohup" | "setsid" => {}
            _ if word.starts_with('-') || word.contains('=') => {}
            _ => break word,
        }
    };
    let rest: Vec<&str> = words.collect();
    let only_tells = rest
        .iter()
        .any(|word| matches!(*word, "--version" | "-v" | "--help" | "-h"));
    (name.rsplit('/').next() == Some("supervisord") && !only_tells).then_some(rest)
}

/// The configuration that supervisord is given, where it is given one.
fn config_of(command: &Command, arguments: &[&str]) -> Option<String> {
    let at = arguments
        .iter()
        .position(|word| matches!(*word, "-c" | "--configuration"));
    let joined = arguments
        .iter()
        .find_map(|word| word.strip_prefix("--configuration="));
    let named = at.and_then(|at| arguments.get(at + 1).copied()).or(joined)?;
    Some(match command.known_folder() {
        Some(folder) if !named.starts_with(['/', '$', '~']) => {
            resolve(folder, named).unwrap_or_else(|| named.to_owned())
        }
        _ => named.to_owned(),
    })
}

/// What each script calls: the last parts of all its words.
#[derive(Default)]
pub(super) struct Calls<'a>(RefCell<BTreeMap<DocumentId, HashSet<&'a str>>>);

impl<'a> Calls<'a> {
    /// Whether a script makes a folder itself, or has another script run that does.
    pub(super) fn make(&self, documents: &'a [Document], script: DocumentId, makers: &[DocumentId]) -> bool {
        if makers.contains(&script) {
            return true;
        }
        let mut calls = self.0.borrow_mut();
        let called = calls.entry(script).or_insert_with(|| {
            let script = documents.get(script.0 as usize).into_iter();
            let commands = script.flat_map(|document| &document.facts.commands);
            let words = commands.flat_map(|command| &command.words);
            words.map(|word| last_part(&word.text)).collect()
        });
        makers.iter().any(|maker| {
            let maker = documents.get(maker.0 as usize);
            maker.is_some_and(|document| called.contains(last_part(&document.path)))
        })
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_with_those_above_it() {
        for (made, folder, expected) in [
            ("logs", "logs", true),
            ("/opt/app/logs", "logs", true),
            ("/opt/app/logs/web", "logs", true),
            ("/var/log/app", "/var/log/app", true),
            ("catalogs", "logs", false),
            ("log", "logs", false),
            ("", "logs", false),
        ] {
            assert_eq!(makes(made, folder), expected, "{made} {folder}");
        }
    }

    #[test]
    fn makers_are_found_as_if_each_was_asked() {
        let paths = [
            "", "a", "/a", "a/b", "/x/a/b/c", "x/b/a", "a//b", "b/a/b/a", "$D/a/b", "ba/b",
        ];
        let found = Makers {
            all: paths
                .map(|path| Maker {
                    path: path.to_owned(),
                    document: DocumentId(0),
                    is_deploy: false,
                })
                .into(),
            rows: RefCell::default(),
        };
        for folder in [
            "a", "b", "a/b", "b/a", "/a", "/a/b", "/x/a", "x", "a/b/c", "", "/", "a/", "//b",
        ] {
            let one_by_one: Vec<&str> = paths.into_iter().filter(|path| makes(path, folder)).collect();
            let found: Vec<&str> = found
                .of(folder)
                .into_iter()
                .map(|maker| maker.path.as_str())
                .collect();
            assert_eq!(found, one_by_one, "{folder}");
        }
    }

    #[test]
    fn a_supervisord_is_started_with_the_file_that_is_named() {
        let named = ["/srv/app/ops/s.conf", "./ops/s.conf", "s.conf", "ps.conf"].map(Some);
        let commands = named.into_iter().chain([None]).map(|config| match config {
            Some(config) => format!("supervisord -c {config}\n"),
            None => "supervisord\n".to_owned(),
        });
        let script: String = commands.collect();
        let tree = crate::tree::Memory::new([("run.sh", script.as_str())]);
        let (project, _) = crate::engine::read(
            &tree,
            crate::target::Target::default(),
            &|_| false,
            &crate::engine::Progress::default(),
        );
        let documents: Vec<Document> = project
            .documents()
            .map(|(_, document)| document.clone())
            .collect();
        let starters = Starters::new(&documents);
        for (config, expected) in [
            ("ops/s.conf", 3),
            ("app/ops/s.conf", 2),
            ("s.conf", 3),
            ("other/s.conf", 1),
            ("supervisord.conf", 1),
            ("etc/supervisord.conf", 1),
            ("x.conf", 0),
        ] {
            assert_eq!(starters.of(config).len(), expected, "{config}");
        }
    }
}
