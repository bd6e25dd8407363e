//! Commands that start Python programs: what runs another command, and what loads an application.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| super::table("runners"));

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    wrapper: BTreeMap<String, Wrapper>,
    runner: BTreeMap<String, Runner>,
    /// Command → distribution.
    tools: BTreeMap<String, String>,
}

/// A command that runs the command behind its own options.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wrapper {
    /// Options that take a value.
    pub options: Vec<String>,
    /// How many words stand before the command.
    pub operands: usize,
    /// The word that has to follow its name.
    pub verb: Option<String>,
    /// Whether its command stands behind `--`, whatever stands before.
    pub dashes: bool,
    /// Options whose value is the folder that it goes to first.
    pub folder: Vec<String>,
    /// Whether a `.py` file or `-m module` may stand in the command's place.
    pub python: bool,
    /// What brings it, when pip installs it for the program.
    pub distribution: Option<String>,
}

/// A command that loads an application.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runner {
    /// What brings the command.
    pub distribution: String,
    /// How the application is named.
    pub names: Naming,
    /// Options that name it; without them the first operand does.
    #[serde(default)]
    pub by: Vec<String>,
    /// The environment variable that names it otherwise.
    pub variable: Option<String>,
    /// The word that stands before the operand.
    pub verb: Option<String>,
    /// Options whose value stands first in `sys.path`, in the stead of the working directory.
    #[serde(default)]
    pub path: Vec<String>,
    /// Options whose folders stand in `sys.path` before the rest.
    #[serde(default)]
    pub also: Vec<String>,
    /// Options whose value is the folder that it goes to first.
    #[serde(default)]
    pub chdir: Vec<String>,
    /// The module of a package that holds the application when the package itself has none.
    pub submodule: Option<String>,
    /// What is taken when no attribute is named.
    pub attribute: Option<String>,
    /// Whether the folder in which it is started stays in `sys.path` behind the one that it goes to.
    #[serde(default)]
    pub keeps_start: bool,
    /// Options that name the Python file with its settings.
    #[serde(default)]
    pub settings: Vec<String>,
    /// The file that it takes its settings from otherwise, where it is started.
    pub settings_file: Option<String>,
    /// Options that name the class of its workers.
    #[serde(default)]
    pub worker: Vec<String>,
    /// Short names of such classes, and the module that each imports.
    #[serde(default)]
    pub workers: BTreeMap<String, String>,
    /// The environment variable with more of its arguments, which come first.
    pub arguments: Option<String>,
    /// Options that take a value.
    #[serde(default)]
    pub options: Vec<String>,
}

/// How a command names an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Naming {
    /// `pkg.mod:app`.
    Attribute,
    /// `pkg.mod.app`.
    Object,
    /// Each operand is a module.
    Modules,
    /// A file that runs as a script.
    Script,
    /// A file that is imported.
    File,
    /// A file or a module, perhaps with an attribute.
    Either,
}

impl Runner {
    /// Whether an option takes a value.
    pub fn takes_value(&self, option: &str) -> bool {
        [
            &self.by,
            &self.path,
            &self.also,
            &self.chdir,
            &self.settings,
            &self.worker,
            &self.options,
        ]
        .iter()
        .any(|list| list.iter().any(|known| known == option))
    }
}

/// The command of this name, if it runs another.
pub fn wrapper(name: &str) -> Option<&'static Wrapper> {
    TABLE.wrapper.get(name)
}

/// The command of this name, if it loads an application.
pub fn runner(name: &str) -> Option<&'static Runner> {
    TABLE.runner.get(name)
}

/// The command that `python -m module` stands for.
pub fn runner_of_module(module: &str) -> Option<(&'static str, &'static Runner)> {
    let top = module.split('.').next().unwrap_or(module);
    let has_name = |(name, row): &(&String, &Runner)| *name == module || row.distribution == top;
    let (name, row) = TABLE.runner.iter().find(has_name)?;
    Some((name, row))
}

/// The distribution that brings this command.
pub fn distribution_of(command: &str) -> Option<&'static str> {
    let of_runner = TABLE.runner.get(command).map(|row| &row.distribution);
    let of_wrapper = || {
        TABLE
            .wrapper
            .get(command)
            .and_then(|row| row.distribution.as_ref())
    };
    of_runner
        .or_else(of_wrapper)
        .or_else(|| TABLE.tools.get(command))
        .map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_follows_its_form() {
        assert!(TABLE.wrapper.len() > 30 && TABLE.runner.len() > 10 && TABLE.tools.len() > 10);
        for name in TABLE.runner.keys() {
            assert!(
                !TABLE.wrapper.contains_key(name) && !TABLE.tools.contains_key(name),
                "{name} stands in two tables"
            );
        }
    }

    #[test]
    fn commands_have_their_distributions() {
        assert_eq!(distribution_of("waitress-serve"), Some("waitress"));
        assert_eq!(distribution_of("dotenv"), Some("python-dotenv"));
        assert_eq!(distribution_of("alembic"), Some("alembic"));
        assert_eq!(distribution_of("env"), None);
    }
}
