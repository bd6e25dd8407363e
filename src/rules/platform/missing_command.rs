//! Commands that the server's base install lacks, and that nothing in the tree installs.

use super::said;
use crate::facts::{Command, Manager};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Place};
use crate::formats::Format;
use crate::knowledge::commands::{self, Lacking};
use crate::project::{Project, RunView};
use crate::rule::Sink;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Reports every command of the server that it lacks, once for each document and command.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let runs: Vec<RunView<'_>> = project.runs().collect();
    let installs = Installs::of(project, &runs);
    let mut seen = BTreeSet::new();
    let mut drafts: BTreeMap<(DocumentId, &str), Draft> = BTreeMap::new();
    for run in runs.iter().filter(|run| is_judged(run)) {
        let Some(name) = run.name().filter(|name| is_of_system(run.written(), name)) else {
            continue;
        };
        // Each program that does not start is told of; other places of a document are one matter.
        if run.program.is_none() && !seen.insert((run.place.document, name)) {
            continue;
        }
        let draft = match name {
            "python" => python(project, run, &installs),
            _ => lacking(project, run, name, &installs),
        };
        match draft {
            Some(draft) if run.program.is_some() => sink.report(draft),
            Some(draft) => {
                drafts.entry((run.place.document, name)).or_insert(draft);
            }
            None => {}
        }
    }
    for draft in drafts.into_values() {
        sink.report(draft);
    }
    required(project, &installs, sink);
}

/// Whether the server has to find the command: not in a container, not on a Mac, not behind a question.
fn is_judged(run: &RunView<'_>) -> bool {
    !run.in_container && !run.is_guarded() && !run.for_mac
}

/// Whether a word asks for a command of the system: `psql`, `/usr/bin/psql`.
fn is_of_system(written: &str, name: &str) -> bool {
    let folder = written.strip_suffix(name).unwrap_or_default();
    matches!(folder, "" | "/usr/bin/" | "/bin/" | "/usr/sbin/" | "/sbin/")
}

fn lacking(project: &Project, run: &RunView<'_>, name: &str, installs: &Installs<'_>) -> Option<Draft> {
    let lacking = commands::lacking(name, &project.target.os)?;
    // npm runs the scripts of a package.json: where they run, it is there.
    let is_npms = run.document.path.ends_with("package.json") && matches!(name, "node" | "npm" | "npx");
    let is_makes = run.document.format == Format::Plain && name == "make";
    if is_npms || is_makes || installs.have(project, name, &lacking) {
        return None;
    }
    let os = &project.target.os;
    let message = format!("`{name}` is not in the base install of {os}, and nothing here installs it");
    let draft = Draft::new(run.place, message)
        .subject(name)
        .label(said::not_found(project, run, name))
        .help(format!(
            "add `apt-get install -y {}` to what sets the server up",
            lacking.package
        ))
        .confidence(installs.confidence());
    Some(in_scope(run, said::stops(draft, run)))
}

/// A command that whatever manages the tree's programs brings, or that one of its distributions does.
fn is_managed(project: &Project, name: &str) -> bool {
    let has = |wanted: Manager| project.programs().any(|(_, view)| view.manager == wanted);
    match name {
        "supervisorctl" | "supervisord" => {
            has(Manager::Supervisor)
                || project
                    .requirements
                    .asks()
                    .iter()
                    .any(|ask| ask.name == "supervisor")
        }
        "docker" | "docker-compose" => has(Manager::Compose) || has(Manager::Docker),
        "node" | "npm" | "npx" => has(Manager::Pm2),
        _ => project.requirements.asks().iter().any(|ask| ask.name == name),
    }
}

/// `python`, which no release since 2020 has without a package that asks for it.
fn python(project: &Project, run: &RunView<'_>, installs: &Installs<'_>) -> Option<Draft> {
    let id = run.place.document;
    let is_offered = run.document.format == Format::Plain || run.document.path.ends_with("package.json");
    let is_wrapped = run.words.len() < run.command.words.len()
        && run.command.words.iter().any(|word| {
            let name = word.text.rsplit('/').next().unwrap_or_default();
            matches!(
                name,
                "uv" | "poetry"
                    | "pipenv"
                    | "pdm"
                    | "rye"
                    | "hatch"
                    | "pixi"
                    | "conda"
                    | "mamba"
                    | "micromamba"
                    | "direnv"
            )
        });
    let is_elsewhere = installs.are_images || installs.bring_python || project.has_environment(id);
    if is_offered || is_wrapped || is_elsewhere {
        return None;
    }
    let view = run.program.and_then(|program| project.program(program));
    let manager = view.map(|view| view.manager);
    // Whoever starts a Procfile does so inside an environment.
    if manager == Some(Manager::Procfile) || run.program.is_none() && !run.document.facts.programs.is_empty()
    {
        return None;
    }
    let os = &project.target.os;
    let message = match view {
        Some(view) => format!(
            "`{}` cannot start: {os} has no command `python`, only `python3`",
            view.name
        ),
        None => format!("{os} has no command `python`, only `python3`"),
    };
    let help = if run.document.facts.python.is_some() {
        "write `sys.executable`, which is the Python that runs this code"
    } else {
        "write `python3`, or the path of the virtual environment's `venv/bin/python`"
    };
    // Whoever calls a script by hand may have entered an environment before.
    let confidence = match manager {
        Some(_) => Confidence::Likely,
        None => Confidence::Possible,
    };
    let draft = Draft::new(run.place, message)
        .subject("python")
        .label(said::not_found(project, run, "python"))
        .help(help)
        .confidence(confidence);
    Some(in_scope(run, said::stops(draft, run)))
}

fn in_scope(run: &RunView<'_>, draft: Draft) -> Draft {
    match run.scope {
        Some(scope) => draft.scope(scope),
        None => draft,
    }
}

/// `command -v jq || exit 1`: what a script ends without.
fn required(project: &Project, installs: &Installs<'_>, sink: &mut Sink<'_>) {
    for (id, document) in project.documents() {
        let is_required = document.facts.sought.iter().any(|sought| sought.is_required);
        if !is_required || document.format == Format::Docker || project.is_for_mac(document) {
            continue;
        }
        let scope = project.scope_of_runs(id);
        for sought in document.facts.sought.iter().filter(|sought| sought.is_required) {
            let name = sought.name.as_str();
            let Some(lacking) = commands::lacking(name, &project.target.os) else {
                continue;
            };
            if installs.have(project, name, &lacking) {
                continue;
            }
            let place = Place {
                document: id,
                span: sought.span,
            };
            let os = &project.target.os;
            let message = format!(
                "it ends here without `{name}`, which is not in the base install of {os}, and nothing here installs it"
            );
            let draft = Draft::new(place, message)
                .subject(name)
                .label("it ends here")
                .help(format!(
                    "add `apt-get install -y {}` to what sets the server up",
                    lacking.package
                ))
                .effect(Effect::Use)
                .confidence(installs.confidence());
            sink.report(match scope {
                Some(scope) => draft.scope(scope),
                None => draft,
            });
        }
    }
}

/// What the tree has installed on the server, or in its images.
struct Installs<'a> {
    words: Vec<&'a str>,
    /// Whether there is a step that installs packages of the system at all.
    has_step: bool,
    bring_python: bool,
    /// Whether all programs are elsewhere: in containers, or in whatever starts a Procfile.
    are_images: bool,
    /// By command: whether something brings it.
    known: RefCell<BTreeMap<String, bool>>,
}

impl<'a> Installs<'a> {
    fn of(project: &Project, runs: &[RunView<'a>]) -> Self {
        let mut programs = project.programs().map(|(_, view)| view).peekable();
        let mut installs = Self {
            words: Vec::new(),
            has_step: false,
            bring_python: false,
            are_images: programs.peek().is_some()
                && programs.all(|view| view.in_container || view.manager == Manager::Procfile),
            known: RefCell::default(),
        };
        for run in runs {
            let words = || run.command.words.iter().map(|word| word.text.as_str());
            if is_packages(run.command) {
                installs.has_step |= !run.in_container;
                installs.words.extend(words().flat_map(str::split_whitespace));
            } else if is_fetched(run.command) {
                let addresses = words().filter(|word| word.contains("://") || word.starts_with("ppa:"));
                installs
                    .words
                    .extend(addresses.flat_map(|address| address.split(['/', '.', '_', ':'])));
            }
            installs.bring_python |= words().any(|word| word.contains("python-is-python3"))
                || (words().any(|word| matches!(word, "ln" | "update-alternatives" | "alias"))
                    && words().any(|word| word.ends_with("/bin/python") || word.starts_with("python=")));
        }
        installs
    }

    /// Whether something brings a command, asked once for each.
    fn have(&self, project: &Project, name: &str, lacking: &Lacking) -> bool {
        let mut known = self.known.borrow_mut();
        *known.entry(name.to_owned()).or_insert_with(|| {
            self.words.iter().any(|word| lacking.is_brought_by(word)) || is_managed(project, name)
        })
    }

    /// A tree that installs packages leaves one out by mistake; of another, the server's is set up by hand.
    fn confidence(&self) -> Confidence {
        if self.has_step {
            Confidence::Likely
        } else {
            Confidence::Possible
        }
    }
}

/// `apt-get install x`, `npm install -g x`, `pip install x`.
fn is_packages(command: &Command) -> bool {
    const MANAGERS: [&str; 14] = [
        "apt", "apt-get", "aptitude", "apk", "dnf", "yum", "zypper", "snap", "npm", "pip", "pip3", "pipx",
        "gem", "nala",
    ];
    let words = || {
        command
            .words
            .iter()
            .map(|word| word.text.rsplit('/').next().unwrap_or_default())
    };
    words().any(|word| MANAGERS.contains(&word))
        && words().any(|word| matches!(word, "install" | "add" | "i" | "reinstall"))
}

/// `curl -fsSL https://get.docker.com`, `wget …`: an installer, perhaps.
fn is_fetched(command: &Command) -> bool {
    let mut words = command.words.iter().take(3).map(|word| word.text.as_str());
    words.any(|word| matches!(word, "curl" | "wget" | "add-apt-repository"))
}
