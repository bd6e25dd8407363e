//! `path:line:column: rule message`, one line for each finding: what problem matchers of editors read.

use super::style::{harmless, one_line};
use super::{FindingReport, Report};
use std::fmt::Write as _;

/// The lines.
pub fn render(report: &Report, with_info: bool) -> String {
    let mut out = String::new();
    for found in report.told(with_info) {
        let _ = writeln!(out, "{}", line(report, found));
    }
    out
}

fn line(report: &Report, found: &FindingReport) -> String {
    let start = found.location.start;
    let path = one_line(&harmless(&report.path(&found.location)));
    let message = one_line(&harmless(&found.finding.message));
    let rule = found.finding.rule;
    format!("{path}:{}:{}: {rule} {message}", start.line, start.column)
}
