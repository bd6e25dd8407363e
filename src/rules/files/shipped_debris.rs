//! What goes to the server and nobody means to deploy.

use crate::document::Document;
use crate::facts::{Command, Reach};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Phase, Place, ProgramId, Scope};
use crate::formats::Format;
use crate::project::{Leftovers, Project};
use crate::rule::Sink;
use crate::tree::{Leftover, VirtualEnvironment};

/// Reports each kind once, and each package that leaves nothing out.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for kind in Leftover::ALL {
        if kind == Leftover::Environment {
            environments(project, sink);
        } else {
            files(project, kind, sink);
        }
    }
    for (id, document) in project.documents() {
        if document.format == Format::Docker {
            image(project, id, document, sink);
        }
        if matches!(document.format, Format::Shell | Format::Python) {
            for command in &document.facts.commands {
                package(project, id, document, command, sink);
            }
        }
    }
}

/// The document that stands for a path that is none.
fn stand_in(project: &Project, path: &str) -> Option<DocumentId> {
    let mut documents = project.documents();
    documents
        .find(|(_, document)| document.host.is_none() && document.path == path)
        .map(|(id, _)| id)
}

fn files(project: &Project, kind: Leftover, sink: &mut Sink<'_>) {
    let paths = project.leftovers.of(kind);
    let Some(id) = paths.first().and_then(|first| stand_in(project, first)) else {
        return;
    };
    let (what, pattern) = match kind {
        Leftover::Mac => ("left behind by macOS", ".DS_Store"),
        Leftover::Copy => ("a copy of the file beside it", "* copy.*"),
        Leftover::Compiled => ("compiled by the author's Python", "__pycache__/"),
        Leftover::Log => ("a log of the author's machine", "*.log"),
        Leftover::Database => (
            "a database of the author's machine, unless it is data that the code only reads",
            "*.db",
        ),
        Leftover::Dump => ("a dump of a database", "*.dump"),
        Leftover::Editor => ("left behind by an editor or a merge", "*.swp"),
        Leftover::Environment => return,
    };
    let more = match paths.len() {
        1 => String::new(),
        2 => ", and one more like it".to_owned(),
        count => format!(", and {} more like it", count - 1),
    };
    let message = format!(
        "`{}` goes to the server with the tree{more}: it is {what}",
        paths[0]
    );
    let draft = Draft::new(project.start_of(id), message)
        .subject(format!("{kind:?}"))
        .label("nobody means to deploy it")
        .help(format!(
            "Remove it from the tree (`git rm --cached`), and add `{pattern}` to `.gitignore`."
        ))
        .effect(Effect::Advice)
        .confidence(Confidence::Likely);
    // Whether a database is data or a state cannot be told by its name.
    sink.report(if kind == Leftover::Database {
        draft.scope(Scope::Development).confidence(Confidence::Possible)
    } else {
        draft
    });
}

fn environments(project: &Project, sink: &mut Sink<'_>) {
    for environment in &project.leftovers.environments {
        let path = &environment.path;
        let Some(id) = stand_in(project, &environment.mark) else {
            continue;
        };
        let users = users(project, environment);
        let home = environment.home.as_deref().unwrap_or("");
        let is_foreign = Leftovers::is_foreign(environment);
        let is_used = is_foreign && !users.is_empty();
        let message = if is_used {
            format!(
                "the virtual environment `{path}` goes to the server, and its Python is the one in `{home}`, which only the author's machine has"
            )
        } else {
            format!(
                "the virtual environment `{path}` goes to the server: it holds the distributions and the paths of the author's machine"
            )
        };
        let mut draft = Draft::new(project.start_of(id), message)
            .subject(path)
            .label(if is_used { "bin/python: No such file or directory" } else { "nobody means to deploy it" })
            .help(format!(
                "Remove it from the tree (`git rm -r --cached {path}`), add `{path}/` to `.gitignore`, and make it on the \
                 server: `python3 -m venv {path}`."
            ));
        draft = if is_used {
            let made = makes_environment(project);
            draft
                .programs(users)
                .phase(Phase::Spawn)
                .scope(Scope::Deployed)
                .effect(if made { Effect::Use } else { Effect::Start })
                .confidence(if made {
                    Confidence::Possible
                } else {
                    Confidence::Likely
                })
        } else {
            draft.effect(Effect::Advice).confidence(Confidence::Likely)
        };
        sink.report(draft);
    }
}

/// The programs that start with an environment's Python.
fn users(project: &Project, environment: &VirtualEnvironment) -> Vec<ProgramId> {
    let name = environment.path.rsplit('/').next().unwrap_or("");
    let inside = format!("{name}/bin/");
    let uses = |written: &str| written.starts_with(&inside) || written.contains(&format!("/{inside}"));
    project
        .programs()
        .filter(|(_, program)| program.stages.iter().any(|stage| uses(&stage.runner_written)))
        .map(|(id, _)| id)
        .collect()
}

/// Whether a step of the deployment makes a virtual environment.
fn makes_environment(project: &Project) -> bool {
    let mut commands = project
        .documents()
        .flat_map(|(_, document)| &document.facts.commands);
    commands.any(|command| {
        let mut words = command.words.iter().map(|word| word.text.as_str());
        words.any(|word| matches!(word, "venv" | "virtualenv"))
    })
}

/// An image that takes the whole folder, without a file that says what it leaves out.
fn image(project: &Project, id: DocumentId, document: &Document, sink: &mut Sink<'_>) {
    let folder = document.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let own = format!("{}.dockerignore", document.path);
    let has_rules = project.leftovers.has_docker_rules
        || project.paths.has_file(&own)
        || project.paths.has_from(folder, ".dockerignore");
    let mut programs = document.facts.programs.iter();
    let whole = programs.find(|program| program.placements.iter().any(|placement| placement.from == "."));
    let kept_out = &project.leftovers.kept_out;
    let Some(program) = whole.filter(|_| !has_rules && kept_out.len() > 1) else {
        return;
    };
    let names: Vec<String> = kept_out.iter().map(|name| format!("`{name}`")).collect();
    let message = format!(
        "the image takes the whole folder, and no `.dockerignore` leaves out {}, which git keeps out of the tree",
        list(&names)
    );
    let place = Place {
        document: id,
        span: program.span,
    };
    sink.report(
        Draft::new(place, message)
            .subject(&document.path)
            .label("the image gets them too")
            .help("Write a `.dockerignore` with the lines of `.gitignore`, and `.git`.")
            .effect(Effect::Advice)
            .confidence(Confidence::Likely),
    );
}

/// A command that packs the whole tree, or copies it to a server, with all that git leaves out.
fn package(project: &Project, id: DocumentId, document: &Document, command: &Command, sink: &mut Sink<'_>) {
    if command.reach == Reach::Elsewhere {
        return;
    }
    let Some(packed) = packed(command) else {
        return;
    };
    let held: Vec<&str> = project
        .leftovers
        .kept_out
        .iter()
        .copied()
        .filter(|name| !packed.leaves_out(name))
        .collect();
    // One of them may be meant.
    if held.len() < 2 {
        return;
    }
    let names: Vec<String> = held.iter().map(|name| format!("`{name}`")).collect();
    let message = format!(
        "`{}` takes the whole folder, and does not leave out {}, which git keeps out of the tree",
        packed.tool,
        list(&names)
    );
    let place = Place {
        document: id,
        span: command.span,
    };
    let is_heavy = held
        .iter()
        .any(|name| matches!(*name, ".git" | "venv" | ".venv" | "env" | "node_modules"));
    let (effect, confidence) = if is_heavy {
        (Effect::Use, Confidence::Likely)
    } else {
        (Effect::Advice, Confidence::Possible)
    };
    let excludes: Vec<String> = held.iter().map(|name| format!("--exclude='{name}'")).collect();
    let own = if packed.tool == "scp" {
        "Use `rsync` with `--exclude`".to_owned()
    } else if packed.tool == "zip" {
        "Name them behind `-x`".to_owned()
    } else {
        format!("`{}`", excludes.join(" "))
    };
    sink.report(
        Draft::new(place, message)
            .subject(format!("{} {}", document.path, packed.tool))
            .label("the server gets them too")
            .help(format!("{own}; or pack what git has: `git archive`."))
            .effect(effect)
            .confidence(confidence),
    );
}

fn list(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
        [] => String::new(),
    }
}

/// What a command packs or copies.
struct Packed {
    tool: &'static str,
    excludes: Vec<String>,
}

impl Packed {
    /// Whether a pattern leaves a name out: `./venv/*`, `*/__pycache__/*`, `venv`.
    fn leaves_out(&self, name: &str) -> bool {
        self.excludes.iter().any(|pattern| {
            let mut parts = pattern
                .split('/')
                .filter(|part| !matches!(*part, "" | "." | "*" | "**"));
            parts.any(|part| {
                let bare = part.trim_matches('*');
                part == name
                    || (!bare.is_empty() && name.trim_start_matches('*') == bare)
                    // `.env*` and `*venv*`.
                    || (part.contains('*') && !bare.is_empty() && name.contains(bare))
            })
        })
    }
}

/// A command that takes the whole folder, and what it leaves out. What a file tells it to leave out is not known.
fn packed(command: &Command) -> Option<Packed> {
    let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
    let words = words.strip_prefix(&["sudo"]).unwrap_or(&words);
    let (first, rest) = words.split_first()?;
    let has = |options: &[&str]| {
        rest.iter().any(|word| {
            options
                .iter()
                .any(|option| word.split('=').next() == Some(option))
        })
    };
    let tool = match first.rsplit('/').next()? {
        "tar" => {
            let creates = rest
                .first()
                .is_some_and(|word| !word.starts_with("--") && word.contains('c'));
            if !(creates || has(&["--create", "-c"]))
                || has(&[
                    "-T",
                    "-X",
                    "--files-from",
                    "--exclude-from",
                    "--exclude-vcs-ignores",
                ])
            {
                return None;
            }
            "tar"
        }
        "zip"
            if rest
                .iter()
                .any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('r')) =>
        {
            "zip"
        }
        "rsync" => {
            let is_local = !rest.last()?.contains(':');
            if is_local
                || has(&[
                    "--exclude-from",
                    "--filter",
                    "--files-from",
                    "-f",
                    "--include-from",
                ])
            {
                return None;
            }
            "rsync"
        }
        "scp" if has(&["-r", "-rp", "-pr", "-rC", "-Cr"]) && rest.last()?.contains(':') => "scp",
        _ => return None,
    };
    let is_whole = |word: &&str| matches!(*word, "." | "./" | "*" | "./*");
    if !rest.iter().any(is_whole) || command.folder.is_some() {
        return None;
    }
    Some(Packed {
        tool,
        excludes: excludes(tool, rest),
    })
}

fn excludes(tool: &str, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if let Some(pattern) = word.strip_prefix("--exclude=") {
            found.push(pattern.to_owned());
        } else if *word == "--exclude" {
            found.extend(words.next().map(|word| (*word).to_owned()));
        } else if *word == "--exclude-vcs" || *word == "-C" {
            found.push(".git".to_owned());
        } else if tool == "zip" && matches!(*word, "-x" | "--exclude") {
            found.extend(words.by_ref().map(|word| (*word).to_owned()));
        }
    }
    // A list in braces is one word here.
    found
        .iter()
        .flat_map(|pattern| pattern.trim_matches(['{', '}']).split(','))
        .map(|pattern| pattern.trim_matches(['"', '\'']).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_leave_names_out_however_they_are_written() {
        let packed = |pattern: &str| Packed {
            tool: "tar",
            excludes: vec![pattern.to_owned()],
        };
        for (pattern, name, expected) in [
            ("venv", "venv", true),
            ("./venv/*", "venv", true),
            ("*/__pycache__/*", "__pycache__", true),
            ("*.log", "*.log", true),
            (".env*", ".env", true),
            ("venv", ".venv", false),
            (".github", ".git", false),
            ("*", "venv", false),
        ] {
            assert_eq!(packed(pattern).leaves_out(name), expected, "{pattern} {name}");
        }
    }
}
