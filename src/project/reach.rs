//! What each program reaches, what fails on the way, and so who runs which file.

use super::arrivals::Arrivals;
use super::failure::{Failure, FailureKind, When};
use super::files;
use super::imports::{Outcome, Run, World};
use super::modules::folder_of;
use super::programs::{Entry, ModuleStart, ProgramView, Stage, State};
use crate::facts::python::Arrival;
use crate::finding::{Confidence, DocumentId, Place, ProgramId, Scope};
use crate::formats::Format;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Folders inside each other that a file is looked at from.
const DEPTH: usize = 40;

/// The failed imports of the tree, and who reaches what.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// One for each place and module.
    pub failures: Vec<ProgramFailure>,
    /// By document: the programs that reach it, sorted.
    pub programs: Vec<Vec<ProgramId>>,
    /// By document: who runs it.
    pub scopes: Vec<Scope>,
    /// By module of an installed distribution: the programs that do not start without it, sorted.
    pub needing: BTreeMap<String, Vec<ProgramId>>,
    /// What commands and code make.
    pub made: files::Made,
    /// Which programs get to what stands in functions.
    pub arrivals: Arrivals,
}

/// A failed import together with the programs that it concerns.
#[derive(Debug, Clone)]
pub struct ProgramFailure {
    /// The failure, as the program sees it that notices it soonest.
    pub failure: Failure,
    /// The programs in which it fails, sorted; empty for a file that no program reaches.
    pub programs: Vec<ProgramId>,
    /// Those of them that do not start because of it.
    pub stopped: Vec<ProgramId>,
    /// How many other failures each of those meets before it.
    pub moments: BTreeMap<ProgramId, usize>,
}

/// Runs every program, and every file that none reaches.
pub(super) fn work_out(world: &World<'_>, programs: &[ProgramView]) -> Reach {
    let is_twin = |at: usize| at > 0 && are_twins(&programs[at - 1], &programs[at]);
    let mut outcomes: Vec<Option<Outcome>> = programs
        .par_iter()
        .enumerate()
        .map(|(at, program)| (!is_twin(at)).then(|| run(world, program)))
        .collect();
    let mut alone = alone(world, programs, outcomes.iter().flatten());
    let made = files::judge(world, programs, &mut outcomes, &mut alone);
    let mut reach = Reach {
        made,
        programs: vec![Vec::new(); world.documents.len()],
        ..Reach::default()
    };
    let mut merged: BTreeMap<(Place, String), ProgramFailure> = BTreeMap::new();
    let names = names_of(outcomes.iter().flatten());
    let nothing = Outcome::default();
    let mut latest = &nothing;
    for ((id, program), outcome) in (0..).map(ProgramId).zip(programs).zip(&outcomes) {
        let outcome = outcome.as_ref().unwrap_or(latest);
        latest = outcome;
        let places = program.stages.iter().map(|stage| stage.place);
        for place in places.chain([program.place]) {
            reach.programs[place.document.0 as usize].push(id);
        }
        for document in &outcome.reached {
            reach.programs[document.0 as usize].push(id);
        }
        reach.arrivals.add(id, &outcome.calls);
        for (module, _) in outcome.installed.iter().filter(|(_, is_needed)| **is_needed) {
            reach.needing.entry(module.clone()).or_default().push(id);
        }
        let second = second_names(outcome, &names);
        for (moment, failure) in outcome.failures.iter().cloned().chain(second).enumerate() {
            merge(&mut merged, failure, Some((id, moment)));
        }
    }
    for reached in &mut reach.programs {
        reached.sort();
        reached.dedup();
    }
    reach.scopes = super::scopes::scopes(world.documents, &reach.programs, !programs.is_empty());
    for failure in alone.into_iter().flat_map(|outcome| outcome.failures) {
        merge(&mut merged, failure, None);
    }
    reach.failures = merged.into_values().collect();
    reach
}

/// Whether two processes of one definition run the same: a port or a number may differ.
fn are_twins(one: &ProgramView, other: &ProgramView) -> bool {
    one.place == other.place
        && one.python == other.python
        && one.stages == other.stages
        && one.environment.keys().eq(other.environment.keys())
}

/// Every Python file that no program reaches, taken by itself.
fn alone<'o>(
    world: &World<'_>,
    programs: &[ProgramView],
    outcomes: impl Iterator<Item = &'o Outcome>,
) -> Vec<Outcome> {
    let stages = programs.iter().flat_map(|program| &program.stages);
    let mut reached: BTreeSet<DocumentId> = stages.map(|stage| stage.place.document).collect();
    reached.extend(programs.iter().map(|program| program.place.document));
    reached.extend(outcomes.flat_map(|outcome| outcome.reached.iter().copied()));
    let files = world.modules.files();
    files
        .filter(|(_, document)| !reached.contains(document))
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(path, document)| run_alone(world, path, document))
        .collect()
}

/// What the commands of a program come to, one after the other.
fn run(world: &World<'_>, program: &ProgramView) -> Outcome {
    let mut whole = Outcome::default();
    for (at, stage) in program.stages.iter().enumerate() {
        let mut outcome = run_stage(world, program, stage);
        for event in &mut outcome.events {
            event.stage = at;
            event.before += whole.failures.len();
            if stage.is_conditional {
                event.when = event.when.min(When::Use);
            }
        }
        whole.events.append(&mut outcome.events);
        if stage.is_conditional {
            // The program starts without it; what it was to do is not done.
            for failure in &mut outcome.failures {
                failure.when = failure.when.min(When::Use);
            }
            outcome.installed.clear();
        }
        for (named, arrival) in outcome.calls {
            let known = whole.calls.entry(named).or_insert(Arrival::Never);
            let most = if stage.is_conditional {
                Arrival::Perhaps
            } else {
                Arrival::Surely
            };
            *known = arrival.min(most).max(*known);
        }
        whole.failures.append(&mut outcome.failures);
        whole.reached.append(&mut outcome.reached);
        whole.by_folder.append(&mut outcome.by_folder);
        for (module, is_needed) in outcome.installed {
            *whole.installed.entry(module).or_default() |= is_needed;
        }
        for (document, names) in outcome.names {
            whole.names.entry(document).or_default().extend(names);
        }
    }
    whole
}

fn run_stage(world: &World<'_>, program: &ProgramView, stage: &Stage) -> Outcome {
    let mut outcome = take_stage(world, program, stage, false);
    let is_sure = |failure: &Failure| failure.stops() && failure.confidence > Confidence::Possible;
    if outcome.failures.iter().any(is_sure) {
        settle(
            &mut outcome.failures,
            take_stage(world, program, stage, true).death,
        );
    }
    outcome
}

/// What the program really dies of comes first. A `finally` may put another failure in the place of one, or
/// another exception that is caught: what is left to find behind that is still worth mending.
fn settle(failures: &mut Vec<Failure>, death: Option<Failure>) {
    let Some(mut death) = death else {
        for failure in failures {
            failure.when = failure.when.min(When::Hidden);
        }
        return;
    };
    let known = failures
        .iter()
        .position(|failure| failure.is_same(&death) && failure.stops());
    if let Some(known) = known {
        failures.remove(known);
    }
    death.when = When::Start;
    failures.insert(0, death);
}

/// One run of a stage, to its end or `exactly` as far as it comes.
fn take_stage(world: &World<'_>, program: &ProgramView, stage: &Stage, is_exact: bool) -> Outcome {
    let run = |mut folders: Vec<String>| {
        folders.extend(stage.python_path.iter().cloned());
        let python = stage.python().unwrap_or(program.python);
        let run = Run::new(world, folders, &stage.directory, true).under(program, python);
        if is_exact { run.exactly() } else { run }
    };
    match &stage.entry {
        Entry::Script { path, state, .. } => {
            let document = script_at(world, path).filter(|_| !matches!(state, State::Missing(_)));
            let first = Some(folder_of(path).to_owned()).filter(|_| !stage.is_isolated);
            match document {
                Some(document) => run(first.into_iter().collect()).script(document),
                None => Outcome::default(),
            }
        }
        Entry::Module {
            name,
            start,
            attribute,
            ..
        } => match start {
            ModuleStart::Main => {
                let first = Some(stage.directory.clone()).filter(|_| !stage.is_isolated);
                run(first.into_iter().collect()).main_module(name, stage.place)
            }
            ModuleStart::Imported(folder) => {
                run(vec![folder.clone()]).imported(name, attribute.as_deref(), false, stage.place)
            }
            ModuleStart::Installed => run(Vec::new()).imported(name, attribute.as_deref(), true, stage.place),
        },
        Entry::Tool { .. } | Entry::Other => Outcome::default(),
    }
}

/// The Python file at a path; a script needs no `.py` in its name.
fn script_at(world: &World<'_>, path: &str) -> Option<DocumentId> {
    world.modules.at(path).or_else(|| {
        (0..)
            .map(DocumentId)
            .zip(world.documents)
            .find(|(_, document)| {
                document.host.is_none() && document.path == path && document.format == Format::Python
            })
            .map(|(id, _)| id)
    })
}

/// A file that no program reaches, taken by itself and kindly: from its own folder, from the root, and
/// from every folder that its package could be imported from.
fn run_alone(world: &World<'_>, path: &str, document: DocumentId) -> Outcome {
    let folder = folder_of(path);
    // The outermost folder with an `__init__.py` is the package, whether those inside it have one or not.
    let is_package = |at: &&str| {
        let marker = super::modules::join(at, "__init__.py");
        world.modules.at(&marker).is_some()
    };
    let top = outwards(folder).filter(is_package).last();
    let package_root = top.map_or(folder, folder_of);
    let package = folder[package_root.len()..]
        .trim_start_matches('/')
        .replace('/', ".");
    // A module of a package is imported, not run: its own folder is not in sys.path.
    let mut folders: Vec<String> = outwards(package_root).map(str::to_owned).collect();
    folders.push(String::new());
    folders.push("src".to_owned());
    // A relative import in a folder without `__init__.py` still has the folder itself as its package.
    let package = if package.is_empty() {
        folder
            .rsplit('/')
            .next()
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
    } else {
        Some(package)
    };
    Run::new(world, folders, "", false).alone(document, package)
}

/// A folder and those around it, without the root; no more than anybody has.
fn outwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |at| Some(folder_of(at)))
        .take_while(|at| !at.is_empty())
        .take(DEPTH)
}

fn merge(
    merged: &mut BTreeMap<(Place, String), ProgramFailure>,
    failure: Failure,
    program: Option<(ProgramId, usize)>,
) {
    let stops = failure.stops();
    let key = (failure.place, failure.missing.clone());
    let entry = merged.entry(key).or_insert_with(|| ProgramFailure {
        failure: failure.clone(),
        programs: Vec::new(),
        stopped: Vec::new(),
        moments: BTreeMap::new(),
    });
    let is_worse = failure.when > entry.failure.when
        || (matches!(entry.failure.kind, FailureKind::SecondName(_))
            && !matches!(failure.kind, FailureKind::SecondName(_)));
    if is_worse {
        entry.failure = failure;
    }
    if let Some((program, moment)) = program {
        insert(&mut entry.programs, program);
        if stops {
            insert(&mut entry.stopped, program);
            entry.moments.entry(program).or_insert(moment);
        }
    }
}

fn insert(programs: &mut Vec<ProgramId>, program: ProgramId) {
    if let Err(at) = programs.binary_search(&program) {
        programs.insert(at, program);
    }
}

/// Every dotted name that each document is imported by, over all programs.
fn names_of<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> BTreeMap<DocumentId, BTreeSet<String>> {
    let mut names: BTreeMap<DocumentId, BTreeSet<String>> = BTreeMap::new();
    for (document, known) in outcomes.flat_map(|outcome| &outcome.names) {
        names.entry(*document).or_default().extend(known.iter().cloned());
    }
    names
}

/// Imports that resolve through the script's own folder, of files that the tree otherwise imports by a
/// longer name that ends in this one.
fn second_names(outcome: &Outcome, names: &BTreeMap<DocumentId, BTreeSet<String>>) -> Vec<Failure> {
    let mut found = Vec::new();
    for (place, name, document) in &outcome.by_folder {
        let tail = format!(".{name}");
        let other = names
            .get(document)
            .and_then(|known| known.iter().find(|other| other.ends_with(&tail)));
        if let Some(other) = other {
            found.push(Failure {
                module: name.clone(),
                missing: name.clone(),
                place: *place,
                chain: Vec::new(),
                when: When::Use,
                kind: FailureKind::SecondName(other.clone()),
                confidence: Confidence::Certain,
            });
        }
    }
    found
}
