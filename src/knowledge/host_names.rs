//! Names of hosts that only a network at home, a tunnel or an overlay network has.

use serde::Deserialize;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| super::table("host-names"));

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    name: Vec<Row>,
}

/// How such names end, and whose they are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// How the name ends: `.local`.
    pub end: String,
    /// What kind of name it is.
    pub kind: Kind,
    /// Who gives it.
    #[serde(default)]
    pub by: String,
    /// Endings of names that are something else.
    #[serde(default)]
    not: Vec<String>,
}

/// What kind of name it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Machines of one network tell it each other.
    Mdns,
    /// A router gives it.
    Home,
    /// It leads to whatever machine holds a tunnel open.
    Tunnel,
    /// A machine of an overlay network.
    Tailnet,
}

/// What is known of a name in small letters; nothing of names that any server finds.
pub fn of(name: &str) -> Option<&'static Row> {
    TABLE.name.iter().find(|row| {
        let begin = name.strip_suffix(row.end.as_str());
        let is_other = row.not.iter().any(|end| name.ends_with(end.as_str()));
        begin.is_some_and(|begin| !begin.is_empty()) && !is_other
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::value::is_telling;

    #[test]
    fn names_are_told_by_their_end() {
        let kind = |name: &str| of(name).map(|row| row.kind);
        assert_eq!(kind("mac-mini.local"), Some(Kind::Mdns));
        assert_eq!(kind("a1b2.ngrok-free.app"), Some(Kind::Tunnel));
        assert_eq!(kind("box.tail1234.ts.net"), Some(Kind::Tailnet));
        for name in [
            "api.svc.cluster.local",
            ".local",
            "local",
            "ngrok.io",
            "api.example.org",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
    }

    #[test]
    fn formats_keep_every_such_name() {
        assert!(TABLE.name.len() > 25);
        for row in &TABLE.name {
            assert!(is_telling(&format!("x{}", row.end)), "{}", row.end);
        }
    }
}
