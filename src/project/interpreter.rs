//! Which Python runs the deployment, where the tree says it better than the server's release does.

use super::locks::leaves_out;
use super::programs::is_foreign;
use super::scopes::is_of_development;
use crate::document::Document;
use crate::facts::{Command, Manager, Program, Reach};
use crate::formats::Format;
use crate::target::{PythonVersion, Target};
use std::collections::BTreeSet;

/// The newest Python that a project's wish is taken to mean.
const NEWEST: u32 = 14;

/// The target with the Python that the settings name; else with that of the containers and of the platform, when
/// they run all programs; else the one of which a script makes the virtual environment (`python3.12 -m venv`);
/// else the one that a project asks for, where nobody says which release it is; else the release's own.
pub(super) fn settle(documents: &[Document], target: Target) -> Target {
    if target.is_python_given {
        return target;
    }
    let deployed: Vec<&Document> = documents
        .iter()
        .filter(|document| !is_of_development(documents, document))
        .collect();
    if let Some(python) = of_others(&deployed, of_platform(documents)).or_else(|| of_scripts(&deployed)) {
        return Target {
            python,
            installer: python,
            ..target
        };
    }
    if target.is_release_given {
        return target;
    }
    Target {
        python: of_projects(&deployed, target.python).unwrap_or(target.python),
        ..target
    }
}

/// The first Python behind the release's own that all projects take, where one of them refuses that.
fn of_projects(documents: &[&Document], own: PythonVersion) -> Option<PythonVersion> {
    let asked = documents
        .iter()
        .filter_map(|document| document.facts.requires_python.as_ref());
    let asked: Vec<&str> = asked.map(|written| written.value.as_str()).collect();
    let refuse = |python| asked.iter().any(|written| leaves_out(written, python));
    let behind = (own.minor + 1..=NEWEST).map(|minor| PythonVersion { minor, ..own });
    refuse(own).then(|| behind.into_iter().find(|python| !refuse(*python)))?
}

/// The Python that the files at the root ask a platform for, which starts the lines of the Procfile with it.
pub(super) fn of_platform(documents: &[Document]) -> Option<PythonVersion> {
    let asked = |path: &str| {
        let mut found = documents.iter().filter(|document| document.path == path);
        PythonVersion::parse(&found.next()?.facts.runtime.as_ref()?.value)
    };
    asked("runtime.txt").or_else(|| asked(".python-version"))
}

/// The newest Python of the images and of the platform, when they run every program: the server's own Python
/// then runs nothing, and installs nothing.
fn of_others(documents: &[&Document], platform: Option<PythonVersion>) -> Option<PythonVersion> {
    let programs: Vec<&Program> = documents
        .iter()
        .flat_map(|document| &document.facts.programs)
        .collect();
    let is_platforms = |program: &&&Program| program.manager == Manager::Procfile && platform.is_some();
    if !programs
        .iter()
        .all(|program| program.in_container || is_platforms(&program))
    {
        return None;
    }
    let images = programs.iter().filter_map(|program| program.python.as_ref());
    let images = images.filter_map(|python| PythonVersion::parse(&python.value));
    let of_platform = platform.filter(|_| programs.iter().any(|program| is_platforms(&program)));
    images.chain(of_platform).max()
}

/// The one version that commands name when they make a virtual environment or start a program.
fn of_scripts(documents: &[&Document]) -> Option<PythonVersion> {
    let mut versions = BTreeSet::new();
    for document in documents {
        let makers = document
            .facts
            .commands
            .iter()
            // What an image makes for itself, the server does not have.
            .filter(|command| document.format != Format::Docker && makes_environment(command));
        versions.extend(makers.filter_map(version));
        let programs = document.facts.programs.iter();
        let started = programs.flat_map(|program| &program.commands);
        versions.extend(started.filter_map(version));
    }
    let only = versions.pop_first()?;
    versions.is_empty().then_some(only)
}

/// `python3.12 -m venv folder`, on the server and without a condition.
fn makes_environment(command: &Command) -> bool {
    let has = |wanted: &str| command.words.iter().any(|word| word.text == wanted);
    let is_sure = !command.is_conditional && command.reach == Reach::Always;
    is_sure && has("-m") && (has("venv") || has("virtualenv"))
}

/// How the server comes by a Python that is not its release's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supply {
    /// A step of the tree installs it.
    Installed,
    /// Nothing does, but scripts run it: somebody may have put it there.
    Used,
    /// Nothing does.
    None,
}

/// Commands that install a Python.
const INSTALLERS: [&str; 14] = [
    "add-apt-repository",
    "apk",
    "apt",
    "apt-get",
    "asdf",
    "conda",
    "dnf",
    "make",
    "mamba",
    "micromamba",
    "mise",
    "pyenv",
    "uv",
    "yum",
];

/// How the server comes by a version of Python.
pub(super) fn supply(documents: &[Document], version: PythonVersion) -> Supply {
    let number = version.to_string();
    let deployed = documents
        .iter()
        .filter(|document| !is_of_development(documents, document));
    let commands = deployed.flat_map(|document| &document.facts.commands);
    let mut supply = Supply::None;
    for command in commands {
        let mut words = command.words.iter().map(|word| word.text.as_str());
        let name = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
        if words.any(|word| INSTALLERS.contains(&name(word).as_str()))
            && words.any(|word| word.contains(&number))
        {
            return Supply::Installed;
        }
        if command
            .words
            .iter()
            .any(|word| name(&word.text) == format!("python{number}"))
        {
            supply = Supply::Used;
        }
    }
    supply
}

/// The version in the name of a command's interpreter: `/usr/bin/python3.12`.
fn version(command: &Command) -> Option<PythonVersion> {
    let interpreter = command.words.iter().take(4).find_map(|word| {
        let name = word.text.rsplit('/').next()?;
        let version = name.strip_prefix("python")?;
        (!is_foreign(&word.text)).then_some(version)
    })?;
    interpreter
        .contains('.')
        .then(|| PythonVersion::parse(interpreter))?
}
