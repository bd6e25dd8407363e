//! The map for people.

use super::{Given, Map, MapProgram, address};
use std::fmt::Write as _;

const HEADS: [&str; 6] = ["program", "by", "listens on", "dials", "talks to", "environment"];
/// What a program may lack, in words.
const TROUBLES: [(Given, &str); 3] = [
    (Given::Missing, "not set"),
    (Given::Sample, "only in a sample"),
    (Given::Unknown, "not known"),
];
/// The narrowest that a column may get.
const NARROW: usize = 14;

/// A table of programs, each cell in as many lines as it needs.
pub(super) fn render(map: &Map, width: usize) -> String {
    if map.programs.is_empty() {
        return format!("{}: no program was found\n", map.root);
    }
    let rows: Vec<[Vec<String>; 6]> = map.programs.iter().map(|program| row(map, program)).collect();
    let mut widths = HEADS.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell
                .iter()
                .map(|line| line.chars().count())
                .fold(*width, usize::max);
        }
    }
    fit(&mut widths, width);
    let mut out = String::new();
    line(&mut out, &widths, &HEADS.map(str::to_owned));
    line(&mut out, &widths, &widths.map(|width| "─".repeat(width)));
    for row in &rows {
        let cells: Vec<Vec<String>> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| cell.iter().flat_map(|line| broken(line, width)).collect())
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let part = [0, 1, 2, 3, 4, 5].map(|column| cells[column].get(at).cloned().unwrap_or_default());
            line(&mut out, &widths, &part);
        }
    }
    let of = |out: &mut String, title: &str, names: &[String]| {
        if !names.is_empty() {
            let _ = writeln!(out, "\n{title}: {}", names.join(", "));
        }
    };
    of(&mut out, "databases", &map.databases);
    of(&mut out, "other hosts", &map.hosts);
    variables(&mut out, map, width);
    out
}

fn row(map: &Map, program: &MapProgram) -> [Vec<String>; 6] {
    let mut listens: Vec<String> = program.listens.iter().map(super::Socket::shown).collect();
    if program.is_open {
        listens.push("a port not told".to_owned());
    }
    let dials = program.dials.iter().map(|dial| {
        let at = address(dial.host.as_deref(), dial.port);
        let names: Vec<&str> = dial.names(&map.programs).into_iter().collect();
        if names.is_empty() {
            at
        } else {
            format!("{} ({at})", names.join(", "))
        }
    });
    // With its port a host stands among what is dialled.
    let is_dialled = |name: &&String| program.dials.iter().any(|dial| dial.host.as_ref() == Some(*name));
    let hosts = program.hosts.iter().filter(|name| !is_dialled(name));
    let talks = program.databases.iter().chain(hosts).cloned();
    let is_same = |other: &&MapProgram| other.name == program.name;
    let mut name = vec![program.name.clone()];
    if map.programs.iter().filter(is_same).count() > 1 {
        name.push(format!("in {}", program.path));
    }
    [
        name,
        vec![program.source.to_owned()],
        listens,
        dials.collect(),
        talks.collect(),
        environment(program),
    ]
}

/// How many variables it gets, and the names of those that it does not.
fn environment(program: &MapProgram) -> Vec<String> {
    let mut lines = Vec::new();
    let counts = [(Given::Set, "set"), (Given::Default, "by default")].map(|(given, word)| {
        let count = program.given(given).len();
        (count > 0).then(|| format!("{count} {word}"))
    });
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    if !counts.is_empty() {
        lines.push(counts.join(", "));
    }
    for (given, word) in TROUBLES {
        let names = program.given(given);
        if !names.is_empty() {
            lines.push(format!("{word}: {}", names.join(", ")));
        }
    }
    lines
}

/// By program, every variable that its code reads, and what it gets of it.
fn variables(out: &mut String, map: &Map, width: usize) {
    let programs: Vec<&MapProgram> = map
        .programs
        .iter()
        .filter(|program| !program.variables.is_empty())
        .collect();
    if programs.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nenvironment");
    for program in programs {
        let _ = writeln!(out, "  {}", program.name);
        let given = [(Given::Set, "set"), (Given::Default, "by default")];
        for (given, word) in TROUBLES.into_iter().chain(given) {
            let names = program.given(given);
            if names.is_empty() {
                continue;
            }
            let line = format!("{word}: {}", names.join(", "));
            for (at, piece) in broken(&line, width.saturating_sub(6).max(NARROW))
                .iter()
                .enumerate()
            {
                let indent = if at == 0 { "    " } else { "      " };
                let _ = writeln!(out, "{indent}{piece}");
            }
        }
    }
}

/// Makes the widest columns narrower until all fit.
fn fit(widths: &mut [usize; 6], width: usize) {
    let gaps = 2 * (widths.len() - 1);
    while widths.iter().sum::<usize>() + gaps > width {
        let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > NARROW) else {
            return;
        };
        *widest -= 1;
    }
}

/// A line in pieces that fit, broken at blanks where there are any.
fn broken(line: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut room = width;
    for word in line.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        let is_first = room == width;
        if !is_first && word.len() + 1 > room {
            pieces.push(String::new());
            room = width;
        } else if let (false, Some(piece)) = (is_first, pieces.last_mut()) {
            piece.push(' ');
            room -= 1;
        }
        while word.len() > room && room > 0 {
            let rest = word.split_off(room);
            if let Some(piece) = pieces.last_mut() {
                piece.extend(word);
            }
            pieces.push(String::new());
            word = rest;
            room = width;
        }
        room -= word.len().min(room);
        if let Some(piece) = pieces.last_mut() {
            piece.extend(word);
        }
    }
    pieces
}

fn line(out: &mut String, widths: &[usize; 6], cells: &[String; 6]) {
    let cells = cells.iter().zip(widths);
    let padded: Vec<String> = cells.map(|(cell, width)| format!("{cell:width$}")).collect();
    let _ = writeln!(out, "{}", padded.join("  ").trim_end());
}
