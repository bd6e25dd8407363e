//! What the arguments and the configuration file mean together.

mod file;
mod glob;
mod layers;
mod selection;

use crate::finding::Severity;
use crate::target::{PythonVersion, Target};
pub use glob::PathGlob;
pub use selection::{Selection, nearest, rule_or_category};
use std::path::PathBuf;

/// What was typed, as far as it sets something; the file of settings fills what is empty.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The folder to audit.
    pub path: PathBuf,
    /// `--target`.
    pub target: Option<String>,
    /// `--python`.
    pub python: Option<String>,
    /// `--select`.
    pub select: Vec<String>,
    /// `--ignore`.
    pub ignore: Vec<String>,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// `--fail-on`; the inner nothing is `never`.
    pub fail_on: Option<Option<Severity>>,
    /// `--min-score`.
    pub min_score: Option<u8>,
    /// `--max-new`.
    pub max_new: Option<usize>,
    /// `--baseline`.
    pub baseline: Option<PathBuf>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--no-config`.
    pub no_config: bool,
}

/// What an audit is to do.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder to audit.
    pub root: PathBuf,
    /// The server.
    pub target: Target,
    /// Which findings count.
    pub selection: Selection,
    /// Files that are left out.
    pub exclude: Vec<PathGlob>,
    /// The tree's own file of settings, where it has one and it was read.
    pub own: Option<&'static str>,
    /// The least severity that fails the gate; nothing fails it when empty.
    pub fail_on: Option<Severity>,
    /// The least score that passes the gate, from 0 to 100.
    pub min_score: Option<u8>,
    /// The most new findings that pass the gate.
    pub max_new: Option<usize>,
    /// The file of known findings.
    pub baseline: Option<PathBuf>,
}

impl Settings {
    /// Joins what was typed with the file of settings; what was typed wins.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do.
    pub fn resolve(typed: Typed) -> Result<Self, String> {
        if typed.path.is_file() {
            return Err(format!(
                "{} is a file; audit looks at whole trees: give the folder that is deployed",
                typed.path.display()
            ));
        }
        let file = layers::read(&typed)?;
        let os = typed.target.or(file.target);
        let is_release_given = os.is_some();
        let mut target = match os {
            Some(os) => Target::of_release(&os)?,
            None => Target::default(),
        };
        let python =
            match typed.python {
                Some(text) => Some(PythonVersion::parse(&text).ok_or_else(|| {
                    format!("`{text}` is no version of Python 3; write it as --python 3.10")
                })?),
                None => file.python,
            };
        target.is_release_given = is_release_given;
        target.is_python_given = python.is_some();
        target.python = python.unwrap_or(target.python);
        target.installer = target.python;
        target.root = file.root;
        target.ports = file.ports;
        target.user = file.user;
        let rules = |words: Vec<String>| -> Result<Vec<String>, String> {
            words.iter().map(|word| rule_or_category(word)).collect()
        };
        let (select, ignore) = (rules(typed.select)?, rules(typed.ignore)?);
        let mut exclude = file.exclude;
        for pattern in &typed.exclude {
            exclude.push(PathGlob::new(pattern)?);
        }
        Ok(Self {
            root: typed.path,
            target,
            selection: Selection {
                select: if select.is_empty() { file.select } else { select },
                ignore: [file.ignore, ignore].concat(),
                per_file: file.per_file,
                severity: file.severity,
            },
            exclude,
            own: file.own,
            fail_on: typed.fail_on.or(file.fail_on).unwrap_or(Some(Severity::Blocker)),
            min_score: typed.min_score.or(file.min_score),
            max_new: typed.max_new.or(file.max_new),
            baseline: typed.baseline.or(file.baseline),
        })
    }
}
