//! The score, taken apart so that anybody can work it out again by hand.

use super::{Report, score};
use crate::readiness::{self, Points, Verdict};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Verdict, formula, points by rule and by cause, and the mends that gain most.
pub fn render(report: &Report) -> String {
    let readiness = &report.readiness;
    let (Some(value), Some((low, high))) = (readiness.score, readiness.verdict.band()) else {
        let reason = readiness.reason.unwrap_or("nothing could be judged");
        return format!("{} · {reason}\n", readiness.verdict.name());
    };
    let sum: f64 = report.points.iter().map(|one| one.points).sum();
    let width = high - low;
    let exact = f64::from(low) + f64::from(width) * (-sum / readiness::DECAY).exp();
    let mut out = format!("{}\n\n", score::headline(report));
    let _ = writeln!(
        out,
        "band      {low}–{high}: {}",
        why(report).unwrap_or("nothing above minor is open")
    );
    let _ = writeln!(out, "points    P = {sum:.2}, the sum over root causes");
    let _ = writeln!(
        out,
        "score     {low} + {width} × e^(−P/{}) = {exact:.2}, rounded down: {value}",
        readiness::DECAY
    );
    if sum == 0.0 && value < high {
        out.push_str("          not 100, because something is set aside\n");
    }
    if !report.points.is_empty() {
        out.push_str(&by_rule(&report.points));
        out.push_str(&mends(report, value));
        out.push_str(&by_cause(&report.points));
    }
    out
}

/// What chose the band.
fn why(report: &Report) -> Option<&'static str> {
    match report.readiness.verdict {
        Verdict::NotReady => Some("a certain blocker is open"),
        Verdict::AtRisk => {
            Some("a likely blocker is open, or a deployed program certainly breaks at first use")
        }
        Verdict::ReadyWithWarnings => {
            Some("a major or a possible blocker is open, or a blocker is set aside")
        }
        Verdict::NotAssessed | Verdict::Ready => None,
    }
}

fn by_rule(points: &[Points]) -> String {
    let mut rules: BTreeMap<&str, (f64, usize)> = BTreeMap::new();
    for one in points {
        let (sum, causes) = rules.entry(&one.rule).or_default();
        *sum += one.points;
        *causes += 1;
    }
    let mut rules: Vec<(&str, (f64, usize))> = rules.into_iter().collect();
    rules.sort_by(|(left, one), (right, other)| other.0.total_cmp(&one.0).then(left.cmp(right)));
    let mut out = String::from("\npoints by rule\n");
    for (rule, (sum, causes)) in rules {
        let _ = writeln!(out, "{sum:8.2}  {rule}, {}", score::count(causes, "cause"));
    }
    out
}

fn by_cause(points: &[Points]) -> String {
    let mut out = String::from(
        "\npoints by root cause: weight × factor × (1 + ln(places) + ln(1 + programs) / 2), editing time\n",
    );
    for one in points {
        let _ = writeln!(
            out,
            "{:8.2}  {}: {} {} × {} {} × (1 + ln {} + ln(1 + {}) / 2), {}",
            one.points,
            name(one),
            one.severity.name(),
            readiness::severity_weight(one.severity),
            one.confidence.name(),
            readiness::confidence_factor(one.confidence),
            one.places,
            one.programs,
            score::effort(one.effort)
        );
    }
    out
}

fn mends(report: &Report, now: u8) -> String {
    let mut out = String::from("\nthe mends that gain most, and the score when those above are made too\n");
    for mend in &report.mends {
        let Some(one) = report.points.get(mend.of) else {
            continue;
        };
        let (verdict, together) = mend.together;
        let _ = writeln!(
            out,
            "  mend {}: {now} → {}; together {together}, {}",
            name(one),
            one.alone.1,
            verdict.name()
        );
    }
    out
}

/// The rule and what it is about, in one line.
fn name(one: &Points) -> String {
    let subject = one.cause.split_once(':').map_or("", |(_, subject)| subject);
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let subject = super::style::harmless(&subject);
    let short: String = subject.chars().take(60).collect();
    let dots = if short.len() < subject.len() { "…" } else { "" };
    format!("{} {short}{dots}", one.rule)
}
