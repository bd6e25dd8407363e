//! The gate: whether a run passes, and words that say what failed and by how much.

use super::{Exit, tell};
use crate::finding::Severity;
use crate::readiness::Verdict;
use crate::report::{Compared, Report};
use crate::settings::Settings;

/// The exit status, with words on stderr.
pub(super) fn exit(report: &Report, settings: &Settings, is_quiet: bool) -> Exit {
    if !is_quiet {
        for notice in &report.notices {
            let at = &notice.location;
            tell(&format!(
                "audit: {}:{}: {}",
                at.path, at.start.line, notice.message
            ));
        }
    }
    if report.readiness.verdict == Verdict::NotAssessed {
        let reason = report.readiness.reason.unwrap_or("nothing could be judged");
        tell(&format!(
            "audit: {}: not assessed: {reason}",
            settings.root.display()
        ));
        return Exit::NotAssessed;
    }
    let failures: Vec<String> = [
        severity(report, settings.fail_on),
        score(report, settings.min_score),
        new(report, settings.max_new),
    ]
    .into_iter()
    .flatten()
    .collect();
    if failures.is_empty() {
        return Exit::Passed;
    }
    if !is_quiet {
        tell(&format!("audit: the gate is not passed: {}", failures.join("; ")));
    }
    Exit::Failed
}

/// Of what is shown: a baseline and a revision leave out what does not count here.
fn severity(report: &Report, limit: Option<Severity>) -> Option<String> {
    let limit = limit?;
    let reached = report.causes.iter().filter(|cause| cause.severity >= limit);
    let number = reached.count();
    let new = if report.compared == Compared::default() {
        ""
    } else {
        "new "
    };
    let (cause, allows) = (plural(number, &format!("{new}cause")), limit.name());
    (number > 0).then(|| match limit {
        Severity::Blocker => format!(
            "{}, and --fail-on blocker allows none",
            plural(number, &format!("{new}blocker"))
        ),
        _ => format!("{cause} of {allows} or worse, and --fail-on {allows} allows none"),
    })
}

fn score(report: &Report, limit: Option<u8>) -> Option<String> {
    let (limit, score) = (limit?, report.readiness.score?);
    (score < limit).then(|| {
        format!(
            "score {score}, {} under the {limit} that --min-score asks for",
            limit - score
        )
    })
}

fn new(report: &Report, limit: Option<usize>) -> Option<String> {
    let limit = limit?;
    let number = report.told(false).count();
    (number > limit).then(|| {
        format!(
            "{}, {} more than --max-new allows",
            plural(number, "new finding"),
            number - limit
        )
    })
}

fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
