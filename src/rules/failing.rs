//! What all findings about a failed step of a program have in common.

use crate::finding::{Confidence, Draft, Effect};
use crate::project::{ProgramFailure, Project, When};
use crate::target::PythonVersion;
use crate::tree::Withheld;

/// The finding of a failed step: whom it stops, how sure it is, and the chain that leads there. Nothing
/// when the code expects the failure.
pub(super) fn draft(project: &Project, failed: &ProgramFailure, message: String) -> Option<Draft> {
    let failure = &failed.failure;
    let effect = match failure.when {
        When::Expected => return None,
        When::Start if !failed.stopped.is_empty() => Effect::Start,
        When::Start | When::Hidden | When::Use => Effect::Use,
    };
    let mut draft = Draft::new(failure.place, message)
        .effect(effect)
        .moments(failed.moments.clone())
        .confidence(confidence(failed));
    if !failed.programs.is_empty() {
        let concerned = if effect == Effect::Start {
            &failed.stopped
        } else {
            &failed.programs
        };
        draft = draft.programs(concerned.clone());
    }
    Some(draft.chain(project.chain(failed)))
}

/// A file that no program reaches may be started in another way than the one that was tried.
fn confidence(failed: &ProgramFailure) -> Confidence {
    if failed.programs.is_empty() {
        failed.failure.confidence.min(Confidence::Likely)
    } else {
        failed.failure.confidence
    }
}

/// The Python that meets a failure: its first program's, or the server's.
pub(super) fn python(project: &Project, failed: &ProgramFailure) -> PythonVersion {
    let first = failed.programs.first();
    let program = first.and_then(|program| project.program(*program));
    program.map_or(project.target.python, |program| program.python)
}

/// How to have git bring what it ignores.
pub(super) fn help_for_ignored(withheld: &Withheld) -> String {
    let unless = if withheld.is_here {
        " If it was committed all the same (`git add --force`), audit a clone: this folder does not tell."
    } else {
        ""
    };
    format!(
        "Narrow the pattern in `{}` (a leading `/` binds it to one folder), and commit the module.{unless}",
        withheld.file
    )
}
