//! Sockets and pid files of supervisord in a folder that everybody writes to and that is cleared.

use crate::facts::DaemonFileKind;
use crate::finding::{Confidence, Draft, Effect, Place};
use crate::project::Project;
use crate::rule::Sink;

/// Reports each configuration whose socket or pid file is in `/tmp`, once.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    // A container has a folder of its own.
    if project.has_contained_supervisord() {
        return;
    }
    for daemon in &project.daemons {
        let found: Vec<(Place, &str)> = daemon
            .documents
            .iter()
            .filter_map(|id| Some((*id, project.document(*id)?)))
            .flat_map(|(id, document)| {
                let files = document.facts.daemons.iter().flat_map(|daemon| &daemon.files);
                files
                    .filter(|file| matches!(file.kind, DaemonFileKind::Socket | DaemonFileKind::Pid))
                    .filter(|file| is_temporary(&file.path.value))
                    .map(move |file| {
                        let span = file.path.span;
                        (Place { document: id, span }, file.path.value.as_str())
                    })
            })
            .collect();
        let Some(((place, path), others)) = found.split_first() else {
            continue;
        };
        let message = format!(
            "`{path}` is in a folder that everybody writes to and that is cleared: another account can take its place, and \
             once it is gone supervisorctl gets no answer"
        );
        let draft = Draft::new(*place, message)
            .subject("files of supervisord in /tmp")
            .label("world-writable")
            .help("put it below /run, such as `/run/supervisor.sock` and `/run/supervisord.pid`")
            .programs(daemon.programs.clone())
            .effect(Effect::Advice)
            .confidence(Confidence::Possible);
        let draft = others
            .iter()
            .fold(draft, |draft, (place, _)| draft.related(*place, "there as well"));
        sink.report(draft);
    }
}

fn is_temporary(path: &str) -> bool {
    path.starts_with("/tmp/") || path.starts_with("/var/tmp/")
}
