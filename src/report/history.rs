//! How the readiness went over the commits of a branch.

mod json;
mod terminal;

use super::secret;
use crate::finding::{Finding, Severity};
use crate::readiness::{Readiness, Tally, Verdict};
use crate::target::Target;
use crate::tree::Commit;
pub use json::render as json;
use std::cmp::Reverse;
use std::collections::BTreeMap;
pub use terminal::render as terminal;

/// Causes that are named for a fall.
const NAMED: usize = 5;

/// The history of a folder.
#[derive(Debug)]
pub struct History {
    /// The audited folder as it was named.
    pub root: String,
    /// The server, the same for all commits.
    pub target: Target,
    /// What each commit came to, the oldest first.
    pub steps: Vec<Step>,
}

/// What the audit of one commit came to.
#[derive(Debug)]
pub struct Moment {
    /// The commit.
    pub commit: Commit,
    /// Verdict, score and causes.
    pub readiness: Readiness,
    /// How many programs there are, and how many of them start.
    pub programs: (usize, usize),
    causes: BTreeMap<String, Cause>,
}

/// A root cause at one commit.
#[derive(Debug)]
struct Cause {
    severity: Severity,
    rule: &'static str,
    message: String,
    places: usize,
}

/// A commit, and how it changed what there was before it.
#[derive(Debug)]
pub struct Step {
    /// What it came to.
    pub moment: Moment,
    /// Whether anything is another than before.
    pub is_change: bool,
    /// What came with it, where the readiness fell: the worst causes.
    pub came: Vec<Came>,
    /// How many more causes came.
    pub further: usize,
    /// Whether the readiness fell.
    pub is_fall: bool,
}

/// A cause that came, or grew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// Its worst severity.
    pub severity: Severity,
    /// The rule that found it.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// How many places of it there are more than before.
    pub places: usize,
}

impl Moment {
    /// What a commit came to, by its open findings.
    pub fn new(commit: Commit, readiness: Readiness, programs: (usize, usize), findings: &[Finding]) -> Self {
        let mut causes: BTreeMap<String, Cause> = BTreeMap::new();
        for finding in findings
            .iter()
            .filter(|finding| finding.severity > Severity::Info)
        {
            let cause = causes.entry(finding.cause.clone()).or_insert_with(|| Cause {
                severity: finding.severity,
                rule: finding.rule,
                message: String::new(),
                places: 0,
            });
            if cause.message.is_empty() || finding.severity > cause.severity {
                cause.severity = finding.severity;
                cause.message = secret::masked(&finding.message);
            }
            cause.places += 1;
        }
        Self {
            commit,
            readiness,
            programs,
            causes,
        }
    }

    fn rank(&self) -> (Verdict, Option<u8>) {
        (self.readiness.verdict, self.readiness.score)
    }

    /// The causes that were not there before, or were milder or in fewer places; the worst first.
    fn came_since(&self, before: &Self) -> Vec<Came> {
        let came = self.causes.iter().filter_map(|(key, cause)| {
            let known = before.causes.get(key);
            let places = cause.places.saturating_sub(known.map_or(0, |known| known.places));
            let is_worse = known.is_none_or(|known| cause.severity > known.severity);
            (is_worse || places > 0).then(|| Came {
                severity: cause.severity,
                rule: cause.rule,
                message: cause.message.clone(),
                places,
            })
        });
        let mut came: Vec<Came> = came.collect();
        came.sort_by_key(|came| (Reverse(came.severity), Reverse(came.places), came.rule));
        came
    }
}

impl History {
    /// The history of a folder, from what its commits came to, the oldest first.
    pub fn new(root: String, target: Target, moments: Vec<Moment>) -> Self {
        let mut steps: Vec<Step> = Vec::with_capacity(moments.len());
        for moment in moments {
            let before = steps.last().map(|step| &step.moment);
            let is_assessed = |moment: &Moment| moment.readiness.verdict != Verdict::NotAssessed;
            let is_fall = before.is_some_and(|before| {
                is_assessed(before) && is_assessed(&moment) && moment.rank() < before.rank()
            });
            let is_change = before.is_none_or(|before| {
                let of = |moment: &Moment| (moment.rank(), moment.readiness.causes, moment.programs);
                of(before) != of(&moment)
            });
            let mut came = match before {
                Some(before) if is_fall => moment.came_since(before),
                _ => Vec::new(),
            };
            let further = came.len().saturating_sub(NAMED);
            came.truncate(NAMED);
            steps.push(Step {
                moment,
                is_change,
                came,
                further,
                is_fall,
            });
        }
        Self { root, target, steps }
    }
}

/// `7 blockers, 20 majors`, or that there is nothing.
pub(super) fn told(tally: &Tally) -> String {
    super::score::causes(tally).unwrap_or_else(|| "no findings".to_owned())
}

#[cfg(test)]
mod tests;
