//! A few lines of a file, with the place marked.

use crate::report::{Location, Report};
use serde::Serialize;

/// Lines in front of the place and behind it.
const AROUND: usize = 2;
/// Characters of a line at most, and of what stands before the place in it.
const WIDTH: usize = 200;
const BEFORE: usize = 120;

/// A line of an excerpt.
#[derive(Serialize, Default)]
pub(super) struct Line {
    number: u32,
    before: String,
    marked: String,
    after: String,
}

/// The lines around a place; none where there is nothing to be shown.
pub(super) fn excerpt(report: &Report, location: &Location) -> Vec<Line> {
    lines(report, location).unwrap_or_default()
}

fn lines(report: &Report, location: &Location) -> Option<Vec<Line>> {
    let shown = report.excerpt(&location.path, location.start.offset)?;
    let text = &shown.text;
    let start = location.start.offset as usize - shown.start;
    let (head, tail) = (text.get(..start)?, text.get(start..)?);
    let begin = head.rfind('\n').map_or(0, |end| end + 1);
    let end = tail.find('\n').map_or(text.len(), |end| start + end);
    let stop = (location.end.offset as usize)
        .saturating_sub(shown.start)
        .clamp(start, end);
    let stop = (stop..=end).find(|at| text.is_char_boundary(*at))?;
    if text[begin..end].trim().is_empty() {
        return None;
    }
    let number = location.start.line;
    let mut above: Vec<&str> = text[..begin].lines().rev().take(AROUND).collect();
    above.reverse();
    let first = number.saturating_sub(u32::try_from(above.len()).unwrap_or(0));
    let mut lines: Vec<Line> = (first..)
        .zip(above)
        .map(|(number, line)| plain(number, line))
        .collect();
    lines.push(Line {
        number,
        before: last(&text[begin..start], BEFORE),
        marked: first_of(&text[start..stop], WIDTH),
        after: first_of(&text[stop..end], WIDTH),
    });
    let below = text.get(end + 1..).unwrap_or_default().lines().take(AROUND);
    lines.extend(
        (number + 1..)
            .zip(below)
            .map(|(number, line)| plain(number, line)),
    );
    Some(lines)
}

fn plain(number: u32, line: &str) -> Line {
    let before = first_of(line, WIDTH);
    Line {
        number,
        before,
        ..Line::default()
    }
}

fn first_of(text: &str, most: usize) -> String {
    let text = text.trim_end_matches('\r');
    super::text::short(text, most)
}

fn last(text: &str, most: usize) -> String {
    match text.char_indices().rev().nth(most) {
        None => text.to_owned(),
        Some((at, _)) => format!("…{}", &text[at..]),
    }
}
