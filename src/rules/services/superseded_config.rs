//! Configurations of the tree that a script of the deployment writes anew.

use crate::finding::{Draft, Effect, Scope};
use crate::project::Project;
use crate::rule::Sink;

/// Reports each such file once, at the script that takes its place.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (committed, generated) in project.superseded() {
        let (Some(old), Some(new)) = (project.document(committed), project.document(generated)) else {
            continue;
        };
        let place = new
            .facts
            .programs
            .first()
            .map_or(project.start_of(generated), |program| crate::finding::Place {
                document: generated,
                span: program.span,
            });
        let path = &old.path;
        let message = format!(
            "this takes the place of `{path}` when the script runs: what the committed file says does not reach the \
             server"
        );
        sink.report(
            Draft::new(place, message)
                .subject(path)
                .label("written anew here")
                .help(format!(
                    "keep one of them: take `{path}` out of the tree, or have the script copy it"
                ))
                .related(project.start_of(committed), "this one is written over")
                .programs(Vec::new())
                .effect(Effect::Advice)
                .scope(Scope::Deployed),
        );
    }
}
