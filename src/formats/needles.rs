//! A few words, in small or large letters, found in a text as fast as it can be read.

use aho_corasick::{AhoCorasick, Input, Span, packed};

/// Letters of each word that are searched for all at once. A word has as many at least.
const PREFIX: usize = 3;

/// Words that are searched for.
#[derive(Debug)]
pub(super) struct Needles {
    words: &'static [&'static str],
    /// Finds where one may begin; nothing on a machine that cannot compare many bytes at once.
    quick: Option<packed::Searcher>,
    slow: Option<AhoCorasick>,
}

impl Needles {
    /// Prepares the search. The words are in small letters of ASCII, and none of them begins another.
    pub(super) fn new(words: &'static [&'static str]) -> Self {
        let mut builder = packed::Config::new().builder();
        builder.extend(words.iter().flat_map(|word| spellings(word)));
        let quick = builder.build();
        let slow = if quick.is_none() {
            let mut builder = AhoCorasick::builder();
            builder.ascii_case_insensitive(true).build(words).ok()
        } else {
            None
        };
        Self { words, quick, slow }
    }

    /// The first word from byte `from` on: where it begins, and its number.
    pub(super) fn find(&self, bytes: &[u8], mut from: usize) -> Option<(usize, usize)> {
        let Some(quick) = &self.quick else {
            let input = Input::new(bytes).range(from..);
            let found = self.slow.as_ref()?.find(input)?;
            return Some((found.start(), found.pattern().as_usize()));
        };
        loop {
            let rest = Span::from(from..bytes.len());
            let start = quick.find_in(bytes, rest)?.start();
            let begins = |word: &&str| {
                let there = bytes.get(start..start + word.len());
                there.is_some_and(|there| there.eq_ignore_ascii_case(word.as_bytes()))
            };
            if let Some(number) = self.words.iter().position(begins) {
                return Some((start, number));
            }
            from = start + 1;
        }
    }

    /// Whether any of them stands in a text.
    pub(super) fn are_in(&self, text: &str) -> bool {
        self.find(text.as_bytes(), 0).is_some()
    }
}

/// The first letters of a word in all their spellings.
fn spellings(word: &str) -> Vec<Vec<u8>> {
    let mut spellings: Vec<Vec<u8>> = vec![Vec::new()];
    for byte in word.bytes().take(PREFIX) {
        let large = byte.to_ascii_uppercase();
        let letters = if large == byte {
            vec![byte]
        } else {
            vec![byte, large]
        };
        let longer = |spelling: Vec<u8>| {
            let letters = letters.iter();
            letters.map(move |letter| [spelling.as_slice(), &[*letter]].concat())
        };
        spellings = spellings.into_iter().flat_map(longer).collect();
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WORDS: &[&str] = &["pass", "token", "to_sql", "secret", "key"];

    /// The same without any search of many bytes.
    fn plainly(text: &str, from: usize) -> Option<(usize, usize)> {
        let lower = text.to_ascii_lowercase();
        let found = WORDS.iter().enumerate().filter_map(|(number, word)| {
            let at = lower.as_bytes().get(from..)?;
            let at = at.windows(word.len()).position(|part| part == word.as_bytes())?;
            Some((from + at, number))
        });
        found.min()
    }

    proptest! {
        #[test]
        fn each_word_is_found_where_it_begins(text in "(pa|ss|S|to|_?sql|ToKe|n|KEY|ke|é|secre|t| ){0,40}", from in 0_usize..20) {
            let from = from.min(text.len());
            prop_assert_eq!(Needles::new(WORDS).find(text.as_bytes(), from), plainly(&text, from));
        }
    }
}
