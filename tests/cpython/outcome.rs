//! What becomes of a program, in words that CPython and the audit can both say.

use std::fmt;

/// Starts, or dies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It runs to its end without an exception.
    Starts,
    /// It dies. The exceptions that led to the last one stand behind it.
    Dies(Vec<Death>),
}

/// One exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Death {
    /// `No module named 'x'`, as [`reason`] makes it; none when the interpreter did not come so far.
    pub reason: Option<String>,
    /// The deepest file of the tree.
    pub path: String,
    /// Its line, from 1.
    pub line: u32,
}

impl Outcome {
    /// Whether a prediction is what really happened.
    pub(crate) fn agrees_with(&self, predicted: &Self) -> bool {
        match (self, predicted) {
            (Self::Starts, Self::Starts) => true,
            (Self::Dies(real), Self::Dies(predicted)) => predicted
                .first()
                .is_some_and(|predicted| real.iter().any(|real| real.agrees_with(predicted))),
            _ => false,
        }
    }
}

impl Death {
    fn agrees_with(&self, predicted: &Self) -> bool {
        // `python -m` hides where a package fails on the way to its module: runpy tells no traceback.
        if self.reason.is_none() && predicted.reason.is_some() && predicted.path.ends_with(".py") {
            return true;
        }
        self.path == predicted.path
            && self.line == predicted.line
            && (self.reason.is_none() || self.reason == predicted.reason)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starts => formatter.write_str("starts"),
            Self::Dies(deaths) => {
                let Some(death) = deaths.first() else {
                    return formatter.write_str("dies");
                };
                let reason = death.reason.as_deref().unwrap_or("(before the first line)");
                write!(formatter, "{}:{}: {reason}", death.path, death.line)
            }
        }
    }
}

/// The last line of a traceback, or the label of a finding, without what depends on the machine or on
/// the Python: kinds of exception that the message names anyway, and remarks behind the message.
pub(crate) fn reason(line: &str) -> String {
    let line = line.trim();
    let (kind, message) = line.split_once(": ").unwrap_or((line, ""));
    match kind {
        "SyntaxError" | "IndentationError" | "TabError" => "SyntaxError".to_owned(),
        "SystemExit" => "SystemExit".to_owned(),
        "ModuleNotFoundError" | "ImportError" | "AttributeError" => plain(message),
        _ => plain(line),
    }
}

fn plain(message: &str) -> String {
    let message = message.split(" (").next().unwrap_or(message);
    let message = message.split("; ").next().unwrap_or(message);
    let message = message.split(". Did you mean").next().unwrap_or(message);
    // Which Python tells a circle, and in which words, has changed more than once.
    let message = message.replace("from partially initialized module ", "from ");
    let message = message.replace("partially initialized module ", "module ");
    // Python 3.10 says "real".
    let message = message.replace(" or a number, ", " or a real number, ");
    // Python 3.13 says which file the module is.
    match (
        message.split_once("' from '/"),
        message.split_once(" has no attribute "),
    ) {
        (Some((module, _)), Some((_, name))) => format!("{module}' has no attribute {name}"),
        _ => early(&message).or_else(|| absent(&message)).unwrap_or(message),
    }
}

/// Python 3.11 and later have words of their own for a part that is still being imported.
fn early(message: &str) -> Option<String> {
    let rest = message.strip_prefix("cannot access submodule ")?;
    let (part, module) = rest.split_once(" of ")?;
    Some(format!("{module} has no attribute {part}"))
}

/// `find_spec` says in its own words that a part has no package to be in.
fn absent(message: &str) -> Option<String> {
    let (_, name) = message.split_once(" while trying to find ")?;
    Some(format!("No module named {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_lose_what_depends_on_the_machine() {
        for (line, expected) in [
            (
                "ModuleNotFoundError: No module named 'a.b'; 'a' is not a package",
                "No module named 'a.b'",
            ),
            (
                "ImportError: cannot import name 'x' from 'm' (/tmp/t/m.py)",
                "cannot import name 'x' from 'm'",
            ),
            (
                "ImportError: cannot import name 'x' from partially initialized module 'm' (most likely due to a \
                 circular import) (/tmp/t/m.py)",
                "cannot import name 'x' from 'm'",
            ),
            (
                "AttributeError: partially initialized module 'm' has no attribute 'x' (most likely due to a \
                 circular import)",
                "module 'm' has no attribute 'x'",
            ),
            (
                "AttributeError: partially initialized module 'm' from '/tmp/m.py' has no attribute 'x' (most \
                 likely due to a circular import)",
                "module 'm' has no attribute 'x'",
            ),
            (
                "AttributeError: module 'm' has no attribute 'x'. Did you mean: 'y'?",
                "module 'm' has no attribute 'x'",
            ),
            (
                "AttributeError: cannot access submodule 'x' of module 'm' (most likely due to a circular import)",
                "module 'm' has no attribute 'x'",
            ),
            (
                "ModuleNotFoundError: __path__ attribute not found on 'a.b' while trying to find 'a.b.c'",
                "No module named 'a.b.c'",
            ),
            ("KeyError: 'X'", "KeyError: 'X'"),
            ("IndentationError: unexpected indent", "SyntaxError"),
            ("No module named 'x'", "No module named 'x'"),
        ] {
            assert_eq!(reason(line), expected);
        }
    }
}
