//! Units that no script installs, beside others that one does.

use crate::document::Document;
use crate::finding::{Confidence, Draft, Effect, Place};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;
use crate::rules::command::name_of;
use std::collections::BTreeSet;

const FOLDERS: [&str; 3] = ["/etc/systemd/", "/lib/systemd/", "/usr/lib/systemd/"];

/// Reports each unit of the tree that stays where it is while a script puts others into systemd's folders.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let mut installed: Vec<(Place, Vec<&str>)> = Vec::new();
    for (place, command) in project.commands() {
        let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
        let is_install = words
            .iter()
            .take(3)
            .any(|word| matches!(name_of(word), "cp" | "ln" | "install" | "mv"));
        let is_there = |word: &&str| FOLDERS.iter().any(|folder| word.starts_with(folder));
        if is_install && words.iter().any(is_there) {
            installed.push((place, words));
        }
    }
    let Some((place, _)) = installed.first() else {
        return;
    };
    // `cp *.service`, a folder, a name in a variable: any of them may be meant.
    let names_all = installed.iter().all(|(_, words)| {
        let sources = words.iter().filter(|word| name_of(word).ends_with(".service"));
        let mut sources = sources.peekable();
        sources.peek().is_some() && sources.all(|word| !word.contains(['*', '$', '{', '?']))
    });
    if !names_all {
        return;
    }
    let named: BTreeSet<&str> = installed
        .iter()
        .flat_map(|(_, words)| words)
        .map(|word| name_of(word))
        .collect();
    for (id, view) in project.programs() {
        let Some(document) = project
            .document(view.place.document)
            .filter(|document| is_unit(document))
        else {
            continue;
        };
        let file = name_of(&document.path);
        if named.contains(file) {
            continue;
        }
        let message = format!(
            "nothing starts `{}` on the server: the scripts install other units, and not `{file}`",
            view.name
        );
        sink.report(
            Draft::new(view.place, message)
                .subject(format!("unit {file}"))
                .label(format!("Unit {file} not found."))
                .help(format!(
                    "have the deployment install it too: `cp {} /etc/systemd/system/`",
                    document.path
                ))
                .programs(vec![id])
                .related(*place, "this installs another one")
                .effect(Effect::Advice)
                .confidence(Confidence::Likely),
        );
    }
}

/// A unit that stands in the tree as a file.
fn is_unit(document: &Document) -> bool {
    document.format == Format::Systemd && document.host.is_none() && document.path.ends_with(".service")
}
