//! Findings by what one mend removes, and causes by category.

use super::{FindingReport, Parts};
use crate::finding::{Confidence, Severity};
use crate::readiness::{Tally, Verdict, Weighed};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A root cause: what one mend removes.
#[derive(Debug, Clone)]
pub struct CauseReport {
    /// Names it; its findings share it.
    pub key: String,
    /// The rule that found it.
    pub rule: &'static str,
    /// The rule's category.
    pub category: &'static str,
    /// The worst severity of its places.
    pub severity: Severity,
    /// How sure the worst place is.
    pub confidence: Confidence,
    /// Its places: positions in the report's findings, the worst first.
    pub places: Vec<usize>,
    /// The names of the programs that it concerns, sorted.
    pub programs: Arc<[String]>,
    /// Minutes of editing that its mend takes, as a range.
    pub effort: [u32; 2],
}

/// The causes of one category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryReport {
    /// The category.
    pub name: &'static str,
    /// Its causes by severity.
    pub causes: Tally,
    /// Minutes of editing that their mends take, as a range.
    pub effort: [u32; 2],
    /// What its findings alone come to.
    pub verdict: Verdict,
    /// Their score, from 0 to 100.
    pub score: u8,
}

/// What is worked out of the findings as the rules name their causes, which the masks of secrets may run together.
pub(super) struct Grouped {
    /// The positions of the findings of each cause, and the minutes of its mend, in the order of its name.
    causes: Vec<(Vec<usize>, [u32; 2])>,
    /// Verdict and score of each category.
    categories: BTreeMap<&'static str, (Verdict, u8)>,
}

impl Grouped {
    pub(super) fn of(parts: &Parts<'_>, weighed: &Weighed<'_>) -> Self {
        let mut by_cause: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, finding) in parts.findings.iter().enumerate() {
            by_cause.entry(&finding.cause).or_default().push(at);
        }
        let effort = |key: &str| weighed.effort_of(key, parts.rules);
        let causes = by_cause.into_iter().map(|(key, places)| (places, effort(key)));
        let named = parts.findings.iter().map(|finding| finding.category);
        let names: BTreeSet<&'static str> = named.chain(parts.aside_by.keys().copied()).collect();
        let categories = names.into_iter().map(|name| {
            let aside = parts.aside_by.get(name).copied().unwrap_or_default();
            (name, weighed.of_category(name, aside))
        });
        Self {
            categories: categories.collect(),
            causes: causes.collect(),
        }
    }
}

/// The findings by cause: the worst cause first, in each the worst place first.
pub(super) fn causes(grouped: &Grouped, findings: &[FindingReport]) -> Vec<CauseReport> {
    let worst = |at: usize| (findings[at].finding.severity, findings[at].finding.confidence);
    let causes = grouped.causes.iter().filter_map(|(places, effort)| {
        let mut places = places.clone();
        places.sort_by_key(|at| Reverse(worst(*at)));
        let first = &findings[*places.first()?];
        Some(CauseReport {
            key: first.finding.cause.clone(),
            rule: first.finding.rule,
            category: first.finding.category,
            severity: first.finding.severity,
            confidence: first.finding.confidence,
            programs: together(places.iter().map(|at| &findings[*at].programs)),
            effort: *effort,
            places,
        })
    });
    let mut causes: Vec<CauseReport> = causes.collect();
    causes.sort_by_key(|cause| {
        let first = &findings[cause.places[0]];
        let weight = (
            cause.severity,
            cause.confidence,
            cause.programs.len(),
            cause.places.len(),
        );
        (Reverse(weight), first.location.clone(), cause.rule)
    });
    causes
}

/// The names of all these lists, sorted, each once. Most places of a cause concern the same programs.
pub(super) fn together<'a>(lists: impl Iterator<Item = &'a Arc<[String]>>) -> Arc<[String]> {
    let distinct: BTreeMap<*const String, &Arc<[String]>> = lists.map(|list| (list.as_ptr(), list)).collect();
    let mut lists = distinct.into_values();
    match (lists.next(), lists.next()) {
        (None, _) => Arc::default(),
        (Some(only), None) => Arc::clone(only),
        (Some(first), Some(second)) => {
            let all = [first, second]
                .into_iter()
                .chain(lists)
                .flat_map(|list| list.iter());
            let names: BTreeSet<&String> = all.collect();
            names.into_iter().cloned().collect()
        }
    }
}

/// The causes by category.
pub(super) fn by_category(grouped: &Grouped, causes: &[CauseReport]) -> Vec<CategoryReport> {
    let mut by_name: BTreeMap<&'static str, (Vec<Severity>, [u32; 2])> = BTreeMap::new();
    for cause in causes {
        let (severities, effort) = by_name.entry(cause.category).or_default();
        severities.push(cause.severity);
        *effort = sum(*effort, cause.effort);
    }
    let categories = grouped.categories.iter();
    categories
        .map(|(name, (verdict, score))| {
            let (severities, effort) = by_name.remove(name).unwrap_or_default();
            CategoryReport {
                name,
                causes: Tally::of(severities),
                effort,
                verdict: *verdict,
                score: *score,
            }
        })
        .collect()
}

/// Two ranges of minutes together.
pub(super) fn sum(left: [u32; 2], right: [u32; 2]) -> [u32; 2] {
    [left[0].saturating_add(right[0]), left[1].saturating_add(right[1])]
}
