//! A small history made by hand.

use super::*;
use crate::finding::{Confidence, DocumentId, Effect, Phase, Place, Scope};
use crate::readiness::{self, SetAside, Subject};
use crate::report::{Palette, html};
use crate::source::Span;

fn finding(severity: Severity, cause: &str) -> Finding {
    Finding {
        rule: "hardcoded-ip",
        category: "network",
        severity,
        confidence: Confidence::Certain,
        scope: Scope::Deployed,
        cause: format!("hardcoded-ip:{cause}"),
        message: format!("the address {cause} of postgres://me:hunter2@{cause}/x is <b>fixed</b>"),
        label: String::new(),
        help: String::new(),
        place: Place {
            document: DocumentId(0),
            span: Span::default(),
        },
        related: Vec::new(),
        steps: 0,
        programs: Vec::new(),
        effect: Effect::Start,
        phase: Phase::Run,
        moments: BTreeMap::new(),
        edits: Vec::new(),
    }
}

/// A tree without a file.
fn nothing() -> Project {
    let tree = crate::tree::Memory::new(Vec::<(&str, &str)>::new());
    let progress = crate::engine::Progress::default();
    crate::engine::read(&tree, crate::target::Target::default(), &|_| false, &progress).0
}

fn moment(day: usize, findings: &[Finding]) -> Moment {
    let subject = Subject {
        files: 1,
        python: 1,
        programs: 1,
    };
    let commit = Commit {
        id: format!("{day:040}"),
        date: format!("2025-01-{day:02}"),
        subject: format!("Day {day} </title><script>\u{1b}[2J"),
    };
    let readiness = readiness::assess(subject, findings, SetAside::default(), &[]);
    Moment::new(commit, readiness, (1, 1), findings, &nothing())
}

fn history() -> History {
    let (one, other) = (
        finding(Severity::Minor, "10.0.0.1"),
        finding(Severity::Blocker, "10.0.0.2"),
    );
    let moments = vec![
        moment(1, &[]),
        moment(2, &[]),
        moment(3, &[one.clone(), other.clone(), other.clone()]),
        moment(4, &[one.clone(), one.clone(), other.clone(), other]),
        moment(5, &[one]),
    ];
    History::new("app".to_owned(), Target::default(), moments)
}

#[test]
fn a_fall_names_what_came_with_it() {
    let history = history();
    let falls: Vec<bool> = history.steps.iter().map(|step| step.is_fall).collect();
    assert_eq!(falls, [false, false, true, true, false]);
    let changes: Vec<bool> = history.steps.iter().map(|step| step.is_change).collect();
    assert_eq!(changes, [true, false, true, true, true]);
    let came: Vec<(Severity, usize)> = history.steps[2]
        .came
        .iter()
        .map(|came| (came.severity, came.places))
        .collect();
    assert_eq!(came, [(Severity::Blocker, 2), (Severity::Minor, 1)]);
    // Known causes in more places.
    assert_eq!(history.steps[3].came.len(), 1);
}

#[test]
fn the_terminal_draws_it_and_leaves_out_what_changed_nothing() {
    let text = terminal(&history(), Palette { is_on: false }, 80);
    insta::assert_snapshot!(text);
}

#[test]
fn nothing_of_it_is_markup_or_a_secret() {
    let history = history();
    let page = html::history(&history).unwrap();
    assert!(!page.contains("<script") && !page.contains("<b>") && page.contains("&lt;b&gt;"));
    assert_eq!(page.matches("<title").count(), page.matches("</title>").count());
    for text in [
        page,
        json(&history).unwrap(),
        terminal(&history, Palette { is_on: true }, 40),
    ] {
        assert!(!text.contains("hunter2"));
    }
}

#[test]
fn an_empty_history_is_told_too() {
    let nothing = History::new("app".to_owned(), Target::default(), Vec::new());
    assert!(terminal(&nothing, Palette { is_on: false }, 80).contains("0 commits"));
    assert!(html::history(&nothing).unwrap().contains("No commit"));
}
