//! What the firewall of the server lets in, as far as commands of the tree set it up.

use super::Stated;
use crate::facts::{Command, PortRole};
use crate::finding::Scope;
use crate::project::Project;

/// The firewall that commands of the tree set up.
#[derive(Debug)]
pub struct Gate<'a> {
    /// Who is let in, in the order of the documents.
    pub allows: Vec<&'a Stated>,
    /// Whether all that is let in is known: no rule has a port that a variable holds.
    pub is_complete: bool,
    /// Whether everything else is kept out.
    pub is_closed: bool,
}

impl Gate<'_> {
    /// Whether anybody at all is let in at a port.
    pub fn admits(&self, number: u16) -> bool {
        self.allows.iter().any(|stated| stated.port.covers(number))
    }
}

impl Project {
    /// The firewall that the tree's scripts set up, if any of them does.
    pub fn gate(&self) -> Option<Gate<'_>> {
        let is_run = |stated: &&Stated| self.scope(stated.place.document) != Scope::Development;
        let allows: Vec<&Stated> = self
            .ports
            .stated()
            .iter()
            .filter(|stated| stated.port.role == PortRole::Allows)
            .filter(is_run)
            .collect();
        let commands = self
            .documents()
            .filter(|(id, _)| self.scope(*id) != Scope::Development)
            .flat_map(|(_, document)| &document.facts.commands);
        let is_closed = commands.into_iter().any(closes);
        (!allows.is_empty()).then(|| Gate {
            is_complete: allows.iter().all(|stated| stated.port.number.is_some()),
            allows,
            is_closed,
        })
    }
}

/// Whether a command keeps out what no rule lets in: `ufw enable`, whose default is to deny (ufw(8)), and
/// `iptables -P INPUT DROP`.
fn closes(command: &Command) -> bool {
    let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
    let has = |wanted: &str| words.contains(&wanted);
    let ends = |wanted: &str| {
        words
            .iter()
            .take(6)
            .any(|word| word.rsplit('/').next() == Some(wanted))
    };
    let is_ufw = ends("ufw") && !has("install") && (has("enable") || (has("default") && has("deny")));
    let is_iptables = ends("iptables") && has("INPUT") && (has("DROP") || has("REJECT"));
    is_ufw || is_iptables
}
