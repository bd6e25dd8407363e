//! Modules that connect to a database on their own, beside the module that is there for it.

use crate::finding::{Confidence, Draft, Effect, Scope};
use crate::project::{Link, Project, Way};
use crate::rule::Sink;
use std::collections::BTreeMap;

/// How many modules have to go their own way before it is worth a word.
const SEVERAL: usize = 2;

/// Reports modules of the server that connect on their own, where another one does so for all.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let central = project.central_connections();
    // With two such modules it is not told which of them is the one.
    let [central] = central.as_slice() else { return };
    let mut others: BTreeMap<_, Vec<&Link>> = BTreeMap::new();
    for link in project.links().iter().filter(|link| is_alike(link, central)) {
        let is_of_server = project.scope(link.document) == Scope::Deployed;
        if is_of_server && link.document != central.document {
            others.entry(link.document).or_default().push(link);
        }
    }
    if others.len() < SEVERAL {
        return;
    }
    let path = project
        .document(central.document)
        .map_or("", |document| document.path.as_str());
    for links in others.values() {
        let Some(first) = links.first() else { continue };
        let times = match links.len() {
            1 => String::new(),
            count => format!(" ({count} times)"),
        };
        let message = format!(
            "this module connects to {} by itself{times}, and does not use `{path}`: what is changed there does not reach it",
            first.kind
        );
        sink.report(
            Draft::new(first.at(first.parts.span), message)
                .subject(path)
                .label("a connection of its own")
                .help(format!("take the connection from `{path}`"))
                .related(central.at(central.parts.span), "this connects for the others")
                .effect(Effect::Advice)
                .confidence(Confidence::Likely),
        );
    }
}

/// Whether two links are calls to the same kind of server.
fn is_alike(link: &Link, central: &Link) -> bool {
    link.way == Way::Call && link.kind == central.kind && link.kind != "SQLite"
}
