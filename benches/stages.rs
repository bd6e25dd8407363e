//! What each stage of an audit costs: `cargo bench`.
//!
//! The sources are the bundled system, repeated so that a stage takes long enough to be measured.

#![allow(clippy::expect_used, reason = "a benchmark says what went wrong by panicking")]

use audit::engine::{self, Progress};
use audit::formats::{self, Format};
use audit::readiness::{self, SetAside, Subject};
use audit::report::{Parts, Report, json};
use audit::rule::{Meta, Rule};
use audit::source::LineIndex;
use audit::target::Target;
use audit::tree::{Memory, Tree, WorkTree};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

fn main() {
    divan::main();
}

fn bundled() -> Vec<(String, Vec<u8>)> {
    let tree = WorkTree::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rec_trading"));
    let listed = tree.list().files;
    let read = |path: &str| tree.read(path).expect("the bundled system can be read");
    listed
        .iter()
        .map(|entry| (entry.path.clone(), read(&entry.path)))
        .collect()
}

/// The bundled system `times` times, each copy in a folder of its own.
fn copies(times: usize) -> Memory {
    let files = bundled();
    let copy = |number: usize| {
        let place = move |(path, bytes): &(String, Vec<u8>)| (format!("copy{number}/{path}"), bytes.clone());
        files.iter().map(place)
    };
    Memory::new((0..times).flat_map(copy))
}

fn join(tree: &Memory) -> audit::project::Project {
    engine::read(tree, Target::default(), &|_| false, &Progress::default()).0
}

fn rules() -> &'static [Rule] {
    audit::catalog::rules().expect("every page can be read")
}

fn ids() -> Vec<&'static str> {
    rules().iter().map(|rule| rule.meta.id).collect()
}

/// The formats that the bundled system has.
fn formats_at_hand() -> Vec<&'static str> {
    let files = bundled();
    let is_there = |format: &Format| {
        files
            .iter()
            .any(|(path, bytes)| Format::of(path, bytes) == Some(*format))
    };
    Format::ALL
        .into_iter()
        .filter(is_there)
        .map(Format::name)
        .collect()
}

/// The documents that `is_asked` picks, by path, with their texts.
fn documents(is_asked: impl Fn(Format) -> bool) -> Vec<(String, Format, String)> {
    let read = |(path, bytes): (String, Vec<u8>)| {
        let format = Format::of(&path, &bytes).filter(|format| is_asked(*format))?;
        Some((path, format, formats::decode(bytes).ok()?))
    };
    bundled().into_iter().filter_map(read).collect()
}

/// Does something with the text of each document.
fn with_each<T>(
    bencher: Bencher,
    documents: &[(String, Format, String)],
    work: impl Fn(&str, Format, &str) -> T + Sync,
) {
    let bytes: usize = documents.iter().map(|(_, _, text)| text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for (path, format, text) in documents {
            black_box(work(path, *format, text));
        }
    });
}

/// Where lines begin, of all texts.
#[divan::bench]
fn lines(bencher: Bencher) {
    with_each(bencher, &documents(|_| true), |_, _, text| LineIndex::new(text));
}

/// The search that tells what of a text could matter, without its syntax.
#[divan::bench]
fn interest(bencher: Bencher) {
    let find = |path: &str, _, text: &str| formats::extract(path, Format::Text, text);
    with_each(bencher, &documents(|_| true), find);
}

/// The syntax of Python alone: what no reader of whole files can be quicker than.
#[divan::bench]
fn syntax(bencher: Bencher) {
    let parse = |_: &str, _, text: &str| ruff_python_parser::parse_module(text).is_ok();
    with_each(bencher, &documents(|format| format == Format::Python), parse);
}

/// Text to facts, for each format.
#[divan::bench(args = formats_at_hand())]
fn extract(bencher: Bencher, name: &str) {
    with_each(
        bencher,
        &documents(|format| format.name() == name),
        formats::extract,
    );
}

/// The files of the bundled system, on disk: what is listed before anything is read.
#[divan::bench]
fn walk(bencher: Bencher) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rec_trading");
    bencher.bench(|| WorkTree::new(root.clone()).list().files.len());
}

/// Walk, extract and join together; twice the copies, twice the time.
#[divan::bench(args = [1, 2, 4, 8], sample_count = 20)]
fn read(bencher: Bencher, times: usize) {
    let tree = copies(times);
    bencher.bench(|| join(&tree));
}

/// Each rule by itself, on eight copies.
#[divan::bench(args = ids(), sample_count = 20)]
fn rule(bencher: Bencher, id: &str) {
    let project = join(&copies(8));
    let rule = rules().iter().find(|rule| rule.meta.id == id);
    let rule = rule.expect("the name comes from the registry");
    bencher.bench(|| rule.findings(&project));
}

/// Findings to a report, and that to JSON: of eight copies, with the lines that a form for people shows.
#[divan::bench(args = [false, true], sample_count = 20)]
fn report(bencher: Bencher, has_excerpts: bool) {
    let tree = copies(8);
    let (project, files) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
    let all: Vec<&Rule> = rules().iter().collect();
    let metas: Vec<&Meta> = all.iter().map(|rule| &rule.meta).collect();
    let findings = engine::judge(&project, &all);
    let aside = SetAside::default();
    let subject = Subject {
        files: files.scanned,
        python: files.scanned,
        programs: project.programs().count(),
    };
    bencher.bench(|| {
        let report = Report::new(Parts {
            root: ".".to_owned(),
            prefix: String::new(),
            rules: &metas,
            project: &project,
            tree: &tree,
            files,
            readiness: readiness::assess(subject, &findings, aside, &metas),
            findings: findings.clone(),
            aside,
            aside_by: BTreeMap::new(),
            silenced: BTreeSet::new(),
            notices: Vec::new(),
            has_excerpts,
        });
        json::write(&report, std::io::sink()).is_ok()
    });
}

/// Programs, the folders that they need, and commands that make, start and end things, all in one tree: twice of
/// each, twice the time. What asks every command for every program takes four times.
#[divan::bench(args = [100, 200, 400], sample_count = 10)]
fn programs_and_commands(bencher: Bencher, number: usize) {
    let mut config = "[supervisord]\nlogfile=logs/s.log\n".to_owned();
    let mut script = "#!/bin/bash\n".to_owned();
    for at in 0..number {
        let _ = write!(
            config,
            "[program:p{at}]\ncommand=python3 p{at}.py\nstdout_logfile=logs/d{at}/x.log\nuser=u{at}\n"
        );
        let _ = write!(
            script,
            "mkdir -p logs/d{at}\npkill -f p{at}.py\ncp a{at} /etc/b{at}\nuseradd u{at}\n"
        );
    }
    let files = [("supervisord.conf", config), ("deploy.sh", script)];
    let tree = Memory::new(files.map(|(path, text)| (path.to_owned(), text.into_bytes())));
    bencher.bench(|| join(&tree));
}

/// Requirements, and a module that imports them all.
#[divan::bench(args = [250, 500, 1000], sample_count = 10)]
fn requirements(bencher: Bencher, number: usize) {
    let (mut listed, mut imports) = (String::new(), String::new());
    for at in 0..number {
        let _ = writeln!(listed, "pkg{at}==1.{at}");
        let _ = writeln!(imports, "import pkg{at}");
    }
    let config = "[program:a]\ncommand=python3 main.py\n".to_owned();
    let files = [
        ("requirements.txt", listed),
        ("main.py", imports),
        ("supervisord.conf", config),
    ];
    let tree = Memory::new(files.map(|(path, text)| (path.to_owned(), text.into_bytes())));
    bencher.bench(|| join(&tree));
}

/// All rules together; twice the copies, twice the time.
#[divan::bench(args = [1, 2, 4, 8], sample_count = 20)]
fn judge(bencher: Bencher, times: usize) {
    let project = join(&copies(times));
    let rules: Vec<&Rule> = rules().iter().collect();
    bencher.bench(|| engine::judge(&project, &rules));
}
