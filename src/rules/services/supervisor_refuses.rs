//! Configurations of supervisord that it refuses as a whole, because of a folder that the server lacks.

use super::folder;
use crate::project::{Need, Project};
use crate::rule::Sink;

/// Reports the folders of a supervisord's socket, pid file and of itself that the server lacks.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    folder::check(project, sink, is_its_own);
}

/// Folders of logs are the matter of `missing-log-directory`.
fn is_its_own(need: &Need) -> bool {
    !need.is_of_logs()
}
