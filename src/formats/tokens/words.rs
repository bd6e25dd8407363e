//! Words of letters and digits that nobody would say aloud.

use super::token;
use crate::facts::{Token, TokenForm};

/// Letters that a key has to have in one piece.
const LEAST: usize = 20;
/// Longer ones are pictures and fonts, written as text; only tokens of the form `eyJ…` grow so long.
const MOST: usize = 400;
const MOST_SIGNED: usize = 8_192;
/// A text that holds more of them is data.
const COUNT: usize = 2_000;

/// Adds the words of a text.
pub(super) fn find(text: &str, tokens: &mut Vec<Token>) {
    let bytes = text.as_bytes();
    let mut count = 0;
    let mut at = 0;
    while let Some((start, end)) = next(bytes, at) {
        if is_opaque(&bytes[start..end]) {
            tokens.push(token(text, start, end, TokenForm::Word, None));
            count += 1;
            if count == COUNT {
                return;
            }
        }
        at = end;
    }
}

/// The next word that is long enough, from `at`, where one may begin. A word that long covers each byte that stands
/// so far from the last one looked at: most of a text is never looked at.
fn next(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    loop {
        let probe = at + LEAST - 1;
        if !is_inside(*bytes.get(probe)?) {
            at = probe + 1;
            continue;
        }
        let outside = bytes[at..probe].iter().rposition(|byte| !is_inside(*byte));
        let start = outside.map_or(at, |outside| at + outside + 1);
        let rest = bytes[probe..].iter().position(|byte| !is_inside(*byte));
        let end = rest.map_or(bytes.len(), |rest| probe + rest);
        if end - start >= LEAST {
            return Some((start, end));
        }
        at = end;
    }
}

/// The bytes of words.
static INSIDE: [bool; 256] = {
    let bytes = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-.+/=~:@";
    let mut inside = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        inside[bytes[at] as usize] = true;
        at += 1;
    }
    inside
};

fn is_inside(byte: u8) -> bool {
    INSIDE[usize::from(byte)]
}

/// Whether a word has a piece that is long, holds a digit and a letter, and is no checksum or UUID.
fn is_opaque(word: &[u8]) -> bool {
    word.len() >= LEAST && !is_plain(word) && may_be_opaque(word)
}

fn may_be_opaque(word: &[u8]) -> bool {
    if word.starts_with(b"sha") || word.starts_with(b"data:") {
        return false;
    }
    let is_signed = word.windows(4).take(64).any(|part| part == b"eyJh");
    if word.len() > if is_signed { MOST_SIGNED } else { MOST } {
        return false;
    }
    // Checksums are no keys; what stands before the `@` of an address is none.
    let is_address = word.contains(&b'@');
    let is_piece = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    word.split(|byte| !is_piece(byte)).any(|piece| {
        let has = |is: fn(&u8) -> bool| piece.iter().any(is);
        is_cased(piece)
            || piece.len() >= LEAST
                && has(u8::is_ascii_digit)
                && has(u8::is_ascii_alphabetic)
                && (is_address || !piece.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-'))
                && piece
                    .split(|byte| matches!(byte, b'_' | b'-'))
                    .any(|part| part.len() > 9 && part.iter().any(u8::is_ascii_digit))
    })
}

/// Whether a word has too few digits and capitals for a key: most long words are names of code.
fn is_plain(word: &[u8]) -> bool {
    let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
    let capitals = word.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    digits == 0 && (capitals < 5 || word.len() < 30)
}

/// Whether a long part of a piece has small letters and capitals in no order that a name has.
fn is_cased(piece: &[u8]) -> bool {
    let turns = |part: &[u8]| {
        let pairs = part.windows(2);
        pairs
            .filter(|pair| pair[0].is_ascii_uppercase() && pair[1].is_ascii_uppercase())
            .count()
            > 3
            && part.iter().filter(|byte| byte.is_ascii_lowercase()).count() * 4 > part.len()
    };
    let mut parts = piece.split(|byte| matches!(byte, b'_' | b'-'));
    parts.any(|part| part.len() > 29 && turns(part))
}

/// Whether the short way finds the words that the long one does.
#[cfg(test)]
pub(super) fn agree(text: &str) -> bool {
    let mut short = Vec::new();
    let mut at = 0;
    while let Some((start, end)) = next(text.as_bytes(), at) {
        if is_opaque(&text.as_bytes()[start..end]) {
            short.push(&text[start..end]);
        }
        at = end;
    }
    let words =
        text.split(|letter: char| !u8::try_from(letter).is_ok_and(|byte| byte.is_ascii() && is_inside(byte)));
    let long = words.filter(|word| word.len() >= LEAST && may_be_opaque(word.as_bytes()));
    long.eq(short)
}
