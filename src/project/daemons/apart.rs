//! What a program needs of its manager from another file: the folders of a unit's logs, and what the
//! `[supervisord]` section of another configuration sets.

use super::super::paths::Paths;
use super::super::programs::ProgramView;
use super::{Join, Makers, Need};
use crate::document::Document;
use crate::facts::Manager;
use crate::finding::{DocumentId, Place, ProgramId};
use crate::tree::Tree;
use std::collections::BTreeMap;

/// The folders in which systemd opens the logs of each unit: it makes none, and ends the start with 209/STDOUT or
/// 222/STDERR (systemd, `setup_output` and `exec_child`).
pub(in crate::project) fn unit_needs(
    documents: &[Document],
    programs: &[ProgramView],
    paths: &Paths,
    tree: &dyn Tree,
    root: Option<&str>,
) -> Vec<(ProgramId, Need)> {
    if !programs.iter().any(|view| view.manager == Manager::Systemd) {
        return Vec::new();
    }
    let join = Join {
        makers: Makers::new(documents),
        ..Join::new(documents, programs, paths, tree, root)
    };
    let mut needs = Vec::new();
    for (id, view) in (0..).map(ProgramId).zip(programs) {
        let document = view.place.document;
        let facts = &join.document(document).facts;
        let mut units = facts.programs.iter();
        let unit = units.find(|unit| unit.manager == Manager::Systemd && unit.name == view.definition);
        let Some(unit) = unit.filter(|_| view.manager == Manager::Systemd) else {
            continue;
        };
        let directory = unit.directory.as_ref().map(|directory| directory.value.as_str());
        for log in &unit.logs {
            let written = log.value.trim();
            let Some((folder, _)) = written.rsplit_once('/').filter(|_| !written.contains('%')) else {
                continue;
            };
            needs.push((
                id,
                Need {
                    option: "log",
                    written: written.to_owned(),
                    place: Place {
                        document,
                        span: log.span,
                    },
                    folder: folder.to_owned(),
                    ground: join.ground(
                        folder,
                        None,
                        "",
                        directory,
                        join.document(document).host.is_some(),
                    ),
                },
            ));
        }
    }
    needs
}

/// What the `[supervisord]` sections of other files set for the programs of the files that they include.
pub(in crate::project) fn shared_environments(
    documents: &[Document],
    paths: &Paths,
    tree: &dyn Tree,
    root: Option<&str>,
) -> BTreeMap<DocumentId, Vec<(String, String)>> {
    let mut shared: BTreeMap<DocumentId, Vec<(String, String)>> = BTreeMap::new();
    let ids = || (0..).map(DocumentId).zip(documents);
    let sets = |document: &Document| {
        let mut daemons = document.facts.daemons.iter();
        daemons.any(|daemon| !daemon.environment.is_empty() && !daemon.includes.is_empty())
    };
    let mains: Vec<(DocumentId, &Document)> = ids().filter(|(_, document)| sets(document)).collect();
    if mains.is_empty() {
        return shared;
    }
    let join = Join::new(documents, &[], paths, tree, root);
    let configs: Vec<DocumentId> = ids()
        .filter(|(_, document)| !document.facts.daemons.is_empty())
        .map(|(id, _)| id)
        .collect();
    let configs = join.by_path(&configs);
    for (id, document) in mains {
        let daemons = document.facts.daemons.iter();
        let environment: Vec<_> = daemons.flat_map(|daemon| daemon.environment.clone()).collect();
        for included in join.included(id, &configs) {
            shared.entry(included).or_default().extend(environment.clone());
        }
    }
    shared
}
