//! Where places are, as people name them.

use super::excerpts::Excerpts;
use super::secret::Cover;
use super::{Location, Parts, fingerprint};
use crate::facts::{Secret, SettingValue};
use crate::finding::{Finding, Place};
use crate::formats;
use crate::project::Project;
use crate::source::{LineIndex, Position, Span};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// What there is to tell of the files that places lie in. They are read again, each by itself, and nothing is kept
/// of their texts but the lines that will be shown.
pub(super) struct Sources<'a> {
    project: &'a Project,
    files: BTreeMap<&'a str, Source>,
}

/// What is asked of one file.
#[derive(Default)]
struct Asked<'a> {
    /// Where places begin and end.
    offsets: Vec<u32>,
    /// Where findings lie.
    findings: Vec<Span>,
    /// The passwords and keys that the facts know of, near these places.
    secrets: Vec<(Span, &'a Secret)>,
}

/// The answers, each in rising order.
#[derive(Default)]
struct Source {
    positions: Vec<(u32, Position)>,
    /// The fingerprint of the line at an offset.
    lines: Vec<(u32, String)>,
    excerpts: Excerpts,
}

impl<'a> Sources<'a> {
    pub(super) fn read(parts: &Parts<'a>, cover: &Cover) -> Self {
        let project = parts.project;
        let files = asked(parts).into_par_iter().map(|(path, asked)| {
            // What cannot be read or decoded has a finding that says so, and no lines to show.
            let bytes = parts.tree.read(path).unwrap_or_default();
            // Nobody reads the lines of a picture or a database; others are told as far as they can be.
            let text = formats::decode(bytes).unwrap_or_else(|_| {
                let bytes = parts.tree.read(path).unwrap_or_default();
                String::from_utf8_lossy(&bytes).into_owned()
            });
            let text = if text.contains('\0') { String::new() } else { text };
            let mut source = Source::of(&text, &asked);
            if parts.has_excerpts {
                source.excerpts = Excerpts::of(&hidden(text, &asked, cover), &asked.findings);
            }
            (path, source)
        });
        Self {
            project,
            files: files.collect::<Vec<_>>().into_iter().collect(),
        }
    }

    /// The edits of a finding, where they are in files as they stand: text inside of another text may be written there
    /// in another way.
    pub(super) fn edits(&self, finding: &Finding) -> Vec<(Location, String)> {
        let is_plain = |place: Place| {
            let document = self.project.document(place.document);
            document.is_some_and(|document| document.host.is_none())
        };
        if !finding.edits.iter().all(|edit| is_plain(edit.place)) {
            return Vec::new();
        }
        let edits = finding.edits.iter();
        edits
            .map(|edit| (self.locate(edit.place), edit.text.clone()))
            .collect()
    }

    pub(super) fn locate(&self, place: Place) -> Location {
        let place = self.project.in_file(place);
        let path = path_of(self.project, place);
        let position = |offset| {
            let known = self.files.get(path).and_then(|source| {
                let at = source.positions.binary_search_by_key(&offset, |(at, _)| *at);
                source.positions.get(at.ok()?)
            });
            known.map_or(
                Position {
                    line: 1,
                    column: 1,
                    offset: 0,
                },
                |(_, position)| *position,
            )
        };
        Location {
            path: path.to_owned(),
            start: position(place.span.start),
            end: position(place.span.end),
        }
    }

    /// The fingerprint of the line that a place begins in, whatever its blanks. Nothing of an empty line, or of a
    /// place that is a whole file.
    pub(super) fn fingerprint(&self, place: Place) -> String {
        let place = self.project.in_file(place);
        if place.span == Span::default() {
            return String::new();
        }
        let known = self.files.get(path_of(self.project, place)).and_then(|source| {
            let at = source
                .lines
                .binary_search_by_key(&place.span.start, |(at, _)| *at);
            source.lines.get(at.ok()?)
        });
        known.map_or_else(String::new, |(_, line)| line.clone())
    }

    /// The lines to show, by path.
    pub(super) fn excerpts(self) -> BTreeMap<String, Excerpts> {
        let files = self.files.into_iter();
        files
            .map(|(path, source)| (path.to_owned(), source.excerpts))
            .collect()
    }
}

/// What is asked of each file, by path.
fn asked<'a>(parts: &Parts<'a>) -> BTreeMap<&'a str, Asked<'a>> {
    let project = parts.project;
    let mut all: BTreeMap<&str, Asked<'_>> = BTreeMap::new();
    let mut locate = |place: Place, is_finding: bool| {
        let place = project.in_file(place);
        let asked = all.entry(path_of(project, place)).or_default();
        asked.offsets.extend([place.span.start, place.span.end]);
        if is_finding {
            asked.findings.push(place.span);
        }
    };
    for finding in &parts.findings {
        locate(finding.place, true);
        for related in &finding.related {
            locate(related.place, false);
        }
        // Where reviewdog has the text to write counts bytes, so its line is kept too.
        for edit in &finding.edits {
            locate(edit.place, true);
        }
    }
    for (_, program) in project.programs() {
        locate(program.place, false);
    }
    for notice in &parts.notices {
        locate(notice.place, false);
    }
    if parts.has_excerpts {
        for (place, secret) in secrets(project) {
            let place = project.in_file(place);
            if let Some(asked) = all.get_mut(path_of(project, place)) {
                asked.secrets.push((place.span, secret));
            }
        }
    }
    all
}

/// The passwords and keys that the facts know of, whatever they look like and wherever in their line they stand.
fn secrets(project: &Project) -> impl Iterator<Item = (Place, &Secret)> {
    let of_links = project.links().iter().filter_map(|link| {
        let part = link.parts.password.as_ref()?;
        Some((link.at(part.span), part.value.as_ref()?))
    });
    let of_settings = project.documents().flat_map(|(document, found)| {
        found.facts.settings.iter().filter_map(move |setting| {
            let SettingValue::Secret(secret) = &setting.value else {
                return None;
            };
            let span = setting.span;
            Some((Place { document, span }, secret))
        })
    });
    of_links.chain(of_settings)
}

impl Source {
    fn of(text: &str, asked: &Asked<'_>) -> Self {
        let lines = LineIndex::new(text);
        let mut offsets = asked.offsets.clone();
        offsets.sort_unstable();
        offsets.dedup();
        let positions = offsets.into_iter().map(|at| (at, lines.position(text, at)));
        Self {
            positions: positions.collect(),
            lines: fingerprints(text, &asked.findings),
            excerpts: Excerpts::default(),
        }
    }
}

/// The fingerprints of the lines that these places begin in, each run of blanks as one.
fn fingerprints(text: &str, places: &[Span]) -> Vec<(u32, String)> {
    let mut offsets: Vec<u32> = places.iter().map(|span| span.start).collect();
    offsets.sort_unstable();
    offsets.dedup();
    // Many places may lie in one long line.
    let mut latest: Option<(Range<usize>, String)> = None;
    let mut known = Vec::with_capacity(offsets.len());
    for offset in offsets {
        let at = offset as usize;
        if !text.is_char_boundary(at) {
            continue;
        }
        let is_in = |(line, _): &(Range<usize>, String)| line.start <= at && at <= line.end;
        if !latest.as_ref().is_some_and(is_in) {
            let line = line_at(text, at);
            let words: Vec<&str> = text[line.clone()].split_whitespace().collect();
            let mark = match words.join(" ") {
                words if words.is_empty() => String::new(),
                words => fingerprint([words.as_str()], 32),
            };
            latest = Some((line, mark));
        }
        if let Some((_, mark)) = &latest {
            known.push((offset, mark.clone()));
        }
    }
    known
}

/// The text, its secrets made unreadable, byte for byte as long as it was.
fn hidden(mut text: String, asked: &Asked<'_>, cover: &Cover) -> String {
    for (span, secret) in &asked.secrets {
        cover_near(&mut text, span.start as usize, span.end as usize, secret);
    }
    cover.blotted(&text)
}

/// How many bytes behind its name a secret is looked for.
const NEAR: usize = 400;

/// Covers a secret between `start` and the end of the line that `end` is in.
fn cover_near(text: &mut String, start: usize, end: usize, secret: &Secret) {
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

/// The bytes of the line that an offset lies in, without its end.
pub(super) fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    start..end
}

/// The path of the document that a place lies in.
pub(super) fn path_of(project: &Project, place: Place) -> &str {
    project
        .document(place.document)
        .map_or("", |document| document.path.as_str())
}
