//! Distributions that are built against a library that no step of the deployment installs.

use crate::facts::Command;
use crate::finding::{Confidence, Draft, Effect, Phase};
use crate::knowledge::releases::releases_of;
use crate::knowledge::system_libraries::{SystemLibrary, needed_by};
use crate::project::{Ask, Project};
use crate::rule::Sink;

/// Reports every requirement whose build finds no library.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let has_packages = commands(project).any(installs_packages);
    for ask in project
        .requirements
        .asks()
        .iter()
        .filter(|ask| ask.is_installed())
    {
        let Some(library) = needed_by(&ask.name).filter(|_| is_built(project, ask)) else {
            continue;
        };
        if commands(project).any(|command| brings(command, library)) {
            continue;
        }
        let first = library.packages.split_whitespace().next().unwrap_or_default();
        let what = library.library.clone().unwrap_or_else(|| format!("`{first}`"));
        let message = format!(
            "`{}` is built on the server, which needs {what}, and no step of the deployment installs that",
            ask.written
        );
        let instead = instead_of(project, ask, library);
        let own = if library
            .library
            .as_ref()
            .is_some_and(|library| library.starts_with("the "))
        {
            "Build the library in a step of the deployment, after "
        } else {
            "Add a step of the deployment: "
        };
        // Where no step installs packages of the system, somebody does so by hand.
        let (effect, confidence) = if has_packages {
            (ask.effect(), Confidence::Likely)
        } else {
            (ask.effect().min(Effect::Use), Confidence::Possible)
        };
        sink.report(
            Draft::new(ask.place, message)
                .subject(&ask.name)
                .label(&library.log)
                .help(format!(
                    "{own}`apt-get install -y {}`.{instead}",
                    library.packages
                ))
                .programs(project.programs_without(&[ask]))
                .phase(Phase::Install)
                .effect(effect)
                .confidence(confidence),
        );
    }
}

/// What spares the build: a release with a wheel, or another distribution.
fn instead_of(project: &Project, ask: &Ask, library: &SystemLibrary) -> String {
    let python = project.target.python;
    let mut known = releases_of(&ask.name).iter().rev();
    let wheel = known.find(|release| release.allows(python) && release.has_wheel(python));
    match (wheel, &library.instead) {
        (Some(release), _) => format!(
            " Or pin `{}=={}`, which has a wheel for Python {python}.",
            ask.name, release.last
        ),
        (None, Some(instead)) => format!(" Or require `{instead}` instead."),
        (None, None) => String::new(),
    }
}

/// Whether pip has to build what it takes for a requirement: there is no wheel for the target.
fn is_built(project: &Project, ask: &Ask) -> bool {
    let python = project.target.python;
    let known = releases_of(&ask.name);
    let allowed = || known.iter().rev().filter(|release| release.allows(python));
    let taken = match (ask.pin(), &ask.specifiers) {
        (Some(pin), _) => known.iter().find(|release| release.holds(pin)),
        (None, Some(specifiers)) => allowed().find(|release| specifiers.contains(&release.last)),
        (None, None) => allowed().next(),
    };
    taken.is_none_or(|release| !release.has_wheel(python))
}

fn commands(project: &Project) -> impl Iterator<Item = &Command> {
    project
        .documents()
        .flat_map(|(_, document)| &document.facts.commands)
}

/// `apt-get install`, `apk add` and their like.
fn installs_packages(command: &Command) -> bool {
    const MANAGERS: [&str; 7] = ["apt", "apt-get", "aptitude", "apk", "dnf", "yum", "zypper"];
    let words = || command.words.iter().map(|word| word.text.as_str());
    words().any(|word| MANAGERS.contains(&word)) && words().any(|word| matches!(word, "install" | "add"))
}

/// Whether a command has to do with the library, other than by asking pip for the distribution.
fn brings(command: &Command, library: &SystemLibrary) -> bool {
    let is_pip = command.words.iter().any(|word| {
        word.text
            .rsplit('/')
            .next()
            .is_some_and(|name| name.starts_with("pip"))
            || word.text == "uv"
    });
    let has = |mark: &str| {
        command
            .words
            .iter()
            .any(|word| word.text.to_ascii_lowercase().contains(mark))
    };
    !is_pip && library.marks.split_whitespace().any(has)
}
