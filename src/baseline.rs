//! Findings that are known already: a file that is kept beside the code.
//!
//! A finding is known again by its rule, its file, what it is about and a fingerprint of its line of text, not
//! by its number: code that only moves makes no new finding. One that became worse is new. The text itself is not kept, so no secret of it
//! gets into the file.

use crate::finding::Severity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the file's form.
const VERSION: u32 = 1;

/// What a finding is known again by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The file, relative to the root.
    pub path: String,
    /// The rule's id.
    pub rule: String,
    /// What it is about.
    pub subject: String,
    /// The fingerprint of its line.
    pub text: String,
}

/// Known findings: how many there are of each key, and how bad the worst of them is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<Key, (usize, Severity)>,
}

/// The findings of a run beside the known ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// For each finding of the run, in its order: whether it is new.
    pub is_new: Vec<bool>,
    /// What is no longer found, and how often.
    pub stale: Baseline,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    #[serde(flatten)]
    key: Key,
    severity: String,
    count: usize,
}

impl Baseline {
    /// The findings of a run, as known ones.
    pub fn of(findings: impl IntoIterator<Item = (Key, Severity)>) -> Self {
        let mut baseline = Self::default();
        for (key, severity) in findings {
            baseline.add(key, 1, severity);
        }
        baseline
    }

    fn add(&mut self, key: Key, number: usize, severity: Severity) {
        let (count, worst) = self.known.entry(key).or_insert((0, severity));
        *count = count.saturating_add(number);
        *worst = severity.max(*worst);
    }

    /// Reads the file called `name`.
    ///
    /// # Errors
    /// Says what is wrong with it and what to do.
    pub fn read(name: &str, text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text)
            .map_err(|error| format!("{name}: this is no baseline: {error}; `audit baseline` writes one"))?;
        if file.version != VERSION {
            return Err(format!(
                "{name}: this is a baseline of version {}, and version {VERSION} is known; write it anew with \
                 `audit baseline`",
                file.version
            ));
        }
        let mut baseline = Self::default();
        for row in file.findings {
            let severity = Severity::named(&row.severity)
                .ok_or_else(|| format!("{name}: there is no severity `{}`", row.severity))?;
            baseline.add(row.key, row.count, severity);
        }
        Ok(baseline)
    }

    /// The file: one finding on each line, sorted, with a line end.
    ///
    /// # Errors
    /// In the words of the writer; text and numbers cannot fail to be written.
    pub fn render(&self) -> Result<String, String> {
        let mut rows = Vec::with_capacity(self.known.len());
        for (key, (count, severity)) in &self.known {
            let row = Row {
                key: key.clone(),
                severity: severity.name().to_owned(),
                count: *count,
            };
            rows.push(serde_json::to_string(&row).map_err(|error| error.to_string())?);
        }
        let rows = rows.join(",\n    ");
        let findings = if rows.is_empty() {
            "[]".to_owned()
        } else {
            format!("[\n    {rows}\n  ]")
        };
        Ok(format!(
            "{{\n  \"version\": {VERSION},\n  \"findings\": {findings}\n}}\n"
        ))
    }

    /// Which findings of a run are not among the known ones, and which of those are gone. Of more findings with
    /// one key than are known, the last ones are new.
    pub fn compare(&self, findings: &[(Key, Severity)]) -> Compared {
        let mut left = self.known.clone();
        let is_new = findings.iter().map(|(key, severity)| match left.get_mut(key) {
            Some((count, worst)) if *count > 0 => {
                *count -= 1;
                *severity > *worst
            }
            _ => true,
        });
        let is_new = is_new.collect();
        left.retain(|_, (count, _)| *count > 0);
        Compared {
            is_new,
            stale: Self { known: left },
        }
    }

    /// The same less what is gone.
    #[must_use]
    pub fn without(mut self, stale: &Self) -> Self {
        for (key, (count, _)) in &stale.known {
            if let Some((known, _)) = self.known.get_mut(key) {
                *known = known.saturating_sub(*count);
            }
        }
        self.known.retain(|_, (count, _)| *count > 0);
        self
    }

    /// How many findings are known.
    pub fn len(&self) -> usize {
        self.known.values().map(|(count, _)| count).sum()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What is known, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.known.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(path: &str, subject: &str) -> (Key, Severity) {
        let key = Key {
            path: path.to_owned(),
            rule: "missing-requirement".to_owned(),
            subject: subject.to_owned(),
            text: "00c0ffee".to_owned(),
        };
        (key, Severity::Major)
    }

    #[test]
    fn what_became_worse_is_new() {
        let (known, _) = key("a.py", "ccxt");
        let baseline = Baseline::of([(known.clone(), Severity::Major)]);
        for (severity, is_new) in [
            (Severity::Blocker, true),
            (Severity::Major, false),
            (Severity::Info, false),
        ] {
            let compared = baseline.compare(&[(known.clone(), severity)]);
            assert_eq!((compared.is_new, compared.stale.is_empty()), (vec![is_new], true));
        }
    }

    #[test]
    fn the_file_has_one_finding_on_each_line() {
        let baseline = Baseline::of([key("b.py", "ccxt"), key("a.py", "psycopg2"), key("b.py", "ccxt")]);
        insta::assert_snapshot!(baseline.render().unwrap(), @r#"
        {
          "version": 1,
          "findings": [
            {"path":"a.py","rule":"missing-requirement","subject":"psycopg2","text":"00c0ffee","severity":"major","count":1},
            {"path":"b.py","rule":"missing-requirement","subject":"ccxt","text":"00c0ffee","severity":"major","count":2}
          ]
        }
        "#);
        let none = Baseline::default().render().unwrap();
        assert_eq!(Baseline::read("x", &none), Ok(Baseline::default()));
    }

    #[test]
    fn what_is_no_baseline_is_refused_with_words() {
        for (text, says) in [
            ("", "this is no baseline"),
            ("{\"version\": 2, \"findings\": []}", "version 2"),
            (
                "{\"version\": 1, \"findings\": [{\"path\": \"a\"}]}",
                "missing field",
            ),
        ] {
            let said = Baseline::read("known.json", text).unwrap_err();
            assert!(said.starts_with("known.json: ") && said.contains(says), "{said}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_new_beside_itself_and_pruning_leaves_what_is_found(
            known in proptest::collection::vec(("[ab]", "[xyz]"), 0..12),
            found in proptest::collection::vec(("[ab]", "[xyz]"), 0..12),
        ) {
            let keys = |list: &[(String, String)]| -> Vec<(Key, Severity)> {
                list.iter().map(|(path, subject)| key(path, subject)).collect()
            };
            let (known, found) = (keys(&known), keys(&found));
            let baseline = Baseline::of(known.clone());
            let same = baseline.compare(&known);
            prop_assert!(same.stale.is_empty() && !same.is_new.contains(&true));
            prop_assert_eq!(Baseline::read("x", &baseline.render().unwrap()), Ok(baseline.clone()));
            let compared = baseline.compare(&found);
            let new = compared.is_new.iter().filter(|is_new| **is_new).count();
            prop_assert_eq!(baseline.len() + new, found.len() + compared.stale.len());
            let pruned = baseline.without(&compared.stale);
            prop_assert_eq!(pruned.len(), found.len() - new);
            prop_assert!(pruned.compare(&found).stale.is_empty());
        }
    }
}
