//! Servers of databases that let anybody in who reaches them.

use crate::facts::port::is_loopback;
use crate::facts::{ServerAccess, ServerConfig, ServerKind};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Place, Scope};
use crate::project::Project;
use crate::rule::Sink;

/// Reports configurations of servers with which no password stands before the data.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, config, is_installed) in project.server_configs() {
        let sure = |draft: Draft| {
            if is_installed {
                draft.confidence(Confidence::Likely).scope(Scope::Deployed)
            } else {
                draft.confidence(Confidence::Possible)
            }
        };
        match config.kind {
            ServerKind::Redis => {
                if let Some(draft) = redis(id, config) {
                    sink.report(sure(draft));
                }
            }
            ServerKind::PostgresAccess => {
                for draft in config.access.iter().filter_map(|line| postgres(id, line)) {
                    sink.report(sure(draft));
                }
            }
            ServerKind::Postgres => {}
        }
    }
}

/// Redis without a password and without its protected mode, at more than the machine's own address.
fn redis(document: DocumentId, config: &ServerConfig) -> Option<Draft> {
    let open = config
        .setting("protected-mode")
        .filter(|mode| mode.value == "no")?;
    let has_password = ["requirepass", "aclfile", "user"]
        .iter()
        .any(|key| config.setting(key).is_some());
    let bind = config.setting("bind");
    // Without `bind` it listens on all addresses; `-` before one lets it be missing.
    let is_own = bind.is_some_and(|bind| {
        bind.value
            .split_whitespace()
            .all(|address| is_loopback(address.trim_start_matches('-')))
    });
    if has_password || is_own {
        return None;
    }
    let place = Place {
        document,
        span: open.span,
    };
    let at = bind.map_or("every address, as no `bind` says otherwise".to_owned(), |bind| {
        format!("`{}`", bind.value)
    });
    let draft = Draft::new(
        place,
        format!(
            "Redis listens on {at}, asks for no password, and `protected-mode no` takes away what kept others out: whoever reaches it has all of it"
        ),
    );
    let draft = draft
        .subject("redis")
        .label("anybody may write here")
        .help("bind it to `127.0.0.1`, or set `requirepass`, and leave `protected-mode` on");
    Some(match bind {
        Some(bind) => draft.related(
            Place {
                document,
                span: bind.span,
            },
            "where it listens",
        ),
        None => draft,
    })
}

fn postgres(document: DocumentId, line: &ServerAccess) -> Option<Draft> {
    let place = Place {
        document,
        span: line.span,
    };
    let from = origin(&line.address);
    let draft = match (line.method.as_str(), from) {
        ("trust", Origin::Here) => Draft::new(
            place,
            format!(
                "`trust` lets every account of the server be any user of the database ({}), without a password",
                line.whom
            ),
        )
        .effect(Effect::Advice),
        ("trust", Origin::Everywhere | Origin::Network) => Draft::new(
            place,
            format!(
                "`trust` lets everybody from {} be any user of the database ({}), without a password",
                line.address, line.whom
            ),
        ),
        ("password" | "md5" | "scram-sha-256", Origin::Everywhere) if line.connection != "hostssl" => Draft::new(
            place,
            format!(
                "PostgreSQL lets every address of the world try passwords ({}), and the connection need not be encrypted",
                line.whom
            ),
        )
        .effect(Effect::Advice),
        _ => return None,
    };
    let help = match from {
        Origin::Here => "write `peer` for sockets and `scram-sha-256` for addresses",
        _ => "name the network that has to get in, and write `hostssl` and `scram-sha-256`",
    };
    let subject = format!("{} {}", line.address, line.method);
    Some(draft.subject(subject).label("who is let in").help(help))
}

/// From where a line lets people in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Here,
    Network,
    Everywhere,
}

fn origin(address: &str) -> Origin {
    match address {
        "" | "samehost" | "localhost" | "::1/128" | "::1" => Origin::Here,
        "all" | "0.0.0.0/0" | "::/0" | "::0/0" | "0.0.0.0/0.0.0.0" => Origin::Everywhere,
        other if other.starts_with("127.") => Origin::Here,
        _ => Origin::Network,
    }
}
