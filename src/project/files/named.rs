//! Files that scripts and pages name, and that the server will not have.

use super::super::modules::folder_of;
use super::super::paths::resolve;
use super::super::{Project, scopes};
use super::place;
use crate::document::Document;
use crate::facts::{Command, Purpose, Reach, Role, Word};
use crate::finding::{DocumentId, Place, Scope};
use crate::formats::Format;
use std::collections::BTreeSet;

/// A file that a script or a page names and the server lacks.
#[derive(Debug, Clone)]
pub struct NamedLack {
    /// Where it is named.
    pub place: Place,
    /// The path as written.
    pub written: String,
    /// What names it: the command, or the folder that is not there; nothing in a page.
    pub command: Option<String>,
    /// Files of that name that the tree has elsewhere.
    pub others: Vec<String>,
}

/// Commands that bring files of which nothing is known.
const BRINGING: [&str; 10] = [
    "git", "tar", "unzip", "wget", "curl", "rsync", "scp", "aws", "gsutil", "npx",
];
/// Folders that a build makes.
const BUILT: [&str; 9] = [
    "dist",
    "build",
    "out",
    "static",
    "staticfiles",
    "assets",
    "public",
    "target",
    "node_modules",
];
/// Ends of files that a page loads.
const ASSETS: [&str; 14] = [
    ".js", ".css", ".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp", ".woff", ".woff2", ".ttf", ".mp3",
    ".mp4", ".json",
];

impl Project {
    /// Files that commands of scripts need and the tree does not have.
    pub fn lacking_in_scripts(&self) -> Vec<NamedLack> {
        // The commands of programs are judged with them.
        let stages = self.programs.iter().flat_map(|program| &program.stages);
        let stages: BTreeSet<Place> = stages.map(|stage| stage.place).collect();
        let mut found = Vec::new();
        for (id, document) in self.documents() {
            if document.format != Format::Shell || self.scope(id) == Scope::Development {
                continue;
            }
            for command in &document.facts.commands {
                // What comes behind such a command may have come with it.
                if BRINGING.contains(&command.program()) {
                    break;
                }
                if command.is_conditional
                    || command.reach != Reach::Always
                    || stages.contains(&Place {
                        document: id,
                        span: command.span,
                    })
                {
                    continue;
                }
                let words = needed(command).into_iter();
                found.extend(words.filter_map(|word| self.lacking_word(id, document, command, word)));
            }
        }
        found
    }

    fn lacking_word(
        &self,
        id: DocumentId,
        document: &Document,
        command: &Command,
        word: &Word,
    ) -> Option<NamedLack> {
        let text = word.text.as_str();
        let name = text.rsplit('/').next().unwrap_or(text);
        let is_plain =
            word.is_literal && !text.is_empty() && !text.starts_with(['/', '~', '-', '.'].as_slice())
                || text.starts_with("./")
                || text.starts_with("../");
        let is_open =
            text.contains(|letter: char| letter.is_whitespace() || "$*?{}[]()<>|`%@:=".contains(letter));
        if !is_plain || !word.is_literal || is_open || self.made.contains(name) || !name.contains('.') {
            return None;
        }
        let own = folder_of(self.file_path(document));
        let bases: Vec<String> = match command.folder.as_deref() {
            None => vec![String::new(), own.to_owned()],
            Some(folder) => ["", own]
                .iter()
                .filter_map(|base| resolve(base, folder))
                .collect(),
        };
        // A folder that the tree does not have came from elsewhere, with what is in it.
        let is_known = bases.iter().any(|base| self.paths.has_folder(base));
        let paths: Vec<String> = bases.iter().filter_map(|base| resolve(base, text)).collect();
        let is_there = |path: &String| self.paths.has_file(path) || self.paths.has_folder(path);
        // Seen from one of them it lies beside the tree, where nobody knows what there is.
        let may_be_beside = paths.len() < bases.len();
        if !is_known || may_be_beside || paths.iter().any(is_there) {
            return None;
        }
        let is_other_case = paths.iter().any(|path| self.paths.other_case(path).is_some());
        let others = self.paths.named(name);
        // Where the script is called from is not known, when it does not stand at the root.
        let is_elsewhere = !own.is_empty() && !others.is_empty();
        if is_other_case || is_elsewhere || place::is_by_hand(text) {
            return None;
        }
        Some(NamedLack {
            place: Place {
                document: id,
                span: word.span,
            },
            written: text.to_owned(),
            command: Some(command.program().to_owned()),
            others: others.into_iter().map(str::to_owned).collect(),
        })
    }

    /// Files that scripts write to folders which nothing makes: the shell opens them before it runs the command.
    pub fn lacking_folders_in_scripts(&self) -> Vec<NamedLack> {
        let mut found = Vec::new();
        for (id, document) in self.documents() {
            let is_script = matches!(document.format, Format::Shell | Format::Cron);
            if !is_script || self.scope(id) == Scope::Development {
                continue;
            }
            let own = folder_of(self.file_path(document));
            for used in &document.facts.paths {
                let Some((folder, _)) = used.path.rsplit_once('/') else {
                    continue;
                };
                // A redirection stands behind its command.
                let commands = &document.facts.commands;
                let behind = commands.partition_point(|command| command.span.start <= used.span.start);
                let command = behind.checked_sub(1).and_then(|at| commands.get(at));
                let is_sure =
                    command.is_some_and(|command| !command.is_conditional && command.reach == Reach::Always);
                let is_open =
                    used.path.starts_with(['/', '~']) || used.path.contains(['$', '`', '*', '{', '%']);
                if used.purpose != Purpose::MakesFile || is_open || !is_sure {
                    continue;
                }
                let folder = folder.trim_start_matches("./");
                if self.lacks_folder(own, command.and_then(|command| command.folder.as_deref()), folder) {
                    found.push(NamedLack {
                        place: Place {
                            document: id,
                            span: used.span,
                        },
                        written: used.path.clone(),
                        command: Some(folder.to_owned()),
                        others: Vec::new(),
                    });
                }
            }
        }
        found
    }

    /// Whether nothing brings or makes a folder that a script writes to.
    fn lacks_folder(&self, own: &str, gone_to: Option<&str>, folder: &str) -> bool {
        // A build or `collectstatic` makes such a folder.
        let is_built = folder.split('/').any(|part| BUILT.contains(&part));
        if folder.is_empty() || folder == "." || is_built || self.made_folders.contains(folder) {
            return false;
        }
        let bases: Vec<String> = match gone_to {
            None => vec![String::new(), own.to_owned()],
            // Where a script goes to by a variable is mostly the root.
            Some(gone_to) if gone_to.contains(['$', '`']) || gone_to.starts_with('/') => {
                vec![String::new(), own.to_owned()]
            }
            Some(gone_to) => ["", own]
                .iter()
                .filter_map(|base| resolve(base, gone_to))
                .collect(),
        };
        let is_known = bases.iter().any(|base| self.paths.has_folder(base));
        let paths: Vec<String> = bases.iter().filter_map(|base| resolve(base, folder)).collect();
        let is_there = |path: &String| self.paths.has_folder(path) || self.made_folders.contains(path);
        is_known && !paths.is_empty() && !paths.iter().any(is_there)
    }

    /// The path of the file that holds a document.
    pub(in crate::project) fn file_path<'a>(&'a self, document: &'a Document) -> &'a str {
        let mut at = document;
        while let Some(host) = &at.host {
            let Some(outer) = self.document(host.document) else {
                break;
            };
            at = outer;
        }
        &at.path
    }

    /// What pages load from this server, and no file of the tree is called so.
    pub fn lacking_in_pages(&self) -> Vec<NamedLack> {
        // A server may answer for a path without a file.
        let code = self
            .documents()
            .filter(|(_, document)| document.facts.python.is_some());
        let served: BTreeSet<&str> = code
            .flat_map(|(_, document)| &document.facts.values)
            .filter_map(|value| value.text.rsplit('/').next())
            .collect();
        let mut found = Vec::new();
        for (id, document) in self.documents() {
            let is_page = document.format == Format::Html && document.host.is_none();
            if !is_page || self.scope(id) == Scope::Development || scopes::is_development_document(document) {
                continue;
            }
            for value in &document.facts.values {
                let is_loaded = matches!(value.name.as_deref(), Some("src" | "href" | "poster"));
                if !is_loaded || value.role != Role::Markup {
                    continue;
                }
                let path = value.text.split(['?', '#']).next().unwrap_or_default();
                if self.is_lacking_asset(path, &served) {
                    found.push(NamedLack {
                        place: Place {
                            document: id,
                            span: value.span,
                        },
                        written: path.to_owned(),
                        command: None,
                        others: Vec::new(),
                    });
                }
            }
        }
        found
    }

    fn is_lacking_asset(&self, path: &str, served: &BTreeSet<&str>) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_open = path.contains("//")
            || path.contains(':')
            || path.contains(|letter: char| letter.is_whitespace() || "{}$<>%*()|`'\"".contains(letter));
        let lower = name.to_ascii_lowercase();
        let is_asset = ASSETS
            .iter()
            .any(|end| lower.ends_with(end) && lower.len() > end.len());
        if is_open || !is_asset || self.made.contains(name) {
            return false;
        }
        let is_built = path
            .split('/')
            .any(|part| matches!(part, "dist" | "build" | "assets" | "_next" | "vendor"));
        let has_name = !self.paths.named(name).is_empty() || self.paths.has_name_of_any_case(&lower);
        !is_built && !has_name && !served.contains(name)
    }
}

/// The words of a command that have to be files.
pub(super) fn needed(command: &Command) -> Vec<&Word> {
    let arguments = command.arguments();
    let operands = || arguments.iter().filter(|word| !word.text.starts_with('-'));
    let program = command.program();
    let is_python = program.starts_with("python");
    let first = arguments.first().map_or("", |word| word.text.as_str());
    if is_python || matches!(program, "bash" | "sh" | "zsh") {
        // `-c` and `-m` name no file, and `-` neither.
        let is_file = !first.starts_with('-') || matches!(first, "-u" | "-x" | "-e");
        return operands().take(usize::from(is_file)).collect();
    }
    match program {
        "source" | "." => operands()
            .take(1)
            .filter(|word| !word.text.ends_with("/activate"))
            .collect(),
        "cp" => {
            let all: Vec<&Word> = operands().collect();
            all.split_last()
                .map_or_else(Vec::new, |(_, sources)| sources.to_vec())
        }
        "chmod" => operands().skip(1).collect(),
        _ => {
            let word = command.words.first();
            word.filter(|word| word.text.starts_with("./"))
                .into_iter()
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn commands_need_what_they_read() {
        let word = |text: &str| Word {
            text: text.to_owned(),
            span: Span::default(),
            is_literal: true,
        };
        let needs = |line: &str| -> Vec<String> {
            let command = Command::new(line.split(' ').map(word).collect(), Span::default());
            needed(&command)
                .into_iter()
                .map(|word| word.text.clone())
                .collect()
        };
        assert_eq!(needs("python3 -u a.py b"), ["a.py"]);
        assert!(needs("python3 -m venv x").is_empty() && needs("bash -c x").is_empty());
        assert_eq!(needs("cp -r a b c"), ["a", "b"]);
        assert_eq!(needs("./run.sh x"), ["./run.sh"]);
        assert_eq!(needs("source env.sh"), ["env.sh"]);
        assert!(needs("source venv/bin/activate").is_empty());
        assert_eq!(needs("chmod +x a.sh"), ["a.sh"]);
    }
}
