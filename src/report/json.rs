//! Version 1 of the machine-readable report. `schema/report.v1.schema.json` describes it; what it says
//! is a promise, so these views are kept apart from the types of the program.

use super::{
    BaselineReport, CategoryReport, FindingReport, Location, NoticeReport, PathCount, Picture, PortReport,
    ProgramReport, Report, RuleReport, Start, VariableReport,
};
use crate::readiness::{self, Points, SetAside, Tally};
use crate::source::Position;
use serde::{Serialize, Serializer};
use std::io;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    root: &'a str,
    target: Target<'a>,
    readiness: Readiness<'a>,
    programs: Vec<Program<'a>>,
    findings: Findings<'a>,
    suppressed: Severities,
    files: Files,
    notices: Vec<Notice<'a>>,
    baseline: Option<Baseline<'a>>,
    changed_since: Option<ChangedSince<'a>>,
    sound: Vec<Sound<'a>>,
    categories: Vec<Category>,
    causes: Vec<Cause<'a>>,
    deployment: Deployment<'a>,
}

#[derive(Serialize)]
struct Sound<'a> {
    rule: &'a str,
    category: &'a str,
    statement: String,
    count: usize,
    paths: &'a [String],
}

#[derive(Serialize)]
struct Category {
    name: &'static str,
    verdict: &'static str,
    score: u8,
    causes: Causes,
    effort_minutes: [u32; 2],
}

#[derive(Serialize)]
struct Baseline<'a> {
    known: usize,
    stale: Vec<Stale<'a>>,
}

#[derive(Serialize)]
struct Stale<'a> {
    path: &'a str,
    rule: &'a str,
    subject: &'a str,
}

#[derive(Serialize)]
struct ChangedSince<'a> {
    revision: &'a str,
    unchanged: usize,
}

#[derive(Serialize)]
struct Cause<'a> {
    #[serde(rename = "cause")]
    key: &'a str,
    rule: &'a str,
    severity: &'static str,
    confidence: &'static str,
    places: usize,
    programs: usize,
    points: f64,
    score_without: u8,
    effort_minutes: [u32; 2],
}

#[derive(Serialize)]
struct Deployment<'a> {
    manifest: Option<&'a str>,
    ports: Vec<Port<'a>>,
    hosts: Vec<Named<'a>>,
    databases: Vec<Named<'a>>,
    variables: Vec<Variable<'a>>,
    requirements: &'a [String],
}

#[derive(Serialize)]
struct Port<'a> {
    number: u16,
    service: Option<&'a str>,
    bound: bool,
    path: &'a str,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    paths: &'a [String],
}

#[derive(Serialize)]
struct Variable<'a> {
    name: &'a str,
    default: bool,
    paths: &'a [String],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Target<'a> {
    os: &'a str,
    python: String,
    root: Option<&'a str>,
    user: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Readiness<'a> {
    model: u32,
    verdict: &'static str,
    score: Option<u8>,
    reason: Option<&'a str>,
    effort_minutes: [u32; 2],
    causes: Causes,
    programs: Programs,
}

#[derive(Serialize)]
struct Causes {
    blocker: usize,
    major: usize,
    minor: usize,
}

#[derive(Serialize)]
struct Programs {
    total: usize,
    starting: usize,
    unknown: usize,
}

#[derive(Serialize)]
struct Severities {
    blocker: usize,
    major: usize,
    minor: usize,
    info: usize,
    lowered: usize,
    excluded: usize,
}

#[derive(Serialize)]
struct Files {
    scanned: usize,
    skipped: usize,
    unreadable: usize,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Program<'a> {
    name: &'a str,
    source: &'a str,
    path: &'a str,
    range: Range,
    command: &'a str,
    starts: Option<bool>,
    because: &'a [String],
}

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    id: &'a str,
    rule: &'a str,
    category: &'a str,
    severity: &'a str,
    confidence: &'a str,
    scope: &'a str,
    cause: &'a str,
    message: &'a str,
    path: &'a str,
    range: Range,
    related: Vec<Related<'a>>,
    programs: &'a [String],
    help: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    path: &'a str,
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Notice<'a> {
    kind: &'a str,
    message: &'a str,
    path: &'a str,
    range: Range,
}

/// The findings, each made when it is written: there may be many.
struct Findings<'a>(&'a [FindingReport]);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(finding))
    }
}

/// The document, with a line end.
///
/// # Errors
/// In the words of the writer; text and numbers cannot fail to be written.
pub fn render(report: &Report) -> Result<String, String> {
    let mut text = Vec::new();
    write(report, &mut text).map_err(|error| error.to_string())?;
    String::from_utf8(text).map_err(|error| error.to_string())
}

/// Writes the document as it is made, so that nobody holds the whole of it.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, mut to: impl io::Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        tool: Tool {
            name: "audit",
            version: env!("CARGO_PKG_VERSION"),
        },
        root: &report.root,
        target: Target {
            os: &report.target.os,
            python: report.target.python.to_string(),
            root: report.target.root.as_deref(),
            user: report.target.user.as_deref(),
        },
        readiness: readiness_of(report),
        programs: report.programs.iter().map(program).collect(),
        findings: Findings(&report.findings),
        suppressed: suppressed(report.aside),
        files: Files {
            scanned: report.files.scanned,
            skipped: report.files.skipped,
            unreadable: report.files.unreadable,
        },
        notices: report.notices.iter().map(notice).collect(),
        baseline: report.compared.baseline.as_ref().map(baseline),
        changed_since: report.compared.revision.as_ref().map(|revision| ChangedSince {
            revision: &revision.name,
            unchanged: revision.unchanged,
        }),
        sound: report.rules.iter().filter_map(sound).collect(),
        categories: report.categories.iter().map(category).collect(),
        causes: report.points.iter().map(cause).collect(),
        deployment: deployment(&report.picture),
    };
    serde_json::to_writer_pretty(&mut to, &document)?;
    to.write_all(b"\n")
}

/// The verdict.
pub(super) fn readiness_of(report: &Report) -> Readiness<'_> {
    let readiness = &report.readiness;
    Readiness {
        model: readiness::MODEL,
        verdict: readiness.verdict.name(),
        score: readiness.score,
        reason: readiness.reason,
        effort_minutes: readiness.effort,
        causes: causes(&readiness.causes),
        programs: Programs {
            total: report.programs.len(),
            starting: report.programs_that(Start::Starts),
            unknown: report.programs_that(Start::Unknown),
        },
    }
}

fn causes(tally: &Tally) -> Causes {
    Causes {
        blocker: tally.blocker,
        major: tally.major,
        minor: tally.minor,
    }
}

fn sound(rule: &RuleReport) -> Option<Sound<'_>> {
    let statement = format!("{}: {}", rule.looked_at()?, rule.sound()?);
    let evidence = rule.evidence.as_ref()?;
    Some(Sound {
        rule: rule.meta.id,
        category: rule.meta.category,
        statement,
        count: evidence.count,
        paths: &evidence.paths,
    })
}

fn category(category: &CategoryReport) -> Category {
    Category {
        name: category.name,
        verdict: category.verdict.name(),
        score: category.score,
        causes: causes(&category.causes),
        effort_minutes: category.effort,
    }
}

fn baseline(baseline: &BaselineReport) -> Baseline<'_> {
    let stale = baseline.stale.iter();
    Baseline {
        known: baseline.known.len(),
        stale: stale
            .map(|[path, rule, subject]| Stale { path, rule, subject })
            .collect(),
    }
}

fn cause(points: &Points) -> Cause<'_> {
    Cause {
        key: &points.cause,
        rule: &points.rule,
        severity: points.severity.name(),
        confidence: points.confidence.name(),
        places: points.places,
        programs: points.programs,
        // Two digits are what the page shows.
        points: (points.points * 100.0).round() / 100.0,
        score_without: points.alone.1,
        effort_minutes: points.effort,
    }
}

fn deployment(picture: &Picture) -> Deployment<'_> {
    Deployment {
        manifest: picture.manifest.as_deref(),
        ports: picture.ports.iter().map(port).collect(),
        hosts: picture.hosts.iter().map(named).collect(),
        databases: picture.databases.iter().map(named).collect(),
        variables: picture.variables.iter().map(variable).collect(),
        requirements: &picture.requirements,
    }
}

fn named(row: &PathCount) -> Named<'_> {
    Named {
        name: &row.name,
        paths: &row.paths,
    }
}

fn port(port: &PortReport) -> Port<'_> {
    Port {
        number: port.number,
        service: port.service.as_deref(),
        bound: port.is_bound,
        path: &port.path,
    }
}

fn variable(variable: &VariableReport) -> Variable<'_> {
    Variable {
        name: &variable.name,
        default: variable.has_default,
        paths: &variable.paths,
    }
}

fn suppressed(aside: SetAside) -> Severities {
    let tally = aside.findings;
    Severities {
        blocker: tally.blocker,
        major: tally.major,
        minor: tally.minor,
        info: tally.info,
        lowered: aside.lowered,
        excluded: aside.excluded,
    }
}

fn program(program: &ProgramReport) -> Program<'_> {
    Program {
        name: &program.name,
        source: program.source,
        path: &program.location.path,
        range: range(&program.location),
        command: &program.command,
        starts: match program.start {
            Start::Starts => Some(true),
            Start::Dies => Some(false),
            Start::Unknown => None,
        },
        because: &program.because,
    }
}

/// One finding.
pub(super) fn finding(report: &FindingReport) -> Finding<'_> {
    let finding = &report.finding;
    let related = report.related.iter().map(|(message, location)| Related {
        message,
        path: &location.path,
        range: range(location),
    });
    let edits = report.edits.iter().map(|(location, text)| Edit {
        path: &location.path,
        range: range(location),
        text,
    });
    Finding {
        id: &report.id,
        rule: finding.rule,
        category: finding.category,
        severity: finding.severity.name(),
        confidence: finding.confidence.name(),
        scope: finding.scope.name(),
        cause: &finding.cause,
        message: &finding.message,
        path: &report.location.path,
        range: range(&report.location),
        related: related.collect(),
        programs: &report.programs,
        help: &finding.help,
        edits: edits.collect(),
    }
}

fn notice(notice: &NoticeReport) -> Notice<'_> {
    Notice {
        kind: notice.kind,
        message: &notice.message,
        path: &notice.location.path,
        range: range(&notice.location),
    }
}

fn range(location: &Location) -> Range {
    Range {
        start: point(location.start),
        end: point(location.end),
    }
}

fn point(position: Position) -> Point {
    Point {
        line: position.line,
        column: position.column,
        offset: position.offset,
    }
}
