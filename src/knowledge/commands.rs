//! Commands that the base install of a release may lack.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TABLE: LazyLock<BTreeMap<String, Row>> = LazyLock::new(|| super::table("commands"));

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    package: String,
    #[serde(default)]
    base: Vec<String>,
    debian: Option<String>,
    #[serde(default)]
    marks: Vec<String>,
}

/// A command that a release does not bring.
#[derive(Debug, Clone, Copy)]
pub struct Lacking {
    /// The package that brings it.
    pub package: &'static str,
    name: &'static str,
    marks: &'static [String],
}

/// The command of this name, if the server install of `os` (`ubuntu-22.04`) has none.
pub fn lacking(name: &str, os: &str) -> Option<Lacking> {
    let (name, row) = TABLE.get_key_value(name)?;
    if row.base.iter().any(|release| os.starts_with(release.as_str())) {
        return None;
    }
    let of_debian = row.debian.as_deref().filter(|_| os.starts_with("debian"));
    Some(Lacking {
        package: of_debian.unwrap_or(&row.package),
        name,
        marks: &row.marks,
    })
}

impl Lacking {
    /// Whether a word of an installing command says that it brings the command: `postgresql-client-14`.
    pub fn is_brought_by(&self, word: &str) -> bool {
        let word = word.to_ascii_lowercase();
        let is_named = |name: &str| {
            let rest = word.strip_prefix(name);
            rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphabetic()))
        };
        is_named(self.package)
            || is_named(self.name)
            || self.marks.iter().any(|mark| word.contains(mark.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        assert!(TABLE.len() > 100, "{}", TABLE.len());
        assert_eq!(
            lacking("psql", "ubuntu-22.04").unwrap().package,
            "postgresql-client"
        );
        assert_eq!(
            lacking("mysql", "debian-12").unwrap().package,
            "default-mysql-client"
        );
        assert!(lacking("curl", "ubuntu-24.04").is_none() && lacking("curl", "debian-12").is_some());
        assert!(lacking("ls", "debian-12").is_none());
    }

    #[test]
    fn an_install_brings_a_command_by_its_package_or_its_own_name() {
        let jq = lacking("jq", "ubuntu-22.04").unwrap();
        assert!(jq.is_brought_by("jq") && jq.is_brought_by("jq=1.6") && !jq.is_brought_by("jquery"));
        let psql = lacking("psql", "ubuntu-22.04").unwrap();
        assert!(
            psql.is_brought_by("postgresql-14")
                && psql.is_brought_by("postgresql")
                && !psql.is_brought_by("redis")
        );
    }
}
