//! Trees of tree-sitter, with a bound on the work.

use std::ops::ControlFlow;
use tree_sitter::{Language, ParseOptions, Parser, Tree};

/// The tree of `text`, or nothing when the parser does far more work than any sane script needs: its
/// recovery from errors can be worse than linear.
pub(super) fn parse(text: &str, language: &Language) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    // The callback comes once for about a hundred operations; a script needs under ten a byte.
    let mut budget = 2_000 + text.len();
    let mut progress = |_: &tree_sitter::ParseState| {
        budget = budget.saturating_sub(1);
        if budget == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let bytes = text.as_bytes();
    parser.parse_with_options(
        &mut |at, _| bytes.get(at..).unwrap_or_default(),
        None,
        Some(ParseOptions::new().progress_callback(&mut progress)),
    )
}

/// How deep brackets stand in brackets, quotes and comments not looked at: an upper bound that costs one
/// pass.
pub(super) fn nesting(text: &str) -> usize {
    let mut depth: usize = 0;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'(' | b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
