//! `audit.toml`, or `[tool.audit]` of a `pyproject.toml`: read key by key, so that every complaint
//! names its line.

use super::{PathGlob, nearest, rule_or_category};
use crate::finding::Severity;
use crate::source::{LineIndex, Span};
use crate::target::PythonVersion;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The keys of the file.
const KEYS: [&str; 16] = [
    "extends",
    "target",
    "python",
    "root",
    "user",
    "ports",
    "select",
    "ignore",
    "exclude",
    "fail-on",
    "min-score",
    "max-new",
    "baseline",
    "per-file-ignores",
    "severity",
    "program",
];
/// The keys of a `[[program]]`.
const PROGRAM_KEYS: [&str; 3] = ["name", "command", "directory"];

/// What a configuration file says; what it does not say is empty.
#[allow(
    clippy::option_option,
    reason = "`never` is an answer, and no answer is another"
)]
#[derive(Debug, Clone, Default)]
pub(super) struct FileSettings {
    /// Files that it builds on, each with the line that names it.
    pub(super) extends: Vec<(String, u32)>,
    pub(super) target: Option<String>,
    pub(super) python: Option<PythonVersion>,
    pub(super) root: Option<String>,
    pub(super) user: Option<String>,
    pub(super) ports: Option<String>,
    pub(super) select: Vec<String>,
    pub(super) ignore: Vec<String>,
    pub(super) exclude: Vec<PathGlob>,
    pub(super) fail_on: Option<Option<Severity>>,
    pub(super) min_score: Option<u8>,
    pub(super) max_new: Option<usize>,
    /// A path as written, from the folder of the file.
    pub(super) baseline: Option<PathBuf>,
    pub(super) per_file: Vec<(PathGlob, Vec<String>)>,
    pub(super) severity: BTreeMap<String, Severity>,
    /// Whether it declares programs.
    pub(super) has_programs: bool,
    /// The path of the file in the tree, where it lies in its root.
    pub(super) own: Option<&'static str>,
}

/// A file that is being read: where complaints come from.
struct Reader<'a> {
    name: &'a str,
    lines: LineIndex,
}

/// Reads the file called `name`; of a `pyproject.toml` only `[tool.audit]`, nothing when it has none.
///
/// # Errors
/// One sentence that begins with `name:line:` and says what to do.
pub(super) fn read(name: &str, text: &str) -> Result<Option<FileSettings>, String> {
    let is_pyproject = name.rsplit(['/', '\\']).next() == Some("pyproject.toml");
    if is_pyproject && !text.contains("audit") {
        return Ok(None);
    }
    let reader = Reader {
        name,
        lines: LineIndex::new(text),
    };
    let parsed = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        reader.complain(at, &format!("this is no valid TOML: {}", error.message()))
    })?;
    let root = parsed.get_ref();
    if !is_pyproject {
        return reader.settings(root).map(Some);
    }
    let section = root
        .get("tool")
        .and_then(|tool| tool.get_ref().as_table())
        .and_then(|tool| tool.get("audit"));
    match section {
        Some(section) => {
            let table = section.get_ref().as_table();
            let table = table
                .ok_or_else(|| reader.complain(section.span().start, "`tool.audit` has to be a table"))?;
            reader.settings(table).map(Some)
        }
        None => Ok(None),
    }
}

impl Reader<'_> {
    fn complain(&self, at: usize, what: &str) -> String {
        let line = self.lines.line(Span::new(at, at).start);
        let what = what.trim().replace('\n', "; ");
        format!("{}:{line}: {what}", self.name.replace('\\', "/"))
    }

    fn unknown(&self, key: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str]) -> String {
        let hint = match nearest(key.get_ref(), known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", known.join(", ")),
        };
        self.complain(
            key.span().start,
            &format!("there is no setting `{}`; {hint}", key.get_ref()),
        )
    }

    fn settings(&self, table: &DeTable<'_>) -> Result<FileSettings, String> {
        let mut found = FileSettings::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "extends" => found.extends = self.extends(value)?,
                "target" => found.target = Some(self.known_target(value)?),
                "python" => found.python = Some(self.python(value)?),
                "root" => found.root = Some(self.string(value)?),
                "ports" => found.ports = Some(self.string(value)?),
                "user" => found.user = Some(self.string(value)?),
                "select" => found.select = self.rules(value)?,
                "ignore" => found.ignore = self.rules(value)?,
                "exclude" => {
                    for (text, at) in self.strings(value)? {
                        found.exclude.push(self.glob(&text, at)?);
                    }
                }
                "fail-on" => found.fail_on = Some(self.fail_on(value)?),
                "min-score" => found.min_score = Some(self.score(value)?),
                "max-new" => found.max_new = Some(self.number(value)?),
                "baseline" => found.baseline = Some(self.string(value)?.into()),
                "per-file-ignores" => {
                    for (glob, rules) in self.table(value)? {
                        let glob = self.glob(glob.get_ref(), glob.span())?;
                        found.per_file.push((glob, self.rules(rules)?));
                    }
                }
                "severity" => {
                    for (rule, severity) in self.table(value)? {
                        let id = rule_or_category(rule.get_ref())
                            .map_err(|error| self.complain(rule.span().start, &error))?;
                        found.severity.insert(id, self.severity(severity)?);
                    }
                }
                "program" => {
                    self.check_programs(value)?;
                    found.has_programs = true;
                }
                _ => return Err(self.unknown(key, &KEYS)),
            }
        }
        Ok(found)
    }

    /// A path, or a list of them.
    fn extends(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<(String, u32)>, String> {
        let paths = match value.get_ref().as_str() {
            Some(path) => vec![(path.to_owned(), value.span())],
            None => self.strings(value)?,
        };
        let line = |at: usize| self.lines.line(Span::new(at, at).start);
        let lines = paths.into_iter().map(|(path, at)| (path, line(at.start)));
        Ok(lines.collect())
    }

    fn string(&self, value: &Spanned<DeValue<'_>>) -> Result<String, String> {
        let text = value.get_ref().as_str().map(str::to_owned);
        text.ok_or_else(|| self.complain(value.span().start, "a text in quotes belongs here"))
    }

    fn strings(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<(String, Range<usize>)>, String> {
        let list = value.get_ref().as_array().ok_or_else(|| {
            self.complain(
                value.span().start,
                "a list of texts belongs here: [\"first\", \"second\"]",
            )
        })?;
        list.iter()
            .map(|item| Ok((self.string(item)?, item.span())))
            .collect()
    }

    fn table<'v, 'i>(&self, value: &'v Spanned<DeValue<'i>>) -> Result<&'v DeTable<'i>, String> {
        let table = value.get_ref().as_table();
        table.ok_or_else(|| self.complain(value.span().start, "a table belongs here"))
    }

    fn rules(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, String> {
        self.strings(value)?
            .into_iter()
            .map(|(word, at)| rule_or_category(&word).map_err(|error| self.complain(at.start, &error)))
            .collect()
    }

    fn glob(&self, text: &str, at: Range<usize>) -> Result<PathGlob, String> {
        let glob = PathGlob::new(text).map_err(|error| self.complain(at.start, &error))?;
        Ok(glob.at(Some(Span::new(at.start, at.end))))
    }

    fn known_target(&self, value: &Spanned<DeValue<'_>>) -> Result<String, String> {
        let os = self.string(value)?;
        match crate::target::Target::of_release(&os) {
            Ok(_) => Ok(os),
            Err(error) => Err(self.complain(value.span().start, &error)),
        }
    }

    fn python(&self, value: &Spanned<DeValue<'_>>) -> Result<PythonVersion, String> {
        let version = value.get_ref().as_str().and_then(PythonVersion::parse);
        version.ok_or_else(|| {
            self.complain(
                value.span().start,
                "a version of Python 3 in quotes belongs here: \"3.10\"",
            )
        })
    }

    fn severity(&self, value: &Spanned<DeValue<'_>>) -> Result<Severity, String> {
        let severity = value.get_ref().as_str().and_then(Severity::named);
        severity.ok_or_else(|| {
            self.complain(
                value.span().start,
                "one of \"blocker\", \"major\", \"minor\", \"info\" belongs here",
            )
        })
    }

    fn fail_on(&self, value: &Spanned<DeValue<'_>>) -> Result<Option<Severity>, String> {
        if value.get_ref().as_str() == Some("never") {
            return Ok(None);
        }
        self.severity(value).map(Some).map_err(|_| {
            self.complain(
                value.span().start,
                "one of \"blocker\", \"major\", \"minor\", \"info\", \"never\" belongs here",
            )
        })
    }

    fn score(&self, value: &Spanned<DeValue<'_>>) -> Result<u8, String> {
        let number = value.get_ref().as_integer();
        let number = number.and_then(|number| number.as_str().parse::<u8>().ok());
        number
            .filter(|score| *score <= 100)
            .ok_or_else(|| self.complain(value.span().start, "a number from 0 to 100 belongs here"))
    }

    fn number(&self, value: &Spanned<DeValue<'_>>) -> Result<usize, String> {
        let number = value.get_ref().as_integer();
        let number = number.and_then(|number| number.as_str().parse().ok());
        number.ok_or_else(|| self.complain(value.span().start, "a number from 0 on belongs here"))
    }

    /// Looks a `[[program]]` over. The TOML reader takes it up as a fact, so nothing is kept here.
    fn check_programs(&self, value: &Spanned<DeValue<'_>>) -> Result<(), String> {
        let list = value.get_ref().as_array().ok_or_else(|| {
            self.complain(
                value.span().start,
                "programs are declared with [[program]], in double brackets",
            )
        })?;
        for item in list {
            let (mut has_name, mut has_command) = (false, false);
            for (key, value) in self.table(item)? {
                let text = self.string(value)?;
                match key.get_ref().as_ref() {
                    "name" => has_name = !text.is_empty(),
                    "command" => has_command = !text.is_empty(),
                    "directory" => {}
                    _ => return Err(self.unknown(key, &PROGRAM_KEYS)),
                }
            }
            if !(has_name && has_command) {
                return Err(self.complain(item.span().start, "a [[program]] needs a `name` and a `command`"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> String {
        read("audit.toml", text).unwrap_err()
    }

    #[test]
    fn every_setting_is_understood() {
        let text = "target = 'debian-12'\npython = '3.11'\nroot = '/opt/desk'\nuser = 'desk'\nports = 'desk.json'\n\
                    exclude = ['old']\nfail-on = 'never'\nmin-score = 70\n\
                    [[program]]\nname = 'feed'\ncommand = 'python feed.py'\n";
        let found = read("audit.toml", text).unwrap().unwrap();
        assert_eq!(found.target.as_deref(), Some("debian-12"));
        assert_eq!(found.python, PythonVersion::parse("3.11"));
        assert_eq!(found.root.as_deref(), Some("/opt/desk"));
        assert_eq!(found.ports.as_deref(), Some("desk.json"));
        assert_eq!(found.user.as_deref(), Some("desk"));
        assert!(found.exclude[0].matches("old/a.py"));
        assert_eq!(found.fail_on, Some(None));
        assert_eq!(found.min_score, Some(70));
    }

    #[test]
    fn a_complaint_names_its_line_and_what_to_do() {
        let said = complaint("user = 'x'\nfail_on = 'major'\n");
        assert_eq!(
            said,
            "audit.toml:2: there is no setting `fail_on`; did you mean `fail-on`?"
        );
        let said = complaint("\nmin-score = 101");
        assert_eq!(said, "audit.toml:2: a number from 0 to 100 belongs here");
        assert!(complaint("user = ").starts_with("audit.toml:1: this is no valid TOML"));
        assert!(complaint("target = 'ubuntu-7'").contains("known are"));
        assert!(complaint("fail-on = 'worst'").contains("\"never\""));
        assert!(complaint("[[program]]\nname = 'x'").starts_with("audit.toml:1: a [[program]] needs"));
        assert!(complaint("ignore = ['no-such-rule-at-all']").contains("there is no rule"));
    }

    #[test]
    fn a_pyproject_speaks_only_in_its_own_section() {
        let name = "pyproject.toml";
        assert!(read(name, "[project]\nname = 'audit-me'\n").unwrap().is_none());
        let found = read(name, "[tool.audit]\nmin-score = 5\n").unwrap().unwrap();
        assert_eq!(found.min_score, Some(5));
        let said = read(name, "[tool.audit]\nusr = 'x'\n").unwrap_err();
        assert!(said.starts_with("pyproject.toml:2: "), "{said}");
    }
}
