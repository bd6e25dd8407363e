//! What calls do with the literals that they are handed.

use super::names::last;
use crate::facts::Role;

/// Functions that run a command.
pub(super) fn runs_command(function: &str) -> bool {
    let (module, name) = function.rsplit_once('.').unwrap_or(("", function));
    match module {
        "subprocess" => {
            matches!(
                name,
                "run" | "call" | "check_call" | "check_output" | "Popen" | "getoutput" | "getstatusoutput"
            )
        }
        "os" => name == "system" || name == "popen" || name.starts_with("exec") || name.starts_with("spawn"),
        "asyncio" => matches!(name, "create_subprocess_exec" | "create_subprocess_shell"),
        "pexpect" => matches!(name, "run" | "spawn"),
        _ => false,
    }
}

/// The role of the positional argument `position`, or of the keyword argument `keyword`, of a call.
pub(super) fn role_of_argument(function: &str, position: usize, keyword: Option<&str>) -> Role {
    let name = last(function);
    if let Some(keyword) = keyword {
        return match keyword {
            "help" | "description" | "epilog" | "title" | "doc" | "msg" | "message" | "summary" => {
                Role::Prose
            }
            "default"
                if matches!(
                    name,
                    "add_argument" | "option" | "Option" | "Argument" | "Field" | "argument"
                ) =>
            {
                Role::Default
            }
            _ if speaks_to_people(function) => Role::Prose,
            _ => Role::Argument,
        };
    }
    if speaks_to_people(function) {
        Role::Prose
    } else if matches_text(function) {
        Role::Pattern
    } else if has_default(function) && position == 1 {
        Role::Default
    } else if has_default(function) && position == 0 {
        Role::Key
    } else if runs_command(function) {
        Role::Command
    } else {
        Role::Argument
    }
}

/// `os.getenv(name, default)`, `config.get(key, default)`, `getattr(x, name, default)`.
fn has_default(function: &str) -> bool {
    let is_lookup =
        function == "os.getenv" || matches!(last(function), "get" | "setdefault" | "pop" | "getenv" | "env");
    is_lookup && !asks_server(function)
}

/// `requests.get(address)`: what it is handed is no key.
fn asks_server(function: &str) -> bool {
    let before = function.rsplit_once('.').map_or("", |(before, _)| last(before));
    matches!(before, "requests" | "httpx" | "grequests" | "http") || before.ends_with("session")
}

/// Printing, logging, raising.
pub(super) fn speaks_to_people(function: &str) -> bool {
    let (before, name) = function.rsplit_once('.').unwrap_or(("", function));
    if before.is_empty() {
        return matches!(name, "print" | "pprint" | "input" | "echo" | "secho" | "warn")
            || name.ends_with("Error")
            || name.ends_with("Exception")
            || name.ends_with("Warning")
            || [
                "log",
                "info",
                "debug",
                "error",
                "log_info",
                "log_error",
                "log_debug",
            ]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known));
    }
    let is_logger = || {
        let object = last(before).to_ascii_lowercase();
        object.contains("log") || matches!(object.as_str(), "console" | "warnings" | "click" | "typer")
    };
    let is_level = matches!(
        name,
        "debug"
            | "info"
            | "warning"
            | "warn"
            | "error"
            | "critical"
            | "exception"
            | "log"
            | "fatal"
            | "success"
    );
    is_level
        || (matches!(name, "print" | "echo" | "secho" | "write") && is_logger())
        || name.ends_with("Error")
        || name.ends_with("Exception")
}

/// Searching and comparing texts.
fn matches_text(function: &str) -> bool {
    let (before, name) = function.rsplit_once('.').unwrap_or(("", function));
    match before {
        "re" | "regex" => true,
        "" => false,
        _ => matches!(
            name,
            "startswith"
                | "endswith"
                | "removeprefix"
                | "removesuffix"
                | "find"
                | "rfind"
                | "index"
                | "count"
                | "split"
                | "rsplit"
                | "partition"
                | "rpartition"
                | "strip"
                | "lstrip"
                | "rstrip"
                | "fnmatch"
        ),
    }
}
