//! Which findings the person who audits wants to see, and how bad they are to them.

use super::PathGlob;
use crate::catalog;
use crate::finding::Severity;
use std::collections::BTreeMap;

/// Which rules count, where, and how much.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Ids or categories; when it is not empty, nothing else counts.
    pub select: Vec<String>,
    /// Ids or categories that do not count.
    pub ignore: Vec<String>,
    /// Ids or categories that do not count in the files that a pattern matches.
    pub per_file: Vec<(PathGlob, Vec<String>)>,
    /// Severities that take the place of those of the rules' pages.
    pub severity: BTreeMap<String, Severity>,
}

impl Selection {
    /// Whether findings of a rule in the file at `path` count.
    pub fn wants(&self, rule: &str, category: &str, path: &str) -> bool {
        let names = |list: &[String]| list.iter().any(|word| word == rule || word == category);
        (self.select.is_empty() || names(&self.select))
            && !names(&self.ignore)
            && !self
                .per_file
                .iter()
                .any(|(glob, rules)| names(rules) && glob.matches(path))
    }
}

/// The rule or the category that a person means: `hardcoded-ip`, `network/hardcoded-ip`, `network`.
///
/// # Errors
/// Says that there is none, and which known one is nearest.
pub fn rule_or_category(word: &str) -> Result<String, String> {
    let rules = catalog::rules()?;
    let id = word.trim();
    let found = rules.iter().map(|rule| &rule.meta).find_map(|meta| {
        let is_full = id.split_once('/') == Some((meta.category, meta.id));
        if meta.id == id || is_full {
            Some(meta.id)
        } else {
            (meta.category == id).then_some(meta.category)
        }
    });
    if let Some(found) = found {
        return Ok(found.to_owned());
    }
    let short = id.rsplit('/').next().unwrap_or(id);
    let known = rules.iter().flat_map(|rule| [rule.meta.id, rule.meta.category]);
    let hint = match nearest(short, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`audit rules` lists them all".to_owned(),
    };
    Err(format!("there is no rule `{id}`; {hint}"))
}

/// The known word that is most like a mistyped one, when any is like it at all.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|known| (strsim::jaro_winkler(known, word), known))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|left, right| left.0.total_cmp(&right.0).then(right.1.cmp(left.1)))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn select_ignore_and_files_work_together() {
        let selection = Selection {
            select: vec!["network".into(), "broken-import".into()],
            ignore: vec!["open-port".into()],
            per_file: vec![(PathGlob::new("lab").unwrap(), vec!["network".into()])],
            ..Selection::default()
        };
        assert!(selection.wants("hardcoded-ip", "network", "a.py"));
        assert!(!selection.wants("hardcoded-ip", "network", "lab/a.py"));
        assert!(!selection.wants("open-port", "network", "a.py"));
        assert!(selection.wants("broken-import", "imports", "lab/a.py"));
        assert!(!selection.wants("macos-path", "platform", "a.py"));
        assert!(Selection::default().wants("anything", "at-all", "x"));
    }

    #[test]
    fn a_mistyped_word_finds_its_neighbour() {
        assert_eq!(nearest("fail_on", ["fail-on", "user"]), Some("fail-on"));
        assert_eq!(nearest("zzzz", ["fail-on", "user"]), None);
    }
}
