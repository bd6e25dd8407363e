//! Files of variables that nothing loads.

use crate::document::Document;
use crate::facts::{Access, Manager};
use crate::finding::{Confidence, DocumentId, Draft, Effect, ProgramId};
use crate::project::{Project, Setting};
use crate::rule::Sink;
use std::collections::BTreeSet;

/// Reports the first file that programs need variables of, where nothing of the tree loads any.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    if project.may_load_env_file() {
        return;
    }
    let own = project.environment_files();
    let files: Vec<(DocumentId, &Document)> = own.chain(project.environment_samples()).collect();
    let mut told = BTreeSet::new();
    for (id, document) in files {
        let set: BTreeSet<&str> = document
            .facts
            .variables
            .iter()
            .filter(|variable| matches!(variable.access, Access::Set(_)))
            .map(|variable| variable.name.as_str())
            .collect();
        let (programs, names) = needing(project, &set);
        let Some(first) = names.first().filter(|_| told.insert(programs.clone())) else {
            continue;
        };
        let path = &document.path;
        let more = match names.len() {
            1 => String::new(),
            2 => " and one more variable".to_owned(),
            count => format!(" and {} more variables", count - 1),
        };
        let shown = project
            .program(programs[0])
            .map_or("", |view| view.definition.as_str());
        let message = format!(
            "`{path}` sets `{first}`{more} that the code of `{shown}` reads, and nothing of the tree loads a `.env`: the program \
             starts without them"
        );
        sink.report(
            Draft::new(project.start_of(id), message)
                .subject("a .env")
                .label("no load_dotenv(), no EnvironmentFile=, no `set -a`")
                .help(
                    "Load it: `EnvironmentFile=` in the unit, `set -a; . ./.env` in the start script, or `load_dotenv()` of \
                     python-dotenv before the first read.",
                )
                .programs(programs)
                .effect(Effect::Use)
                .confidence(Confidence::Likely),
        );
        return;
    }
}

/// The programs that read some of these variables and get them from nowhere else, and which those are.
fn needing<'a>(project: &'a Project, set: &BTreeSet<&str>) -> (Vec<ProgramId>, BTreeSet<&'a str>) {
    let mut programs = Vec::new();
    let mut names = BTreeSet::new();
    for (id, view) in project.programs() {
        // What a Procfile's runner, a container's and pm2's own settings load is not in the tree.
        let is_known = matches!(
            view.manager,
            Manager::Supervisor | Manager::Systemd | Manager::Script | Manager::Cron
        );
        if !is_known || view.has_open_environment() || view.in_container {
            continue;
        }
        let read = project.variables_of(id).into_iter();
        let needed: Vec<&str> = read
            .filter(|read| set.contains(read.name) && !view.environment.contains_key(read.name))
            .filter(|read| {
                !matches!(read.setting, Setting::Unknown) && !project.is_set_beside_files(read.name)
            })
            .map(|read| read.name)
            .collect();
        if !needed.is_empty() {
            programs.push(id);
            names.extend(needed);
        }
    }
    (programs, names)
}
