//! Findings that somebody set aside: with a comment, by file, by rule. They are kept apart, never
//! forgotten.

use crate::facts::Suppression;
use crate::finding::{Effect, Finding, Place, Scope, Severity};
use crate::project::Project;
use crate::readiness::{SetAside, Tally};
use crate::settings::{Selection, nearest};
use crate::source::Span;
use std::collections::BTreeMap;

mod idle;
pub use idle::idle;

/// The category of rules about what the settings leave out.
const SETTINGS: &str = "settings";

/// Findings, after what people set aside was taken out.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// What counts.
    pub open: Vec<Finding>,
    /// What was set aside, with the severity that it has without the settings.
    pub suppressed: Vec<Finding>,
    /// The categories of blockers that the settings made milder. They count as set aside in the verdict.
    pub lowered: Vec<&'static str>,
    /// What is wrong with the comments that set aside.
    pub notices: Vec<Notice>,
    /// Files that are left out although the deployment needs them.
    pub excluded: usize,
}

impl Outcome {
    /// What was set aside, of one category or in all.
    pub fn aside(&self, category: Option<&str>) -> SetAside {
        let is_of = |name: &str| category.is_none_or(|wanted| wanted == name);
        let suppressed = self.suppressed.iter().filter(|finding| is_of(finding.category));
        SetAside {
            findings: Tally::of(suppressed.map(|finding| finding.severity)),
            lowered: self.lowered.iter().filter(|name| is_of(name)).count(),
            excluded: match category {
                None | Some(SETTINGS) => self.excluded,
                Some(_) => 0,
            },
        }
    }
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
    let mut outcome = Outcome {
        excluded: project.left_out().len(),
        ..Outcome::default()
    };
    for mut finding in findings {
        let place = project.in_file(finding.place);
        let path = project
            .document(place.document)
            .map_or("", |document| document.path.as_str());
        // What is said of the settings is not for them to leave out.
        if project.is_left_out(place.document) && finding.category != SETTINGS {
            // Nobody asks for what is wrong in a file that no program runs.
            if finding.scope == Scope::Deployed || finding.severity == Severity::Blocker {
                outcome.suppressed.push(finding);
            }
            continue;
        }
        let by_comment = is_commented(&mut comments, &finding, place);
        if by_comment || !selection.wants(finding.rule, finding.category, path) {
            outcome.suppressed.push(finding);
            continue;
        }
        let wanted = selection.severity.get(finding.rule);
        if let Some(severity) = wanted.or_else(|| selection.severity.get(finding.category)) {
            let severity = in_scope(*severity, finding.scope);
            if finding.severity == Severity::Blocker && severity < finding.severity {
                outcome.lowered.push(finding.category);
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, DocumentId};
    use crate::settings::PathGlob;
    use crate::target::Target;
    use crate::tree::Memory;

    /// The outcome for one blocker on each line of `text` that holds `HOST`.
    fn outcome(text: &str, selection: &Selection) -> Outcome {
        let tree = Memory::new([("feed.py", text)]);
        let (project, _) = crate::engine::read(
            &tree,
            Target::default(),
            &|_| false,
            &crate::engine::Progress::default(),
        );
        let findings = text
            .match_indices("HOST")
            .map(|(at, _)| Finding {
                rule: "hardcoded-ip",
                category: "network",
                severity: Severity::Blocker,
                confidence: Confidence::Certain,
                scope: Scope::Deployed,
                cause: "hardcoded-ip:x".to_owned(),
                message: String::new(),
                label: String::new(),
                help: String::new(),
                place: Place {
                    document: DocumentId(0),
                    span: Span::new(at, at + 4),
                },
                related: Vec::new(),
                steps: 0,
                programs: Vec::new(),
                effect: Effect::Start,
                phase: crate::finding::Phase::Run,
                moments: std::collections::BTreeMap::new(),
                edits: Vec::new(),
            })
            .collect();
        apply(findings, &project, selection, &["hardcoded-ip", "macos-path"])
    }

    #[test]
    fn a_comment_covers_its_line_or_the_next() {
        let text = "HOST = 1  # audit: ignore[hardcoded-ip] the lab\n\
                    # audit: ignore[network/hardcoded-ip] the lab\nHOST = 2\nHOST = 3\n";
        let found = outcome(text, &Selection::default());
        assert_eq!((found.open.len(), found.suppressed.len()), (1, 2));
        assert!(found.notices.is_empty(), "{:?}", found.notices);
    }

    #[test]
    fn comments_that_do_not_hold_are_told() {
        let text = "HOST = 1  # audit: ignore[hardcoded-ip]\nx = 2  # audit: ignore[macos-path] why\n\
                    y = 3  # audit: ignore[hardcoded-op] why\nz = 4  # audit: ignore[] why\n";
        let found = outcome(text, &Selection::default());
        let kinds: Vec<_> = found.notices.iter().map(|notice| notice.kind).collect();
        assert_eq!(
            kinds,
            [
                "suppression-without-reason",
                "unused-suppression",
                "unknown-rule",
                "suppression-without-rule"
            ]
        );
        assert!(found.notices[2].message.contains("did you mean `hardcoded-ip`?"));
    }

    #[test]
    fn settings_set_aside_and_make_milder() {
        let text = "HOST = 1\n";
        let per_file = Selection {
            per_file: vec![(PathGlob::new("*.py").unwrap(), vec!["network".to_owned()])],
            ..Selection::default()
        };
        assert_eq!(outcome(text, &per_file).suppressed.len(), 1);
        let milder = Selection {
            severity: BTreeMap::from([("hardcoded-ip".to_owned(), Severity::Minor)]),
            ..Selection::default()
        };
        let found = outcome(text, &milder);
        assert_eq!(
            (found.lowered.len(), found.open[0].severity),
            (1, Severity::Minor)
        );
        assert_eq!(found.open[0].effect, Effect::Use);
    }
}
