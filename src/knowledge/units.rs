//! Units that come with packages of a server.

use serde::Deserialize;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| super::table("units"));

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    known: Vec<String>,
    families: Vec<String>,
}

/// Whether a package of the server brings a unit of this name (without `.service`).
pub fn is_packaged(name: &str) -> bool {
    TABLE.known.iter().any(|known| known == name)
        || TABLE
            .families
            .iter()
            .any(|family| name.starts_with(family.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_follows_its_form() {
        assert!(TABLE.known.len() > 50 && !TABLE.families.is_empty());
        assert!(is_packaged("nginx") && is_packaged("php8.1-fpm") && !is_packaged("desk"));
    }
}
