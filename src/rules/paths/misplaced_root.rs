//! Roots that are computed from a file's place, one `.parent` too many or too few.

use super::super::lacking::{self, Matter};
use crate::project::{Hint, Project};
use crate::rule::Sink;

/// Reports every path that the tree has, but at another height than where it is looked for.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
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
            "Go up one folder less: a `.parent` or `dirname` too many."
        } else {
            "Go up one folder more: a `.parent` or `dirname` is missing."
        };
        if let Some(draft) = lacking::draft(project, failed, lack, message) {
            sink.report(draft.subject(format!("level {path}")).help(help));
        }
    }
}
