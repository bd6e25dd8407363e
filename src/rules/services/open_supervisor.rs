//! Control sockets of supervisord that everybody can use.

use crate::facts::Daemon;
use crate::finding::{Confidence, Draft, Effect, Place};
use crate::project::Project;
use crate::rule::Sink;
use crate::source::Spanned;

/// Reports each control port or socket that asks nobody who he is.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    // Of a container's ports only those are reached that somebody publishes.
    let is_contained = project.has_contained_supervisord();
    for daemon in &project.daemons {
        for id in &daemon.documents {
            let Some(document) = project.document(*id) else {
                continue;
            };
            for facts in &document.facts.daemons {
                let found = of_port(facts).into_iter().chain(of_socket(facts));
                for (value, told) in found {
                    let place = Place {
                        document: *id,
                        span: value.span,
                    };
                    sink.report(
                        Draft::new(place, told.message)
                            .subject(told.subject)
                            .label(told.label)
                            .help(told.help)
                            .programs(daemon.programs.clone())
                            .effect(if is_contained { Effect::Advice } else { told.effect })
                            .confidence(told.confidence),
                    );
                }
            }
        }
    }
}

struct Told {
    message: String,
    subject: &'static str,
    label: &'static str,
    help: &'static str,
    effect: Effect,
    confidence: Confidence,
}

fn has_password(daemon: &Daemon, section: &str) -> bool {
    daemon
        .setting(section, "password")
        .is_some_and(|password| !password.value.is_empty())
}

fn of_port(daemon: &Daemon) -> Option<(&Spanned<String>, Told)> {
    const SECTION: &str = "inet_http_server";
    const LABEL: &str = "Server 'inet_http_server' running without any HTTP authentication checking";
    let value = daemon.setting(SECTION, "port")?;
    let text = value.value.trim();
    // supervisord takes a port alone, `:9001` and `*:9001` for every address.
    let host = text.rsplit_once(':').map_or("", |(host, _)| host);
    let is_everywhere = matches!(host, "" | "*" | "0.0.0.0" | "::" | "[::]");
    let is_local = host.starts_with("127.") || matches!(host, "localhost" | "::1" | "[::1]");
    let told = match (is_local, has_password(daemon, SECTION)) {
        (true, true) => return None,
        (true, false) => Told {
            message: format!(
                "every account of the server can stop and start all programs through `{text}`: it asks for no password"
            ),
            subject: "control port without a password",
            label: LABEL,
            help: "use [unix_http_server] with `chmod=0700` in its place, or set `username=` and `password=`",
            effect: Effect::Advice,
            confidence: Confidence::Certain,
        },
        (false, false) => Told {
            message: format!(
                "whoever reaches `{text}` can stop and start all programs and read their logs: it listens on {} and asks for no password",
                if is_everywhere {
                    "every address"
                } else {
                    "the network"
                }
            ),
            subject: "open control port",
            label: LABEL,
            help: "use [unix_http_server] in its place; where a port has to be, `port=127.0.0.1:9001` with `username=` and `password=`",
            effect: Effect::Use,
            confidence: Confidence::Certain,
        },
        (false, true) => Told {
            message: format!("the password of `{text}` crosses the network as clear text"),
            subject: "control port on the network",
            label: "plain HTTP",
            help: "listen on 127.0.0.1, and reach it through SSH",
            effect: Effect::Advice,
            confidence: Confidence::Likely,
        },
    };
    Some((value, told))
}

fn of_socket(daemon: &Daemon) -> Option<(&Spanned<String>, Told)> {
    const SECTION: &str = "unix_http_server";
    let value = daemon.setting(SECTION, "chmod")?;
    let digits = value.value.trim().trim_start_matches("0o");
    let mode = u32::from_str_radix(digits, 8).ok()?;
    if mode & 0o002 == 0 || has_password(daemon, SECTION) {
        return None;
    }
    let told = Told {
        message: format!(
            "every account of the server can stop and start all programs: `chmod={}` opens the control socket to all",
            value.value
        ),
        subject: "open control socket",
        label: "others may write",
        help: "write `chmod=0770` and `chown=root:GROUP` for the group that may",
        effect: Effect::Advice,
        confidence: Confidence::Certain,
    };
    Some((value, told))
}
