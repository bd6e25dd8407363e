//! Patterns of the settings that do nothing any more: what they were for is mended, moved or gone.

use super::Notice;
use crate::finding::{Finding, Place};
use crate::project::Project;
use crate::settings::{PathGlob, Selection};
use crate::source::Span;
use std::collections::BTreeSet;

/// What is to be told of the tree's own file of settings: patterns of `exclude` that match no file, and rules of
/// `per-file-ignores` that find nothing in the files of their pattern. `findings` are those of all rules, before
/// anything is set aside.
pub fn idle(
    findings: &[Finding],
    project: &Project,
    selection: &Selection,
    exclude: &[PathGlob],
    own: &str,
) -> Vec<Notice> {
    let mut documents = project.documents();
    let Some((document, _)) = documents.find(|(_, found)| found.host.is_none() && found.path == own) else {
        return Vec::new();
    };
    let notice = |kind, span, message| Notice {
        kind,
        message,
        place: Place { document, span },
    };
    let unmatched = exclude.iter().filter_map(|glob| {
        let span = glob.span().filter(|_| !matches_any(glob, project))?;
        let message = format!(
            "`{}` of `exclude` matches no file; take it out: what git ignores is absent already",
            glob.written()
        );
        Some(notice("unused-exclude", span, message))
    });
    let found = found(findings, project);
    let unused = unused(selection, &found).into_iter().map(|(span, glob, rule)| {
        let message = format!("nothing in `{glob}` is found by `{rule}`; take it out of `per-file-ignores`");
        notice("unused-ignore", span, message)
    });
    unmatched.chain(unused).collect()
}

fn matches_any(glob: &PathGlob, project: &Project) -> bool {
    let documents = project.documents().map(|(_, found)| found.path.as_str());
    project
        .paths
        .files()
        .chain(documents)
        .any(|path| glob.matches(path))
}

/// Which rule of which category found something in which file.
fn found<'a>(findings: &[Finding], project: &'a Project) -> BTreeSet<(&'a str, &'static str, &'static str)> {
    let of_file = findings.iter().filter_map(|finding| {
        let document = project.document(project.in_file(finding.place).document)?;
        Some((document.path.as_str(), finding.rule, finding.category))
    });
    of_file.collect()
}

/// The patterns and rules of `per-file-ignores` that set nothing aside, with their place.
fn unused<'a>(
    selection: &'a Selection,
    found: &BTreeSet<(&str, &str, &str)>,
) -> Vec<(Span, &'a str, &'a str)> {
    let mut unused = Vec::new();
    for (glob, rules) in &selection.per_file {
        let Some(span) = glob.span() else {
            continue;
        };
        let of_files: BTreeSet<(&str, &str)> = found
            .iter()
            .filter(|(path, ..)| glob.matches(path))
            .map(|(_, rule, category)| (*rule, *category))
            .collect();
        let is_used = |word: &str| {
            of_files
                .iter()
                .any(|(rule, category)| word == *rule || word == *category)
        };
        let idle = rules.iter().filter(|rule| !is_used(rule));
        unused.extend(idle.map(|rule| (span, glob.written(), rule.as_str())));
    }
    unused
}
