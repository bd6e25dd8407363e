//! What each stage of an audit costs: `cargo bench`.
//!
//! The sources are the bundled system, repeated so that a stage takes long enough to be measured.

#![allow(clippy::expect_used, reason = "a benchmark says what went wrong by panicking")]

use audit::engine::{self, Progress};
use audit::formats::{self, Format};
use audit::rule::Rule;
use audit::target::Target;
use audit::tree::{Memory, Tree, WorkTree};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
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

/// Text to facts, for each of them.
#[divan::bench(args = formats_at_hand())]
fn extract(bencher: Bencher, name: &str) {
    let mut documents = Vec::new();
    for (path, bytes) in bundled() {
        let format = Format::of(&path, &bytes).filter(|format| format.name() == name);
        if let (Some(format), Ok(text)) = (format, formats::decode(bytes)) {
            documents.push((path, format, text));
        }
    }
    let bytes: usize = documents.iter().map(|(_, _, text)| text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for (path, format, text) in &documents {
            black_box(formats::extract(path, *format, text));
        }
    });
}

/// Walk, extract and join together; twice the copies, twice the time.
#[divan::bench(args = [1, 2, 4, 8], sample_count = 20)]
fn read(bencher: Bencher, times: usize) {
    let tree = copies(times);
    bencher.bench(|| join(&tree));
}

/// All rules together; twice the copies, twice the time.
#[divan::bench(args = [1, 2, 4, 8], sample_count = 20)]
fn judge(bencher: Bencher, times: usize) {
    let project = join(&copies(times));
    let rules: Vec<&Rule> = audit::catalog::rules()
        .expect("every page can be read")
        .iter()
        .collect();
    bencher.bench(|| engine::judge(&project, &rules));
}
