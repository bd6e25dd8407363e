//! The audit of a tree, which every command that audits shares.

use super::args::ScanArguments;
use super::progress;
use crate::engine::{Counts, Memo, Progress};
use crate::formats::Format;
use crate::project::Project;
use crate::readiness::{self, Readiness, SetAside, Subject};
use crate::report::{Parts, Report};
use crate::rule::{Meta, Rule};
use crate::settings::{Settings, Typed};
use crate::suppress::Outcome;
use crate::tree::{Tree, Without, WorkTree};
use crate::{catalog, engine, suppress};
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Component, Path};

/// Stack of each thread in bytes, most preferred first. It is address space, not memory; where that is
/// limited, less has to do.
const STACKS: [usize; 3] = [engine::STACK, 64 << 20, 8 << 20];

/// What a baseline is called: a file of this name is never judged.
pub(super) const BASELINE: &str = "audit-baseline.json";

/// Runs `work` on threads with stacks that are deep enough.
pub(super) fn on_threads<T: Send>(
    number: usize,
    work: impl FnOnce() -> Result<T, String> + Send,
) -> Result<T, String> {
    let pool = STACKS.iter().find_map(|stack| {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(number);
        builder.stack_size(*stack).build().ok()
    });
    let pool = pool.ok_or("no thread can be started here; --threads 1 needs the least")?;
    pool.install(work)
}

/// What was typed, as far as every command that audits has it.
pub(super) fn typed(arguments: &ScanArguments) -> Typed {
    Typed {
        path: arguments.path.clone(),
        target: arguments.target.clone(),
        python: arguments.python.clone(),
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        exclude: arguments.exclude.clone(),
        config: arguments.config.clone(),
        no_config: arguments.no_config,
        ..Typed::default()
    }
}

/// Audits the folder of the settings. `has_excerpts` says whether lines of it will be shown.
pub(super) fn folder(
    settings: &Settings,
    arguments: &ScanArguments,
    written: &[String],
    has_excerpts: bool,
) -> Result<Report, String> {
    if !settings.root.is_dir() {
        let nothing = Subject {
            files: 0,
            python: 0,
            programs: 0,
        };
        let mut readiness = readiness::assess(nothing, &[], SetAside::default(), &[]);
        readiness.reason = Some("there is no such folder");
        return Ok(Report::empty(
            root_name(settings),
            settings.target.clone(),
            readiness,
        ));
    }
    let has_bar = std::io::stderr().is_terminal() && !arguments.quiet && !arguments.no_progress;
    let tree = WorkTree::new(&settings.root);
    let rules = catalog::rules()?;
    Ok(audit(&tree, settings, rules, has_bar, written, has_excerpts))
}

/// What was found in a tree, before it is told.
pub(super) struct Judged {
    pub(super) project: Project,
    pub(super) files: Counts,
    pub(super) outcome: Outcome,
    pub(super) readiness: Readiness,
}

/// Audits a tree. Files of `written` are no part of it: they are what this run and those before it write.
pub(super) fn audit(
    tree: &dyn Tree,
    settings: &Settings,
    rules: &[Rule],
    has_bar: bool,
    written: &[String],
    has_excerpts: bool,
) -> Report {
    let is_absent = is_absent(written);
    let tree = &Without {
        tree,
        is_absent: &is_absent,
    };
    let counter = engine::Progress::default();
    let judged = progress::shown(has_bar, &counter, || {
        judged(tree, settings, rules, &counter, &Memo::default())
    });
    let (project, outcome, readiness) = (judged.project, judged.outcome, judged.readiness);
    let aside = outcome.aside(None);
    let categories = outcome.suppressed.iter().map(|finding| finding.category);
    let categories: BTreeSet<&str> = categories.chain(outcome.lowered.iter().copied()).collect();
    let of = |name| (name, outcome.aside(Some(name)));
    let aside_by = categories.into_iter().map(of).collect();
    let metas: Vec<&Meta> = rules.iter().map(|rule| &rule.meta).collect();
    let report = Report::new(Parts {
        root: root_name(settings),
        prefix: prefix(&settings.root),
        rules: &metas,
        project: &project,
        tree,
        files: judged.files,
        findings: outcome.open,
        aside,
        aside_by,
        silenced: outcome.suppressed.iter().map(|finding| finding.rule).collect(),
        notices: outcome.notices,
        readiness,
        has_excerpts,
    });
    // A process reads one tree, or two, and ends: taking millions of facts apart one by one would be for nothing.
    std::mem::forget(project);
    report
}

/// Whether a path is what this run, or one before it, writes.
pub(super) fn is_absent(written: &[String]) -> impl Fn(&str) -> bool + Sync {
    move |path| path.rsplit('/').next() == Some(BASELINE) || written.iter().any(|own| own == path)
}

/// What is to be found in a tree. What the memo knows of its files is not extracted anew.
pub(super) fn judged(
    tree: &dyn Tree,
    settings: &Settings,
    rules: &[Rule],
    counter: &Progress,
    memo: &Memo,
) -> Judged {
    let is_excluded = |path: &str| settings.exclude.iter().any(|glob| glob.matches(path));
    let (project, files) = engine::read_again(tree, settings.target.clone(), &is_excluded, counter, memo);
    let all: Vec<&Rule> = rules.iter().collect();
    let findings = engine::judge(&project, &all);
    let known: Vec<&str> = rules.iter().map(|rule| rule.meta.id).collect();
    let idle = settings
        .own
        .map(|own| suppress::idle(&findings, &project, &settings.selection, &settings.exclude, own));
    let mut outcome = suppress::apply(findings, &project, &settings.selection, &known);
    outcome.notices.extend(idle.into_iter().flatten());
    let subject = Subject {
        files: files.scanned,
        python: project
            .documents()
            .filter(|(_, document)| document.format == Format::Python)
            .count(),
        programs: project.programs().count(),
    };
    let metas: Vec<&Meta> = rules.iter().map(|rule| &rule.meta).collect();
    let readiness = readiness::assess(subject, &outcome.open, outcome.aside(None), &metas);
    Judged {
        project,
        files,
        outcome,
        readiness,
    }
}

/// The folder as it was typed; of an absolute path the last part, because a report is to be the same
/// on every machine.
pub(super) fn root_name(settings: &Settings) -> String {
    let path = &settings.root;
    let name = if path.is_absolute() {
        path.file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned()
    } else {
        path.to_string_lossy().into_owned()
    };
    let name = name.replace('\\', "/");
    let trimmed = name.trim_end_matches('/');
    if trimmed.is_empty() {
        "/".to_owned()
    } else {
        trimmed.to_owned()
    }
}

/// What makes a path of the tree one from the working directory; nothing where that would lead out of it.
fn prefix(root: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let inside = root.strip_prefix(&here).unwrap_or(root);
    let mut prefix = String::new();
    for part in inside.components() {
        match part {
            Component::CurDir => {}
            Component::Normal(name) => {
                prefix.push_str(&name.to_string_lossy());
                prefix.push('/');
            }
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return String::new(),
        }
    }
    prefix
}
