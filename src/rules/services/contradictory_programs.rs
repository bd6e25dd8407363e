//! Programs of one name that two configurations define differently.

use crate::facts::Manager;
use crate::finding::{Confidence, Draft, Effect, Place, ProgramId};
use crate::project::{Entry, ProgramView, Project};
use crate::rule::Sink;
use std::collections::{BTreeMap, BTreeSet};

/// Reports each later definition that contradicts the first.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let mut first: BTreeMap<(Manager, &str), (ProgramId, &ProgramView)> = BTreeMap::new();
    let mut reported = BTreeSet::new();
    for (id, program) in project.programs() {
        // Containers, Procfiles and crontabs of two applications may well share names; a template of
        // systemd's is many programs.
        let is_one_of_a_kind = matches!(
            program.manager,
            Manager::Supervisor | Manager::Systemd | Manager::Pm2
        );
        if !is_one_of_a_kind || program.definition.contains('@') {
            continue;
        }
        let key = (program.manager, program.definition.as_str());
        let Some((other_id, other)) = first.get(&key).copied() else {
            first.insert(key, (id, program));
            continue;
        };
        let differences = differences(other, program);
        let is_elsewhere = other.place.document != program.place.document;
        if is_elsewhere && !differences.is_empty() && reported.insert(key) {
            sink.report(draft(project, (other_id, other), (id, program), &differences));
        }
    }
}

fn draft(
    project: &Project,
    (other_id, other): (ProgramId, &ProgramView),
    (id, program): (ProgramId, &ProgramView),
    differences: &[String],
) -> Draft {
    let (here, there) = (file_of(project, program.place), file_of(project, other.place));
    let name = &program.definition;
    let what = match differences {
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
        [] => String::new(),
    };
    let are_read_together = project.are_read_together(other.place.document, program.place.document);
    let consequence = if are_read_together {
        "one supervisord reads both and mixes them, and of each key the last one read counts"
    } else {
        "which of them the server runs depends on the file that it loads"
    };
    let message =
        format!("`{name}` is defined here and in `{there}`, and they differ in {what}: {consequence}");
    // Two applications in one tree may have a program of one name each.
    let confidence = if runs_same(other, program) {
        Confidence::Certain
    } else {
        Confidence::Possible
    };
    Draft::new(program.place, message)
        .subject(format!("{there} and {here}"))
        .label("a second definition of this program")
        .related(other.place, format!("{name} is defined here first"))
        .help(format!(
            "Keep one of `{there}` and `{here}`, or make both say the same."
        ))
        .programs(vec![other_id, id])
        .confidence(confidence)
        .effect(Effect::Use)
}

fn file_of(project: &Project, place: Place) -> &str {
    project
        .document(project.in_file(place).document)
        .map_or("", |document| document.path.as_str())
}

/// What two definitions do not agree about, in words that fit behind "differ in".
fn differences(one: &ProgramView, other: &ProgramView) -> Vec<String> {
    let mut found = Vec::new();
    let same_code = if matches!((one.entry(), other.entry()), (Entry::Other, Entry::Other)) {
        one.command == other.command
    } else {
        runs_same(one, other)
    };
    if !same_code {
        found.push("the command".to_owned());
    }
    if let (Some(one), Some(other)) = (one.main_stage(), other.main_stage()) {
        if one.directory != other.directory {
            found.push("the working directory".to_owned());
        }
        if one.python_path != other.python_path {
            found.push("`PYTHONPATH`".to_owned());
        }
    }
    let names: BTreeSet<&String> = one.environment.keys().chain(other.environment.keys()).collect();
    for name in names {
        if name != "PYTHONPATH" && one.environment.get(name) != other.environment.get(name) {
            found.push(format!("`{name}`"));
        }
    }
    found
}

/// Whether both run the same code.
fn runs_same(one: &ProgramView, other: &ProgramView) -> bool {
    match (one.entry(), other.entry()) {
        (Entry::Script { path: one, .. }, Entry::Script { path: other, .. })
        | (Entry::Tool { command: one }, Entry::Tool { command: other }) => one == other,
        (
            Entry::Module {
                name: one, attribute, ..
            },
            Entry::Module {
                name: other,
                attribute: second,
                ..
            },
        ) => one == other && attribute == second,
        (Entry::Other, Entry::Other) => true,
        _ => false,
    }
}
