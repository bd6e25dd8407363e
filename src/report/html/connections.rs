//! The ports, programs, databases and hosts, drawn and listed.

use super::text::short;
use crate::report::{PathCount, Picture, ProgramReport, Report, Start, VariableReport, processes};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// So many programs are all drawn; of more, those that have a port or a connection.
const ALL: usize = 24;
/// Programs that are drawn at most, and databases and hosts.
const ROWS_DRAWN: usize = 60;
const COLUMNS: usize = 22;
/// Units from one row to the next, and above the first, for the names of the columns.
const STEP: usize = 30;
const TOP: usize = 122;
/// Where the first column stands, how wide all of them may be, and each.
const FIRST: usize = 430;
const WIDTH: usize = 380;
const WIDEST: usize = 38;
/// Characters of what is shown when a mouse rests.
const TITLE: usize = 200;
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

/// Programs one below the other, their ports in front, and a column for each database and host, with a dot where a
/// program's code names it. Lengths are units of the drawing.
#[derive(Serialize)]
struct Drawing {
    top: usize,
    height: usize,
    rows: Vec<Row>,
    columns: Vec<Column>,
    /// Ports of no program that is known by its service's name.
    loose: Vec<String>,
    /// Databases and hosts that no program's code names.
    unreached: Vec<String>,
    left: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    y: usize,
    state: &'static str,
    name: String,
    title: String,
    ports: Option<String>,
    dots: Vec<Dot>,
}

#[derive(Serialize)]
struct Dot {
    x: usize,
    kind: &'static str,
}

#[derive(Serialize)]
struct Column {
    x: usize,
    bottom: usize,
    kind: &'static str,
    name: String,
    title: String,
}

/// A database or host, and the rows of the programs whose code names it.
struct Beside<'a> {
    kind: &'static str,
    of: &'a PathCount,
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
    let programs = processes::rows(&report.programs);
    let is_bare = picture.ports.is_empty() && picture.databases.is_empty() && picture.hosts.is_empty();
    if programs.is_empty() || is_bare {
        return None;
    }
    let row_of = row_of(report, &programs);
    let (ports, loose) = ports(picture, &programs, &row_of);
    let (mut others, unreached): (Vec<_>, Vec<_>) = others(picture, &row_of)
        .into_iter()
        .partition(|beside| !beside.rows.is_empty());
    let hidden = others.len().saturating_sub(COLUMNS);
    others.truncate(COLUMNS);
    let step = WIDTH.checked_div(others.len()).unwrap_or(0).min(WIDEST);
    let x = |at: usize| FIRST + at * step;
    let y = |at: usize| TOP + at * STEP;
    // Where there are many, those without a line would hide the others.
    let is_joined =
        |row: &usize| ports.contains_key(row) || others.iter().any(|beside| beside.rows.contains(row));
    let drawn: Vec<usize> = (0..programs.len())
        .filter(|row| programs.len() <= ALL || is_joined(row))
        .take(ROWS_DRAWN)
        .collect();
    let rows = drawn.iter().enumerate().map(|(at, row)| {
        let (program, name) = &programs[*row];
        let own = others
            .iter()
            .enumerate()
            .filter(|(_, beside)| beside.rows.contains(row));
        Row {
            y: y(at),
            state: state(program),
            name: short(name, 30),
            title: short(&format!("{name}: {}", state(program)), TITLE),
            ports: ports.get(row).map(|numbers| short(&numbers.join(", "), 17)),
            dots: own
                .map(|(column, beside)| Dot {
                    x: x(column),
                    kind: beside.kind,
                })
                .collect(),
        }
    });
    let rows: Vec<Row> = rows.collect();
    let columns = others.iter().enumerate().map(|(at, beside)| {
        let last = drawn.iter().rposition(|row| beside.rows.contains(row));
        Column {
            x: x(at),
            bottom: last.map_or(TOP - 10, |row| y(row) + 12),
            kind: beside.kind,
            name: short(&beside.of.name, 20),
            title: short(
                &format!("{} ({})", beside.of.name, beside.of.paths.join(", ")),
                TITLE,
            ),
        }
    });
    let mut left = Vec::new();
    if programs.len() > rows.len() {
        left.push(format!("{} more programs", programs.len() - rows.len()));
    }
    if hidden > 0 {
        left.push(format!("{hidden} more databases and hosts"));
    }
    Some(Drawing {
        top: TOP,
        height: y(rows.len()) + 4,
        columns: columns.collect(),
        rows,
        loose,
        unreached: unreached.iter().map(|beside| beside.of.name.clone()).collect(),
        left,
    })
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

/// The numbers of the ports by the row of their program, and the ports without one: a port is its service's; where
/// no program is called so, it is the port of those that reach the place where it is bound.
fn ports(
    picture: &Picture,
    programs: &[(&ProgramReport, String)],
    row_of: &[usize],
) -> (BTreeMap<usize, Vec<String>>, Vec<String>) {
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    for (row, (program, _)) in programs.iter().enumerate() {
        by_name.entry(plain(&program.name)).or_insert(row);
    }
    let mut ports: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut loose = Vec::new();
    for port in &picture.ports {
        let named = port
            .service
            .as_deref()
            .and_then(|service| by_name.get(&plain(service)));
        let rows = match named {
            Some(row) => BTreeSet::from([*row]),
            None if port.is_bound => rows_reaching(picture, row_of, std::slice::from_ref(&port.path)),
            None => BTreeSet::new(),
        };
        let number = port.number.to_string();
        if rows.is_empty() {
            let service = port.service.as_deref().unwrap_or_default();
            loose.push(short(format!("{number} {service}").trim_end(), 40));
        }
        for row in rows {
            let own = ports.entry(row).or_default();
            if !own.contains(&number) {
                own.push(number.clone());
            }
        }
    }
    (ports, loose)
}

/// The name of a service without what its writers differ in.
fn plain(name: &str) -> String {
    let name = name.rsplit(':').next().unwrap_or(name);
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// The databases and then the hosts, those of the most programs first.
fn others<'a>(picture: &'a Picture, row_of: &[usize]) -> Vec<Beside<'a>> {
    let beside = |kind: &'static str, all: &'a [PathCount]| {
        let all = all.iter().map(|of| Beside {
            kind,
            rows: rows_reaching(picture, row_of, &of.paths),
            of,
        });
        let mut all: Vec<Beside<'a>> = all.collect();
        all.sort_by_key(|beside| std::cmp::Reverse(beside.rows.len()));
        all
    };
    let databases = beside("database", &picture.databases).into_iter();
    let hosts = beside("host", &picture.hosts);
    databases.chain(hosts).collect()
}
