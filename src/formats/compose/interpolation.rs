//! Variables in a compose file, as compose puts them in before it reads the file
//! (<https://docs.docker.com/reference/compose-file/interpolation/>).
//!
//! What decides is the environment of whoever calls compose, then the `.env` beside the file, then the default that
//! is written. The first is nobody's to know, and taken as empty: that is what a default is for. A variable that
//! none of them gives stays as it is written.

use crate::formats::structured::{Entry, Node, Shape};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How deep defaults stand inside defaults: `${A:-${B:-c}}`.
const DEPTH: usize = 8;
/// Texts longer than this are not put in, and a variable is not written longer.
const LONGEST: usize = 4096;

/// The variables that the `.env` beside a compose file sets.
pub type Settings = BTreeMap<String, String>;

/// A node with its variables put in, at the places of what is written.
pub(super) fn put_in(node: &Node<'_>, settings: &Settings) -> Node<'static> {
    let shape = match &node.shape {
        Shape::Text(text) => Shape::Text(Cow::Owned(interpolated(text, settings))),
        Shape::Number(text) => Shape::Number(Cow::Owned(text.clone().into_owned())),
        Shape::Truth(truth) => Shape::Truth(*truth),
        Shape::Other => Shape::Other,
        Shape::List(elements) => Shape::List(elements.iter().map(|node| put_in(node, settings)).collect()),
        Shape::Map(entries) => {
            let entries = entries.iter().map(|entry| Entry {
                // Keys are not interpolated.
                key: Cow::Owned(entry.key.clone().into_owned()),
                key_span: entry.key_span,
                node: put_in(&entry.node, settings),
            });
            Shape::Map(entries.collect())
        }
    };
    Node::new(shape, node.span)
}

/// A text with its variables put in, and without the dollar that hides a dollar.
pub(in crate::formats) fn interpolated(text: &str, settings: &Settings) -> String {
    put_in_text(text, settings, DEPTH)
}

fn put_in_text(text: &str, settings: &Settings, depth: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        if let Some(hidden) = behind.strip_prefix('$') {
            out.push('$');
            rest = hidden;
            continue;
        }
        let Some((hole, length)) = Hole::read(behind) else {
            out.push('$');
            rest = behind;
            continue;
        };
        match hole.value(settings, depth) {
            Some(value) if value.len() <= LONGEST => out.push_str(&value),
            _ => out.push_str(&rest[at..=at + length]),
        }
        rest = &behind[length..];
    }
    out.push_str(rest);
    out
}

/// `$NAME`, `${NAME}`, `${NAME:-default}`.
struct Hole<'t> {
    name: &'t str,
    /// What stands between the name and the brace: `:-default`.
    behind: &'t str,
}

impl<'t> Hole<'t> {
    /// The variable that begins behind a `$`, and how long it is written.
    fn read(behind: &'t str) -> Option<(Self, usize)> {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let braced = behind.strip_prefix('{');
        let inner = braced.unwrap_or(behind);
        let end = inner.find(|letter| !is_name(letter)).unwrap_or(inner.len());
        let (name, rest) = inner.split_at(end);
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        if braced.is_none() {
            return Some((Self { name, behind: "" }, end));
        }
        let close = closing(rest)?;
        let behind = &rest[..close];
        let operator = behind.strip_prefix(':').unwrap_or(behind);
        let is_known = behind.is_empty() || operator.starts_with(['-', '?', '+']);
        is_known.then_some((Self { name, behind }, 1 + end + close + 1))
    }

    /// What compose puts in its stead; nothing where the files do not tell.
    fn value(&self, settings: &Settings, depth: usize) -> Option<String> {
        // What a `.env` itself takes from elsewhere is not known.
        let set = settings.get(self.name);
        if set.is_some_and(|value| value.contains('$')) {
            return None;
        }
        let (needs_text, operator) = match self.behind.strip_prefix(':') {
            Some(operator) => (true, operator),
            None => (false, self.behind),
        };
        let set = set.filter(|value| !(needs_text && value.is_empty()));
        let put = |text: &str| {
            let depth = depth.checked_sub(1)?;
            Some(put_in_text(text, settings, depth))
        };
        match (operator.split_at_checked(1), set) {
            (Some(("-", default)), None) => put(default),
            (Some(("+", replacement)), Some(_)) => put(replacement),
            (Some(("+", _)), None) => Some(String::new()),
            (_, set) => set.cloned(),
        }
    }
}

/// Where the brace stands that closes the one before a text.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut before = '\0';
    for (at, letter) in text.char_indices().take(LONGEST) {
        match letter {
            '{' if before == '$' => open += 1,
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
        before = letter;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in_as_compose_does() {
        let settings: Settings = [("SET", "here"), ("EMPTY", ""), ("TAKEN", "${OTHER}")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        for (text, expected) in [
            ("plain", "plain"),
            ("$SET/${SET}", "here/here"),
            ("${GONE} $GONE", "${GONE} $GONE"),
            ("${SET:-other}", "here"),
            ("${EMPTY:-other}", "other"),
            ("${EMPTY-other}", ""),
            ("${GONE:-other}:${GONE-}", "other:"),
            ("${GONE:-${SET}}", "here"),
            ("${GONE:-${LOST:-a}b}", "ab"),
            ("${GONE:-${LOST}}", "${LOST}"),
            ("${SET:?must be set}", "here"),
            ("${GONE:?must be set}", "${GONE:?must be set}"),
            ("${EMPTY:?must be set}", "${EMPTY:?must be set}"),
            ("${SET:+other}${GONE:+other}${EMPTY+yes}${EMPTY:+no}", "otheryes"),
            ("$$SET $${SET:-x}", "$SET ${SET:-x}"),
            ("${TAKEN} ${TAKEN:-x}", "${TAKEN} ${TAKEN:-x}"),
            ("${ ${} $ ${SET $1 ${SET/x/y}", "${ ${} $ ${SET $1 ${SET/x/y}"),
            ("é$SETé", "éhereé"),
            ("http://${HOST:-localhost}:${PORT:-80}/", "http://localhost:80/"),
        ] {
            assert_eq!(interpolated(text, &settings), expected, "{text}");
        }
    }

    #[test]
    fn defaults_inside_defaults_come_to_an_end() {
        let deep = format!("{}x{}", "${A:-".repeat(200), "}".repeat(200));
        assert!(interpolated(&deep, &Settings::default()).len() <= deep.len());
        let open = "${A:-".repeat(5000);
        assert_eq!(interpolated(&open, &Settings::default()), open);
    }
}
