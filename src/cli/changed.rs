//! `--changed-since`: which findings a change has to do with.
//!
//! The revision is audited too. A finding counts when it was not there (known by rule, file, subject and text, as
//! with a baseline), when it was milder there or concerned fewer programs, or when it stands in a changed line. So
//! a requirement that is taken away brings its imports, although nobody touched their lines, and a finding that a
//! changed line only leads to stays where it was.

use super::{baseline, scan};
use crate::baseline::{Baseline, Key};
use crate::catalog;
use crate::finding::Severity;
use crate::report::{FindingReport, Report, RevisionReport};
use crate::settings::Settings;
use crate::tree::{Changes, Revision};
use std::collections::{BTreeMap, BTreeSet};

/// Leaves in the report what changes since the revision brought or touched.
pub(super) fn show(
    report: &mut Report,
    settings: &Settings,
    name: &str,
    written: &[String],
) -> Result<(), String> {
    if !settings.root.is_dir() {
        return Ok(());
    }
    let revision = Revision::new(&settings.root, name)?;
    let changes = revision.changes()?;
    let is_shown = if changes.is_any {
        let before = scan::audit(
            &revision.tree()?,
            settings,
            catalog::rules()?,
            false,
            written,
            false,
        );
        brought(report, &before, &changes)
    } else {
        vec![false; report.findings.len()]
    };
    let unchanged = is_shown.iter().filter(|is_shown| !**is_shown).count();
    report.show_only(&is_shown);
    report.compared.revision = Some(RevisionReport {
        name: name.to_owned(),
        unchanged,
    });
    Ok(())
}

/// Which findings the changes brought or touched.
fn brought(report: &Report, before: &Report, changes: &Changes) -> Vec<bool> {
    let known = before.findings.iter().map(|found| renamed(found, changes));
    let known: Vec<(Key, Severity)> = known.collect();
    let mut programs: BTreeMap<&Key, BTreeSet<&str>> = BTreeMap::new();
    for ((key, _), found) in known.iter().zip(&before.findings) {
        let names = programs.entry(key).or_default();
        names.extend(found.programs.iter().map(String::as_str));
    }
    let spreads = |key: &Key, found: &FindingReport| {
        let before = programs.get(key);
        let is_new = |name: &String| before.is_none_or(|before| !before.contains(name.as_str()));
        found.programs.iter().any(is_new)
    };
    let found: Vec<(Key, Severity)> = report.findings.iter().map(baseline::key).collect();
    let is_new = Baseline::of(known.iter().cloned()).compare(&found).is_new;
    is_new
        .into_iter()
        .zip(&found)
        .zip(&report.findings)
        .map(|((is_new, (key, _)), found)| is_new || spreads(key, found) || is_touched(found, changes))
        .collect()
}

/// What a finding of the revision is known by today.
fn renamed(found: &FindingReport, changes: &Changes) -> (Key, Severity) {
    let (mut key, severity) = baseline::key(found);
    if let Some(path) = changes.renamed.get(&key.path) {
        key.path.clone_from(path);
    }
    (key, severity)
}

fn is_touched(found: &FindingReport, changes: &Changes) -> bool {
    let at = &found.location;
    // A finding about a whole file is not about its first line.
    !found.text.is_empty() && changes.touch(&at.path, at.start.line, at.end.line)
}
