//! The verdict, the programs and what stops them, what is sound, and the effort.

use super::causes::{Place, Step, place, steps};
use crate::finding::Severity;
use crate::readiness::{MODEL, Verdict};
use crate::report::cause::sum;
use crate::report::markdown::{Numbered, summary, updates};
use crate::report::{ProgramReport, Report, Start, processes, score, words};
use serde::Serialize;
use std::collections::BTreeMap;

/// Programs that are listed at most.
const PROGRAMS: usize = 400;
/// Findings of one program that are linked at most.
const REASONS: usize = 8;

/// What stands in front, and the tables.
#[derive(Serialize)]
pub(super) struct Overview<'a> {
    root: &'a str,
    target: String,
    verdict: &'static str,
    class: &'static str,
    score: Option<u8>,
    reason: Option<&'static str>,
    meaning: &'static str,
    advice: String,
    facts: Vec<Fact>,
    aside: Vec<String>,
    programs: Vec<Program<'a>>,
    programs_left: usize,
    sound: Vec<Sound<'a>>,
    idle: Vec<&'static str>,
    mends: Vec<Mend<'a>>,
    effort: Vec<Effort>,
    categories: Vec<Effort>,
    files: String,
    skipped: usize,
    version: &'static str,
    model: u32,
}

/// A number, what it counts, and how it is to be seen.
#[derive(Serialize)]
struct Fact {
    value: String,
    name: String,
    class: &'static str,
}

#[derive(Serialize)]
struct Program<'a> {
    name: String,
    source: &'static str,
    at: Place<'a>,
    command: &'a str,
    user: Option<&'a str>,
    state: &'static str,
    first: Option<Reason<'a>>,
    /// Numbers of the causes of the further reasons.
    further: Vec<&'a str>,
    further_left: usize,
}

/// Why a program dies: what it meets first.
#[derive(Serialize)]
struct Reason<'a> {
    message: &'a str,
    label: &'a str,
    at: Place<'a>,
    number: Option<&'a str>,
    steps: Vec<Step<'a>>,
    steps_left: usize,
}

/// What was looked at, and what can be said of all of it.
#[derive(Serialize)]
struct Sound<'a> {
    matter: String,
    paths: &'a [String],
    said: Vec<(String, &'static str)>,
}

/// A mend, the score when it alone is made, and when those before it are made too.
#[derive(Serialize)]
struct Mend<'a> {
    number: &'a str,
    help: String,
    alone: u8,
    together: u8,
    verdict: &'static str,
}

#[derive(Serialize)]
struct Effort {
    name: String,
    told: String,
    /// Places, or a category's score.
    number: usize,
    time: String,
}

impl<'a> Overview<'a> {
    pub(super) fn of(report: &'a Report, told: &'a [Numbered<'a>]) -> Self {
        let readiness = &report.readiness;
        let rows = processes::rows(&report.programs);
        let numbers = numbers(report, told);
        let left = rows.len().saturating_sub(PROGRAMS);
        let programs = rows.into_iter().take(PROGRAMS);
        let idle = report.rules.iter().filter(|rule| rule.is_idle());
        Self {
            root: &report.root,
            target: format!("{} with Python {}", report.target.os, report.target.python),
            verdict: readiness.verdict.name(),
            class: class(readiness.verdict),
            score: readiness.score,
            reason: readiness.reason,
            meaning: words::meaning(readiness.verdict),
            advice: words::advice(readiness.verdict, told.is_empty()).replace("**", ""),
            facts: facts(report),
            aside: aside(report),
            programs: programs
                .map(|(of, name)| program(report, of, name, &numbers))
                .collect(),
            programs_left: left,
            sound: sound(report),
            idle: idle.map(|rule| rule.meta.id).collect(),
            mends: mends(report, told),
            effort: efforts(report, told),
            categories: categories(report),
            files: score::count(report.files.scanned, "file"),
            skipped: report.files.skipped,
            version: env!("CARGO_PKG_VERSION"),
            model: MODEL,
        }
    }
}

pub(super) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotAssessed => "none",
        Verdict::NotReady => "blocker",
        Verdict::AtRisk => "major",
        Verdict::ReadyWithWarnings => "minor",
        Verdict::Ready => "ok",
    }
}

fn facts(report: &Report) -> Vec<Fact> {
    let readiness = &report.readiness;
    let dying = report.programs_that(Start::Dies);
    let mut facts = vec![Fact {
        value: format!(
            "{} of {}",
            report.programs_that(Start::Starts),
            report.programs.len()
        ),
        name: match report.programs_that(Start::Unknown) {
            0 => "programs start".to_owned(),
            unknown => format!("programs start, {unknown} unknown"),
        },
        class: if dying > 0 { "blocker" } else { "ok" },
    }];
    for severity in [Severity::Blocker, Severity::Major, Severity::Minor] {
        let number = readiness.causes.get(severity);
        let plural = if number == 1 { "" } else { "s" };
        facts.push(Fact {
            value: number.to_string(),
            name: format!("{}{plural}", severity.name()),
            class: if number > 0 { severity.name() } else { "none" },
        });
    }
    if readiness.effort[1] > 0 {
        facts.push(Fact {
            value: score::effort(readiness.effort),
            name: "of editing to mend them".to_owned(),
            class: "none",
        });
    }
    facts
}

/// What is not in the numbers, and what else is to be told.
fn aside(report: &Report) -> Vec<String> {
    let mut lines = summary::aside(report);
    let notices = report.notices.iter();
    lines.extend(notices.map(|notice| {
        let location = &notice.location;
        let path = location.path.replace('`', "'");
        format!("{} (`{path}:{}`)", notice.message, location.start.line)
    }));
    lines
}

/// The mends that gain most, in the order in which they are best made.
fn mends<'a>(report: &Report, told: &'a [Numbered<'a>]) -> Vec<Mend<'a>> {
    let mends = report.mends.iter().filter_map(|mend| {
        let points = report.points.get(mend.of)?;
        let is_it = |numbered: &&Numbered<'_>| {
            numbered.cause.key == points.cause && numbered.cause.rule == points.rule
        };
        let numbered = told.iter().find(is_it)?;
        let first = report.first(numbered.cause)?;
        Some(Mend {
            number: &numbered.number,
            help: first.finding.help.clone(),
            alone: points.alone.1,
            together: mend.together.1,
            verdict: mend.together.0.name(),
        })
    });
    mends.collect()
}

/// The number of the cause of each finding, by its id.
fn numbers<'a>(report: &'a Report, told: &'a [Numbered<'a>]) -> BTreeMap<&'a str, &'a str> {
    let numbers = told.iter().flat_map(|numbered| {
        let places = report.places(numbered.cause);
        places.map(|found| (found.id.as_str(), numbered.number.as_str()))
    });
    numbers.collect()
}

fn program<'a>(
    report: &'a Report,
    of: &'a ProgramReport,
    name: String,
    numbers: &BTreeMap<&str, &'a str>,
) -> Program<'a> {
    let first = of.because.first().and_then(|id| report.finding(id));
    let first = first.map(|found| {
        let (steps, steps_left) = steps(found);
        Reason {
            message: &found.finding.message,
            label: &found.finding.label,
            at: place(&found.location),
            number: numbers.get(found.id.as_str()).copied(),
            steps,
            steps_left,
        }
    });
    let own = first.as_ref().and_then(|reason| reason.number);
    let mut further: Vec<&str> = Vec::new();
    for number in of
        .because
        .iter()
        .filter_map(|id| numbers.get(id.as_str()).copied())
    {
        if Some(number) != own && !further.contains(&number) {
            further.push(number);
        }
    }
    let further_left = further.len().saturating_sub(REASONS);
    further.truncate(REASONS);
    Program {
        name,
        source: of.source,
        at: place(&of.location),
        command: &of.command,
        user: of.user.as_deref(),
        state: match of.start {
            Start::Starts => "starts",
            Start::Dies => "dies",
            Start::Unknown => "unknown",
        },
        first,
        further,
        further_left,
    }
}

/// What the rules found right, by what they looked at.
fn sound(report: &Report) -> Vec<Sound<'_>> {
    let mut all: Vec<Sound<'_>> = Vec::new();
    for rule in &report.rules {
        let (Some(said), Some(matter), Some(evidence)) = (rule.sound(), rule.looked_at(), &rule.evidence)
        else {
            continue;
        };
        let said = (said, rule.meta.id);
        match all.iter_mut().find(|known| known.matter == matter) {
            Some(known) => known.said.push(said),
            None => all.push(Sound {
                matter,
                paths: &evidence.paths,
                said: vec![said],
            }),
        }
    }
    all
}

fn efforts(report: &Report, told: &[Numbered<'_>]) -> Vec<Effort> {
    let row = |name: String, is_of: &dyn Fn(Severity) -> bool| {
        let own: Vec<_> = told
            .iter()
            .map(|numbered| numbered.cause)
            .filter(|cause| is_of(cause.severity))
            .collect();
        let places = own.iter().map(|cause| updates::told(report, cause).count()).sum();
        let minutes = own.iter().fold([0, 0], |all, cause| sum(all, cause.effort));
        Effort {
            name,
            told: own.len().to_string(),
            number: places,
            time: score::effort(minutes),
        }
    };
    let severities = [Severity::Blocker, Severity::Major, Severity::Minor];
    let rows = severities
        .into_iter()
        .map(|severity| row(format!("{}s", severity.name()), &move |of| of == severity));
    let mut rows: Vec<Effort> = rows.filter(|row| row.number > 0).collect();
    if rows.len() > 1 {
        rows.push(row("all".to_owned(), &|of| of > Severity::Info));
    }
    rows
}

fn categories(report: &Report) -> Vec<Effort> {
    let categories = report.categories.iter().filter_map(|category| {
        Some(Effort {
            name: category.name.to_owned(),
            told: score::causes(&category.causes)?,
            number: usize::from(category.score),
            time: score::effort(category.effort),
        })
    });
    categories.collect()
}
