//! What the modules of the standard library offer, version by version: names, and submodules of packages.

use super::stdlib;
use crate::target::PythonVersion;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static NAMES: LazyLock<Names> = LazyLock::new(|| Names::new(&super::table("stdlib-names")));

/// Rows by version, as written: module and names parted by white space.
type Rows = BTreeMap<String, BTreeMap<String, String>>;

/// The table as written.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    modules_added: BTreeMap<String, String>,
    modules_removed: BTreeMap<String, String>,
    added: Rows,
    removed: Rows,
}

/// When a name came and went; nothing: it always was, or still is there.
#[derive(Debug, Clone, Copy, Default)]
struct Life {
    from: Option<PythonVersion>,
    until: Option<PythonVersion>,
}

impl Life {
    fn is_over_or_to_come(self, version: PythonVersion) -> bool {
        self.from.is_some_and(|from| version < from) || self.until.is_some_and(|until| until <= version)
    }
}

#[derive(Default)]
struct Names {
    /// By module, then by name.
    names: BTreeMap<String, BTreeMap<String, Life>>,
    modules: BTreeMap<String, Life>,
}

impl Names {
    fn new(table: &Table) -> Self {
        let mut names = Self::default();
        for (version, module, name) in each(&table.added) {
            names.life(module, name).from = PythonVersion::parse(version);
        }
        for (version, module, name) in each(&table.removed) {
            names.life(module, name).until = PythonVersion::parse(version);
        }
        for (version, modules) in &table.modules_added {
            for module in modules.split_whitespace() {
                names.modules.entry(module.to_owned()).or_default().from = PythonVersion::parse(version);
            }
        }
        for (version, modules) in &table.modules_removed {
            for module in modules.split_whitespace() {
                names.modules.entry(module.to_owned()).or_default().until = PythonVersion::parse(version);
            }
        }
        names
    }

    fn life(&mut self, module: &str, name: &str) -> &mut Life {
        let names = self.names.entry(module.to_owned()).or_default();
        names.entry(name.to_owned()).or_default()
    }
}

/// Each name with its version and module.
fn each(rows: &Rows) -> impl Iterator<Item = (&str, &str, &str)> {
    rows.iter().flat_map(|(version, modules)| {
        modules.iter().flat_map(move |(module, names)| {
            let names = names.split_whitespace();
            names.map(move |name| (version.as_str(), module.as_str(), name))
        })
    })
}

fn life_of(module: &str, name: &str) -> Option<Life> {
    NAMES.names.get(module)?.get(name).copied()
}

/// The first version whose `module` has `name`: nothing when it always had it, or when it is not known.
pub fn added_in(module: &str, name: &str) -> Option<PythonVersion> {
    life_of(module, name)?.from
}

/// The first version whose `module` no longer has `name`.
pub fn removed_in(module: &str, name: &str) -> Option<PythonVersion> {
    life_of(module, name)?.until
}

/// Whether `from module import name` certainly fails in this Python, though the module itself is there.
///
/// A name that is not in the table is never said to be lacking. A submodule counts as a name of its package.
pub fn lacks(module: &str, name: &str, version: PythonVersion) -> bool {
    let is_lacking = |life: Option<Life>| life.is_some_and(|life| life.is_over_or_to_come(version));
    is_lacking(life_of(module, name))
        || NAMES
            .modules
            .get(&format!("{module}.{name}"))
            .is_some_and(|life| life.is_over_or_to_come(version))
}

/// The first version with this dotted submodule, or with the package around it.
pub fn module_added_in(dotted: &str) -> Option<PythonVersion> {
    let own = prefixes(dotted).filter_map(|part| {
        if part.contains('.') {
            NAMES.modules.get(part)?.from
        } else {
            stdlib::added_in(part)
        }
    });
    own.max()
}

/// The first version without this dotted submodule, or without the package around it.
pub fn module_removed_in(dotted: &str) -> Option<PythonVersion> {
    let own = prefixes(dotted).filter_map(|part| {
        if part.contains('.') {
            NAMES.modules.get(part)?.until
        } else {
            stdlib::removed_in(part)
        }
    });
    own.min()
}

/// Whether `import dotted` certainly fails in this Python: the standard library knows the module, and this
/// version has it not yet or no more.
pub fn lacks_module(dotted: &str, version: PythonVersion) -> bool {
    let life = Life {
        from: module_added_in(dotted),
        until: module_removed_in(dotted),
    };
    life.is_over_or_to_come(version)
}

/// `a`, `a.b` and `a.b.c` of `a.b.c`.
fn prefixes(dotted: &str) -> impl Iterator<Item = &str> {
    let ends = dotted.match_indices('.').map(|(at, _)| at);
    ends.chain([dotted.len()]).map(|end| &dotted[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;
    use std::process::Command;

    const fn python(minor: u32) -> PythonVersion {
        PythonVersion { major: 3, minor }
    }

    #[test]
    fn names_come_and_go() {
        for (module, name, minor, expected) in [
            ("asyncio", "TaskGroup", 10, true),
            ("asyncio", "TaskGroup", 11, false),
            ("typing", "Self", 10, true),
            ("typing", "override", 11, true),
            ("typing", "override", 20, false),
            ("itertools", "batched", 11, true),
            ("datetime", "UTC", 10, true),
            ("enum", "StrEnum", 10, true),
            ("collections", "Mapping", 9, false),
            ("collections", "Mapping", 10, true),
            ("asyncio", "coroutine", 11, true),
            ("asyncio", "taskgroups", 10, true),
            ("asyncio", "taskgroups", 12, false),
            ("asyncio", "no_such_name", 8, false),
            ("no_such_module", "x", 8, false),
        ] {
            assert_eq!(
                lacks(module, name, python(minor)),
                expected,
                "{module}.{name} in 3.{minor}"
            );
        }
        assert_eq!(added_in("asyncio", "timeout"), Some(python(11)));
        assert_eq!(removed_in("inspect", "getargspec"), Some(python(11)));
        assert_eq!(removed_in("asyncio", "timeout"), None);
    }

    #[test]
    fn submodules_come_and_go_with_their_packages() {
        assert!(lacks_module("importlib.resources.abc", python(10)));
        assert!(!lacks_module("importlib.resources.abc", python(11)));
        assert!(lacks_module("distutils.util", python(12)) && !lacks_module("distutils.util", python(11)));
        assert!(lacks_module("compression.zstd", python(13)));
        assert!(!lacks_module("numpy.linalg", python(10)) && !lacks_module("", python(10)));
        assert_eq!(module_added_in("concurrent.interpreters"), Some(python(14)));
    }

    #[test]
    fn the_table_can_be_read_and_every_life_is_one() {
        assert!(NAMES.names.len() > 60 && NAMES.modules.len() > 15);
        let lives = NAMES
            .names
            .values()
            .flat_map(BTreeMap::values)
            .chain(NAMES.modules.values());
        for life in lives {
            assert!(life.from.is_some() || life.until.is_some());
            assert!(
                life.from
                    .is_none_or(|from| life.until.is_none_or(|until| from < until))
            );
        }
    }

    /// The interpreters of this machine, as far as there are any, know best.
    #[test]
    fn the_table_agrees_with_the_interpreters_that_are_here() {
        let mut question = String::from(
            "import sys, importlib, warnings; warnings.simplefilter('ignore')\n\
             def has(m, n):\n\
             \x20   try: module = importlib.import_module(m)\n\
             \x20   except ImportError: return None\n\
             \x20   return hasattr(module, n)\n\
             def there(m):\n\
             \x20   try: importlib.import_module(m); return True\n\
             \x20   except ModuleNotFoundError as error: return False if error.name == m else None\n\
             \x20   except ImportError: return None\n\
             print(sys.version_info[1])\n",
        );
        for (module, names) in &NAMES.names {
            for name in names.keys() {
                let _ = writeln!(question, "print({module:?}, {name:?}, has({module:?}, {name:?}))");
            }
        }
        for module in NAMES.modules.keys() {
            let _ = writeln!(question, "print({module:?}, '-', there({module:?}))");
        }
        for interpreter in crate::knowledge::tests::interpreters() {
            let Ok(answer) = Command::new(&interpreter).args(["-c", &question]).output() else {
                continue;
            };
            let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
            let mut lines = answer.lines();
            let Some(minor) = lines.next().and_then(|line| line.parse().ok()) else {
                continue;
            };
            // The table begins with 3.8.
            for line in lines.filter(|_| minor >= 8) {
                let words: Vec<&str> = line.split(' ').collect();
                let ours = match words[1] {
                    "-" => lacks_module(words[0], python(minor)),
                    name => lacks(words[0], name, python(minor)),
                };
                // None: the module itself cannot be imported, so nothing is learned.
                if words[2] != "None" {
                    assert_eq!(ours, words[2] == "False", "{interpreter}: {line}");
                }
            }
        }
    }
}
