//! The history as a page, with a plot.

use super::overview::class;
use crate::readiness::Verdict;
use crate::report::History;
use serde::Serialize;
use std::fmt::Write as _;

/// The drawing: its width, and the corners of the plot in it.
const LEFT: f64 = 44.0;
const RIGHT: f64 = 800.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 254.0;

#[derive(Serialize)]
pub(super) struct Page<'a> {
    style: &'static str,
    version: &'static str,
    root: &'a str,
    target: String,
    plot: Plot<'a>,
}

/// The plot, and the table of the commits that changed something.
#[derive(Serialize)]
pub(super) struct Plot<'a> {
    number: usize,
    bands: Vec<Band>,
    line: String,
    points: Vec<Point>,
    days: Option<(&'a str, &'a str)>,
    /// The newest first.
    rows: Vec<Row<'a>>,
}

/// The scores of a verdict, as a strip of the plot.
#[derive(Serialize)]
struct Band {
    name: &'static str,
    class: &'static str,
    y: String,
    height: String,
    label: String,
}

/// A commit that changed something.
#[derive(Serialize)]
struct Point {
    x: String,
    y: String,
    class: &'static str,
    title: String,
}

#[derive(Serialize)]
struct Row<'a> {
    date: &'a str,
    commit: &'a str,
    subject: &'a str,
    verdict: &'static str,
    class: &'static str,
    score: Option<u8>,
    programs: String,
    told: String,
    is_fall: bool,
    came: Vec<(&'static str, &'static str, &'a str)>,
    further: usize,
    /// Commits behind it that changed nothing.
    quiet: usize,
}

impl<'a> Page<'a> {
    pub(super) fn of(history: &'a History, style: &'static str) -> Self {
        Self {
            style,
            version: env!("CARGO_PKG_VERSION"),
            root: &history.root,
            target: format!("{} with Python {}", history.target.os, history.target.python),
            plot: Plot::of(history),
        }
    }
}

impl<'a> Plot<'a> {
    pub(super) fn of(history: &'a History) -> Self {
        let steps = &history.steps;
        let dates = steps.first().zip(steps.last());
        Self {
            number: steps.len(),
            bands: bands(),
            line: line(history),
            points: points(history),
            days: dates.map(|(first, last)| {
                (
                    first.moment.commit.date.as_str(),
                    last.moment.commit.date.as_str(),
                )
            }),
            rows: rows(history),
        }
    }
}

fn bands() -> Vec<Band> {
    let verdicts = [
        Verdict::Ready,
        Verdict::ReadyWithWarnings,
        Verdict::AtRisk,
        Verdict::NotReady,
    ];
    let bands = verdicts.into_iter().filter_map(|verdict| {
        let (low, high) = verdict.band()?;
        let (top, bottom) = (y(if high < 100 { high + 1 } else { high }), y(low));
        Some(Band {
            name: verdict.name(),
            class: class(verdict),
            y: format!("{top:.1}"),
            height: format!("{:.1}", bottom - top),
            label: format!("{:.1}", f64::midpoint(top, bottom) + 4.0),
        })
    });
    bands.collect()
}

#[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^52 commits")]
fn x(at: usize, number: usize) -> f64 {
    LEFT + (RIGHT - LEFT) * at as f64 / number.saturating_sub(1).max(1) as f64
}

fn y(score: u8) -> f64 {
    BOTTOM - (BOTTOM - TOP) * f64::from(score) / 100.0
}

/// The way of the score; it is broken where there is none.
fn line(history: &History) -> String {
    let mut line = String::new();
    let mut is_down = false;
    for (at, step) in history.steps.iter().enumerate() {
        match step.moment.readiness.score {
            Some(score) => {
                let letter = if is_down { 'L' } else { 'M' };
                let x = x(at, history.steps.len());
                let _ = write!(line, "{letter}{x:.1} {:.1}", y(score));
                is_down = true;
            }
            None => is_down = false,
        }
    }
    line
}

fn points(history: &History) -> Vec<Point> {
    let number = history.steps.len();
    let points = history.steps.iter().enumerate().filter_map(|(at, step)| {
        let moment = &step.moment;
        let score = moment.readiness.score.filter(|_| step.is_change)?;
        let came = step
            .came
            .first()
            .map_or_else(String::new, |came| format!(". Came: {}", came.message));
        let title = format!(
            "{}: {} {score}. {}{came}",
            moment.commit.date,
            moment.readiness.verdict.name(),
            moment.commit.subject
        );
        Some(Point {
            x: format!("{:.1}", x(at, number)),
            y: format!("{:.1}", y(score)),
            class: if step.is_fall {
                "fall"
            } else {
                class(moment.readiness.verdict)
            },
            title: super::text::short(&title, 300),
        })
    });
    points.collect()
}

fn rows(history: &History) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut quiet = 0;
    for step in &history.steps {
        if !step.is_change {
            quiet += 1;
            if let Some(row) = rows.last_mut() {
                row.quiet = quiet;
            }
            continue;
        }
        quiet = 0;
        let moment = &step.moment;
        let came = step.came.iter();
        rows.push(Row {
            date: &moment.commit.date,
            commit: moment.commit.id.get(..9).unwrap_or(&moment.commit.id),
            subject: &moment.commit.subject,
            verdict: moment.readiness.verdict.name(),
            class: class(moment.readiness.verdict),
            score: moment.readiness.score,
            programs: format!("{} of {}", moment.programs.1, moment.programs.0),
            told: crate::report::history::told(&moment.readiness.causes),
            is_fall: step.is_fall,
            came: came
                .map(|came| (came.severity.name(), came.rule, came.message.as_str()))
                .collect(),
            further: step.further,
            quiet,
        });
    }
    rows.reverse();
    rows
}
