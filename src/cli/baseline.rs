//! `audit baseline`, and what a baseline takes out of a report.

use super::args::BaselineArguments;
use super::{Exit, outputs, scan, tell};
use crate::baseline::{Baseline, Key};
use crate::finding::Severity;
use crate::readiness::Verdict;
use crate::report::{BaselineReport, FindingReport, Report};
use crate::settings::Settings;
use std::path::{Path, PathBuf};

/// Writes the findings of today, or drops what is gone.
pub(super) fn run(arguments: &BaselineArguments) -> Result<Exit, String> {
    let settings = Settings::resolve(scan::typed(&arguments.scan))?;
    let file = arguments
        .output
        .clone()
        .or_else(|| settings.baseline.clone())
        .unwrap_or_else(|| settings.root.join(scan::BASELINE));
    let written = outputs::inside(&settings.root, std::iter::once(file.as_path()));
    let report = scan::on_threads(arguments.scan.threads, || {
        scan::folder(&settings, &arguments.scan, &written, false)
    })?;
    if report.readiness.verdict == Verdict::NotAssessed {
        let reason = report.readiness.reason.unwrap_or("nothing could be judged");
        tell(&format!(
            "audit: {}: not assessed: {reason}",
            settings.root.display()
        ));
        return Ok(Exit::NotAssessed);
    }
    let keys: Vec<(Key, Severity)> = report.findings.iter().map(key).collect();
    let (baseline, what) = if arguments.prune {
        let known = read(&file)?;
        let stale = known.compare(&keys).stale;
        let what = format!(
            "{} dropped, {} kept",
            entries(stale.len()),
            known.len() - stale.len()
        );
        (known.without(&stale), what)
    } else {
        let baseline = Baseline::of(keys);
        let what = format!("{} known from now on", findings(baseline.len()));
        (baseline, what)
    };
    outputs::save(&file, &baseline.render()?)?;
    if !arguments.scan.quiet {
        tell(&format!("audit: {}: {what}", shown(&file)));
    }
    Ok(Exit::Passed)
}

/// The baseline of the settings.
pub(super) fn load(settings: &Settings) -> Result<Option<Baseline>, String> {
    match (&settings.baseline, settings.max_new) {
        (Some(file), _) => read(file).map(Some),
        (None, Some(_)) => Err(
            "max-new counts what a baseline does not know: give --baseline FILE too; `audit baseline` writes one"
                .to_owned(),
        ),
        (None, None) => Ok(None),
    }
}

/// Leaves in the report what the baseline does not know, and tells what is gone.
pub(super) fn show_new(report: &mut Report, known: &Baseline, settings: &Settings, is_quiet: bool) {
    // What another comparison took out of the report is compared too, or it would count as gone.
    let all = report.all_findings();
    let keys: Vec<(Key, Severity)> = all.iter().map(|found| key(found)).collect();
    let compared = known.compare(&keys);
    let new: std::collections::BTreeSet<&str> = all
        .iter()
        .zip(&compared.is_new)
        .filter(|(_, is_new)| **is_new)
        .map(|(found, _)| found.id.as_str())
        .collect();
    let is_shown: Vec<bool> = report
        .findings
        .iter()
        .map(|found| new.contains(found.id.as_str()))
        .collect();
    let row = |key: &Key| [key.path.clone(), key.rule.clone(), key.subject.clone()];
    let is_known = |found: &&&FindingReport| !new.contains(found.id.as_str());
    let known = all.iter().filter(is_known).map(|found| found.id.clone());
    let compared_with = BaselineReport {
        known: known.collect(),
        stale: compared.stale.keys().map(row).collect(),
    };
    report.compared.baseline = Some(compared_with);
    report.show_only(&is_shown);
    if !compared.stale.is_empty() && !is_quiet {
        let file = settings.baseline.as_deref().unwrap_or(Path::new(scan::BASELINE));
        tell(&format!(
            "audit: {}: {} no longer found; `audit baseline --prune` drops what is gone",
            shown(file),
            entries(compared.stale.len())
        ));
    }
}

/// What a finding is known again by.
pub(super) fn key(found: &FindingReport) -> (Key, Severity) {
    let rule = found.finding.rule;
    let cause = &found.finding.cause;
    let subject = cause.strip_prefix(rule).and_then(|rest| rest.strip_prefix(':'));
    let key = Key {
        path: found.location.path.clone(),
        rule: rule.to_owned(),
        subject: subject.unwrap_or(cause).to_owned(),
        text: found.text.clone(),
    };
    (key, found.finding.severity)
}

fn read(file: &Path) -> Result<Baseline, String> {
    let name = shown(file);
    let text = std::fs::read_to_string(file).map_err(|error| {
        format!("{name}: the baseline cannot be read: {error}; `audit baseline` writes one")
    })?;
    Baseline::read(&name, &text)
}

fn shown(file: &Path) -> String {
    let plain: PathBuf = file.strip_prefix(".").unwrap_or(file).to_path_buf();
    plain.display().to_string()
}

fn entries(number: usize) -> String {
    if number == 1 {
        "1 entry".to_owned()
    } else {
        format!("{number} entries")
    }
}

fn findings(number: usize) -> String {
    if number == 1 {
        "1 finding".to_owned()
    } else {
        format!("{number} findings")
    }
}
