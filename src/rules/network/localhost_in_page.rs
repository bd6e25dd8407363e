//! Pages that ask the machine of whoever opens them.

use crate::facts::{Reach, Role, Value};
use crate::finding::{Confidence, Draft, Place, Scope};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;

/// Reports every URL of a page or of its scripts whose host is the machine itself.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project.documents() {
        if !matches!(document.format, Format::Html | Format::Script)
            || is_of_tools(&document.path)
            || project.scope(id) == Scope::Development
        {
            continue;
        }
        for value in document.facts.values.iter().filter(|value| is_asked(value)) {
            let Some(url) = local(&value.text) else { continue };
            let is_default = value.role == Role::Default;
            let place = Place {
                document: id,
                span: value.span,
            };
            let message =
                format!("the page asks `{url}`: that is the machine of whoever opens it, not the server");
            sink.report(
                Draft::new(place, message)
                    .subject(url)
                    .label("net::ERR_CONNECTION_REFUSED")
                    .help("ask the server that the page came from: a path without a host (`/api/…`), or `location.host`")
                    .confidence(if is_default { Confidence::Possible } else { Confidence::Likely }),
            );
        }
    }
}

/// Files of the tools that build a page or serve it to its developers. Angular puts `environment.prod.ts` in the place
/// of `environment.ts`.
fn is_of_tools(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.contains(".config.")
        || name.contains(".test.")
        || name.contains(".spec.")
        || name.contains("setupProxy")
        || ["gulpfile", "Gruntfile", "server.", "proxy", "environment."]
            .iter()
            .any(|begin| name.starts_with(begin))
}

/// Whether something is asked at what a text names.
fn is_asked(value: &Value) -> bool {
    let is_seen = value.role.is_prose()
        || matches!(
            value.role,
            Role::Pattern | Role::Compared | Role::Key | Role::Markup
        );
    !is_seen && value.reach != Reach::Elsewhere
}

/// The scheme, host and port of a URL on the machine itself.
fn local(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    if !matches!(scheme, "http" | "https" | "ws" | "wss") {
        return None;
    }
    let authority = rest.split(['/', '?', '#', '$', ' ']).next()?;
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    let is_local = matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0") && is_port;
    is_local.then(|| &text[..scheme.len() + 3 + authority.len()])
}
