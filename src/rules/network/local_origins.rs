//! Lists of pages that may ask a service, in which only the developer's machine stands.

use crate::facts::{Giver, SettingValue};
use crate::finding::{Confidence, Draft, Effect, Place, Scope};
use crate::project::Project;
use crate::rule::Sink;

/// The names of such lists.
const NAMES: [&str; 6] = [
    "allow_origins",
    "origins",
    "cors_allowed_origins",
    "CORS_ALLOWED_ORIGINS",
    "CORS_ORIGIN_WHITELIST",
    "CSRF_TRUSTED_ORIGINS",
];

/// Reports every list that a program uses and that lacks the server.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project
        .documents()
        .filter(|(id, _)| project.scope(*id) == Scope::Deployed)
    {
        for setting in &document.facts.settings {
            let SettingValue::List(origins) = &setting.value else {
                continue;
            };
            let is_list = NAMES.contains(&setting.name.as_str()) && setting.giver == Giver::Nothing;
            if !is_list || origins.is_empty() || !origins.iter().all(|origin| is_local(origin)) {
                continue;
            }
            let place = Place {
                document: id,
                span: setting.span,
            };
            let what = match setting.name.as_str() {
                "CSRF_TRUSTED_ORIGINS" => {
                    "Django refuses the forms of a page of the server's name behind a proxy"
                }
                _ => "a browser lets no page of another name ask this service",
            };
            sink.report(
                Draft::new(place, format!("`{}` holds only the developer's machine: {what}", setting.name))
                    .subject(format!("{} {}", document.path, setting.name))
                    .label("blocked by CORS policy")
                    .help("take the list from the environment, and put the address in it under which people open the page")
                    .effect(Effect::Advice)
                    .confidence(Confidence::Possible),
            );
        }
    }
}

/// Whether an origin is on the machine of whoever opens the page.
fn is_local(origin: &str) -> bool {
    let rest = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0")
}
