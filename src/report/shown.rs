//! A part of the findings: those that a baseline does not know, those that a change brought.
//!
//! Verdict, score, points, categories and programs stay those of the whole.

use super::cause::together;
use super::{CauseReport, FindingReport, Report};
use std::collections::BTreeSet;

/// What the findings were compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// A baseline.
    pub baseline: Option<BaselineReport>,
    /// A revision.
    pub revision: Option<RevisionReport>,
}

/// What a baseline knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BaselineReport {
    /// The ids of the findings that it knows, which are not shown.
    pub known: BTreeSet<String>,
    /// What it knows and is no longer found: file, rule and subject, sorted.
    pub stale: Vec<[String; 3]>,
}

/// What a change left as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevisionReport {
    /// The revision as it was typed.
    pub name: String,
    /// Findings that the change has nothing to do with, which are not shown.
    pub unchanged: usize,
}

impl Report {
    /// Leaves out the findings for which `is_shown` has no `true`, in their order.
    pub fn show_only(&mut self, is_shown: &[bool]) {
        let mut places: Vec<Option<usize>> = Vec::with_capacity(self.findings.len());
        let mut shown = Vec::new();
        for (at, found) in std::mem::take(&mut self.findings).into_iter().enumerate() {
            if is_shown.get(at) == Some(&true) {
                places.push(Some(shown.len()));
                shown.push(found);
            } else {
                places.push(None);
                self.hidden.insert(found.id.clone(), found);
            }
        }
        self.findings = shown;
        let ids = self.findings.iter().enumerate();
        self.by_id = ids.map(|(at, found)| (found.id.clone(), at)).collect();
        let causes = std::mem::take(&mut self.causes).into_iter();
        let shown = causes.filter_map(|mut cause| {
            cause.places = cause.places.iter().filter_map(|at| places[*at]).collect();
            self.narrowed(cause)
        });
        self.causes = shown.collect();
    }

    /// The findings that the baseline knows, by id.
    pub(super) fn known(&self) -> impl Iterator<Item = &FindingReport> {
        let known = self.compared.baseline.iter().flat_map(|baseline| &baseline.known);
        known.filter_map(|id| self.hidden.get(id))
    }

    /// Every finding, shown or not, by place.
    pub fn all_findings(&self) -> Vec<&FindingReport> {
        let mut all: Vec<&FindingReport> = self.findings.iter().chain(self.hidden.values()).collect();
        all.sort_by(|left, right| {
            let key = |found: &&FindingReport| (found.location.clone(), found.finding.rule, found.id.clone());
            key(left).cmp(&key(right))
        });
        all
    }

    /// A cause as its places that are left make it.
    fn narrowed(&self, mut cause: CauseReport) -> Option<CauseReport> {
        // The worst place stands first.
        let worst = &self.first(&cause)?.finding;
        (cause.severity, cause.confidence) = (worst.severity, worst.confidence);
        cause.programs = together(self.places(&cause).map(|found| &found.programs));
        Some(cause)
    }

    /// What is not shown, and why, in sentences.
    pub(super) fn not_shown(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(baseline) = &self.compared.baseline {
            let known = super::score::count(baseline.known.len(), "finding");
            lines.push(format!("known to the baseline and not shown: {known}"));
        }
        if let Some(revision) = &self.compared.revision {
            let unchanged = super::score::count(revision.unchanged, "finding");
            lines.push(format!(
                "older than {} and not shown: {unchanged}",
                super::style::harmless(&revision.name)
            ));
        }
        lines
    }
}
