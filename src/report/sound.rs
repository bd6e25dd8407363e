//! What is sound: rules that had something to look at, and found it right.

use super::Parts;
use crate::finding::Severity;
use crate::project::{Evidence, Matter};
use crate::rule::Meta;
use std::collections::BTreeMap;

/// A rule, and what came of it.
#[derive(Debug, Clone)]
pub struct RuleReport {
    /// What its page says.
    pub meta: Meta,
    /// How much there was to look at, where the page says what it looks at.
    pub evidence: Option<Evidence>,
    /// Open findings above info.
    pub findings: usize,
    /// Findings that are only for information.
    pub notes: usize,
    /// Whether findings of it were set aside.
    pub is_silenced: bool,
}

impl RuleReport {
    /// Whether there was nothing for it to look at.
    pub fn is_idle(&self) -> bool {
        self.evidence.as_ref().is_some_and(|evidence| evidence.count == 0)
    }

    /// What it looked at, counted: `12 programs`.
    pub fn looked_at(&self) -> Option<String> {
        let (evidence, sound) = (self.evidence.as_ref()?, self.meta.sound.as_ref()?);
        Some(sound.of.counted(evidence.count))
    }

    /// What can be said of all that it looked at: there was something, and nothing of it was found or set
    /// aside.
    pub fn sound(&self) -> Option<String> {
        self.evidence.as_ref().filter(|evidence| evidence.count > 0)?;
        let sound = self.meta.sound.as_ref()?;
        if self.findings > 0 || self.is_silenced {
            return None;
        }
        let aside = match self.notes {
            0 => String::new(),
            1 => " (but for 1 place that the server does not run)".to_owned(),
            notes => format!(" (but for {notes} places that the server does not run)"),
        };
        Some(format!("{}{aside}", sound.says))
    }
}

/// Every rule, with what it looked at.
pub(super) fn rules(parts: &Parts<'_>) -> Vec<RuleReport> {
    // Many rules look at the same.
    let mut counted: BTreeMap<Matter, Evidence> = BTreeMap::new();
    let rules = parts.rules.iter().map(|meta| {
        let own = || parts.findings.iter().filter(|finding| finding.rule == meta.id);
        let findings = own().filter(|finding| finding.severity > Severity::Info).count();
        let sound = meta.sound.as_ref();
        RuleReport {
            evidence: sound.map(|sound| {
                let evidence = counted.entry(sound.of);
                evidence
                    .or_insert_with(|| parts.project.evidence(sound.of))
                    .clone()
            }),
            findings,
            notes: own().count() - findings,
            is_silenced: parts.silenced.contains(meta.id),
            meta: (*meta).clone(),
        }
    });
    rules.collect()
}
