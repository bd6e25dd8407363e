//! Schemes of URLs and engines of Django, and what they need.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(Debug, Default, Deserialize)]
struct Table {
    schemes: BTreeMap<String, String>,
    drivers: BTreeMap<String, String>,
    defaults: BTreeMap<String, String>,
    engines: BTreeMap<String, Vec<String>>,
    calls: BTreeMap<String, String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| super::table("connections"));

/// The kind of database that a URL of this scheme leads to.
pub fn of_scheme(scheme: &str) -> Option<&'static str> {
    let base = scheme.split('+').next().unwrap_or(scheme);
    TABLE.schemes.get(base).map(String::as_str)
}

/// The kind of database that a call leads to: `psycopg2.connect`.
pub fn of_call(call: &str) -> Option<&'static str> {
    let last = call.rsplit('.').next().unwrap_or(call);
    super::databases::behind(call).or_else(|| TABLE.calls.get(last).map(String::as_str))
}

/// The module that a scheme names: `asyncpg` in `postgresql+asyncpg`.
pub fn driver_of(scheme: &str) -> Option<&'static str> {
    let (_, driver) = scheme.split_once('+')?;
    TABLE.drivers.get(driver).map(String::as_str)
}

/// The module that `create_engine` imports for a scheme that names none.
pub fn default_driver(scheme: &str) -> Option<&'static str> {
    TABLE.defaults.get(scheme).map(String::as_str)
}

/// The modules of which an engine of Django needs one.
pub fn of_engine(engine: &str) -> &'static [String] {
    TABLE.engines.get(engine).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_lead_to_databases_and_drivers() {
        assert_eq!(of_scheme("postgresql+asyncpg"), Some("PostgreSQL"));
        assert_eq!(of_scheme("https"), None);
        assert_eq!(driver_of("mysql+pymysql"), Some("pymysql"));
        assert_eq!(default_driver("postgresql"), Some("psycopg2"));
        assert_eq!(of_engine("django.db.backends.mysql")[0], "MySQLdb");
    }
}
