//! GitHub's workflow commands,
//! <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>.
//!
//! GitHub shows ten annotations of each type for a step. So each root cause has one, at its worst place, the
//! worst causes first; what does not fit is counted in the last line, which is no command.

use super::{CauseReport, FindingReport, Report, score};
use crate::finding::Severity;
use std::fmt::Write as _;

/// Annotations of one type that GitHub shows for a step.
const LIMIT: usize = 10;
/// Bytes of a message; GitHub cuts what is much longer.
const LENGTH: usize = 4000;

/// The commands.
pub fn render(report: &Report, with_info: bool) -> String {
    let line = score::render(report);
    // The verdict is a notice, too; that nothing could be judged is no good news.
    let is_assessed = report.readiness.reason.is_none();
    let (kind, mut room) = if is_assessed {
        ("notice", [LIMIT, LIMIT, LIMIT - 1])
    } else {
        ("error", [LIMIT - 1, LIMIT, LIMIT])
    };
    let mut out = format!("::{kind} title=audit::{}\n", data(&line));
    let mut left = 0;
    for cause in &report.causes {
        if cause.severity == Severity::Info && !with_info {
            continue;
        }
        let (at, kind) = match cause.severity {
            Severity::Blocker => (0, "error"),
            Severity::Major => (1, "warning"),
            Severity::Minor | Severity::Info => (2, "notice"),
        };
        let first = report.first(cause).filter(|_| room[at] > 0);
        if let Some(first) = first {
            room[at] -= 1;
            out.push_str(&annotation(report, cause, first, kind));
        } else {
            left += 1;
        }
    }
    if left > 0 {
        let _ = writeln!(
            out,
            "audit: {} not annotated here: GitHub shows {LIMIT} annotations of each type for a step; \
             --format markdown or sarif tells them all",
            match left {
                1 => "1 further cause is".to_owned(),
                more => format!("{more} further causes are"),
            }
        );
    }
    out
}

fn annotation(report: &Report, cause: &CauseReport, first: &FindingReport, kind: &str) -> String {
    let (start, end) = (first.location.start, first.location.end);
    let path = property(&report.path(&first.location));
    let mut place = format!("file={path},line={},endLine={}", start.line, end.line);
    // Columns mean something to GitHub on one line only.
    if start.line == end.line {
        let _ = write!(place, ",col={},endColumn={}", start.column, end.column);
    }
    let title = property(&format!("{} {}", cause.severity.name(), cause.rule));
    let mut text = first.told();
    let further = cause.places.len() - 1;
    if further > 0 {
        let _ = write!(
            text,
            "\nThe same mend removes {}.",
            score::count(further, "further place")
        );
    }
    if !cause.programs.is_empty() {
        let _ = write!(text, "\nPrograms: {}", cause.programs.join(", "));
    }
    format!("::{kind} {place},title={title}::{}\n", data(&cut(&text)))
}

fn cut(text: &str) -> String {
    if text.len() <= LENGTH {
        return text.to_owned();
    }
    let mut end = LENGTH;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{} … ({} bytes more)", &text[..end], text.len() - end)
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
