//! Interpreters that the first lines of scripts name, and what brings them.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| super::table("interpreters"));

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    base: Vec<String>,
    packages: BTreeMap<String, String>,
}

/// Whether the base install has an interpreter of this name in `/usr/bin`.
pub fn is_base(name: &str) -> bool {
    TABLE.base.iter().any(|known| known == name)
}

/// The package that brings the interpreter of this name, when the base install lacks it.
pub fn package_of(name: &str) -> Option<&'static str> {
    TABLE.packages.get(name).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_base_install_lacks_comes_from_a_package() {
        assert!(is_base("bash") && is_base("python3") && !is_base("python"));
        assert_eq!(package_of("python"), Some("python-is-python3"));
        assert_eq!(package_of("zsh"), Some("zsh"));
        assert!(TABLE.packages.keys().all(|name| !is_base(name)));
    }
}
