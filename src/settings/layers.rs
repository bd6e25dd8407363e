//! The file of settings, and the files that it builds on.

use super::Typed;
use super::file::{self, FileSettings};
use std::path::{Path, PathBuf};

/// The file of settings in the root of a tree, and the one that is read where there is none.
const OWN: &str = "audit.toml";
const PROJECT: &str = "pyproject.toml";
/// How many files may build on each other.
const DEPTH: usize = 16;

/// What the file that `--config` names says, else `audit.toml` of the root, else its `pyproject.toml`.
pub(super) fn read(typed: &Typed) -> Result<FileSettings, String> {
    if typed.no_config {
        return Ok(FileSettings::default());
    }
    if let Some(path) = &typed.config {
        return layered(path, &mut Vec::new()).map(FileSettings::elsewhere);
    }
    let own = typed.path.join(OWN);
    if own.is_file() {
        return layered(&own, &mut Vec::new()).map(|found| found.of_tree(OWN));
    }
    let project = typed.path.join(PROJECT);
    let Ok(text) = std::fs::read_to_string(&project) else {
        return Ok(FileSettings::default());
    };
    match layered(&project, &mut Vec::new()).map(|found| found.of_tree(PROJECT)) {
        // A pyproject.toml that nobody configures audit in is judged like any file, by its finding.
        Err(_) if !text.contains("tool.audit") => Ok(FileSettings::default()),
        read => read,
    }
}

/// What the file at `path` says, over what it extends. `open` are the files that led here.
fn layered(path: &Path, open: &mut Vec<PathBuf>) -> Result<FileSettings, String> {
    let name = shown(path);
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{name}: the file of settings cannot be read: {error}"))?;
    let mut found = file::read(&name, &text)?.unwrap_or_default();
    let folder = path.parent().unwrap_or(Path::new(""));
    found.baseline = found.baseline.map(|baseline| folder.join(baseline));
    if !open.is_empty() && found.has_programs {
        return Err(format!(
            "{name}: a [[program]] belongs to the audited tree, into its own audit.toml"
        ));
    }
    open.push(path.canonicalize().unwrap_or_else(|_| path.to_path_buf()));
    let mut base = FileSettings::default();
    for (extended, line) in std::mem::take(&mut found.extends) {
        let at = folder.join(&extended);
        let complain = |what: &str| Err(format!("{name}:{line}: {what}"));
        let Ok(real) = at.canonicalize() else {
            return complain(&format!("`extends` names {extended}, and there is no such file"));
        };
        if open.contains(&real) {
            return complain(&format!(
                "`extends` goes in a circle: {extended} builds on this file; take one of the two out"
            ));
        }
        if open.len() >= DEPTH {
            return complain("`extends` goes on for too long: more than 16 files build on each other");
        }
        base = layered(&at, open)?.elsewhere().over(base);
    }
    open.pop();
    Ok(found.over(base))
}

impl FileSettings {
    /// Of the tree's own file: its patterns can be pointed at.
    fn of_tree(self, name: &'static str) -> Self {
        Self {
            own: Some(name),
            ..self
        }
    }

    /// Of a file that others share, or that lies elsewhere: whether a pattern of it matches here says nothing.
    fn elsewhere(mut self) -> Self {
        self.exclude = self.exclude.into_iter().map(|glob| glob.at(None)).collect();
        let per_file = self.per_file.into_iter();
        self.per_file = per_file.map(|(glob, rules)| (glob.at(None), rules)).collect();
        self
    }

    /// These settings over those of a file that they build on: single values win, lists and tables add.
    fn over(self, base: Self) -> Self {
        let mut severity = base.severity;
        severity.extend(self.severity);
        Self {
            extends: Vec::new(),
            target: self.target.or(base.target),
            python: self.python.or(base.python),
            root: self.root.or(base.root),
            user: self.user.or(base.user),
            ports: self.ports.or(base.ports),
            select: [base.select, self.select].concat(),
            ignore: [base.ignore, self.ignore].concat(),
            exclude: [base.exclude, self.exclude].concat(),
            fail_on: self.fail_on.or(base.fail_on),
            min_score: self.min_score.or(base.min_score),
            max_new: self.max_new.or(base.max_new),
            baseline: self.baseline.or(base.baseline),
            per_file: [base.per_file, self.per_file].concat(),
            severity,
            has_programs: self.has_programs || base.has_programs,
            own: None,
        }
    }
}

/// A path as people would type it: without the `./` of the default root.
fn shown(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;

    fn read_tree(files: &[(&str, &str)]) -> Result<FileSettings, String> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let typed = Typed {
            path: folder.path().join("app"),
            ..Typed::default()
        };
        let shown = format!("{}/", folder.path().display());
        read(&typed).map_err(|error| error.replace(&shown, ""))
    }

    #[test]
    fn own_values_win_and_lists_add() {
        let found = read_tree(&[
            (
                "app/audit.toml",
                "extends = ['../shared/audit.toml', '../shared/strict.toml']\nmin-score = 70\n\
                 ignore = ['ports']\n[severity]\nhardcoded-ip = 'minor'\n",
            ),
            (
                "shared/audit.toml",
                "min-score = 50\nuser = 'desk'\nignore = ['paths']\nbaseline = 'known.json'\n\
                 [severity]\nhardcoded-ip = 'info'\nmacos-path = 'major'\n",
            ),
            ("shared/strict.toml", "extends = 'base.toml'\nuser = 'strict'\n"),
            ("shared/base.toml", "fail-on = 'minor'\nmax-new = 3\n"),
        ])
        .unwrap();
        assert_eq!((found.min_score, found.max_new), (Some(70), Some(3)));
        assert_eq!(found.user.as_deref(), Some("strict"));
        assert_eq!(found.fail_on, Some(Some(Severity::Minor)));
        assert_eq!(found.ignore, ["paths", "ports"]);
        assert_eq!(found.severity["hardcoded-ip"], Severity::Minor);
        assert_eq!(found.severity["macos-path"], Severity::Major);
        assert!(found.baseline.unwrap().ends_with("shared/known.json"));
    }

    #[test]
    fn circles_gaps_and_programs_elsewhere_are_refused_with_words() {
        let circle = read_tree(&[
            ("app/audit.toml", "\nextends = '../a.toml'\n"),
            ("a.toml", "extends = 'b.toml'\n"),
            ("b.toml", "user = 'x'\nextends = 'a.toml'\n"),
        ]);
        let said = circle.unwrap_err();
        assert!(
            said.ends_with(
                "b.toml:2: `extends` goes in a circle: a.toml builds on this file; take one of the two out"
            ),
            "{said}"
        );
        let said = read_tree(&[("app/audit.toml", "extends = 'gone.toml'\n")]).unwrap_err();
        assert_eq!(
            said,
            "app/audit.toml:1: `extends` names gone.toml, and there is no such file"
        );
        let said = read_tree(&[
            ("app/audit.toml", "extends = 'more.toml'\n"),
            ("app/more.toml", "[[program]]\nname = 'x'\ncommand = 'x'\n"),
        ]);
        assert!(said.unwrap_err().contains("into its own audit.toml"));
        let said = read_tree(&[
            ("app/audit.toml", "extends = 'more.toml'\n"),
            ("app/more.toml", "\nusr = 'x'\n"),
        ]);
        assert!(
            said.unwrap_err()
                .contains("more.toml:2: there is no setting `usr`; did you mean `user`?")
        );
        // Two files may build on the same third one.
        let diamond = read_tree(&[
            ("app/audit.toml", "extends = ['a.toml', 'b.toml']\n"),
            ("app/a.toml", "extends = 'c.toml'\n"),
            ("app/b.toml", "extends = 'c.toml'\n"),
            ("app/c.toml", "user = 'c'\n"),
        ]);
        assert_eq!(diamond.unwrap().user.as_deref(), Some("c"));
    }
}
