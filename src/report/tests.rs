//! One small tree with findings made by hand, in every form.

use super::*;
use crate::finding::{Confidence, DocumentId, Effect, Place, ProgramId, Related, Scope, Severity};
use crate::project::Matter;
use crate::readiness::{Subject, Tally};
use crate::report::terminal::Look;
use crate::rule::Sound;
use crate::source::Span;
use crate::tree::Memory;

mod forms;

const FEED: &str = "import os\nHOST = \"10.1.2.3\"\nprint(HOST)\n";

fn finding(document: u32, needle: &str, text: &str) -> Finding {
    let at = text.find(needle).unwrap();
    Finding {
        rule: "hardcoded-ip",
        category: "network",
        severity: Severity::Blocker,
        confidence: Confidence::Certain,
        scope: Scope::Deployed,
        cause: "hardcoded-ip:10.1.2.3".to_owned(),
        message: "The address 10.1.2.3 is fixed here".to_owned(),
        label: "another machine's address".to_owned(),
        help: "Read it from the environment: os.environ[\"HOST\"].".to_owned(),
        place: Place {
            document: DocumentId(document),
            span: Span::new(at, at + needle.len()),
        },
        related: Vec::new(),
        steps: 0,
        programs: vec![ProgramId(0)],
        effect: Effect::Start,
        phase: crate::finding::Phase::Run,
        moments: std::collections::BTreeMap::new(),
        edits: Vec::new(),
    }
}

fn meta(id: &'static str, of: Matter) -> Meta {
    Meta {
        id,
        category: if id == "hardcoded-ip" { "network" } else { "ports" },
        summary: format!("What {id} is about"),
        severity: Severity::Blocker,
        confidence: Confidence::Certain,
        effort_first: [5, 10],
        effort_further: [1, 2],
        since: "0.1.0".to_owned(),
        sound: Some(Sound {
            of,
            says: "no conflicts".to_owned(),
        }),
        page: "## What it finds\n\nAn *address*.\n\n## Examples\n\nNot for people.\n",
    }
}

fn report(change: impl Fn(&mut Vec<Finding>), feed: &str) -> Report {
    let declared = "[[program]]\nname = 'feed'\ncommand = 'python feed.py'\n\n\
                    [[program]]\nname = 'other'\ncommand = 'python other.py'\n";
    let tree = Memory::new([
        ("a.py", feed),
        ("audit.toml", declared),
        ("b.py", "x = 1\r\ny = \"10.1.2.3\"\r\n"),
    ]);
    let (project, files) = crate::engine::read(
        &tree,
        Target::default(),
        &|_| false,
        &crate::engine::Progress::default(),
    );
    let mut findings = vec![
        finding(0, "10.1.2.3", feed),
        finding(2, "10.1.2.3", "x = 1\r\ny = \"10.1.2.3\"\r\n"),
    ];
    findings[0].related.push(Related {
        place: project.start_of(DocumentId(2)),
        message: "it is imported here".to_owned(),
    });
    change(&mut findings);
    let subject = Subject {
        files: 2,
        python: 2,
        programs: 2,
    };
    let aside = SetAside {
        findings: Tally::of([Severity::Blocker]),
        lowered: 0,
        excluded: 0,
    };
    Report::new(Parts {
        root: ".".to_owned(),
        prefix: String::new(),
        rules: &[
            &meta("hardcoded-ip", Matter::Files),
            &meta("port-conflict", Matter::Programs),
        ],
        project: &project,
        tree: &tree,
        files,
        readiness: readiness::assess(subject, &findings, aside, &[]),
        findings,
        aside,
        aside_by: BTreeMap::new(),
        silenced: BTreeSet::new(),
        notices: Vec::new(),
        has_excerpts: true,
    })
}

const PLAIN: Look = Look {
    palette: Palette { is_on: false },
    width: 80,
    is_verbose: false,
};

#[test]
fn the_terminal_shows_one_cause_once() {
    insta::assert_snapshot!(terminal::render(&report(|_| (), FEED), PLAIN));
}

#[test]
fn the_gate_has_one_line() {
    // 49 * exp(-5 * (1 + ln 2 + ln(2) / 2) / 60) = 41.3
    let line = score::render(&report(|_| (), FEED));
    assert_eq!(
        line,
        "NOT READY 41/100 · 1 of 2 programs start · 1 blocker · 1 blocker set aside"
    );
}

#[test]
fn json_follows_its_schema() {
    let text = json::render(&report(|_| (), FEED)).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let schema = include_str!("../../schema/report.v1.schema.json");
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    insta::assert_snapshot!(text);
    let mut broken = document.clone();
    broken["findings"][0]["id"] = "7".into();
    assert!(!validator.is_valid(&broken));
}

#[test]
fn an_id_does_not_know_lines() {
    let ids = |report: Report| -> Vec<String> { report.findings.into_iter().map(|found| found.id).collect() };
    let before = ids(report(|_| (), FEED));
    let after = ids(report(|_| (), &format!("# moved\n\n{FEED}")));
    assert_eq!(before, after);
    assert_ne!(before[0], before[1]);
    let twice = ids(report(|findings| findings.push(findings[1].clone()), FEED));
    assert_ne!(twice[1], twice[2]);
}

#[test]
fn only_a_start_that_is_at_least_likely_stops_a_program() {
    let of = |confidence, effect| {
        let change = move |findings: &mut Vec<Finding>| {
            for finding in findings {
                (finding.confidence, finding.effect) = (confidence, effect);
            }
        };
        report(change, FEED).programs_that(Start::Starts)
    };
    assert_eq!(of(Confidence::Likely, Effect::Start), 1);
    assert_eq!(of(Confidence::Possible, Effect::Start), 2);
    assert_eq!(of(Confidence::Certain, Effect::Use), 2);
}

#[test]
fn long_lines_empty_files_and_places_past_the_end_are_drawn() {
    let long = format!("x = \"{}10.1.2.3{}\"", "é".repeat(40_000), "z".repeat(40_000));
    let drawn = terminal::render(&report(|_| (), &long), PLAIN);
    assert!(
        drawn.contains("10.1.2.3") && drawn.len() < 5_000,
        "{}",
        drawn.len()
    );
    let past = |findings: &mut Vec<Finding>| {
        findings[0].place.span = Span::new(90_000, 99_000);
        findings[1].place.span = Span::new(0, 99_000);
    };
    assert!(terminal::render(&report(past, FEED), PLAIN).contains("a.py:4:1"));
}

#[test]
fn effort_is_said_as_people_say_it() {
    let said = |low, high| score::effort([low, high]);
    assert_eq!(said(5, 5), "5 min");
    assert_eq!(said(20, 45), "20–45 min");
    assert_eq!(said(130, 290), "2–5 h");
    assert_eq!(said(30, 130), "up to 3 h");
}
