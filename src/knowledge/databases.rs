//! Modules that talk to a database.

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TABLE: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| super::table("databases"));

/// What the module of this dotted name talks to, where that is a database.
pub fn behind(module: &str) -> Option<&'static str> {
    let (top, rest) = module.split_once('.').unwrap_or((module, ""));
    match TABLE.get(top)? {
        Value::String(name) => Some(name),
        Value::Object(parts) => parts.get(rest.split('.').next()?)?.as_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_lead_to_their_databases() {
        assert_eq!(behind("psycopg2.extras"), Some("PostgreSQL"));
        assert_eq!(behind("mysql.connector.pooling"), Some("MySQL"));
        assert_eq!(behind("mysql"), None);
        assert_eq!(behind("json"), None);
    }
}
