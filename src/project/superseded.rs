//! Configurations of the tree that a script writes anew: what the committed file says is not what runs.

use super::scopes::is_development_document;
use crate::document::Document;
use crate::facts::Command;
use crate::finding::DocumentId;
use crate::formats::Format;
use std::collections::{BTreeMap, HashMap};

/// Commands of a script that uses what it has written.
const USES: [&str; 3] = ["supervisord", "supervisorctl", "systemctl"];

/// Each such file, and the document in a script that takes its place. A script that nothing runs counts only
/// when it goes on to use what it writes.
pub(super) fn collect(documents: &[Document]) -> BTreeMap<DocumentId, DocumentId> {
    let by_path: BTreeMap<&str, DocumentId> = (0..)
        .map(DocumentId)
        .zip(documents)
        .filter(|(_, document)| document.host.is_none() && defines_programs(document))
        .map(|(id, document)| (document.path.as_str(), id))
        .collect();
    let mut found = BTreeMap::new();
    if by_path.is_empty() {
        return found;
    }
    let callers = callers(documents);
    for (id, document) in (0..).map(DocumentId).zip(documents) {
        let Some(host) = document.host.as_ref().filter(|_| defines_programs(document)) else {
            continue;
        };
        let Some(generator) = documents.get(host.document.0 as usize) else {
            continue;
        };
        let Some(committed) = by_path.get(in_tree(&document.path)) else {
            continue;
        };
        if generator.format == Format::Shell
            && !is_development_document(generator)
            && is_run(&callers, generator)
        {
            found.insert(*committed, id);
        }
    }
    found
}

fn defines_programs(document: &Document) -> bool {
    matches!(document.format, Format::Supervisor | Format::Systemd) && !document.facts.programs.is_empty()
}

/// The path seen from the root, where a variable stands for that.
fn in_tree(path: &str) -> &str {
    let path = path.strip_prefix("./").unwrap_or(path);
    match path.split_once('/') {
        Some((first, rest)) if first.starts_with('$') => rest,
        _ => path,
    }
}

fn is_run(callers: &Callers<'_>, generator: &Document) -> bool {
    let uses = |command: &Command| {
        let mut words = command.words.iter().take(2);
        words.any(|word| USES.contains(&name_of(&word.text)))
    };
    if generator.facts.commands.iter().any(uses) {
        return true;
    }
    let name = name_of(&generator.path);
    let known = callers.get(name).into_iter().flatten();
    known.copied().any(|path| path != generator.path)
}

/// By the name of what commands run: the paths of documents with such a command, of which two are enough.
type Callers<'a> = HashMap<&'a str, Vec<&'a str>>;

fn callers(documents: &[Document]) -> Callers<'_> {
    let mut callers = Callers::new();
    for document in documents
        .iter()
        .filter(|document| !is_development_document(document))
    {
        let commands = document.facts.commands.iter().filter(|command| {
            let program = command.program();
            !matches!(program, "chmod" | "echo" | "cp" | "rm" | "test" | "[")
        });
        for word in commands.flat_map(|command| command.words.iter().take(3)) {
            let paths = callers.entry(name_of(&word.text)).or_default();
            let path = document.path.as_str();
            if paths.len() < 2 && !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    callers
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
