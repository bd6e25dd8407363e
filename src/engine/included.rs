//! Requirements files that only those who include them call so: `pip install -r deps.txt`.

use super::Counts;
use crate::document::Document;
use crate::formats::{self, Format};
use crate::project;
use crate::tree::{Listing, Tree};
use std::sync::OnceLock;

/// How deep such files may include each other.
const DEPTH: usize = 8;

/// Reads what requirements files and commands include, and what that includes.
pub(super) fn read(tree: &dyn Tree, listing: &Listing, documents: &mut Vec<Document>, counts: &mut Counts) {
    let has_file = |path: &str| {
        let files = &listing.files;
        files
            .binary_search_by(|entry| entry.path.as_str().cmp(path))
            .is_ok()
    };
    for _ in 0..DEPTH {
        let paths = project::unread_requirements(documents, &has_file);
        let before = documents.len();
        for path in paths {
            let Some(text) = tree
                .read(&path)
                .ok()
                .and_then(|bytes| formats::decode(bytes).ok())
            else {
                continue;
            };
            counts.scanned += 1;
            counts.skipped = counts.skipped.saturating_sub(1);
            documents.push(Document {
                facts: formats::extract(&path, Format::Requirements, &text).into(),
                format: Format::Requirements,
                path,
                is_executable: None,
                host: None,
                is_development: OnceLock::new(),
            });
        }
        if documents.len() == before {
            break;
        }
    }
}
