//! What was found, as people and machines read it: one model, several forms.

pub mod json;
mod page;
pub mod score;
mod style;
pub mod terminal;

use crate::engine::Counts;
use crate::finding::{Finding, Place, ProgramId};
use crate::formats;
use crate::project::Project;
use crate::readiness::{self, Readiness, SetAside};
use crate::source::{LineIndex, Position};
use crate::suppress::Notice;
use crate::target::Target;
use crate::tree::Tree;
pub use page::explain;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
pub use style::{Palette, wrap};

/// All that a report tells.
#[derive(Debug)]
pub struct Report {
    /// The audited folder as it was named; of an absolute path the last part.
    pub root: String,
    /// The server.
    pub target: Target,
    /// The verdict.
    pub readiness: Readiness,
    /// The programs, in the order given.
    pub programs: Vec<ProgramReport>,
    /// The open findings, by place.
    pub findings: Vec<FindingReport>,
    /// What was set aside.
    pub aside: SetAside,
    /// What was read.
    pub files: Counts,
    /// What else is to be told.
    pub notices: Vec<NoticeReport>,
    /// The texts of the files that findings lie in.
    pub sources: BTreeMap<String, String>,
}

/// A program, and whether it starts.
#[derive(Debug, Clone)]
pub struct ProgramReport {
    /// Its name.
    pub name: String,
    /// Who starts it.
    pub source: &'static str,
    /// Where it is defined.
    pub location: Location,
    /// Its command line.
    pub command: String,
    /// Ids of the findings that stop it; it starts when there are none.
    pub because: Vec<String>,
}

/// A finding, with its places as people name them.
#[derive(Debug, Clone)]
pub struct FindingReport {
    /// Names it across runs: made of rule, path, cause and the number among its equals, no line.
    pub id: String,
    /// What was found.
    pub finding: Finding,
    /// Where.
    pub location: Location,
    /// Other places that belong to it.
    pub related: Vec<(String, Location)>,
    /// The names of the programs that it concerns, sorted.
    pub programs: Vec<String>,
}

/// A notice and its place.
#[derive(Debug, Clone)]
pub struct NoticeReport {
    /// What it is about.
    pub kind: &'static str,
    /// What is to be told.
    pub message: String,
    /// Where.
    pub location: Location,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Where it begins.
    pub start: Position,
    /// Just behind its end.
    pub end: Position,
}

/// What a report is made of.
pub struct Parts<'a> {
    /// The audited folder as it was named.
    pub root: String,
    /// The joined facts.
    pub project: &'a Project,
    /// Where the files come from.
    pub tree: &'a dyn Tree,
    /// What was read.
    pub files: Counts,
    /// The open findings, sorted by place.
    pub findings: Vec<Finding>,
    /// What was set aside.
    pub aside: SetAside,
    /// What else is to be told.
    pub notices: Vec<Notice>,
    /// The verdict.
    pub readiness: Readiness,
}

impl Report {
    /// The report of an audit.
    pub fn new(parts: Parts<'_>) -> Self {
        let sources = Sources::read(&parts);
        let mut numbers: BTreeMap<(&str, String, String), usize> = BTreeMap::new();
        let findings: Vec<FindingReport> = parts
            .findings
            .iter()
            .map(|finding| {
                let location = sources.locate(finding.place);
                let key = (finding.rule, location.path.clone(), finding.cause.clone());
                let number = numbers.entry(key).or_default();
                *number += 1;
                FindingReport {
                    id: id(finding, &location.path, *number),
                    related: finding
                        .related
                        .iter()
                        .map(|related| (related.message.clone(), sources.locate(related.place)))
                        .collect(),
                    programs: names(parts.project, &finding.programs),
                    finding: finding.clone(),
                    location,
                }
            })
            .collect();
        let programs = parts
            .project
            .programs()
            .map(|(program_id, program)| ProgramReport {
                name: program.name.clone(),
                source: program.manager.name(),
                location: sources.locate(program.place),
                command: program.command.clone(),
                because: because(parts.project, &findings, program_id),
            })
            .collect();
        let notices = parts
            .notices
            .iter()
            .map(|notice| NoticeReport {
                kind: notice.kind,
                message: notice.message.clone(),
                location: sources.locate(notice.place),
            })
            .collect();
        Self {
            programs,
            findings,
            notices,
            sources: sources.texts(),
            root: parts.root,
            target: parts.project.target.clone(),
            readiness: parts.readiness,
            aside: parts.aside,
            files: parts.files,
        }
    }

    /// The report of a tree that is not there, or holds nothing.
    pub fn empty(root: String, target: Target, readiness: Readiness) -> Self {
        Self {
            root,
            target,
            readiness,
            programs: Vec::new(),
            findings: Vec::new(),
            aside: SetAside::default(),
            files: Counts::default(),
            notices: Vec::new(),
            sources: BTreeMap::new(),
        }
    }

    /// How many programs start.
    pub fn starting(&self) -> usize {
        let starts = |program: &&ProgramReport| program.because.is_empty();
        self.programs.iter().filter(starts).count()
    }
}

/// The findings that keep a program from starting, the one that it meets first in front.
fn because(project: &Project, findings: &[FindingReport], program: ProgramId) -> Vec<String> {
    let mut stopping: Vec<&FindingReport> = findings
        .iter()
        .filter(|found| readiness::stops(&found.finding) && found.finding.programs.contains(&program))
        .collect();
    stopping.sort_by_key(|found| {
        let finding = &found.finding;
        (finding.phase, project.moment(program, finding.place))
    });
    stopping.into_iter().map(|found| found.id.clone()).collect()
}

/// The files that places lie in, read again: after the scan nothing keeps their texts.
struct Sources<'a> {
    project: &'a Project,
    files: BTreeMap<&'a str, (String, LineIndex)>,
}

impl<'a> Sources<'a> {
    fn read(parts: &Parts<'a>) -> Self {
        let project = parts.project;
        let of_findings = parts.findings.iter().flat_map(|finding| {
            let related = finding.related.iter().map(|related| related.place);
            std::iter::once(finding.place).chain(related)
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

    fn locate(&self, place: Place) -> Location {
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

    fn texts(self) -> BTreeMap<String, String> {
        self.files
            .into_iter()
            .map(|(path, (text, _))| (path.to_owned(), text))
            .collect()
    }
}

/// The names of programs, sorted, each once: two configs may define programs of one name.
fn names(project: &Project, programs: &[ProgramId]) -> Vec<String> {
    let names: BTreeSet<&str> = programs
        .iter()
        .filter_map(|id| project.program(*id))
        .map(|program| program.name.as_str())
        .collect();
    names.into_iter().map(str::to_owned).collect()
}

fn path_of(project: &Project, place: Place) -> &str {
    project
        .document(place.document)
        .map_or("", |document| document.path.as_str())
}

/// FNV-1a, 64 bits, <http://www.isthe.com/chongo/tech/comp/fnv/>: short, and the same everywhere.
fn id(finding: &Finding, path: &str, number: usize) -> String {
    let number = number.to_string();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in [finding.rule, path, &finding.cause, &number] {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests;
