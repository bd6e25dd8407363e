//! What a dotted name means: `osp.join` is `os.path.join` after `import os.path as osp`.

use super::locals::Locals;
use super::paths::path_of;
use ruff_python_ast::Expr;
use std::collections::{BTreeMap, BTreeSet};

/// The local names that imports give, each with what it stands for.
#[derive(Debug, Default)]
pub(super) struct Names {
    meaning: BTreeMap<String, String>,
    /// Names, as written, that hold whether it is Linux or another platform: their truth on Linux.
    truths: BTreeMap<String, bool>,
    /// Names, as written, that hold the name of the platform: what it is on Linux.
    platforms: BTreeMap<String, &'static str>,
    /// What the names of the bodies around the statement stand for.
    pub(super) locals: Locals,
    /// Names that a `ConfigParser` was given to.
    parsers: BTreeSet<String>,
}

impl Names {
    /// `local` stands for `full`.
    pub(super) fn bind(&mut self, local: &str, full: String) {
        self.meaning.insert(local.to_owned(), full);
    }

    /// `name` gets a value that says this of the platform, or nothing.
    pub(super) fn tell_platform(
        &mut self,
        name: String,
        truth: Option<bool>,
        platform: Option<&'static str>,
    ) {
        match platform {
            Some(platform) => self.platforms.insert(name.clone(), platform),
            None => self.platforms.remove(&name),
        };
        match truth {
            Some(truth) => self.truths.insert(name, truth),
            None => self.truths.remove(&name),
        };
    }

    /// What a name that says whether it is another platform comes to on Linux.
    pub(super) fn truth(&self, expr: &Expr) -> Option<bool> {
        self.truths.get(&written(expr)?).copied()
    }

    /// What a name that holds the platform's name holds on Linux.
    pub(super) fn platform(&self, expr: &Expr) -> Option<&'static str> {
        self.platforms.get(&written(expr)?).copied()
    }

    /// A target gets a value.
    pub(super) fn assigned(&mut self, target: &Expr, value: &Expr) {
        if let Some(name) = written(target) {
            let path = path_of(value, self);
            self.note_parser(&name, value);
            self.locals.bind(&name, path);
        } else {
            self.locals.forget(target);
        }
    }

    /// `name`, perhaps `self.name`, gets a value: notes whether that is a `ConfigParser`.
    fn note_parser(&mut self, name: &str, value: &Expr) {
        if let Expr::Call(call) = value
            && self
                .dotted(&call.func)
                .is_some_and(|full| full.ends_with("ConfigParser"))
        {
            self.parsers.insert(name.to_owned());
        }
    }

    /// Whether a name is one of a `ConfigParser`.
    pub(super) fn is_parser(&self, name: &str) -> bool {
        self.parsers.contains(name)
    }

    /// Whether the first part of a dotted name is one that an import gives.
    pub(super) fn is_imported(&self, dotted: &str) -> bool {
        let first = dotted.split('.').next().unwrap_or(dotted);
        self.meaning.contains_key(first)
    }

    /// The dotted name that an expression is, imports resolved. For a method of something that is no
    /// name (`f().run`), what is known of it: `.run`.
    pub(super) fn dotted(&self, expr: &Expr) -> Option<String> {
        let mut parts = Vec::new();
        let mut at = expr;
        loop {
            match at {
                Expr::Attribute(attribute) => {
                    parts.push(attribute.attr.id.to_string());
                    at = &attribute.value;
                }
                Expr::Name(name) => {
                    let first = self.meaning.get(name.id.as_str());
                    parts.push(first.cloned().unwrap_or_else(|| name.id.to_string()));
                    break;
                }
                _ if parts.is_empty() => return None,
                _ => {
                    parts.push(String::new());
                    break;
                }
            }
        }
        parts.reverse();
        Some(parts.join("."))
    }
}

/// The dotted name that an expression is, as it is written.
pub(super) fn written(expr: &Expr) -> Option<String> {
    let mut parts = Vec::new();
    let mut at = expr;
    loop {
        match at {
            Expr::Attribute(attribute) => {
                parts.push(attribute.attr.id.as_str());
                at = &attribute.value;
            }
            Expr::Name(name) => {
                parts.push(name.id.as_str());
                parts.reverse();
                return Some(parts.join("."));
            }
            _ => return None,
        }
    }
}

/// The last part of a dotted name.
pub(super) fn last(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}
