//! Pages that ask the machine of whoever opens them.

use super::naming;
use crate::facts::{Reach, Role, Value};
use crate::finding::{Confidence, Draft, Place, Scope};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;

/// Reports every URL of a page or of its scripts whose host is the machine itself.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let next = folders_of_next(project);
    for (id, document) in project.documents() {
        let side = side(&document.path, &next);
        if side == Side::Server
            || !matches!(document.format, Format::Html | Format::Script)
            || is_of_tools(&document.path)
            || document.facts.of_node.is_some()
            || project.scope(id) == Scope::Development
        {
            continue;
        }
        for value in document.facts.values.iter().filter(|value| is_asked(value)) {
            let Some(url) = local(&value.text) else { continue };
            let is_open = value.role == Role::Default || side == Side::Either;
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
                    .confidence(if is_open { Confidence::Possible } else { Confidence::Likely }),
            );
        }
    }
}

/// Where a script of a tree runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Browser,
    Server,
    Either,
}

/// The folders of the tree's applications of Next.js.
fn folders_of_next(project: &Project) -> Vec<&str> {
    let paths = project.documents().map(|(_, document)| document.path.as_str());
    let configs = paths.filter_map(|path| {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        name.starts_with("next.config.").then_some(folder)
    });
    configs.collect()
}

/// Next.js runs handlers of routes, `pages/api` and `middleware` on the server alone, and what stands in `app` there
/// first (nextjs.org/docs, Server and Client Components). What a generator writes is configured by its caller.
fn side(path: &str, next: &[&str]) -> Side {
    let below = next.iter().find_map(|folder| {
        let rest = path.strip_prefix(folder)?;
        if folder.is_empty() {
            Some(rest)
        } else {
            rest.strip_prefix('/')
        }
    });
    let Some(below) = below else {
        let is_made = path
            .split('/')
            .any(|part| matches!(part, "generated" | "__generated__" | "openapi"));
        return if is_made { Side::Either } else { Side::Browser };
    };
    let below = below.strip_prefix("src/").unwrap_or(below);
    let stem = below.rsplit('/').next().and_then(|name| name.split('.').next());
    let is_server = matches!(stem, Some("route" | "middleware" | "instrumentation"))
        || below.starts_with("pages/api/")
        || below.starts_with("app/api/");
    match () {
        () if is_server => Side::Server,
        () if below.starts_with("app/") || below.starts_with("pages/") || below.starts_with("lib/") => {
            Side::Either
        }
        () => Side::Browser,
    }
}

/// Files of the tools that build a page or serve it to its developers. Angular puts `environment.prod.ts` in the place
/// of `environment.ts`.
fn is_of_tools(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut folders = path.split('/');
    folders.any(|part| {
        matches!(
            part,
            "e2e" | "cypress" | "playwright" | "mocks" | ".storybook" | "stories"
            // Programs of a desktop, which ask the machine that they run on.
            | "electron" | "desktop"
        )
    }) || name.contains(".config.")
        || name.contains(".stories.")
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
    // Whom to let in is `local-origins`' matter.
    let is_list = value.role == Role::Element && naming::is_list(&naming::last_name(value));
    !is_seen && !is_list && value.reach != Reach::Elsewhere
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
