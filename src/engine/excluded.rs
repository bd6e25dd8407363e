//! Files that the settings leave out.

use crate::document::Document;
use crate::formats::Format;

/// A document as it counts: of one that is left out, only what its code does.
pub(super) fn narrowed(
    document: Option<Document>,
    is_excluded: &(dyn Fn(&str) -> bool + Sync),
) -> Option<Document> {
    let mut document = document?;
    if is_excluded(&document.path) {
        let is_code = matches!(document.format, Format::Python | Format::Shell);
        document.facts.leave_out(is_code);
    }
    Some(document)
}
