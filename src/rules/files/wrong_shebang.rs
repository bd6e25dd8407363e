//! First lines that the kernel does not follow on the server.

use crate::document::Document;
use crate::facts::{Manager, Shebang};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Phase, Place};
use crate::formats::Format;
use crate::knowledge::interpreters;
use crate::project::{Execution, How, ProgramView, Project};
use crate::rule::Sink;
use std::collections::BTreeSet;

/// What is wrong with a first line.
struct Wrong {
    /// Behind the file's name in the message.
    why: String,
    label: String,
    help: String,
    confidence: Confidence,
    /// The line that takes the place of the wrong one, where that mends it.
    line: Option<String>,
}

/// Reports scripts that are run by name, and those that somebody can run so.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let installed = installed(project);
    for (id, document) in project
        .documents()
        .filter(|(_, document)| document.host.is_none())
    {
        let direct: Vec<&Execution> = project
            .executions_of(id)
            .iter()
            .filter(|run| run.is_direct())
            .collect();
        let found = match &document.facts.shebang {
            None => missing(document, &direct),
            Some(first) if first.behind.is_some() => hidden(document, first, &direct),
            Some(first) if !direct.is_empty() || is_for_people(project, id, document) => {
                unfollowed(project, document, first, &direct, &installed)
            }
            Some(_) => None,
        };
        if let Some(wrong) = found {
            report(project, id, document, &direct, wrong, sink);
        }
    }
}

fn report(
    project: &Project,
    id: DocumentId,
    document: &Document,
    direct: &[&Execution],
    wrong: Wrong,
    sink: &mut Sink<'_>,
) {
    let path = &document.path;
    let first = document.facts.shebang.as_ref();
    let place = Place {
        document: id,
        span: first.map_or_else(Default::default, |first| first.span),
    };
    let worst = direct.iter().max_by_key(|run| (run.effect, run.starts.is_some()));
    let starts = worst.is_some_and(|run| run.effect == Effect::Start);
    let sure = direct.iter().map(|run| run.confidence).max();
    let mut programs: Vec<_> = direct.iter().flat_map(|run| run.programs.clone()).collect();
    programs.sort();
    programs.dedup();
    let name = worst
        .and_then(|run| run.starts)
        .and_then(|id| project.program(id));
    let message = match name {
        Some(program) => format!("`{}` cannot start: `{path}` {}", program.name, wrong.why),
        None => format!("`{path}` {}", wrong.why),
    };
    let mut draft = Draft::new(place, message)
        .subject(path)
        .label(wrong.label)
        .help(wrong.help)
        .programs(programs)
        .confidence(wrong.confidence.min(sure.unwrap_or(Confidence::Likely)))
        .effect(if starts { Effect::Start } else { Effect::Use })
        .phase(if name.is_some() { Phase::Spawn } else { Phase::Run });
    if let Some(line) = wrong.line {
        draft = draft.edit(place, line);
    }
    if let Some(run) = worst {
        draft = draft.related(run.place, "it is run by its name here");
    }
    sink.report(draft);
}

/// Whether somebody can run the file by its name: it has its run bit, and nothing gives it to an interpreter.
fn is_for_people(project: &Project, id: DocumentId, document: &Document) -> bool {
    document.is_executable == Some(true) && project.executions_of(id).is_empty()
}

/// Whether only containers run it, which have other interpreters.
fn is_for_images(project: &Project, direct: &[&Execution]) -> bool {
    let of_runs: BTreeSet<_> = direct.iter().flat_map(|run| &run.programs).copied().collect();
    // What no program reaches is for where the programs are.
    let mut programs = project
        .programs()
        .filter(|(id, _)| of_runs.is_empty() || of_runs.contains(id))
        .peekable();
    // The platform that starts a Procfile's lines has images of its own.
    let is_elsewhere = |program: &ProgramView| program.in_container || program.manager == Manager::Procfile;
    programs.peek().is_some() && programs.all(|(_, program)| is_elsewhere(program))
}

/// A file without a first line: the kernel takes it for no program. A shell reads it itself, as a script.
fn missing(document: &Document, direct: &[&Execution]) -> Option<Wrong> {
    let by_kernel = direct.iter().any(|run| run.how == How::Exec);
    let is_python = document.format == Format::Python && !direct.is_empty();
    let is_script = matches!(document.format, Format::Python | Format::Shell);
    (is_script && (by_kernel || is_python)).then(|| Wrong {
        why: "is run by its name, and has no `#!` line".to_owned(),
        label: broken(document, by_kernel),
        help: format!("Begin it with `{}`.", usual(document)),
        confidence: Confidence::Certain,
        line: Some(format!("{}\n", usual(document))),
    })
}

/// A first line that the kernel does not see.
fn hidden(document: &Document, first: &Shebang, direct: &[&Execution]) -> Option<Wrong> {
    let by_kernel = direct.iter().any(|run| run.how == How::Exec);
    let is_python = document.format == Format::Python && !direct.is_empty();
    // A shell reads a script that begins with an empty line as any other.
    let is_mark = first.behind == Some("a byte order mark") && !direct.is_empty();
    let behind = first.behind.filter(|_| by_kernel || is_python || is_mark)?;
    Some(Wrong {
        why: format!("begins with {behind}, and the kernel does not see the `#!` behind it"),
        label: broken(document, by_kernel),
        help: "Let `#!` be the first two bytes of the file.".to_owned(),
        confidence: Confidence::Certain,
        line: None,
    })
}

/// What the log says of a file that the kernel takes for no program.
fn broken(document: &Document, by_kernel: bool) -> String {
    if by_kernel {
        "Exec format error".to_owned()
    } else if document.format == Format::Python {
        "the shell reads it as its own: import: not found".to_owned()
    } else {
        "#!: not found".to_owned()
    }
}

/// The first line that a file of this kind usually has.
fn usual(document: &Document) -> &'static str {
    match document.format {
        Format::Python => "#!/usr/bin/env python3",
        _ => "#!/bin/bash",
    }
}

/// A first line that the kernel follows to nowhere.
fn unfollowed(
    project: &Project,
    document: &Document,
    first: &Shebang,
    direct: &[&Execution],
    installed: &BTreeSet<&str>,
) -> Option<Wrong> {
    let words: Vec<&str> = first.words().collect();
    let (path, rest) = words.split_first()?;
    let is_env = path.rsplit('/').next() == Some("env");
    let splits = rest
        .first()
        .is_some_and(|word| word.starts_with("-S") || word.starts_with("--split") || word.starts_with("-vS"));
    // The line ends of a shell script are the matter of `crlf-line-endings`; `env -S` takes it for a blank.
    if first.has_return && document.format != Format::Shell && !splits {
        return Some(Wrong {
            why: "has a first line that ends with a carriage return, which the kernel takes for a part of it"
                .to_owned(),
            label: format!("'{}\\r': No such file or directory", first.interpreter()),
            help: format!(
                "`sed -i 's/\\r$//' {}`, and `eol=lf` for it in `.gitattributes`.",
                document.path
            ),
            confidence: Confidence::Certain,
            line: None,
        });
    }
    if rest.len() > 1 && !splits && takes_one(path) {
        let joined = rest.join(" ");
        let all = if is_env { joined.clone() } else { words.join(" ") };
        let line = format!("#!/usr/bin/env -S {all}");
        let label = if is_env {
            format!("/usr/bin/env: '{joined}': No such file or directory")
        } else {
            format!("{path}: invalid option")
        };
        return Some(Wrong {
            why: format!(
                "has a first line with several arguments, which Linux hands over as one: `{joined}`"
            ),
            label,
            help: format!("Write `{line}`."),
            confidence: Confidence::Certain,
            line: Some(line),
        });
    }
    if is_for_images(project, direct) {
        return None;
    }
    let name = first.interpreter();
    // Whoever types it may have a virtual environment active, which has a `python`; a process manager has none.
    let may_be_active = is_env && name == "python" && !direct.iter().any(|run| run.starts.is_some());
    if may_be_active && direct.is_empty() {
        return None;
    }
    let (why, mut confidence) = absent(project, installed, path, name, is_env)?;
    if may_be_active {
        confidence = Confidence::Possible;
    }
    Some(Wrong {
        why: format!("is read by `{}`, {why}", first.text),
        label: if is_env {
            format!("/usr/bin/env: '{name}': No such file or directory")
        } else {
            format!("{path}: bad interpreter: No such file or directory")
        },
        help: instead(name, is_env),
        confidence,
        line: None,
    })
}

/// Whether an interpreter takes its arguments apart no further: perl does.
fn takes_one(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "env" | "sh" | "bash" | "dash" | "zsh" | "ksh") || name.starts_with("python")
}

/// Why the server lacks an interpreter.
fn absent(
    project: &Project,
    installed: &BTreeSet<&str>,
    path: &str,
    name: &str,
    is_env: bool,
) -> Option<(String, Confidence)> {
    const OF_MACS: [&str; 6] = [
        "/opt/homebrew/",
        "/opt/local/",
        "/Users/",
        "/Library/",
        "/Applications/",
        "/usr/local/Cellar/",
    ];
    if OF_MACS.iter().any(|folder| path.starts_with(folder)) || path.contains('\\') {
        return Some((
            "a place of another kind of machine".to_owned(),
            Confidence::Certain,
        ));
    }
    let is_system = ["/bin/", "/usr/bin/"]
        .iter()
        .any(|folder| path.strip_prefix(folder) == Some(name));
    let os = &project.target.os;
    if path.starts_with("/usr/local/bin/") && !installed.contains(path) {
        return Some((format!("where {os} has nothing"), Confidence::Likely));
    }
    if !(is_env || is_system) || interpreters::is_base(name) {
        return None;
    }
    let version = name.strip_prefix("python").filter(|rest| rest.contains('.'));
    if let Some(version) = version {
        let own = project.target.python.to_string();
        let is_there = version == own || installed.contains(name);
        return (!is_there).then(|| (format!("and the Python of {os} is {own}"), Confidence::Likely));
    }
    let package = interpreters::package_of(name)?;
    let is_there =
        installed.contains(package) || installed.contains(name) || has_environment(project, name, is_env);
    let found = format!("which {os} lacks as long as nothing installs `{package}`");
    (!is_there).then_some((found, Confidence::Likely))
}

/// The words of all commands of the tree that install a package or link an interpreter, and their last parts.
fn installed(project: &Project) -> BTreeSet<&str> {
    const TOOLS: [&str; 12] = [
        "apt",
        "apt-get",
        "aptitude",
        "apk",
        "dnf",
        "yum",
        "snap",
        "ln",
        "update-alternatives",
        "pyenv",
        "uv",
        "install",
    ];
    let commands = project
        .documents()
        .flat_map(|(_, document)| &document.facts.commands);
    let words = commands
        .map(|command| command.words.iter().map(|word| word.text.as_str()))
        .filter(|words| words.clone().any(|word| TOOLS.contains(&word)))
        .flatten();
    words
        .flat_map(|word| [Some(word), word.rsplit('/').next()])
        .flatten()
        .collect()
}

/// Whether `env` may find the name in a virtual environment that a program puts into its `PATH`.
fn has_environment(project: &Project, name: &str, is_env: bool) -> bool {
    let mut programs = project.programs().map(|(_, program)| program);
    let has_path = |path: &String| path.contains("venv") || path.contains("/env/");
    is_env
        && name == "python"
        && programs.any(|program| program.environment.get("PATH").is_some_and(has_path))
}

fn instead(name: &str, is_env: bool) -> String {
    let is_python = name.starts_with("python") || name.starts_with("pypy");
    match name {
        _ if is_python => "Write `#!/usr/bin/env python3`, and run it with the environment's own Python where it needs what \
                           pip installed."
            .to_owned(),
        "bash" | "sh" | "perl" => format!("Write `#!/usr/bin/env {name}`."),
        _ if is_env => format!("Have a step of the deployment install it, or write the script for bash in place of `{name}`."),
        _ => format!("Have a step of the deployment install it and write `#!/usr/bin/env {name}`, or write the script for bash."),
    }
}
