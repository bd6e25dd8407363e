//! `audit history`: past commits as they were, straight from git's objects.

use super::args::{HistoryArguments, HistoryForm, ScanArguments};
use super::{Exit, outputs, print, progress, scan, screen};
use crate::engine::{Memo, Progress};
use crate::finding::ProgramId;
use crate::report::{History, Moment, history, html};
use crate::rule::Rule;
use crate::settings::Settings;
use crate::tree::{Commit, Repository, Without};
use crate::{catalog, readiness};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::io::IsTerminal as _;
use std::sync::atomic::Ordering;

/// Audits the commits and writes the history.
pub(super) fn run(arguments: &HistoryArguments) -> Result<Exit, String> {
    let settings = Settings::resolve(scan::typed(&arguments.scan))?;
    let found = scan::on_threads(arguments.scan.threads, || {
        of_folder(&settings, &arguments.scan, arguments.last)
    })?;
    let is_file = arguments.output.is_some();
    let text = match arguments.format {
        HistoryForm::Terminal => {
            let palette = screen::palette(arguments.color, is_file);
            history::terminal(&found, palette, screen::width(is_file))
        }
        HistoryForm::Json => history::json(&found)?,
        HistoryForm::Html => html::history(&found)?,
    };
    match &arguments.output {
        Some(file) => outputs::save(file, &text)?,
        None => print(&text)?,
    }
    Ok(Exit::Passed)
}

/// What the last commits of the folder come to.
pub(super) fn of_folder(settings: &Settings, scan: &ScanArguments, last: u32) -> Result<History, String> {
    let rules = catalog::rules()?;
    let repository = Repository::open(&settings.root)?;
    let commits = repository.commits(last as usize)?;
    let has_bar = std::io::stderr().is_terminal() && !scan.quiet && !scan.no_progress;
    let counter = Progress::default();
    counter.total.store(commits.len(), Ordering::Relaxed);
    let moments = progress::shown(has_bar, &counter, || {
        let memo = Memo::default();
        let moments = commits.into_par_iter().map(|commit| {
            let moment = moment(&repository, commit, settings, rules, &memo);
            counter.done.fetch_add(1, Ordering::Relaxed);
            moment
        });
        moments.collect::<Result<Vec<_>, String>>()
    })?;
    Ok(History::new(
        scan::root_name(settings),
        settings.target.clone(),
        moments,
    ))
}

/// What a commit comes to.
fn moment(
    repository: &Repository,
    commit: Commit,
    settings: &Settings,
    rules: &[Rule],
    memo: &Memo,
) -> Result<Moment, String> {
    let past = repository.tree(&commit)?;
    let is_absent = scan::is_absent(&[]);
    let tree = Without {
        tree: &past,
        is_absent: &is_absent,
    };
    let judged = scan::judged(&tree, settings, rules, &Progress::default(), memo);
    let open = &judged.outcome.open;
    let stopping = open.iter().filter(|finding| readiness::stops(finding));
    let dying: BTreeSet<ProgramId> = stopping
        .flat_map(|finding| finding.programs.iter().copied())
        .collect();
    let starting = judged
        .project
        .programs()
        .filter(|(id, program)| !dying.contains(id) && program.is_followed());
    let programs = (judged.project.programs().count(), starting.count());
    Ok(Moment::new(
        commit,
        judged.readiness,
        programs,
        open,
        &judged.project,
    ))
}
