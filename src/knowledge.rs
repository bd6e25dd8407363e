//! What changes with the world: the tables of `rules/knowledge/`, read once.

use crate::target::PythonVersion;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Every table: name, text.
static TABLES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/knowledge.rs"));

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(Knowledge::load);

/// All tables.
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
}

/// The tables.
pub fn get() -> &'static Knowledge {
    &KNOWLEDGE
}

#[derive(Deserialize)]
struct ReleaseRow {
    name: String,
    python: String,
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
                        },
                    ))
                })
                .collect(),
        }
    }
}

/// A table by name. A table that does not follow its form is empty; a test reads each of them.
fn table<T: DeserializeOwned + Default>(name: &str) -> T {
    let text = TABLES
        .iter()
        .find(|(table, _)| *table == name)
        .map_or("", |(_, text)| *text);
    toml::from_str(text).unwrap_or_default()
}
