//! Regular expressions that a start does not pay for.
//!
//! Each is made when a text is first searched for it, which most trees never have. It is made without what only long
//! searches gain from: that takes most of the time of making one, and the texts are short, or are known to have a word
//! that the expression begins with. Nor are the letters of all alphabets made part of it for a text of ASCII alone.

use regex_automata::Input;
use regex_automata::meta::{Config, Regex};
use regex_automata::util::captures::Captures;
use regex_automata::util::syntax;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

/// A regular expression. One that is none finds nothing; whoever writes it has a test that says what it finds.
#[derive(Debug)]
pub struct Expression {
    pattern: Cow<'static, str>,
    of_ascii: OnceLock<Option<Regex>>,
    of_any: OnceLock<Option<Regex>>,
}

impl Expression {
    /// One that stands in the program.
    pub const fn new(pattern: &'static str) -> Self {
        Self::written(Cow::Borrowed(pattern))
    }

    /// One that is put together.
    pub const fn of(pattern: String) -> Self {
        Self::written(Cow::Owned(pattern))
    }

    const fn written(pattern: Cow<'static, str>) -> Self {
        Self {
            pattern,
            of_ascii: OnceLock::new(),
            of_any: OnceLock::new(),
        }
    }

    /// Whether it matches somewhere.
    pub fn is_in(&self, text: &str) -> bool {
        self.made_for(text).is_some_and(|regex| regex.is_match(text))
    }

    /// Its first match.
    pub fn first<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.from(text, 0)
    }

    /// Every match, none of them in another one.
    pub fn each<'e, 't>(&'e self, text: &'t str) -> impl Iterator<Item = Match<'t>> + use<'e, 't> {
        let found = self.made_for(text).into_iter();
        let found = found.flat_map(move |regex| regex.captures_iter(text));
        found.map(move |groups| Match { text, groups })
    }

    /// The places of all matches, which takes less than what their groups hold.
    pub fn places<'e, 't>(&'e self, text: &'t str) -> impl Iterator<Item = Range<usize>> + use<'e, 't> {
        let found = self.made_for(text).into_iter();
        found
            .flat_map(move |regex| regex.find_iter(text))
            .map(|found| found.range())
    }

    /// The first match from a byte on.
    pub fn from<'t>(&self, text: &'t str, start: usize) -> Option<Match<'t>> {
        let regex = self.made_for(text)?;
        let mut groups = regex.create_captures();
        regex.search_captures(&Input::new(text).range(start..), &mut groups);
        groups.is_match().then_some(Match { text, groups })
    }

    /// Whether it is one at all.
    pub fn is_valid(&self) -> bool {
        self.made_for("é").is_some()
    }

    fn made_for(&self, text: &str) -> Option<&Regex> {
        let of_any = || self.of_any.get_or_init(|| self.make(true)).as_ref();
        if self.of_any.get().is_none() && text.is_ascii() {
            let of_ascii = self.of_ascii.get_or_init(|| self.make(false)).as_ref();
            // What names a letter beyond ASCII in a class can only be made for all of them.
            of_ascii.or_else(of_any)
        } else {
            of_any()
        }
    }

    fn make(&self, is_of_any: bool) -> Option<Regex> {
        let plain = Config::new()
            .auto_prefilter(false)
            .dfa(false)
            .onepass(false)
            .utf8_empty(is_of_any);
        let letters = syntax::Config::new().unicode(is_of_any).utf8(is_of_any);
        let mut builder = Regex::builder();
        builder.configure(plain).syntax(letters);
        builder.build(&self.pattern).ok()
    }
}

/// A match, and what its groups hold.
#[derive(Debug)]
pub struct Match<'t> {
    text: &'t str,
    groups: Captures,
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'t> {
    /// Its first byte.
    pub start: usize,
    /// Just behind its last byte.
    pub end: usize,
    /// What it says.
    pub text: &'t str,
}

impl<'t> Match<'t> {
    /// What a group holds; 0 is the whole match.
    pub fn group(&self, number: usize) -> Option<Part<'t>> {
        let range = self.groups.get_group(number)?.range();
        Some(Part {
            start: range.start,
            end: range.end,
            text: self.text.get(range)?,
        })
    }

    /// The text of a group; nothing for one that takes no part.
    pub fn text(&self, number: usize) -> &'t str {
        self.group(number).map_or("", |part| part.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PATTERNS: [&str; 5] = [
        r"(?i:s)[…a-c]+|\bé?\w\s",
        r"(?i)\b(from|into)\s+(\w+)?",
        r"(^| )-[ab]*i ''( |$)",
        r"[^A-Z]((?:AK|AS)[A-Z2]{2,})(x)?",
        r"",
    ];

    proptest! {
        /// It finds what `regex` does, whatever is left out of it.
        #[test]
        fn it_finds_what_regex_finds(text in "(from|INTO|into| |-|a|i|''|AK|AS|ZZ|x|é|\n){0,30}") {
            for pattern in PATTERNS {
                let regex = regex::Regex::new(pattern).unwrap();
                let ours = Expression::new(pattern);
                let groups = regex.captures_len();
                let theirs: Vec<Vec<Option<Part<'_>>>> = regex
                    .captures_iter(&text)
                    .map(|found| {
                        let part = |group: regex::Match<'_>| Part { start: group.start(), end: group.end(), text: &text[group.range()] };
                        found.iter().map(|group| group.map(part)).collect()
                    })
                    .collect();
                let found: Vec<Vec<Option<Part<'_>>>> = ours
                    .each(&text)
                    .map(|found| (0..groups).map(|number| found.group(number)).collect())
                    .collect();
                prop_assert_eq!(&found, &theirs);
                let places: Vec<_> = found.iter().filter_map(|groups| groups[0]).map(|all| all.start..all.end).collect();
                prop_assert_eq!(ours.places(&text).collect::<Vec<_>>(), places);
                prop_assert_eq!(ours.is_in(&text), !theirs.is_empty());
                prop_assert_eq!(ours.first(&text).is_some(), !theirs.is_empty());
            }
        }
    }

    #[test]
    fn what_is_no_expression_finds_nothing() {
        let none = Expression::of("(".to_owned());
        assert!(!none.is_valid() && !none.is_in("(") && none.first("(").is_none());
    }
}
