//! `--changed-since`: which findings a change has to do with.
//!
//! The revision is audited too. A finding counts when it was not there (known by rule, file, subject and text, as
//! with a baseline), or when its place, or a place that leads to it, lies in a changed line. So a requirement that
//! is taken away brings its imports, although nobody touched their lines.

use super::{baseline, scan};
use crate::baseline::{Baseline, Key};
use crate::catalog;
use crate::report::{FindingReport, Location, Report, RevisionReport};
use crate::settings::Settings;
use crate::tree::{Changes, Revision};

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
    let is_shown = if !changes.is_any {
        vec![false; report.findings.len()]
    } else {
        let before = scan::audit(&revision.tree()?, settings, catalog::rules()?, false, written);
        let known = Baseline::of(before.findings.iter().map(|found| renamed(baseline::key(found), &changes)));
        let keys: Vec<Key> = report.findings.iter().map(baseline::key).collect();
        let is_new = known.compare(&keys).is_new.into_iter();
        is_new
            .zip(&report.findings)
            .map(|(is_new, found)| is_new || is_touched(found, &changes))
            .collect()
    };
    let unchanged = is_shown.iter().filter(|is_shown| !**is_shown).count();
    report.show_only(&is_shown);
    report.compared.revision = Some(RevisionReport {
        name: name.to_owned(),
        unchanged,
    });
    Ok(())
}

fn renamed(mut key: Key, changes: &Changes) -> Key {
    if let Some(path) = changes.renamed.get(&key.path) {
        key.path.clone_from(path);
    }
    key
}

fn is_touched(found: &FindingReport, changes: &Changes) -> bool {
    let touches = |at: &Location| changes.touch(&at.path, at.start.line, at.end.line);
    touches(&found.location) || found.related.iter().any(|(_, at)| touches(at))
}
