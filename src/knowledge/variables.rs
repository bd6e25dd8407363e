//! Environment variables that others read, and words of their names that mean the same.

use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| super::table("variables"));
static FIRST: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let rows = TABLE.same.words.iter();
    rows.flat_map(|row| row.iter().map(|word| (word.as_str(), row[0].as_str())))
        .collect()
});

#[derive(Debug, Default, Deserialize)]
struct Table {
    read_elsewhere: Elsewhere,
    given_elsewhere: Elsewhere,
    same: Same,
}

#[derive(Debug, Default, Deserialize)]
struct Elsewhere {
    names: Vec<String>,
    prefixes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Same {
    words: Vec<Vec<String>>,
    empty: Vec<String>,
}

impl Elsewhere {
    fn has(&self, name: &str) -> bool {
        let mut prefixes = self.prefixes.iter();
        self.names.iter().any(|known| known == name)
            || prefixes.any(|prefix| name.starts_with(prefix.as_str()))
    }
}

/// Whether something that the tree does not hold reads a variable of this name.
pub fn is_read_elsewhere(name: &str) -> bool {
    TABLE.read_elsewhere.has(name)
}

/// Whether code asks for a variable of this name to find out where it runs.
pub fn is_asked_of_any(name: &str) -> bool {
    TABLE.given_elsewhere.has(name)
}

/// Names among which one that is near to another is looked for without a look at each.
#[derive(Debug, Default)]
pub struct NearNames<'a> {
    names: Vec<&'a str>,
    by_meaning: HashMap<Vec<String>, Vec<usize>>,
    /// By what is left of a name when nothing, or one letter, is taken away: names that differ by one letter share one.
    by_rest: HashMap<String, Vec<usize>>,
}

/// Longer names are not looked at letter by letter.
const LONGEST: usize = 100;

impl<'a> NearNames<'a> {
    /// Prepares the search among these names; the first that is near counts.
    pub fn new(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut near = Self::default();
        let mut known = HashSet::new();
        for name in names.into_iter().filter(|name| known.insert(*name)) {
            let at = near.names.len();
            near.names.push(name);
            near.by_meaning.entry(meaning(name)).or_default().push(at);
            for rest in rests(name) {
                near.by_rest.entry(rest).or_default().push(at);
            }
        }
        near
    }

    /// The first of the names that is near to this one and passes.
    pub fn find(&self, name: &str, passes: impl Fn(&str) -> bool) -> Option<&'a str> {
        let mut found: Vec<usize> = self.by_meaning.get(&meaning(name)).cloned().unwrap_or_default();
        let sharing = rests(name).into_iter().filter_map(|rest| self.by_rest.get(&rest));
        found.extend(sharing.flatten());
        found.sort_unstable();
        found.dedup();
        let mut near = found.into_iter().filter_map(|at| self.names.get(at).copied());
        near.find(|other| is_near(name, other) && passes(other))
    }
}

/// A name, and what is left of it when one of its letters is taken away. Digits never are: names that differ in
/// one are two.
fn rests(name: &str) -> Vec<String> {
    if name.len() < 10 || name.len() > LONGEST {
        return Vec::new();
    }
    let letters = name.char_indices().filter(|(_, letter)| !letter.is_ascii_digit());
    let without = letters.map(|(at, letter)| format!("{}{}", &name[..at], &name[at + letter.len_utf8()..]));
    std::iter::once(name.to_owned()).chain(without).collect()
}

/// Whether two names are meant to be one: words of one meaning, or a letter that differs.
fn is_near(left: &str, right: &str) -> bool {
    if left == right {
        return false;
    }
    if left.eq_ignore_ascii_case(right) || meaning(left) == meaning(right) {
        return true;
    }
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let shorter = left.len().min(right.len());
    // `A_1` and `A_2`, `X_MIN` and `X_MAX` are two.
    shorter > 9 && digits(left) == digits(right) && {
        let is_moved = strsim::osa_distance(left, right) == 1;
        is_moved && left.len().abs_diff(right.len()) < 2 && !is_another_word(left, right)
    }
}

/// Whether the word that differs is a short one, which may be another word.
fn is_another_word(left: &str, right: &str) -> bool {
    let words = left.split('_').zip(right.split('_'));
    let differing = words.filter(|(left, right)| left != right);
    differing
        .into_iter()
        .any(|(left, right)| left.len().min(right.len()) < if left.len() == right.len() { 5 } else { 4 })
}

/// The words of a name, each as the first of those that mean the same.
fn meaning(name: &str) -> Vec<String> {
    let lower = name.to_ascii_lowercase();
    let mut words: Vec<String> = lower
        .split(['_', '-', '.'])
        .filter(|word| !word.is_empty())
        .map(|word| FIRST.get(word).map_or(word, |first| *first).to_owned())
        .collect();
    if words.len() > 1 {
        let is_empty = |word: &String| TABLE.same.empty.contains(word);
        let full: Vec<String> = words.iter().filter(|word| !is_empty(word)).cloned().collect();
        if full.len() > 1 {
            words = full;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_one_meaning_are_near() {
        for (left, right) in [
            ("DB_HOST", "POSTGRES_HOST"),
            ("DB_PASSWORD", "DATABASE_PASS"),
            ("TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_TOKN"),
            ("DESK_URL", "DESK_URI"),
            ("KRAKEN_API_KEY", "KRAKEN_KEY"),
            ("desk_mode", "DESK_MODE"),
        ] {
            assert!(is_near(left, right), "{left} {right}");
            assert_eq!(NearNames::new(["X", right]).find(left, |_| true), Some(right));
        }
        for (left, right) in [
            ("DB_HOST", "DB_PORT"),
            ("WORKER_NODE_1", "WORKER_NODE_2"),
            ("ORDERS_MAX_SIZE", "ORDERS_MIN_SIZE"),
            ("DB_HOST", "DB_HOST"),
            ("REDIS_HOST", "DB_HOST"),
            ("API_KEY", "KEY"),
        ] {
            assert!(!is_near(left, right), "{left} {right}");
            assert_eq!(NearNames::new([right]).find(left, |_| true), None);
        }
    }

    proptest! {
        /// Nothing is missed by not looking at each.
        #[test]
        fn the_search_finds_what_is_near(
            left in "[AB_]{8,12}",
            edit in 0..4usize,
            at in 0..8usize,
            letter in "[ABC]",
        ) {
            let (before, behind) = left.split_at(at);
            let right = match edit {
                0 => format!("{before}{letter}{behind}"),
                1 => format!("{before}{}", &behind[1..]),
                2 => format!("{before}{letter}{}", &behind[1..]),
                _ if behind.len() > 1 => format!("{before}{}{}{}", &behind[1..2], &behind[..1], &behind[2..]),
                _ => left.clone(),
            };
            let found = NearNames::new([right.as_str()]).find(&left, |_| true);
            prop_assert_eq!(found.is_some(), is_near(&left, &right), "{} {}", left, right);
        }
    }

    #[test]
    fn what_others_read_is_known() {
        assert!(
            is_read_elsewhere("PYTHONUNBUFFERED") && is_read_elsewhere("TZ") && is_read_elsewhere("LC_ALL")
        );
        assert!(!is_read_elsewhere("DESK_MODE"));
    }
}
