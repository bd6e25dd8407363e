//! Home folders of people's own machines, written into code and configuration.

use crate::document::Document;
use crate::facts::{Manager, Reach, Role, Value};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Place, Scope};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;
use crate::rules::place;
use std::collections::BTreeSet;
use std::ops::Range;

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
/// Names that stand for whoever reads them.
const PLACEHOLDERS: [&str; 16] = [
    "user",
    "username",
    "you",
    "yourname",
    "yourusername",
    "youruser",
    "your",
    "name",
    "me",
    "example",
    "someone",
    "someuser",
    "xxx",
    "xxxx",
    "foo",
    "default",
];
/// Folders that hold projects, so that the project is one level further down.
const SHELVES: [&str; 17] = [
    "documents",
    "desktop",
    "downloads",
    "projects",
    "project",
    "dev",
    "developer",
    "development",
    "code",
    "src",
    "work",
    "workspace",
    "git",
    "repos",
    "github",
    "sites",
    "library",
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
        // An image has its own home folders, whichever it makes.
        let is_image = document.format == Format::Docker;
        for value in &document.facts.values {
            if !acts(value) {
                continue;
            }
            for home in find(&value.text) {
                if home.is_placeholder() && !is_in_earnest(value, document.format, project.scope(id)) {
                    continue;
                }
                let is_of_container =
                    home.system == System::Linux && (is_image || is_mount_target(document, value, &home));
                if !is_of_container && is_foreign(&home, value, project, &accounts) {
                    let draft = draft(id, document.format, value, &home);
                    sink.report(
                        match project.stopped_by_path(Place {
                            document: id,
                            span: value.span,
                        }) {
                            Some((phase, programs)) => {
                                draft.effect(Effect::Start).phase(phase).programs(programs)
                            }
                            None => draft,
                        },
                    );
                }
            }
        }
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

/// A path below a home folder that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Home {
    system: System,
    user: String,
    /// The parts behind the user's name.
    parts: Vec<String>,
    range: Range<usize>,
}

/// Whose way of laying out home folders it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Mac,
    Linux,
    Windows,
}

impl Home {
    /// Whether the account stands for the reader's own.
    fn is_placeholder(&self) -> bool {
        let lower = self.user.to_ascii_lowercase();
        let plain: String = lower.chars().filter(char::is_ascii_alphabetic).collect();
        PLACEHOLDERS.contains(&plain.as_str()) || lower.starts_with("your")
    }

    /// The home folder with the project below it: what one mend removes.
    fn project(&self) -> String {
        let is_shelf = self
            .parts
            .first()
            .is_some_and(|part| SHELVES.contains(&part.to_ascii_lowercase().as_str()));
        let root = match self.system {
            System::Mac => "/Users",
            System::Linux => "/home",
            System::Windows => "C:/Users",
        };
        let mut path = format!("{root}/{}", self.user);
        for part in self.parts.iter().take(if is_shelf { 2 } else { 1 }) {
            path.push('/');
            path.push_str(part);
        }
        path
    }
}

/// All paths below home folders in a text, in order.
fn find(text: &str) -> Vec<Home> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((start, behind, system)) = next_root(text, at) {
        at = behind;
        let rest = text.get(behind..).unwrap_or_default();
        // A path that is the whole text can hold spaces; one inside other text ends at the first.
        let is_whole = start == 0;
        let ends = |character: char| {
            place::ends_path(character) || character.is_whitespace() && (!is_whole || character != ' ')
        };
        let mut end = behind + rest.find(ends).unwrap_or(rest.len());
        let mut path = text.get(behind..end).unwrap_or_default();
        if is_whole && end < text.len() {
            // Words follow that belong to no path: a command line.
            path = path.split(' ').next().unwrap_or(path);
        }
        path = path.trim_end_matches(['.', ' ', '*']);
        end = behind + path.len();
        let mut parts = path
            .split(['/', '\\'])
            .filter(|part| !part.is_empty())
            .map(str::to_owned);
        let Some(user) = parts.next().filter(|user| is_account(user)) else {
            continue;
        };
        found.push(Home {
            system,
            user,
            parts: parts.collect(),
            range: start..end,
        });
        at = end;
    }
    found
}

/// The next place at or behind `from` where homes lie: where it begins, where it ends, and whose it is.
fn next_root(text: &str, from: usize) -> Option<(usize, usize, System)> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        let here = at + rest.find(['/', '\\'])?;
        let rest = text.get(here..)?;
        let drive = here.checked_sub(2).filter(|start| is_drive(text, *start));
        let root = if let Some(start) = drive {
            let name = rest.trim_start_matches(['/', '\\']);
            let slashes = rest.len() - name.len();
            name.strip_prefix("Users")
                .filter(|name| slashes <= 2 && name.starts_with(['/', '\\']))
                .map(|name| {
                    (
                        start,
                        text.len() - name.trim_start_matches(['/', '\\']).len(),
                        System::Windows,
                    )
                })
        } else if !place::begins_path(text, here) {
            None
        } else if rest.starts_with("/Users/") {
            Some((here, here + "/Users/".len(), System::Mac))
        } else if rest.starts_with("/home/") {
            Some((here, here + "/home/".len(), System::Linux))
        } else {
            None
        };
        if root.is_some() {
            return root;
        }
        at = here + 1;
    }
}

fn is_drive(text: &str, start: usize) -> bool {
    let bytes = text.as_bytes();
    bytes.get(start).is_some_and(u8::is_ascii_alphabetic)
        && bytes.get(start + 1) == Some(&b':')
        && start
            .checked_sub(1)
            .is_none_or(|before| !bytes[before].is_ascii_alphanumeric())
}

/// Whether a name can be an account.
fn is_account(name: &str) -> bool {
    let is_word = name.bytes().all(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b' ') || !byte.is_ascii()
    });
    is_word && name.chars().any(|letter| letter.is_ascii_alphabetic())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_are_found_in_texts() {
        for (text, path, project) in [
            ("/Users/ada/rec", "/Users/ada/rec", "/Users/ada/rec"),
            (
                "/Users/ada/rec/logs/a.log",
                "/Users/ada/rec/logs/a.log",
                "/Users/ada/rec",
            ),
            (
                "/Users/ada/Documents/rec/x",
                "/Users/ada/Documents/rec/x",
                "/Users/ada/Documents/rec",
            ),
            ("cp -r /Users/ada/rec/* .", "/Users/ada/rec/", "/Users/ada/rec"),
            (
                "PYTHONPATH=/Users/ada/rec python x.py",
                "/Users/ada/rec",
                "/Users/ada/rec",
            ),
            (
                "PATH=/bin:/Users/ada/bin:/usr/bin",
                "/Users/ada/bin",
                "/Users/ada/bin",
            ),
            (
                "file:///Users/ada/rec/index.html",
                "/Users/ada/rec/index.html",
                "/Users/ada/rec",
            ),
            (
                "Directory: /Users/ada/rec. Then",
                "/Users/ada/rec",
                "/Users/ada/rec",
            ),
            ("/Users/Shared/data", "/Users/Shared/data", "/Users/Shared/data"),
            (
                "/Users/ada/My Rec/a b",
                "/Users/ada/My Rec/a b",
                "/Users/ada/My Rec",
            ),
            ("/home/ada/rec", "/home/ada/rec", "/home/ada/rec"),
            (r"C:\Users\ada\rec\x", r"C:\Users\ada\rec\x", "C:/Users/ada/rec"),
            (
                r"open C:\\Users\\ada\\rec",
                r"C:\\Users\\ada\\rec",
                "C:/Users/ada/rec",
            ),
            ("D:/Users/ada/rec", "D:/Users/ada/rec", "C:/Users/ada/rec"),
        ] {
            let found = find(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!(&text[found[0].range.clone()], path, "{text}");
            assert_eq!(found[0].project(), project, "{text}");
        }
        assert_eq!(find("/Users/ada/a:/Users/bob/b").len(), 2);
    }

    #[test]
    fn other_paths_are_no_homes() {
        for text in [
            "",
            "/Users/",
            "/Users",
            "/home/",
            "/home/$USER/rec",
            "/home/{user}/rec",
            "/home/<user>/rec",
            "/Users/42",
            "/Users/{id}",
            "https://example.com/Users/ada",
            "https://api.example.com/v1/users/5",
            "/api/home/ada",
            "/users/ada",
            "~/rec",
            r"C:\Program Files\x",
            "abc:/home",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }

    #[test]
    fn some_accounts_stand_for_the_readers_own() {
        for (text, expected) in [
            ("/Users/username/rec", true),
            ("/Users/YOUR_NAME/rec", true),
            ("/Users/your-name/rec", true),
            ("/home/me/rec", true),
            ("/Users/ada/rec", false),
            ("/Users/mel/rec", false),
        ] {
            assert_eq!(find(text)[0].is_placeholder(), expected, "{text}");
        }
    }

    #[test]
    fn long_texts_take_linear_time() {
        for piece in ["/Users/", "/Users/ada ", "C:\\", "/", "/home/a:"] {
            find(&piece.repeat(100_000));
        }
    }
}
