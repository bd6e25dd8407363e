//! One line for a CI log.

use super::{Compared, Report, Start};
use crate::finding::Severity;
use crate::readiness::{Tally, Verdict};

/// The verdict and what stands behind it, in one line without a line end.
pub fn render(report: &Report) -> String {
    let readiness = &report.readiness;
    if readiness.verdict == Verdict::NotAssessed {
        let reason = readiness.reason.unwrap_or("nothing could be judged");
        return format!("{} · {reason}", readiness.verdict.name());
    }
    let mut parts = vec![headline(report), programs(report)];
    parts.push(causes(&readiness.causes).unwrap_or_else(|| "no findings".to_owned()));
    if readiness.effort[1] > 0 {
        parts.push(format!("{} to mend", effort(readiness.effort)));
    }
    let hidden = report.aside.findings.blocker;
    if hidden > 0 {
        parts.push(format!("{} set aside", count(hidden, "blocker")));
    }
    if report.aside.lowered > 0 {
        parts.push(format!("{} made milder", count(report.aside.lowered, "blocker")));
    }
    if report.aside.excluded > 0 {
        parts.push(format!(
            "{} left out",
            count(report.aside.excluded, "deployed file")
        ));
    }
    if report.compared != Compared::default() {
        let new = report.told(false).count();
        parts.push(count(new, "new finding"));
    }
    parts.join(" · ")
}

/// `NOT READY 23/100`.
pub(super) fn headline(report: &Report) -> String {
    let name = report.readiness.verdict.name();
    match report.readiness.score {
        Some(score) => format!("{name} {score}/100"),
        None => name.to_owned(),
    }
}

/// `4 of 14 programs start`, `4 of 14 programs start, 2 unknown`.
pub(super) fn programs(report: &Report) -> String {
    let total = report.programs.len();
    let starts = if total == 1 { "starts" } else { "start" };
    let starting = report.programs_that(Start::Starts);
    let text = format!("{starting} of {} {starts}", count(total, "program"));
    match report.programs_that(Start::Unknown) {
        0 => text,
        unknown => format!("{text}, {unknown} unknown"),
    }
}

/// `6 blockers, 1 major`; nothing when all are info.
pub(super) fn causes(tally: &Tally) -> Option<String> {
    let parts: Vec<String> = [Severity::Blocker, Severity::Major, Severity::Minor]
        .into_iter()
        .filter(|severity| tally.get(*severity) > 0)
        .map(|severity| count(tally.get(severity), severity.name()))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Minutes as people say them: `20–45 min`, `2–5 h`.
pub(super) fn effort([low, high]: [u32; 2]) -> String {
    if high < 120 {
        return if low == high {
            format!("{low} min")
        } else {
            format!("{low}–{high} min")
        };
    }
    let (low, high) = (low / 60, high.div_ceil(60));
    if low == 0 {
        format!("up to {high} h")
    } else if low == high {
        format!("{low} h")
    } else {
        format!("{low}–{high} h")
    }
}

/// `1 place`, `2 places`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
