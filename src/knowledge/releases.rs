//! What the releases of well-known distributions ask for: Python, a compiler, other distributions.

use crate::facts::requirement::normalize;
use crate::target::PythonVersion;
use pep508_rs::pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{Requirement, VerbatimUrl};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::{LazyLock, OnceLock};

static ROWS: LazyLock<BTreeMap<String, Row>> = LazyLock::new(|| {
    let table: Table = super::table("releases");
    let row = |lines| Row {
        lines,
        releases: OnceLock::new(),
    };
    let rows = table.releases.into_iter();
    rows.map(|(name, lines)| (name, row(lines))).collect()
});

/// The lines of one distribution, read when they are first asked for: a project names few of them.
struct Row {
    lines: String,
    releases: OnceLock<Vec<Release>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Distribution (normalised, PEP 503) → its lines, the oldest first.
    releases: BTreeMap<String, String>,
}

/// Releases that follow each other and ask for the same.
#[derive(Debug, Clone)]
pub struct Release {
    /// The oldest of them.
    pub first: Version,
    /// The newest of them.
    pub last: Version,
    /// Their `Requires-Python`.
    pub python: VersionSpecifiers,
    /// For which Python there are wheels that Linux on x86-64 takes.
    pub wheels: Wheels,
    /// Whether there is a source distribution, which pip builds when there is no wheel.
    pub has_source: bool,
    /// Their `Requires-Dist`, as far as it names distributions of the table.
    pub needs: Vec<Requirement<VerbatimUrl>>,
}

/// For which Python a release has wheels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wheels {
    /// For none.
    None,
    /// For every Python that the release allows.
    Any,
    /// From this one to that one.
    Between(PythonVersion, PythonVersion),
}

impl Release {
    /// Whether this version is one of them.
    pub fn holds(&self, version: &Version) -> bool {
        let version = version.clone().without_local();
        self.first <= version && version <= self.last
    }

    /// Whether pip on this Python takes them. Which patch release the server has is not known: one that
    /// is taken is enough.
    pub fn allows(&self, python: PythonVersion) -> bool {
        let (major, minor) = (u64::from(python.major), u64::from(python.minor));
        [0, 99]
            .iter()
            .any(|patch| self.python.contains(&Version::new([major, minor, *patch])))
    }

    /// Whether there is a wheel for this Python.
    pub fn has_wheel(&self, python: PythonVersion) -> bool {
        match self.wheels {
            Wheels::None => false,
            Wheels::Any => true,
            Wheels::Between(first, last) => first <= python && python <= last,
        }
    }

    /// `first last | Requires-Python | wheels | Requires-Dist | …`
    fn parse(line: &str) -> Option<Self> {
        let mut columns = line.split('|').map(str::trim);
        let mut versions = columns.next()?.split_whitespace();
        let first = Version::from_str(versions.next()?).ok()?;
        let last = versions
            .next()
            .map_or(Ok(first.clone()), Version::from_str)
            .ok()?;
        let python = match columns.next()? {
            "-" => VersionSpecifiers::empty(),
            written => VersionSpecifiers::from_str(written).ok()?,
        };
        let mut built = columns.next()?.split_whitespace();
        let wheels = match built.next()? {
            "-" => Wheels::None,
            "any" => Wheels::Any,
            range => {
                let (first, last) = range.split_once('-')?;
                Wheels::Between(PythonVersion::parse(first)?, PythonVersion::parse(last)?)
            }
        };
        Some(Self {
            first,
            last,
            python,
            wheels,
            has_source: built.next() == Some("source"),
            needs: columns
                .map(|need| Requirement::from_str(need).ok())
                .collect::<Option<_>>()?,
        })
    }
}

/// The known releases of a distribution, the oldest first; none when the table does not name it. What
/// stands in no line is unknown.
pub fn releases_of(distribution: &str) -> &'static [Release] {
    let Some(row) = ROWS.get(&normalize(distribution)) else {
        return &[];
    };
    row.releases
        .get_or_init(|| row.lines.lines().filter_map(Release::parse).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PYTHON: PythonVersion = PythonVersion { major: 3, minor: 10 };

    fn release(distribution: &str, version: &str) -> Release {
        let version = Version::from_str(version).unwrap();
        let known = releases_of(distribution);
        known
            .iter()
            .find(|release| release.holds(&version))
            .unwrap()
            .clone()
    }

    #[test]
    fn every_line_follows_its_form_and_the_lines_rise() {
        assert!(ROWS.len() >= 60, "{} distributions", ROWS.len());
        for (name, row) in ROWS.iter() {
            assert_eq!(&normalize(name), name);
            let releases: Vec<Release> = row
                .lines
                .lines()
                .map(|line| Release::parse(line).unwrap_or_else(|| panic!("{name}: {line}")))
                .collect();
            assert!(
                releases.iter().all(|release| release.first <= release.last),
                "{name}"
            );
            assert!(
                releases.windows(2).all(|pair| pair[0].last < pair[1].first),
                "{name}"
            );
        }
    }

    #[test]
    fn well_known_facts_are_there() {
        assert!(!release("numpy", "2.3.1").allows(PYTHON));
        assert!(release("NumPy", "1.26.4").allows(PYTHON) && release("numpy", "1.26.4").has_wheel(PYTHON));
        let need = &release("scipy", "1.13.0").needs[0];
        assert_eq!(need.to_string(), "numpy>=1.22.4,<2.3");
        assert_eq!(release("psycopg2", "2.9.9").wheels, Wheels::None);
        assert!(releases_of("nobody-made-this-one").is_empty());
    }
}
