//! Lock files: what they install on the target, and whether it can have that.

use super::Project;
use super::modules::folder_of;
use super::requirements::Requirements;
use super::scopes::is_development_document;
use crate::document::Document;
use crate::facts::lock::{Lock, LockRole, Locked};
use crate::facts::requirement::normalize;
use crate::finding::{DocumentId, Scope};
use crate::source::Spanned;
use crate::target::PythonVersion;
use pep508_rs::pep440_rs::{Version, VersionSpecifiers};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

/// A lock file as the target sees it.
#[derive(Debug)]
pub struct LockView<'a> {
    /// The document.
    pub document: DocumentId,
    /// Its path.
    pub path: &'a str,
    /// What it holds.
    pub lock: &'a Lock,
    /// The packages that the target gets.
    pub installed: Vec<&'a Locked>,
    /// The program that installs from it.
    pub tool: &'static str,
    /// Whether a command of the tree has that program install.
    pub is_used: bool,
}

impl LockView<'_> {
    /// The folder of the lock file.
    pub fn folder(&self) -> &str {
        folder_of(self.path)
    }

    /// Whether the lock was made for other versions of Python only.
    pub fn excludes(&self, python: PythonVersion) -> bool {
        let written = self.lock.python.as_ref();
        written.is_some_and(|written| leaves_out(&written.value, python))
    }
}

/// Whether specifiers, as pip or poetry write them, take no release of this Python.
pub(super) fn leaves_out(written: &str, python: PythonVersion) -> bool {
    let version = |patch| Version::new([u64::from(python.major), u64::from(python.minor), patch]);
    specifiers(written).is_some_and(|written| {
        [0, 99]
            .into_iter()
            .all(|patch| !written.contains(&version(patch)))
    })
}

impl Project {
    /// Projects of the tree that say they do not run on the target's Python, where no lock file says it already:
    /// the document, and what is written there.
    pub fn refusing_projects(&self) -> Vec<(DocumentId, &Spanned<String>)> {
        let python = self.target.installer;
        let locks = self.locks();
        let is_told = |folder: &str| {
            locks
                .iter()
                .any(|lock| lock.excludes(self.target.python) && lock.folder() == folder)
        };
        let asks = self.documents().filter_map(|(id, document)| {
            let written = document.facts.requires_python.as_ref()?;
            let is_refused = leaves_out(&written.value, python) && !is_told(folder_of(&document.path));
            is_refused.then_some((id, written))
        });
        asks.collect()
    }

    /// Whether a step installs a project of the tree as a whole (`pip install .`), rather than its requirements.
    pub fn installs_projects(&self) -> bool {
        self.documents().any(|(id, document)| {
            self.scope(id) != Scope::Development && !document.facts.local_installs.is_empty()
        })
    }

    /// The lock files that a deployment can install from.
    pub fn locks(&self) -> Vec<LockView<'_>> {
        let found = self.documents().filter_map(|(id, document)| {
            let lock = document
                .facts
                .lock
                .as_deref()
                .filter(|_| is_for_server(document))?;
            let tool = tool(&document.path);
            Some(LockView {
                document: id,
                path: &document.path,
                lock,
                installed: installed(lock, &self.requirements),
                tool,
                is_used: self
                    .documents
                    .iter()
                    .any(|document| installs_with(document, tool)),
            })
        });
        found.collect()
    }
}

/// Whether a lock file is none of a test, a sample or an archive.
pub(super) fn is_for_server(document: &Document) -> bool {
    !is_development_document(document)
}

/// The packages of a lock that the target gets.
pub(super) fn installed<'a>(lock: &'a Lock, requirements: &Requirements) -> Vec<&'a Locked> {
    let mut by_name: BTreeMap<String, Vec<&Locked>> = BTreeMap::new();
    for package in &lock.packages {
        by_name.entry(normalize(&package.name)).or_default().push(package);
    }
    let of_role = |role| lock.packages.iter().filter(move |package| package.role == role);
    let mut found: Vec<&Locked> = of_role(LockRole::Main)
        .filter(|package| requirements.holds_written(package.marker.as_deref()))
        .collect();
    let mut seen = BTreeSet::new();
    let mut open: Vec<&Locked> = of_role(LockRole::Root).collect();
    while let Some(package) = open.pop() {
        for (name, marker) in &package.needs {
            let name = normalize(name);
            if !requirements.holds_written(marker.as_deref()) || !seen.insert(name.clone()) {
                continue;
            }
            let needed = by_name.get(&name).map_or(&[][..], Vec::as_slice);
            open.extend(needed);
            found.extend(needed.iter().filter(|package| package.role == LockRole::Needed));
        }
    }
    found
}

/// Whether pip can take one of these files on the target: a wheel for it, or a source distribution.
pub fn has_file_for(files: &[String], python: PythonVersion) -> bool {
    files.iter().any(|file| match file.strip_suffix(".whl") {
        Some(wheel) => wheel_fits(wheel, python),
        None => true,
    })
}

/// Whether a wheel's tags (PEP 425) are among those of CPython on Linux x86-64.
fn wheel_fits(wheel: &str, python: PythonVersion) -> bool {
    let mut tags = wheel.rsplit('-');
    let (Some(platforms), Some(abis), Some(interpreters)) = (tags.next(), tags.next(), tags.next()) else {
        return true;
    };
    let is_linux = |platform: &str| {
        platform == "any"
            || ((platform.starts_with("manylinux") || platform.starts_with("linux"))
                && platform.ends_with("x86_64"))
    };
    let is_stable = abis.split('.').any(|abi| abi == "abi3");
    let runs = |interpreter: &str| {
        let minor = |prefix: &str| {
            let digits = interpreter.strip_prefix(prefix)?;
            digits.parse::<u32>().ok()
        };
        match (minor("cp3"), minor("py3")) {
            (Some(minor), _) if is_stable => minor <= python.minor,
            (Some(minor), _) => minor == python.minor && !abis.ends_with('t'),
            (None, Some(minor)) => minor <= python.minor,
            (None, None) => interpreter == "py3",
        }
    };
    platforms.split('.').any(is_linux) && interpreters.split('.').any(runs)
}

/// The versions of Python that a tool's own words mean: `>=3.11`, poetry's `^3.10` and `~3.10`, pipenv's
/// `3.11`.
fn specifiers(written: &str) -> Option<VersionSpecifiers> {
    let parts = written.split(',').map(str::trim).map(|part| {
        if let Some(version) = part.strip_prefix('^') {
            return format!(">={version},<4");
        }
        match part.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
            Some(version) => format!("=={}.*", minor_of(version)),
            None if part.starts_with(|first: char| first.is_ascii_digit()) => {
                format!("=={}.*", minor_of(part.trim_end_matches(".*")))
            }
            None => part.to_owned(),
        }
    });
    VersionSpecifiers::from_str(&parts.collect::<Vec<_>>().join(",")).ok()
}

/// `3.11` of `3.11.4`: which patch release the server has is not known.
fn minor_of(version: &str) -> String {
    version.trim().split('.').take(2).collect::<Vec<_>>().join(".")
}

fn tool(path: &str) -> &'static str {
    match path.rsplit('/').next() {
        Some("uv.lock") => "uv",
        Some("poetry.lock") => "poetry",
        Some("Pipfile.lock") => "pipenv",
        _ => "pip",
    }
}

fn installs_with(document: &Document, tool: &str) -> bool {
    document.facts.commands.iter().any(|command| {
        let argument = |wanted: &[&str]| {
            let mut words = command.arguments().iter().map(|word| word.text.as_str());
            words.any(|word| wanted.contains(&word))
        };
        match tool {
            "pip" => command
                .arguments()
                .iter()
                .any(|word| word.text.contains("pylock")),
            tool => command.program() == tool && argument(&["sync", "install", "run"]) && !argument(&["pip"]),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PYTHON: PythonVersion = PythonVersion { major: 3, minor: 10 };

    #[test]
    fn tags_decide_whether_a_wheel_fits() {
        for (wheel, fits) in [
            ("x-1-py3-none-any", true),
            ("x-1-py2.py3-none-any", true),
            ("x-1-py311-none-any", false),
            ("x-1-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64", true),
            ("x-1-1-cp310-cp310-linux_x86_64", true),
            ("x-1-cp311-cp311-manylinux_2_17_x86_64", false),
            ("x-1-cp38-abi3-manylinux_2_17_x86_64", true),
            ("x-1-cp312-abi3-manylinux_2_17_x86_64", false),
            ("x-1-cp310-cp310-macosx_11_0_arm64", false),
            ("x-1-cp310-cp310-musllinux_1_1_x86_64", false),
            ("x-1-cp310-cp310-manylinux_2_17_aarch64", false),
            ("x-1-pp310-pypy310_pp73-manylinux_2_17_x86_64", false),
        ] {
            assert_eq!(wheel_fits(wheel, PYTHON), fits, "{wheel}");
        }
    }

    #[test]
    fn the_words_of_each_tool_are_understood() {
        let version = Version::new([3, 10, 5]);
        for (written, allows) in [
            (">=3.10", true),
            ("^3.10", true),
            ("^3.11", false),
            ("~3.10", true),
            ("~3.9.1", false),
            ("3.10", true),
            ("3.11", false),
            (">=3.8,<3.10", false),
            ("^3.8, <3.11", true),
        ] {
            assert_eq!(
                specifiers(written).map(|found| found.contains(&version)),
                Some(allows),
                "{written}"
            );
        }
        assert!(specifiers("^3.8 || ^3.12").is_none());
    }
}
