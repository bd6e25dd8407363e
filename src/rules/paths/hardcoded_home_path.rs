//! Home folders of people's own machines, written into code and configuration.

use super::homes::{Home, System, find};
use crate::document::Document;
use crate::facts::{Manager, Reach, Role, Value};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Place, Scope};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;
use crate::rules::place;
use std::collections::BTreeSet;

/// Accounts that images of clouds, virtual machines and containers come with, or that services run as.
const STOCK_ACCOUNTS: [&str; 25] = [
    "ubuntu",
    "debian",
    "admin",
    "ec2-user",
    "azureuser",
    "pi",
    "vagrant",
    "app",
    "deploy",
    "deployer",
    "root",
    "centos",
    "rocky",
    "fedora",
    "opc",
    "runner",
    "node",
    "nonroot",
    "jovyan",
    "airflow",
    "coder",
    "vscode",
    "git",
    "www",
    "postgres",
];
/// Calls whose argument is the path of a URL.
const ROUTES: [&str; 9] = [
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "route",
    "websocket",
    "api_route",
    "fetch",
];

/// Calls that need the folder that they are given, whoever it is named after.
const NEEDING: [&str; 6] = ["append", "insert", "open", "chdir", "listdir", "StaticFiles"];

/// Paths longer than this are shortened in messages; the report shows the line anyhow.
const LONGEST: usize = 80;

/// Reports every path below somebody's home folder.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let accounts = accounts(project);
    for (id, document) in project.documents() {
        for value in document.facts.values.iter().filter(|value| acts(value)) {
            for home in find(&value.text) {
                let is_told = is_foreign(&home, value, project, &accounts)
                    && !is_elsewhere(document, value, &home)
                    && (!home.is_placeholder() || is_in_earnest(value, document.format, project.scope(id)));
                if is_told {
                    sink.report(with_programs(
                        project,
                        id,
                        value,
                        draft(id, document.format, value, &home),
                    ));
                }
            }
        }
    }
}

/// The finding with the programs that die of the path, where some do.
fn with_programs(project: &Project, document: DocumentId, value: &Value, draft: Draft) -> Draft {
    let span = value.span;
    match project.stopped_by_path(Place { document, span }) {
        Some((phase, programs)) => draft.effect(Effect::Start).phase(phase).programs(programs),
        None => draft,
    }
}

/// Whether a path is not the server's at all: a container's, or that of the Windows machine which alone can run
/// the file.
fn is_elsewhere(document: &Document, value: &Value, home: &Home) -> bool {
    match home.system {
        // An image has its own home folders, whichever it makes.
        System::Linux => document.format == Format::Docker || is_mount_target(document, value, home),
        System::Windows => {
            let ending = document.path.rsplit('.').next().unwrap_or_default();
            // The last are jobs of its task scheduler.
            matches!(ending, "bat" | "cmd" | "ps1" | "vbs" | "xml")
        }
        System::Mac => false,
    }
}

/// Whether a path is needed as it stands: what is written to be filled in is not.
fn is_in_earnest(value: &Value, format: Format, scope: Scope) -> bool {
    let is_of_manager = matches!(
        format,
        Format::Supervisor | Format::Systemd | Format::Cron | Format::Procfile | Format::Shell
    );
    let call = value.call.as_deref().unwrap_or_default();
    let is_needed = NEEDING.contains(&call.rsplit('.').next().unwrap_or_default());
    scope == Scope::Deployed && (is_of_manager || format == Format::Python && is_needed)
}

/// Whether a path is where a service's container has something (`./conf:/home/desk/conf`): its other side is the
/// server's.
fn is_mount_target(document: &Document, value: &Value, home: &Home) -> bool {
    let is_compose = document
        .facts
        .programs
        .iter()
        .any(|program| program.manager == Manager::Compose);
    let before = value.text.get(..home.range.start).unwrap_or_default();
    is_compose && before.len() > 1 && before.ends_with(':')
}

/// Accounts that the target has, as far as the project tells.
fn accounts(project: &Project) -> BTreeSet<String> {
    let mut accounts: BTreeSet<String> = STOCK_ACCOUNTS.into_iter().map(str::to_owned).collect();
    accounts.extend(project.target.user.clone());
    for (_, document) in project.documents() {
        let users = document
            .facts
            .programs
            .iter()
            .filter_map(|program| program.user.as_ref());
        accounts.extend(users.map(|user| user.value.clone()));
        for command in &document.facts.commands {
            let sudo = usize::from(command.program() == "sudo");
            let words: Vec<&str> = command
                .words
                .iter()
                .skip(sudo)
                .map(|word| word.text.as_str())
                .collect();
            let is_maker = words
                .first()
                .is_some_and(|word| matches!(word.rsplit('/').next(), Some("useradd" | "adduser")));
            if is_maker {
                accounts.extend(words.last().map(|&word| word.to_owned()));
            }
        }
    }
    accounts
}

/// Whether something is done with the text.
fn acts(value: &Value) -> bool {
    let called = value.call.as_deref().unwrap_or_default();
    let called = called.rsplit('.').next().unwrap_or_default();
    let is_silent = value.role.is_prose() || value.role == Role::Pattern || value.reach == Reach::Elsewhere;
    !is_silent && !ROUTES.contains(&called)
}

fn is_foreign(home: &Home, value: &Value, project: &Project, accounts: &BTreeSet<String>) -> bool {
    // A home folder alone is compared to tell what sort of path one has; a folder in it, to find that one.
    if value.role == Role::Compared && home.parts.is_empty() {
        return false;
    }
    if home.system != System::Linux {
        return true;
    }
    let path = value.text.get(home.range.clone()).unwrap_or_default();
    let is_below_root = project.target.root.as_deref().is_some_and(|root| {
        let root = root.trim_end_matches('/');
        path.strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    !is_below_root && !accounts.contains(&home.user)
}

/// A path as a message has it: of a long one the beginning and the end.
fn shown(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [first, second, third, fourth, _, .., last] if path.chars().count() > LONGEST => {
            format!("{first}/{second}/{third}/{fourth}/…/{last}")
        }
        _ => path.to_owned(),
    }
}

fn draft(id: DocumentId, format: Format, value: &Value, home: &Home) -> Draft {
    let path = shown(
        value
            .text
            .get(home.range.clone())
            .unwrap_or_default()
            .trim_end_matches('/'),
    );
    let message = match home.system {
        _ if value.text.contains("file://") => {
            format!(
                "`{path}` is opened on the machine of whoever sees the page, and is a folder of its author's"
            )
        }
        System::Mac if value.role == Role::Markup => {
            format!("the page shows `{path}`, a folder of somebody's Mac, to whoever opens it")
        }
        System::Mac => format!("`{path}` is a folder of somebody's Mac: the server has no /Users"),
        System::Windows => {
            format!("`{path}` is a folder of somebody's Windows machine: the server has no drives")
        }
        System::Linux => format!(
            "`{path}` is in the home folder of `{}`: the server may have no such account",
            home.user
        ),
    };
    let confidence = match home.system {
        System::Linux => Confidence::Possible,
        System::Mac | System::Windows => Confidence::Certain,
    };
    // Text of a page misleads people; a path that is tested for first is passed over.
    let is_harmless = value.role == Role::Markup || value.reach == Reach::IfFound;
    let effect = if is_harmless { Effect::Advice } else { Effect::Use };
    Draft::new(place::of_part(id, value, home.range.clone()), message)
        .subject(home.project())
        .label("not on the server")
        .help(help(format))
        .effect(effect)
        .confidence(confidence)
}

fn help(format: Format) -> &'static str {
    match format {
        Format::Python => {
            "derive it from the file's own place: `Path(__file__).resolve().parents[…]`, or read it from the environment"
        }
        Format::Shell => {
            "derive it from the script's own place: `ROOT=\"$(cd \"$(dirname \"$0\")/..\" && pwd)\"`"
        }
        Format::Supervisor => "write it relative to the configuration file: `%(here)s`",
        Format::Html | Format::Script | Format::Style => {
            "let the server say where it runs, or leave the path out"
        }
        Format::Dotenv => "keep a file for each machine, and write the server's folder into the server's",
        _ => "write the path relative to the project, or the folder that the server has",
    }
}
