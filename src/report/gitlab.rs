//! GitLab's code quality report, <https://docs.gitlab.com/ci/testing/code_quality/>.

use super::{FindingReport, Report};
use crate::finding::Severity;
use serde::Serialize;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// The document, with a line end.
///
/// # Errors
/// In the words of the writer; text and numbers cannot fail to be written.
pub fn render(report: &Report, with_info: bool) -> Result<String, String> {
    let issues: Vec<Issue<'_>> = report.told(with_info).map(|found| issue(report, found)).collect();
    let text = serde_json::to_string_pretty(&issues).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

fn issue<'a>(report: &Report, found: &'a FindingReport) -> Issue<'a> {
    Issue {
        description: found.told(),
        check_name: found.finding.rule,
        // Unique in a report, and the same when lines move.
        fingerprint: &found.id,
        severity: match found.finding.severity {
            Severity::Blocker => "blocker",
            Severity::Major => "major",
            Severity::Minor => "minor",
            Severity::Info => "info",
        },
        location: Location {
            path: report.path(&found.location),
            lines: Lines {
                begin: found.location.start.line,
                end: found.location.end.line,
            },
        },
    }
}
