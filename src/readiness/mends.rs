//! The score taken apart: what each root cause weighs, and what its mend gains.

use super::{Cause, Confidence, Meta, SetAside, Severity, Verdict, Weighed, effort_of, score};
use std::cmp::Reverse;

/// How many mends are named.
const MENDS: usize = 5;

/// What one root cause adds to the sum that the score falls with.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// The cause's key.
    pub cause: String,
    /// The rule that found it.
    pub rule: String,
    /// The severity of its heaviest place.
    pub severity: Severity,
    /// How sure that place is.
    pub confidence: Confidence,
    /// Places above info.
    pub places: usize,
    /// Programs that they concern.
    pub programs: usize,
    /// `weight × factor × (1 + ln(places) + ln(1 + programs) / 2)`.
    pub points: f64,
    /// Minutes of editing that the mend takes, as a range.
    pub effort: [u32; 2],
    /// Verdict and score when it alone is mended.
    pub alone: (Verdict, u8),
}

/// A mend, and what it gains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// The cause that it removes: its position in the points.
    pub of: usize,
    /// Verdict and score when it and the mends named before it are made too.
    pub together: (Verdict, u8),
}

/// The points of every cause above info, the heaviest first, and the mends that gain most, in the order in
/// which they are best made.
pub fn explain(weighed: &Weighed<'_>, aside: SetAside, rules: &[&Meta]) -> (Vec<Points>, Vec<Mend>) {
    let causes = weighed.0.iter().map(|(key, cause)| (*key, cause));
    let mut all: Vec<(&str, &Cause<'_>)> = causes
        .filter(|(_, cause)| cause.severity > Severity::Info)
        .collect();
    all.sort_by(|(left, one), (right, other)| other.burden().total_cmp(&one.burden()).then(left.cmp(right)));
    let causes: Vec<&Cause<'_>> = all.iter().map(|(_, cause)| *cause).collect();
    let everything: Vec<usize> = (0..causes.len()).collect();
    let without = without_each(&causes, &everything, aside);
    let points = all.iter().zip(without).map(|((key, cause), alone)| Points {
        cause: (*key).to_owned(),
        rule: cause.rule.to_owned(),
        severity: cause.heaviest.1,
        confidence: cause.heaviest.2,
        places: cause.places,
        programs: cause.programs.len(),
        points: cause.burden(),
        effort: effort_of(cause, rules),
        alone,
    });
    (points.collect(), mends(&causes, everything, aside))
}

/// The best mends, each chosen for what it gains beside those before it.
fn mends(causes: &[&Cause<'_>], mut left: Vec<usize>, aside: SetAside) -> Vec<Mend> {
    let mut mends = Vec::new();
    while mends.len() < MENDS && !left.is_empty() {
        let after = without_each(causes, &left, aside);
        // Of two that gain the same the heavier one stands in front.
        let best = (0..left.len()).max_by_key(|at| (after[*at], Reverse(*at)));
        let Some(at) = best else { break };
        let of = left.remove(at);
        mends.push(Mend {
            of,
            together: after[at],
        });
    }
    mends
}

/// For each of the causes that are left: verdict and score without it. Sums from both ends give those without
/// each in linear time, and nothing at all where nothing is left.
fn without_each(causes: &[&Cause<'_>], left: &[usize], aside: SetAside) -> Vec<(Verdict, u8)> {
    let add = |sum: (Verdict, f64), at: &usize| {
        let cause = causes[*at];
        (sum.0.min(cause.leaves), sum.1 + cause.burden())
    };
    let none = (aside.cap(), 0.0);
    let mut behind = vec![none; left.len() + 1];
    for (at, cause) in left.iter().enumerate().rev() {
        behind[at] = add(behind[at + 1], cause);
    }
    let mut before = none;
    let mut without = Vec::with_capacity(left.len());
    for (at, cause) in left.iter().enumerate() {
        let (verdict, burden) = (before.0.min(behind[at + 1].0), before.1 + behind[at + 1].1);
        without.push((verdict, score(verdict, burden, aside).unwrap_or_default()));
        before = add(before, cause);
    }
    without
}
