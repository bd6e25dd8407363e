//! What keys, tokens and passwords look like, and what only looks like one.

use crate::expression::Expression;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| super::table("secrets"));
static FORMATS: LazyLock<Formats> = LazyLock::new(|| Formats::new(&TABLE.format));

#[derive(Debug, Default, Deserialize)]
struct Table {
    format: Vec<Row>,
    names: Names,
    filler: Filler,
}

#[derive(Debug, Deserialize)]
struct Row {
    what: String,
    pattern: String,
    #[serde(default)]
    holds: Vec<String>,
    #[serde(default)]
    needs: Vec<String>,
    check: Option<String>,
    #[serde(default)]
    advice: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Names {
    last: Vec<String>,
    before_key: Vec<String>,
    behind: Vec<String>,
    never: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Filler {
    words: Vec<String>,
}

/// A text in a form that a provider gives to its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known<'a> {
    /// What it is, with its article: `a GitHub token`.
    pub what: &'static str,
    /// The key itself.
    pub text: &'a str,
    /// Whether its check digits prove it.
    pub is_checked: bool,
    /// Whether its form alone tells it, without what stands around.
    pub is_distinct: bool,
    /// Whether the provider means it to be public.
    pub is_public: bool,
}

struct Formats {
    rows: Vec<(Expression, &'static Row)>,
    /// What texts of a form hold.
    held: Words,
    /// What stands near those whose form fits other things.
    near: Words,
}

impl Formats {
    fn new(rows: &'static [Row]) -> Self {
        let whole = |row: &Row| format!("(?:^|[^A-Za-z0-9_-])({})(?:$|[^A-Za-z0-9_-])", row.pattern);
        let with_expression = rows.iter().map(|row| (Expression::of(whole(row)), row));
        Self {
            rows: with_expression.collect(),
            held: Words::new(rows.iter().map(|row| row.holds.as_slice())),
            near: Words::new(rows.iter().map(|row| row.needs.as_slice())),
        }
    }
}

/// Words of rows, searched for all at once.
struct Words {
    search: Option<AhoCorasick>,
    /// By word: the number of its row.
    rows: Vec<usize>,
}

impl Words {
    fn new(of_rows: impl Iterator<Item = &'static [String]>) -> Self {
        let numbered = of_rows.enumerate();
        let words = numbered.flat_map(|(row, words)| words.iter().map(move |word| (row, word)));
        let (rows, words): (Vec<usize>, Vec<&String>) = words.unzip();
        // It is made at each start, and the texts are short.
        let search = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .prefilter(false)
            .build(words);
        Self {
            search: search.ok(),
            rows,
        }
    }

    /// The numbers of the rows of which a text has a word.
    fn rows_in(&self, text: &str) -> impl Iterator<Item = usize> {
        let found = self
            .search
            .iter()
            .flat_map(move |search| search.find_overlapping_iter(text));
        found.filter_map(|word| self.rows.get(word.pattern().as_usize()).copied())
    }
}

/// The key of a known form in `text`; `around` is what may name its provider, in small letters.
pub fn known<'a>(text: &'a str, around: &str) -> Option<Known<'a>> {
    let formats = &*FORMATS;
    let possible: BTreeSet<usize> = formats
        .held
        .rows_in(text)
        .chain(formats.near.rows_in(around))
        .collect();
    possible.into_iter().find_map(|at| {
        let (expression, row) = formats.rows.get(at)?;
        let found = expression.first(text)?.group(1)?.text;
        let is_right = row.check.as_deref().is_none_or(|check| passes(check, found));
        (is_right && !is_monotonous(found)).then_some(Known {
            what: &row.what,
            text: found,
            is_checked: matches!(row.check.as_deref(), Some("crc-base62" | "macaroon")),
            is_distinct: row.needs.is_empty(),
            is_public: row.advice,
        })
    })
}

/// Whether a name says that its value is a secret: `DB_PASSWORD`, `apiKey`, `client-secret`.
pub fn is_telling(name: &str) -> bool {
    let words = words_of(name);
    let is_in = |list: &[String], word: &str| list.iter().any(|known| known == word);
    let names = &TABLE.names;
    if words.iter().any(|word| is_in(&names.never, word)) {
        return false;
    }
    let behind = words
        .iter()
        .rev()
        .take_while(|word| is_in(&names.behind, word))
        .count();
    match &words[..words.len() - behind] {
        [.., before, key] if key == "key" => is_in(&names.before_key, before),
        [.., last] => is_in(
            &names.last,
            last.trim_end_matches(|letter: char| letter.is_ascii_digit()),
        ),
        [] => false,
    }
}

/// Whether a name speaks of a word that people choose and remember.
pub fn is_password(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["pass", "pwd"].iter().any(|word| lower.contains(word))
}

/// Whether a text only holds the place of a secret: `your-key-here`, `xxxx`.
pub fn is_filler(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    TABLE
        .filler
        .words
        .iter()
        .any(|word| lower.contains(word.as_str()))
        || is_monotonous(text)
}

/// The parts of a name, in small letters: `dbPassword` is `db`, `password`.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in name.chars() {
        let is_border = !letter.is_ascii_alphanumeric();
        if is_border || (letter.is_ascii_uppercase() && was_small) {
            words.push(String::new());
        }
        was_small = letter.is_ascii_lowercase();
        if let (false, Some(word)) = (is_border, words.last_mut()) {
            word.push(letter.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a text is mostly a run of the alphabet or of few letters: `aaaa1111`, `abcdefgh`.
fn is_monotonous(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 12 {
        return false;
    }
    let steps = bytes
        .windows(2)
        .filter(|pair| pair[1].wrapping_sub(pair[0]) < 2)
        .count();
    let mut kinds = [false; 256];
    for byte in bytes {
        kinds[usize::from(*byte)] = true;
    }
    let kinds = kinds.iter().filter(|is_there| **is_there).count();
    steps * 3 > bytes.len() || kinds < 6
}

/// Whether the check of this name is right for a text.
fn passes(check: &str, text: &str) -> bool {
    match check {
        "base64" => BASE64.decode(text.as_bytes()).is_ok(),
        "crc-base62" => has_crc(text),
        "macaroon" => text.strip_prefix("pypi-").is_some_and(is_macaroon),
        "jwt" => is_signed(text),
        "jwt-anon" => is_signed(text) && is_anonymous(text),
        "discord" => {
            let first = text.split('.').next().unwrap_or("");
            let number = BASE64_NOPAD.decode(first.trim_end_matches('=').as_bytes());
            number.is_ok_and(|number| number.len() > 16 && number.iter().all(u8::is_ascii_digit))
        }
        _ => false,
    }
}

/// Whether the last six letters of a token are the CRC-32 of those behind its prefix, in base62.
fn has_crc(token: &str) -> bool {
    let Some((_, body)) = token.split_once('_') else {
        return false;
    };
    let Some((random, check)) = body.len().checked_sub(6).and_then(|at| body.split_at_checked(at)) else {
        return false;
    };
    base62(crc32(random.as_bytes())) == check
}

/// A number in base62, six letters long.
fn base62(number: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let digit = |power: u32| DIGITS[(number / 62_u32.pow(power) % 62) as usize];
    (0..6).rev().map(|power| char::from(digit(power))).collect()
}

/// CRC-32 as zip and PNG have it.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
    let all = bytes
        .iter()
        .fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step));
    !all
}

/// Whether a text is a macaroon of the second version that names pypi.org or its test server.
fn is_macaroon(text: &str) -> bool {
    // Four letters are three bytes: a whole number of them is enough for the head.
    let head = text.get(..40).unwrap_or("");
    let bytes = BASE64URL_NOPAD.decode(head.as_bytes()).unwrap_or_default();
    bytes.starts_with(b"\x02\x01\x08pypi.org") || bytes.starts_with(b"\x02\x01\x0dtest.pypi.org")
}

/// Whether the first part of a JWT is JSON that names an algorithm.
fn is_signed(text: &str) -> bool {
    let head = text.split('.').next().unwrap_or("");
    let bytes = BASE64URL_NOPAD.decode(head.as_bytes()).unwrap_or_default();
    let json: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
    json.is_some_and(|json| json.get("alg").is_some())
}

/// Whether a JWT says that it is for whoever has not logged in: Supabase puts it into every page.
fn is_anonymous(text: &str) -> bool {
    let claims = text.split('.').nth(1).unwrap_or("");
    let bytes = BASE64URL_NOPAD.decode(claims.as_bytes()).unwrap_or_default();
    let json: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
    let says = |name: &str| json.as_ref()?.get(name)?.as_str();
    says("role") == Some("anon") && says("iss").is_some_and(|issuer| issuer.starts_with("supabase"))
}

/// Whether what stands between the first and last line of a PEM text is a key: an ASN.1 sequence, or OpenSSH's own.
pub fn is_key(body: &str) -> bool {
    let body = body.replace("\\n", "\n").replace("\\r", "");
    if body.contains("...") || body.contains(['[', '<', '{', '…', '*']) {
        return false;
    }
    let letters: String = body
        .lines()
        .filter(|line| !line.contains(':'))
        .flat_map(str::chars)
        .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/'))
        .collect();
    let whole = letters.len() / 4 * 4;
    let bytes = BASE64_NOPAD
        .decode(&letters.as_bytes()[..whole])
        .unwrap_or_default();
    // An encrypted one in the old form begins with anything; PGP has a packet there.
    let is_old = body.contains("DEK-Info")
        || bytes
            .first()
            .is_some_and(|byte| matches!(byte, 0x94..=0x9F | 0xC5));
    bytes.len() >= 40
        && !is_monotonous(&letters)
        && (bytes.starts_with(&[0x30]) || bytes.starts_with(b"openssh-key-v1\0") || is_old)
}

#[cfg(test)]
mod tests;
