//! Real CPython judges the predicted start: small trees of our own are run by `python3`, and the first
//! exception (its message, file and line) has to be the one that the audit predicts.
//!
//! ```text
//! CPYTHON_TREE="a word of its title" cargo test --test cpython small_trees
//! CPYTHON_SEED=7 CPYTHON_COUNT=1 cargo test --test cpython random_trees
//! ```
//!
//! The trees are in `trees/*.md`, in the form of the examples of a rule's page: `# error` marks the
//! line where the program dies. What the mark says is checked too.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what it expects by panicking, and tells why it was skipped"
)]

mod comparison;
mod outcome;
mod prediction;
mod python;
mod random;
mod tree;

use comparison::Row;
use python::Python;
use rayon::prelude::*;
use tree::Tree;

/// Fewer trees than this would leave cases of the product untold.
const FEWEST_TREES: usize = 40;

#[test]
fn small_trees_die_where_the_audit_says() {
    let Some(python) = Python::found() else {
        return;
    };
    let all = tree::all();
    assert!(all.len() >= FEWEST_TREES, "there are only {} trees", all.len());
    let wanted = std::env::var("CPYTHON_TREE").unwrap_or_default();
    let trees: Vec<&Tree> = all
        .iter()
        .filter(|tree| tree.suits(python.version) && tree.title.contains(&wanted))
        .collect();
    assert!(!trees.is_empty(), "no tree has `{wanted}` in its title");
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let rows: Vec<Row> = prediction::pool().install(|| {
        trees
            .par_iter()
            .enumerate()
            .map(|(number, tree)| {
                let folder = scratch.path().join(number.to_string());
                Row {
                    tree,
                    real: python.run(tree, &folder),
                    predicted: prediction::of(tree, python.version),
                }
            })
            .collect()
    });
    comparison::expect_agreement(&rows);
}
