//! Configurations of supervisord that it refuses as a whole, because of what the server lacks.

use crate::finding::{Confidence, Draft, Effect, Phase, Place};
use crate::knowledge::mac_paths;
use crate::project::{Daemon, Ground, Need, Project};
use crate::rule::Sink;
use crate::tree::Withheld;
use std::collections::BTreeSet;

/// Accounts that every server has.
const STOCK: [&str; 12] = [
    "root", "www-data", "nobody", "daemon", "bin", "sys", "backup", "games", "mail", "man", "proxy", "sync",
];

/// Reports every folder and user that a supervisord asks for and the server lacks.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let accounts = made_accounts(project);
    // Two configurations can include one file: its places are told once, with the programs of both.
    let mut told = BTreeSet::new();
    for daemon in &project.daemons {
        let mut made = BTreeSet::new();
        for need in &daemon.needs {
            let is_new = !matches!(
                need.ground,
                Ground::Missing {
                    is_deployed: true,
                    ..
                }
            ) || made.insert(&need.folder);
            if is_new && told.insert(need.place) {
                check_need(project, daemon, need, sink);
            }
        }
        for (user, place) in &daemon.users {
            if told.insert(*place) {
                check_user(project, user, *place, &accounts, sink);
            }
        }
    }
}

fn check_need(project: &Project, daemon: &Daemon, need: &Need, sink: &mut Sink<'_>) {
    let folder = &need.folder;
    let draft = match &need.ground {
        Ground::Present | Ground::Unknown => return,
        // Home folders are the matter of `hardcoded-home-path`, which says that they stop the programs.
        Ground::Foreign if folder.starts_with("/Users/") || !folder.starts_with('/') => return,
        Ground::Foreign => refused(need, &format!("`{folder}` is a folder of a Mac"))
            .help("name a folder of the server, such as /var/log, or one below %(here)s"),
        Ground::Outside if folder.starts_with("/home/") || mac_paths::find(folder).is_some() => return,
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
            is_relative,
            maker,
            is_deployed,
        } => {
            let help = help(folder, withheld.as_ref());
            if let Some((id, document)) = maker.and_then(|id| Some((id, project.document(id)?))) {
                let message = format!(
                    "supervisord refuses the whole file until `{}` has made `{folder}`: {}",
                    document.path,
                    reason(folder, withheld.as_ref())
                );
                // Run as it is meant to be, nothing is wrong: who starts supervisord by hand meets it.
                let effect = if *is_deployed {
                    Effect::Advice
                } else {
                    Effect::Start
                };
                Draft::new(need.place, message)
                    .label(label(need))
                    .effect(effect)
                    .confidence(Confidence::Possible)
                    .related(project.start_of(id), "this makes it")
                    .help(help)
            } else {
                let sure = if *is_relative {
                    Confidence::Likely
                } else {
                    Confidence::Certain
                };
                refused(need, &why(folder, withheld.as_ref(), *is_relative))
                    .help(help)
                    .confidence(sure)
            }
        }
    };
    let (phase, programs) = project
        .stopped_by_path(need.place)
        .unwrap_or((Phase::Manager, daemon.programs.clone()));
    sink.report(
        draft
            .subject(format!("folder {folder}"))
            .phase(phase)
            .programs(programs),
    );
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

fn why(folder: &str, withheld: Option<&Withheld>, is_relative: bool) -> String {
    let place = if is_relative && !folder.starts_with('/') {
        ", seen from the folder that supervisord is started in (taken to be the project's)"
    } else {
        ""
    };
    let reason = reason(folder, withheld);
    format!("{reason}{place}, and no deploy step makes it")
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

/// A user that supervisord does not find stops it; only settings that name the server's user tell.
fn check_user(project: &Project, user: &str, place: Place, made: &BTreeSet<&str>, sink: &mut Sink<'_>) {
    let Some(declared) = &project.target.user else {
        return;
    };
    let is_known = user == declared
        || STOCK.contains(&user)
        || made.contains(user)
        || user.contains("%(")
        || user.bytes().all(|byte| byte.is_ascii_digit());
    if is_known {
        return;
    }
    let message = format!(
        "supervisord refuses the whole file if the server has no user `{user}`: the settings name `{declared}`"
    );
    sink.report(
        Draft::new(place, message)
            .subject(format!("user {user}"))
            .label("Invalid user name")
            .help(format!("name `{declared}`, or make the user in the deployment"))
            .confidence(Confidence::Possible)
            .programs(project.programs_configured_by(place.document))
            .effect(Effect::Use)
            .phase(Phase::Manager),
    );
}

/// Accounts that commands of the tree make.
fn made_accounts(project: &Project) -> BTreeSet<&str> {
    let commands = project
        .documents()
        .flat_map(|(_, document)| &document.facts.commands);
    commands
        .filter(|command| {
            let mut words = command.words.iter().map(|word| word.text.as_str());
            words.any(|word| matches!(word.rsplit('/').next(), Some("useradd" | "adduser")))
        })
        .filter_map(|command| command.words.last())
        .map(|word| word.text.as_str())
        .collect()
}
