//! Third-party imports whose distribution nothing installs.

use super::super::failing;
use crate::facts::requirement::normalize;
use crate::finding::{Confidence, Draft, Effect, Phase};
use crate::knowledge::{distributions, runners};
use crate::project::{Entry, Failure, FailureKind, Project, Provision, When};
use crate::rule::Sink;

/// Reports every import of a distribution that the target does not get.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for failed in &project.failures {
        let failure = &failed.failure;
        let FailureKind::Distribution(provision) = &failure.kind else {
            continue;
        };
        if comes_with_pip(project, failure) {
            continue;
        }
        let distribution = distributions::distributions_of(&failure.module)
            .into_iter()
            .next()
            .unwrap_or_default();
        let message = message(project, failure, provision, &distribution);
        let Some(mut draft) = failing::draft(project, failed, message) else {
            continue;
        };
        // An optional feature, by its declaration and by its `except` or in a library: whoever wants it installs
        // the extra.
        let is_optional = failed.programs.is_empty() || failure.when == When::Hidden;
        if is_optional && matches!(provision, Provision::Group(..)) {
            draft = draft.effect(Effect::Advice);
        }
        let confidence = confidence(project, failure, provision);
        // One line mends all places of it.
        let line = project.line_of_requirements();
        if let Some(line) = line.filter(|_| confidence == Confidence::Certain && is_missing(provision)) {
            draft = draft.edit(line, format!("{distribution}\n"));
        }
        sink.report(
            draft
                .subject(normalize(&distribution))
                .label(format!("No module named '{}'", failure.missing))
                .help(help(project, provision, &distribution, is_known(failure)))
                .confidence(confidence),
        );
    }
    check_runners(project, sink);
}

/// Whether a `setup.py` imports what pip has ready when it runs it.
fn comes_with_pip(project: &Project, failure: &Failure) -> bool {
    let module = failure.module.split('.').next().unwrap_or(&failure.module);
    let document = project.document(failure.place.document);
    let is_setup = document.is_some_and(|document| document.path.rsplit('/').next() == Some("setup.py"));
    is_setup && matches!(module, "setuptools" | "pkg_resources" | "wheel")
}

/// Commands such as `uvicorn`, which a distribution of their own name brings.
fn check_runners(project: &Project, sink: &mut Sink<'_>) {
    let commands = project
        .programs()
        .flat_map(|(id, program)| program.stages.iter().map(move |stage| (id, program, stage)));
    for (id, program, stage) in commands {
        let (Entry::Module {
            runner: Some(command),
            ..
        }
        | Entry::Tool { command }) = &stage.entry
        else {
            continue;
        };
        let Some(distribution) = runners::distribution_of(command) else {
            continue;
        };
        let provision = project.requirements.provision_of(distribution);
        if matches!(provision, Provision::Declared | Provision::Brought(_)) {
            continue;
        }
        let named = if command == distribution {
            String::new()
        } else {
            format!(" (distribution `{distribution}`)")
        };
        let message = format!(
            "`{}` runs `{command}`{named}, and no requirements file declares it",
            program.definition
        );
        // An image may have it, and an entry point with many arms may not get there.
        if program.in_container && stage.is_conditional {
            continue;
        }
        // An image that the tree does not describe may have it.
        let (confidence, effect) = if program.in_container {
            (Confidence::Possible, stage.effect().min(Effect::Use))
        } else {
            (Confidence::Likely, stage.effect())
        };
        sink.report(
            Draft::new(stage.place, message)
                .subject(normalize(distribution))
                .label("command not found")
                .help(help(project, &provision, distribution, true))
                .programs(vec![id])
                .phase(Phase::Spawn)
                .confidence(confidence)
                .effect(effect),
        );
    }
}

/// Whether it is declared for nobody: one more line is all that is needed.
fn is_missing(provision: &Provision) -> bool {
    !matches!(
        provision,
        Provision::Group(..) | Provision::Marker(_) | Provision::Unknown(_)
    )
}

/// Whether some distribution is known to bring the module. One that none does may be a file of the tree's own that
/// did not come along.
fn is_known(failure: &Failure) -> bool {
    let top = failure.module.split('.').next().unwrap_or(&failure.module);
    distributions::is_known_module(&failure.module) || distributions::is_known(top)
}

fn confidence(project: &Project, failure: &Failure, provision: &Provision) -> Confidence {
    let is_known = is_known(failure);
    match provision {
        _ if failure.confidence == Confidence::Possible => Confidence::Possible,
        Provision::Unknown(_) | Provision::Group(..) => Confidence::Likely,
        _ if project.requirements.is_empty() || !is_known => Confidence::Likely,
        _ => Confidence::Certain,
    }
}

fn message(project: &Project, failure: &Failure, provision: &Provision, distribution: &str) -> String {
    let module = failure.module.split('.').next().unwrap_or(&failure.module);
    let named = if normalize(module) == normalize(distribution) {
        format!("`{module}`")
    } else {
        format!("`{module}` (distribution `{distribution}`)")
    };
    let hidden = if failure.when == When::Hidden {
        ", and a broad `except` hides the failure"
    } else {
        ""
    };
    match provision {
        Provision::Group(group, _) => {
            format!("{named} is only declared in the optional group `{group}`{hidden}")
        }
        Provision::Marker(_) => format!("{named} is declared only for another platform or Python{hidden}"),
        _ if !is_known(failure) && project.requirements.is_empty() => {
            format!(
                "{named} is imported, and the tree has neither a file that fits nor any requirements{hidden}"
            )
        }
        _ if !is_known(failure) => {
            format!(
                "{named} is imported, and no requirements file declares it, nor does a file of the tree fit{hidden}"
            )
        }
        _ if project.requirements.is_empty() => {
            format!("{named} is imported, and the tree declares no requirements at all{hidden}")
        }
        _ => format!("{named} is imported, and no requirements file declares it{hidden}"),
    }
}

fn help(project: &Project, provision: &Provision, distribution: &str, is_known: bool) -> String {
    match provision {
        Provision::Group(group, _) => {
            format!(
                "Move `{distribution}` to the main requirements, or install the group `{group}` on the server."
            )
        }
        Provision::Marker(_) => format!("Widen the marker of `{distribution}`, or guard the import."),
        _ => {
            let file = project
                .requirements
                .files()
                .first()
                .and_then(|id| project.document(*id));
            let file = file.map_or("requirements.txt", |document| document.path.as_str());
            let unsure = match provision {
                Provision::Unknown(names) => {
                    let shown = names
                        .iter()
                        .take(3)
                        .map(|name| format!("`{name}`"))
                        .collect::<Vec<_>>()
                        .join(", ");
                    format!(" Unless {shown} brings it along: what they need is not known here.")
                }
                _ => String::new(),
            };
            if is_known {
                format!("Add `{distribution}` to `{file}`.{unsure}")
            } else {
                format!(
                    "If it is a distribution, add `{distribution}` to `{file}`; if it is a file of your own, it did not come along: bring it back.{unsure}"
                )
            }
        }
    }
}
