//! Requirements files that include others: which of them are not known as such by name, and which go round in
//! circles.

use super::modules::folder_of;
use super::paths::resolve;
use crate::document::Document;
use crate::facts::{PathUse, Purpose};
use crate::finding::{DocumentId, Place};
use crate::formats::Format;
use std::collections::{BTreeMap, BTreeSet};

/// An inclusion that leads back to a file which is being read.
#[derive(Debug, Clone)]
pub struct Circle {
    /// The line that includes it.
    pub place: Place,
    /// The file that it leads back to.
    pub path: String,
}

/// The files that requirements files, scripts and builds have pip read, and that no document is of yet.
pub fn unread_requirements(documents: &[Document], has_file: &dyn Fn(&str) -> bool) -> BTreeSet<String> {
    let known: BTreeSet<&str> = documents.iter().map(|document| document.path.as_str()).collect();
    let mut found = BTreeSet::new();
    for document in documents {
        if !matches!(
            document.format,
            Format::Requirements | Format::Shell | Format::Docker
        ) {
            continue;
        }
        let here = if document.host.is_some() {
            ""
        } else {
            folder_of(&document.path)
        };
        for read in reads(document).filter(|read| is_list(&read.path)) {
            let seen = [here, ""].map(|folder| resolve(folder, &read.path));
            let path = seen.into_iter().flatten().find(|path| has_file(path));
            found.extend(path.filter(|path| !known.contains(path.as_str())));
        }
    }
    found
}

/// Every inclusion that ends in a circle, one for each circle.
pub(super) fn circles(documents: &[Document]) -> Vec<Circle> {
    let files: BTreeMap<&str, DocumentId> = (0..)
        .map(DocumentId)
        .zip(documents)
        .filter(|(_, document)| document.format == Format::Requirements)
        .map(|(id, document)| (document.path.as_str(), id))
        .collect();
    let includes = |id: DocumentId| -> Vec<(Place, DocumentId)> {
        let document = &documents[id.0 as usize];
        let folder = folder_of(&document.path);
        let found = reads(document).filter_map(|read| {
            let other = *files.get(resolve(folder, &read.path)?.as_str())?;
            let span = read.span;
            Some((Place { document: id, span }, other))
        });
        found.collect()
    };
    let mut found = Vec::new();
    let (mut done, mut open) = (BTreeSet::new(), BTreeSet::new());
    // The file nearest to the root is the one that is installed.
    let mut starts: Vec<(&str, DocumentId)> = files.iter().map(|(path, id)| (*path, *id)).collect();
    starts.sort_by_key(|(path, _)| path.matches('/').count());
    for (_, start) in starts {
        // Each file with the inclusions that are still to be followed.
        let mut stack = Vec::new();
        if done.insert(start) {
            open.insert(start);
            stack.push((start, includes(start)));
        }
        while let Some((id, rest)) = stack.last_mut() {
            match rest.pop() {
                None => {
                    open.remove(id);
                    stack.pop();
                }
                Some((place, other)) if open.contains(&other) => found.push(Circle {
                    place,
                    path: documents[other.0 as usize].path.clone(),
                }),
                Some((_, other)) => {
                    if done.insert(other) {
                        open.insert(other);
                        stack.push((other, includes(other)));
                    }
                }
            }
        }
    }
    found
}

fn reads(document: &Document) -> impl Iterator<Item = &PathUse> {
    let paths = document.facts.paths.iter();
    paths.filter(|path| path.purpose == Purpose::Reads)
}

/// Whether a name is one that a list of requirements may have; a shell script reads others.
fn is_list(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(
        name.rsplit_once('.'),
        Some((_, "txt" | "in" | "pip" | "req" | "reqs"))
    )
}
