//! Hosts of databases that stand in code, where no variable can name another.

use crate::facts::{Giver, Part};
use crate::finding::{Confidence, Draft, Effect, Place, Scope};
use crate::formats::Format;
use crate::project::{Link, Project};
use crate::rule::Sink;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Reports every connection of Python code whose host nothing can change.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let containers = project.container_names();
    let open = variables(project);
    let mut seen = BTreeSet::new();
    for link in project.links().iter().filter(|link| is_code(project, link)) {
        let Some((host, part)) = fixed_host(link) else {
            continue;
        };
        let place = link.at(part.span);
        // Tests bring the database that they connect to.
        let is_test = project.scope(link.document) == Scope::Development;
        if is_test || containers.contains(host) || !seen.insert(place) {
            continue;
        }
        let draft = if is_own(host) {
            own(
                link,
                host,
                place,
                open.iter().find(|open| is_alike(link.kind, open.kind)),
            )
        } else {
            other(link, host, place)
        };
        sink.report(draft);
    }
}

fn is_code(project: &Project, link: &Link) -> bool {
    let document = project.document(link.document);
    document.is_some_and(|document| document.format == Format::Python)
}

/// The host of a connection, where nothing can change it and no other rule speaks of it.
fn fixed_host(link: &Link) -> Option<(&str, &Part<String>)> {
    let part = link.parts.host.as_ref()?;
    let host = part.if_fixed()?.as_str();
    let is_address = host.parse::<IpAddr>().is_ok_and(|address| !address.is_loopback());
    let is_name = host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte));
    (is_name
        && !is_address
        && !host.is_empty()
        && !host.ends_with("example.com")
        && !host.ends_with("example.org"))
    .then_some((host, part))
}

/// Whether a host is the machine itself.
fn is_own(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A variable from which code of the server takes the host of a database, and where it does.
struct Open {
    name: String,
    kind: &'static str,
    place: Place,
}

/// The first such variable of each kind of database.
fn variables(project: &Project) -> Vec<Open> {
    let links = project.links().iter();
    let links =
        links.filter(|link| is_code(project, link) && project.scope(link.document) == Scope::Deployed);
    let mut found: Vec<Open> = Vec::new();
    for link in links {
        if let Some(Part {
            giver: Giver::Variable(name),
            span,
            ..
        }) = &link.parts.host
            && !found.iter().any(|open| open.kind == link.kind)
        {
            found.push(Open {
                name: name.clone(),
                kind: link.kind,
                place: link.at(*span),
            });
        }
    }
    found
}

/// Whether two connections may lead to one kind of database: where one is not told, to one of those with SQL.
fn is_alike(left: &str, right: &str) -> bool {
    let is_untold = |kind: &str| kind == "a database";
    let is_sql = |kind: &str| {
        is_untold(kind) || matches!(kind, "PostgreSQL" | "MySQL" | "MariaDB" | "Oracle" | "SQL Server")
    };
    left == right || (is_untold(left) || is_untold(right)) && is_sql(left) && is_sql(right)
}

fn own(link: &Link, host: &str, place: Place, open: Option<&Open>) -> Draft {
    let draft = match open {
        Some(Open { name, place: at, .. }) => Draft::new(
            place,
            format!(
                "{} is looked for at `{host}` here whatever `{name}` says, which other code takes the host from",
                link.kind
            ),
        )
        .effect(Effect::Advice)
        .related(*at, format!("`{name}` names the host here")),
        None => Draft::new(
            place,
            format!("{} is looked for at `{host}`: right as long as it runs on the same server", link.kind),
        )
        .effect(Effect::Note),
    };
    let name = open.map_or("DB_HOST", |open| open.name.as_str());
    draft
        .subject(host)
        .label("no variable can name another host")
        .help(format!(
            "read it with that as the default: `os.getenv(\"{name}\", \"{host}\")`"
        ))
        .confidence(Confidence::Certain)
}

fn other(link: &Link, host: &str, place: Place) -> Draft {
    // A name without a dot may be one that the server's own network knows.
    let confidence = if host.contains('.') {
        Confidence::Likely
    } else {
        Confidence::Possible
    };
    Draft::new(
        place,
        format!(
            "{} is looked for at `{host}`, and no variable can name another host: the server has to reach that very one",
            link.kind
        ),
    )
    .subject(host)
    .label(format!("could not translate host name \"{host}\" to address"))
    .help("read the host from the environment: `os.environ[\"DB_HOST\"]`")
    .confidence(confidence)
}
