//! Configurations of servers of databases: `redis.conf`, `postgresql.conf`, `pg_hba.conf`.
//!
//! Sources: the commented `redis.conf` of Redis 7.2 and `src/config.c` (one directive with its arguments a line, `#` at
//! the beginning of a line only); <https://www.postgresql.org/docs/16/config-setting.html> (`key = 'value'`, the sign
//! may be left out, a comment may stand behind); <https://www.postgresql.org/docs/16/auth-pg-hba-conf.html>.

use crate::facts::{ServerAccess, ServerConfig, ServerKind};
use crate::source::{Span, Spanned};

/// Directives of which a file that is named after Redis has one.
const OF_REDIS: [&str; 8] = [
    "bind",
    "port",
    "protected-mode",
    "requirepass",
    "maxmemory",
    "appendonly",
    "save",
    "dir",
];

/// The configuration that the text at `path` is, if it is one.
pub(super) fn read(path: &str, text: &str) -> Option<ServerConfig> {
    let name = path.rsplit('/').next()?.to_ascii_lowercase();
    let kind = kind_of(path, &name)?;
    let mut config = ServerConfig {
        kind,
        settings: Vec::new(),
        access: Vec::new(),
    };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        let body = line.trim();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let span = Span::new(start, start + body.len());
        match kind {
            ServerKind::PostgresAccess => config.access.extend(access(body, span)),
            _ => config.settings.extend(setting(kind, body, span)),
        }
    }
    let is_known = kind != ServerKind::Redis
        || config
            .settings
            .iter()
            .any(|(key, _)| OF_REDIS.contains(&key.as_str()));
    let says_something = !config.settings.is_empty() || !config.access.is_empty();
    (is_known && says_something).then_some(config)
}

fn kind_of(path: &str, name: &str) -> Option<ServerKind> {
    let stem = name
        .strip_suffix(".conf")
        .or_else(|| name.strip_suffix(".conf.j2"))?;
    if stem.starts_with("pg_hba") {
        return Some(ServerKind::PostgresAccess);
    }
    let mut words = stem.split(['-', '_', '.']);
    if words.any(|word| matches!(word, "redis" | "valkey")) {
        return Some(ServerKind::Redis);
    }
    let folder = path.rsplit('/').nth(1).unwrap_or_default();
    let is_own = stem.starts_with("postgresql") || stem == "postgres" || folder == "postgresql";
    is_own.then_some(ServerKind::Postgres)
}

fn setting(kind: ServerKind, body: &str, span: Span) -> Option<(String, Spanned<String>)> {
    let is_postgres = kind == ServerKind::Postgres;
    let end = body.find(|letter: char| letter.is_whitespace() || is_postgres && letter == '=')?;
    let key = body[..end].to_ascii_lowercase();
    let mut value = body[end..].trim();
    if is_postgres {
        value = value.strip_prefix('=').unwrap_or(value).trim_start();
        value = match value.strip_prefix('\'') {
            Some(quoted) => quoted.split('\'').next().unwrap_or_default(),
            None => value.split('#').next().unwrap_or_default().trim_end(),
        };
    }
    let is_key = key
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let value = if is_postgres {
        value
    } else {
        value.trim_matches('"')
    };
    is_key.then(|| (key, Spanned::new(value.to_owned(), span)))
}

/// `host all all 0.0.0.0/0 md5`, and the old form with a mask behind the address.
fn access(body: &str, span: Span) -> Option<ServerAccess> {
    let body = body.split('#').next()?;
    let mut words = body.split_whitespace();
    let connection = words.next()?.to_ascii_lowercase();
    if !connection.starts_with("host") && connection != "local" {
        return None;
    }
    let whom = format!("{} {}", words.next()?, words.next()?);
    let address = if connection == "local" { "" } else { words.next()? };
    let mut method = words.next()?;
    let mut address = address.to_owned();
    // A mask is an address, and no method is one.
    if method.parse::<std::net::IpAddr>().is_ok() {
        address = format!("{address}/{method}");
        method = words.next()?;
    }
    Some(ServerAccess {
        connection,
        whom,
        address,
        method: method.to_ascii_lowercase(),
        span,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(path: &str, text: &str) -> Vec<(String, String)> {
        let config = read(path, text);
        let settings = config.into_iter().flat_map(|config| config.settings);
        settings.map(|(key, value)| (key, value.value)).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn settings_are_read() {
        let text = "# bind 127.0.0.1\r\nbind 0.0.0.0 -::*\nPROTECTED-MODE no\nrequirepass \"tide 9\"\nsave";
        assert_eq!(
            settings("deploy/redis-prod.conf", text),
            pairs(&[
                ("bind", "0.0.0.0 -::*"),
                ("protected-mode", "no"),
                ("requirepass", "tide 9")
            ])
        );
        let text = "listen_addresses = '*'   # all of them\nport=5433\nmax_connections 200\n#ssl = on\nshared = 1 # x";
        assert_eq!(
            settings("db/postgresql.conf", text),
            pairs(&[
                ("listen_addresses", "*"),
                ("port", "5433"),
                ("max_connections", "200"),
                ("shared", "1")
            ])
        );
    }

    #[test]
    fn only_what_is_named_after_a_server_is_its_configuration() {
        assert!(read("redis.conf", "upstream redis {\n}\n").is_none());
        assert!(read("app.conf", "bind 0.0.0.0\n").is_none());
        for path in ["redis.conf", "pg_hba.conf", "postgresql.conf", ""] {
            for text in [
                "",
                "\n\n",
                "#",
                "=",
                "host",
                "host a b c",
                "local é",
                "'",
                "port =",
            ] {
                read(path, text);
            }
        }
    }

    #[test]
    fn lines_say_who_is_let_in() {
        let text = "# TYPE DATABASE USER ADDRESS METHOD\nlocal all postgres peer\nhost all all 0.0.0.0/0 md5 # all\n\
                    host all all 10.0.0.0 255.0.0.0 trust\nhostssl trades trader ::/0 scram-sha-256\ninclude other.conf\n";
        let access = read("etc/pg_hba.conf", text).unwrap().access;
        let shown: Vec<String> = access
            .iter()
            .map(|line| {
                format!(
                    "{}|{}|{}|{}",
                    line.connection, line.whom, line.address, line.method
                )
            })
            .collect();
        let expected = [
            "local|all postgres||peer",
            "host|all all|0.0.0.0/0|md5",
            "host|all all|10.0.0.0/255.0.0.0|trust",
            "hostssl|trades trader|::/0|scram-sha-256",
        ];
        assert_eq!(shown, expected);
        assert!(access[1].span.text(text).starts_with("host all all 0.0.0.0/0"));
    }
}
