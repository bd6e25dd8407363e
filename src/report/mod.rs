//! What was found, as people and machines read it: one model, several forms.

pub mod badge;
mod cause;
pub mod concise;
mod excerpts;
pub mod github;
pub mod gitlab;
pub mod history;
pub mod html;
pub mod json;
pub mod jsonl;
pub mod junit;
mod map;
pub mod markdown;
mod names;
mod page;
mod picture;
pub mod points;
mod processes;
pub mod rdjson;
pub mod sarif;
pub mod score;
mod secret;
mod shown;
mod sound;
mod sources;
mod style;
pub mod terminal;
mod words;
mod xml;

use crate::engine::Counts;
use crate::finding::{Finding, ProgramId, Scope, Severity};
use crate::project::Project;
use crate::readiness::{self, Mend, Points, Readiness, SetAside, Weighed};
use crate::rule::Meta;
use crate::source::Position;
use crate::suppress::Notice;
use crate::target::Target;
use crate::tree::Tree;
pub use cause::{CategoryReport, CauseReport};
pub use excerpts::{Excerpt, Excerpts};
pub use history::{History, Moment};
pub use map::{Dial, Given, Map, MapProgram, Socket};
use names::Names;
pub use page::explain;
pub use picture::{PathCount, Picture, PortReport, VariableReport};
use secret::Cover;
pub use shown::{BaselineReport, Compared, RevisionReport};
pub use sound::RuleReport;
use sources::{Sources, path_of};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
pub use style::{Palette, wrap};

/// All that a report tells.
#[derive(Debug)]
pub struct Report {
    /// The audited folder as it was named; of an absolute path the last part.
    pub root: String,
    /// What stands before each path to make it one from the working directory: nothing, or ends with `/`.
    pub prefix: String,
    /// The server.
    pub target: Target,
    /// The verdict.
    pub readiness: Readiness,
    /// The programs, in the order given.
    pub programs: Vec<ProgramReport>,
    /// The open findings, by place.
    pub findings: Vec<FindingReport>,
    /// Their root causes, the worst first.
    pub causes: Vec<CauseReport>,
    /// The causes by category, in alphabetical order.
    pub categories: Vec<CategoryReport>,
    /// What each cause adds to the sum that the score falls with, the heaviest first.
    pub points: Vec<Points>,
    /// The mends that gain most, in the order in which they are best made.
    pub mends: Vec<Mend>,
    /// Every rule, and whether it found right what it looked at, by category and id.
    pub rules: Vec<RuleReport>,
    /// What the system is and needs on the server.
    pub picture: Picture,
    /// What was set aside.
    pub aside: SetAside,
    /// What was read.
    pub files: Counts,
    /// The files that were read, by path, and who runs each.
    pub tree: BTreeMap<String, Scope>,
    /// What else is to be told.
    pub notices: Vec<NoticeReport>,
    /// What is shown of the files that findings lie in, their secrets covered; nothing where no form shows it.
    sources: BTreeMap<String, Excerpts>,
    /// What the findings were compared with.
    pub compared: Compared,
    /// How the readiness went, where that is wanted.
    pub history: Option<History>,
    /// Places above info, also those that are not shown.
    pub places: usize,
    /// Findings that are not shown, by id.
    hidden: BTreeMap<String, FindingReport>,
    /// Where the finding of an id stands in the findings.
    by_id: BTreeMap<String, usize>,
}

/// A program, and whether it starts.
#[derive(Debug, Clone)]
pub struct ProgramReport {
    /// Its name.
    pub name: String,
    /// Who starts it.
    pub source: &'static str,
    /// The user that its definition names.
    pub user: Option<String>,
    /// Whether it runs in a container.
    pub in_container: bool,
    /// Where it is defined.
    pub location: Location,
    /// Its command line.
    pub command: String,
    /// Whether it starts.
    pub start: Start,
    /// Ids of the findings that stop it, the one that it meets first in front.
    pub because: Vec<String>,
}

/// What becomes of a program on the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// It starts.
    Starts,
    /// Something stops it.
    Dies,
    /// Nothing is known to stop it, and what it runs is not Python code of the tree.
    Unknown,
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
    /// The names of the programs that it concerns, sorted. Many findings concern the same: they share the list.
    pub programs: Arc<[String]>,
    /// What a machine can write to mend it: what is taken out, and what is put there.
    pub edits: Vec<(Location, String)>,
    /// The fingerprint of the line that it stands in, blanks aside.
    pub text: String,
}

impl FindingReport {
    /// What is wrong and what to do, as one text of sentences.
    pub fn told(&self) -> String {
        let sentence = |text: &str| {
            let text = style::capitalised(text.trim_end());
            let is_ended = text.is_empty() || text.ends_with(['.', '!', '?', ':']);
            if is_ended { text } else { format!("{text}.") }
        };
        let (message, help) = (sentence(&self.finding.message), sentence(&self.finding.help));
        if help.is_empty() {
            message
        } else {
            format!("{message} {help}")
        }
    }
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
    /// What makes a path of the folder one from the working directory.
    pub prefix: String,
    /// What the pages say of all rules.
    pub rules: &'a [&'a Meta],
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
    /// What was set aside, by category.
    pub aside_by: BTreeMap<&'static str, SetAside>,
    /// The rules of which findings were set aside.
    pub silenced: BTreeSet<&'static str>,
    /// What else is to be told.
    pub notices: Vec<Notice>,
    /// The verdict.
    pub readiness: Readiness,
    /// Whether the lines of findings will be shown.
    pub has_excerpts: bool,
}

impl Report {
    /// The report of an audit.
    pub fn new(mut parts: Parts<'_>) -> Self {
        let cover = Cover::of(parts.project);
        let sources = Sources::read(&parts, &cover);
        let weighed = Weighed::of(&parts.findings);
        let grouped = cause::Grouped::of(&parts, &weighed);
        let (mut points, mends) = readiness::explain(&weighed, parts.aside, parts.rules);
        for one in &mut points {
            one.cause = cover.masked(&one.cause);
        }
        let rules = sound::rules(&parts);
        let findings = findings(
            std::mem::take(&mut parts.findings),
            parts.project,
            &sources,
            &cover,
        );
        let notices = parts.notices.iter().map(|notice| NoticeReport {
            kind: notice.kind,
            message: cover.masked(&notice.message),
            location: sources.locate(notice.place),
        });
        let notices = notices.collect();
        let causes = cause::causes(&grouped, &findings);
        let ids = findings.iter().enumerate();
        Self {
            compared: Compared::default(),
            history: None,
            places: findings
                .iter()
                .filter(|found| found.finding.severity > Severity::Info)
                .count(),
            hidden: BTreeMap::new(),
            by_id: ids.map(|(at, found)| (found.id.clone(), at)).collect(),
            programs: programs(&parts, &findings, &sources, &cover),
            categories: cause::by_category(&grouped, &causes),
            points,
            mends,
            rules,
            picture: Picture::of(parts.project),
            tree: tree(parts.project),
            causes,
            findings,
            notices,
            sources: sources.excerpts(),
            root: parts.root,
            prefix: parts.prefix,
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
            prefix: String::new(),
            target,
            readiness,
            programs: Vec::new(),
            findings: Vec::new(),
            causes: Vec::new(),
            categories: Vec::new(),
            points: Vec::new(),
            mends: Vec::new(),
            rules: Vec::new(),
            picture: Picture::default(),
            aside: SetAside::default(),
            files: Counts::default(),
            tree: BTreeMap::new(),
            notices: Vec::new(),
            sources: BTreeMap::new(),
            compared: Compared::default(),
            history: None,
            places: 0,
            hidden: BTreeMap::new(),
            by_id: BTreeMap::new(),
        }
    }

    /// The findings of a cause, the worst first.
    pub fn places<'a>(&'a self, cause: &'a CauseReport) -> impl Iterator<Item = &'a FindingReport> {
        cause.places.iter().filter_map(|at| self.findings.get(*at))
    }

    /// The worst finding of a cause, which speaks for it.
    pub fn first<'a>(&'a self, cause: &'a CauseReport) -> Option<&'a FindingReport> {
        self.places(cause).next()
    }

    /// The findings that are told: those that are only for information are, when that is wanted.
    pub fn told(&self, with_info: bool) -> impl Iterator<Item = &FindingReport> {
        let is_told = move |found: &&FindingReport| with_info || found.finding.severity > Severity::Info;
        self.findings.iter().filter(is_told)
    }

    /// The finding of this id, shown or not.
    pub fn finding(&self, id: &str) -> Option<&FindingReport> {
        let shown = self.by_id.get(id).and_then(|at| self.findings.get(*at));
        shown.or_else(|| self.hidden.get(id))
    }

    /// The lines around a byte of a file, where a finding lies in them.
    pub fn excerpt(&self, path: &str, offset: u32) -> Option<&Excerpt> {
        self.sources.get(path)?.at(offset)
    }

    /// The path of a place, from the working directory.
    pub fn path(&self, location: &Location) -> String {
        format!("{}{}", self.prefix, location.path)
    }

    /// How many programs start, die, or are not known to do either.
    pub fn programs_that(&self, start: Start) -> usize {
        let starts = self.programs.iter().map(|program| program.start);
        starts.filter(|own| *own == start).count()
    }
}

fn findings(
    found: Vec<Finding>,
    project: &Project,
    sources: &Sources<'_>,
    cover: &Cover,
) -> Vec<FindingReport> {
    let mut numbers: HashMap<(&'static str, String, String), usize> = HashMap::new();
    let mut names = Names::of(project);
    let findings = found.into_iter().map(|mut finding| {
        let location = sources.locate(finding.place);
        let key = (finding.rule, location.path.clone(), finding.cause.clone());
        let number = numbers.entry(key).or_default();
        *number += 1;
        let id = id(&finding, &location.path, *number);
        let related = std::mem::take(&mut finding.related).into_iter().map(|related| {
            let location = sources.locate(related.place);
            (cover.masked(&related.message), location)
        });
        let related = related.collect();
        for text in [
            &mut finding.message,
            &mut finding.label,
            &mut finding.help,
            &mut finding.cause,
        ] {
            cover.mask(text);
        }
        FindingReport {
            id,
            related,
            text: sources.fingerprint(finding.place),
            programs: names.list(&finding.programs),
            edits: sources.edits(&finding),
            finding,
            location,
        }
    });
    findings.collect()
}

fn programs(
    parts: &Parts<'_>,
    findings: &[FindingReport],
    sources: &Sources<'_>,
    cover: &Cover,
) -> Vec<ProgramReport> {
    let mut stopping = stopping(findings);
    let programs = parts.project.programs().map(|(id, program)| {
        let because = because(parts.project, stopping.remove(&id).unwrap_or_default(), id);
        ProgramReport {
            name: program.name.clone(),
            source: program.manager.name(),
            user: user(parts.project, id),
            in_container: program.in_container,
            location: sources.locate(program.place),
            command: cover.masked(&program.command),
            start: match (because.is_empty(), program.is_followed()) {
                (false, _) => Start::Dies,
                (true, true) => Start::Starts,
                (true, false) => Start::Unknown,
            },
            because,
        }
    });
    programs.collect()
}

/// The files of the tree that hold anything to judge.
fn tree(project: &Project) -> BTreeMap<String, Scope> {
    let files = project.documents().filter(|(_, found)| found.host.is_none());
    files
        .map(|(id, document)| (document.path.clone(), project.scope(id)))
        .collect()
}

/// The user that a program's definition names.
fn user(project: &Project, id: ProgramId) -> Option<String> {
    let (_, program) = project.definition(id)?;
    program.user.as_ref().map(|user| user.value.clone())
}

/// The findings that keep programs from starting, by program.
fn stopping(findings: &[FindingReport]) -> BTreeMap<ProgramId, Vec<&FindingReport>> {
    let mut stopping: BTreeMap<ProgramId, Vec<&FindingReport>> = BTreeMap::new();
    for found in findings.iter().filter(|found| readiness::stops(&found.finding)) {
        for program in &found.finding.programs {
            stopping.entry(*program).or_default().push(found);
        }
    }
    stopping
}

/// The ids of findings that keep a program from starting, the one that it meets first in front.
fn because(project: &Project, mut stopping: Vec<&FindingReport>, program: ProgramId) -> Vec<String> {
    stopping.sort_by_key(|found| {
        let finding = &found.finding;
        let moment = finding.moments.get(&program).map(|moment| moment + 1);
        let aside = if project.is_in_code(finding.place) {
            usize::MAX
        } else {
            0
        };
        (finding.phase, moment.unwrap_or(aside))
    });
    stopping.into_iter().map(|found| found.id.clone()).collect()
}

/// What names a finding across runs.
fn id(finding: &Finding, path: &str, number: usize) -> String {
    let number = number.to_string();
    fingerprint([finding.rule, path, &finding.cause, &number], 64)
}

/// A fingerprint of texts, of this many bits: FNV-1a, <http://www.isthe.com/chongo/tech/comp/fnv/>, short and the
/// same everywhere. Of a line it has 32: that many lines share each, so that it does not
/// give away a password that stands in one.
fn fingerprint<const N: usize>(parts: [&str; N], bits: u32) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    let digits = bits as usize / 4;
    format!("{:0digits$x}", hash >> (64 - bits))
}

#[cfg(test)]
mod tests;
