//! Values that supervisord converts while it reads, and refuses the whole file for when it cannot.

use super::ini::{Opt, Section};
use crate::source::Span;

/// What a value has to be.
#[derive(Clone, Copy)]
enum Kind {
    Integer,
    Truth,
    Size,
    Octal,
    Signal,
    ExitCodes,
    Restart,
    Level,
    Events,
    Positive,
}

const OF_DAEMON: &[(&str, Kind)] = &[
    ("minfds", Kind::Integer),
    ("minprocs", Kind::Integer),
    ("logfile_backups", Kind::Integer),
    ("logfile_maxbytes", Kind::Size),
    ("umask", Kind::Octal),
    ("loglevel", Kind::Level),
    ("nodaemon", Kind::Truth),
    ("silent", Kind::Truth),
    ("nocleanup", Kind::Truth),
    ("strip_ansi", Kind::Truth),
];
const OF_PROGRAM: &[(&str, Kind)] = &[
    ("priority", Kind::Integer),
    ("startsecs", Kind::Integer),
    ("startretries", Kind::Integer),
    ("stopwaitsecs", Kind::Integer),
    ("numprocs", Kind::Integer),
    ("numprocs_start", Kind::Integer),
    ("stdout_logfile_backups", Kind::Integer),
    ("stderr_logfile_backups", Kind::Integer),
    ("autostart", Kind::Truth),
    ("stopasgroup", Kind::Truth),
    ("killasgroup", Kind::Truth),
    ("redirect_stderr", Kind::Truth),
    ("stdout_events_enabled", Kind::Truth),
    ("stderr_events_enabled", Kind::Truth),
    ("stdout_syslog", Kind::Truth),
    ("stderr_syslog", Kind::Truth),
    ("stdout_logfile_maxbytes", Kind::Size),
    ("stderr_logfile_maxbytes", Kind::Size),
    ("stdout_capture_maxbytes", Kind::Size),
    ("stderr_capture_maxbytes", Kind::Size),
    ("umask", Kind::Octal),
    ("stopsignal", Kind::Signal),
    ("exitcodes", Kind::ExitCodes),
    ("autorestart", Kind::Restart),
];
const OF_LISTENER: &[(&str, Kind)] = &[("buffer_size", Kind::Positive), ("events", Kind::Events)];
const OF_FASTCGI: &[(&str, Kind)] = &[("socket_backlog", Kind::Positive), ("socket_mode", Kind::Octal)];
const OF_SOCKET: &[(&str, Kind)] = &[("chmod", Kind::Octal)];

const SIGNALS: &str = " HUP INT QUIT ILL TRAP ABRT IOT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD \
                       CLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO POLL PWR SYS RTMIN \
                       RTMAX ";
const EVENTS: &str = " EVENT PROCESS_STATE PROCESS_STATE_STOPPED PROCESS_STATE_EXITED PROCESS_STATE_STARTING \
                      PROCESS_STATE_STOPPING PROCESS_STATE_BACKOFF PROCESS_STATE_FATAL \
                      PROCESS_STATE_RUNNING PROCESS_STATE_UNKNOWN PROCESS_COMMUNICATION \
                      PROCESS_COMMUNICATION_STDOUT PROCESS_COMMUNICATION_STDERR PROCESS_LOG \
                      PROCESS_LOG_STDOUT PROCESS_LOG_STDERR REMOTE_COMMUNICATION SUPERVISOR_STATE_CHANGE \
                      SUPERVISOR_STATE_CHANGE_RUNNING SUPERVISOR_STATE_CHANGE_STOPPING TICK TICK_5 TICK_60 \
                      TICK_3600 PROCESS_GROUP PROCESS_GROUP_ADDED PROCESS_GROUP_REMOVED ";

/// What supervisord refuses in a section, and where.
pub(super) fn mistakes(section: &Section) -> Vec<(String, Span)> {
    let kind = section.name.split(':').next().unwrap_or_default();
    let tables: &[&[(&str, Kind)]] = match kind {
        "supervisord" => &[OF_DAEMON],
        "program" => &[OF_PROGRAM],
        "fcgi-program" => &[OF_PROGRAM, OF_FASTCGI],
        "eventlistener" => &[OF_PROGRAM, OF_LISTENER],
        "unix_http_server" => &[OF_SOCKET],
        _ => &[],
    };
    let mut found = Vec::new();
    for (key, kind) in tables.iter().copied().flatten() {
        if let Some(option) = section.get(key) {
            let value = option.value();
            // An expansion's value is known on the server.
            if !value.contains("%(") {
                found.extend(kind.mistake(&value).map(|message| (message, option.span())));
            }
        }
    }
    found.extend(together(section, kind));
    found
}

/// What does not go together, or is missing.
fn together(section: &Section, kind: &str) -> Option<(String, Span)> {
    let is = |key: &str, expected: bool| {
        section.get(key).and_then(|option| truth(&option.value())) == Some(expected)
    };
    let said = |message: &str, key: &str| {
        let span = section.get(key).map_or(section.span, Opt::span);
        Some((message.to_owned(), span))
    };
    if is("stopasgroup", true) && is("killasgroup", false) {
        return said(
            "stopasgroup=true does not go with killasgroup=false",
            "killasgroup",
        );
    }
    if kind == "eventlistener" && is("redirect_stderr", true) {
        return said(
            "an event listener may not have redirect_stderr=true",
            "redirect_stderr",
        );
    }
    if kind == "fcgi-program" {
        return match section.get("socket").map(Opt::value) {
            None => said("a FastCGI program needs a socket=", "socket"),
            Some(value)
                if value.starts_with("unix:///") || value.starts_with("tcp://") || value.contains("%(") =>
            {
                None
            }
            Some(_) => said("a socket is written unix:///path or tcp://host:port", "socket"),
        };
    }
    let is_server = matches!(kind, "inet_http_server" | "unix_http_server");
    if is_server && section.get("username").is_some() != section.get("password").is_some() {
        return said("username= and password= need each other", "username");
    }
    None
}

impl Kind {
    fn mistake(self, value: &str) -> Option<String> {
        let lower = value.to_lowercase();
        let is_good = match self {
            Self::Integer => integer(value).is_some(),
            Self::Positive => integer(value).is_some_and(|number| number >= 1),
            Self::Truth => truth(value).is_some(),
            Self::Restart => truth(value).is_some() || lower == "unexpected",
            Self::Size => {
                let number = ["kb", "mb", "gb"]
                    .iter()
                    .find_map(|unit| lower.strip_suffix(unit));
                integer(number.unwrap_or(&lower)).is_some()
            }
            Self::Octal => {
                let digits = lower.trim();
                i64::from_str_radix(digits.strip_prefix("0o").unwrap_or(digits), 8).is_ok()
            }
            Self::Signal => is_signal(value),
            Self::ExitCodes => {
                value.is_empty()
                    || value
                        .split(',')
                        .all(|code| integer(code).is_some_and(|code| (0..=255).contains(&code)))
            }
            Self::Level => matches!(
                lower.as_str(),
                "critical" | "error" | "warn" | "info" | "debug" | "trace" | "blather"
            ),
            Self::Events => value
                .split(',')
                .all(|event| is_listed(EVENTS, &event.trim().to_uppercase())),
        };
        (!is_good).then(|| format!("`{value}` {}", self.expected()))
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Integer => "is no whole number",
            Self::Positive => "is no whole number above 0",
            Self::Truth => "is neither true nor false",
            Self::Size => "is no size: a number, or one with KB, MB or GB",
            Self::Octal => "is no octal number",
            Self::Signal => "is no signal",
            Self::ExitCodes => "is no list of exit codes from 0 to 255",
            Self::Restart => "is neither true, false nor unexpected",
            Self::Level => "is no log level: critical, error, warn, info, debug, trace or blather",
            Self::Events => "names an event that supervisord does not have",
        }
    }
}

fn is_listed(list: &str, word: &str) -> bool {
    !word.is_empty() && !word.contains(' ') && list.contains(&format!(" {word} "))
}

fn is_signal(value: &str) -> bool {
    if let Some(number) = integer(value) {
        return (1..=31).contains(&number) || number == 34 || number == 64;
    }
    let name = value.trim().to_uppercase();
    is_listed(SIGNALS, name.strip_prefix("SIG").unwrap_or(&name))
}

/// A whole number as Python's `int` reads it.
pub(super) fn integer(text: &str) -> Option<i64> {
    text.trim().replace('_', "").parse().ok()
}

/// A truth value, in the words that supervisord knows.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "on" | "1" => Some(true),
        "no" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}
