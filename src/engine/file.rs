//! One file of a tree: its document, extracted once for all trees that hold the same file.

use super::HEAD;
use crate::document::Document;
use crate::facts::{Facts, ProblemKind};
use crate::formats::{self, Format};
use crate::source::Span;
use crate::tree::{Attributes, Entry, Tree};
use std::collections::HashMap;
use std::sync::Mutex;

/// A file by its path, what names its content, and its run bit.
type Key = (String, String, Option<bool>);

/// The documents of files that were seen, by what names their contents. Where a tree has no names, nothing is kept.
#[derive(Debug, Default)]
pub struct Memo {
    known: Mutex<HashMap<Key, Option<Document>>>,
}

impl Memo {
    /// The document of a file, where it holds anything to judge.
    pub(super) fn document(
        &self,
        tree: &dyn Tree,
        entry: &Entry,
        attributes: &Attributes,
    ) -> Option<Document> {
        let key = tree
            .identity(&entry.path)
            .map(|identity| (entry.path.clone(), identity, entry.is_executable));
        let known = key
            .as_ref()
            .and_then(|key| self.known.lock().ok()?.get(key).cloned());
        let document = known.unwrap_or_else(|| {
            let document = extracted(tree, entry);
            if let (Some(key), Ok(mut known)) = (key, self.known.lock()) {
                known.insert(key, document.clone());
            }
            document
        });
        let mut document = document?;
        // What git stores with its own line ends reaches the server with those.
        if document.facts.carriage_return.is_some() && attributes.normalises(&entry.path) {
            document.facts.drop_carriage_returns();
        }
        Some(document)
    }
}

fn extracted(tree: &dyn Tree, entry: &Entry) -> Option<Document> {
    let document = |format, facts| Document {
        path: entry.path.clone(),
        format,
        facts,
        is_executable: entry.is_executable,
        host: None,
    };
    let by_name = Format::of(&entry.path, b"");
    let needs_head = entry
        .path
        .rsplit('/')
        .next()
        .is_none_or(|name| !name.contains('.') || name.ends_with(".conf"));
    if by_name.is_none() && !needs_head && entry.is_executable != Some(true) {
        return None;
    }
    let bytes = match tree.read(&entry.path) {
        Ok(bytes) => bytes,
        Err(reason) => {
            let format = by_name.unwrap_or(Format::Plain);
            let facts = Facts::of_problem(ProblemKind::Unreadable, reason, Span::default());
            return Some(document(format, facts));
        }
    };
    let head = bytes.get(..HEAD).unwrap_or(&bytes);
    let told = by_name.filter(|format| format.is_told_by_name(&entry.path));
    let format = told.or_else(|| Format::of(&entry.path, head))?;
    let is_wide = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    if matches!(format, Format::Plain | Format::Text) && !is_wide && head.contains(&0) {
        return None;
    }
    let facts = match formats::decode(bytes) {
        // A key may be stored as bytes.
        Err(_) if format == Format::Text => return None,
        Ok(text) => formats::extract(&entry.path, format, &text),
        Err(facts) => *facts,
    };
    Some(document(format, facts))
}
