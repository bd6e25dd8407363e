//! Ports that commands listen on unless they are told otherwise, and ports that something else has.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static LISTENERS: LazyLock<BTreeMap<String, Listener>> = LazyLock::new(|| super::table("listeners"));
static TAKEN: LazyLock<Table> = LazyLock::new(|| super::table("taken-ports"));

/// A command that listens on a port when its command line names none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// The port.
    pub port: u16,
    /// The address that it is opened on.
    pub host: String,
    /// The environment variable that says another port.
    pub variable: Option<String>,
    /// The word without which the command does not listen at all.
    pub verb: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    port: Vec<Taken>,
}

/// A port that something else on a server may have.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// The port.
    pub number: u16,
    /// What listens there.
    pub by: String,
    /// The address that it listens on; all of them when it is not given.
    pub host: Option<String>,
    /// Beginnings of the names of targets that have it from the start.
    #[serde(default)]
    pub on: Vec<String>,
    /// Packages that bring it.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Whether it holds data that nobody from outside is to reach.
    #[serde(default)]
    pub store: bool,
}

/// What this command listens on by itself, if it does.
pub fn listener(command: &str) -> Option<&'static Listener> {
    LISTENERS.get(command)
}

/// What is known to listen on a port.
pub fn known(number: u16) -> impl Iterator<Item = &'static Taken> {
    TAKEN.port.iter().filter(move |row| row.number == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_follow_their_form() {
        assert!(LISTENERS.len() > 10 && TAKEN.port.len() > 40);
        assert_eq!(listener("gunicorn").map(|row| row.port), Some(8000));
        assert!(known(22).any(|row| row.by == "sshd"));
        assert!(known(8001).next().is_none());
    }
}
