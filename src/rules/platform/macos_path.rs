//! Places that only a Mac has.

use crate::document::Document;
use crate::facts::{Reach, Role, Value};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Place};
use crate::knowledge::mac_paths::{self, Instead, MacPlace};
use crate::project::Project;
use crate::rule::Sink;
use crate::rules::place;
use std::ops::Range;

/// Files that only a Mac reads.
const MAC_FILES: [&str; 5] = [".plist", ".swift", ".applescript", ".m", ".command"];

/// How far away in the document an element of the same list is looked for.
const NEIGHBOURS: usize = 8;
/// The longest path of a file system, in bytes (`PATH_MAX` of macOS): what is longer is none.
const LONGEST: usize = 1024;

/// Reports every path that only a Mac has.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project.documents() {
        if MAC_FILES.iter().any(|ending| document.path.ends_with(ending)) {
            continue;
        }
        let name = document.path.rsplit('/').next().unwrap_or_default();
        // `pip install` as root, and the official images of Python, put programs into /usr/local.
        let has_local = name.contains("Dockerfile") || name.contains("Containerfile");
        for (index, value) in document.facts.values.iter().enumerate() {
            let place = Place {
                document: id,
                span: value.span,
            };
            // A log there keeps supervisord from starting: `supervisor-refuses` says so.
            if !acts(value) || project.is_foreign_need(place) {
                continue;
            }
            for (range, found) in find(&value.text) {
                let is_local = found.place.starts_with("/usr/local");
                if !(is_local && has_local || has_sibling(document, index, value, &found)) {
                    sink.report(draft(id, value, &range, &found, &project.target.os));
                }
            }
        }
    }
}

/// Whether something is done with the text on the target.
fn acts(value: &Value) -> bool {
    let is_silent = value.role.is_prose() || matches!(value.role, Role::Pattern | Role::Compared);
    value.reach == Reach::Always && !is_silent
}

/// Whether a text is a search path that goes on to places that the target has: the Mac's are of no use
/// there, and do no harm.
fn is_search_path(text: &str) -> bool {
    let list = text.split_once("PATH=").map_or(text, |(_, list)| list);
    let mut entries = list.split(':').peekable();
    let is_list = list.contains(':')
        && entries
            .clone()
            .all(|entry| entry.starts_with(['/', '$', '~', '%', '"', '{']));
    is_list && entries.any(|entry| mac_paths::find(entry.trim_matches('"')).is_none())
}

/// Whether a list that holds the path goes on to a place that the target has: somebody looks for the
/// first that exists.
fn has_sibling(document: &Document, index: usize, value: &Value, found: &MacPlace) -> bool {
    let name = value.text.rsplit('/').next().unwrap_or_default();
    let values = &document.facts.values;
    let is_of_list = |other: &&Value| other.role == Role::Element && other.name == value.name;
    let before = values.get(..index).unwrap_or_default().iter().rev();
    let behind = values.get(index + 1..).unwrap_or_default().iter();
    let mut list = before
        .take_while(is_of_list)
        .take(NEIGHBOURS)
        .chain(behind.take_while(is_of_list).take(NEIGHBOURS));
    value.role == Role::Element
        && list.any(|other| {
            let is_place = matches!(&found.instead, Instead::Path(path) if other.text == *path);
            is_place || is_of_linux(&other.text) || other.text == name
        })
}

/// Whether a path is one where distributions keep what packages bring.
fn is_of_linux(path: &str) -> bool {
    let is_packages = [
        "/usr/bin/",
        "/usr/share/",
        "/usr/lib/",
        "/usr/lib64/",
        "/usr/sbin/",
        "/etc/",
    ]
    .iter()
    .any(|folder| path.starts_with(folder));
    is_packages && mac_paths::find(path).is_none()
}

/// All places of a Mac in a text, in order. Home folders of named people are another rule's business.
fn find(text: &str) -> Vec<(Range<usize>, MacPlace)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text.get(at..).and_then(|rest| rest.find(['/', '~', '$'])) {
        let start = at + offset;
        let is_double = text.as_bytes().get(start..start + 2) == Some(b"//");
        if is_double || !place::begins_path(text, start) {
            at = start + 1;
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        let ends = |(at, character): &(usize, char)| *at >= LONGEST || place::ends_path(*character);
        let end = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
        let stretch = rest.get(..end).unwrap_or(rest);
        let word = stretch.get(..word_end(stretch)).unwrap_or(stretch);
        let place = [word, stretch]
            .into_iter()
            .find_map(|path| Some((start..start + path.len(), mac_paths::find(&with_tilde(path))?)));
        // What was looked at and does not begin a path is not looked at again.
        at = start + place.as_ref().map_or(word.len(), |(range, _)| range.len()).max(1);
        found.extend(place);
    }
    found
}

/// Where the first word ends: at a space that no backslash goes before.
fn word_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    bytes
        .iter()
        .enumerate()
        .find(|(at, byte)| byte.is_ascii_whitespace() && (*at == 0 || bytes[at - 1] != b'\\'))
        .map_or(bytes.len(), |(at, _)| at)
}

/// The path with the usual spellings of the own home folder written as `~`, and no trailing slash.
fn with_tilde(path: &str) -> String {
    let path = path.trim_end_matches(['/', '.', ' ']);
    for home in ["$HOME/", "${HOME}/", "%(ENV_HOME)s/"] {
        if let Some(rest) = path.strip_prefix(home) {
            return format!("~/{rest}");
        }
    }
    path.replace("\\ ", " ")
}

fn draft(id: DocumentId, value: &Value, range: &Range<usize>, found: &MacPlace, os: &str) -> Draft {
    let path = value.text.get(range.clone()).unwrap_or_default();
    let (message, help) = match &found.instead {
        Instead::Path(place) => (
            format!("`{path}` is a place on a Mac: on {os} it is `{place}`"),
            format!("write `{place}`, or only the name and let PATH find it where it is a program"),
        ),
        Instead::Advice(advice) => (
            format!("`{path}` is a place on a Mac: {os} has no such thing"),
            (*advice).to_owned(),
        ),
    };
    // Somebody can have put a thing into /usr/local of a server by hand.
    let confidence = if found.place.starts_with("/usr/local") {
        Confidence::Likely
    } else {
        Confidence::Certain
    };
    let effect = if is_search_path(&value.text) {
        Effect::Advice
    } else {
        Effect::Use
    };
    let place = place::of_part(id, value, range.clone());
    let draft = Draft::new(place, message)
        .effect(effect)
        .subject(with_tilde(path))
        .label("only on a Mac")
        .help(help)
        .confidence(confidence);
    let is_as_written = (place.span.end - place.span.start) as usize == path.len();
    match &found.instead {
        // Settings are called otherwise there; programs are not.
        Instead::Path(instead) if is_as_written && effect == Effect::Use && instead.contains("/bin/") => {
            draft.edit(place, instead)
        }
        _ => draft,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_in_texts() {
        for (text, path) in [
            (
                "/opt/homebrew/bin/supervisorctl",
                "/opt/homebrew/bin/supervisorctl",
            ),
            ("sudo /usr/libexec/PlistBuddy -c x", "/usr/libexec/PlistBuddy"),
            (
                "exec /opt/homebrew/bin/redis-server --port 1",
                "/opt/homebrew/bin/redis-server",
            ),
            ("~/Library/LaunchAgents/a.plist", "~/Library/LaunchAgents/a.plist"),
            ("cp a $HOME/Library/Logs/a", "$HOME/Library/Logs/a"),
            (
                "/Library/Application Support/Trader/x",
                "/Library/Application Support/Trader/x",
            ),
            (
                r"open /Applications/Trader\ Workstation.app",
                r"/Applications/Trader\ Workstation.app",
            ),
            ("unix:///private/tmp/x.sock", "/private/tmp/x.sock"),
        ] {
            let found: Vec<_> = find(text).into_iter().map(|(range, _)| &text[range]).collect();
            assert_eq!(found, [path], "{text}");
        }
        assert_eq!(find("/opt/homebrew/bin/a /opt/homebrew/bin/b").len(), 2);
    }

    #[test]
    fn other_texts_hold_none() {
        for text in [
            "",
            "/",
            "~",
            "$",
            "/usr/bin/x",
            "https://x.org/opt/homebrew/bin",
            "./opt/homebrew",
            "/Users/ada/Library/x",
        ] {
            assert!(find(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn search_paths_that_go_on_are_harmless() {
        for (text, expected) in [
            ("/opt/homebrew/bin:/usr/bin:/bin", true),
            ("/opt/homebrew/bin:$PATH", true),
            ("PATH=/opt/homebrew/bin:${PATH}", true),
            ("/opt/homebrew/bin:/opt/homebrew/sbin", false),
            ("/opt/homebrew/bin/psql", false),
        ] {
            assert_eq!(is_search_path(text), expected, "{text}");
        }
    }

    #[test]
    fn long_texts_take_linear_time() {
        for piece in ["/", "~", "$HOME/", "/opt/homebrew/bin/x ", "/a/b/c", " /"] {
            find(&piece.repeat(20_000));
        }
    }
}
