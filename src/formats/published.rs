//! The ports of a compose service: those that the host gets (`ports:`) and those of its network (`expose:`).

use super::compose::{Settings, interpolated};
use super::structured::{Entry, Node};
use crate::facts::port::range;
use crate::facts::{Facts, Given, Port, PortRole};
use crate::source::Span;

/// Adds what a service states of ports.
pub(super) fn read(service: &Entry, settings: &Settings, facts: &mut Facts) {
    let name = &service.key;
    let list = |key: &str| service.node.get(key).map_or(&[][..], Node::elements);
    for written in list("ports") {
        let port = if written.entries().is_empty() {
            written
                .scalar()
                .and_then(|text| short(text, written.span, settings))
        } else {
            long(written, settings)
        };
        facts.ports.extend(
            port.into_iter()
                .map(|port| port.of(Some(name.to_string())).in_table(Some("ports"))),
        );
    }
    for written in list("expose") {
        let Some(text) = written.scalar() else { continue };
        let text = interpolated(text, settings);
        let (text, is_udp) = protocol(&text);
        let Some((first, last)) = range(text) else {
            continue;
        };
        let mut port = Port::new(text, PortRole::Exposes, written.span);
        (port.number, port.last, port.is_udp) = (Some(first), last, is_udp);
        facts
            .ports
            .push(port.of(Some(name.to_string())).in_table(Some("expose")));
    }
}

/// `8000`, `8000:80`, `127.0.0.1:8000:80/tcp`, `[::1]:8000:80`, `3000-3005:3000-3005`, `${PORT:-8000}:80`.
fn short(text: &str, span: Span, settings: &Settings) -> Option<Port> {
    let (rest, is_udp) = protocol(text);
    let (before, inner) = match split_last(rest) {
        Some((before, inner)) => (Some(before), inner),
        None => (None, rest),
    };
    let Some(before) = before else {
        let inner = interpolated(inner, settings);
        if split_last(&inner).is_some() {
            return short(&inner, span, &Settings::default());
        }
        // The host gets a port of docker's choice: what is known is the container's.
        let (number, last) = range(&inner)?;
        let mut port = Port::new(inner, PortRole::Exposes, span);
        (port.number, port.last, port.is_udp) = (Some(number), last, is_udp);
        return Some(port);
    };
    let (host, outer) = match split_last(before) {
        Some((host, outer)) => (Some(host.trim_matches(['[', ']'])), outer),
        None => (None, before),
    };
    let start = span.start as usize + text.find(outer).unwrap_or(0);
    let is_exact = span.range().len() == text.len();
    let place = if is_exact {
        Span::new(start, start + outer.len())
    } else {
        span
    };
    let host = host.map(|host| interpolated(host, settings));
    let mut port = published(outer, place, settings)?.at(host);
    port.inner = range(&interpolated(inner, settings)).map(|(inner, _)| inner);
    port.is_udp = is_udp;
    Some(port)
}

/// `{target: 80, published: 8000, host_ip: 127.0.0.1, protocol: udp}`.
fn long(node: &Node, settings: &Settings) -> Option<Port> {
    let field = |key: &str| Some(interpolated(node.get(key)?.scalar()?, settings));
    let outer = node.get("published")?;
    let mut port = published(outer.scalar()?, outer.span, settings)?.at(field("host_ip"));
    port.inner = field("target").and_then(|text| range(&text).map(|(inner, _)| inner));
    port.is_udp = field("protocol").as_deref() == Some("udp");
    Some(port)
}

/// The host's port, perhaps what a variable is set to or its default.
fn published(text: &str, span: Span, settings: &Settings) -> Option<Port> {
    let mut port = Port::new(text, PortRole::Publishes, span);
    if let Some((first, last)) = range(text) {
        (port.number, port.last) = (Some(first), last);
        return Some(port);
    }
    let put_in = interpolated(text, settings);
    let known = range(&put_in);
    if let Some((first, last)) = known {
        (port.number, port.last) = (Some(first), last);
    }
    match variable(text) {
        Some((name, _)) => port.given = Given::Variable(name.to_owned()),
        None if known.is_some() => port.given = Given::Elsewhere,
        None => return None,
    }
    Some(port)
}

/// `${NAME}`, `$NAME`, `${NAME:-default}`, where that is all of the text.
pub(super) fn variable(text: &str) -> Option<(&str, Option<&str>)> {
    let inner = text.strip_prefix('$')?;
    let inner = match inner.strip_prefix('{') {
        Some(braced) => braced.strip_suffix('}')?,
        None => inner,
    };
    let end = inner
        .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .unwrap_or(inner.len());
    let (name, rest) = inner.split_at(end);
    let default = [":-", "-", ":=", "="]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign));
    let is_whole = rest.is_empty() || default.is_some() || rest.starts_with([':', '?']);
    (!name.is_empty() && is_whole).then_some((name, default))
}

fn protocol(text: &str) -> (&str, bool) {
    match text.rsplit_once('/') {
        Some((text, protocol)) => (text, protocol.eq_ignore_ascii_case("udp")),
        None => (text, false),
    }
}

/// Splits at the last colon that stands in no braces and no brackets.
pub(super) fn split_last(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let at = text.char_indices().rev().find_map(|(at, letter)| {
        match letter {
            '}' | ']' => depth += 1,
            '{' | '[' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => return Some(at),
            _ => {}
        }
        None
    })?;
    Some((&text[..at], &text[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::yaml;

    /// Role, host, outer range, inner port and protocol of the one port that `written` states.
    type Told = (
        PortRole,
        Option<String>,
        Option<u16>,
        Option<u16>,
        Option<u16>,
        bool,
    );

    fn told(written: &str) -> Option<Told> {
        let text = format!("services:\n  api:\n    image: x\n    ports:\n      - {written}\n");
        let facts = yaml::extract("docker-compose.yml", &text);
        let port = facts.ports.first()?.clone();
        assert_eq!(port.service.as_deref(), Some("api"));
        Some((
            port.role,
            port.host,
            port.number,
            port.last,
            port.inner,
            port.is_udp,
        ))
    }

    #[test]
    fn every_way_to_publish_is_read() {
        use PortRole::{Exposes, Publishes};
        let host = |text: &str| Some(text.to_owned());
        let cases = [
            ("8000", (Exposes, None, Some(8000), None, None, false)),
            (
                "\"8000:80\"",
                (Publishes, None, Some(8000), None, Some(80), false),
            ),
            (
                "\"127.0.0.1:8000:80/tcp\"",
                (Publishes, host("127.0.0.1"), Some(8000), None, Some(80), false),
            ),
            (
                "\"[::1]:8000:80\"",
                (Publishes, host("::1"), Some(8000), None, Some(80), false),
            ),
            (
                "\"3000-3005:4000-4005/udp\"",
                (Publishes, None, Some(3000), Some(3005), Some(4000), true),
            ),
            (
                "\"${PORT:-8000}:80\"",
                (Publishes, None, Some(8000), None, Some(80), false),
            ),
            (
                "\"${HOST:-127.0.0.1}:${PORT:-8000}:${INNER:-80}\"",
                (Publishes, host("127.0.0.1"), Some(8000), None, Some(80), false),
            ),
            (
                "\"${BOTH:-8000:80}\"",
                (Publishes, None, Some(8000), None, Some(80), false),
            ),
            (
                "\"80${LAST:-80}:80\"",
                (Publishes, None, Some(8080), None, Some(80), false),
            ),
            ("\"${PORT}:80\"", (Publishes, None, None, None, Some(80), false)),
            (
                "{target: 80, published: \"8080\", host_ip: 127.0.0.1, protocol: udp}",
                (Publishes, host("127.0.0.1"), Some(8080), None, Some(80), true),
            ),
        ];
        for (written, expected) in cases {
            assert_eq!(told(written), Some(expected), "{written}");
        }
        for written in [
            "\":\"",
            "{published: []}",
            "{target: 80}",
            "\"a:b\"",
            "[]",
            "\"${\"",
        ] {
            assert_eq!(told(written), None, "{written}");
        }
    }

    #[test]
    fn the_network_gets_what_is_exposed() {
        let text = "services:\n  api:\n    image: x\n    expose: [8000, \"9000-9001\", x]\n";
        let ports = yaml::extract("compose.yml", text).ports;
        let told: Vec<_> = ports
            .iter()
            .map(|port| (port.number, port.last, port.role))
            .collect();
        assert_eq!(
            told,
            [
                (Some(8000), None, PortRole::Exposes),
                (Some(9000), Some(9001), PortRole::Exposes)
            ]
        );
    }
}
