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
        let is_known = !(self.platforms.is_empty() && self.truths.is_empty());
        if platform.is_none() && truth.is_none() && !is_known {
            return;
        }
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

    /// Whether anything of one of these top-level modules is imported.
    pub(super) fn brings(&self, modules: &[&str]) -> bool {
        self.meaning.values().any(|full| {
            modules.iter().any(|module| {
                full.strip_prefix(module)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        })
    }

    /// The dotted name that an expression is, imports resolved. For a method of something that is no
    /// name (`f().run`), what is known of it: `.run`.
    pub(super) fn dotted(&self, expr: &Expr) -> Option<String> {
        let mut first = expr;
        let mut length = 0;
        while let Expr::Attribute(attribute) = first {
            length += 1 + attribute.attr.id.len();
            first = &attribute.value;
        }
        let first = match first {
            Expr::Name(name) => {
                let name = name.id.as_str();
                self.meaning.get(name).map_or(name, String::as_str)
            }
            _ if length == 0 => return None,
            _ => "",
        };
        Some(joined(first, expr, length))
    }
}

/// The dotted name that an expression is, as it is written.
pub(super) fn written(expr: &Expr) -> Option<String> {
    let mut first = expr;
    let mut length = 0;
    while let Expr::Attribute(attribute) = first {
        length += 1 + attribute.attr.id.len();
        first = &attribute.value;
    }
    let Expr::Name(name) = first else {
        return None;
    };
    Some(joined(name.id.as_str(), expr, length))
}

/// `first` with the attributes of an expression behind it, which are so long with their dots. Asked for every name
/// of every module, so it takes memory once.
fn joined(first: &str, expr: &Expr, length: usize) -> String {
    let mut bytes = vec![b'.'; first.len() + length];
    let mut end = bytes.len();
    let mut at = expr;
    while let Expr::Attribute(attribute) = at {
        let name = attribute.attr.id.as_bytes();
        bytes[end - name.len()..end].copy_from_slice(name);
        end -= name.len() + 1;
        at = &attribute.value;
    }
    bytes[..end].copy_from_slice(first.as_bytes());
    String::from_utf8(bytes).unwrap_or_default()
}

/// The last part of a dotted name.
pub(super) fn last(dotted: &str) -> &str {
    // Most names are short: looking at them letter by letter is the quickest.
    let dot = dotted.bytes().rposition(|byte| byte == b'.');
    dot.map_or(dotted, |at| &dotted[at + 1..])
}
