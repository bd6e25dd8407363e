//! JUnit's XML as CI systems read it: a test case for each program, which passes when the program starts, and
//! one for each rule, which passes when nothing was found and is skipped when there was nothing to look at.

use super::xml::escaped;
use super::{ProgramReport, Report, RuleReport, Start, score};
use crate::finding::Severity;
use std::fmt::Write as _;

/// Reasons that are told of a program that does not start.
const REASONS: usize = 20;

/// The document, with a line end.
pub fn render(report: &Report, with_info: bool) -> String {
    let programs = report.programs.iter().map(|program| of_program(report, program));
    let programs: Vec<Case> = unassessed(report).into_iter().chain(programs).collect();
    let rules: Vec<Case> = report
        .rules
        .iter()
        .map(|rule| of_rule(report, rule, with_info))
        .collect();
    let suites = [("programs", programs), ("rules", rules)];
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"audit\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
        all().count(),
        all().filter(|case| case.failure.is_some()).count(),
        all().filter(|case| case.skipped.is_some()).count(),
    );
    for (name, cases) in &suites {
        out.push_str(&suite(report, name, cases));
    }
    out.push_str("</testsuites>\n");
    out
}

/// A test case.
struct Case {
    class: String,
    name: String,
    file: Option<(String, u32)>,
    /// Its kind, one line, and all of it.
    failure: Option<(String, String, String)>,
    skipped: Option<&'static str>,
}

fn suite(report: &Report, name: &str, cases: &[Case]) -> String {
    let mut out = format!(
        "  <testsuite name=\"audit {name}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n",
        cases.len(),
        cases.iter().filter(|case| case.failure.is_some()).count(),
        cases.iter().filter(|case| case.skipped.is_some()).count(),
    );
    let score = report
        .readiness
        .score
        .map_or(String::new(), |score| score.to_string());
    let _ = writeln!(
        out,
        "    <properties><property name=\"verdict\" value=\"{}\"/><property name=\"score\" value=\"{score}\"/>\
         </properties>",
        report.readiness.verdict.name()
    );
    for case in cases {
        out.push_str(&written(case));
    }
    out.push_str("  </testsuite>\n");
    out
}

fn written(case: &Case) -> String {
    let mut out = format!(
        "    <testcase classname=\"{}\" name=\"{}\"",
        escaped(&case.class),
        escaped(&case.name)
    );
    if let Some((path, line)) = &case.file {
        let _ = write!(out, " file=\"{}\" line=\"{line}\"", escaped(path));
    }
    out.push_str(" time=\"0\"");
    match (&case.failure, case.skipped) {
        (Some((kind, message, body)), _) => {
            let (message, body) = (escaped(message), escaped(body));
            let _ = writeln!(
                out,
                ">\n      <failure type=\"{kind}\" message=\"{message}\">{body}</failure>\n    </testcase>"
            );
        }
        (None, Some(why)) => {
            let why = escaped(why);
            let _ = writeln!(out, ">\n      <skipped message=\"{why}\"/>\n    </testcase>");
        }
        (None, None) => out.push_str("/>\n"),
    }
    out
}

/// A case that fails when nothing could be assessed: no failing test is no good news then.
fn unassessed(report: &Report) -> Option<Case> {
    let reason = report.readiness.reason?;
    let message = format!("nothing could be assessed: {reason}");
    Some(Case {
        class: "audit".to_owned(),
        name: "assessed".to_owned(),
        file: None,
        failure: Some(("not-assessed".to_owned(), message.clone(), message)),
        skipped: None,
    })
}

fn of_program(report: &Report, program: &ProgramReport) -> Case {
    let mut reasons: Vec<String> = program
        .because
        .iter()
        .take(REASONS)
        .filter_map(|id| report.finding(id))
        .map(|found| {
            let at = report.path(&found.location);
            format!(
                "{at}:{}: {} {}",
                found.location.start.line,
                found.finding.rule,
                found.told()
            )
        })
        .collect();
    if program.because.len() > REASONS {
        reasons.push(format!("and {} more", program.because.len() - REASONS));
    }
    let first = program.because.first().and_then(|id| report.finding(id));
    Case {
        // Two configurations may define programs of one name.
        class: program.location.path.clone(),
        name: program.name.clone(),
        file: Some((report.path(&program.location), program.location.start.line)),
        failure: first.map(|found| {
            let message = format!("dies: {}", found.finding.message);
            (
                found.finding.severity.name().to_owned(),
                message,
                reasons.join("\n"),
            )
        }),
        skipped: (program.start == Start::Unknown)
            .then_some("what it runs is no Python of the tree: unknown"),
    }
}

fn of_rule(report: &Report, rule: &RuleReport, with_info: bool) -> Case {
    let own = || {
        let told = report.told(with_info);
        told.filter(|found| found.finding.rule == rule.meta.id)
    };
    let worst: Option<Severity> = own().map(|found| found.finding.severity).max();
    let places: Vec<String> = own()
        .map(|found| {
            let severity = found.finding.severity.name();
            let (at, start) = (report.path(&found.location), found.location.start);
            format!(
                "{at}:{}:{}: {severity}: {}",
                start.line,
                start.column,
                found.told()
            )
        })
        .collect();
    let failure = worst.map(|severity| {
        let number = score::count(places.len(), "place");
        let message = format!("{}: {number}", rule.meta.summary);
        (severity.name().to_owned(), message, places.join("\n"))
    });
    Case {
        class: format!("audit.{}", rule.meta.category),
        name: rule.meta.id.to_owned(),
        file: None,
        skipped: (failure.is_none() && rule.is_idle()).then_some("there is nothing of it to look at"),
        failure,
    }
}
