//! Who makes the folders of the tree, and who starts a supervisord.

use super::super::modules::folder_of;
use super::super::paths::resolve;
use crate::document::Document;
use crate::facts::{Command, Purpose};
use crate::finding::{DocumentId, Place};
use crate::formats::Format;

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
        if crate::project::reach::is_of_development(documents, found) {
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

/// A command of a script that starts a supervisord.
pub(super) struct Starter {
    /// The command.
    pub(super) place: Place,
    /// The configuration that it names, as far as that is known; nothing when it names none.
    config: Option<String>,
}

impl Starter {
    /// Whether it is this configuration that it starts supervisord with.
    pub(super) fn starts(&self, config: &str) -> bool {
        match &self.config {
            Some(named) => {
                let named = named.trim_start_matches("./");
                let is_end = |whole: &str, end: &str| {
                    whole
                        .strip_suffix(end)
                        .is_some_and(|before| before.is_empty() || before.ends_with('/'))
                };
                is_end(named, config) || (!named.contains('/') && is_end(config, named))
            }
            // Where supervisord itself looks for its configuration.
            None => matches!(config, "supervisord.conf" | "etc/supervisord.conf"),
        }
    }
}

/// Every command of the scripts that starts a supervisord.
pub(super) fn starters(documents: &[Document]) -> Vec<Starter> {
    let mut found = Vec::new();
    for (document, host) in (0..).map(DocumentId).zip(documents) {
        let is_script =
            host.format == Format::Shell && !super::super::reach::is_of_development(documents, host);
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

/// Whether a script makes a folder itself, or has another script run that does.
pub(super) fn is_maker(documents: &[Document], script: DocumentId, makers: &[DocumentId]) -> bool {
    if makers.contains(&script) {
        return true;
    }
    let Some(document) = documents.get(script.0 as usize) else {
        return false;
    };
    let names = makers
        .iter()
        .filter_map(|maker| documents.get(maker.0 as usize)?.path.rsplit('/').next());
    let names: Vec<&str> = names.collect();
    let mut words = document.facts.commands.iter().flat_map(|command| &command.words);
    words.any(|word| names.contains(&word.text.rsplit('/').next().unwrap_or_default()))
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
}
