//! The score, worked out by hand, and what holds for every set of findings.

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
        edits: Vec::new(),
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
        excluded: 0,
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
    let excluded = SetAside {
        excluded: 1,
        ..SetAside::default()
    };
    assert_eq!(with(excluded).verdict, Verdict::ReadyWithWarnings);
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

    #[test]
    fn mending_never_lowers_the_score_and_the_explanation_says_what_it_gains(
        findings in proptest::collection::vec(any_finding(), 1..12),
        blockers in 0_usize..2,
    ) {
        let aside = SetAside { lowered: blockers, ..SetAside::default() };
        let of = |findings: &[Finding]| {
            let found = assess(SUBJECT, findings, aside, &[]);
            (found.verdict, found.score.unwrap())
        };
        let now = of(&findings);
        let (points, mends) = explain(&Weighed::of(&findings), aside, &[]);
        let mut left = findings.clone();
        let mut last = now;
        for mend in &mends {
            let cause = &points[mend.of].cause;
            let alone: Vec<_> =
                findings.iter().filter(|finding| finding.cause != *cause).cloned().collect();
            prop_assert_eq!(of(&alone), points[mend.of].alone);
            prop_assert!(points[mend.of].alone >= now);
            left.retain(|finding| finding.cause != *cause);
            prop_assert_eq!(of(&left), mend.together);
            prop_assert!(mend.together >= last);
            last = mend.together;
        }
        // Nothing that was not named gains more at once than the first that was.
        for one in &points {
            let without: Vec<_> =
                findings.iter().filter(|finding| finding.cause != one.cause).cloned().collect();
            prop_assert!(of(&without) <= mends[0].together);
        }
    }

    #[test]
    fn setting_a_blocker_aside_makes_nothing_ready(
        findings in proptest::collection::vec(any_finding(), 0..12),
        at in any::<proptest::sample::Index>(),
    ) {
        let mut all = findings.clone();
        all.push(finding(Severity::Blocker, Confidence::Possible, "z"));
        let taken = at.index(all.len());
        let open: Vec<_> = (0..all.len()).filter(|at| *at != taken).map(|at| all[at].clone()).collect();
        let aside = SetAside {
            findings: Tally::of([all[taken].severity]),
            ..SetAside::default()
        };
        prop_assert!(assess(SUBJECT, &open, aside, &[]).verdict < Verdict::Ready);
    }

    #[test]
    fn clean_files_do_not_change_the_score(
        findings in proptest::collection::vec(any_finding(), 0..12),
        files in 3_usize..100_000,
    ) {
        let more = Subject { files, python: files, programs: 1 };
        prop_assert_eq!(assess(more, &findings, SetAside::default(), &[]), assessed(&findings));
    }
}
