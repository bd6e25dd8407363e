//! The ports in addresses: `http://localhost:8001/x`, `redis://cache:6379`, `127.0.0.1:9090`.

use crate::expression::Expression;
use crate::facts::port::number;
use crate::facts::{Facts, Port, PortRole, Reach, Role, Value};
use crate::source::Span;

/// An address with its port: behind a scheme any host, without one the machine itself.
static ADDRESS: Expression = Expression::new(
    r"(?x)
    (?: ([a-z][a-z0-9+.-]*) :// (?: [^\s/@]* @ )? ( [A-Za-z0-9_.*-]+ | \[[0-9a-fA-F:]+\] )
      | (?-u:\b) ( localhost | 127\.0\.0\.1 ) )
    : ([0-9]{2,5}) (?-u:\b)",
);

/// Adds the ports of the addresses among the values of a document, whose text is `text`.
pub(super) fn read(text: &str, facts: &mut Facts) {
    let found: Vec<Port> = facts
        .values
        .iter()
        .filter(|value| value.reach != Reach::Elsewhere && says_who_is_asked(value))
        .flat_map(|value| of_value(value, text))
        .collect();
    facts.ports.extend(found);
}

/// Whether something connects to what a value names. A list of origins says who may ask.
fn says_who_is_asked(value: &Value) -> bool {
    let is_used = !matches!(
        value.role,
        Role::Compared | Role::Pattern | Role::Prose | Role::Docstring | Role::Key
    );
    let lower = value.name.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_list = [
        "origin", "cors", "allowed", "trusted", "referer", "redirect", "example", "csp",
    ]
    .iter()
    .any(|word| lower.contains(word));
    is_used && !is_list
}

/// `api:8000` among the `targets:` of prometheus.
fn target(value: &Value, is_exact: bool) -> Option<Port> {
    let name = value.name.as_deref()?.rsplit('.').next()?;
    let (host, port) = value.text.rsplit_once(':')?;
    let is_host = !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if name != "targets" || value.role != Role::Element || !is_host || !is_exact {
        return None;
    }
    number(port)?;
    let end = value.span.end as usize;
    let stated = Port::new(port, PortRole::Dials, Span::new(end - port.len(), end));
    Some(stated.at(Some(host)).in_table(Some("targets")))
}

/// Whether a value's name says that it names servers: `targets`, `BROKER_ADDRESS`.
fn names_servers(value: &Value) -> bool {
    let name = value.name.as_deref().unwrap_or_default().to_ascii_lowercase();
    let name = name.rsplit('.').next().unwrap_or_default();
    let is_used = matches!(value.role, Role::Assigned | Role::Element | Role::Default);
    let is_own = ["bind", "listen", "image", "serve"]
        .iter()
        .any(|word| name.starts_with(word));
    let is_server = [
        "target", "server", "broker", "upstream", "backend", "endpoint", "url", "addr",
    ]
    .iter()
    .any(|word| name.contains(word));
    is_used && is_server && !is_own
}

fn of_value(value: &Value, text: &str) -> Vec<Port> {
    if !value.text.contains(':') {
        return Vec::new();
    }
    let is_exact = value.span.text(text) == value.text;
    if let Some(target) = target(value, is_exact) {
        return vec![target];
    }
    let table = value.name.clone();
    let found = ADDRESS.each(&value.text).filter_map(|found| {
        let host = found.group(2).or(found.group(3))?;
        let port = found.group(4)?;
        number(port.text)?;
        let start = value.span.start as usize;
        let span = if is_exact {
            Span::new(start + port.start, start + port.end)
        } else {
            value.span
        };
        let is_own = value
            .call
            .as_deref()
            .is_some_and(|call| call.ends_with(".bind") || call.ends_with(".listen"));
        let role = if is_own { PortRole::Binds } else { PortRole::Dials };
        // Without a scheme it is one of many things: where to listen, an image (`localhost:5000/app`).
        let is_other = found.group(1).is_none() && !names_servers(value);
        (!is_other).then(|| {
            Port::new(port.text, role, span)
                .at(Some(host.text))
                .in_table(table.clone())
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{Format, extract};

    fn told(path: &str, text: &str) -> Vec<(PortRole, Option<String>, String)> {
        let format = Format::of(path, text.as_bytes()).unwrap();
        let ports = extract(path, format, text).ports;
        ports
            .into_iter()
            .map(|port| (port.role, port.host, port.span.text(text).to_owned()))
            .collect()
    }

    fn dials(host: &str, port: &str) -> (PortRole, Option<String>, String) {
        (PortRole::Dials, Some(host.to_owned()), port.to_owned())
    }

    #[test]
    fn addresses_in_all_formats_are_dialled() {
        assert_eq!(
            told("a.py", "x = f'http://localhost:8001/{y}'"),
            [dials("localhost", "8001")]
        );
        assert_eq!(
            told("a.js", "fetch(`http://127.0.0.1:8002/x`)"),
            [dials("127.0.0.1", "8002")]
        );
        assert_eq!(
            told("a.yml", "url: redis://u:p@cache:6379/0"),
            [dials("cache", "6379")]
        );
        assert_eq!(
            told("a.yml", "targets: ['localhost:9090', api:8000]"),
            [dials("localhost", "9090"), dials("api", "8000")]
        );
        assert_eq!(told(".env", "A_URL=http://api:8000\n"), [dials("api", "8000")]);
        assert_eq!(
            told("a.sh", "curl -f http://localhost:8003/health"),
            [dials("localhost", "8003")]
        );
        assert_eq!(
            told("a.py", "s.bind('tcp://*:5555')"),
            [(PortRole::Binds, Some("*".to_owned()), "5555".to_owned())]
        );
    }

    #[test]
    fn who_may_ask_is_not_asked() {
        for text in [
            "CORS_ORIGINS = ['http://localhost:3000']",
            "print('open http://localhost:3000')",
            "x = 'http://localhost'",
            "x = '12:30:45'",
            "if u == 'http://localhost:3000': pass",
        ] {
            assert_eq!(told("a.py", text), [], "{text}");
        }
        assert_eq!(told("a.yml", "image: localhost:5000/app"), []);
    }
}
