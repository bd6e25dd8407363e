//! The history for a terminal: a line of bars, and a table of the commits that changed something.

use super::{History, Step, told};
use crate::finding::Severity;
use crate::readiness::Verdict;
use crate::report::style::{harmless, one_line};
use crate::report::{Palette, score, wrap};
use std::fmt::Write as _;

/// From the lowest score to the highest.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The history in lines of at most `width` columns, as far as words allow; the newest commit stands first.
pub fn render(history: &History, palette: Palette, width: usize) -> String {
    let steps = &history.steps;
    let target = format!("{} with Python {}", history.target.os, history.target.python);
    let number = score::count(steps.len(), "commit");
    let root = harmless(&history.root);
    let mut out = format!("{}\n", palette.bold(&format!("{root} on {target}, {number}")));
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return out;
    };
    let (from, to) = (&first.moment.commit.date, &last.moment.commit.date);
    let room = width.saturating_sub(from.len() + to.len() + 2).max(8);
    let _ = writeln!(
        out,
        "\n{} {} {}\n",
        palette.dim(from),
        bars(steps, room),
        palette.dim(to)
    );
    let mut quiet = 0;
    for step in steps.iter().rev() {
        if step.is_change {
            out.push_str(&skipped(quiet, palette));
            out.push_str(&row(step, palette, width));
            quiet = 0;
        } else {
            quiet += 1;
        }
    }
    out
}

/// A bar for each commit; where there are more than there is room for, for the lowest of several.
fn bars(steps: &[Step], room: usize) -> String {
    let size = steps.len().div_ceil(room).max(1);
    let bar = |part: &[Step]| {
        let scores = part.iter().filter_map(|step| step.moment.readiness.score);
        let highest = BARS.len() - 1;
        scores.min().map_or('·', |score| {
            BARS[(usize::from(score) * BARS.len() / 100).min(highest)]
        })
    };
    steps.chunks(size).map(bar).collect()
}

fn skipped(number: usize, palette: Palette) -> String {
    match number {
        0 => String::new(),
        number => format!(
            "{}\n",
            palette.dim(&format!(
                "  {} that changed nothing",
                score::count(number, "commit")
            ))
        ),
    }
}

fn row(step: &Step, palette: Palette, width: usize) -> String {
    let moment = &step.moment;
    let readiness = &moment.readiness;
    let number = readiness
        .score
        .map_or_else(|| "  –".to_owned(), |score| format!("{score:3}"));
    let verdict = format!("{number}  {:19}", readiness.verdict.name());
    let verdict = match readiness.verdict {
        Verdict::NotReady => palette.red(&verdict),
        Verdict::Ready => palette.green(&verdict),
        Verdict::NotAssessed => palette.dim(&verdict),
        Verdict::AtRisk | Verdict::ReadyWithWarnings => palette.yellow(&verdict),
    };
    let (programs, starting) = moment.programs;
    let facts = format!("{starting} of {programs} start, {}", told(&readiness.causes));
    let short = moment.commit.id.get(..9).unwrap_or(&moment.commit.id);
    let mut out = format!("{}  {short}  {verdict}  {facts}\n", moment.commit.date);
    let subject = one_line(&harmless(&moment.commit.subject));
    let _ = writeln!(out, "{}", palette.dim(&wrap("            ", &subject, width)));
    for came in &step.came {
        let name = format!("{} {}", came.severity.name(), came.rule);
        let name = if came.severity == Severity::Blocker {
            palette.red(&name)
        } else {
            palette.yellow(&name)
        };
        let message = one_line(&harmless(&came.message));
        let _ = writeln!(out, "            came: {name}");
        let _ = writeln!(out, "{}", wrap("                  ", &message, width));
    }
    if step.further > 0 {
        let _ = writeln!(
            out,
            "            and {} more",
            score::count(step.further, "cause")
        );
    } else if step.is_fall && step.came.is_empty() {
        out.push_str("            the same causes weigh more: another program, or what was set aside\n");
    }
    out
}
