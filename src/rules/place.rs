//! Where inside a value something was found.

use crate::facts::Value;
use crate::finding::{DocumentId, Place};
use crate::source::Span;
use std::ops::Range;

/// The place of a part of a value's text; of the whole value when escapes make the two differ in length.
pub(super) fn of_part(document: DocumentId, value: &Value, part: Range<usize>) -> Place {
    let length = (value.span.end - value.span.start) as usize;
    let span = if length == value.text.len() {
        Span::new(part.start, part.end).shifted(value.span.start as usize)
    } else {
        value.span
    };
    Place { document, span }
}

/// Whether a path can begin at byte `at`: what stands before does not belong to it.
pub(super) fn begins_path(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    if ["file://", "unix://"]
        .iter()
        .any(|scheme| before.ends_with(scheme))
        || before.ends_with("-I")
        || before.ends_with("-L")
    {
        return true;
    }
    before
        .chars()
        .next_back()
        .is_none_or(|last| last.is_whitespace() || "\"'`=:,;([{<>|&@!".contains(last))
}

/// Whether a character ends a path that stands inside other text.
pub(super) fn ends_path(character: char) -> bool {
    character.is_control() || "\"'`:,;()[]<>|&".contains(character)
}
