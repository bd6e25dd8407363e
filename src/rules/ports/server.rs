//! What shapes the server itself: the configuration of its proxy, the rules of its firewall.

use crate::finding::{DocumentId, Scope};
use crate::project::Project;

/// The scope of what such a document says. No program reaches it, and yet it holds for as long as the server
/// runs: it counts as deployed, unless nobody uses it there.
pub(super) fn scope(project: &Project, id: DocumentId) -> Scope {
    match project.scope(id) {
        Scope::Operations => Scope::Deployed,
        scope => scope,
    }
}
