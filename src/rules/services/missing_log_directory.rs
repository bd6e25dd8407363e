//! Folders of logs that the server lacks: supervisord refuses the whole configuration.

use super::folder;
use crate::project::{Need, Project};
use crate::rule::Sink;

/// Reports each folder that logs of a supervisord's configuration need and that nothing makes.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    folder::check(project, sink, is_of_logs);
}

fn is_of_logs(need: &Need) -> bool {
    need.is_of_logs()
}
