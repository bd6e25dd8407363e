//! Patterns for processes that only match on the author's machine.

use crate::facts::Reach;
use crate::finding::{Draft, Effect};
use crate::knowledge::mac_paths;
use crate::project::{ProcessPattern, Project};
use crate::rule::Sink;

/// Parts of the paths that a Mac's Python has, beside the places of Homebrew.
const MAC_PARTS: [&str; 4] = ["Python.app", ".framework/", "Contents/MacOS", "/Cellar/"];

/// Reports each text that no process of a Linux server has in its command line.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project.documents() {
        for pattern in project.process_patterns(id, document) {
            if let Some((why, help)) = why(&pattern).filter(|_| pattern.reach != Reach::Elsewhere) {
                let text = pattern.text;
                let message = format!("no process of the server is found by `{text}`: {why}");
                sink.report(
                    Draft::new(pattern.place, message)
                        .subject(format!("pattern {text}"))
                        .label("never in the list of processes")
                        .help(help)
                        .effect(Effect::Use),
                );
            }
        }
    }
}

/// Why a pattern matches on a Mac only, and what to do.
fn why(pattern: &ProcessPattern<'_>) -> Option<(String, &'static str)> {
    const BY_SCRIPT: &str = "look for the script's name, or ask the process manager: `supervisorctl pid NAME`, \
                             `systemctl show -p MainPID NAME`";
    let text = pattern.text;
    if let Some(at) = text.find("/Users/") {
        let folder = text[at..].split(['"', '\'', ' ']).next().unwrap_or_default();
        let folder = folder.split(".*").next().unwrap_or(folder);
        return Some((
            format!("`{folder}` is a folder of the author's Mac, and no command line there holds it"),
            BY_SCRIPT,
        ));
    }
    if MAC_PARTS.iter().any(|part| text.contains(part)) || has_mac_place(text) {
        return Some((
            "that is where a Mac has its Python, and the server's is /usr/bin/python3 or the virtual environment's"
                .to_owned(),
            BY_SCRIPT,
        ));
    }
    let bare: String = text
        .chars()
        .filter(|letter| !matches!(letter, '[' | ']' | '^' | '$'))
        .collect();
    (bare == "Python" && !pattern.ignores_case).then(|| {
        (
            "macOS calls the process `Python`, Linux `python3`, and the case counts".to_owned(),
            "look for the script's name",
        )
    })
}

fn has_mac_place(text: &str) -> bool {
    text.match_indices('/')
        .any(|(at, _)| mac_paths::find(&text[at..]).is_some())
}
