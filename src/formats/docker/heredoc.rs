//! Texts below `RUN` and `COPY`: commands of the build, and files that it writes.

use super::copy;
use super::instruction::{Heredoc, Instruction};
use crate::facts::{Embedded, Piece};

/// Where the commands of a `RUN` stand: no file has that path.
const RUN: &str = "/dev/stdin";

/// The documents below an instruction, in a stage that works in `directory`.
pub(super) fn documents(instruction: &Instruction, directory: Option<&str>, text: &str) -> Vec<Embedded> {
    let places = instruction.heredocs.iter();
    places
        .filter_map(|heredoc| {
            let body = heredoc.span.text(text);
            Some(Embedded {
                path: path_of(instruction, heredoc, directory, body)?,
                text: body.to_owned(),
                pieces: vec![Piece {
                    at: 0,
                    host: heredoc.span.start,
                }],
            })
        })
        .collect()
}

fn path_of(
    instruction: &Instruction,
    heredoc: &Heredoc,
    directory: Option<&str>,
    body: &str,
) -> Option<String> {
    let words = instruction.words();
    let mut words = words.iter().filter(|word| !word.starts_with("--"));
    if instruction.name != "RUN" {
        let target = words.next_back()?;
        let path = copy::absolute(target, directory)?;
        return Some(if target.ends_with(['/', '.']) {
            format!("{}/{}", path.trim_end_matches('/'), heredoc.word)
        } else {
            path
        });
    }
    let first = words.next()?;
    if first == "cat" {
        let mut words = words.skip_while(|word| !matches!(word.as_str(), ">" | ">>"));
        return copy::absolute(words.nth(1)?, directory);
    }
    let is_shell =
        first.starts_with("<<") || matches!(first.as_str(), "sh" | "bash" | "/bin/sh" | "/bin/bash");
    // A first line may name another interpreter.
    let is_other = body.starts_with("#!") && !body.lines().next().is_some_and(|line| line.ends_with("sh"));
    (is_shell && !is_other).then(|| format!("{RUN}.sh"))
}
