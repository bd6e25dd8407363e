//! What the firewall of the server lets in, as far as the tree sets it up.

use super::Stated;
use crate::facts::PortRole;
use crate::finding::{Place, Scope};
use crate::project::Project;

/// The firewall that commands and files of the tree set up.
#[derive(Debug)]
pub struct Gate<'a> {
    /// Who is let in, in the order of the documents.
    pub allows: Vec<&'a Stated>,
    /// Whether all that is let in is known: no rule has a port that a variable holds.
    pub is_complete: bool,
    /// Whether everything else is kept out.
    pub is_closed: bool,
    denies: Vec<&'a Stated>,
}

/// What the firewall does with whoever asks for one port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// It lets everybody in, by the rule at this place.
    Open(Place),
    /// It lets some in, by the rule at this place.
    Some(Place),
    /// It lets nobody in; here it is set up.
    Shut(Place),
    /// The files do not tell.
    Unknown,
}

impl Gate<'_> {
    /// Whether anybody at all is let in at a port.
    pub fn admits(&self, number: u16) -> bool {
        self.allows.iter().any(|stated| stated.port.covers(number))
    }

    /// What is done with whoever asks for a port.
    pub fn door(&self, number: u16) -> Door {
        let rules = || self.allows.iter().filter(|stated| stated.port.covers(number));
        if let Some(rule) = rules().find(|stated| stated.is_for_all()) {
            return Door::Open(rule.place);
        }
        let is_known = self.is_complete && self.is_closed;
        let denying = self.denies.iter().find(|stated| {
            let is_own = !stated.is_of_all_ports();
            stated.port.covers(number) && stated.is_for_all() && (is_own || is_known)
        });
        match (rules().next(), denying) {
            // Without a rule that keeps the others out, letting some in says nothing.
            (Some(rule), Some(_)) => Door::Some(rule.place),
            (None, Some(rule)) => Door::Shut(rule.place),
            _ => Door::Unknown,
        }
    }
}

impl Stated {
    /// Whether a rule of a firewall is one for whoever comes.
    pub fn is_for_all(&self) -> bool {
        let host = self.port.host.as_deref();
        host.is_none_or(|host| matches!(host, "0.0.0.0/0" | "::/0" | "any"))
    }

    fn is_of_all_ports(&self) -> bool {
        (self.port.number, self.port.last) == (Some(1), Some(u16::MAX))
    }
}

impl Project {
    /// The firewall that the tree's scripts and files set up, if any of them does.
    pub fn gate(&self) -> Option<Gate<'_>> {
        let of_role = |role: PortRole| -> Vec<&Stated> {
            let stated = self
                .ports
                .stated()
                .iter()
                .filter(|stated| stated.port.role == role);
            let is_run = |stated: &&Stated| self.scope(stated.place.document) != Scope::Development;
            stated.filter(is_run).collect()
        };
        let allows = of_role(PortRole::Allows);
        let denies = of_role(PortRole::Denies);
        let has_rules = !allows.is_empty() || denies.iter().any(|stated| !stated.is_of_all_ports());
        has_rules.then(|| Gate {
            // Whoever shuts everything lets people in at some other place.
            is_complete: !allows.is_empty() && allows.iter().all(|stated| stated.port.number.is_some()),
            is_closed: denies.iter().any(|stated| stated.is_of_all_ports()),
            allows,
            denies,
        })
    }
}
