//! `setup.py`: the requirements and commands that the call of `setup()` names.

use super::names::{last, written};
use super::span_of;
use crate::facts::{Facts, Origin};
use crate::formats::setuptools::{command, group, requirement};
use crate::source::Span;
use ruff_python_ast::{Expr, ExprCall, Operator, Stmt};
use ruff_text_size::Ranged;
use std::cell::Cell;
use std::collections::BTreeMap;

/// How deep names and sums may stand in each other.
const DEPTH: usize = 16;
/// No project asks for more: names that stand for each other may be put in again and again.
const MOST: usize = 10_000;

/// Reads the statements of a `setup.py`; what code works out is not known, and left out.
pub(super) fn read(body: &[Stmt], facts: &mut Facts) {
    let mut names = BTreeMap::new();
    let mut calls = Vec::new();
    for statement in body {
        notice(statement, &mut names, &mut calls);
        if let Stmt::If(guarded) = statement {
            for statement in &guarded.body {
                notice(statement, &mut names, &mut calls);
            }
        }
    }
    for call in calls {
        let left = Cell::new(MOST);
        Setup {
            names: &names,
            facts,
            left,
        }
        .read(call);
    }
}

fn notice<'a>(statement: &'a Stmt, names: &mut BTreeMap<&'a str, &'a Expr>, calls: &mut Vec<&'a ExprCall>) {
    match statement {
        Stmt::Assign(assign) => {
            if let [Expr::Name(name)] = assign.targets.as_slice() {
                names.insert(name.id.as_str(), &assign.value);
            }
        }
        Stmt::Expr(expression) => {
            if let Expr::Call(call) = &*expression.value
                && written(&call.func).is_some_and(|name| last(&name) == "setup")
            {
                calls.push(call);
            }
        }
        _ => {}
    }
}

struct Setup<'a, 'f> {
    names: &'a BTreeMap<&'a str, &'a Expr>,
    facts: &'f mut Facts,
    /// How many expressions may still be looked at.
    left: Cell<usize>,
}

impl<'a> Setup<'a, '_> {
    fn read(&mut self, call: &'a ExprCall) {
        for keyword in &call.arguments.keywords {
            let Some(name) = keyword.arg.as_ref() else {
                continue;
            };
            match name.as_str() {
                "install_requires" => self.requirements(&keyword.value, &Origin::Main),
                "setup_requires" => self.requirements(&keyword.value, &group("build-system")),
                "tests_require" => self.requirements(&keyword.value, &group("test")),
                "extras_require" => {
                    for (extra, value) in self.entries(&keyword.value) {
                        self.requirements(value, &group(extra));
                    }
                }
                "entry_points" => self.entry_points(&keyword.value),
                _ => {}
            }
        }
    }

    fn requirements(&mut self, value: &'a Expr, origin: &Origin) {
        for (text, span) in self.texts(value, DEPTH) {
            // A text of several lines is a list, too.
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                requirement(line, span, origin.clone(), self.facts);
            }
        }
    }

    fn entry_points(&mut self, value: &'a Expr) {
        // An INI text, with a section for each kind.
        for (text, span) in self.texts(value, DEPTH) {
            let mut is_command = false;
            for line in text.lines().map(str::trim) {
                if line.starts_with('[') {
                    is_command = matches!(line, "[console_scripts]" | "[gui_scripts]");
                } else if is_command {
                    self.facts.console_scripts.extend(command(line, span));
                }
            }
        }
        for (kind, value) in self.entries(value) {
            if matches!(kind, "console_scripts" | "gui_scripts") {
                let lines = self.texts(value, DEPTH);
                let lines = lines
                    .iter()
                    .flat_map(|(text, span)| text.lines().map(|line| (line, *span)));
                let found = lines.filter_map(|(line, span)| command(line.trim(), span));
                self.facts.console_scripts.extend(found);
            }
        }
    }

    /// The expression that a name stands for.
    fn resolved(&self, value: &'a Expr, depth: usize) -> &'a Expr {
        match value {
            Expr::Name(name) if depth > 0 => match self.names.get(name.id.as_str()) {
                Some(other) => self.resolved(other, depth - 1),
                None => value,
            },
            _ => value,
        }
    }

    /// The literal texts of a list, of a sum of lists, or one text.
    fn texts(&self, value: &'a Expr, depth: usize) -> Vec<(&'a str, Span)> {
        let (Some(depth), Some(left)) = (depth.checked_sub(1), self.left.get().checked_sub(1)) else {
            return Vec::new();
        };
        self.left.set(left);
        match self.resolved(value, depth) {
            Expr::StringLiteral(literal) => {
                let whole = span_of(literal.range());
                vec![(literal.value.to_str(), whole)]
            }
            Expr::List(list) => list
                .elts
                .iter()
                .flat_map(|element| self.texts(element, depth))
                .collect(),
            Expr::Tuple(tuple) => tuple
                .elts
                .iter()
                .flat_map(|element| self.texts(element, depth))
                .collect(),
            Expr::Starred(starred) => self.texts(&starred.value, depth),
            Expr::BinOp(sum) if sum.op == Operator::Add => {
                let mut both = self.texts(&sum.left, depth);
                both.extend(self.texts(&sum.right, depth));
                both
            }
            _ => Vec::new(),
        }
    }

    fn entries(&self, value: &'a Expr) -> Vec<(&'a str, &'a Expr)> {
        let Expr::Dict(dict) = self.resolved(value, DEPTH) else {
            return Vec::new();
        };
        let entries = dict.items.iter().filter_map(|item| match &item.key {
            Some(Expr::StringLiteral(key)) => Some((key.value.to_str(), &item.value)),
            _ => None,
        });
        entries.collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::Origin;
    use crate::formats::{Format, extract};

    #[test]
    fn requirements_and_commands_are_read() {
        let text = r#"
from setuptools import setup
BASE = ["requests>=2", "numpy; python_version < '3.12'"]
def read(): return []
setup(
    name="shop",
    install_requires=BASE + ["flask"] + read(),
    extras_require={"plot": "matplotlib", "dev": ["pytest", *BASE]},
    entry_points={"console_scripts": ["serve=shop.cli:main"], "other": ["x=y:z"]},
)
"#;
        let facts = extract("setup.py", Format::Python, text);
        let found: Vec<_> = facts
            .requirements
            .iter()
            .map(|found| (found.name.as_str(), found.origin.clone()))
            .collect();
        let group = |name: &str| Origin::Group(name.to_owned());
        assert_eq!(
            found,
            [
                ("requests", Origin::Main),
                ("numpy", Origin::Main),
                ("flask", Origin::Main),
                ("matplotlib", group("plot")),
                ("pytest", group("dev")),
                ("requests", group("dev")),
                ("numpy", group("dev")),
            ]
        );
        assert_eq!(facts.console_scripts[0].module, "shop.cli");
        assert_eq!(facts.console_scripts.len(), 1);
        assert!(extract("other.py", Format::Python, text).requirements.is_empty());
    }

    #[test]
    fn entry_points_may_be_a_text() {
        let text = "import setuptools\nif True:\n    setuptools.setup(entry_points='''\n[other]\na=b:c\n\
                    [console_scripts]\nserve = shop.cli:main\n''', install_requires='x\\ny')\n";
        let facts = extract("lib/setup.py", Format::Python, text);
        assert_eq!(facts.console_scripts[0].name, "serve");
        assert_eq!(facts.requirements.len(), 2);
    }

    #[test]
    fn names_that_stand_for_each_other_end() {
        extract(
            "setup.py",
            Format::Python,
            "a = b\nb = a\nc = c + c\nsetup(install_requires=a, entry_points=b, extras_require=c)\n",
        );
        let many = "d, ".repeat(100);
        let text = format!("d = [{many}'x']\nsetup(install_requires=d)\n");
        assert!(extract("setup.py", Format::Python, &text).requirements.len() < 10_000);
    }
}
