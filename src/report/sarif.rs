//! SARIF 2.1.0, <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>, with what GitHub's code
//! scanning asks for: relative URIs, one fingerprint for each result, rules with their pages.

mod limits;
mod views;

use super::{BaselineReport, FindingReport, Location, NoticeReport, Report, Start};
use crate::finding::{Confidence, Severity};
use crate::readiness;
use crate::rule::Meta;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use views::{
    Artifact, ArtifactChange, Base, CodeFlow, Configuration, Descriptor, Driver, Fingerprints, Fix, Inserted,
    Invocation, Log, Markdown, Message, Notification, Physical, Place, Region, Replacement, ResultProperties,
    ResultView, RuleProperties, Run, RunProperties, Step, ThreadFlow, Tool,
};

/// What relative URIs are relative to: the folder that the consumer has the files in.
const BASE: &str = "%SRCROOT%";

/// The document, with a line end.
///
/// # Errors
/// In the words of the writer; text and numbers cannot fail to be written.
pub fn render(report: &Report, with_info: bool) -> Result<String, String> {
    let indices: BTreeMap<&str, usize> = report
        .rules
        .iter()
        .enumerate()
        .map(|(index, rule)| (rule.meta.id, index))
        .collect();
    let (results, cut) = limits::within(results(report, with_info, &indices));
    let trouble = report.readiness.reason.map(unassessed);
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "audit",
                version: env!("CARGO_PKG_VERSION"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: report.rules.iter().map(|rule| descriptor(&rule.meta)).collect(),
            },
        },
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: BTreeMap::from([(
            BASE,
            Base {
                description: text("The folder that audit was started in.".to_owned()),
            },
        )]),
        invocations: vec![Invocation {
            execution_successful: report.readiness.reason.is_none(),
            tool_execution_notifications: trouble.into_iter().chain(cut).collect(),
            tool_configuration_notifications: report
                .notices
                .iter()
                .map(|notice| notification(report, notice))
                .collect(),
        }],
        results,
        properties: properties(report),
    };
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: vec![run],
    };
    let text = serde_json::to_string_pretty(&log).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

fn properties(report: &Report) -> RunProperties<'_> {
    let readiness = &report.readiness;
    RunProperties {
        model: readiness::MODEL,
        verdict: readiness.verdict.name(),
        score: readiness.score,
        reason: readiness.reason,
        effort_minutes: readiness.effort,
        programs: report.programs.len(),
        programs_starting: report.programs_that(Start::Starts),
        findings_set_aside: report.aside.findings.total(),
    }
}

fn descriptor(meta: &Meta) -> Descriptor<'_> {
    // The examples are the rule's test; people who mend something do not need them.
    let page = meta
        .page
        .split("\n## Examples")
        .next()
        .unwrap_or(meta.page)
        .trim();
    let level = level(meta.severity);
    Descriptor {
        id: meta.id,
        name: meta.id,
        short_description: text(meta.summary.clone()),
        full_description: text(format!("{}.", meta.summary)),
        help: Markdown {
            text: page.to_owned(),
            markdown: page.to_owned(),
        },
        default_configuration: Configuration { level },
        properties: RuleProperties {
            tags: vec![meta.category, "deployment"],
            precision: match meta.confidence {
                Confidence::Certain => "very-high",
                Confidence::Likely => "high",
                Confidence::Possible => "medium",
            },
            // What GitHub sorts by.
            problem_severity: match level {
                "error" => "error",
                "warning" => "warning",
                _ => "recommendation",
            },
        },
    }
}

/// What is to be told, by place; with a baseline also what that knows, and what of that is gone.
fn results<'a>(report: &'a Report, with_info: bool, indices: &BTreeMap<&str, usize>) -> Vec<ResultView<'a>> {
    let baseline = report.compared.baseline.as_ref();
    let state = baseline.map(|_| "new");
    let is_told = |found: &&FindingReport| with_info || found.finding.severity > Severity::Info;
    let told = report.told(with_info).map(|found| (found, state));
    let known = report
        .known()
        .filter(is_told)
        .map(|found| (found, Some("unchanged")));
    let mut all: Vec<(&FindingReport, Option<&'static str>)> = told.chain(known).collect();
    if baseline.is_some() {
        all.sort_by_key(|(found, _)| (&found.location, found.finding.rule, &found.id));
    }
    let results = all.into_iter().map(|(found, state)| ResultView {
        baseline_state: state,
        ..result(report, found, indices)
    });
    let gone = baseline
        .into_iter()
        .flat_map(|baseline| absent(report, baseline, indices));
    results.chain(gone).collect()
}

/// What the baseline knows and is no longer found. It keeps no lines, so the file alone is named.
fn absent<'a>(
    report: &'a Report,
    baseline: &'a BaselineReport,
    indices: &BTreeMap<&str, usize>,
) -> impl Iterator<Item = ResultView<'a>> {
    let gone = baseline.stale.iter().map(|[path, rule, subject]| ResultView {
        rule_id: rule,
        rule_index: indices.get(rule.as_str()).copied(),
        kind: "pass",
        level: "none",
        message: text(plain(&format!("No longer found: {subject}"))),
        locations: vec![Place {
            id: None,
            physical_location: Physical {
                artifact_location: artifact(&format!("{}{path}", report.prefix)),
                region: None,
            },
            message: None,
        }],
        related_locations: Vec::new(),
        code_flows: Vec::new(),
        fixes: Vec::new(),
        partial_fingerprints: None,
        baseline_state: Some("absent"),
        properties: None,
    });
    gone.collect::<Vec<_>>().into_iter()
}

fn result<'a>(report: &Report, found: &'a FindingReport, indices: &BTreeMap<&str, usize>) -> ResultView<'a> {
    let finding = &found.finding;
    let related = found.related.iter().take(limits::LOCATIONS).enumerate();
    ResultView {
        rule_id: finding.rule,
        rule_index: indices.get(finding.rule).copied(),
        kind: if finding.severity == Severity::Info {
            "informational"
        } else {
            "fail"
        },
        level: level(finding.severity),
        message: text(plain(&found.told())),
        locations: vec![place(report, &found.location, None, None)],
        related_locations: related
            .map(|(at, (message, location))| place(report, location, Some(at + 1), Some(message)))
            .collect(),
        code_flows: code_flow(report, found).into_iter().collect(),
        fixes: fix(report, found).into_iter().collect(),
        partial_fingerprints: Some(Fingerprints { id: &found.id }),
        baseline_state: None,
        properties: Some(ResultProperties {
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            scope: finding.scope.name(),
            cause: &finding.cause,
            programs: &found.programs,
        }),
    }
}

/// The mend that a machine can write, by file.
fn fix(report: &Report, found: &FindingReport) -> Option<Fix> {
    let mut changes: BTreeMap<String, Vec<Replacement>> = BTreeMap::new();
    for (location, new) in &found.edits {
        changes
            .entry(report.path(location))
            .or_default()
            .push(Replacement {
                deleted_region: region(location),
                inserted_content: Inserted { text: new.clone() },
            });
    }
    let changes = changes.into_iter().map(|(path, replacements)| ArtifactChange {
        artifact_location: artifact(&path),
        replacements,
    });
    (!found.edits.is_empty()).then(|| Fix {
        description: text(plain(&super::style::capitalised(&found.finding.help))),
        artifact_changes: changes.collect(),
    })
}

/// The steps that lead to the finding, from the program's command line on.
fn code_flow(report: &Report, found: &FindingReport) -> Option<CodeFlow> {
    let steps = found.related.get(..found.finding.steps.min(limits::STEPS))?;
    if steps.is_empty() {
        return None;
    }
    let end = if found.finding.label.is_empty() {
        &found.finding.message
    } else {
        &found.finding.label
    };
    let last = place(report, &found.location, None, Some(end));
    let steps = steps
        .iter()
        .map(|(message, location)| place(report, location, None, Some(message)));
    let locations = steps.chain([last]).map(|location| Step { location }).collect();
    Some(CodeFlow {
        thread_flows: vec![ThreadFlow { locations }],
    })
}

/// Why nothing could be assessed: an empty list of results is no good news then.
fn unassessed(reason: &str) -> Notification {
    Notification {
        level: "error",
        message: text(format!("Nothing could be assessed: {reason}.")),
        locations: Vec::new(),
    }
}

fn notification(report: &Report, notice: &NoticeReport) -> Notification {
    Notification {
        level: "warning",
        message: text(plain(&notice.message)),
        locations: vec![place(report, &notice.location, None, None)],
    }
}

fn place(report: &Report, location: &Location, id: Option<usize>, message: Option<&str>) -> Place {
    Place {
        id,
        physical_location: Physical {
            artifact_location: artifact(&report.path(location)),
            region: Some(region(location)),
        },
        message: message.map(|message| text(plain(message))),
    }
}

fn artifact(path: &str) -> Artifact {
    Artifact {
        uri: uri(path),
        uri_base_id: BASE,
    }
}

fn region(location: &Location) -> Region {
    Region {
        start_line: location.start.line,
        start_column: location.start.column,
        end_line: location.end.line,
        end_column: location.end.column,
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocker => "error",
        Severity::Major => "warning",
        Severity::Minor => "note",
        Severity::Info => "none",
    }
}

fn text(text: String) -> Message {
    Message { text }
}

/// A message without what SARIF would take for a link to another place: `[text](1)`.
fn plain(message: &str) -> String {
    message.replace("](", "] (")
}

/// A relative path as a relative reference of RFC 3986: what is not unreserved is encoded, so that neither a
/// colon nor a question mark of a file name can change its meaning.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_relative_reference() {
        assert_eq!(uri("app/main.py"), "app/main.py");
        assert_eq!(uri("a b:c?é#.py"), "a%20b%3Ac%3F%C3%A9%23.py");
    }
}
