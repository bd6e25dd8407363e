//! Settings of units that systemd ignores, or takes for something else.

use crate::facts::Manager;
use crate::finding::{Confidence, Draft, Effect, Place};
use crate::project::Project;
use crate::rule::Sink;

const TYPES: [&str; 8] = [
    "simple",
    "exec",
    "forking",
    "oneshot",
    "dbus",
    "notify",
    "notify-reload",
    "idle",
];
const RESTARTS: [&str; 7] = [
    "no",
    "always",
    "on-success",
    "on-failure",
    "on-abnormal",
    "on-abort",
    "on-watchdog",
];

/// Reports each setting that does not do what it says.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, view) in project.programs() {
        if view.manager != Manager::Systemd {
            continue;
        }
        let Some((document, program)) = project.definition(id) else {
            continue;
        };
        for (key, value) in &program.settings {
            let Some((why, help)) = complaint(key, value.value.trim()) else {
                continue;
            };
            let place = Place {
                document,
                span: value.span,
            };
            sink.report(
                Draft::new(place, format!("`{key}={}` {why}", value.value))
                    .subject(format!("{key}={}", value.value))
                    .help(help)
                    .programs(vec![id])
                    .effect(Effect::Advice)
                    .confidence(Confidence::Certain),
            );
        }
    }
}

/// What systemd makes of a setting, and what to write.
fn complaint(key: &str, value: &str) -> Option<(&'static str, &'static str)> {
    Some(match key {
        _ if value.is_empty() || value.contains('%') => return None,
        "Restart" if !RESTARTS.contains(&value) => (
            "is none of systemd's words and ignored: the service stays down after a crash",
            "write `Restart=on-failure` or `Restart=always`",
        ),
        "Type" if !TYPES.contains(&value) => (
            "is none of systemd's words and ignored: `Type=simple` is what it gets",
            "write one of simple, exec, forking, oneshot, dbus, notify, idle",
        ),
        "StandardOutput" | "StandardError" if value.starts_with("syslog") => (
            "is obsolete: systemd takes it for `journal`, and no syslog file is written by it",
            "leave it out: the journal has the output already (`journalctl -u NAME`)",
        ),
        "MemoryLimit" => ("goes away", "write `MemoryMax=`"),
        "CPUShares" => ("goes away", "write `CPUWeight=`"),
        "KillMode" if value == "none" => (
            "leaves the processes behind when the service is stopped, and goes away",
            "write `KillMode=mixed`",
        ),
        _ => return None,
    })
}
