//! `honcho start`: what runs are the lines of a Procfile, and when one of them ends, all do.

use super::Stage;
use super::place::{Kind, Locator, Site, name_of};
use crate::facts::{Manager, Program};
use crate::finding::{DocumentId, Place};
use crate::project::modules::{folder_of, join};

/// Options with a value, of `honcho start --help` and foreman(1).
const WITH_VALUE: [&str; 15] = [
    "-e",
    "--env",
    "-d",
    "--app-root",
    "--root",
    "-f",
    "--procfile",
    "-p",
    "--port",
    "-c",
    "--concurrency",
    "-m",
    "--formation",
    "-q",
    "--quiet",
];

/// What a command line of honcho or foreman says.
#[derive(Default)]
struct Start<'a> {
    file: Option<&'a str>,
    root: Option<&'a str>,
    /// The processes that it names; all when there are none.
    names: Vec<&'a str>,
}

impl<'a> Start<'a> {
    fn read(words: &'a [String]) -> Option<Self> {
        let mut start = Self::default();
        let mut operands = Vec::new();
        let mut rest = words.iter().map(String::as_str);
        while let Some(word) = rest.next() {
            let (option, value) = match word.split_once('=') {
                Some((option, value)) if word.starts_with('-') => (option, Some(value)),
                _ if WITH_VALUE.contains(&word) => (word, rest.next()),
                _ => (word, None),
            };
            match option {
                "-f" | "--procfile" => start.file = value,
                "-d" | "--app-root" | "--root" => start.root = value,
                option if option.starts_with('-') => {}
                operand => operands.push(operand),
            }
        }
        let (verb, names) = operands.split_first()?;
        start.names = names.to_vec();
        (*verb == "start").then_some(start)
    }
}

impl Locator<'_> {
    /// The commands of the Procfile that a command starts, where it does and the tree has it.
    pub(super) fn procfile(&self, words: &[String], site: &Site, depth: usize) -> Option<Vec<Stage>> {
        let (first, arguments) = words.split_first()?;
        let is_foreman = match name_of(first) {
            "foreman" => true,
            "honcho" => false,
            _ => return None,
        };
        let start = Start::read(arguments)?;
        let file = start.file.unwrap_or("Procfile");
        let file = match start.root {
            Some(root) => join(root, file),
            None => file.to_owned(),
        };
        let (path, _) = self.locate(&file, site, Kind::File);
        let (id, document) = self.document_at(&path)?;
        let mut site = site.clone();
        // honcho stays where it is (honcho 2.0); foreman goes to the Procfile's folder.
        if is_foreman && !folder_of(&path).is_empty() {
            self.enter(start.root.unwrap_or_else(|| folder_of(&file)), &mut site);
        }
        let is_started = |program: &&Program| {
            program.manager == Manager::Procfile
                && (start.names.is_empty() || start.names.contains(&program.name.as_str()))
        };
        let programs = document.facts.programs.iter().filter(is_started);
        Some(
            programs
                .flat_map(|program| self.line_of(id, program, &site, depth))
                .collect(),
        )
    }

    fn line_of(&self, document: DocumentId, program: &Program, site: &Site, depth: usize) -> Vec<Stage> {
        let Some(line) = &program.command else {
            return Vec::new();
        };
        let place = Place {
            document,
            span: line.span,
        };
        self.run_line(&program.commands, &line.value, place, site, depth)
    }
}
