//! A tree that disagrees, made as small as it stays interesting.

use super::judge::judge;
use crate::comparison::Row;
use crate::outcome::{Death, Outcome};
use crate::python::Python;
use crate::tree::Tree;

/// Enough to make a tree of a dozen modules small.
const ROUNDS: usize = 12;

/// What can be taken out of a tree: a file, or one statement of its outermost level.
type Part = (String, Option<usize>);

/// The smallest tree found on which CPython and the audit differ in the same way.
pub(super) fn shrink(python: &Python, row: &Row<'_>) -> Tree {
    let wanted = (reason(&row.real), reason(&row.predicted));
    let is_same = |row: &Row<'_>| !row.agrees() && (reason(&row.real), reason(&row.predicted)) == wanted;
    let mut tree = row.tree.clone();
    for _ in 0..ROUNDS {
        let parts = parts(&tree);
        let single: Vec<Tree> = parts
            .iter()
            .map(|part| without(&tree, std::slice::from_ref(part)))
            .collect();
        let rows = judge(python, &single);
        let needless = parts.into_iter().zip(&rows).filter(|(_, row)| is_same(row));
        let needless: Vec<Part> = needless.map(|(part, _)| part).collect();
        // What can go alone cannot always go together: as many as can.
        let together: Vec<Tree> = (1..=needless.len())
            .map(|end| without(&tree, &needless[..end]))
            .collect();
        match judge(python, &together).iter().rfind(|row| is_same(row)) {
            Some(row) => tree = row.tree.clone(),
            None => break,
        }
    }
    tree
}

/// An exception that removing a line would bring about is not the one that was looked for.
fn reason(outcome: &Outcome) -> Vec<(String, Option<String>)> {
    match outcome {
        Outcome::Starts => Vec::new(),
        Outcome::Dies(deaths) => {
            let reason = |death: &Death| (death.path.clone(), death.reason.clone());
            deaths.iter().map(reason).collect()
        }
    }
}

fn parts(tree: &Tree) -> Vec<Part> {
    let mut found = Vec::new();
    for (path, text) in tree.files.iter().filter(|(path, _)| path.ends_with(".py")) {
        found.push((path.clone(), None));
        found.extend((0..statements(text).len()).map(|number| (path.clone(), Some(number))));
    }
    found
}

fn without(tree: &Tree, parts: &[Part]) -> Tree {
    let mut left = tree.clone();
    left.files
        .retain(|path, _| !parts.contains(&(path.clone(), None)));
    for (path, text) in &mut left.files {
        if !path.ends_with(".py") {
            continue;
        }
        let kept = (0..).zip(statements(text));
        let kept = kept.filter(|(number, _)| !parts.contains(&(path.clone(), Some(*number))));
        *text = kept.map(|(_, statement)| statement).collect();
    }
    left
}

/// The statements of the outermost level.
fn statements(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut is_decorated = false;
    for line in text.split_inclusive('\n') {
        let goes_on = [" ", "except", "elif ", "else:", "finally:"]
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
