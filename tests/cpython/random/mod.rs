//! Random package trees: CPython and the audit have to agree on all of them.

mod dice;
mod judge;
mod layout;
mod phrases;
mod shrink;
mod writer;

use crate::comparison::Row;
use crate::prediction;
use crate::python::Python;
use crate::tree::{CONFIG, Tree};
use dice::Dice;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Where the seeds begin when `CPYTHON_SEED` does not say.
const SEED: u64 = 1;
/// How many trees there are when `CPYTHON_COUNT` does not say.
const COUNT: u64 = 2000;
/// How many trees are also run in a process of their own.
const PROCESSES: u64 = 40;
/// How many disagreements are shown in full, each made small, when `CPYTHON_SHOWN` does not say.
const SHOWN: u64 = 3;

#[test]
fn random_trees_die_where_the_audit_says() {
    let Some(python) = Python::found() else {
        return;
    };
    let first = number("CPYTHON_SEED").unwrap_or(SEED);
    let count = number("CPYTHON_COUNT").unwrap_or(COUNT);
    let trees: Vec<Tree> = (first..first + count).map(random_tree).collect();
    prediction::pool().install(|| {
        let rows = judge::judge(&python, &trees);
        let wrong: Vec<&Row<'_>> = rows.iter().filter(|row| !row.agrees()).collect();
        assert!(wrong.is_empty(), "{}", complaint(&python, &wrong, rows.len()));
    });
}

/// The driver is only as good as a process of its own is.
#[test]
fn a_fork_is_as_fresh_as_a_process() {
    let Some(python) = Python::found() else {
        return;
    };
    let trees: Vec<Tree> = (0..PROCESSES).map(random_tree).collect();
    let scratch = tempfile::tempdir().expect("a scratch folder");
    for (row, tree) in judge::judge(&python, &trees).iter().zip(&trees) {
        assert_eq!(
            row.real,
            python.run(tree, &scratch.path().join(&tree.title)),
            "{}",
            tree.shown()
        );
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}

fn complaint(python: &Python, wrong: &[&Row<'_>], count: usize) -> String {
    let mut text = format!("{} of {count} random trees disagree\n", wrong.len());
    for row in wrong {
        let _ = writeln!(text, "{row}");
    }
    let shown = number("CPYTHON_SHOWN").unwrap_or(SHOWN);
    for (_, row) in (0..shown).zip(wrong) {
        let small = [shrink::shrink(python, row)];
        for row in judge::judge(python, &small) {
            let _ = writeln!(text, "\n== made small: {row}\n{}", row.tree.shown());
        }
    }
    text
}

/// The tree of a seed.
fn random_tree(seed: u64) -> Tree {
    let mut dice = Dice::new(seed);
    let layout = layout::layout(&mut dice);
    let mut files = BTreeMap::from([(CONFIG.to_owned(), layout.config.clone())]);
    for place in layout.modules.iter().chain([&layout.entry]) {
        files.insert(place.path.clone(), writer::module(&mut dice, &layout, place));
    }
    Tree::unmarked(format!("seed {seed}"), files)
}
