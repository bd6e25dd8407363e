//! What bash understands, in text that the server's `/bin/sh` reads, which is dash.

use crate::document::Document;
use crate::facts::{Bashism, Manager, Outcome, Shebang};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Place, ProgramId, Scope};
use crate::formats::Format;
use crate::knowledge;
use crate::project::{Execution, How, Project};
use crate::rule::Sink;
use std::collections::{BTreeMap, BTreeSet};

/// Why `sh` reads a text.
struct Reader {
    why: String,
    /// The place that says so, when it is another document.
    from: Option<Place>,
    confidence: Confidence,
}

/// Reports the first of each kind in every text that `sh` reads.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let release = knowledge::get().releases.get(&project.target.os);
    let Some(release) = release.filter(|release| release.sh == "dash") else {
        return;
    };
    let mut own: BTreeMap<Place, ProgramId> = BTreeMap::new();
    for (id, program) in project.programs() {
        own.entry(program.command_place).or_insert(id);
    }
    for (id, document) in project.documents() {
        if document.facts.bashisms.is_empty() {
            continue;
        }
        let Some(reader) = reader(project, id, document) else {
            continue;
        };
        for bashism in &document.facts.bashisms {
            // Newer versions of dash know this option.
            let is_known = bashism.what.contains("pipefail") && release.pipefail != Some(false);
            if !is_known {
                report(project, id, document, bashism, &reader, &own, sink);
            }
        }
    }
}

fn report(
    project: &Project,
    id: DocumentId,
    document: &Document,
    bashism: &Bashism,
    reader: &Reader,
    own: &BTreeMap<Place, ProgramId>,
    sink: &mut Sink<'_>,
) {
    let path = &document.path;
    let message = format!(
        "{} is nothing that `sh` knows on {}, where it is dash, and {}",
        bashism.what, project.target.os, reader.why
    );
    let place = Place {
        document: id,
        span: bashism.span,
    };
    let own = own.get(&place).and_then(|id| Some((*id, project.program(*id)?)));
    let container = own.and_then(|(_, program)| program.in_container.then_some(program.has_dash));
    if container == Some(Some(false)) {
        return;
    }
    let is_syntax = bashism.words.starts_with("Syntax error") || bashism.what.contains("pipefail");
    let (is_start, ends) = match own {
        // What stands behind `&&` is never run.
        Some((_, program)) => (
            true,
            bashism.outcome != Outcome::Differs && program.command.contains("&&"),
        ),
        None => (is_started(project, id, document), false),
    };
    let effect = match bashism.outcome {
        Outcome::Ends if is_start => Effect::Start,
        _ if ends => Effect::Start,
        _ => Effect::Use,
    };
    // A command that fails may stand where the script does not get to.
    let sure = match container {
        Some(None) => Confidence::Possible,
        _ if is_syntax || effect == Effect::Use => Confidence::Certain,
        _ => Confidence::Likely,
    };
    let label = match document.format {
        Format::Shell if bashism.outcome != Outcome::Differs => format!("{path}: {}", bashism.words),
        _ => bashism.words.to_owned(),
    };
    let mut draft = Draft::new(place, message)
        .subject(path)
        .label(label)
        .help(help(document))
        .effect(effect)
        .confidence(sure.min(reader.confidence));
    if let Some((program, _)) = own {
        draft = draft.programs(vec![program]);
    }
    if let Some(place) = reader.from {
        draft = draft.related(place, "`sh` is told to read it here");
    }
    if document.format == Format::Plain {
        // Recipes are what people run.
        draft = draft.scope(Scope::Operations);
    }
    sink.report(draft);
}

/// Whether a program starts with the text, or a step of the deployment runs it.
fn is_started(project: &Project, id: DocumentId, document: &Document) -> bool {
    let mut runs = project.executions_of(id).iter();
    let is_run = runs.any(|run| run.effect == Effect::Start);
    is_run || document.format == Format::Docker || !project.programs_reaching(id).is_empty()
}

fn help(document: &Document) -> String {
    let path = &document.path;
    match document.format {
        Format::Shell => format!(
            "Have bash read it: `#!/bin/bash` as its first line, and `bash {path}` where it is given to `sh`. Or write \
             it as POSIX has it."
        ),
        Format::Cron => {
            "Set `SHELL=/bin/bash` at the head of the table, or write it as POSIX has it.".to_owned()
        }
        Format::Docker => {
            "`SHELL [\"/bin/bash\", \"-c\"]` before it, or write it as POSIX has it.".to_owned()
        }
        Format::Python => {
            "Give the words as a list, without a shell; or `executable=\"/bin/bash\"`.".to_owned()
        }
        Format::Plain => {
            "`SHELL := /bin/bash` at the head of the file, or write it as POSIX has it.".to_owned()
        }
        _ => "Name `/bin/bash -c` in its stead, or write it as POSIX has it.".to_owned(),
    }
}

/// Who has `sh` read a document, if anybody does.
fn reader(project: &Project, id: DocumentId, document: &Document) -> Option<Reader> {
    let why = match document.format {
        Format::Shell => return reader_of_script(project, id, document),
        Format::Cron => "cron has `sh` read its lines",
        Format::Docker => "docker has the image's `sh` read it",
        Format::Python => "the text is for `sh`",
        Format::Plain => "make has `sh` read its recipes",
        _ => "the command gives it to `sh`",
    };
    Some(Reader {
        why: why.to_owned(),
        from: None,
        confidence: Confidence::Certain,
    })
}

fn reader_of_script(project: &Project, id: DocumentId, document: &Document) -> Option<Reader> {
    let runs = || project.executions_of(id).iter();
    let by_sh = |run: &&Execution| matches!(&run.how, How::Given(shell) if is_sh(shell));
    let path = &document.path;
    if let Some(run) = runs().find(by_sh) {
        return Some(Reader {
            why: format!("`{path}` is given to `sh`"),
            from: Some(run.place),
            confidence: in_image(project, &[run])?.min(run.confidence),
        });
    }
    let first = document.facts.shebang.as_ref();
    let direct: Vec<&Execution> = runs().filter(|run| run.is_direct()).collect();
    match first.map(Shebang::interpreter) {
        Some(name) if is_sh(name) => {
            // Given to bash wherever it is run, it is bash's after all.
            let is_given = runs().next().is_some() && direct.is_empty();
            if is_given {
                return None;
            }
            Some(Reader {
                why: format!("the first line of `{path}` has it read it"),
                from: None,
                confidence: in_image(project, &direct)?,
            })
        }
        Some(_) => None,
        None => {
            let run = direct
                .iter()
                .find(|run| run.how == How::Shell && is_run_by_sh(project, run))?;
            Some(Reader {
                why: format!("`{path}` has no first line that names another"),
                from: Some(run.place),
                confidence: in_image(project, &[run])?.min(Confidence::Likely),
            })
        }
    }
}

fn is_sh(name: &str) -> bool {
    matches!(name, "sh" | "dash")
}

/// Whether the shell that runs a file by its name is `sh`: bash reads what has no first line itself.
fn is_run_by_sh(project: &Project, run: &Execution) -> bool {
    if let Some(program) = run.starts.and_then(|id| project.program(id)) {
        return matches!(
            program.manager,
            Manager::Cron | Manager::Procfile | Manager::Docker
        );
    }
    let document = project.document(run.place.document);
    document.is_some_and(|document| match document.format {
        Format::Shell => document
            .facts
            .shebang
            .as_ref()
            .is_some_and(|first| is_sh(first.interpreter())),
        Format::Python => true,
        _ => false,
    })
}

/// How sure it is that `sh` is dash where these run: in an image it is what the image has. Nothing where it is
/// another one.
fn in_image(project: &Project, runs: &[&Execution]) -> Option<Confidence> {
    let of_runs: BTreeSet<ProgramId> = runs.iter().flat_map(|run| &run.programs).copied().collect();
    // What no program reaches is for where the programs are.
    let is_all_images = project.programs().all(|(_, program)| program.in_container);
    let programs = project.programs().filter(|(id, program)| {
        let is_meant = if of_runs.is_empty() {
            is_all_images
        } else {
            of_runs.contains(id)
        };
        is_meant && program.in_container
    });
    let mut sure = Confidence::Certain;
    for (_, program) in programs {
        match program.has_dash {
            Some(true) => {}
            Some(false) => return None,
            None => sure = Confidence::Possible,
        }
    }
    Some(sure)
}
