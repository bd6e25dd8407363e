//! Files that the settings leave out.

use crate::document::Document;
use crate::formats::Format;

/// The documents of a file as they count: of one that is left out, only what its code does.
pub(super) fn narrowed(
    mut documents: Vec<Document>,
    is_excluded: &(dyn Fn(&str) -> bool + Sync),
) -> Vec<Document> {
    if let Some(document) = documents.first_mut()
        && is_excluded(&document.path)
    {
        let is_code = matches!(document.format, Format::Python | Format::Shell);
        document.facts.leave_out(is_code);
        documents.truncate(1);
    }
    documents
}
