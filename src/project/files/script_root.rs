//! Roots that shell scripts compute from their own place: `ROOT="$(cd "$(dirname "$0")/.." && pwd)"`.

use super::super::modules::{folder_of, join};
use super::super::paths::resolve;
use super::super::{Project, programs};
use crate::facts::{Access, Reach};
use crate::finding::{Place, Scope};
use crate::formats::Format;
use std::collections::{BTreeMap, BTreeSet};

/// A root of a script at the wrong height.
#[derive(Debug, Clone)]
pub struct ScriptRoot {
    /// Where the file is named below it.
    pub place: Place,
    /// The variable.
    pub name: String,
    /// The path below the variable, as written.
    pub rest: String,
    /// Where the tree has it.
    pub found: String,
    /// Whether the script goes up too far.
    pub is_too_high: bool,
}

impl Project {
    /// Files that scripts name below a root of their own, and that the tree has at another height.
    pub fn misplaced_script_roots(&self) -> Vec<ScriptRoot> {
        let mut found = Vec::new();
        for (id, document) in self.documents() {
            let is_script = document.format == Format::Shell && document.host.is_none();
            if !is_script || self.scope(id) == Scope::Development {
                continue;
            }
            let mut set: BTreeMap<&str, &str> = BTreeMap::new();
            let mut several: BTreeSet<&str> = BTreeSet::new();
            for variable in &document.facts.variables {
                if let Access::Set(value) = &variable.access {
                    // What is set in two ways may be either.
                    let before = set.insert(&variable.name, value);
                    if before.is_some_and(|before| before != value) {
                        several.insert(&variable.name);
                    }
                }
            }
            let roots: BTreeMap<&str, String> = set
                .iter()
                .filter(|(name, value)| value.contains(['$', '`']) && !several.contains(*name))
                .filter_map(|(name, value)| Some((*name, programs::from_script(value, &set)?)))
                .collect();
            let own = folder_of(&document.path);
            let commands = document.facts.commands.iter();
            let words = commands
                .filter(|command| command.reach == Reach::Always)
                .flat_map(|command| &command.words);
            for word in words.filter(|word| !word.is_literal) {
                let Some((name, rest)) = below_variable(&word.text) else {
                    continue;
                };
                let Some((name, relative)) = roots.get_key_value(name) else {
                    continue;
                };
                if let Some((at, is_too_high)) = self.other_height(own, relative, rest) {
                    found.push(ScriptRoot {
                        place: Place {
                            document: id,
                            span: word.span,
                        },
                        name: (*name).to_owned(),
                        rest: rest.to_owned(),
                        found: at,
                        is_too_high,
                    });
                }
            }
        }
        found
    }

    /// Where the tree has a file that is not where a script's root leads to.
    fn other_height(&self, own: &str, relative: &str, rest: &str) -> Option<(String, bool)> {
        let has = |path: &str| self.paths.has_file(path);
        let name = rest.rsplit('/').next().unwrap_or(rest);
        if self.made.contains(name) {
            return None;
        }
        let meant = resolve(own, relative).and_then(|root| resolve(&root, rest));
        match meant {
            Some(path) if has(&path) => None,
            Some(_) => {
                let mut outer = own;
                while !outer.is_empty() {
                    outer = folder_of(outer);
                    let path = join(outer, rest);
                    if has(&path) {
                        return Some((path, false));
                    }
                }
                None
            }
            None => has(rest).then(|| (rest.to_owned(), true)),
        }
    }
}

/// The plain path behind `$NAME/` or `${NAME}/`.
fn below_variable(text: &str) -> Option<(&str, &str)> {
    let behind = text.strip_prefix('$')?;
    let (name, rest) = match behind.strip_prefix('{') {
        Some(braced) => braced.split_once("}/")?,
        None => behind.split_once('/')?,
    };
    let is_plain = !rest.is_empty() && !rest.contains(['$', '`', '*', '?', ' ']);
    is_plain.then_some((name, rest))
}

#[cfg(test)]
mod tests {
    use super::below_variable;

    #[test]
    fn a_path_stands_below_its_variable() {
        for (text, expected) in [
            ("$ROOT/a/b.py", Some(("ROOT", "a/b.py"))),
            ("${ROOT}/a", Some(("ROOT", "a"))),
            ("$ROOTS/a", Some(("ROOTS", "a"))),
            ("$ROOT/$x", None),
            ("a/$ROOT/b", None),
        ] {
            assert_eq!(below_variable(text), expected, "{text}");
        }
    }
}
