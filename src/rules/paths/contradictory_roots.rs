//! Files of one tree that put it into different folders of the server.

use crate::finding::{Confidence, Draft, Effect};
use crate::project::{DeployRoot, Project};
use crate::rule::Sink;

/// How many folders a message names.
const NAMED: usize = 4;

/// Reports each folder that another one contradicts, at the first place of each file that names it.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let roots = project.contradictory_roots();
    let Some((first, others)) = roots.split_first() else {
        return;
    };
    let named: Vec<String> = roots.iter().take(NAMED).map(|root| said(project, root)).collect();
    let message = format!(
        "the tree is said to stand in different folders, and nothing connects them: {}",
        named.join(", ")
    );
    for root in others {
        for place in &root.places {
            let mut draft = Draft::new(*place, &message)
                .subject("roots")
                .label(format!("{} here", root.path))
                .help("Name one folder everywhere, or let one variable or setting say it.")
                .effect(Effect::Use)
                .confidence(Confidence::Likely);
            for known in &first.places {
                draft = draft.related(*known, format!("`{}` here", first.path));
            }
            sink.report(draft);
        }
    }
}

/// A folder and the file that names it.
fn said(project: &Project, root: &DeployRoot) -> String {
    let place = root.places.first().map(|place| project.in_file(*place));
    let path = place.and_then(|place| project.document(place.document));
    let path = path.map_or("", |document| document.path.as_str());
    format!("`{}` in `{path}`", root.path)
}
