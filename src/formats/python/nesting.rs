//! Input that is nested too deeply to be followed.
//!
//! CPython refuses more than 200 open brackets itself. Chains of operators have no such limit, but
//! every reader of a syntax tree follows them by recursion, so they get a generous one here.

use crate::facts::{Problem, ProblemKind};
use crate::source::Span;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// Open brackets that CPython accepts (`MAXLEVEL` in `Parser/lexer/state.h`).
const MAX_BRACKETS: usize = 200;
/// Links of one chain (`1 + 1 + 1 …`, `not not …`, `a.b.c …`) that are followed.
const MAX_CHAIN: usize = 50_000;
/// Bytes without a comma that can hide no longer chain than is followed.
const SHORT: usize = MAX_CHAIN / 2;

/// The problem of a text that is nested too deeply.
pub(super) fn refuse(text: &str) -> Option<Problem> {
    if is_plainly_shallow(text.as_bytes()) {
        return None;
    }
    refuse_by_tokens(text)
}

/// Whether the short way lets nothing pass that the long one refuses.
#[cfg(test)]
pub(super) fn agrees(text: &str) -> bool {
    !is_plainly_shallow(text.as_bytes()) || refuse_by_tokens(text).is_none()
}

fn refuse_by_tokens(text: &str) -> Option<Problem> {
    let mut lexer = lexer::lex(text, Mode::Module);
    let (mut depth, mut chain) = (0_usize, 0_usize);
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return None,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                depth += 1;
                chain += 1;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => depth = depth.saturating_sub(1),
            TokenKind::Newline | TokenKind::Comma => chain = 0,
            kind if kind.is_operator() || kind.is_keyword() => chain += 1,
            _ => {}
        }
        if depth > MAX_BRACKETS || chain > MAX_CHAIN {
            let message = if depth > MAX_BRACKETS {
                "too many nested parentheses".to_owned()
            } else {
                format!("an expression of more than {MAX_CHAIN} operators is not followed")
            };
            return Some(Problem {
                kind: ProblemKind::Syntax,
                message,
                span: Span::default(),
            });
        }
    }
}

/// Bytes that are counted at once.
const CHUNK: usize = 64;

/// Whether a look at the bytes is enough: few brackets are open at once, strings and comments counted, and commas
/// come often. What stands in a chunk is counted without its order, as if all brackets closed before others open:
/// that is never less than are open.
fn is_plainly_shallow(bytes: &[u8]) -> bool {
    let (mut depth, mut since_comma) = (0_usize, 0_usize);
    for chunk in bytes.chunks(CHUNK) {
        let count = |is: fn(u8) -> bool| -> usize {
            let sum: u8 = chunk.iter().map(|byte| u8::from(is(*byte))).sum();
            usize::from(sum)
        };
        let closed = count(|byte| matches!(byte, b')' | b']' | b'}'));
        let opened = count(|byte| matches!(byte, b'(' | b'[' | b'{'));
        depth = depth.saturating_sub(closed) + opened;
        since_comma += chunk.len();
        if depth > MAX_BRACKETS || since_comma > SHORT {
            return false;
        }
        if count(|byte| byte == b',') > 0 {
            since_comma = CHUNK;
        }
    }
    true
}
