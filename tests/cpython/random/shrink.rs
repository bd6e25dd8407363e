//! A tree that disagrees, made as small as it stays interesting.

use super::judge::judge;
use crate::comparison::Row;
use crate::outcome::Outcome;
use crate::python::Python;
use crate::tree::Tree;

/// Enough to make a tree of a dozen modules small.
const ROUNDS: usize = 60;

/// The smallest tree found on which CPython and the audit differ in the same way.
pub(super) fn shrink(python: &Python, row: &Row<'_>) -> Tree {
    let wanted = (reason(&row.real), reason(&row.predicted));
    let mut tree = row.tree.clone();
    for _ in 0..ROUNDS {
        let candidates = smaller(&tree);
        let rows = judge(python, &candidates);
        let same = |row: &&Row<'_>| !row.agrees() && (reason(&row.real), reason(&row.predicted)) == wanted;
        match rows.iter().find(same) {
            Some(row) => tree = row.tree.clone(),
            None => break,
        }
    }
    tree
}

/// An exception that removing a line would bring about is not the one that was looked for.
fn reason(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Starts => None,
        Outcome::Dies(deaths) => deaths.first().and_then(|death| death.reason.clone()),
    }
}

/// The tree without one of its files, and without one statement of a file.
fn smaller(tree: &Tree) -> Vec<Tree> {
    let mut found = Vec::new();
    let modules = || tree.files.iter().filter(|(path, _)| path.ends_with(".py"));
    for (path, _) in modules() {
        let mut without = tree.clone();
        without.files.remove(path);
        found.push(without);
    }
    for (path, text) in modules() {
        let pieces = statements(text);
        for left_out in 0..pieces.len() {
            let kept = (0..).zip(&pieces).filter(|(number, _)| *number != left_out);
            let mut without = tree.clone();
            without
                .files
                .insert(path.clone(), kept.map(|(_, piece)| piece.as_str()).collect());
            found.push(without);
        }
    }
    found
}

/// The statements of the outermost level.
fn statements(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut is_decorated = false;
    for line in text.split_inclusive('\n') {
        let goes_on = [" ", "except", "else:", "finally:"]
            .iter()
            .any(|word| line.starts_with(word));
        match pieces.last_mut().filter(|_| goes_on || is_decorated) {
            Some(piece) => piece.push_str(line),
            None => pieces.push(line.to_owned()),
        }
        is_decorated = line.starts_with('@');
    }
    pieces
}
