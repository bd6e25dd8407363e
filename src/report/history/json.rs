//! The history for programs.

use super::{Came, History, Step};
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    root: &'a str,
    target: String,
    python: String,
    /// The oldest first.
    commits: Vec<CommitView<'a>>,
}

#[derive(Serialize)]
struct CommitView<'a> {
    commit: &'a str,
    date: &'a str,
    subject: &'a str,
    verdict: &'static str,
    score: Option<u8>,
    programs: usize,
    programs_starting: usize,
    blockers: usize,
    majors: usize,
    minors: usize,
    fell: bool,
    /// What came with a fall, the worst first.
    came: Vec<CameView<'a>>,
    came_further: usize,
}

#[derive(Serialize)]
struct CameView<'a> {
    severity: &'static str,
    rule: &'static str,
    message: &'a str,
    places: usize,
}

/// The history as one document, with a line end.
///
/// # Errors
/// In the words of the writer; text and numbers cannot fail to be written.
pub fn render(history: &History) -> Result<String, String> {
    let document = Document {
        version: 1,
        root: &history.root,
        target: history.target.os.clone(),
        python: history.target.python.to_string(),
        commits: history.steps.iter().map(commit).collect(),
    };
    let text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

fn commit(step: &Step) -> CommitView<'_> {
    let moment = &step.moment;
    let causes = &moment.readiness.causes;
    CommitView {
        commit: &moment.commit.id,
        date: &moment.commit.date,
        subject: &moment.commit.subject,
        verdict: moment.readiness.verdict.name(),
        score: moment.readiness.score,
        programs: moment.programs.0,
        programs_starting: moment.programs.1,
        blockers: causes.blocker,
        majors: causes.major,
        minors: causes.minor,
        fell: step.is_fall,
        came: step.came.iter().map(came).collect(),
        came_further: step.further,
    }
}

fn came(came: &Came) -> CameView<'_> {
    CameView {
        severity: came.severity.name(),
        rule: came.rule,
        message: &came.message,
        places: came.places,
    }
}
