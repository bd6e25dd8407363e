//! Compose files beside a `.env`, whose variables compose puts in before it reads them.

use crate::document::Document;
use crate::facts::{Access, Manager};
use crate::formats::{self, Format, Settings};
use crate::tree::Tree;
use std::collections::HashMap;

/// Reads compose files again that take something from the `.env` in their folder.
pub(super) fn read(tree: &dyn Tree, documents: &mut [Document]) {
    let beside: HashMap<String, Settings> = documents
        .iter()
        .filter(|document| document.host.is_none() && document.format == Format::Dotenv)
        .filter_map(|document| {
            let folder = document.path.strip_suffix(".env")?;
            let is_named_so = folder.is_empty() || folder.ends_with('/');
            is_named_so.then(|| (folder.to_owned(), settings(document)))
        })
        .collect();
    if beside.is_empty() {
        return;
    }
    for document in documents.iter_mut().filter(|document| is_composed(document)) {
        let end = document.path.rfind('/').map_or(0, |at| at + 1);
        let Some(settings) = beside.get(&document.path[..end]) else {
            continue;
        };
        let bytes = tree.read(&document.path).ok();
        let text = bytes.and_then(|bytes| formats::decode(bytes).ok());
        let Some(text) = text.filter(|text| text.contains('$')) else {
            continue;
        };
        let mut facts = formats::extract_beside(&document.path, document.format, &text, settings);
        // What is inside it was read with it, and how git stores its lines is known already.
        facts.embedded.clear();
        facts.carriage_return = document.facts.carriage_return;
        document.facts = facts.into();
    }
}

fn is_composed(document: &Document) -> bool {
    let facts = &document.facts;
    let is_service = facts
        .programs
        .iter()
        .any(|program| program.manager == Manager::Compose);
    document.host.is_none() && facts.left_out.is_none() && is_service
}

fn settings(document: &Document) -> Settings {
    let variables = document.facts.variables.iter();
    let set = variables.filter_map(|variable| match &variable.access {
        Access::Set(value) => Some((variable.name.clone(), value.clone())),
        Access::Read { .. } => None,
    });
    set.collect()
}
