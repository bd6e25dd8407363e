//! The map for programs: version 1.

use super::{Map, MapProgram};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    root: &'a str,
    programs: Vec<Program<'a>>,
    databases: &'a [String],
    hosts: &'a [String],
}

#[derive(Serialize)]
struct Program<'a> {
    name: &'a str,
    path: &'a str,
    source: &'a str,
    listens: Vec<Socket<'a>>,
    listens_elsewhere: bool,
    dials: Vec<Dial<'a>>,
    databases: &'a BTreeSet<String>,
    hosts: &'a BTreeSet<String>,
    variables: BTreeMap<&'a str, &'static str>,
}

#[derive(Serialize)]
struct Socket<'a> {
    port: u16,
    host: Option<&'a str>,
    protocol: &'static str,
}

#[derive(Serialize)]
struct Dial<'a> {
    port: u16,
    host: Option<&'a str>,
    programs: BTreeSet<&'a str>,
}

/// The map as JSON.
pub(super) fn render(map: &Map) -> String {
    let document = Document {
        version: 1,
        root: &map.root,
        programs: map.programs.iter().map(|found| program(map, found)).collect(),
        databases: &map.databases,
        hosts: &map.hosts,
    };
    // Texts and numbers alone: nothing of it can fail.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn program<'a>(map: &'a Map, found: &'a MapProgram) -> Program<'a> {
    let listens = found.listens.iter().map(|socket| Socket {
        port: socket.port,
        host: socket.host.as_deref(),
        protocol: if socket.is_udp { "udp" } else { "tcp" },
    });
    let dials = found.dials.iter().map(|dial| Dial {
        port: dial.port,
        host: dial.host.as_deref(),
        programs: dial.names(&map.programs),
    });
    let variables = found.variables.iter();
    Program {
        name: &found.name,
        path: &found.path,
        source: found.source,
        listens: listens.collect(),
        listens_elsewhere: found.is_open,
        dials: dials.collect(),
        databases: &found.databases,
        hosts: &found.hosts,
        variables: variables
            .map(|(name, given)| (name.as_str(), given.name()))
            .collect(),
    }
}
