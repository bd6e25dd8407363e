//! The report as a page: for a pull request, a wiki, `$GITHUB_STEP_SUMMARY`.
//!
//! A comment on GitHub holds 65,536 characters, a step's summary 1 MiB. The page keeps to the smaller one, and
//! says what it left out.

mod checklist;
mod deployment;
pub(super) mod summary;
mod text;
pub(super) mod updates;

use super::{CauseReport, Report};
use crate::finding::Severity;
use crate::readiness::Verdict;
use std::fmt::Write as _;

/// Bytes of the page at most; a character has one at least.
const LIMIT: usize = 65_000;

/// A cause with the number that the page calls it by: `1.3` is the third of the first priority.
pub(super) struct Numbered<'a> {
    pub(super) number: String,
    pub(super) cause: &'a CauseReport,
}

/// The page.
pub fn render(report: &Report, with_info: bool) -> String {
    let causes = numbered(report, with_info);
    let head = summary::render(report, &causes);
    if report.readiness.verdict == Verdict::NotAssessed {
        let room = LIMIT.saturating_sub(head.len());
        let updates = match &causes[..] {
            [] => String::new(),
            causes => updates::render(report, causes, room - room / 8),
        };
        return format!("{head}{updates}{}", summary::colophon(report));
    }
    let sound = summary::sound(report);
    let mut tail = checklist::render(report, &causes);
    tail.push_str(&deployment::render(report));
    tail.push_str(&deployment::security(report, &causes));
    tail.push_str(&summary::effort(report, &causes));
    tail.push_str(&summary::recommendation(report, &causes));
    // What the other parts leave is for the updates.
    let room = LIMIT.saturating_sub(head.len() + sound.len() + tail.len());
    let updates = updates::render(report, &causes, room);
    format!("{head}{sound}{updates}{tail}")
}

pub(super) fn numbered(report: &Report, with_info: bool) -> Vec<Numbered<'_>> {
    let mut counts = [0_usize; 4];
    let is_told = |cause: &&CauseReport| with_info || cause.severity > Severity::Info;
    report
        .causes
        .iter()
        .filter(is_told)
        .map(|cause| {
            let priority = priority(cause.severity);
            counts[priority - 1] += 1;
            Numbered {
                number: format!("{priority}.{}", counts[priority - 1]),
                cause,
            }
        })
        .collect()
}

fn priority(severity: Severity) -> usize {
    match severity {
        Severity::Blocker => 1,
        Severity::Major => 2,
        Severity::Minor => 3,
        Severity::Info => 4,
    }
}

/// A table: its head, and as many rows as fit into `room` bytes; `what` are the rows called.
fn table(head: &[&str], rows: &[Vec<String>], room: usize, what: &str) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let mut out = line(&head);
    out.push_str(&line(&vec!["---".to_owned(); head.len()]));
    let rows: Vec<String> = rows.iter().map(|row| line(row)).collect();
    let (shown, left) = text::fitted(&rows, room);
    out.push_str(&shown);
    if left > 0 {
        let _ = write!(
            out,
            "\n{left} more {what} are left out here to keep the page short.\n"
        );
    }
    out.push('\n');
    out
}
