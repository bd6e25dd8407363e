//! Distributions that are built against a library of the system.

use crate::facts::requirement::normalize;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TABLE: LazyLock<BTreeMap<String, SystemLibrary>> = LazyLock::new(|| super::table("system-libraries"));

/// What the build of a distribution needs from the system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemLibrary {
    /// The packages of Debian and Ubuntu, parted by blanks.
    pub packages: String,
    /// What it is, where the first of the packages does not say it.
    pub library: Option<String>,
    /// Parts of words, parted by blanks, of a command that brings it.
    pub marks: String,
    /// What the build says without it.
    pub log: String,
    /// What has wheels and does the same.
    pub instead: Option<String>,
}

/// What the build of this distribution needs, if it is known to need anything.
pub fn needed_by(distribution: &str) -> Option<&'static SystemLibrary> {
    TABLE.get(&normalize(distribution))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_says_what_to_install() {
        assert!(TABLE.len() >= 10);
        for (name, row) in TABLE.iter() {
            assert_eq!(&normalize(name), name);
            assert!(
                !row.packages.is_empty() && !row.marks.is_empty() && !row.log.is_empty(),
                "{name}"
            );
        }
        assert!(needed_by("PsycoPG2").is_some() && needed_by("psycopg2-binary").is_none());
    }
}
