//! reviewdog's diagnostic format, <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>.

use super::{FindingReport, Report, score};
use crate::finding::Severity;
use crate::source;
use serde::Serialize;

#[derive(Serialize)]
struct Answer<'a> {
    source: Source,
    severity: &'static str,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_output: Option<String>,
}

/// What takes the place of a range of the same file.
#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

/// The document, with a line end.
///
/// # Errors
/// In the words of the writer; text and numbers cannot fail to be written.
pub fn render(report: &Report, with_info: bool) -> Result<String, String> {
    let worst = report.told(with_info).map(|found| found.finding.severity).max();
    let document = Answer {
        source: Source { name: "audit" },
        severity: worst.map_or("INFO", level),
        diagnostics: report
            .told(with_info)
            .map(|found| diagnostic(report, found))
            .collect(),
    };
    let text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

fn diagnostic<'a>(report: &Report, found: &'a FindingReport) -> Diagnostic<'a> {
    let programs = &found.programs;
    Diagnostic {
        message: found.told(),
        severity: level(found.finding.severity),
        code: Code {
            value: found.finding.rule,
        },
        location: Location {
            path: report.path(&found.location),
            range: Range {
                start: position(report, &found.location.path, found.location.start),
                end: position(report, &found.location.path, found.location.end),
            },
        },
        suggestions: suggestions(report, found),
        original_output: (!programs.is_empty()).then(|| {
            let number = score::count(programs.len(), "program");
            format!("{number}: {}", programs.join(", "))
        }),
    }
}

/// What a machine can write, where all of it belongs into the finding's own file.
fn suggestions<'a>(report: &Report, found: &'a FindingReport) -> Vec<Suggestion<'a>> {
    let path = &found.location.path;
    if found.edits.iter().any(|(location, _)| location.path != *path) {
        return Vec::new();
    }
    let edits = found.edits.iter().map(|(location, new)| Suggestion {
        range: Range {
            start: position(report, path, location.start),
            end: position(report, path, location.end),
        },
        text: new,
    });
    edits.collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker => "ERROR",
        Severity::Major => "WARNING",
        Severity::Minor | Severity::Info => "INFO",
    }
}

/// A place whose column counts bytes of UTF-8, as reviewdog wants it.
fn position(report: &Report, path: &str, place: source::Position) -> Position {
    let shown = report.excerpt(path, place.offset);
    let before = shown.and_then(|shown| shown.text.get(..place.offset as usize - shown.start));
    let before = before.unwrap_or("");
    let line_start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let column = u32::try_from(before.len() - line_start).unwrap_or(u32::MAX);
    Position {
        line: place.line,
        column: column.saturating_add(1),
    }
}
