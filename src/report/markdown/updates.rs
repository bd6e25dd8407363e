//! What has to be changed: issue, impact, fix and files of each root cause, by priority.

use super::Numbered;
use super::text::{code, fitted, names, prose, sentence};
use crate::finding::{Confidence, Finding, Severity};
use crate::report::{CauseReport, FindingReport, Report, score, words};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Files that are named for a cause, and lines for a file.
const FILES: usize = 8;
const LINES: usize = 8;
/// Bytes of a cause that has one line only.
const SHORT: usize = 400;

/// The section, in at most `room` bytes: causes that do not fit have one line, and then are counted.
pub(super) fn render(report: &Report, causes: &[Numbered<'_>], room: usize) -> String {
    let mut out = String::from("## Required updates\n\n");
    if causes.is_empty() {
        out.push_str("None.\n\n");
        return out;
    }
    let blocks: Vec<String> = causes
        .iter()
        .map(|numbered| block(report, numbered).unwrap_or_default())
        .collect();
    // Room for the headings and for the line that tells what was left out.
    let room = room.saturating_sub(out.len() + 600);
    let all: usize = blocks.iter().map(String::len).sum();
    let (for_blocks, for_lines) = if all <= room {
        (room, 0)
    } else {
        (room * 4 / 5, room / 5)
    };
    let (_, left) = fitted(&blocks, for_blocks);
    let whole = causes.len() - left;
    let mut last = None;
    for (numbered, block) in causes.iter().zip(&blocks).take(whole) {
        let severity = numbered.cause.severity;
        if last != Some(severity) {
            out.push_str(heading(severity));
            last = Some(severity);
        }
        out.push_str(block);
    }
    if left > 0 {
        let lines: Vec<String> = causes.iter().skip(whole).map(|rest| line(report, rest)).collect();
        let (lines, hidden) = fitted(&lines, for_lines);
        let _ = write!(
            out,
            "### In short\n\nTo keep the page short, {left} more causes have one line each.\n\n"
        );
        out.push_str(&lines);
        if hidden > 0 {
            let _ = write!(
                out,
                "\n{hidden} of them are left out here; `audit` on a terminal tells them all.\n"
            );
        }
        out.push('\n');
    }
    out
}

fn heading(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker => "### Priority 1: before the deployment\n\n",
        Severity::Major => "### Priority 2: before anybody relies on it\n\n",
        Severity::Minor => "### Priority 3: better before production\n\n",
        Severity::Info => "### For information\n\n",
    }
}

fn block(report: &Report, numbered: &Numbered<'_>) -> Option<String> {
    let cause = numbered.cause;
    let first = report.first(cause)?;
    let finding = &first.finding;
    let mut out = format!(
        "#### {} {} · `{}`\n\n",
        numbered.number,
        summary(report, cause),
        cause.rule
    );
    let sureness = if finding.confidence < Confidence::Certain {
        format!(" ({})", finding.confidence.name())
    } else {
        String::new()
    };
    let _ = writeln!(out, "- **Issue**{sureness}: {}", sentence(&finding.message));
    let _ = writeln!(out, "- **Impact**: {}", impact(report, finding, &cause.programs));
    if !finding.help.is_empty() {
        let effort = match cause.effort {
            [_, 0] => String::new(),
            effort => format!(" ({})", score::effort(effort)),
        };
        let _ = writeln!(out, "- **Fix**{effort}: {}", sentence(&finding.help));
    }
    for (help, paths) in words::fixes(report, cause).into_iter().skip(1) {
        let files = names(paths, 3);
        let _ = writeln!(out, "- **Fix in {files}**: {}", sentence(help));
    }
    let _ = write!(out, "- **Files**: {}\n\n", files(report, cause));
    Some(out)
}

fn line(report: &Report, numbered: &Numbered<'_>) -> String {
    let cause = numbered.cause;
    let place = report.first(cause).map(|found| {
        let at = format!("{}:{}", found.location.path, found.location.start.line);
        format!("{} ({})", prose(&found.finding.message), code(&at))
    });
    let told = place.filter(|told| told.len() <= SHORT);
    let told = told.unwrap_or_else(|| summary(report, cause));
    format!(
        "- **{}** {}: {told} · `{}`\n",
        numbered.number,
        cause.severity.name(),
        cause.rule
    )
}

/// What the rule's page says in one line.
pub(super) fn summary(report: &Report, cause: &CauseReport) -> String {
    let rule = report.rules.iter().find(|rule| rule.meta.id == cause.rule);
    rule.map_or_else(|| cause.rule.to_owned(), |rule| prose(&rule.meta.summary))
}

fn impact(report: &Report, finding: &Finding, programs: &[String]) -> String {
    let named = || names(programs.iter().map(String::as_str), 10);
    let which = words::all_programs(report, programs).unwrap_or_else(named);
    let mut out = words::impact(finding, programs.len(), &which);
    if !finding.label.is_empty() {
        let _ = write!(out, "; seen as: {}", prose(&finding.label));
    }
    out
}

/// The places of a cause; those that are only for information count when all are.
pub(in crate::report) fn told<'a>(
    report: &'a Report,
    cause: &'a CauseReport,
) -> impl Iterator<Item = &'a FindingReport> {
    let limit = cause.severity.min(Severity::Minor);
    report
        .places(cause)
        .filter(move |found| found.finding.severity >= limit)
}

/// The files of a cause with their lines, the last ones only counted.
fn files(report: &Report, cause: &CauseReport) -> String {
    let mut by_file: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for found in told(report, cause) {
        let lines = by_file.entry(&found.location.path).or_default();
        lines.push(found.location.start.line);
    }
    let number = by_file.len();
    let mut files: Vec<(&str, Vec<u32>)> = by_file.into_iter().collect();
    files.sort_by_key(|(path, lines)| (std::cmp::Reverse(lines.len()), *path));
    let mut parts: Vec<String> = files
        .iter()
        .take(FILES)
        .map(|(path, lines)| listed(path, lines))
        .collect();
    if number > FILES {
        let places: usize = files.iter().skip(FILES).map(|(_, lines)| lines.len()).sum();
        let (places, files) = (
            score::count(places, "place"),
            score::count(number - FILES, "file"),
        );
        parts.push(format!("and {places} more in {files}"));
    }
    parts.join(", ")
}

fn listed(path: &str, lines: &[u32]) -> String {
    let mut lines = lines.to_vec();
    lines.sort_unstable();
    lines.dedup();
    let shown: Vec<String> = lines.iter().take(LINES).map(u32::to_string).collect();
    let at = code(&format!("{path}:{}", shown.join(",")));
    match lines.len().saturating_sub(LINES) {
        0 => at,
        more => format!("{at} (and {more} more lines)"),
    }
}
