//! Roots that are computed from a file's place, one `.parent` too many or too few.

use super::super::lacking::{self, Matter};
use crate::finding::{Confidence, Draft, Effect};
use crate::project::{Hint, Project, ScriptRoot};
use crate::rule::Sink;

/// Reports every path that the tree has, but at another height than where it is looked for.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    project
        .misplaced_script_roots()
        .iter()
        .for_each(|root| sink.report(of_script(root)));
    for (failed, lack) in lacking::of(project, Matter::Level) {
        let Hint::Level { found, is_too_high } = &lack.hint else {
            continue;
        };
        let path = &lack.path;
        let message = if path.starts_with("../") {
            format!("this leads to `{path}`, out of the tree: `{found}` is in it")
        } else {
            format!("this leads to `{path}`, which the tree does not have: it has `{found}`")
        };
        let help = if *is_too_high {
            "Go up less far: a `.parent` or `dirname` is too many."
        } else {
            "Go up further: a `.parent` or `dirname` is missing."
        };
        if let Some(draft) = lacking::draft(project, failed, lack, message) {
            sink.report(draft.subject(format!("level {path}")).help(help));
        }
    }
}

/// A root that a shell script computes.
fn of_script(root: &ScriptRoot) -> Draft {
    let ScriptRoot {
        name, rest, found, ..
    } = root;
    let (why, help) = if root.is_too_high {
        (
            "leads out of the tree",
            "Go up less far: a `..` or `dirname` is too many.",
        )
    } else {
        (
            "does not lead far enough up",
            "Go up further: a `..` or `dirname` is missing.",
        )
    };
    Draft::new(
        root.place,
        format!("`${name}` {why}: `{found}` is in the tree, and not `{rest}` below `${name}`"),
    )
    .subject(format!("${name} {why}"))
    .label("No such file or directory")
    .help(help)
    .effect(Effect::Start)
    .confidence(Confidence::Likely)
}
