//! Accounts that a server has, or gets with a package.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| super::table("accounts"));

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    base: Vec<String>,
    images: Vec<String>,
    packages: BTreeMap<String, String>,
}

/// Whether every server has the account, or an image of servers comes with it.
pub fn is_usual(name: &str) -> bool {
    TABLE.base.iter().chain(&TABLE.images).any(|known| known == name)
}

/// The package that makes the account.
pub fn package_of(name: &str) -> Option<&'static str> {
    TABLE.packages.get(name).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_follows_its_form() {
        assert!(TABLE.base.len() > 10 && TABLE.packages.len() > 10);
        assert!(is_usual("www-data") && is_usual("ubuntu") && !is_usual("desk"));
        assert_eq!(package_of("postgres"), Some("postgresql"));
    }
}
