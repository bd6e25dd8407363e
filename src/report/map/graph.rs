//! The map as a graph, for Graphviz and Mermaid: programs, and whom they talk to.

use super::{Dial, Map, MapProgram};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What a node of the graph stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Program,
    Database,
    Host,
}

/// Nodes by id, and who leads to whom with which words.
struct Graph {
    nodes: Vec<(String, Kind, Vec<String>)>,
    edges: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Graph {
    fn of(map: &Map) -> Self {
        let mut graph = Self {
            nodes: Vec::new(),
            edges: BTreeMap::new(),
        };
        for (at, program) in map.programs.iter().enumerate() {
            let mut lines = vec![program.name.clone()];
            lines.extend(program.listens.iter().map(super::Socket::shown));
            graph.nodes.push((format!("p{at}"), Kind::Program, lines));
        }
        let mut ends: BTreeMap<String, String> = BTreeMap::new();
        for (at, database) in map.databases.iter().enumerate() {
            let id = format!("d{at}");
            graph
                .nodes
                .push((id.clone(), Kind::Database, vec![database.clone()]));
            ends.insert(format!("database {database}"), id);
        }
        let mut hosts: BTreeSet<String> = map.hosts.iter().cloned().collect();
        hosts.extend(map.programs.iter().flat_map(super::MapProgram::outside).map(end));
        for (at, host) in hosts.into_iter().enumerate() {
            let id = format!("h{at}");
            graph.nodes.push((id.clone(), Kind::Host, vec![host.clone()]));
            ends.insert(format!("host {host}"), id);
        }
        for (at, program) in map.programs.iter().enumerate() {
            graph.lead(at, program, &ends);
        }
        graph
    }

    /// Adds where a program leads to.
    fn lead(&mut self, at: usize, program: &MapProgram, ends: &BTreeMap<String, String>) {
        let own = format!("p{at}");
        for dial in &program.dials {
            for to in &dial.to {
                let words = self.edges.entry((own.clone(), format!("p{to}"))).or_default();
                words.insert(dial.port.to_string());
            }
        }
        let databases = program.databases.iter().map(|name| format!("database {name}"));
        let hosts = program.hosts.iter().map(|name| format!("host {name}"));
        for end in databases.chain(hosts).filter_map(|end| ends.get(&end)) {
            self.edges.entry((own.clone(), end.clone())).or_default();
        }
        for dial in program.outside() {
            if let Some(end) = ends.get(&format!("host {}", end(dial))) {
                let words = self.edges.entry((own.clone(), end.clone())).or_default();
                words.extend(has_name(dial).then(|| dial.port.to_string()));
            }
        }
    }
}

/// Whether what is dialled is another machine, and which is told.
fn has_name(dial: &Dial) -> bool {
    dial.host.as_deref().is_some_and(|host| !super::is_here(host))
}

/// Where a dial that no program of this machine hears leads to: a host, whatever its port, so that one that is named
/// as well is there once; or a port of this machine.
fn end(dial: &Dial) -> String {
    let host = dial.host.clone().filter(|_| has_name(dial));
    host.unwrap_or_else(|| format!("port {}", dial.port))
}

/// The map in the language of Graphviz, <https://graphviz.org/doc/info/lang.html>.
pub(super) fn dot(map: &Map) -> String {
    let graph = Graph::of(map);
    // Its reader ends a text at a NUL, and puts characters in the place of entities.
    let quoted = |text: &str| {
        text.replace('&', "&amp;")
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace(char::is_control, " ")
    };
    let mut out = format!(
        "digraph \"{}\" {{\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n",
        quoted(&map.root)
    );
    for (id, kind, lines) in &graph.nodes {
        let shape = match kind {
            Kind::Program => "box",
            Kind::Database => "cylinder",
            Kind::Host => "ellipse",
        };
        let lines: Vec<String> = lines.iter().map(|line| quoted(line)).collect();
        let _ = writeln!(out, "  {id} [shape={shape}, label=\"{}\"];", lines.join("\\n"));
    }
    for ((from, to), words) in &graph.edges {
        let words: Vec<String> = words.iter().cloned().collect();
        let label = if words.is_empty() {
            String::new()
        } else {
            format!(" [label=\"{}\"]", quoted(&words.join(", ")))
        };
        let _ = writeln!(out, "  {from} -> {to}{label};");
    }
    out + "}\n"
}

/// The map in the language of Mermaid, <https://mermaid.js.org/syntax/flowchart.html>.
pub(super) fn mermaid(map: &Map) -> String {
    let graph = Graph::of(map);
    // What its reader would take for marks, for Markdown's as well, is written as entities, whose `&` is a `#` there.
    let quoted = |text: &str| {
        let mut out = String::new();
        let mut letters = text.chars().peekable();
        let mut is_inside = false;
        while let Some(letter) = letters.next() {
            // Within a word it is no mark.
            let is_plain =
                letter == '_' && is_inside && letters.peek().is_some_and(|next| next.is_alphanumeric());
            is_inside = letter.is_alphanumeric() || is_plain;
            match letter {
                '_' if is_plain => out.push('_'),
                '"' | '#' | '<' | '>' | '`' | '&' | ';' | '\\' | '*' | '_' | '$' | '~' | '+' => {
                    let _ = write!(out, "#{};", u32::from(letter));
                }
                letter if letter.is_control() => out.push(' '),
                letter => out.push(letter),
            }
        }
        out
    };
    let mut out = "flowchart LR\n".to_owned();
    for (id, kind, lines) in &graph.nodes {
        let lines: Vec<String> = lines.iter().map(|line| quoted(line)).collect();
        let text = lines.join("<br/>");
        let _ = match kind {
            Kind::Program => writeln!(out, "  {id}[\"{text}\"]"),
            Kind::Database => writeln!(out, "  {id}[(\"{text}\")]"),
            Kind::Host => writeln!(out, "  {id}([\"{text}\"])"),
        };
    }
    for ((from, to), words) in &graph.edges {
        let words: Vec<String> = words.iter().cloned().collect();
        let _ = if words.is_empty() {
            writeln!(out, "  {from} --> {to}")
        } else {
            writeln!(out, "  {from} -->|{}| {to}", quoted(&words.join(", ")))
        };
    }
    out
}
