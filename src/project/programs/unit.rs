//! Units of systemd that other files change: drop-ins (`web.service.d/override.conf`), and the instances of
//! a template (`systemctl enable work@a`).

use super::place::{Locator, name_of};
use crate::document::Document;
use crate::facts::{Command, DropIn, Manager, Program, UnitList};
use crate::finding::DocumentId;
use crate::project::modules::folder_of;
use std::collections::BTreeSet;

/// A template has no more instances than this in any tree that people wrote.
const MOST: usize = 64;
/// Commands of systemctl that start a unit, now or with the server.
const STARTS: [&str; 6] = [
    "enable",
    "reenable",
    "start",
    "restart",
    "reload-or-restart",
    "try-restart",
];

impl Locator<'_> {
    /// The drop-ins of a unit, in the order in which systemd reads them: that of their names.
    pub(super) fn drop_ins(&self, document: &Document, program: &Program) -> Vec<(DocumentId, DropIn)> {
        if program.manager != Manager::Systemd {
            return Vec::new();
        }
        let template = program
            .name
            .split_once('@')
            .map(|(prefix, _)| format!("{prefix}@"));
        let is_ours = |drop_in: &DropIn| {
            drop_in.unit.is_empty()
                || drop_in.unit == program.name
                || template.as_ref().is_some_and(|name| *name == drop_in.unit)
        };
        let here = folder_of(&document.path);
        let name = name_of(&document.path);
        let mut found: Vec<(&str, DocumentId, DropIn)> = Vec::new();
        for (id, other) in self.drop_ins.iter().copied() {
            // The folder beside its own unit, or one that is apart from every unit of that name.
            let beside = folder_of(folder_of(&other.path));
            let has_other = || self.paths.has_file(&crate::project::modules::join(beside, name));
            let is_left_out = crate::project::scopes::is_development_document(other);
            if is_left_out || (beside != here && has_other()) {
                continue;
            }
            let drop_ins = other.facts.drop_ins.iter().filter(|drop_in| is_ours(drop_in));
            found.extend(drop_ins.map(|drop_in| (name_of(&other.path), id, drop_in.clone())));
        }
        found.sort_by_key(|(name, id, _)| (*name, *id));
        found.into_iter().map(|(_, id, drop_in)| (id, drop_in)).collect()
    }

    /// The instances of a template that scripts of the tree start.
    pub(super) fn instances(&self, template: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let commands = self
            .documents
            .iter()
            .flat_map(|document| &document.facts.commands);
        for command in commands {
            let mut words = command.words.iter().map(|word| word.text.as_str());
            if !words.any(|word| name_of(word) == "systemctl") {
                continue;
            }
            if !words.any(|word| STARTS.contains(&word)) {
                continue;
            }
            let instances = words.filter_map(|word| {
                let name = word.strip_suffix(".service").unwrap_or(word);
                name.strip_prefix(template)
            });
            let is_known = |name: &&str| !name.is_empty() && !name.contains(['$', '*', '{', '`']);
            found.extend(instances.filter(is_known).map(str::to_owned).take(MOST));
        }
        found.into_iter().take(MOST).collect()
    }
}

/// A unit with what changes it.
pub(super) struct Changed {
    pub(super) program: Program,
    /// The document that its command line stands in.
    pub(super) command: DocumentId,
    /// The document that its directory stands in.
    pub(super) directory: DocumentId,
    /// The document that each of its commands stands in.
    pub(super) sources: Vec<DocumentId>,
}

/// What becomes of a unit with its drop-ins.
pub(super) fn changed(base: &Program, own: DocumentId, drop_ins: &[(DocumentId, DropIn)]) -> Changed {
    let mut program = base.clone();
    let (mut command, mut directory) = (own, own);
    let mut starts = sourced(own, &std::mem::take(&mut program.commands));
    let mut befores: Vec<_> = starts.drain(..base.before.min(starts.len())).collect();
    for (id, drop_in) in drop_ins {
        let change = &drop_in.program;
        let empties = |list| drop_in.empties.contains(&list);
        if empties(UnitList::Before) {
            befores.clear();
        }
        if empties(UnitList::Start) {
            starts.clear();
            program.command = None;
        }
        let (own_befores, own_starts) = change.commands.split_at(change.before.min(change.commands.len()));
        befores.extend(sourced(*id, own_befores));
        starts.extend(sourced(*id, own_starts));
        if program.command.is_none() && change.command.is_some() {
            program.command.clone_from(&change.command);
            command = *id;
        }
        if empties(UnitList::Environment) {
            program.environment.clear();
        }
        program.environment.extend_from_slice(&change.environment);
        if empties(UnitList::EnvironmentFile) {
            program.environment_files.clear();
        }
        program
            .environment_files
            .extend_from_slice(&change.environment_files);
        // What systemd refuses in a unit it passes over in a drop-in.
        let folder = change.directory.as_ref();
        let folder = folder.filter(|folder| folder.value.starts_with(['/', '~', '%']));
        if folder.is_some() {
            program.directory = folder.cloned();
            directory = *id;
        }
        if change.user.is_some() {
            program.user.clone_from(&change.user);
        }
        program.logs.extend_from_slice(&change.logs);
        program.runs_once |= change.runs_once;
    }
    program.before = befores.len();
    let (sources, commands) = befores.into_iter().chain(starts).unzip();
    program.commands = commands;
    Changed {
        program,
        command,
        directory,
        sources,
    }
}

fn sourced(document: DocumentId, commands: &[Command]) -> Vec<(DocumentId, Command)> {
    commands
        .iter()
        .map(|command| (document, command.clone()))
        .collect()
}

/// A template's program as one of its instances.
pub(super) fn instance_of(template: &Program, instance: &str) -> Program {
    let put = |text: &mut String| {
        if text.contains('%') {
            let whole = format!("{}{instance}", template.name);
            *text = text
                .replace("%i", instance)
                .replace("%I", &instance.replace('-', "/"))
                .replace("%n", &format!("{whole}.service"))
                .replace("%N", &whole);
        }
    };
    let mut program = template.clone();
    program.name = format!("{}{instance}", template.name);
    for command in &mut program.commands {
        for word in &mut command.words {
            put(&mut word.text);
            word.is_literal |= !word.text.contains(['%', '$']);
        }
        command.folder.as_mut().into_iter().for_each(put);
    }
    let values = program.environment.iter_mut().map(|(_, value)| value);
    let files = program.environment_files.iter_mut().map(|file| &mut file.path);
    let texts = values
        .chain(files)
        .chain(&mut program.logs)
        .chain(&mut program.command)
        .chain(&mut program.directory);
    texts.for_each(|text| put(&mut text.value));
    program
}
