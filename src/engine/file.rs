//! One file of a tree: its documents, extracted once for all trees that hold the same file.

use super::HEAD;
use crate::document::{Document, Host};
use crate::facts::{Embedded, Facts, Held, ProblemKind};
use crate::finding::DocumentId;
use crate::formats::{self, Format};
use crate::project::Recall;
use crate::source::Span;
use crate::tree::{Attributes, Entry, Tree};
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

/// How deep documents inside documents are followed.
const DEPTH: usize = 3;

/// A file by its path, what names its content, and its run bit.
type Key = (String, String, Option<bool>);

/// The documents of files that were seen, by what names their contents. Where a tree has no names, nothing is kept.
#[derive(Debug, Default)]
pub struct Memo {
    known: Mutex<HashMap<Key, Vec<Document>>>,
    /// What their texts mention.
    pub(super) recall: Recall,
}

impl Memo {
    /// The document of a file, where it holds anything to judge, and behind it the documents inside it. Their hosts
    /// are counted from the first.
    pub(super) fn documents(&self, tree: &dyn Tree, entry: &Entry, attributes: &Attributes) -> Vec<Document> {
        let key = tree
            .identity(&entry.path)
            .map(|identity| (entry.path.clone(), identity, entry.is_executable));
        let known = key
            .as_ref()
            .and_then(|key| self.known.lock().ok()?.get(key).cloned());
        let mut documents = known.unwrap_or_else(|| {
            // Few files hold documents.
            let mut documents = Vec::with_capacity(1);
            if let Some((document, facts)) = extracted(tree, entry) {
                add(&mut documents, document, facts, 0);
            }
            if let (Some(key), Ok(mut known)) = (key, self.known.lock()) {
                known.insert(key, documents.clone());
            }
            documents
        });
        // What git stores with its own line ends reaches the server with those.
        if let Some(document) = documents.first_mut()
            && document.facts.carriage_return.is_some()
            && attributes.normalises(&entry.path)
        {
            document.facts.drop_carriage_returns();
        }
        documents
    }
}

/// Adds a document that states these facts, and behind it the documents inside it, whose texts are not kept.
fn add(documents: &mut Vec<Document>, mut document: Document, mut facts: Facts, depth: usize) {
    let id = DocumentId(u32::try_from(documents.len()).unwrap_or(u32::MAX));
    let embedded = std::mem::take(&mut facts.embedded);
    document.facts = facts.into();
    documents.push(document);
    if depth == DEPTH {
        return;
    }
    for Embedded { path, text, pieces } in embedded {
        let head = text.as_bytes().get(..HEAD).unwrap_or(text.as_bytes());
        if let Some(format) = Format::of(&path, head) {
            let facts = formats::extract(&path, format, &text);
            let host = Some(Host { document: id, pieces });
            let inner = Document {
                path,
                format,
                facts: Held::default(),
                is_executable: None,
                host,
                is_development: OnceLock::new(),
            };
            add(documents, inner, facts, depth + 1);
        }
    }
}

/// A file, and what it states, which is not in it yet.
fn extracted(tree: &dyn Tree, entry: &Entry) -> Option<(Document, Facts)> {
    let document = |format, facts: Facts| {
        let document = Document {
            path: entry.path.clone(),
            format,
            facts: Held::default(),
            is_executable: entry.is_executable,
            host: None,
            is_development: OnceLock::new(),
        };
        (document, facts)
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
