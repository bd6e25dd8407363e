//! Names of hosts that only the developer's network, tunnel or overlay network has.

use super::naming::{self, last_name};
use crate::facts::{Reach, Role, Value};
use crate::finding::{Confidence, DocumentId, Draft, Effect};
use crate::knowledge::host_names::{self, Kind, Row};
use crate::project::Project;
use crate::rule::Sink;
use crate::rules::place;
use std::ops::Range;

/// Commands that go to the machine which stands behind an `@`.
const LOGINS: [&str; 6] = ["ssh", "scp", "sftp", "rsync", "mosh", "ssh-copy-id"];

/// Reports every such name that is used as a host.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project.documents() {
        for value in &document.facts.values {
            if value.reach == Reach::Elsewhere
                || matches!(value.role, Role::Docstring | Role::Pattern | Role::Compared)
            {
                continue;
            }
            for name in names(&value.text) {
                if let Some(draft) = draft(id, value, &name) {
                    sink.report(draft);
                }
            }
        }
    }
}

/// A name that stands in a text.
struct Name {
    text: String,
    range: Range<usize>,
    row: &'static Row,
}

/// The names of a text that the table has.
fn names(text: &str) -> Vec<Name> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_');
    let mut found = Vec::new();
    let mut at = 0;
    for run in text.split(|letter: char| !is_part(letter)) {
        let begin = at;
        // What separates two runs may be longer than a byte.
        at += run.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
        let kept = run.trim_end_matches('.');
        let name = kept.to_ascii_lowercase();
        if let Some(row) = kept.contains('.').then(|| host_names::of(&name)).flatten() {
            found.push(Name {
                text: name,
                range: begin..begin + kept.len(),
                row,
            });
        }
    }
    found
}

fn draft(id: DocumentId, value: &Value, name: &Name) -> Option<Draft> {
    let bound = last_name(value);
    let is_tunnel = name.row.kind == Kind::Tunnel;
    // Nothing but a host is called so.
    let is_told = matches!(name.row.kind, Kind::Tunnel | Kind::Tailnet);
    let is_list = naming::is_list(&bound);
    let is_whole = value.text.trim().len() == name.range.len();
    let is_dialled = is_dialled(value, &name.range);
    let is_used = match value.role {
        Role::Prose => is_dialled,
        // Whoever gets the name of a tunnel next is let in as well.
        _ if is_list => is_tunnel,
        Role::Element => is_dialled || (is_whole && (is_tunnel || naming::is_host(&bound))),
        Role::Key | Role::Markup => is_dialled,
        _ => is_dialled || (is_whole && (naming::is_host(&bound) || is_told && bound.is_empty())),
    };
    if !is_used || is_sample(&name.text, &bound) {
        return None;
    }
    let host = &name.text;
    let by = &name.row.by;
    let (message, label, help) = match name.row.kind {
        Kind::Mdns => (
            format!(
                "`{host}` is a name that machines of one home or office network tell each other: the server does not hear it"
            ),
            "Name or service not known",
            "take the host from the environment; a service of the same server is `127.0.0.1`",
        ),
        Kind::Home => (
            format!(
                "`{host}` is a name that the router of a home or office network gives: the server does not find it"
            ),
            "Name or service not known",
            "take the host from the environment; a service of the same server is `127.0.0.1`",
        ),
        Kind::Tunnel if is_list => (
            format!(
                "`{host}` is let in here, a tunnel of {by}: whoever has that name next is let in as well"
            ),
            "let in",
            "take it out, and put the server's own name there",
        ),
        Kind::Tunnel => (
            format!(
                "`{host}` is a tunnel of {by} to whatever machine holds it open: it is gone when that one sleeps"
            ),
            "the tunnel is gone",
            "write the name of the server itself, or take it from the environment",
        ),
        Kind::Tailnet => (
            format!("`{host}` is a machine of a network of {by}: the server has to join it first"),
            "Name or service not known",
            "have a step of the deployment join the network, or take the host from the environment",
        ),
    };
    let is_mild = value.role == Role::Prose || is_list;
    Some(
        Draft::new(place::of_part(id, value, name.range.clone()), message)
            .subject(host.clone())
            .label(label)
            .help(help)
            .effect(if is_mild { Effect::Advice } else { Effect::Use })
            .confidence(if is_list {
                Confidence::Possible
            } else {
                Confidence::Likely
            }),
    )
}

/// Whether what stands around a name says that somebody goes there.
fn is_dialled(value: &Value, range: &Range<usize>) -> bool {
    let before = &value.text[..range.start];
    let after = &value.text[range.end..];
    let token = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let call = value.call.as_deref().unwrap_or_default();
    let called = call.rsplit(['.', '/']).next().unwrap_or_default();
    let program = value.text.split_whitespace().next().unwrap_or_default();
    let is_login = LOGINS.contains(&called) || (value.role == Role::Command && LOGINS.contains(&program));
    let port = after.strip_prefix(':').and_then(|rest| rest.chars().next());
    before.ends_with("://")
        || (before.ends_with('@') && (token.contains("://") || is_login))
        || is_login && token.is_empty()
        || port.is_some_and(|first| first.is_ascii_digit() || is_login)
}

/// Whether a name shows only how such names look: `your-name.ngrok.io`, `<subdomain>.loca.lt`.
fn is_sample(host: &str, bound: &str) -> bool {
    let first = host.split('.').next().unwrap_or_default();
    let words = [
        "your",
        "example",
        "xxx",
        "subdomain",
        "placeholder",
        "hostname",
        "random",
        "abc123",
    ];
    bound.ends_with("placeholder")
        || bound.ends_with("example")
        || words.iter().any(|word| first.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_texts() {
        let found = |text: &str| -> Vec<String> {
            let names = names(text);
            names
                .iter()
                .map(|name| text[name.range.clone()].to_owned())
                .collect()
        };
        assert_eq!(found("http://Mac-Mini.local:8000/x"), ["Mac-Mini.local"]);
        assert_eq!(found("é a.ts.net. und b.loca.lt"), ["a.ts.net", "b.loca.lt"]);
        for text in [
            "",
            ".local",
            "…",
            "/usr/local/x",
            "a.local.d/x",
            "x.svc.cluster.local",
            "threading.local()",
        ] {
            let expected: &[&str] = if text.starts_with("threading") {
                &["threading.local"]
            } else {
                &[]
            };
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
