//! The pipeline: tree → documents → facts → project → findings. No policy of its own.

mod composed;
mod excluded;
mod file;
mod included;

use crate::document::Document;
use crate::facts::{Facts, ProblemKind};
use crate::finding::{Finding, Place};
use crate::project::Project;
use crate::rule::Rule;
use crate::source::Span;
use crate::target::Target;
use crate::tree::{Attributes, Tree};
pub use file::Memo;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of a file that are looked at to tell its format and whether it is text.
const HEAD: usize = 1024;
/// Bytes of stack for each thread that reads files: parsers follow nesting by recursion. Only what is
/// used of it is ever taken from the system.
pub const STACK: usize = 1 << 29;

/// Counts files while they are read, for a progress bar.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files that will be looked at.
    pub total: AtomicUsize,
    /// Files that were.
    pub done: AtomicUsize,
}

/// What was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files whose facts were extracted.
    pub scanned: usize,
    /// Files of no format that holds configuration or code.
    pub skipped: usize,
    /// Files that could not be read or decoded.
    pub unreadable: usize,
}

/// Reads a tree and joins its facts. `is_excluded` names paths that the settings leave out: their code is still
/// known to those who run it, what they define is not.
pub fn read(
    tree: &dyn Tree,
    target: Target,
    is_excluded: &(dyn Fn(&str) -> bool + Sync),
    progress: &Progress,
) -> (Project, Counts) {
    read_again(tree, target, is_excluded, progress, &Memo::default())
}

/// The same of a tree that is much like one before it: what the memo knows is not extracted anew.
pub fn read_again(
    tree: &dyn Tree,
    target: Target,
    is_excluded: &(dyn Fn(&str) -> bool + Sync),
    progress: &Progress,
    memo: &Memo,
) -> (Project, Counts) {
    let listing = tree.list();
    progress.total.store(listing.files.len(), Ordering::Relaxed);
    let attributes = Attributes::read(tree, &listing);
    let read: Vec<Vec<Document>> = listing
        .files
        .par_iter()
        .map(|entry| {
            let documents = excluded::narrowed(memo.documents(tree, entry, &attributes), is_excluded);
            progress.done.fetch_add(1, Ordering::Relaxed);
            documents
        })
        .collect();
    let mut counts = Counts {
        skipped: read.iter().filter(|file| file.is_empty()).count(),
        ..Counts::default()
    };
    let mut documents = Vec::with_capacity(read.len());
    for file in read.into_iter().filter(|file| !file.is_empty()) {
        let mut problems = file.iter().take(1).flat_map(|document| &document.facts.problems);
        if problems.any(|problem| problem.kind == ProblemKind::Unreadable) {
            counts.unreadable += 1;
        } else {
            counts.scanned += 1;
        }
        let before = u32::try_from(documents.len()).unwrap_or(u32::MAX);
        documents.extend(file.into_iter().map(|mut document| {
            if let Some(host) = &mut document.host {
                host.document.0 = host.document.0.saturating_add(before);
            }
            document
        }));
    }
    included::read(tree, &listing, &mut documents, &mut counts);
    composed::read(tree, &mut documents);
    // A finding needs a document to stand in.
    let known: BTreeSet<&str> = documents.iter().map(|document| document.path.as_str()).collect();
    let stand_ins = listing.stand_ins().filter(|path| !known.contains(path.as_str()));
    let stand_ins: Vec<Document> = stand_ins
        .map(|path| Document::plain(path, Facts::default()))
        .collect();
    documents.extend(stand_ins);
    for (path, reason) in &listing.unreadable {
        counts.unreadable += 1;
        let facts = Facts::of_problem(ProblemKind::Unreadable, reason, Span::default());
        documents.push(Document::plain(path, facts));
    }
    let project = Project::join(documents, &listing, tree, target, &memo.recall);
    (project, counts)
}

/// Every finding of `rules`, sorted by place and rule.
pub fn judge(project: &Project, rules: &[&Rule]) -> Vec<Finding> {
    let findings: Vec<Finding> = rules
        .par_iter()
        .flat_map_iter(|rule| rule.findings(project))
        .collect();
    let in_file = |finding: Finding| (project.in_file(finding.place), finding);
    let mut placed: Vec<(Place, Finding)> = findings.into_iter().map(in_file).collect();
    placed.par_sort_by(|(one, left), (other, right)| {
        (one, left.rule, &left.message).cmp(&(other, right.rule, &right.message))
    });
    placed.dedup_by(|(other, right), (one, left)| {
        let is_same = one == other && left.rule == right.rule && left.message == right.message;
        if is_same {
            // Processes of one definition, or one stage that several programs share.
            left.programs.append(&mut right.programs);
            left.programs.sort_unstable();
            left.programs.dedup();
        }
        is_same
    });
    placed.into_iter().map(|(_, finding)| finding).collect()
}
