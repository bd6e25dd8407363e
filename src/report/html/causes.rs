//! The findings by root cause, what they can be filtered by, and the pages of their rules.

use super::excerpt::{Line, excerpt};
use crate::finding::{Confidence, Scope, Severity};
use crate::report::markdown::{Numbered, updates};
use crate::report::{CauseReport, FindingReport, Location, Report, score, words};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Places of a cause that are shown with their lines, and such places on the page.
const SHOWN: usize = 3;
const EXCERPTS: usize = 1_000;
/// Causes that are told in full; the others have a few lines.
const FULL: usize = 500;
/// Files that are named for a cause, and lines of each.
const FILES: usize = 60;
const LINES: usize = 30;
/// Steps of a way that leads to a place.
const STEPS: usize = 24;

/// The section of the findings.
#[derive(Serialize)]
pub(super) struct Causes<'a> {
    groups: Vec<Group<'a>>,
    total: usize,
    places: usize,
    filters: Filters<'a>,
    rules: Vec<RulePage<'a>>,
    /// How many causes are told in a few lines.
    brief: usize,
    shown: usize,
    excerpts: usize,
}

/// The causes of one severity.
#[derive(Serialize)]
struct Group<'a> {
    severity: &'static str,
    title: &'static str,
    causes: Vec<Cause<'a>>,
}

/// What the findings can be filtered by.
#[derive(Serialize)]
struct Filters<'a> {
    severities: Vec<(&'static str, usize)>,
    categories: BTreeSet<&'static str>,
    scopes: Vec<&'static str>,
    programs: Vec<&'a str>,
}

#[derive(Serialize)]
struct Cause<'a> {
    number: &'a str,
    severity: &'static str,
    /// Said unless it is certain.
    confidence: Option<&'static str>,
    rule: &'static str,
    category: &'static str,
    summary: &'a str,
    message: &'a str,
    label: &'a str,
    help: &'a str,
    /// Other mends, each with files that it is for.
    fixes: Vec<(&'a str, Vec<&'a str>)>,
    impact: String,
    effort: Option<String>,
    programs: &'a [String],
    /// Positions of the programs in the filter, separated by blanks.
    program_keys: String,
    scopes: String,
    is_brief: bool,
    places: usize,
    shown: Vec<Shown<'a>>,
    files: Vec<File<'a>>,
    files_left: usize,
}

/// A place that is shown with its lines.
#[derive(Serialize)]
struct Shown<'a> {
    at: Place<'a>,
    /// What is said there, where it is not what is said of the first place.
    message: Option<&'a str>,
    lines: Vec<Line>,
    related: Vec<Step<'a>>,
    related_left: usize,
}

/// A place by its file and line.
#[derive(Serialize)]
pub(super) struct Place<'a> {
    path: &'a str,
    line: u32,
}

/// A related place, and what is to be seen there.
#[derive(Serialize)]
pub(super) struct Step<'a> {
    message: &'a str,
    at: Place<'a>,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    lines: Vec<u32>,
    left: usize,
}

#[derive(Serialize)]
struct RulePage<'a> {
    id: &'static str,
    summary: &'a str,
    html: String,
}

impl<'a> Causes<'a> {
    pub(super) fn of(report: &'a Report, told: &'a [Numbered<'a>]) -> Self {
        let programs = keys(report);
        let mut room = EXCERPTS;
        let mut groups: Vec<Group<'a>> = Vec::new();
        for (at, numbered) in told.iter().enumerate() {
            let cause = cause(report, numbered, &programs, at >= FULL, &mut room);
            match groups.last_mut().filter(|group| group.severity == cause.severity) {
                Some(group) => group.causes.push(cause),
                None => groups.push(Group {
                    severity: cause.severity,
                    title: title(numbered.cause.severity),
                    causes: vec![cause],
                }),
            }
        }
        let scopes: BTreeSet<Scope> = told
            .iter()
            .flat_map(|numbered| updates::told(report, numbered.cause))
            .map(|found| found.finding.scope)
            .collect();
        let sizes = groups.iter().map(|group| (group.severity, group.causes.len()));
        Self {
            filters: Filters {
                severities: sizes.collect(),
                categories: told.iter().map(|numbered| numbered.cause.category).collect(),
                scopes: scopes.into_iter().rev().map(Scope::name).collect(),
                programs: ordered(&programs),
            },
            total: told.len(),
            places: groups
                .iter()
                .flat_map(|group| &group.causes)
                .map(|cause| cause.places)
                .sum(),
            groups,
            rules: pages(report, told),
            brief: told.len().saturating_sub(FULL),
            shown: SHOWN,
            excerpts: EXCERPTS,
        }
    }
}

fn title(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker => "Before the deployment",
        Severity::Major => "Before anybody relies on it",
        Severity::Minor => "Better before production",
        Severity::Info => "For information",
    }
}

/// The programs that can be chosen, with their positions: processes of one group are one.
fn keys(report: &Report) -> BTreeMap<&str, usize> {
    let mut keys = BTreeMap::new();
    for program in &report.programs {
        let next = keys.len();
        keys.entry(key(&program.name)).or_insert(next);
    }
    keys
}

fn key(name: &str) -> &str {
    name.split_once(':').map_or(name, |(group, _)| group)
}

fn ordered<'a>(keys: &BTreeMap<&'a str, usize>) -> Vec<&'a str> {
    let mut names: Vec<&str> = keys.keys().copied().collect();
    names.sort_by_key(|name| keys.get(name));
    names
}

fn cause<'a>(
    report: &'a Report,
    numbered: &'a Numbered<'a>,
    programs: &BTreeMap<&str, usize>,
    is_brief: bool,
    room: &mut usize,
) -> Cause<'a> {
    let cause = numbered.cause;
    let places: Vec<&FindingReport> = updates::told(report, cause).collect();
    let first = places.first().copied();
    let of_first = |text: fn(&'a FindingReport) -> &'a str| first.map_or("", text);
    let number = if is_brief {
        0
    } else {
        SHOWN.min(*room).min(places.len())
    };
    *room -= number;
    let keys: BTreeSet<usize> = cause
        .programs
        .iter()
        .filter_map(|name| programs.get(key(name)).copied())
        .collect();
    let keys: Vec<String> = keys.iter().map(usize::to_string).collect();
    let scopes: BTreeSet<&str> = places.iter().map(|found| found.finding.scope.name()).collect();
    let (files, files_left) = files(&places);
    let which = which(&cause.programs);
    Cause {
        number: &numbered.number,
        severity: cause.severity.name(),
        confidence: (cause.confidence < Confidence::Certain).then(|| cause.confidence.name()),
        rule: cause.rule,
        category: cause.category,
        summary: summary(report, cause),
        message: of_first(|found| &found.finding.message),
        label: of_first(|found| &found.finding.label),
        help: of_first(|found| &found.finding.help),
        fixes: words::fixes(report, cause).into_iter().skip(1).collect(),
        impact: first.map_or_else(String::new, |found| {
            words::impact(&found.finding, cause.programs.len(), &which)
        }),
        effort: (cause.effort[1] > 0).then(|| score::effort(cause.effort)),
        programs: &cause.programs,
        program_keys: keys.join(" "),
        scopes: scopes.into_iter().collect::<Vec<_>>().join(" "),
        is_brief,
        places: places.len(),
        shown: places
            .iter()
            .take(number)
            .map(|found| shown(report, found, first))
            .collect(),
        files,
        files_left,
    }
}

/// How a sentence calls the programs; their names stand beside it.
fn which(programs: &[String]) -> String {
    match programs {
        [only] => format!("`{}`", only.replace('`', "'")),
        all => score::count(all.len(), "program"),
    }
}

fn summary<'a>(report: &'a Report, cause: &CauseReport) -> &'a str {
    let rule = report.rules.iter().find(|rule| rule.meta.id == cause.rule);
    rule.map_or(cause.rule, |rule| &rule.meta.summary)
}

fn shown<'a>(report: &'a Report, found: &'a FindingReport, first: Option<&FindingReport>) -> Shown<'a> {
    let message = found.finding.message.as_str();
    let is_said = first.is_some_and(|first| first.finding.message == message);
    let (related, related_left) = steps(found);
    Shown {
        at: place(&found.location),
        message: (!is_said).then_some(message),
        lines: excerpt(report, &found.location),
        related,
        related_left,
    }
}

/// The related places of a finding, and how many are left out.
pub(super) fn steps(found: &FindingReport) -> (Vec<Step<'_>>, usize) {
    let steps = found.related.iter().take(STEPS).map(|(message, location)| Step {
        message,
        at: place(location),
    });
    (steps.collect(), found.related.len().saturating_sub(STEPS))
}

pub(super) fn place(location: &Location) -> Place<'_> {
    Place {
        path: &location.path,
        line: location.start.line,
    }
}

/// The files of places with their lines, those with the most places first, and how many files are left out.
fn files<'a>(places: &[&'a FindingReport]) -> (Vec<File<'a>>, usize) {
    let mut by_file: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for found in places {
        let lines = by_file.entry(&found.location.path).or_default();
        lines.insert(found.location.start.line);
    }
    let mut files: Vec<(&str, BTreeSet<u32>)> = by_file.into_iter().collect();
    files.sort_by_key(|(_, lines)| std::cmp::Reverse(lines.len()));
    let left = files.len().saturating_sub(FILES);
    let files = files.into_iter().take(FILES).map(|(path, lines)| File {
        path,
        left: lines.len().saturating_sub(LINES),
        lines: lines.into_iter().take(LINES).collect(),
    });
    (files.collect(), left)
}

/// The pages of the rules that found something, without the examples, which are the rules' tests.
fn pages<'a>(report: &'a Report, told: &[Numbered<'_>]) -> Vec<RulePage<'a>> {
    let used: BTreeSet<&str> = told.iter().map(|numbered| numbered.cause.rule).collect();
    let rules = report.rules.iter().filter(|rule| used.contains(rule.meta.id));
    rules
        .map(|rule| RulePage {
            id: rule.meta.id,
            summary: &rule.meta.summary,
            html: page(rule.meta.page.split("\n## Examples").next().unwrap_or_default()),
        })
        .collect()
}

/// A page's text as HTML. Its headings come two steps below that of the rule.
fn page(text: &str) -> String {
    let level = |level: HeadingLevel| match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H4,
        _ => HeadingLevel::H5,
    };
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).map(|event| match event {
        Event::Start(Tag::Heading { level: old, .. }) => Event::Start(Tag::Heading {
            level: level(old),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(old)) => Event::End(TagEnd::Heading(level(old))),
        Event::Html(markup) | Event::InlineHtml(markup) => Event::Text(markup),
        other => other,
    });
    let mut out = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut out, events);
    // What is wider than the page can be scrolled, and so has to be reached with the keyboard.
    out.replace("<pre>", "<pre tabindex=\"0\">")
}
