//! The standard library of CPython on Linux, version by version.

use crate::target::PythonVersion;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static MODULES: LazyLock<Modules> = LazyLock::new(|| Modules::new(super::table("stdlib")));

/// The table as written: module names parted by white space.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    always: String,
    builtin: String,
    elsewhere: String,
    added: BTreeMap<String, String>,
    removed: BTreeMap<String, String>,
    instead: BTreeMap<String, String>,
}

/// When a module came and went; nothing: it always was, or still is there.
#[derive(Debug, Clone, Copy, Default)]
struct Life {
    from: Option<PythonVersion>,
    until: Option<PythonVersion>,
}

struct Modules {
    lives: BTreeMap<String, Life>,
    builtin: BTreeSet<String>,
    elsewhere: BTreeSet<String>,
    instead: BTreeMap<String, String>,
}

impl Modules {
    fn new(table: Table) -> Self {
        let mut lives: BTreeMap<String, Life> = table
            .always
            .split_whitespace()
            .map(|name| (name.to_owned(), Life::default()))
            .collect();
        for (version, names) in &table.added {
            for name in names.split_whitespace() {
                lives.entry(name.to_owned()).or_default().from = PythonVersion::parse(version);
            }
        }
        for (version, names) in &table.removed {
            for name in names.split_whitespace() {
                lives.entry(name.to_owned()).or_default().until = PythonVersion::parse(version);
            }
        }
        let set = |names: &str| names.split_whitespace().map(str::to_owned).collect();
        Self {
            lives,
            builtin: set(&table.builtin),
            elsewhere: set(&table.elsewhere),
            instead: table.instead,
        }
    }
}

/// Whether the standard library of this Python has a top-level module of this name on Linux.
///
/// Versions newer than the table are taken to be like its newest.
pub fn stdlib_has(name: &str, version: PythonVersion) -> bool {
    MODULES.lives.get(name).is_some_and(|life| {
        life.from.is_none_or(|from| from <= version) && life.until.is_none_or(|until| version < until)
    })
}

/// Whether the module is compiled into the interpreter of Debian and Ubuntu, so that no file shadows it.
pub fn is_builtin(name: &str) -> bool {
    MODULES.builtin.contains(name)
}

/// The first version without a module that the standard library once had.
pub fn removed_in(name: &str) -> Option<PythonVersion> {
    MODULES.lives.get(name)?.until
}

/// The first version with a module that the standard library did not always have.
pub fn added_in(name: &str) -> Option<PythonVersion> {
    MODULES.lives.get(name)?.from
}

/// What to use in place of a removed module, in words: "the distribution `setuptools`, …".
pub fn instead_of(name: &str) -> Option<&'static str> {
    MODULES.instead.get(name).map(String::as_str)
}

/// Whether the module is in the standard library of Windows or macOS only.
pub fn is_elsewhere(name: &str) -> bool {
    MODULES.elsewhere.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const fn python(minor: u32) -> PythonVersion {
        PythonVersion { major: 3, minor }
    }

    #[test]
    fn modules_come_and_go() {
        for (name, minor, expected) in [
            ("json", 8, true),
            ("json", 14, true),
            ("json", 20, true),
            ("zoneinfo", 8, false),
            ("zoneinfo", 9, true),
            ("tomllib", 10, false),
            ("tomllib", 11, true),
            ("distutils", 11, true),
            ("distutils", 12, false),
            ("imp", 12, false),
            ("cgi", 12, true),
            ("cgi", 13, false),
            ("annotationlib", 13, false),
            ("annotationlib", 14, true),
            ("winreg", 10, false),
            ("msvcrt", 10, false),
            ("numpy", 10, false),
        ] {
            assert_eq!(stdlib_has(name, python(minor)), expected, "{name} in 3.{minor}");
        }
        assert_eq!(removed_in("distutils"), Some(python(12)));
        assert_eq!(removed_in("json"), None);
        assert_eq!(added_in("tomllib"), Some(python(11)));
        assert!(is_builtin("time") && !is_builtin("json") && is_elsewhere("winreg"));
    }

    #[test]
    fn every_public_removed_module_has_a_successor() {
        for (name, life) in &MODULES.lives {
            if life.until.is_some() && !name.starts_with('_') {
                assert!(instead_of(name).is_some(), "{name}");
            }
        }
        for name in MODULES.instead.keys() {
            assert!(removed_in(name).is_some(), "{name} was never removed");
        }
    }

    /// The interpreters of this machine, as far as there are any, know best.
    #[test]
    fn the_table_agrees_with_the_interpreters_that_are_here() {
        for interpreter in crate::knowledge::tests::interpreters() {
            let asked = Command::new(&interpreter)
                .args([
                    "-c",
                    "import sys; print(sys.version_info[1], *sys.stdlib_module_names)",
                ])
                .output();
            let Ok(answer) = asked else { continue };
            let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
            let mut words = answer.split_whitespace();
            // Before 3.10 there is no such list, and nothing is printed.
            let Some(minor) = words.next().and_then(|word| word.parse().ok()) else {
                continue;
            };
            let theirs: BTreeSet<&str> = words.filter(|name| !is_elsewhere(name)).collect();
            let ours: BTreeSet<&str> = MODULES
                .lives
                .keys()
                .map(String::as_str)
                // CPython leaves its own tests out of the list, and installs them.
                .filter(|name| *name != "test" && stdlib_has(name, python(minor)))
                .collect();
            assert_eq!(ours, theirs, "{interpreter}");
        }
    }
}
