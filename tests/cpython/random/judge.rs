//! Many trees in one interpreter, which forks for each of them.

use crate::comparison::Row;
use crate::outcome::Outcome;
use crate::prediction;
use crate::python::{self, Python};
use crate::tree::Tree;
use rayon::prelude::*;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Trees for each interpreter.
const BATCH: usize = 125;

/// Runs and audits every tree.
pub(super) fn judge<'a>(python: &Python, trees: &'a [Tree]) -> Vec<Row<'a>> {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let interpreter = python.environment(&scratch.path().join("venv"), &[]);
    let driver = scratch.path().join("driver.py");
    fs::write(&driver, include_str!("driver.py")).expect("a file");
    trees
        .par_chunks(BATCH)
        .enumerate()
        .flat_map_iter(|(number, batch)| {
            let folder = scratch.path().join(number.to_string());
            let outcomes = run(&interpreter, &driver, batch, &folder);
            let row = |(tree, real)| Row {
                tree,
                real,
                predicted: prediction::of(tree, python.version),
            };
            let rows: Vec<Row<'a>> = batch.iter().zip(outcomes).map(row).collect();
            rows
        })
        .collect()
}

fn run(interpreter: &Path, driver: &Path, batch: &[Tree], folder: &Path) -> Vec<Outcome> {
    let roots: Vec<PathBuf> = (0..)
        .zip(batch)
        .map(|(number, tree): (usize, _)| python::write(tree, &folder.join(number.to_string())))
        .collect();
    let jobs: String = batch
        .iter()
        .zip(&roots)
        .map(|(tree, root)| job(tree, root))
        .collect();
    let input = folder.join("jobs");
    fs::write(&input, jobs).expect("a file");
    let output = Command::new(interpreter)
        .arg(driver)
        .env_clear()
        .env("HOME", folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::from(fs::File::open(&input).expect("the jobs")))
        .output()
        .expect("python3 starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let statuses: Vec<&str> = text.lines().collect();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(statuses.len(), batch.len(), "the driver failed: {complaint}");
    let outcome = |((tree, root), status): ((&Tree, &PathBuf), &&str)| {
        let log = fs::read_to_string(log(root)).unwrap_or_default();
        python::outcome(*status == "0", &log, root, tree.launch("").line)
    };
    batch.iter().zip(&roots).zip(&statuses).map(outcome).collect()
}

fn log(root: &Path) -> PathBuf {
    root.with_file_name("stderr")
}

/// A line for the driver.
fn job(tree: &Tree, root: &Path) -> String {
    let launch = tree.launch(&root.to_string_lossy());
    let value = |name: &str| launch.environment.iter().find(|(key, _)| key == name);
    let python_path: Vec<&str> =
        value("PYTHONPATH").map_or_else(Vec::new, |(_, value)| value.split(':').collect());
    let job = json!({
        "directory": root.join(launch.directory.as_deref().unwrap_or("")),
        "arguments": launch.words[1..],
        "python_path": python_path,
        "log": log(root),
    });
    format!("{job}\n")
}
