//! What a dotted name means: `osp.join` is `os.path.join` after `import os.path as osp`.

use super::locals::Locals;
use super::paths::path_of;
use ruff_python_ast::Expr;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The local names that imports give, each with what it stands for.
#[derive(Debug, Default)]
pub(super) struct Names {
    meaning: FxHashMap<String, String>,
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
        if self.truths.is_empty() {
            return None;
        }
        self.truths.get(written(expr)?.as_ref()).copied()
    }

    /// What a name that holds the platform's name holds on Linux.
    pub(super) fn platform(&self, expr: &Expr) -> Option<&'static str> {
        if self.platforms.is_empty() {
            return None;
        }
        self.platforms.get(written(expr)?.as_ref()).copied()
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

    /// Whether a name without dots is one that an import gives.
    pub(super) fn is_imported(&self, name: &str) -> bool {
        self.meaning.contains_key(name)
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
    pub(super) fn dotted<'a>(&'a self, expr: &'a Expr) -> Option<Cow<'a, str>> {
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

    /// The last part of the dotted name that an expression is, without that name being put together.
    pub(super) fn last<'a>(&'a self, expr: &'a Expr) -> Option<&'a str> {
        match expr {
            Expr::Attribute(attribute) => Some(attribute.attr.id.as_str()),
            Expr::Name(name) => {
                let name = name.id.as_str();
                Some(self.meaning.get(name).map_or(name, |full| last(full)))
            }
            _ => None,
        }
    }

    /// Whether an expression is this dotted name, imports resolved. Most differ in their last part already.
    pub(super) fn is(&self, expr: &Expr, dotted: &str) -> bool {
        let mut rest = dotted;
        let mut at = expr;
        while let Expr::Attribute(attribute) = at {
            let before = rest.strip_suffix(attribute.attr.id.as_str());
            let Some(before) = before.and_then(|before| before.strip_suffix('.')) else {
                return false;
            };
            rest = before;
            at = &attribute.value;
        }
        match at {
            Expr::Name(name) => {
                let name = name.id.as_str();
                self.meaning.get(name).map_or(name, String::as_str) == rest
            }
            _ => false,
        }
    }
}

/// The first part of the dotted name that an expression is.
pub(super) fn first(expr: &Expr) -> Option<&str> {
    let mut first = expr;
    while let Expr::Attribute(attribute) = first {
        first = &attribute.value;
    }
    first.as_name_expr().map(|name| name.id.as_str())
}

/// The dotted name that an expression is, as it is written.
pub(super) fn written(expr: &Expr) -> Option<Cow<'_, str>> {
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
/// of every module, so it takes memory once, and none where there are no attributes.
fn joined<'a>(first: &'a str, expr: &Expr, length: usize) -> Cow<'a, str> {
    if length == 0 {
        return Cow::Borrowed(first);
    }
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
    Cow::Owned(String::from_utf8(bytes).unwrap_or_default())
}

/// The last part of a dotted name.
pub(super) fn last(dotted: &str) -> &str {
    // Most names are short: looking at them letter by letter is the quickest.
    let dot = dotted.bytes().rposition(|byte| byte == b'.');
    dot.map_or(dotted, |at| &dotted[at + 1..])
}
