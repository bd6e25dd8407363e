//! How code and scripts look for processes.

use super::Project;
use crate::document::Document;
use crate::facts::{Command, Reach, Role, Value, Word};
use crate::finding::{DocumentId, Place};

/// Commands that show, find or end processes.
const TOOLS: [&str; 6] = ["ps", "pgrep", "pkill", "killall", "lsof", "pidof"];
/// What stands between the list of processes and what is done with it.
const FILTERS: [&str; 11] = [
    "awk", "cut", "egrep", "fgrep", "grep", "head", "sed", "sort", "tail", "tr", "uniq",
];

/// A text that is looked for in the names or command lines of processes.
#[derive(Debug, Clone)]
pub struct ProcessPattern<'a> {
    /// The text.
    pub text: &'a str,
    /// Where it stands.
    pub place: Place,
    /// Whether upper and lower case are the same to it.
    pub ignores_case: bool,
    /// Whether the target gets there.
    pub reach: Reach,
}

impl Project {
    /// Every text that a document looks for in the list of processes, in the order of the text.
    pub fn process_patterns<'a>(&self, id: DocumentId, document: &'a Document) -> Vec<ProcessPattern<'a>> {
        let mut found = in_commands(id, &document.facts.commands);
        if document.facts.python.is_some() && self.looks_at_processes(id, document) {
            let compared = document.facts.values.iter().filter(|value| is_compared(value));
            found.extend(compared.map(|value| ProcessPattern {
                text: &value.text,
                place: Place {
                    document: id,
                    span: value.span,
                },
                ignores_case: false,
                reach: value.reach,
            }));
        }
        found.sort_by_key(|pattern| pattern.place);
        found.dedup_by_key(|pattern| pattern.place);
        found
    }

    /// Whether Python code asks for the processes of its machine.
    fn looks_at_processes(&self, id: DocumentId, document: &Document) -> bool {
        let runs_tool = document.facts.commands.iter().any(|command| {
            let words = command.words.iter().take(2);
            words
                .map(|word| name_of(&word.text))
                .any(|name| TOOLS.contains(&name))
        });
        runs_tool || self.modules_of(id).any(|module| module == "psutil")
    }
}

fn is_compared(value: &Value) -> bool {
    matches!(value.role, Role::Compared | Role::Pattern)
}

fn in_commands(document: DocumentId, commands: &[Command]) -> Vec<ProcessPattern<'_>> {
    let mut found = Vec::new();
    let mut after_list = false;
    for command in commands {
        let words = &command.words;
        let at = words
            .iter()
            .take(3)
            .position(|word| TOOLS.contains(&name_of(&word.text)) || FILTERS.contains(&name_of(&word.text)));
        after_list &= command.is_piped;
        let Some((tool, arguments)) = at.and_then(|at| words[at..].split_first()) else {
            after_list = false;
            continue;
        };
        let name = name_of(&tool.text);
        let is_search = matches!(name, "pgrep" | "pkill" | "killall" | "pidof");
        let is_filter = after_list && matches!(name, "grep" | "egrep" | "fgrep");
        if is_search || is_filter {
            let has = |letter: char| {
                let options = arguments.iter().filter(|word| is_option(word));
                options.map(|word| &word.text).any(|text| text.contains(letter))
            };
            // `grep -v` leaves out what it finds.
            if let Some(pattern) = pattern_of(arguments).filter(|_| is_search || !has('v')) {
                found.push(ProcessPattern {
                    text: &pattern.text,
                    place: Place {
                        document,
                        span: pattern.span,
                    },
                    ignores_case: has('i'),
                    reach: command.reach,
                });
            }
        }
        after_list = name == "ps" || (after_list && FILTERS.contains(&name));
    }
    found
}

fn is_option(word: &Word) -> bool {
    word.text.starts_with('-') && word.text.len() > 1
}

/// The first word that is no option and no option's value.
fn pattern_of(arguments: &[Word]) -> Option<&Word> {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.text.as_str() {
            "-u" | "-U" | "-P" | "-t" | "-g" | "-G" | "-s" | "--signal" | "-F" | "-A" | "-B" | "-C" => {
                words.next();
            }
            "-e" | "--" => return words.next(),
            _ if is_option(word) => {}
            _ => return Some(word).filter(|word| word.is_literal),
        }
    }
    None
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
