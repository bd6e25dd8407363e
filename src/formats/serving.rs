//! The ports in command lines: what a server is told to listen on, what a client is told to ask, what docker
//! publishes.

use super::published::{split_last, variable};
use crate::facts::port::{number, range};
use crate::facts::{Command, Facts, Given, Port, PortRole, Reach, Word};
use crate::source::Span;
use std::collections::BTreeSet;

/// No command listens on more ports than this; what stands behind them is left alone.
const MOST: usize = 64;

/// Options that say what to listen on: a port, or an address with one.
const PORTS: [&str; 13] = [
    "--http",
    "--http-socket",
    "--socket",
    "--port",
    "--bind",
    "--listen",
    "--http-port",
    "--listen-port",
    "--server.port",
    "--server_port",
    "--server-port",
    "-b",
    "-p",
];
/// Options that say on which address.
const HOSTS: [&str; 8] = [
    "--host",
    "--address",
    "--server.address",
    "--ip",
    "--hostname",
    "--interface",
    "-h",
    "-H",
];
/// Commands that ask a server; their options name its port.
const CLIENTS: [&str; 19] = [
    "psql",
    "pg_dump",
    "pg_dumpall",
    "pg_restore",
    "pg_isready",
    "createdb",
    "dropdb",
    "createuser",
    "mysql",
    "mysqldump",
    "mysqladmin",
    "redis-cli",
    "mongo",
    "mongosh",
    "mongodump",
    "clickhouse-client",
    "nc",
    "ncat",
    "telnet",
];
/// Commands whose `-p` and `-b` are something else altogether.
const OTHERS: [&str; 36] = [
    "ssh",
    "scp",
    "sftp",
    "rsync",
    "mkdir",
    "cp",
    "ps",
    "lsof",
    "kill",
    "pkill",
    "pgrep",
    "git",
    "grep",
    "pip",
    "pip3",
    "apt",
    "apt-get",
    "echo",
    "read",
    "tar",
    "ufw",
    "iptables",
    "useradd",
    "adduser",
    "usermod",
    "unzip",
    "curl",
    "wget",
    "netstat",
    "ss",
    "test",
    "[",
    "sed",
    "export",
    "make",
    "systemctl",
];

/// Adds the ports of the command lines of a document, whose text is `text`.
pub(super) fn read(text: &str, facts: &mut Facts) {
    let mut seen: BTreeSet<(Span, Option<u16>, PortRole)> = BTreeSet::new();
    let mut found = Vec::new();
    let of_programs = facts.programs.iter().flat_map(|program| &program.commands);
    for command in facts.commands.iter().chain(of_programs) {
        if command.reach == Reach::Elsewhere {
            continue;
        }
        for mut port in of_command(command).into_iter().take(MOST) {
            // What the script's reader put in for a variable without a value is a default.
            let written = port.span.text(text).trim_matches(['"', '\'']);
            let written = written.find("${").map_or("", |at| &written[at..]);
            let written = written.find('}').map_or("", |end| &written[..=end]);
            if let Some((name, Some(_))) = variable(written) {
                port.given = Given::Variable(name.to_owned());
            }
            // Of several processes each has a port of its own.
            if port.span.text(text).contains("process_num") {
                port.given = Given::Elsewhere;
            }
            port.span = exact(&port, text);
            if seen.insert((port.span, port.number, port.role)) {
                found.push(port);
            }
        }
    }
    facts.ports.extend(found);
}

/// The place of the number itself, where a word is known only by its whole line.
fn exact(port: &Port, text: &str) -> Span {
    let line = port.span.text(text);
    if line == port.text || port.text.is_empty() {
        return port.span;
    }
    let is_apart = |at: usize| {
        let before = line[..at].chars().next_back();
        let behind = line[at + port.text.len()..].chars().next();
        let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
        !is_part(before) && !is_part(behind)
    };
    let at = line
        .match_indices(&port.text)
        .map(|(at, _)| at)
        .find(|at| is_apart(*at));
    let start = port.span.start as usize;
    at.map_or(port.span, |at| {
        Span::new(start + at, start + at + port.text.len())
    })
}

fn of_command(command: &Command) -> Vec<Port> {
    let words = &command.words;
    let name_of = |word: &Word| word.text.rsplit('/').next().unwrap_or_default().to_owned();
    let Some(at) = words.iter().position(|word| !is_before(&word.text)) else {
        return Vec::new();
    };
    let name = name_of(&words[at]);
    let arguments = &words[at + 1..];
    if OTHERS.contains(&name.as_str()) {
        return Vec::new();
    }
    if matches!(name.as_str(), "docker" | "podman") {
        return of_docker(arguments);
    }
    let by_place = by_position(&words[at..]);
    if !by_place.is_empty() {
        return by_place;
    }
    let is_client = CLIENTS.contains(&name.as_str());
    let host = option(arguments, &HOSTS).map(|(_, value, _)| value.to_owned());
    let mut ports = Vec::new();
    let mut rest = arguments;
    while let Some((_, value, at)) = option(rest, &PORTS) {
        let place = rest[at].span;
        ports.extend(address(value, place, host.as_deref(), is_client));
        rest = &rest[at + 1..];
    }
    ports
}

/// Words that may stand before a command.
fn is_before(text: &str) -> bool {
    matches!(
        text,
        "sudo" | "env" | "exec" | "nohup" | "time" | "setsid" | "authbind" | "nice" | "--"
    ) || text.starts_with('-')
        || text.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
}

/// The first of some options that has a value: its name, its value, and the word that the value stands in.
fn option<'a>(words: &'a [Word], names: &[&'static str]) -> Option<(&'static str, &'a str, usize)> {
    words.iter().enumerate().find_map(|(at, word)| {
        if let Some((name, value)) = word.text.split_once('=') {
            let name = names.iter().find(|known| **known == name)?;
            return Some((*name, value, at));
        }
        let name = names.iter().find(|known| **known == word.text)?;
        let value = words.get(at + 1)?;
        Some((*name, value.text.as_str(), at + 1))
    })
}

/// What an option's value says: `8000`, `0.0.0.0:8000`, `:8000`, `$PORT`, `unix:/run/x`, which is none.
fn address(value: &str, span: Span, host: Option<&str>, is_client: bool) -> Option<Port> {
    let role = if is_client {
        PortRole::Dials
    } else {
        PortRole::Binds
    };
    let (own, port) = match split_last(value) {
        Some((own, port)) => (Some(own), port),
        None => (None, value),
    };
    let host = own.or(host).map(|host| host.rsplit("//").next().unwrap_or(host));
    let mut stated = Port::new(port, role, span).at(host);
    if stated.number.is_none() {
        let named = variable(port).or_else(|| of_manager(port).map(|name| (name, None)));
        match named {
            Some((name, default)) => {
                stated.number = default.and_then(number);
                stated.given = Given::Variable(name.to_owned());
            }
            // `80%i`, `$((8000 + n))`, `{{ port }}`: it is told a port, and not here.
            None if port.contains(['$', '%', '{', '`']) => stated.given = Given::Elsewhere,
            None => return None,
        }
    }
    // `-b 5` and `-p 2` are no ports.
    let is_small = stated.text.len() < 2;
    (!is_small).then_some(stated)
}

/// supervisord's `%(ENV_PORT)s`.
fn of_manager(text: &str) -> Option<&str> {
    text.strip_prefix("%(ENV_")?.strip_suffix(")s")
}

/// `manage.py runserver 0.0.0.0:8000`, `python -m http.server 8000`: the port is an operand.
fn by_position(words: &[Word]) -> Vec<Port> {
    let is = |word: &Word, wanted: &str| word.text == wanted;
    let verb = words.windows(2).position(|pair| {
        (pair[0].text.ends_with("manage.py") || pair[0].text.ends_with("django-admin"))
            && matches!(pair[1].text.as_str(), "runserver" | "runserver_plus")
            || is(&pair[0], "-m") && is(&pair[1], "http.server")
    });
    let Some(at) = verb else { return Vec::new() };
    let rest = &words[at + 2..];
    let host = option(rest, &["--bind", "-b"]).map(|(_, value, _)| value);
    let operand = rest.iter().find(|word| {
        let port = word.text.rsplit(':').next().unwrap_or_default();
        !word.text.starts_with('-') && (number(port).is_some() || variable(port).is_some())
    });
    let stated = operand.and_then(|word| address(&word.text, word.span, host, false));
    stated.into_iter().collect()
}

/// `docker run -p 127.0.0.1:8000:80 image`.
fn of_docker(arguments: &[Word]) -> Vec<Port> {
    let mut ports = Vec::new();
    let mut rest = arguments;
    if !arguments
        .iter()
        .any(|word| matches!(word.text.as_str(), "run" | "create"))
    {
        return ports;
    }
    while let Some((_, value, at)) = option(rest, &["-p", "--publish"]) {
        let (value, protocol) = value.split_once('/').unwrap_or((value, ""));
        let mut parts = value.rsplit(':');
        let inner = parts.next().and_then(range).map(|(first, _)| first);
        if let Some(outer) = parts.next()
            && let Some((first, last)) = range(outer)
        {
            let host = value.strip_suffix(&format!(
                ":{outer}:{}",
                value.rsplit(':').next().unwrap_or_default()
            ));
            let mut port = Port::new(outer, PortRole::Publishes, rest[at].span).at(host);
            (port.number, port.last, port.inner) = (Some(first), last, inner);
            port.is_udp = protocol == "udp";
            ports.push(port.in_table(Some("docker run")));
        }
        rest = &rest[at + 1..];
    }
    ports
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{Format, extract};

    fn told(line: &str) -> Vec<(PortRole, Option<String>, Option<u16>, Given)> {
        let ports = extract("a.sh", Format::Shell, line).ports;
        ports
            .into_iter()
            .map(|port| (port.role, port.host, port.number, port.given))
            .collect()
    }

    fn one(line: &str, role: PortRole, host: Option<&str>, port: u16) {
        let expected = (role, host.map(str::to_owned), Some(port), Given::Fixed);
        assert_eq!(told(line), [expected], "{line}");
    }

    #[test]
    fn servers_are_told_where_to_listen() {
        use PortRole::{Binds, Dials, Publishes};
        one("uvicorn app:app --port 8000", Binds, None, 8000);
        one(
            "uvicorn app:app --host 0.0.0.0 --port=8000",
            Binds,
            Some("0.0.0.0"),
            8000,
        );
        one(
            "exec gunicorn -b 127.0.0.1:8001 app:app",
            Binds,
            Some("127.0.0.1"),
            8001,
        );
        one("gunicorn --bind :8001 app:app", Binds, Some(""), 8001);
        one("sudo -u x uvicorn a:b --port 80", Binds, None, 80);
        one("flask run -p 5001 -h 0.0.0.0", Binds, Some("0.0.0.0"), 5001);
        one("streamlit run a.py --server.port 8502", Binds, None, 8502);
        one("celery -A x flower --port=5556", Binds, None, 5556);
        one(
            "python manage.py runserver 0.0.0.0:8000",
            Binds,
            Some("0.0.0.0"),
            8000,
        );
        one("python3 -m http.server 9000", Binds, None, 9000);
        one("waitress-serve --listen=*:8080 a:b", Binds, Some("*"), 8080);
        one("psql -h localhost -p 5433 db", Dials, Some("localhost"), 5433);
        one(
            "docker run -d -p 127.0.0.1:8000:80 x",
            Publishes,
            Some("127.0.0.1"),
            8000,
        );
        for line in [
            "mkdir -p 8000",
            "ssh -p 2222 host",
            "gunicorn -b unix:/run/a.sock a:b",
            "gunicorn -p /run/a.pid a:b",
            "docker ps -p 80:80",
            "uvicorn a:b --port",
            "pip install -b 8000",
        ] {
            assert_eq!(told(line), [], "{line}");
        }
    }

    #[test]
    fn variables_are_named_with_their_defaults() {
        let given = |name: &str| Given::Variable(name.to_owned());
        let text = "services:\n  a:\n    image: x\n    command: gunicorn -b 0.0.0.0:${PORT:-8000} a:b\n";
        let ports = extract("compose.yml", Format::Yaml, text).ports;
        assert_eq!((ports[0].number, &ports[0].given), (Some(8000), &given("PORT")));
        let of = |line: &str| {
            let mut found = told(line);
            found.retain(|port| port.0 == PortRole::Binds);
            found.remove(0)
        };
        assert_eq!(
            of("gunicorn -b 0.0.0.0:$PORT a:b"),
            (PortRole::Binds, Some("0.0.0.0".to_owned()), None, given("PORT"))
        );
        assert_eq!(
            of("uvicorn a:b --port ${PORT:-8000}"),
            (PortRole::Binds, None, Some(8000), given("PORT"))
        );
    }

    #[test]
    fn a_port_that_is_put_together_is_not_told() {
        for line in [
            "uvicorn a:b --port 80%i",
            "uvicorn a:b --port $((8000 + N))",
            "uvicorn a:b --port {{ port }}",
        ] {
            assert!(told(line).iter().all(|port| port.3 == Given::Elsewhere), "{line}");
            assert_eq!(told(line).len(), 1, "{line}");
        }
        let text = "[program:api]\ncommand=uvicorn a:b --port 80%(process_num)02d\nnumprocs=2\n\
                    process_name=%(process_num)d\n";
        let ports = extract("supervisord.conf", Format::Supervisor, text).ports;
        assert_eq!(
            (ports[0].number, &ports[0].given),
            (Some(8000), &Given::Elsewhere)
        );
    }

    #[test]
    fn hostile_lines_end_soon() {
        let begin = std::time::Instant::now();
        let options: String = (0..40_000).map(|at| format!(" --port {}", 10_000 + at)).collect();
        let text = format!("[program:api]\ncommand=x{options}\n");
        extract("supervisord.conf", Format::Supervisor, &text);
        for line in [
            "docker run -p",
            "docker run -p :",
            "x --port=",
            "x -b :",
            "x --bind ${",
            "env",
            "-p",
            "x -p ::::",
        ] {
            told(line);
        }
        assert!(begin.elapsed().as_secs() < 20);
    }

    #[test]
    fn the_number_is_found_in_its_line() {
        let text = "[program:api8000]\ncommand=uvicorn app8000:app --port 8000\n";
        let ports = extract("supervisord.conf", Format::Supervisor, text).ports;
        assert_eq!(ports[0].span.start as usize, text.len() - 5);
        assert_eq!(ports[0].span.text(text), "8000");
    }
}
