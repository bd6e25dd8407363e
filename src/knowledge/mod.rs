//! What changes with the world: the tables of `rules/knowledge/`, each read once, when it is first asked.

pub mod accounts;
pub mod commands;
pub mod connections;
pub mod databases;
pub mod detaches;
pub mod distributions;
pub mod host_names;
pub mod interpreters;
pub mod mac_commands;
pub mod mac_paths;
pub mod ports;
pub mod releases;
pub mod runners;
pub mod secrets;
pub mod stdlib;
pub mod stdlib_names;
pub mod system_libraries;
pub mod units;
pub mod variables;

use crate::target::PythonVersion;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Every table: name, JSON of what the file says.
static TABLES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/knowledge.rs"));

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(Knowledge::load);

/// What targets there are.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// Target releases by name.
    pub releases: BTreeMap<String, Release>,
}

/// A target release.
#[derive(Debug, Clone)]
pub struct Release {
    /// What `python3` is.
    pub python: PythonVersion,
    /// What `/bin/sh` is.
    pub sh: String,
    /// Whether that knows `set -o pipefail`, where it is known.
    pub pipefail: Option<bool>,
}

/// The targets.
pub fn get() -> &'static Knowledge {
    &KNOWLEDGE
}

#[derive(Deserialize)]
struct ReleaseRow {
    name: String,
    python: String,
    sh: String,
    pipefail: Option<bool>,
}

impl Knowledge {
    fn load() -> Self {
        let releases: BTreeMap<String, ReleaseRow> = table("targets");
        Self {
            releases: releases
                .into_values()
                .filter_map(|row| {
                    Some((
                        row.name,
                        Release {
                            python: PythonVersion::parse(&row.python)?,
                            sh: row.sh,
                            pipefail: row.pipefail,
                        },
                    ))
                })
                .collect(),
        }
    }
}

/// A table by name. A table that does not follow its form is empty; a test reads each of them.
fn table<T: DeserializeOwned + Default>(name: &str) -> T {
    serde_json::from_str(text_of(name)).unwrap_or_default()
}

fn text_of(name: &str) -> &'static str {
    TABLES
        .iter()
        .find(|(table, _)| *table == name)
        .map_or("", |(_, text)| *text)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Pythons that tests may ask, if they are there: those on the path, and pyenv's.
    pub(crate) fn interpreters() -> Vec<String> {
        let mut interpreters = vec!["python3".to_owned(), "/usr/bin/python3".to_owned()];
        interpreters.extend((8..=14).map(|minor| format!("python3.{minor}")));
        if let Some(home) = std::env::var_os("HOME") {
            let versions = std::path::Path::new(&home).join(".pyenv/versions");
            let folders = std::fs::read_dir(versions).into_iter().flatten().flatten();
            interpreters.extend(folders.map(|folder| folder.path().join("bin/python").display().to_string()));
        }
        interpreters
    }

    /// What is read at a start is what people wrote.
    #[test]
    fn every_table_is_the_file_of_its_name() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/knowledge");
        assert_eq!(TABLES.len(), std::fs::read_dir(&folder).unwrap().count());
        for (name, text) in TABLES {
            let file = std::fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
            let written: toml::Value = toml::from_str(&file).unwrap();
            assert_eq!(
                serde_json::from_str::<toml::Value>(text).unwrap(),
                written,
                "{name}"
            );
        }
    }

    #[test]
    fn every_release_has_its_python() {
        let written = text_of("targets").matches("\"python\":").count();
        let releases = &get().releases;
        assert_eq!(releases.len(), written);
        assert!(releases.values().all(|release| !release.sh.is_empty()));
        assert_eq!(
            releases["ubuntu-22.04"].python,
            PythonVersion { major: 3, minor: 10 }
        );
    }
}
