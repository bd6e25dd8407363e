//! nginx's configuration: where it listens, and whom it hands requests to.
//!
//! The syntax is told by nginx's beginner's guide ("Configuration File's Structure"), the directives by its
//! module reference.

use super::plain;
use crate::facts::port::number;
use crate::facts::{Facts, Given, Port, PortRole};
use crate::source::Span;

/// No hole of a template is longer, in bytes.
const HOLE: usize = 256;

/// Whether a file is one of nginx, by its path or by how it begins.
pub(super) fn is_nginx(path: &str, head: &[u8]) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut parts = lower.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let folder = parts.next().unwrap_or_default();
    let is_template = [
        ".j2",
        ".jinja",
        ".jinja2",
        ".template",
        ".tmpl",
        ".tpl",
        ".conf",
        ".nginx",
    ]
    .iter()
    .any(|end| name.ends_with(end));
    let is_among_its_own = name.starts_with("nginx") || lower.split('/').any(|part| part == "nginx");
    if name.ends_with(".nginx") || (is_among_its_own && is_template) {
        return true;
    }
    // Apache keeps its sites in folders of the same name; a script may write such a file.
    let is_other = head.trim_ascii_start().starts_with(b"<") || head.starts_with(b"#!");
    if matches!(folder, "sites-available" | "sites-enabled") && !is_other {
        return true;
    }
    let is_config = name.ends_with(".conf") || !name.contains('.');
    if !is_config {
        return false;
    }
    let text = String::from_utf8_lossy(head);
    let opens = |word: &str| {
        text.lines().any(|line| {
            let rest = line.trim_start().strip_prefix(word);
            rest.is_some_and(|rest| rest.starts_with([' ', '{']) && line.trim_end().ends_with('{'))
        })
    };
    is_config && !is_other && (opens("server") || opens("upstream"))
}

/// The facts of a configuration of nginx.
pub fn extract(text: &str) -> Facts {
    let mut facts = plain::by_lines(text, plain::is_comment, |_, body| plain::setting(body));
    let mut blocks: Vec<String> = Vec::new();
    for statement in statements(text) {
        let inside = blocks.last().map_or("", String::as_str);
        facts.ports.extend(port_of(&statement, inside));
        match statement.end {
            End::Opens => {
                let words = statement.words.iter().map(|word| word.text);
                blocks.push(words.take(2).collect::<Vec<_>>().join(" "));
            }
            End::Closes => {
                blocks.pop();
            }
            End::Plain => {}
        }
    }
    facts
}

struct Word<'a> {
    text: &'a str,
    at: usize,
}

/// How a statement ends.
enum End {
    /// `;`, or the end of the text.
    Plain,
    /// `{`
    Opens,
    /// `}`
    Closes,
}

struct Statement<'a> {
    words: Vec<Word<'a>>,
    end: End,
}

fn statements(text: &str) -> Vec<Statement<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'#' => at += text[at..].find('\n').unwrap_or(text.len() - at),
            b';' | b'{' | b'}' if !text[at..].starts_with("{{") && !text[at..].starts_with("{%") => {
                let end = match byte {
                    b'{' => End::Opens,
                    b'}' => End::Closes,
                    _ => End::Plain,
                };
                found.push(Statement {
                    words: std::mem::take(&mut words),
                    end,
                });
                at += 1;
            }
            b'{' if text[at..].starts_with("{%") => {
                at += text[at..].find("%}").map_or(text.len() - at, |end| end + 2);
            }
            byte if byte.is_ascii_whitespace() => at += 1,
            quote @ (b'"' | b'\'') => {
                let length = closing(&text[at + 1..], *quote);
                words.push(Word {
                    text: &text[at + 1..at + 1 + length],
                    at: at + 1,
                });
                at = (at + length + 2).min(text.len());
            }
            _ => {
                let length = word(&text[at..]);
                words.push(Word {
                    text: &text[at..at + length],
                    at,
                });
                at += length;
            }
        }
    }
    found.push(Statement {
        words,
        end: End::Plain,
    });
    found
}

/// Bytes of a quoted text up to its closing quote.
fn closing(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte == quote {
            return at;
        }
        at += if *byte == b'\\' { 2 } else { 1 };
    }
    text.len()
}

/// Bytes of a word: `${name}` and a template's `{{ name }}` belong to it.
fn word(text: &str) -> usize {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let hole = [("${", "}"), ("{{", "}}")].iter().find_map(|(open, close)| {
            let inner = rest.strip_prefix(open)?;
            let near = inner.as_bytes().get(..HOLE).unwrap_or(inner.as_bytes());
            let end = near
                .windows(close.len())
                .position(|part| part == close.as_bytes());
            Some(end? + open.len() + close.len())
        });
        if let Some(length) = hole {
            at += length;
            continue;
        }
        let Some(letter) = rest.chars().next() else { break };
        let is_first = at == 0;
        if (letter.is_whitespace() || matches!(letter, ';' | '{' | '}')) && !is_first {
            break;
        }
        at += letter.len_utf8();
    }
    at
}

fn port_of(statement: &Statement<'_>, inside: &str) -> Option<Port> {
    let [directive, first, rest @ ..] = &*statement.words else {
        return None;
    };
    let upstream = inside.strip_prefix("upstream ");
    match directive.text {
        "listen" => listen(first, rest),
        "server" if upstream.is_some() => dial(first, upstream),
        "proxy_pass" | "grpc_pass" | "fastcgi_pass" | "uwsgi_pass" | "scgi_pass" | "memcached_pass" => {
            dial(first, Some(directive.text))
        }
        // `set $backend http://api:8000;`, for `proxy_pass $backend`.
        "set" => rest
            .first()
            .filter(|value| value.text.contains("://"))
            .and_then(|value| dial(value, Some("proxy_pass"))),
        _ => None,
    }
}

/// `80`, `[::]:443`, `127.0.0.1:8080`, `10.0.0.1`, which listens on 80.
fn listen(address: &Word<'_>, options: &[Word<'_>]) -> Option<Port> {
    let text = address.text;
    if text.starts_with("unix:") {
        return None;
    }
    let (host, port, at) = split(text, address.at);
    let (host, port) = match (host, number(port)) {
        (None, None) if port.contains('.') || port.starts_with('[') => (Some(port), "80"),
        (host, _) => (host, port),
    };
    let mut stated = Port::new(port, PortRole::Binds, Span::new(at, address.at + text.len()))
        .of(Some("nginx".to_owned()))
        .in_table(Some("listen"))
        .at(host);
    if stated.number.is_none() {
        stated.given = Given::Elsewhere;
    }
    stated.is_udp = options.iter().any(|option| matches!(option.text, "udp" | "quic"));
    Some(stated)
}

/// `http://127.0.0.1:8001/path`, `api:8000`.
fn dial(address: &Word<'_>, table: Option<&str>) -> Option<Port> {
    let start = address.text.find("://").map_or(0, |at| at + 3);
    let rest = &address.text[start..];
    let rest = &rest[..rest.find('/').unwrap_or(rest.len())];
    let (host, port, at) = split(rest, address.at + start);
    let is_open = host?.contains(['$', '{']) || rest.starts_with("unix:");
    let stated = Port::new(port, PortRole::Dials, Span::new(at, at + port.len()));
    (!is_open && stated.number.is_some()).then(|| stated.in_table(table).at(host))
}

/// Host and port of an address, and where the port stands.
fn split(text: &str, at: usize) -> (Option<&str>, &str, usize) {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (Some(host), port, at + host.len() + 1),
        _ => (None, text, at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Format;

    fn told(text: &str) -> Vec<(PortRole, Option<String>, Option<u16>)> {
        let ports = extract(text).ports;
        for port in &ports {
            assert!(
                port.span.text(text).contains(&port.text) || port.text == "80",
                "{port:?}"
            );
        }
        ports
            .into_iter()
            .map(|port| (port.role, port.host, port.number))
            .collect()
    }

    #[test]
    fn listening_and_passing_on_are_told() {
        use PortRole::{Binds, Dials};
        let text = "# listen 1;\nupstream api { server 127.0.0.1:8001 max_fails=3; server unix:/run/x.sock; }\n\
                    http { server { listen 80 default_server; listen [::]:443 ssl; listen 127.0.0.1:8080;\n\
                    listen 10.0.0.1; listen unix:/x; server_name x;\n\
                    location / { proxy_pass http://web:3000/; } location ~ ^/a{2} { proxy_pass http://api; }\n\
                    location /w { set $b \"http://feed:8002\"; proxy_pass $b; uwsgi_pass app:9000; } } }\n";
        let host = |text: &str| Some(text.to_owned());
        assert_eq!(
            told(text),
            [
                (Dials, host("127.0.0.1"), Some(8001)),
                (Binds, None, Some(80)),
                (Binds, host("[::]"), Some(443)),
                (Binds, host("127.0.0.1"), Some(8080)),
                (Binds, host("10.0.0.1"), Some(80)),
                (Dials, host("web"), Some(3000)),
                (Dials, host("feed"), Some(8002)),
                (Dials, host("app"), Some(9000)),
            ]
        );
    }

    #[test]
    fn templates_keep_their_holes() {
        let text = "{% if ssl %}\nserver {\n listen {{ port }};\n listen ${PORT};\n location / { proxy_pass \
                    http://{{ host }}:8000; proxy_pass http://$host:8000; }\n}\n";
        assert_eq!(
            told(text),
            [(PortRole::Binds, None, None), (PortRole::Binds, None, None)]
        );
    }

    #[test]
    fn files_are_told_by_path_and_content() {
        for path in [
            "deploy/nginx/site.conf.template",
            "nginx.conf",
            "deploy/nginx/nginx.conf.template",
            "sites-available/app",
            "x.nginx",
        ] {
            assert_eq!(Format::of(path, b""), Some(Format::Nginx), "{path}");
        }
        assert_eq!(
            Format::of("conf.d/app.conf", b"# x\nserver {\n listen 80;\n}\n"),
            Some(Format::Nginx)
        );
        assert_eq!(Format::of("a.conf", b"server = 1\n"), Some(Format::Plain));
        assert_eq!(Format::of("sites-available/app", b"<VirtualHost *:80>"), None);
    }

    #[test]
    fn hostile_texts_end_soon() {
        let begin = std::time::Instant::now();
        for text in [
            "",
            "{",
            "}",
            "\"",
            "'\\",
            "${",
            "{{",
            "listen",
            "é;é{é}",
            "listen é:é;",
            "set a ://:1;",
        ] {
            extract(text);
            extract(&text.repeat(50_000));
        }
        assert!(begin.elapsed().as_secs() < 20);
    }
}
