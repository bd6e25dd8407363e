use super::*;
use crate::engine::{self, Progress};
use crate::target::Target;
use crate::tree::Memory;

fn map() -> Map {
    let tree = Memory::new([
        (
            "supervisord.conf",
            "[supervisord]\n[program:desk]\ncommand=python3 desk.py\nenvironment=DESK_MODE=\"live\"\n\
             [program:feed]\ncommand=python3 feed.py\n",
        ),
        (
            "desk.py",
            "import os, psycopg2, requests\nfrom flask import Flask\napp = Flask(__name__)\nMODE = os.environ['DESK_MODE']\n\
             KEY = os.environ['DESK_KEY']\nLEVEL = os.getenv('DESK_LEVEL', 'info')\n\
             FEED = 'http://localhost:8002/last'\nrequests.get('https://api.example.org/v1')\n\
             app.run(host='0.0.0.0', port=8001)\n",
        ),
        (
            "feed.py",
            "from flask import Flask\napp = Flask(__name__)\napp.run(host='127.0.0.1', port=8002)\n",
        ),
    ]);
    let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
    Map::of(&project, "a \"desk\"".to_owned())
}

#[test]
fn programs_ports_dials_and_variables_are_joined() {
    let map = map();
    let [desk, feed] = &map.programs[..] else {
        panic!("two programs, not {:?}", map.programs);
    };
    assert_eq!(
        desk.listens.iter().map(Socket::shown).collect::<Vec<_>>(),
        ["0.0.0.0:8001"]
    );
    assert_eq!(
        feed.listens.iter().map(Socket::shown).collect::<Vec<_>>(),
        ["127.0.0.1:8002"]
    );
    assert!(desk.dials.iter().any(|dial| dial.port == 8002 && dial.to == [1]));
    assert_eq!(map.databases, ["PostgreSQL"]);
    assert!(desk.databases.contains("PostgreSQL") && feed.databases.is_empty());
    assert!(desk.hosts.contains("api.example.org"));
    assert_eq!(desk.variables["DESK_MODE"], Given::Set);
    assert_eq!(desk.variables["DESK_KEY"], Given::Missing);
    assert_eq!(desk.variables["DESK_LEVEL"], Given::Default);
}

#[test]
fn every_form_says_the_same() {
    let map = map();
    insta::assert_snapshot!("table", map.table(100));
    insta::assert_snapshot!("json", map.json());
    insta::assert_snapshot!("dot", map.dot());
    insta::assert_snapshot!("mermaid", map.mermaid());
}

#[test]
fn narrow_screens_break_cells() {
    let table = map().table(60);
    assert!(table.contains("not set:"));
    assert_eq!(Map::default().table(80), ": no program was found\n");
}

/// Every line of the graph is a node with a quoted label, or an edge between nodes that are there.
#[test]
fn graphviz_would_read_it() {
    let dot = map().dot();
    let node = regex::Regex::new(r#"^  ([pdh]\d+) \[shape=\w+, label="(?:[^"\\]|\\.)*"\];$"#).unwrap();
    let edge =
        regex::Regex::new(r#"^  ([pdh]\d+) -> ([pdh]\d+)(?: \[label="(?:[^"\\]|\\.)*"\])?;$"#).unwrap();
    let mut nodes = BTreeSet::new();
    let mut lines = dot.lines();
    assert_eq!(lines.next(), Some(r#"digraph "a \"desk\"" {"#));
    for line in lines.by_ref().skip(2).take_while(|line| *line != "}") {
        if let Some(found) = node.captures(line) {
            assert!(nodes.insert(found[1].to_owned()), "{line}");
        } else {
            let found = edge.captures(line).unwrap_or_else(|| panic!("{line}"));
            assert!(nodes.contains(&found[1]) && nodes.contains(&found[2]), "{line}");
        }
    }
    assert_eq!(lines.next(), None);
    assert!(nodes.len() > 3);
}

#[test]
fn a_host_that_is_named_and_dialled_is_there_once() {
    let tree = Memory::new([
        (
            "supervisord.conf",
            "[supervisord]\n[program:desk]\ncommand=python3 desk.py\n",
        ),
        (
            "desk.py",
            "import requests, socket\nrequests.get('https://quotes.example.org/v1')\n\
             requests.get('https://quotes.example.org:8443/v2')\n",
        ),
    ]);
    let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
    let map = Map::of(&project, "desk".to_owned());
    let count = |text: String| text.matches("quotes.example.org").count();
    // Once in the row, and once in the list of all.
    assert_eq!(count(map.table(120)), 2, "{}", map.table(120));
    assert_eq!((count(map.dot()), count(map.mermaid())), (1, 1), "{}", map.dot());
    assert!(map.dot().contains("8443"), "{}", map.dot());
}
