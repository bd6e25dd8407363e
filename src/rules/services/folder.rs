//! What is wrong with a folder that a supervisord has to find before it starts any program.

use crate::facts::Command;
use crate::finding::{Confidence, DocumentId, Draft, Effect, Phase, Place};
use crate::formats::Format;
use crate::knowledge::mac_paths;
use crate::project::{Daemon, Ground, Need, Project};
use crate::rule::Sink;
use crate::tree::Withheld;
use std::collections::{BTreeMap, BTreeSet};

/// Reports each folder of the needs that `concerns` once for each configuration; further options that need
/// it are shown beside it. Two configurations can include one file: its places are told once.
pub(super) fn check(project: &Project, sink: &mut Sink<'_>, concerns: fn(&Need) -> bool) {
    let mut told = BTreeSet::new();
    for daemon in &project.daemons {
        let mut by_folder: BTreeMap<&str, Vec<&Need>> = BTreeMap::new();
        for need in daemon.needs.iter().filter(|need| concerns(need)) {
            if told.insert(need.place) {
                by_folder.entry(&need.folder).or_default().push(need);
            }
        }
        for needs in by_folder.values() {
            let Some((first, others)) = needs.split_first() else {
                continue;
            };
            if let Some(draft) = draft(project, daemon, first) {
                let draft = others.iter().fold(draft, |draft, need| {
                    draft.related(need.place, format!("this {} is in the same folder", need.option))
                });
                sink.report(draft);
            }
        }
    }
}

fn draft(project: &Project, daemon: &Daemon, need: &Need) -> Option<Draft> {
    let folder = &need.folder;
    let draft = match &need.ground {
        Ground::Present | Ground::Unknown => return None,
        // Home folders are the matter of `hardcoded-home-path`, which says that they stop the programs.
        Ground::Foreign if folder.starts_with("/Users/") || !folder.starts_with('/') => return None,
        Ground::Foreign => refused(need, &format!("`{folder}` is a folder of a Mac"))
            .help("name a folder of the server, such as /var/log, or one below %(here)s"),
        Ground::Outside if folder.starts_with("/home/") || mac_paths::find(folder).is_some() => return None,
        Ground::Outside => Draft::new(
            need.place,
            format!(
                "nothing of the tree makes `{folder}`, and supervisord starts no program while it is missing"
            ),
        )
        .effect(Effect::Advice)
        .confidence(Confidence::Possible)
        .help(format!(
            "make it in the deployment before supervisord starts: `mkdir -p {folder}`"
        )),
        Ground::Missing {
            withheld,
            makers,
            is_deployed,
            bare,
            ..
        } => {
            let makers: Vec<DocumentId> = makers
                .iter()
                .copied()
                .filter(|maker| is_early(project, *maker))
                .collect();
            missing(project, need, withheld.as_ref(), &makers, *is_deployed, bare)
                .help(help(folder, withheld.as_ref()))
        }
    };
    let (phase, programs) = project
        .stopped_by_path(need.place)
        .unwrap_or((Phase::Manager, daemon.programs.clone()));
    Some(
        draft
            .subject(format!("folder {folder}"))
            .phase(phase)
            .programs(programs),
    )
}

/// What supervisord itself starts comes too late to make a folder for it.
fn is_early(project: &Project, maker: DocumentId) -> bool {
    let is_python = project
        .document(maker)
        .is_some_and(|document| document.format == Format::Python);
    !is_python || project.programs_reaching(maker).is_empty()
}

fn missing(
    project: &Project,
    need: &Need,
    withheld: Option<&Withheld>,
    makers: &[DocumentId],
    is_deployed: bool,
    bare: &[Place],
) -> Draft {
    let folder = &need.folder;
    let why = reason(folder, withheld);
    let path_of = |id: DocumentId| {
        let file = project.in_file(project.start_of(id)).document;
        project.document(file).map(|document| &document.path)
    };
    let maker = makers.first().and_then(|id| Some((*id, path_of(*id)?)));
    let Some((id, maker)) = maker else {
        let place = if folder.starts_with(['/', '%']) {
            ""
        } else {
            ", seen from the folder that supervisord is started in (taken to be the project's)"
        };
        // What a variable of the script that writes the file stands for is not known.
        let confidence = if folder.starts_with('$') {
            Confidence::Likely
        } else {
            Confidence::Certain
        };
        return refused(need, &format!("{why}{place}, and no deploy step makes it")).confidence(confidence);
    };
    let starter = bare
        .first()
        .and_then(|place| Some((*place, path_of(place.document)?)));
    if let Some((place, starter)) = starter {
        let message = format!(
            "supervisord refuses the whole file where `{starter}` starts it before anybody has run `{maker}`, which \
             alone makes `{folder}`: {why}"
        );
        return Draft::new(need.place, message)
            .label(label(need))
            .effect(Effect::Use)
            .confidence(Confidence::Likely)
            .related(place, "this starts supervisord, and does not make it")
            .related(maker_place(project, id, folder), "this makes it");
    }
    let message = format!("supervisord refuses the whole file until `{maker}` has made `{folder}`: {why}");
    // Run as it is meant to be, nothing is wrong: who starts supervisord by hand meets it.
    let effect = if is_deployed {
        Effect::Advice
    } else {
        Effect::Start
    };
    Draft::new(need.place, message)
        .label(label(need))
        .effect(effect)
        .confidence(Confidence::Possible)
        .related(maker_place(project, id, folder), "this makes it")
}

/// The command of a file that names the folder, or the file's beginning.
fn maker_place(project: &Project, id: DocumentId, folder: &str) -> Place {
    let names = |command: &&Command| command.words.iter().any(|word| word.text.ends_with(folder));
    let commands = project
        .document(id)
        .map(|document| document.facts.commands.as_slice());
    let found = commands.and_then(|commands| commands.iter().find(names));
    found.map_or_else(
        || project.start_of(id),
        |command| Place {
            document: id,
            span: command.span,
        },
    )
}

fn refused(need: &Need, why: &str) -> Draft {
    let message = format!("supervisord refuses the whole file and starts none of its programs: {why}");
    Draft::new(need.place, message)
        .label(label(need))
        .effect(Effect::Start)
}

fn label(need: &Need) -> String {
    format!("the directory of this {} does not exist", need.option)
}

fn reason(folder: &str, withheld: Option<&Withheld>) -> String {
    match withheld {
        Some(withheld) => format!(
            "the folder `{folder}` does not reach the server, because `{}` ignores it (`{}`)",
            withheld.file, withheld.pattern
        ),
        None => format!("the tree has no folder `{folder}`"),
    }
}

fn help(folder: &str, withheld: Option<&Withheld>) -> String {
    match withheld {
        Some(_) => format!(
            "make it in the deployment before supervisord starts (`mkdir -p {folder}`), or commit it with a \
             .gitkeep and ignore `{folder}/*` but not `{folder}/.gitkeep`"
        ),
        None => format!("make it in the deployment before supervisord starts: `mkdir -p {folder}`"),
    }
}
