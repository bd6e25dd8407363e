//! Which distribution provides which module, and which ones it brings along.

use crate::facts::requirement::normalize;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

static NAMES: LazyLock<Names> = LazyLock::new(|| super::table("distributions"));
static REQUIRES: LazyLock<Requires> = LazyLock::new(|| super::table("requires"));
static LINES: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = REQUIRES.requires.lines();
    lines.filter_map(|line| line.split_once(':')).collect()
});

static EXTRAS: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = REQUIRES.extras.lines();
    lines.filter_map(|line| line.split_once(':')).collect()
});

/// What stands before or behind a module's name in its distribution's name, as people name them.
const AFFIXES: [(&str, &str); 13] = [
    ("python-", ""),
    ("python3-", ""),
    ("py-", ""),
    ("py", ""),
    ("django-", ""),
    ("", "-python"),
    ("", "-py"),
    ("", "-sdk"),
    ("", "-python-sdk"),
    ("", "-client"),
    ("", "-api"),
    ("", "-binary"),
    ("", "-core"),
];

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Names {
    /// Module → distributions parted by spaces, the one to recommend first.
    modules: BTreeMap<String, String>,
    /// System → distributions that only it has.
    platform: BTreeMap<String, String>,
    /// Those of them that are pure Python: pip installs them anywhere.
    pure: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Requires {
    requires: String,
    extras: String,
}

/// The distributions that provide a module, the one to recommend first.
///
/// The longest row counts: `google.cloud.storage.blob` is in `google-cloud-storage`. A module without a row
/// is taken to be in the distribution of its own name (normalised, PEP 503).
pub fn distributions_of(module: &str) -> Vec<String> {
    match row(module) {
        Some(row) => row.split_whitespace().map(str::to_owned).collect(),
        None => vec![normalize(module.split('.').next().unwrap_or(module))],
    }
}

/// Whether a module is known to be in a distribution of another name, or in one of several.
pub fn is_known_module(module: &str) -> bool {
    row(module).is_some()
}

/// Whether a distribution provides a module: the table says so or, when it says nothing about the module,
/// their names match (`foo_bar` in `python-foo-bar`, `a.b.c` in `a-b`).
pub fn provides(distribution: &str, module: &str) -> bool {
    let distribution = normalize(distribution);
    if let Some(row) = row(module) {
        if row.split_whitespace().any(|name| normalize(name) == distribution) {
            return true;
        }
        // The row of a namespace says nothing about the parts that it does not name.
        let is_of_top = !module.contains('.') || NAMES.modules.contains_key(module);
        if is_of_top || !distribution.contains('-') {
            return false;
        }
    }
    prefixes(module).any(|prefix| names_match(&distribution, &normalize(prefix)))
}

/// Distributions, to be asked for by the module that they provide.
#[derive(Debug, Default)]
pub struct Providers {
    /// By the letters of their names, without dashes.
    by_letters: HashMap<String, Vec<String>>,
}

impl Providers {
    /// Distributions by their normalised names.
    pub fn new<'a>(names: impl Iterator<Item = &'a String>) -> Self {
        let mut by_letters: HashMap<String, Vec<String>> = HashMap::new();
        for name in names {
            by_letters.entry(letters(name)).or_default().push(name.clone());
        }
        Self { by_letters }
    }

    /// Those that provide a module, sorted.
    pub fn of(&self, module: &str) -> BTreeSet<&str> {
        let listed = row(module).into_iter().flat_map(str::split_whitespace);
        let mut names: Vec<String> = listed.map(|name| letters(&normalize(name))).collect();
        for prefix in prefixes(module) {
            let name = letters(&normalize(prefix));
            let affixed = AFFIXES.map(|(before, behind)| letters(&format!("{before}{name}{behind}")));
            names.extend(affixed);
            names.push(name);
        }
        let found = names.iter().filter_map(|name| self.by_letters.get(name));
        let found = found.flatten().filter(|name| provides(name, module));
        found.map(String::as_str).collect()
    }
}

/// The distributions that come along with a distribution, directly or not, sorted; nothing when it is not
/// known. What depends on an extra, or holds on some systems or versions of Python only, is left out.
pub fn brought_by(distribution: &str) -> Option<Vec<&'static str>> {
    let mut found: BTreeSet<&'static str> = BTreeSet::new();
    let mut open = vec![*LINES.get(normalize(distribution).as_str())?];
    while let Some(line) = open.pop() {
        for name in line.split_whitespace() {
            if found.insert(name) {
                open.extend(LINES.get(name));
            }
        }
    }
    Some(found.into_iter().collect())
}

/// The distributions that come along with an extra of one, directly or not, sorted; none where that is not known.
pub fn brought_by_extra(distribution: &str, extra: &str) -> Vec<&'static str> {
    let key = format!("{}[{}]", normalize(distribution), normalize(extra));
    let own = EXTRAS
        .get(key.as_str())
        .into_iter()
        .flat_map(|line| line.split_whitespace());
    let all = own.flat_map(|name| brought_by(name).unwrap_or_default().into_iter().chain([name]));
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Whether it is known what a distribution brings along.
pub fn is_known(distribution: &str) -> bool {
    LINES.contains_key(normalize(distribution).as_str())
}

/// The one system (`darwin` or `win32`, as `sys.platform` names it) that a distribution is for.
pub fn only_on(distribution: &str) -> Option<&'static str> {
    let distribution = normalize(distribution);
    NAMES
        .platform
        .iter()
        .find(|(_, names)| names.split_whitespace().any(|name| name == distribution))
        .map(|(system, _)| system.as_str())
}

/// Whether a distribution for one system is pure Python, so that pip installs it on every other too.
pub fn installs_anywhere(distribution: &str) -> bool {
    let distribution = normalize(distribution);
    NAMES.pure.split_whitespace().any(|name| name == distribution)
}

fn row(module: &str) -> Option<&'static str> {
    prefixes(module).find_map(|prefix| NAMES.modules.get(prefix).map(String::as_str))
}

/// `a.b.c`, `a.b`, `a`.
fn prefixes(module: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(module), |name| {
        name.rsplit_once('.').map(|(before, _)| before)
    })
}

fn letters(name: &str) -> String {
    name.replace('-', "")
}

fn names_match(distribution: &str, module: &str) -> bool {
    // `django-soft-delete` is imported as `django_softdelete`.
    letters(distribution) == letters(module)
        || AFFIXES.iter().any(|(before, behind)| {
            distribution
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(behind))
                == Some(module)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_bring_what_they_ask_for() {
        assert!(brought_by_extra("Celery", "redis").contains(&"redis"));
        assert!(brought_by_extra("tortoise_orm", "asyncpg").contains(&"asyncpg"));
        assert!(brought_by_extra("celery", "nothing").is_empty());
        assert!(brought_by_extra("", "").is_empty());
    }

    #[test]
    fn a_module_names_its_distribution() {
        for (module, first) in [
            ("psycopg2", "psycopg2-binary"),
            ("psycopg2.extras", "psycopg2-binary"),
            ("cv2", "opencv-python-headless"),
            ("yaml", "PyYAML"),
            ("sklearn.ensemble", "scikit-learn"),
            ("dotenv", "python-dotenv"),
            ("talib", "TA-Lib"),
            ("PIL.Image", "pillow"),
            ("telegram", "python-telegram-bot"),
            ("binance.client", "python-binance"),
            ("google.cloud.storage.blob", "google-cloud-storage"),
            ("google.protobuf.message", "protobuf"),
            ("ccxt", "ccxt"),
            ("alpaca_trade_api", "alpaca-trade-api"),
            ("some_thing.of.mine", "some-thing"),
        ] {
            assert_eq!(distributions_of(module)[0], first, "{module}");
        }
    }

    #[test]
    fn a_requirement_satisfies_what_it_provides() {
        for (distribution, module, expected) in [
            ("psycopg2", "psycopg2", true),
            ("Psycopg2_Binary", "psycopg2.extras", true),
            ("opencv-contrib-python", "cv2", true),
            ("pillow", "PIL", true),
            ("python-foo", "foo", true),
            ("foo-python", "foo", true),
            ("pyfoo", "foo", true),
            ("foo.bar", "foo.bar.baz", true),
            ("google-cloud-storage", "google.cloud.storage", true),
            ("google-cloud-newest-thing", "google.cloud.newest_thing", true),
            ("flask", "flask", true),
            ("jwt", "jwt", false),
            ("google-cloud-storage", "google.cloud.bigquery", false),
            ("numpy", "pandas", false),
            ("psycopg", "psycopg2", false),
        ] {
            assert_eq!(
                provides(distribution, module),
                expected,
                "{distribution} for {module}"
            );
        }
    }

    #[test]
    fn providers_are_found_as_if_each_was_asked() {
        let names = [
            "a-b",
            "ab",
            "django-soft-delete",
            "foo",
            "foo-bar",
            "foo-py",
            "foo-python",
            "google-cloud-newest-thing",
            "google-cloud-storage",
            "opencv-contrib-python",
            "pillow",
            "psycopg2",
            "psycopg2-binary",
            "py-foo",
            "pyfoo",
            "python-foo",
            "python3-foo",
        ]
        .map(str::to_owned);
        let providers = Providers::new(names.iter());
        for module in [
            "PIL",
            "a.b.c",
            "ab",
            "cv2",
            "django_softdelete",
            "foo",
            "foo.bar.baz",
            "foo_bar",
            "google.cloud.newest_thing",
            "google.cloud.storage.blob",
            "psycopg2.extras",
            "nothing",
        ] {
            let each = names.iter().map(String::as_str);
            let each: BTreeSet<&str> = each.filter(|name| provides(name, module)).collect();
            assert_eq!(providers.of(module), each, "{module}");
        }
    }

    #[test]
    fn distributions_bring_others_along() {
        let pandas = brought_by("Pandas").unwrap();
        for name in ["numpy", "python-dateutil", "six"] {
            assert!(pandas.contains(&name), "{name}");
        }
        assert!(
            brought_by("fastapi").unwrap().contains(&"pydantic-core"),
            "transitive"
        );
        assert!(
            !brought_by("fastapi").unwrap().contains(&"uvicorn"),
            "only with an extra"
        );
        assert_eq!(brought_by("numpy"), Some(Vec::new()));
        assert_eq!(brought_by("nobody-made-this-one"), None);
        assert!(is_known("PyYAML") && !is_known("nobody-made-this-one"));
    }

    #[test]
    fn the_tables_follow_their_form() {
        assert!(NAMES.modules.len() >= 350, "{} rows", NAMES.modules.len());
        for (module, row) in &NAMES.modules {
            assert!(
                row.split_whitespace().next().is_some(),
                "{module} has no distribution"
            );
        }
        let lines: Vec<&str> = REQUIRES.requires.lines().collect();
        assert!(lines.len() >= 300, "{} lines", lines.len());
        assert_eq!(
            lines.len(),
            LINES.len(),
            "a line without a colon, or two of one name"
        );
        for (name, requires) in LINES.iter() {
            for name in std::iter::once(*name).chain(requires.split_whitespace()) {
                assert_eq!(normalize(name), name);
            }
        }
        assert_eq!(only_on("PyObjC"), Some("darwin"));
        assert_eq!(only_on("MetaTrader5"), Some("win32"));
        assert_eq!(only_on("numpy"), None);
        assert!(NAMES.pure.split_whitespace().all(|name| only_on(name).is_some()));
    }
}
