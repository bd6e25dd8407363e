//! Variables that a process manager sets to one value and a `.env` file of the tree to another.

use crate::facts::{Access, Manager};
use crate::finding::{Confidence, Draft, Effect, Place, ProgramId, Scope};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;
use std::collections::BTreeMap;

/// What each program has of its own, and what the rules about ports compare.
const LEFT_OUT: [&str; 4] = ["PATH", "PYTHONPATH", "PYTHONUNBUFFERED", "HOME"];
/// Files that say what the variables look like, and not what they are.
const SAMPLES: [&str; 8] = [
    "example", "sample", "template", "dist", "tmpl", "dev", "test", "local",
];

/// Reports each such variable once for each definition and file.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let set = set_in_files(project);
    let mut found: BTreeMap<(Place, Place), (String, Vec<ProgramId>)> = BTreeMap::new();
    for (id, view) in project.programs() {
        if !matches!(view.manager, Manager::Supervisor | Manager::Systemd) {
            continue;
        }
        let Some((document, program)) = project.definition(id) else {
            continue;
        };
        // Of a unit's two sources the file counts more.
        if !program.environment_files.is_empty() {
            continue;
        }
        // What the program is known to load, `contradictory-variable` compares.
        let loaded = project.files_given_to(id);
        for (name, value) in &program.environment {
            let place = Place {
                document,
                span: value.span,
            };
            let others = set.get(name.as_str()).filter(|_| is_compared(name));
            let differing = others
                .into_iter()
                .flatten()
                .filter(|(place, _)| !loaded.contains(&place.document))
                .filter(|(_, other)| differs(other, &value.value));
            for (other, _) in differing.copied() {
                let entry = found.entry((place, other));
                entry.or_insert_with(|| (name.clone(), Vec::new())).1.push(id);
            }
        }
    }
    for ((place, other), (name, programs)) in found {
        let Some(file) = project.document(other.document).map(|document| &document.path) else {
            continue;
        };
        let message = format!(
            "`{name}` has another value in `{file}`: a program that reads that file without `override=True` keeps the one \
             from here, and who edits the file wonders why nothing changes"
        );
        let draft = Draft::new(place, message)
            .subject(format!("{name} in {file}"))
            .label("set here as well")
            .help(format!("keep `{name}` in one of the two"))
            .programs(programs)
            .related(other, "the other value")
            .effect(Effect::Advice)
            .confidence(Confidence::Likely);
        sink.report(if is_sample(file) {
            draft.scope(Scope::Development)
        } else {
            draft
        });
    }
}

fn is_sample(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split(['.', '-', '_']).any(|part| SAMPLES.contains(&part))
}

/// What the `.env` files of the tree set, by name.
fn set_in_files(project: &Project) -> BTreeMap<&str, Vec<(Place, &str)>> {
    let mut found: BTreeMap<&str, Vec<(Place, &str)>> = BTreeMap::new();
    for (document, file) in project.documents() {
        let is_file = file.format == Format::Dotenv && file.host.is_none();
        if !is_file || (!is_sample(&file.path) && project.scope(document) == Scope::Development) {
            continue;
        }
        for variable in &file.facts.variables {
            if let Access::Set(value) = &variable.access {
                let span = variable.span;
                let place = Place { document, span };
                found.entry(&variable.name).or_default().push((place, value));
            }
        }
    }
    found
}

fn is_compared(name: &str) -> bool {
    !LEFT_OUT.contains(&name) && !name.ends_with("PORT")
}

fn differs(one: &str, other: &str) -> bool {
    let is_open = |text: &str| text.is_empty() || text.contains(['$', '<', '%', '{']);
    one.trim() != other.trim() && !is_open(one) && !is_open(other)
}
