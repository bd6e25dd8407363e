//! What a rule is, and the sink that its check reports to.

use crate::finding::{Confidence, Draft, Finding, Scope, Severity};
use crate::pattern::Pattern;
use crate::project::{Matter, Project};

/// What a rule's page says about it.
#[derive(Debug, Clone)]
pub struct Meta {
    /// The id, which is the page's file name: `hardcoded-ip`.
    pub id: &'static str,
    /// The category, which is the page's folder: `network`.
    pub category: &'static str,
    /// One line, under 60 characters.
    pub summary: String,
    /// The severity in deployed code; milder elsewhere.
    pub severity: Severity,
    /// The most that a finding can be sure.
    pub confidence: Confidence,
    /// Minutes of editing for the first place of a cause, as a range.
    pub effort_first: [u32; 2],
    /// Minutes for each further place of the same cause, as a range.
    pub effort_further: [u32; 2],
    /// The version of the program that brought the rule.
    pub since: String,
    /// What may be said when the rule found all that it looked at right.
    pub sound: Option<Sound>,
    /// The page's text below the front matter.
    pub page: &'static str,
}

/// What a rule looks at, and what may be said when it finds all of it right. Where the project holds none of
/// it, there was nothing to check, and nothing is said.
#[derive(Debug, Clone)]
pub struct Sound {
    /// What it looks at; the project counts it.
    pub of: Matter,
    /// What may be said of all of it: `no conflicts`.
    pub says: String,
}

/// A check written in Rust: from the project to findings.
pub type Check = fn(&Project, &mut Sink<'_>);

/// How a rule finds what it finds.
#[derive(Debug, Clone)]
pub enum Judge {
    /// A `[match]` of its page.
    Pattern(Box<Pattern>),
    /// Code of `src/rules/`.
    Code(Check),
}

/// A rule: its page and its judge.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What its page says.
    pub meta: Meta,
    /// How it finds.
    pub judge: Judge,
}

impl Rule {
    /// The findings of this rule in `project`, in no particular order.
    pub fn findings(&self, project: &Project) -> Vec<Finding> {
        let mut sink = Sink {
            meta: &self.meta,
            project,
            findings: Vec::new(),
        };
        match &self.judge {
            Judge::Pattern(pattern) => pattern.check(project, &mut sink),
            Judge::Code(check) => check(project, &mut sink),
        }
        sink.findings
    }
}

/// Takes the findings of one rule. It is bound to that rule: a check cannot report under another id
/// or choose a severity.
pub struct Sink<'a> {
    meta: &'a Meta,
    project: &'a Project,
    findings: Vec<Finding>,
}

impl Sink<'_> {
    /// Reports a finding.
    ///
    /// The severity is the page's, limited by the effect that the check states, one step milder in
    /// scripts that people run, and `info` where nobody runs the code on the server.
    pub fn report(&mut self, draft: Draft) {
        let scope = draft
            .scope
            .unwrap_or_else(|| self.project.scope(draft.place.document));
        let severity = self.meta.severity.min(draft.effect.limit());
        let severity = match scope {
            Scope::Deployed => severity,
            Scope::Operations => severity.milder(),
            Scope::Development => Severity::Info,
        };
        let programs = draft
            .programs
            .unwrap_or_else(|| self.project.programs_reaching(draft.place.document));
        self.findings.push(Finding {
            rule: self.meta.id,
            category: self.meta.category,
            severity,
            confidence: self.meta.confidence.min(draft.confidence),
            scope,
            cause: format!("{}:{}", self.meta.id, draft.subject),
            message: draft.message,
            label: draft.label,
            help: draft.help,
            place: draft.place,
            related: draft.related,
            steps: draft.steps,
            programs,
            effect: draft.effect,
            phase: draft.phase,
            moments: draft.moments,
            edits: draft.edits,
        });
    }
}
