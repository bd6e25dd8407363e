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

use crate::finding::{Confidence, Effect, Finding, ProgramId, Scope, Severity};
use crate::rule::Meta;
use std::collections::{BTreeMap, BTreeSet};

/// The version of the scoring model that this module describes.
pub const MODEL: u32 = 1;

/// How fast the score falls in its band: the sum at which a third of it is left.
const DECAY: f64 = 60.0;

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
}

/// The readiness of a tree from its open findings and from what was set aside. `rules` gives the
/// efforts.
pub fn assess(subject: Subject, findings: &[Finding], aside: SetAside, rules: &[&Meta]) -> Readiness {
    let causes = causes(findings);
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
    let hides_blocker = aside.findings.blocker + aside.lowered > 0;
    let cap = if hides_blocker {
        Verdict::ReadyWithWarnings
    } else {
        Verdict::Ready
    };
    let verdict = findings.iter().map(consequence).fold(cap, Verdict::min);
    let burden: f64 = causes.values().map(Cause::burden).sum();
    let is_touched = burden > 0.0 || aside.findings.total() + aside.lowered > 0;
    Readiness {
        verdict,
        score: verdict.band().map(|band| score(band, burden, is_touched)),
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
fn score((low, high): (u8, u8), burden: f64, is_touched: bool) -> u8 {
    let width = f64::from(high - low);
    // One part in a billion is taken off, so that no rounding of the last digit can lift a score.
    let exact = f64::from(low) + width * (-burden / DECAY).exp() - 1e-9;
    let best = if is_touched { 99 } else { 100 };
    let rounded = if burden > 0.0 { exact.floor() as u8 } else { high };
    rounded.clamp(low, high).min(best)
}

/// What is known of one root cause.
#[derive(Debug)]
struct Cause<'a> {
    rule: &'a str,
    severity: Severity,
    places: usize,
    weight: f64,
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
        self.weight * (1.0 + places + programs)
    }
}

/// The root causes by their keys. Places that are only for information weigh nothing.
fn causes(findings: &[Finding]) -> BTreeMap<&str, Cause<'_>> {
    let mut causes: BTreeMap<&str, Cause<'_>> = BTreeMap::new();
    for finding in findings {
        let cause = causes.entry(&finding.cause).or_insert_with(|| Cause {
            rule: finding.rule,
            severity: finding.severity,
            places: 0,
            weight: 0.0,
            programs: BTreeSet::new(),
        });
        cause.severity = cause.severity.max(finding.severity);
        if finding.severity > Severity::Info {
            cause.places += 1;
            cause.weight = cause.weight.max(weight(finding));
            cause.programs.extend(finding.programs.iter().copied());
        }
    }
    causes
}

fn weight(finding: &Finding) -> f64 {
    let weight = match finding.severity {
        Severity::Blocker => 5.0,
        Severity::Major => 2.0,
        Severity::Minor => 0.5,
        Severity::Info => 0.0,
    };
    let factor = match finding.confidence {
        Confidence::Certain => 1.0,
        Confidence::Likely => 0.6,
        Confidence::Possible => 0.3,
    };
    weight * factor
}

/// Minutes of editing by cause, as ranges. `rules` gives the efforts.
pub fn efforts<'a>(findings: &'a [Finding], rules: &[&Meta]) -> BTreeMap<&'a str, [u32; 2]> {
    let causes = causes(findings).into_iter();
    causes
        .map(|(key, cause)| (key, effort_of(&cause, rules)))
        .collect()
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
mod tests {
    use super::*;
    use crate::finding::{DocumentId, Place};
    use crate::source::Span;
    use proptest::prelude::*;

    const SUBJECT: Subject = Subject {
        files: 3,
        python: 2,
        programs: 1,
    };

    fn finding(severity: Severity, confidence: Confidence, cause: &str) -> Finding {
        Finding {
            rule: "a-rule",
            category: "files",
            severity,
            confidence,
            scope: Scope::Deployed,
            cause: cause.to_owned(),
            message: String::new(),
            label: String::new(),
            help: String::new(),
            place: Place {
                document: DocumentId(0),
                span: Span::default(),
            },
            related: Vec::new(),
            steps: 0,
            programs: Vec::new(),
            effect: Effect::Advice,
            phase: crate::finding::Phase::Run,
            moments: std::collections::BTreeMap::new(),
        }
    }

    fn assessed(findings: &[Finding]) -> Readiness {
        assess(SUBJECT, findings, SetAside::default(), &[])
    }

    #[test]
    fn the_worst_consequence_chooses_the_band() {
        use Confidence::{Certain, Likely, Possible};
        use Severity::{Blocker, Info, Major, Minor};
        for (severity, confidence, verdict) in [
            (Blocker, Certain, Verdict::NotReady),
            (Blocker, Likely, Verdict::AtRisk),
            (Blocker, Possible, Verdict::ReadyWithWarnings),
            (Major, Certain, Verdict::ReadyWithWarnings),
            (Minor, Certain, Verdict::Ready),
            (Info, Certain, Verdict::Ready),
        ] {
            assert_eq!(assessed(&[finding(severity, confidence, "x")]).verdict, verdict);
        }
        let mut at_use = finding(Major, Certain, "x");
        at_use.effect = Effect::Use;
        at_use.programs.push(ProgramId(0));
        assert_eq!(assessed(&[at_use]).verdict, Verdict::AtRisk);
    }

    #[test]
    fn the_score_can_be_worked_out_by_hand() {
        let one = assessed(&[finding(Severity::Blocker, Confidence::Certain, "x")]);
        // 49 * exp(-5 / 60) = 45.08
        assert_eq!(one.score, Some(45));
        // 90 + 10 * exp(-0.5 / 60) = 99.92
        let one = assessed(&[finding(Severity::Minor, Confidence::Certain, "x")]);
        assert_eq!(one.score, Some(99));
        let info = assessed(&[finding(Severity::Info, Confidence::Certain, "x")]);
        assert_eq!((info.score, info.causes.info), (Some(100), 1));
    }

    #[test]
    fn what_is_set_aside_keeps_the_score_from_the_top() {
        let aside = |severity, lowered| SetAside {
            findings: Tally::of(severity),
            lowered,
        };
        let with = |aside| assess(SUBJECT, &[], aside, &[]);
        assert_eq!(with(aside(None, 0)).score, Some(100));
        assert_eq!(with(aside(Some(Severity::Minor), 0)).score, Some(99));
        let blocker = with(aside(Some(Severity::Blocker), 0));
        assert_eq!(
            (blocker.verdict, blocker.score),
            (Verdict::ReadyWithWarnings, Some(89))
        );
        assert_eq!(with(aside(None, 1)).verdict, Verdict::ReadyWithWarnings);
    }

    #[test]
    fn nothing_to_judge_has_no_number() {
        for (files, python, programs, says) in [
            (0, 0, 0, "no file"),
            (1, 0, 0, "no Python file"),
            (1, 1, 0, "no program"),
        ] {
            let subject = Subject {
                files,
                python,
                programs,
            };
            let found = assess(subject, &[], SetAside::default(), &[]);
            assert_eq!((found.verdict, found.score), (Verdict::NotAssessed, None));
            assert!(found.reason.unwrap().contains(says));
        }
    }

    #[test]
    fn effort_counts_causes_and_their_places() {
        let meta = Meta {
            id: "a-rule",
            category: "files",
            summary: String::new(),
            severity: Severity::Blocker,
            confidence: Confidence::Certain,
            effort_first: [5, 10],
            effort_further: [1, 2],
            since: String::new(),
            sound: None,
            page: "",
        };
        let findings: Vec<_> = ["x", "x", "x", "y"]
            .iter()
            .map(|cause| finding(Severity::Major, Confidence::Certain, cause))
            .collect();
        let found = assess(SUBJECT, &findings, SetAside::default(), &[&meta]);
        assert_eq!(found.effort, [12, 24]);
        assert_eq!(found.causes.major, 2);
    }

    prop_compose! {
        fn any_finding()(
            severity in proptest::sample::select(Severity::ALL.to_vec()),
            confidence in proptest::sample::select(Confidence::ALL.to_vec()),
            effect in proptest::sample::select(vec![Effect::Advice, Effect::Use, Effect::Start]),
            scope in proptest::sample::select(vec![Scope::Development, Scope::Operations, Scope::Deployed]),
            cause in "[a-d]",
            programs in proptest::collection::vec((0_u32..6).prop_map(ProgramId), 0..4),
        ) -> Finding {
            Finding { scope, programs, effect, ..finding(severity, confidence, &cause) }
        }
    }

    proptest! {
        #[test]
        fn a_further_finding_place_or_program_never_raises_the_score(
            findings in proptest::collection::vec(any_finding(), 0..12),
            further in any_finding(),
            at in any::<proptest::sample::Index>(),
        ) {
            let before = assessed(&findings).score;
            let mut more = findings.clone();
            more.push(further);
            prop_assert!(assessed(&more).score <= before);
            if !findings.is_empty() {
                let mut place = findings.clone();
                place.push(at.get(&findings).clone());
                prop_assert!(assessed(&place).score <= before);
                let mut program = findings.clone();
                at.get_mut(&mut program).programs.push(ProgramId(9));
                prop_assert!(assessed(&program).score <= before);
            }
        }

        #[test]
        fn order_does_not_matter_and_the_band_holds(
            findings in proptest::collection::vec(any_finding(), 0..12),
        ) {
            let found = assessed(&findings);
            let mut turned = findings.clone();
            turned.reverse();
            prop_assert_eq!(&assessed(&turned), &found);
            let (low, high) = found.verdict.band().unwrap();
            let score = found.score.unwrap();
            prop_assert!(low <= score && score <= high);
            let is_clean = findings.iter().all(|finding| finding.severity == Severity::Info);
            prop_assert_eq!(score == 100, is_clean);
        }
    }
}
