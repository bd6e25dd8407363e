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
    let open = variable(project);
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
            own(link, host, place, open.as_ref())
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

/// A variable from which other code of the server takes the host, and where it does.
fn variable(project: &Project) -> Option<(String, Place)> {
    let links = project.links().iter();
    let mut links =
        links.filter(|link| is_code(project, link) && project.scope(link.document) == Scope::Deployed);
    links.find_map(|link| {
        let part = link.parts.host.as_ref()?;
        match &part.giver {
            Giver::Variable(name) => Some((name.clone(), link.at(part.span))),
            _ => None,
        }
    })
}

fn own(link: &Link, host: &str, place: Place, open: Option<&(String, Place)>) -> Draft {
    let draft = match open {
        Some((name, at)) => Draft::new(
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
    let name = open.map_or("DB_HOST", |(name, _)| name.as_str());
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
