//! The verdict, and a number inside the verdict's band.
//!
//! The worst consequence chooses the band, so that no average can hide a killer. Inside the band the
//! score is `lo + (hi - lo) * exp(-P / 60)`, rounded down, where `P` sums over root causes
//!
//! ```text
//! weight(severity) * factor(confidence) * (1 + ln(places) + ln(1 + programs) / 2)
//! ```
//!
//! with the weights blocker 5, major 2, minor 0.5, info 0 and the factors certain 1, likely 0.6,
//! possible 0.3. So mending never lowers the score, a further finding never raises it, the amount of
//! clean code does not matter, and anybody can work it out again by hand.

mod mends;

use crate::finding::{Confidence, Effect, Finding, ProgramId, Scope, Severity};
use crate::rule::Meta;
pub use mends::{Mend, Points, explain};
use std::collections::{BTreeMap, BTreeSet};

/// The version of the scoring model that this module describes.
pub const MODEL: u32 = 1;

/// How fast the score falls in its band: the sum at which a third of it is left.
pub const DECAY: f64 = 60.0;

/// What the whole audit comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// There was nothing to judge.
    NotAssessed,
    /// A program will not start, or a deploy step will fail.
    NotReady,
    /// A program will likely not start, or certainly breaks at first use.
    AtRisk,
    /// It runs; there are serious things to know.
    ReadyWithWarnings,
    /// It runs.
    Ready,
}

impl Verdict {
    /// How reports say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotAssessed => "NOT ASSESSED",
            Self::NotReady => "NOT READY",
            Self::AtRisk => "AT RISK",
            Self::ReadyWithWarnings => "READY WITH WARNINGS",
            Self::Ready => "READY",
        }
    }

    /// The scores that it can have, both included.
    pub fn band(self) -> Option<(u8, u8)> {
        match self {
            Self::NotAssessed => None,
            Self::NotReady => Some((0, 49)),
            Self::AtRisk => Some((50, 69)),
            Self::ReadyWithWarnings => Some((70, 89)),
            Self::Ready => Some((90, 100)),
        }
    }
}

/// The verdict with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// What it comes to.
    pub verdict: Verdict,
    /// From 0 to 100, inside the verdict's band; none when nothing could be assessed.
    pub score: Option<u8>,
    /// Why nothing could be assessed.
    pub reason: Option<&'static str>,
    /// Minutes of editing that the mends take, as a range.
    pub effort: [u32; 2],
    /// Root causes by their worst severity.
    pub causes: Tally,
}

/// How many there are of each severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Blockers.
    pub blocker: usize,
    /// Majors.
    pub major: usize,
    /// Minors.
    pub minor: usize,
    /// For information.
    pub info: usize,
}

impl Tally {
    /// Counts severities.
    pub fn of(severities: impl IntoIterator<Item = Severity>) -> Self {
        let mut tally = Self::default();
        for severity in severities {
            match severity {
                Severity::Blocker => tally.blocker += 1,
                Severity::Major => tally.major += 1,
                Severity::Minor => tally.minor += 1,
                Severity::Info => tally.info += 1,
            }
        }
        tally
    }

    /// How many there are of this severity.
    pub fn get(&self, severity: Severity) -> usize {
        match severity {
            Severity::Blocker => self.blocker,
            Severity::Major => self.major,
            Severity::Minor => self.minor,
            Severity::Info => self.info,
        }
    }

    /// How many there are in all.
    pub fn total(&self) -> usize {
        self.blocker + self.major + self.minor + self.info
    }
}

/// What there was to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// Files that were read.
    pub files: usize,
    /// Python documents among them.
    pub python: usize,
    /// Programs that were found or declared.
    pub programs: usize,
}

impl Subject {
    /// Why there is nothing to judge.
    fn gap(self) -> Option<&'static str> {
        if self.files == 0 {
            Some("there is no file to judge")
        } else if self.python == 0 {
            Some("there is no Python file to judge")
        } else if self.programs == 0 {
            Some(
                "no program was found: no supervisor config, no systemd unit, no Procfile; declare what the \
                 server starts with [[program]] in audit.toml",
            )
        } else {
            None
        }
    }
}

/// What was set aside, by its severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SetAside {
    /// Findings that comments or settings set aside.
    pub findings: Tally,
    /// Blockers that the settings made milder.
    pub lowered: usize,
    /// Files that `exclude` leaves out although a program runs them, or that define programs.
    pub excluded: usize,
}

impl SetAside {
    /// The best verdict that is left: nobody knows what hides behind what was set aside.
    pub fn cap(self) -> Verdict {
        if self.findings.blocker + self.lowered + self.excluded > 0 {
            Verdict::ReadyWithWarnings
        } else {
            Verdict::Ready
        }
    }

    fn is_empty(self) -> bool {
        self.findings.total() + self.lowered + self.excluded == 0
    }
}

/// The readiness of a tree from its open findings and from what was set aside. `rules` gives the
/// efforts.
pub fn assess(subject: Subject, findings: &[Finding], aside: SetAside, rules: &[&Meta]) -> Readiness {
    let causes = Weighed::of(findings).0;
    let tally = Tally::of(causes.values().map(|cause| cause.severity));
    let effort = effort(&causes, rules);
    if let Some(reason) = subject.gap() {
        return Readiness {
            verdict: Verdict::NotAssessed,
            score: None,
            reason: Some(reason),
            effort,
            causes: tally,
        };
    }
    let verdict = causes
        .values()
        .map(|cause| cause.leaves)
        .fold(aside.cap(), Verdict::min);
    let burden: f64 = causes.values().map(Cause::burden).sum();
    Readiness {
        verdict,
        score: score(verdict, burden, aside),
        reason: None,
        effort,
        causes: tally,
    }
}

/// Whether a finding says that the programs it names do not start.
pub fn stops(finding: &Finding) -> bool {
    finding.effect == Effect::Start
        && finding.scope == Scope::Deployed
        && finding.confidence > Confidence::Possible
}

/// The best verdict that this finding leaves.
fn consequence(finding: &Finding) -> Verdict {
    let breaks_at_use =
        finding.scope == Scope::Deployed && finding.effect >= Effect::Use && !finding.programs.is_empty();
    match (finding.severity, finding.confidence) {
        (Severity::Blocker, Confidence::Certain) => Verdict::NotReady,
        (Severity::Blocker, Confidence::Likely) => Verdict::AtRisk,
        (Severity::Major, Confidence::Certain) if breaks_at_use => Verdict::AtRisk,
        (Severity::Blocker | Severity::Major, _) => Verdict::ReadyWithWarnings,
        (Severity::Minor | Severity::Info, _) => Verdict::Ready,
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number lies between 0 and 100"
)]
fn score(verdict: Verdict, burden: f64, aside: SetAside) -> Option<u8> {
    let (low, high) = verdict.band()?;
    let width = f64::from(high - low);
    // One part in a billion is taken off, so that no rounding of the last digit can lift a score.
    let exact = f64::from(low) + width * (-burden / DECAY).exp() - 1e-9;
    let is_touched = burden > 0.0 || !aside.is_empty();
    let best = if is_touched { 99 } else { 100 };
    let rounded = if burden > 0.0 { exact.floor() as u8 } else { high };
    Some(rounded.clamp(low, high).min(best))
}

/// What is known of one root cause.
#[derive(Debug)]
struct Cause<'a> {
    rule: &'a str,
    category: &'static str,
    severity: Severity,
    places: usize,
    /// The heaviest place: weight, and what makes it.
    heaviest: (f64, Severity, Confidence),
    /// The best verdict that it leaves.
    leaves: Verdict,
    programs: BTreeSet<ProgramId>,
}

impl Cause<'_> {
    #[allow(
        clippy::cast_precision_loss,
        reason = "there are fewer than 2^52 places in any tree"
    )]
    fn burden(&self) -> f64 {
        let places = (self.places.max(1) as f64).ln();
        let programs = (1.0 + self.programs.len() as f64).ln() / 2.0;
        self.heaviest.0 * (1.0 + places + programs)
    }
}

/// The root causes of findings by their keys. Places that are only for information weigh nothing.
#[derive(Debug)]
pub struct Weighed<'a>(BTreeMap<&'a str, Cause<'a>>);

impl<'a> Weighed<'a> {
    /// Of these findings.
    pub fn of(findings: &'a [Finding]) -> Self {
        let mut causes: BTreeMap<&str, Cause<'_>> = BTreeMap::new();
        for finding in findings {
            let cause = causes.entry(&finding.cause).or_insert_with(|| Cause {
                rule: finding.rule,
                category: finding.category,
                severity: finding.severity,
                places: 0,
                heaviest: (0.0, Severity::Info, Confidence::Possible),
                leaves: Verdict::Ready,
                programs: BTreeSet::new(),
            });
            cause.severity = cause.severity.max(finding.severity);
            if finding.severity > Severity::Info {
                cause.places += 1;
                cause.leaves = cause.leaves.min(consequence(finding));
                let weight = weight(finding);
                if weight > cause.heaviest.0 {
                    cause.heaviest = (weight, finding.severity, finding.confidence);
                }
                cause.programs.extend(finding.programs.iter().copied());
            }
        }
        Self(causes)
    }

    /// The readiness of one category: of its own findings alone, by the same formula. What was set aside counts
    /// where it is of the category.
    pub fn of_category(&self, category: &str, aside: SetAside) -> (Verdict, u8) {
        let own = || self.0.values().filter(|cause| cause.category == category);
        let verdict = own().map(|cause| cause.leaves).fold(aside.cap(), Verdict::min);
        let burden = own().map(Cause::burden).sum();
        (verdict, score(verdict, burden, aside).unwrap_or_default())
    }

    /// Minutes of editing that the mend of a cause takes, as a range. `rules` gives the efforts.
    pub fn effort_of(&self, cause: &str, rules: &[&Meta]) -> [u32; 2] {
        let cause = self.0.get(cause);
        cause.map(|cause| effort_of(cause, rules)).unwrap_or_default()
    }
}

fn weight(finding: &Finding) -> f64 {
    severity_weight(finding.severity) * confidence_factor(finding.confidence)
}

/// What a severity weighs.
pub fn severity_weight(severity: Severity) -> f64 {
    match severity {
        Severity::Blocker => 5.0,
        Severity::Major => 2.0,
        Severity::Minor => 0.5,
        Severity::Info => 0.0,
    }
}

/// How much of its weight a finding that is this sure has.
pub fn confidence_factor(confidence: Confidence) -> f64 {
    match confidence {
        Confidence::Certain => 1.0,
        Confidence::Likely => 0.6,
        Confidence::Possible => 0.3,
    }
}

fn effort(causes: &BTreeMap<&str, Cause<'_>>, rules: &[&Meta]) -> [u32; 2] {
    causes.values().fold([0, 0], |sum, cause| {
        let minutes = effort_of(cause, rules);
        [
            sum[0].saturating_add(minutes[0]),
            sum[1].saturating_add(minutes[1]),
        ]
    })
}

fn effort_of(cause: &Cause<'_>, rules: &[&Meta]) -> [u32; 2] {
    let rule = rules.iter().find(|rule| rule.id == cause.rule);
    let Some(rule) = rule.filter(|_| cause.severity > Severity::Info) else {
        return [0, 0];
    };
    let further = u32::try_from(cause.places.saturating_sub(1)).unwrap_or(u32::MAX);
    let minutes =
        |at: usize| rule.effort_first[at].saturating_add(rule.effort_further[at].saturating_mul(further));
    [minutes(0), minutes(1)]
}

#[cfg(test)]
mod tests;
