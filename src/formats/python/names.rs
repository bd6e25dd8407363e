//! What a dotted name means: `osp.join` is `os.path.join` after `import os.path as osp`.

use ruff_python_ast::Expr;
use std::collections::BTreeMap;

/// The local names that imports give, each with what it stands for.
#[derive(Debug, Default)]
pub(super) struct Names {
    meaning: BTreeMap<String, String>,
}

impl Names {
    /// `local` stands for `full`.
    pub(super) fn bind(&mut self, local: &str, full: String) {
        self.meaning.insert(local.to_owned(), full);
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
