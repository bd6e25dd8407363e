//! Where places are, as people name them.

use super::secret::Cover;
use super::{Location, Parts};
use crate::facts::{Secret, SettingValue};
use crate::finding::Place;
use crate::formats;
use crate::project::Project;
use crate::source::{LineIndex, Position, Span};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The files that places lie in, read again: after the scan nothing keeps their texts.
pub(super) struct Sources<'a> {
    project: &'a Project,
    files: BTreeMap<&'a str, (String, LineIndex)>,
}

impl<'a> Sources<'a> {
    pub(super) fn read(parts: &Parts<'a>) -> Self {
        let project = parts.project;
        let of_findings = parts.findings.iter().flat_map(|finding| {
            let related = finding.related.iter().map(|related| related.place);
            let edits = finding.edits.iter().map(|edit| edit.place);
            std::iter::once(finding.place).chain(related).chain(edits)
        });
        let of_programs = project.programs().map(|(_, program)| program.place);
        let of_notices = parts.notices.iter().map(|notice| notice.place);
        let paths: BTreeSet<&str> = of_findings
            .chain(of_programs)
            .chain(of_notices)
            .map(|place| path_of(project, project.in_file(place)))
            .collect();
        let files: Vec<_> = paths
            .into_par_iter()
            .map(|path| {
                // What cannot be read or decoded has a finding that says so, and no lines to show.
                let bytes = parts.tree.read(path).unwrap_or_default();
                let lossy = String::from_utf8_lossy(&bytes).into_owned();
                let text = formats::decode(bytes).unwrap_or(lossy);
                // Nobody reads the lines of a picture or a database.
                let text = if text.contains('\0') { String::new() } else { text };
                let lines = LineIndex::new(&text);
                (path, (text, lines))
            })
            .collect();
        Self {
            project,
            files: files.into_iter().collect(),
        }
    }

    pub(super) fn locate(&self, place: Place) -> Location {
        let place = self.project.in_file(place);
        let path = path_of(self.project, place);
        let position = |offset| match self.files.get(path) {
            Some((text, lines)) => lines.position(text, offset),
            None => Position {
                line: 1,
                column: 1,
                offset: 0,
            },
        };
        Location {
            path: path.to_owned(),
            start: position(place.span.start),
            end: position(place.span.end),
        }
    }

    /// The line that a place begins in, each run of blanks as one. Nothing of a place that is a whole file.
    pub(super) fn line(&self, place: Place) -> String {
        let place = self.project.in_file(place);
        let Some((text, _)) = self.files.get(path_of(self.project, place)) else {
            return String::new();
        };
        let at = place.span.start as usize;
        let (Some(before), Some(behind)) = (text.get(..at), text.get(at..)) else {
            return String::new();
        };
        if place.span == Span::default() {
            return String::new();
        }
        let before = before.rsplit('\n').next().unwrap_or_default();
        let behind = behind.split('\n').next().unwrap_or_default();
        let line = format!("{before}{behind}");
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The texts, their secrets made unreadable, byte for byte as long as they were.
    pub(super) fn texts(mut self, cover: &Cover) -> BTreeMap<String, String> {
        self.cover_passwords();
        self.files
            .into_iter()
            .map(|(path, (text, _))| (path.to_owned(), cover.blotted(&text)))
            .collect()
    }

    /// Covers the passwords and keys that the facts know of, whatever they look like and wherever in their line
    /// they stand.
    fn cover_passwords(&mut self) {
        let links = self.project.links().iter();
        let of_links = links.filter_map(|link| {
            let part = link.parts.password.as_ref()?;
            Some((link.at(part.span), part.value?))
        });
        let documents = self.project.documents();
        let of_settings = documents.flat_map(|(document, found)| {
            found.facts.settings.iter().filter_map(move |setting| {
                let SettingValue::Secret(secret) = setting.value else {
                    return None;
                };
                let span = setting.span;
                Some((Place { document, span }, secret))
            })
        });
        for (place, secret) in of_links.chain(of_settings) {
            let place = self.project.in_file(place);
            if let Some((text, _)) = self.files.get_mut(path_of(self.project, place)) {
                cover(text, place.span.start as usize, place.span.end as usize, &secret);
            }
        }
    }
}

/// How many bytes behind its name a secret is looked for.
const NEAR: usize = 400;

/// Covers a secret between `start` and the end of the line that `end` is in.
fn cover(text: &mut String, start: usize, end: usize, secret: &Secret) {
    let line_end = text
        .get(end..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |at| end + at);
    let last = line_end.min(end.saturating_add(NEAR));
    let mut from = start;
    while from < last {
        let window = text
            .get(from..last)
            .and_then(|rest| rest.char_indices().nth(secret.length()));
        let to = window.map_or(last, |(at, _)| from + at);
        match text.get(from..to) {
            Some(written) if secret.is(written) => {
                text.replace_range(from..to, &"*".repeat(to - from));
                from = to;
            }
            _ => from += 1,
        }
    }
}

/// The path of the document that a place lies in.
pub(super) fn path_of(project: &Project, place: Place) -> &str {
    project
        .document(place.document)
        .map_or("", |document| document.path.as_str())
}
