//! `audit [PATH]`: the audit itself, its report and its gate.

use super::args::{AuditArguments, FailOn};
use super::outputs::{self, Output};
use super::{Exit, progress, tell};
use crate::finding::Severity;
use crate::formats::Format;
use crate::readiness::{self, SetAside, Subject, Tally, Verdict};
use crate::report::{Parts, Report};
use crate::rule::{Meta, Rule};
use crate::settings::{Settings, Typed};
use crate::tree::WorkTree;
use crate::{catalog, engine, suppress};
use std::io::IsTerminal;
use std::path::{Component, Path};

/// Stack of each thread in bytes, most preferred first. It is address space, not memory; where that is
/// limited, less has to do.
const STACKS: [usize; 3] = [engine::STACK, 64 << 20, 8 << 20];

/// Audits, and writes the reports that are wanted.
pub(super) fn run(arguments: &AuditArguments, wanted: &[Output]) -> Result<Exit, String> {
    let settings = Settings::resolve(typed(arguments))?;
    let rules = catalog::rules()?;
    threads(arguments.threads)?.install(|| {
        let report = audit(&settings, rules, arguments, wanted);
        outputs::write(&report, wanted, arguments)?;
        Ok(gate(&report, &settings, arguments.quiet))
    })
}

/// So many threads, with as much stack as there is; 0 is one for each core.
pub(super) fn threads(number: usize) -> Result<rayon::ThreadPool, String> {
    let pool = STACKS.iter().find_map(|stack| {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(number);
        builder.stack_size(*stack).build().ok()
    });
    pool.ok_or_else(|| "no thread can be started here; --threads 1 needs the least".to_owned())
}

fn typed(arguments: &AuditArguments) -> Typed {
    Typed {
        path: arguments.path.clone(),
        target: arguments.target.clone(),
        python: arguments.python.clone(),
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        exclude: arguments.exclude.clone(),
        fail_on: arguments.fail_on.map(|severity| match severity {
            FailOn::Blocker => Some(Severity::Blocker),
            FailOn::Major => Some(Severity::Major),
            FailOn::Minor => Some(Severity::Minor),
            FailOn::Info => Some(Severity::Info),
            FailOn::Never => None,
        }),
        min_score: arguments.min_score,
        config: arguments.config.clone(),
        no_config: arguments.no_config,
    }
}

fn audit(settings: &Settings, rules: &[Rule], arguments: &AuditArguments, wanted: &[Output]) -> Report {
    let root = root_name(settings);
    if !settings.root.is_dir() {
        let nothing = Subject {
            files: 0,
            python: 0,
            programs: 0,
        };
        let mut readiness = readiness::assess(nothing, &[], SetAside::default(), &[]);
        readiness.reason = Some("there is no such folder");
        return Report::empty(root, settings.target.clone(), readiness);
    }
    let tree = WorkTree::new(&settings.root);
    let counter = engine::Progress::default();
    let has_bar = std::io::stderr().is_terminal() && !arguments.quiet && !arguments.no_progress;
    // A report of an earlier run is no part of the system.
    let written = outputs::inside(&settings.root, wanted);
    let is_excluded = |path: &str| {
        settings.exclude.iter().any(|glob| glob.matches(path)) || written.iter().any(|own| own == path)
    };
    let (project, files, findings) = progress::shown(has_bar, &counter, || {
        let (project, files) = engine::read(&tree, settings.target.clone(), &is_excluded, &counter);
        let all: Vec<&Rule> = rules.iter().collect();
        let findings = engine::judge(&project, &all);
        (project, files, findings)
    });
    let known: Vec<&str> = rules.iter().map(|rule| rule.meta.id).collect();
    let outcome = suppress::apply(findings, &project, &settings.selection, &known);
    let subject = Subject {
        files: files.scanned,
        python: project
            .documents()
            .filter(|(_, document)| document.format == Format::Python)
            .count(),
        programs: project.programs().count(),
    };
    let aside = SetAside {
        findings: Tally::of(outcome.suppressed.iter().map(|finding| finding.severity)),
        lowered: outcome.lowered,
    };
    let metas: Vec<&Meta> = rules.iter().map(|rule| &rule.meta).collect();
    let readiness = readiness::assess(subject, &outcome.open, aside, &metas);
    Report::new(Parts {
        root,
        prefix: prefix(&settings.root),
        rules: &metas,
        project: &project,
        tree: &tree,
        files,
        findings: outcome.open,
        aside,
        silenced: outcome.suppressed.iter().map(|finding| finding.rule).collect(),
        notices: outcome.notices,
        readiness,
    })
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

/// The exit status, with words on stderr that say what failed and by how much.
fn gate(report: &Report, settings: &Settings, is_quiet: bool) -> Exit {
    if !is_quiet {
        for notice in &report.notices {
            let at = &notice.location;
            tell(&format!(
                "audit: {}:{}: {}",
                at.path, at.start.line, notice.message
            ));
        }
    }
    if report.readiness.verdict == Verdict::NotAssessed {
        let reason = report.readiness.reason.unwrap_or("nothing could be judged");
        tell(&format!(
            "audit: {}: not assessed: {reason}",
            settings.root.display()
        ));
        return Exit::NotAssessed;
    }
    let mut failures = Vec::new();
    if let Some(limit) = settings.fail_on {
        let causes = &report.readiness.causes;
        let reached = Severity::ALL.into_iter().filter(|severity| *severity >= limit);
        let number: usize = reached.map(|severity| causes.get(severity)).sum();
        if number > 0 {
            let (is, s) = if number == 1 { ("is", "") } else { ("are", "s") };
            failures.push(match limit {
                Severity::Blocker => format!("{number} blocker{s}"),
                limit => format!("{number} cause{s} {is} {} or worse", limit.name()),
            });
        }
    }
    if let (Some(limit), Some(score)) = (settings.min_score, report.readiness.score)
        && score < limit
    {
        failures.push(format!(
            "the score {score} is {} under the {limit} asked for",
            limit - score
        ));
    }
    if failures.is_empty() {
        return Exit::Passed;
    }
    if !is_quiet {
        tell(&format!("audit: the gate is not passed: {}", failures.join("; ")));
    }
    Exit::Failed
}
