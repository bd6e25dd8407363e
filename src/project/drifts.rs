//! Variables that are read by one name and set by another.

use super::{FailureKind, Project, Setting, VariableSet};
use crate::finding::{Place, ProgramId};
use crate::knowledge::variables::NearNames;
use std::collections::{BTreeMap, BTreeSet};

/// A variable that programs read and that nothing sets, where one of nearly its name is set and nobody reads that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The name that is read.
    pub read: String,
    /// Where it is read first.
    pub read_at: Place,
    /// Whether all that reads it gives a default.
    pub has_default: bool,
    /// The name that is set.
    pub set: String,
    /// Where it is set.
    pub set_at: Place,
    /// The programs that read it, sorted.
    pub programs: Vec<ProgramId>,
}

impl Project {
    /// The variables whose two names are one mistake, by the name that is read. A program that dies without its
    /// variable is told otherwise.
    pub fn drifting_variables(&self) -> &[Drift] {
        self.drifts.get_or_init(|| self.every_drift())
    }

    /// Variables that are set and that nothing reads, where another finding tells which name was meant: that of a
    /// drift, or of a program that dies without it.
    pub fn misnamed_variables(&self) -> BTreeSet<&str> {
        let of_drifts = self.drifting_variables().iter().map(|drift| drift.set.as_str());
        let mut misnamed: BTreeSet<&str> = of_drifts.collect();
        let unread = self.unmentioned();
        if !unread.is_empty() {
            let near = NearNames::new(unread.iter().map(|set| set.name));
            let lacking = self.lacking_variables().into_iter();
            misnamed.extend(lacking.filter_map(|name| near.find(name, |_| true)));
        }
        misnamed
    }

    /// What is set and stands nowhere else. What images and tools read may be meant for the code as well.
    fn unmentioned(&self) -> Vec<VariableSet<'_>> {
        let mut unread = self.variables_set();
        unread.retain(|set| !self.is_variable_mentioned(set.name));
        unread
    }

    /// The variables that a program fails without.
    fn lacking_variables(&self) -> BTreeSet<&str> {
        let failed = self.failures.iter();
        let of_programs = failed.filter(|failed| !failed.programs.is_empty());
        of_programs
            .filter(|failed| matches!(failed.failure.kind, FailureKind::Variable(_)))
            .map(|failed| failed.failure.missing.as_str())
            .collect()
    }

    fn every_drift(&self) -> Vec<Drift> {
        let unread = self.unmentioned();
        if unread.is_empty() {
            return Vec::new();
        }
        let near = NearNames::new(unread.iter().map(|set| set.name));
        let mut by_name: BTreeMap<&str, Vec<&VariableSet<'_>>> = BTreeMap::new();
        for set in &unread {
            by_name.entry(set.name).or_default().push(set);
        }
        let failing = self.lacking_variables();
        let mut found: BTreeMap<(&str, &str), Drift> = BTreeMap::new();
        for (id, view) in self.programs() {
            for read in self.variables_of(id) {
                let is_set = !matches!(read.setting, Setting::Nowhere | Setting::Documented(_));
                if is_set || failing.contains(read.name) {
                    continue;
                }
                let of_name = |name: &str| {
                    let is_given = view.environment.contains_key(name);
                    let mut sets = by_name.get(name)?.iter();
                    sets.find(|set| set.of_program.is_none() || is_given)
                };
                let given = near.find(read.name, |name| of_name(name).is_some());
                let Some(set) = given.and_then(of_name) else {
                    continue;
                };
                let drift = found.entry((read.name, set.name)).or_insert_with(|| Drift {
                    read: read.name.to_owned(),
                    read_at: read.place,
                    has_default: read.has_default,
                    set: set.name.to_owned(),
                    set_at: set.place,
                    programs: Vec::new(),
                });
                drift.programs.push(id);
            }
        }
        found.into_values().collect()
    }
}
