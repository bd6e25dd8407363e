//! Places that exist on a Mac only, and what the target has in their stead.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static PLACES: LazyLock<Places> = LazyLock::new(|| super::table("macos-paths"));

/// The rows by the first name of their path: most paths begin with none of those names.
static ROWS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in PLACES.moved.keys().chain(PLACES.advice.keys()) {
        rows.entry(first_name(row)).or_default().push(row);
    }
    rows
});

/// The first name of a path: `opt` of `/opt/homebrew`, `~` of `~/Library`.
fn first_name(path: &str) -> &str {
    let inner = path.strip_prefix('/').unwrap_or(path);
    inner.split('/').next().unwrap_or(inner)
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Places {
    /// Place on a Mac → place on the target.
    moved: BTreeMap<String, String>,
    /// Place on a Mac → what to do instead.
    advice: BTreeMap<String, String>,
}

/// A place on a Mac that a path begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacPlace {
    /// The row of the table: `/opt/homebrew/bin`.
    pub place: &'static str,
    /// What the target has.
    pub instead: Instead,
}

/// What the target has in the stead of a place on a Mac.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// The same thing at this path.
    Path(String),
    /// Nothing; what to do, as an imperative without a full stop.
    Advice(&'static str),
}

/// The longest row that `path` begins with.
///
/// `path` is absolute, or begins with `~`, which also stands for `$HOME` and `/Users/NAME`: the caller
/// writes those so.
pub fn find(path: &str) -> Option<MacPlace> {
    let rows = ROWS.get(first_name(path))?.iter();
    let rows = rows.filter_map(|row| Some((*row, behind(row, path)?)));
    let (row, rest) = rows.max_by_key(|(row, _)| row.len())?;
    let instead = match PLACES.moved.get(row) {
        Some(place) => Instead::Path(format!("{place}{rest}")),
        None => Instead::Advice(PLACES.advice.get(row)?),
    };
    Some(MacPlace { place: row, instead })
}

/// What stands in `path` behind a row; nothing when it does not begin with it. A `*` in a row stands for
/// a part of one name.
fn behind<'a>(row: &str, path: &'a str) -> Option<&'a str> {
    let rest = match row.split_once('*') {
        None => path.strip_prefix(row)?,
        Some((before, "")) => {
            let name = path.strip_prefix(before)?;
            let end = name.find('/').unwrap_or(name.len());
            if end == 0 {
                return None;
            }
            &name[end..]
        }
        Some((before, after)) => {
            let name = path.strip_prefix(before)?;
            let end = name.find('/').unwrap_or(name.len());
            name[..end].strip_suffix(after).filter(|stem| !stem.is_empty())?;
            &name[end..]
        }
    };
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instead(path: &str) -> Option<String> {
        find(path).map(|place| match place.instead {
            Instead::Path(path) => path,
            Instead::Advice(advice) => advice.to_owned(),
        })
    }

    #[test]
    fn a_place_on_a_mac_has_a_counterpart() {
        for (path, expected) in [
            ("/opt/homebrew/bin/supervisorctl", "/usr/bin/supervisorctl"),
            ("/opt/homebrew/bin/python", "/usr/bin/python3"),
            ("/opt/homebrew/bin/python3.11", "/usr/bin/python3.11"),
            ("/opt/homebrew/bin/nginx", "/usr/sbin/nginx"),
            ("/opt/homebrew/bin", "/usr/bin"),
            (
                "/opt/homebrew/etc/supervisor.d/a.ini",
                "/etc/supervisor/conf.d/a.ini",
            ),
            (
                "/usr/local/etc/supervisord.conf",
                "/etc/supervisor/supervisord.conf",
            ),
            ("/private/tmp/x.sock", "/tmp/x.sock"),
        ] {
            assert_eq!(instead(path).as_deref(), Some(expected), "{path}");
        }
        for path in [
            "/Applications/Trader Workstation.app/Contents/MacOS/JavaApplicationStub",
            "/Volumes/Data/ticks",
            "~/Library/LaunchAgents/a.plist",
            "/System/Library/LaunchDaemons/b.plist",
            "/opt/homebrew",
            "/usr/local/opt/openssl",
            "/Library/Frameworks/Python.framework/Versions/3.11/bin/python3",
        ] {
            assert!(
                matches!(find(path).map(|place| place.instead), Some(Instead::Advice(_))),
                "{path}"
            );
        }
    }

    #[test]
    fn other_places_have_none() {
        for path in [
            "/usr/local/bin/mytool",
            "/usr/local/bin/python3",
            "/opt/homebrewery",
            "/Library/Sections/7",
            "/Applications/list",
            "/Volumes/",
            "/Volumes",
            "/private/orders",
            "/private/variables",
            "/usr/bin/supervisorctl",
            "",
        ] {
            assert_eq!(find(path), None, "{path}");
        }
    }

    #[test]
    fn the_table_follows_its_form() {
        assert!(PLACES.moved.len() > 40 && PLACES.advice.len() > 20);
        for row in PLACES.moved.keys().chain(PLACES.advice.keys()) {
            assert!(row.starts_with(['/', '~']) && !row.ends_with('/'), "{row}");
        }
        for (row, place) in &PLACES.moved {
            assert!(
                find(place).is_none(),
                "{row} leads to {place}, which is on a Mac itself"
            );
        }
    }
}
