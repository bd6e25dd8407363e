//! Findings that somebody set aside: with a comment, by file, by rule. They are kept apart, never
//! forgotten.

use crate::facts::Suppression;
use crate::finding::{Effect, Finding, Place, Scope, Severity};
use crate::project::Project;
use crate::settings::{Selection, nearest};
use crate::source::Span;
use std::collections::BTreeMap;

/// Findings, after what people set aside was taken out.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// What counts.
    pub open: Vec<Finding>,
    /// What was set aside, with the severity that it has without the settings.
    pub suppressed: Vec<Finding>,
    /// Blockers that the settings made milder. They count as set aside in the verdict.
    pub lowered: usize,
    /// What is wrong with the comments that set aside.
    pub notices: Vec<Notice>,
}

/// Something to be told beside the findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it is about, for machines.
    pub kind: &'static str,
    /// What is to be told.
    pub message: String,
    /// Where.
    pub place: Place,
}

/// A comment, where it stands in its file.
struct Comment<'a> {
    said: &'a Suppression,
    place: Place,
    used: Vec<bool>,
}

/// Sets aside what the comments of the files and the settings say. `known` are the ids of all rules.
pub fn apply(findings: Vec<Finding>, project: &Project, selection: &Selection, known: &[&str]) -> Outcome {
    let mut comments = comments(project);
    let mut outcome = Outcome::default();
    for mut finding in findings {
        let place = project.in_file(finding.place);
        let path = project
            .document(place.document)
            .map_or("", |document| document.path.as_str());
        let by_comment = is_commented(&mut comments, &finding, place);
        if by_comment || !selection.wants(finding.rule, finding.category, path) {
            outcome.suppressed.push(finding);
            continue;
        }
        let wanted = selection.severity.get(finding.rule);
        if let Some(severity) = wanted.or_else(|| selection.severity.get(finding.category)) {
            let severity = in_scope(*severity, finding.scope);
            outcome.lowered +=
                usize::from(finding.severity == Severity::Blocker && severity < finding.severity);
            finding.severity = severity;
            if severity < Severity::Blocker {
                finding.effect = finding.effect.min(Effect::Use);
            }
        }
        outcome.open.push(finding);
    }
    for comment in comments.values().flatten() {
        complain(comment, known, &mut outcome.notices);
    }
    outcome
}

/// A chosen severity is that of deployed code, as a page's is.
fn in_scope(severity: Severity, scope: Scope) -> Severity {
    match scope {
        Scope::Deployed => severity,
        Scope::Operations => severity.milder(),
        Scope::Development => Severity::Info,
    }
}

/// The comments of each file. A document inside a file is covered by the comments of the file, whose
/// text holds its own.
fn comments(project: &Project) -> BTreeMap<u32, Vec<Comment<'_>>> {
    let mut all = BTreeMap::new();
    for (id, document) in project.documents() {
        if document.host.is_none() && !document.facts.suppressions.is_empty() {
            let of_file = document.facts.suppressions.iter().map(|said| Comment {
                said,
                place: Place {
                    document: id,
                    span: said.span,
                },
                used: vec![false; said.rules.len()],
            });
            all.insert(id.0, of_file.collect());
        }
    }
    all
}

fn is_commented(comments: &mut BTreeMap<u32, Vec<Comment<'_>>>, finding: &Finding, place: Place) -> bool {
    let Some(of_file) = comments.get_mut(&place.document.0) else {
        return false;
    };
    // Comments stand in the order of the file and cover at most two lines each: only the last few that
    // begin before the finding can cover it.
    let behind = of_file.partition_point(|comment| comment.said.covers.start <= place.span.start);
    let mut is_covered = false;
    for comment in of_file[..behind].iter_mut().rev() {
        if !covers(comment.said.covers, place.span) {
            break;
        }
        for (rule, used) in comment.said.rules.iter().zip(&mut comment.used) {
            if names(rule, finding) {
                *used = true;
                is_covered = true;
            }
        }
    }
    is_covered
}

fn covers(covered: Span, span: Span) -> bool {
    covered.start <= span.start && span.start <= covered.end
}

fn names(word: &str, finding: &Finding) -> bool {
    word == finding.rule || word.split_once('/') == Some((finding.category, finding.rule))
}

fn complain(comment: &Comment<'_>, known: &[&str], notices: &mut Vec<Notice>) {
    let mut note = |kind, message| {
        notices.push(Notice {
            kind,
            message,
            place: comment.place,
        });
    };
    if comment.said.rules.is_empty() {
        let message =
            "this comment names no rule, so it sets nothing aside; write `audit: ignore[rule] reason`";
        note("suppression-without-rule", message.to_owned());
        return;
    }
    if comment.said.reason.is_empty() {
        let message = "this comment gives no reason; write behind the bracket why the finding is no defect";
        note("suppression-without-reason", message.to_owned());
    }
    for (rule, used) in comment.said.rules.iter().zip(&comment.used) {
        let short = rule.rsplit('/').next().unwrap_or(rule);
        if !known.contains(&short) {
            let hint = match nearest(short, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`audit rules` lists them all".to_owned(),
            };
            note("unknown-rule", format!("there is no rule `{rule}`; {hint}"));
        } else if !used {
            let message = format!("nothing here is found by `{rule}`; take the comment away");
            note("unused-suppression", message);
        }
    }
}
