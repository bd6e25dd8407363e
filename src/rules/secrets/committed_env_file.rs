//! Files of variables that are part of the tree.

use crate::finding::{Confidence, Draft, Effect};
use crate::project::Project;
use crate::rule::Sink;

/// So many of the values that a file holds are shown beside the first.
const SHOWN: usize = 32;

/// Reports each that holds a value which is no sample's, at the first such value.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, held) in project.committed_environments() {
        let (Some(document), Some((first, others))) = (project.document(id), held.split_first()) else {
            continue;
        };
        let more = match others.len() {
            0 => String::new(),
            1 => " and one more".to_owned(),
            count => format!(" and {count} more"),
        };
        let path = &document.path;
        let message = format!(
            "`{path}` is part of the tree, with the value of `{}`{more}: everybody who has the repository has them, and a \
             deployment writes them over the server's own",
            first.name
        );
        let help = format!(
            "Remove it from the tree (`git rm --cached {path}`), add it to `.gitignore`, commit a `{path}.example` without values, \
             and change what it held."
        );
        let draft = Draft::new(first.place, message)
            .subject(path)
            .label("a secret, by its name")
            .help(help)
            .effect(Effect::Use)
            .confidence(Confidence::Likely);
        let others = others.iter().take(SHOWN);
        sink.report(others.fold(draft, |draft, other| {
            draft.related(other.place, format!("`{}` is held here", other.name))
        }));
    }
}
