//! Sentences that more than one form for people says.

use super::style::capitalised;
use super::{CauseReport, Report, score};
use crate::finding::{Confidence, Effect, Finding, Scope, Severity};
use crate::readiness::Verdict;
use std::collections::BTreeSet;

/// Mends of one cause that are told.
const FIXES: usize = 4;

/// What a verdict means for who deploys.
pub(super) fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotAssessed => "There was nothing to judge.",
        Verdict::NotReady => "As it stands, a program will not start or a deploy step will fail.",
        Verdict::AtRisk => {
            "A program will likely not start, or certainly breaks when it is first used in earnest."
        }
        Verdict::ReadyWithWarnings => "It will run; there are serious things to know first.",
        Verdict::Ready => "Nothing that was looked at keeps it from running.",
    }
}

/// What to do now, in Markdown.
pub(super) fn advice(verdict: Verdict, is_clean: bool) -> &'static str {
    match verdict {
        Verdict::NotAssessed => "Give it something to judge, and audit again.",
        Verdict::NotReady => {
            "**Do not deploy yet.** Mend priority 1, run `audit` again, and deploy when no blocker is left."
        }
        Verdict::AtRisk => {
            "**Mend first what is likely to stop a program**, or make sure on the server that it does not; then deploy."
        }
        Verdict::ReadyWithWarnings => {
            "**Deploy with care**: read the warnings first, and mend those that touch what you will use."
        }
        Verdict::Ready if is_clean => "**Deploy.**",
        Verdict::Ready => "**Deploy.** What is left can be mended afterwards.",
    }
}

/// What a finding does to the programs that it concerns: `number` of them, which the form calls `which`.
pub(super) fn impact(finding: &Finding, number: usize, which: &str) -> String {
    let is_possible = finding.confidence == Confidence::Possible;
    let does = |one: &'static str, many: &'static str| if number == 1 { one } else { many };
    let mut out = match (finding.effect, number) {
        (Effect::Start, 0) => "a step of the deployment fails".to_owned(),
        (Effect::Start, _) if is_possible => format!("{which} may not start"),
        (Effect::Start, _) => format!("{which} {} not start", does("does", "do")),
        (Effect::Use, 0) if is_possible => "it may break, or work unsafely, when it is used".to_owned(),
        (Effect::Use, _) if is_possible => {
            let starts = does("starts", "start");
            format!("{which} {starts}, and may break or work unsafely when this is used")
        }
        (Effect::Use, 0) => "it breaks, or works unsafely, when it is used".to_owned(),
        (Effect::Use, _) => {
            let starts = does("starts, and breaks", "start, and break");
            let works = does("works", "work");
            format!("{which} {starts} or {works} unsafely when this is used")
        }
        (Effect::Advice | Effect::Note, _) => "nothing breaks by itself".to_owned(),
    };
    match finding.scope {
        Scope::Operations => out.push_str(", in what people run on the server by hand"),
        Scope::Development => out.push_str("; the server does not run it"),
        Scope::Deployed => {}
    }
    out
}

/// How a sentence calls all programs of the report, where these are all that it has: nothing of a single one.
pub(super) fn all_programs(report: &Report, programs: &[String]) -> Option<String> {
    let names: BTreeSet<&str> = report
        .programs
        .iter()
        .map(|program| program.name.as_str())
        .collect();
    let is_all = names.len() > 1 && programs.iter().map(String::as_str).eq(names.iter().copied());
    is_all.then(|| format!("all {}", score::count(names.len(), "program")))
}

/// What mends the places of a cause: each help once, that of the worst place in front, with the files that it is for.
pub(super) fn fixes<'a>(report: &'a Report, cause: &'a CauseReport) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut fixes: Vec<(&str, Vec<&str>)> = Vec::new();
    let limit = cause.severity.min(Severity::Minor);
    for found in report
        .places(cause)
        .filter(|found| found.finding.severity >= limit)
    {
        let (help, path) = (found.finding.help.as_str(), found.location.path.as_str());
        match fixes.iter().position(|(known, _)| *known == help) {
            Some(at) if fixes[at].1.contains(&path) => {}
            Some(at) => fixes[at].1.push(path),
            None if fixes.len() < FIXES => fixes.push((help, vec![path])),
            None => {}
        }
    }
    fixes
}

/// What was set aside, left out or not shown, in sentences.
pub(super) fn aside(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let aside = &report.aside;
    if aside.findings.total() > 0 {
        let what = score::causes(&aside.findings)
            .unwrap_or_else(|| score::count(aside.findings.info, "finding for information"));
        lines.push(format!(
            "Set aside by comments or settings, and not counted above: {what}."
        ));
    }
    if aside.lowered > 0 {
        let lowered = score::count(aside.lowered, "blocker");
        lines.push(format!("Made milder by settings: {lowered}."));
    }
    if aside.excluded > 0 {
        let files = score::count(aside.excluded, "file");
        lines.push(format!("Left out by settings although deployed: {files}."));
    }
    let not_shown = report.not_shown().into_iter();
    lines.extend(not_shown.map(|line| format!("{}.", capitalised(&line))));
    if report.files.unreadable > 0 {
        let files = score::count(report.files.unreadable, "file");
        lines.push(format!("{files} could not be read and are not judged."));
    }
    lines
}
