//! The ports, programs, databases and hosts, drawn and listed.

use super::text::short;
use crate::report::{
    PathCount, Picture, PortReport, ProgramReport, Report, Start, VariableReport, processes,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Boxes in a column at most, and the height of one with the gap below it, in units of the drawing.
const BOXES: usize = 40;
const STEP: usize = 30;
/// Units above the boxes, for the columns' names.
const TOP: usize = 34;
/// Rows of a table at most.
const ROWS: usize = 200;

/// The section of ports and connections.
#[derive(Serialize)]
pub(super) struct Connections<'a> {
    drawing: Option<Drawing>,
    manifest: Option<&'a str>,
    ports: Table<PortRow<'a>>,
    databases: Table<Named<'a>>,
    hosts: Table<Named<'a>>,
    variables: Table<Variable<'a>>,
    open_to_all: &'a [String],
}

#[derive(Serialize)]
struct Table<Row> {
    rows: Vec<Row>,
    left: usize,
}

#[derive(Serialize)]
struct PortRow<'a> {
    number: u16,
    service: Option<&'a str>,
    path: &'a str,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    detail: &'a str,
    paths: &'a [String],
}

#[derive(Serialize)]
struct Variable<'a> {
    name: &'a str,
    has_default: bool,
    paths: &'a [String],
}

#[derive(Serialize)]
struct Drawing {
    height: usize,
    programs: Vec<Program>,
    ports: Vec<Node>,
    others: Vec<Node>,
    left: Vec<String>,
}

/// A program, and its lines to the boxes at its sides.
#[derive(Serialize)]
struct Program {
    state: &'static str,
    of: Node,
    lines: Vec<Line>,
}

/// A box of a column, from its top.
#[derive(Serialize, Clone)]
struct Node {
    y: usize,
    kind: &'static str,
    text: String,
    title: String,
}

/// A line from the height of a box at one side to that of a program's box.
#[derive(Serialize)]
struct Line {
    side: &'static str,
    from: usize,
    to: usize,
}

/// Something beside the programs: a box, and the rows of the programs that it belongs to.
struct Beside {
    kind: &'static str,
    text: String,
    title: String,
    rows: BTreeSet<usize>,
}

impl<'a> Connections<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let picture = &report.picture;
        Self {
            drawing: drawing(report),
            manifest: picture.manifest.as_deref(),
            ports: table(&picture.ports, |port| PortRow {
                number: port.number,
                service: port.service.as_deref(),
                path: &port.path,
            }),
            databases: table(&picture.databases, named),
            hosts: table(&picture.hosts, named),
            variables: table(&picture.variables, |read: &VariableReport| Variable {
                name: &read.name,
                has_default: read.has_default,
                paths: &read.paths,
            }),
            open_to_all: &picture.open_to_all,
        }
    }
}

fn table<'a, Of, Row>(all: &'a [Of], row: impl Fn(&'a Of) -> Row) -> Table<Row> {
    Table {
        rows: all.iter().take(ROWS).map(row).collect(),
        left: all.len().saturating_sub(ROWS),
    }
}

fn named(one: &PathCount) -> Named<'_> {
    Named {
        name: &one.name,
        detail: &one.detail,
        paths: &one.paths,
    }
}

fn drawing(report: &Report) -> Option<Drawing> {
    let picture = &report.picture;
    let rows = processes::rows(&report.programs);
    if rows.is_empty()
        || (picture.ports.is_empty() && picture.databases.is_empty() && picture.hosts.is_empty())
    {
        return None;
    }
    let row_of = row_of(report, &rows);
    let shown = rows.len().min(BOXES);
    let mut left = Vec::new();
    let ports = placed(ports(picture, &rows, &row_of), "ports", &mut left);
    let others = placed(others(picture, &row_of), "databases and hosts", &mut left);
    if rows.len() > shown {
        left.push(format!("{} more programs", rows.len() - shown));
    }
    let tallest = shown.max(ports.len()).max(others.len());
    let start = |number: usize| TOP + (tallest - number) * STEP / 2;
    let (first, first_port, first_other) = (start(shown), start(ports.len()), start(others.len()));
    let programs = rows.iter().take(shown).enumerate().map(|(row, (program, name))| {
        let y = first + row * STEP;
        let lines = |all: &[Beside], top: usize, side: &'static str| -> Vec<Line> {
            let own = all
                .iter()
                .enumerate()
                .filter(|(_, beside)| beside.rows.contains(&row));
            own.map(|(at, _)| Line {
                side,
                from: top + at * STEP + 12,
                to: y + 12,
            })
            .collect()
        };
        let mut all = lines(&ports, first_port, "port");
        all.extend(lines(&others, first_other, "other"));
        Program {
            state: state(program),
            of: program_box(program, name, y),
            lines: all,
        }
    });
    Some(Drawing {
        height: TOP + tallest * STEP + 4,
        programs: programs.collect(),
        ports: boxes(&ports, first_port),
        others: boxes(&others, first_other),
        left,
    })
}

fn program_box(program: &ProgramReport, name: &str, y: usize) -> Node {
    Node {
        y,
        kind: "program",
        text: short(name, 30),
        title: short(&format!("{name}: {}", state(program)), 200),
    }
}

fn state(program: &ProgramReport) -> &'static str {
    match program.start {
        Start::Starts => "starts",
        Start::Dies => "dies",
        Start::Unknown => "unknown",
    }
}

/// By the position of a program in the report: its row.
fn row_of(report: &Report, rows: &[(&ProgramReport, String)]) -> Vec<usize> {
    let mut row = 0;
    let mut of = Vec::with_capacity(report.programs.len());
    for program in &report.programs {
        // The rows are runs of the programs, and each holds its first.
        let is_next = rows
            .get(row + 1)
            .is_some_and(|(first, _)| std::ptr::eq(*first, program));
        row += usize::from(is_next);
        of.push(row);
    }
    of
}

fn rows_reaching(picture: &Picture, row_of: &[usize], paths: &[String]) -> BTreeSet<usize> {
    let reaching = paths
        .iter()
        .filter_map(|path| picture.reached.get(path))
        .flatten();
    reaching
        .filter_map(|program| row_of.get(*program).copied())
        .collect()
}

/// The ports, each with the program of its service's name; without one, with those that reach where it is bound.
fn ports(picture: &Picture, rows: &[(&ProgramReport, String)], row_of: &[usize]) -> Vec<Beside> {
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    for (row, (program, _)) in rows.iter().enumerate() {
        by_name.entry(plain(&program.name)).or_insert(row);
    }
    let ports = picture.ports.iter().map(|port: &PortReport| {
        let by_name = port
            .service
            .as_deref()
            .and_then(|service| by_name.get(&plain(service)));
        let rows = match by_name {
            Some(row) => BTreeSet::from([*row]),
            None if port.is_bound => rows_reaching(picture, row_of, std::slice::from_ref(&port.path)),
            None => BTreeSet::new(),
        };
        let service = port.service.as_deref().unwrap_or_default();
        Beside {
            kind: "port",
            text: short(format!("{} {service}", port.number).trim_end(), 22),
            title: short(&format!("Port {} {service} ({})", port.number, port.path), 200),
            rows,
        }
    });
    ports.collect()
}

/// The name of a service without what its writers differ in.
fn plain(name: &str) -> String {
    let name = name.rsplit(':').next().unwrap_or(name);
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

fn others(picture: &Picture, row_of: &[usize]) -> Vec<Beside> {
    let beside = |kind: &'static str, one: &PathCount| Beside {
        kind,
        text: short(&one.name, 28),
        title: short(&format!("{} ({})", one.name, one.paths.join(", ")), 200),
        rows: rows_reaching(picture, row_of, &one.paths),
    };
    let databases = picture.databases.iter().map(|one| beside("database", one));
    let hosts = picture.hosts.iter().map(|one| beside("host", one));
    databases.chain(hosts).collect()
}

/// As many as fit; those that belong to programs come first when not all do, and then stand as high as their
/// programs, so that few lines cross.
fn placed(mut all: Vec<Beside>, what: &str, left: &mut Vec<String>) -> Vec<Beside> {
    if all.len() > BOXES {
        all.sort_by_key(|beside| beside.rows.is_empty());
        left.push(format!("{} more {what}", all.len() - BOXES));
        all.truncate(BOXES);
    }
    all.sort_by_key(|beside| {
        let sum: usize = beside.rows.iter().sum();
        (sum * 1000).checked_div(beside.rows.len()).unwrap_or(usize::MAX)
    });
    all
}

fn boxes(all: &[Beside], first: usize) -> Vec<Node> {
    let boxes = all.iter().enumerate().map(|(at, beside)| Node {
        y: first + at * STEP,
        kind: beside.kind,
        text: beside.text.clone(),
        title: beside.title.clone(),
    });
    boxes.collect()
}
