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
    let mut at = 0;
    let mut count = 0;
    while at < bytes.len() {
        if !is_inside(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && is_inside(bytes[at]) {
            at += 1;
        }
        if is_opaque(&bytes[start..at]) {
            tokens.push(token(text, start, at, TokenForm::Word, None));
            count += 1;
            if count == COUNT {
                return;
            }
        }
    }
}

fn is_inside(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.+/=~:@".contains(&byte)
}

/// Whether a word has a piece that is long, holds a digit and a letter, and is no checksum or UUID.
fn is_opaque(word: &[u8]) -> bool {
    if word.len() < LEAST || word.starts_with(b"sha") || word.starts_with(b"data:") {
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
