//! The summary in front, what is sound, the effort, and the recommendation.

use super::text::{code, fitted, names, prose};
use super::updates::told;
use super::{Numbered, table};
use crate::finding::Severity;
use crate::readiness::{Tally, Verdict};
use crate::report::cause::sum;
use crate::report::{Report, Start, score, words};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Bytes of the list of what is sound.
const SOUND: usize = 5_000;

/// The headline and the summary.
pub(super) fn render(report: &Report, causes: &[Numbered<'_>]) -> String {
    let readiness = &report.readiness;
    let mut out = format!("# Deployment readiness: {}\n\n", score::headline(report));
    out.push_str("## Executive summary\n\n");
    let target = format!("{} with Python {}", report.target.os, report.target.python);
    let _ = write!(
        out,
        "Audit of {} on {target}: **{}**. {}\n\n",
        code(&report.root),
        score::headline(report),
        words::meaning(readiness.verdict)
    );
    if let Some(reason) = readiness.reason {
        let _ = write!(out, "Nothing could be assessed: {}.\n\n", prose(reason));
        return out;
    }
    let _ = writeln!(out, "- {}", programs(report));
    let _ = writeln!(out, "- {}", findings(report));
    for line in aside(report) {
        let _ = writeln!(out, "- {line}");
    }
    let first = causes.first().and_then(|first| report.first(first.cause));
    if let (Some(numbered), Some(first)) = (causes.first(), first) {
        let message = prose(&first.finding.message);
        let _ = writeln!(out, "- Begin with {}: {message}", numbered.number);
    }
    out.push('\n');
    out
}

fn programs(report: &Report) -> String {
    let dying = report
        .programs
        .iter()
        .filter(|program| !program.because.is_empty());
    let mut dying: Vec<&str> = dying.map(|program| program.name.as_str()).collect();
    dying.sort_unstable();
    dying.dedup();
    if dying.is_empty() {
        format!("{}.", score::programs(report))
    } else {
        let dies = if dying.len() == 1 { "dies" } else { "die" };
        format!("{}; {} {dies}.", score::programs(report), names(dying, 12))
    }
}

fn findings(report: &Report) -> String {
    let causes = &report.readiness.causes;
    let Some(told) = score::causes(causes) else {
        return "No findings.".to_owned();
    };
    let effort = match report.readiness.effort {
        [_, 0] => String::new(),
        effort => format!("; {} of editing to mend them", score::effort(effort)),
    };
    format!("{told}, in {}{effort}.", score::count(report.places, "place"))
}

/// What is not in the numbers, in sentences.
pub(in crate::report) fn aside(report: &Report) -> Vec<String> {
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
    lines.extend(not_shown.map(|line| format!("{}.", super::super::style::capitalised(&line))));
    if report.files.unreadable > 0 {
        let files = score::count(report.files.unreadable, "file");
        lines.push(format!("{files} could not be read and are not judged."));
    }
    lines
}

/// What was looked at and found right, with the evidence.
pub(super) fn sound(report: &Report) -> String {
    let mut lines = Vec::new();
    let starting = report.programs_that(Start::Starts);
    if starting > 0 {
        let all = report
            .programs
            .iter()
            .filter(|program| program.start == Start::Starts);
        let all: BTreeSet<&str> = all.map(|program| program.name.as_str()).collect();
        let which = names(all, 12);
        lines.push(format!("- **{}**: {which}\n", score::programs(report)));
    }
    lines.extend(statements(report));
    let mut out = String::from("## What is sound\n\n");
    if lines.is_empty() {
        out.push_str("Nothing that was looked at was found right as a whole.\n");
    }
    let (shown, left) = fitted(&lines, SOUND);
    out.push_str(&shown);
    if left > 0 {
        let _ = write!(
            out,
            "\n{left} more statements are left out here to keep the page short.\n"
        );
    }
    let idle = report.rules.iter().filter(|rule| rule.is_idle());
    let idle = names(idle.map(|rule| rule.meta.id), 30);
    if !idle.is_empty() {
        let _ = write!(out, "\nThere was nothing to look at for {idle}.\n");
    }
    out.push('\n');
    out
}

/// What the rules found right, by what they looked at.
fn statements(report: &Report) -> Vec<String> {
    let mut by_matter: Vec<(String, &[String], Vec<String>)> = Vec::new();
    for rule in &report.rules {
        let (Some(said), Some(matter), Some(evidence)) = (rule.sound(), rule.looked_at(), &rule.evidence)
        else {
            continue;
        };
        let said = format!("{} (`{}`)", prose(&said), rule.meta.id);
        match by_matter.iter_mut().find(|(known, ..)| *known == matter) {
            Some((.., all)) => all.push(said),
            None => by_matter.push((matter, &evidence.paths, vec![said])),
        }
    }
    let lines = by_matter.into_iter().map(|(matter, paths, said)| {
        let paths = match paths {
            [] => String::new(),
            paths => format!(" ({})", names(paths.iter().map(String::as_str), 4)),
        };
        format!("- **{}**{paths}: {}\n", prose(&matter), said.join(", "))
    });
    lines.collect()
}

/// The effort by priority and by category.
pub(super) fn effort(report: &Report, causes: &[Numbered<'_>]) -> String {
    if causes.is_empty() {
        return String::new();
    }
    let rows = [Severity::Blocker, Severity::Major, Severity::Minor]
        .into_iter()
        .filter_map(|severity| {
            let own = || {
                causes
                    .iter()
                    .filter(move |numbered| numbered.cause.severity == severity)
            };
            let places: usize = own().map(|numbered| told(report, numbered.cause).count()).sum();
            let minutes = own().fold([0, 0], |all, numbered| sum(all, numbered.cause.effort));
            let name = format!("{}: {}s", super::priority(severity), severity.name());
            (own().count() > 0).then(|| row(name, own().count(), places, minutes))
        });
    let mut rows: Vec<Vec<String>> = rows.collect();
    let (number, places) = (causes.len(), report.told(false).count());
    let minutes = causes
        .iter()
        .fold([0, 0], |all, numbered| sum(all, numbered.cause.effort));
    let total = row("**all**".to_owned(), number, places, minutes);
    rows.push(total);
    let mut out = String::from(
        "## Effort\n\nEditing time, by root cause; what the server itself takes is not in it.\n\n",
    );
    out.push_str(&table(
        &["Priority", "Causes", "Places", "Time"],
        &rows,
        2_000,
        "rows",
    ));
    let categories: Vec<Vec<String>> = report
        .categories
        .iter()
        .filter(|category| score::causes(&category.causes).is_some())
        .map(|category| {
            let causes = score::causes(&category.causes).unwrap_or_default();
            let effort = score::effort(category.effort);
            vec![
                category.name.to_owned(),
                category.score.to_string(),
                causes,
                effort,
            ]
        })
        .collect();
    out.push_str(&table(
        &["Category", "Score", "Causes", "Time"],
        &categories,
        2_000,
        "categories",
    ));
    out
}

fn row(name: String, causes: usize, places: usize, minutes: [u32; 2]) -> Vec<String> {
    vec![
        name,
        causes.to_string(),
        places.to_string(),
        score::effort(minutes),
    ]
}

/// What to do, and how far this page can be trusted.
pub(super) fn recommendation(report: &Report, causes: &[Numbered<'_>]) -> String {
    let readiness = &report.readiness;
    let said = words::advice(readiness.verdict, causes.is_empty());
    let mut out = format!("## Recommendation\n\n{said}\n\n");
    if readiness.verdict == Verdict::NotReady {
        let blockers = causes
            .iter()
            .filter(|numbered| numbered.cause.severity == Severity::Blocker);
        let minutes = blockers.fold([0, 0], |all, numbered| sum(all, numbered.cause.effort));
        let _ = write!(
            out,
            "The blockers alone take {} of editing.\n\n",
            score::effort(minutes)
        );
    }
    out + &colophon(report)
}

/// What the page is made of, and what it cannot see.
pub(super) fn colophon(report: &Report) -> String {
    let mut out = String::new();
    let Tally { info, .. } = report.readiness.causes;
    if info > 0 {
        let causes = score::count(info, "cause");
        let are = if info == 1 { "is" } else { "are" };
        let _ = write!(
            out,
            "{causes} for information only {are} left out; `--verbose` tells them.\n\n"
        );
    }
    let files = report.files;
    let _ = write!(
        out,
        "---\n\n{} read, {} of no kind that is judged. This page is made from the files alone: nothing was run, and \
         no machine was asked. What it cannot see: the firewall, certificates, accounts and keys of the \
         server, the data in the databases, load. audit {}, scoring model {}.\n",
        score::count(files.scanned, "file"),
        files.skipped,
        env!("CARGO_PKG_VERSION"),
        crate::readiness::MODEL
    );
    out
}
