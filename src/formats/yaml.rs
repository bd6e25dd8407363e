//! YAML, with what compose files and conda's `environment.yml` say.

mod aliases;

use super::structured::{self, DEPTH, Entry, Node, Shape};
use super::{cloud_init, compose, pm2, requirements};
use crate::facts::{Facts, Origin, Problem, ProblemKind, Requirement};
use crate::source::Span;
use aliases::Aliases;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use std::borrow::Cow;

/// Flow brackets (`[`, `{`) inside each other that are read at all: the scanner's work grows with the
/// square of their depth.
const BRACKETS: usize = 1000;
/// How many closing brackets that stand too far left are put up with: each costs another reading.
const LEFT_BRACKETS: usize = 32;

/// The facts of all documents of a YAML stream.
pub fn extract(path: &str, text: &str) -> Facts {
    extract_beside(path, text, &compose::Settings::default())
}

/// The same of a compose file beside a `.env` that sets these variables.
pub fn extract_beside(path: &str, text: &str, settings: &compose::Settings) -> Facts {
    if nests_too_deep(text) {
        let message = format!("brackets inside brackets more than {BRACKETS} levels deep");
        return Facts::of_problem(ProblemKind::Syntax, message, Span::new(0, 0));
    }
    let (documents, aliases, problem) = read_as_others(text);
    let mut facts = Facts::default();
    for document in &documents {
        let mut found = structured::collect(document);
        structured::read_manifest(path, document, &mut found);
        if is_of_kubernetes(document) {
            // Each pod and each service has an address of its own.
            found.ports.clear();
        }
        // Rules about literals see each where it stands; what starts is told by the whole.
        let followed = aliases.followed(document);
        let whole = followed.as_ref().unwrap_or(document);
        compose::read(whole, settings, &mut found);
        pm2::read(path, whole, &mut found);
        if cloud_init::is_one(text) {
            cloud_init::read(whole, &mut found);
        }
        if is_conda(path, document) {
            of_conda(document, &mut found);
        }
        facts.values.append(&mut found.values);
        facts.ports.append(&mut found.ports);
        facts.variables.append(&mut found.variables);
        facts.connections.append(&mut found.connections);
        facts.requirements.append(&mut found.requirements);
        facts.programs.append(&mut found.programs);
        facts.commands.append(&mut found.commands);
    }
    facts
        .problems
        .extend(problem.filter(|_| !structured::is_template(text)));
    facts
}

/// Whether a document describes an object of Kubernetes
/// (<https://kubernetes.io/docs/concepts/overview/working-with-objects/>).
fn is_of_kubernetes(document: &Node<'_>) -> bool {
    let has = |key: &str| document.get(key).and_then(Node::text).is_some();
    has("apiVersion") && has("kind")
}

fn nests_too_deep(text: &str) -> bool {
    let mut depth = 0_usize;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            // Outside of brackets a line begins anew; inside them text in quotes is too rare to matter.
            _ => {}
        }
        depth > BRACKETS
    })
}

/// The documents of a stream as libyaml and Go's reader take it. They let the bracket that closes a list stand
/// as far left as the key that it belongs to; the standard, and the parser used here, do not.
fn read_as_others(text: &str) -> (Vec<Node<'static>>, Aliases, Option<Problem>) {
    let mut read_text = Cow::Borrowed(text);
    for _ in 0..LEFT_BRACKETS {
        let found = read(&read_text);
        let Some(joined) = found.2.as_ref().and_then(|problem| joined(&read_text, problem)) else {
            return found;
        };
        read_text = Cow::Owned(joined);
    }
    read(&read_text)
}

/// The text with the lines before a closing bracket that stands too far left joined to it, byte for byte as long;
/// nothing when the problem is another one.
fn joined(text: &str, problem: &Problem) -> Option<String> {
    let (before, after) = text.split_at_checked(problem.span.start as usize)?;
    if problem.message != "invalid indentation" || !after.starts_with([']', '}']) {
        return None;
    }
    let kept = before.trim_end();
    let line = kept.rsplit('\n').next().unwrap_or(kept);
    // Behind a comment a bracket would be part of it.
    if line.contains('#') || kept.len() == before.len() {
        return None;
    }
    let gap = " ".repeat(before.len() - kept.len());
    Some(format!("{kept}{gap}{after}"))
}

/// The documents of a stream, as far as they can be read, and the mistake that ends them.
fn read(text: &str) -> (Vec<Node<'static>>, Aliases, Option<Problem>) {
    let offsets = Offsets::new(text);
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => {
                let place = offsets.span(span);
                builder.take(&event, place, text);
            }
            Err(error) => {
                let at = offsets.byte(*error.marker());
                builder.close_all(at);
                let end = text[at..].chars().next().map_or(at, |next| at + next.len_utf8());
                let problem = Problem {
                    kind: ProblemKind::Syntax,
                    message: error.info().to_owned(),
                    span: Span::new(at, end),
                };
                return (builder.documents, builder.aliases, Some(problem));
            }
        }
    }
    (builder.documents, builder.aliases, None)
}

/// Byte offsets of characters: the parser counts characters.
struct Offsets {
    /// Empty for a text of ASCII alone, where both are the same.
    bytes: Vec<u32>,
    end: usize,
}

impl Offsets {
    fn new(text: &str) -> Self {
        let bytes = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices()
                .map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX))
                .collect()
        };
        Self {
            bytes,
            end: text.len(),
        }
    }

    fn byte(&self, marker: Marker) -> usize {
        let index = marker.index();
        if self.bytes.is_empty() {
            return index.min(self.end);
        }
        self.bytes.get(index).map_or(self.end, |at| *at as usize)
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        Span::new(self.byte(span.start), self.byte(span.end))
    }
}

/// A container that is being read.
enum Open {
    List(Span, Vec<Node<'static>>),
    Map(Span, Vec<Entry<'static>>, Option<(String, Span)>),
}

/// Builds nodes out of events, with a stack of its own.
#[derive(Default)]
struct Builder {
    documents: Vec<Node<'static>>,
    /// Each with the number of its anchor, or 0.
    open: Vec<(usize, Open)>,
    aliases: Aliases,
    /// Containers too deep to be kept.
    skipped: usize,
}

impl Builder {
    fn take(&mut self, event: &Event<'_>, span: Span, text: &str) {
        match event {
            Event::SequenceStart(anchor, ..) => self.begin(*anchor, Open::List(span, Vec::new())),
            Event::MappingStart(anchor, ..) => self.begin(*anchor, Open::Map(span, Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd if self.skipped > 0 => self.skipped -= 1,
            Event::SequenceEnd | Event::MappingEnd => self.close(span.end as usize),
            Event::Scalar(value, style, anchor, _) => {
                let node = scalar(value, *style, span, text);
                self.aliases.anchor(*anchor, &node);
                self.add(node);
            }
            Event::Alias(anchor) => {
                self.aliases.alias(span, *anchor);
                self.add(Node::new(Shape::Other, span));
            }
            _ => {}
        }
    }

    fn begin(&mut self, anchor: usize, open: Open) {
        if self.skipped > 0 || self.open.len() >= DEPTH {
            self.skipped += 1;
        } else {
            self.open.push((anchor, open));
        }
    }

    fn close(&mut self, end: usize) {
        let Some((anchor, open)) = self.open.pop() else {
            return;
        };
        let (shape, span) = match open {
            Open::List(span, elements) => (Shape::List(elements), span),
            Open::Map(span, entries, _) => (Shape::Map(entries), span),
        };
        let node = Node::new(shape, Span::new(span.start as usize, end));
        self.aliases.anchor(anchor, &node);
        self.add(node);
    }

    fn close_all(&mut self, end: usize) {
        while !self.open.is_empty() {
            self.close(end);
        }
    }

    fn add(&mut self, node: Node<'static>) {
        if self.skipped > 0 {
            return;
        }
        match self.open.last_mut() {
            None => self.documents.push(node),
            Some((_, Open::List(_, elements))) => elements.push(node),
            Some((_, Open::Map(_, entries, key))) => match key.take() {
                None => *key = Some((node.scalar().unwrap_or("").to_owned(), node.span)),
                Some((key, key_span)) => entries.push(Entry {
                    key: key.into(),
                    key_span,
                    node,
                }),
            },
        }
    }
}

fn scalar(value: &str, style: ScalarStyle, span: Span, text: &str) -> Node<'static> {
    let is_quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    let (start, end) = (span.start as usize, span.end as usize);
    let written = text.get(start..end).unwrap_or("");
    let span = if is_quoted {
        let open = written.find(['"', '\'']).unwrap_or(0);
        let inside = written.get(open + 1..).unwrap_or("");
        let length = closing_quote(inside, style == ScalarStyle::DoubleQuoted);
        Span::new(start + open + 1, start + open + 1 + length)
    } else {
        Span::new(start, start + written.trim_end().len())
    };
    let is_number = style == ScalarStyle::Plain
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'))
        && value.parse::<f64>().is_ok();
    let shape = match value {
        _ if is_number => Shape::Number(value.to_owned().into()),
        _ if style != ScalarStyle::Plain => Shape::Text(value.to_owned().into()),
        "true" | "True" | "TRUE" | "yes" | "on" => Shape::Truth(true),
        "false" | "False" | "FALSE" | "no" | "off" => Shape::Truth(false),
        "" | "~" | "null" | "Null" | "NULL" => Shape::Other,
        _ => Shape::Text(value.to_owned().into()),
    };
    Node::new(shape, span)
}

/// Bytes before the quote that closes a text: the parser's span goes on to the next token.
fn closing_quote(inside: &str, is_double: bool) -> usize {
    let mut bytes = inside.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if is_double => {
                bytes.next();
            }
            b'"' if is_double => return at,
            b'\'' if !is_double && bytes.peek().is_some_and(|(_, next)| *next == b'\'') => {
                bytes.next();
            }
            b'\'' if !is_double => return at,
            _ => {}
        }
    }
    inside.len()
}

fn is_conda(path: &str, document: &Node) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let is_named = name.starts_with("environment") || name.starts_with("conda") || name.contains("-env");
    is_named
        && !document
            .get("dependencies")
            .map_or(&[][..], Node::elements)
            .is_empty()
}

/// conda's `name=1.2=build` lines, and pip's own list among them.
fn of_conda(document: &Node, facts: &mut Facts) {
    for element in document.get("dependencies").map_or(&[][..], Node::elements) {
        if let Some(text) = element.text() {
            let text = text.rsplit("::").next().unwrap_or(text);
            let end = text
                .find(|letter: char| matches!(letter, '=' | '<' | '>' | '!' | '~') || letter.is_whitespace())
                .unwrap_or(text.len());
            let (name, specifiers) = text.split_at(end);
            if matches!(name, "" | "python" | "pip") {
                continue;
            }
            facts.requirements.push(Requirement {
                name: name.to_owned(),
                specifiers: specifiers.trim().to_owned(),
                marker: None,
                extras: Vec::new(),
                span: element.span,
                origin: Origin::Conda,
            });
        }
        for line in element.get("pip").map_or(&[][..], Node::elements) {
            let Some(text) = line.text().filter(|text| !text.starts_with('-')) else {
                continue;
            };
            match requirements::parse(text, line.span, Origin::Main) {
                Ok(requirement) => facts.requirements.push(requirement),
                Err(message) => facts.problems.push(Problem {
                    kind: ProblemKind::Syntax,
                    message,
                    span: line.span,
                }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Role;

    #[test]
    fn spans_are_bytes_and_content() {
        let text =
            "größe: \"/opt/ä\"   # note\nplain: /srv/x  # note\nsingle: 'C:\\x'\nlist:\n  - /a/b\n  - 1\n";
        let facts = extract("x.yml", text);
        let found: Vec<_> = facts
            .values
            .iter()
            .map(|value| (value.span.text(text), value.role, value.name.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                ("/opt/ä", Role::Assigned, Some("größe")),
                ("/srv/x", Role::Assigned, Some("plain")),
                ("C:\\x", Role::Assigned, Some("single")),
                ("/a/b", Role::Element, Some("list")),
            ]
        );
    }

    #[test]
    fn all_documents_are_read() {
        let text = "api:\n  port: 8000\n---\nui:\n  port: \"8001\"\n...\n";
        let ports = extract("x.yml", text).ports;
        assert_eq!(ports.len(), 2);
        assert_eq!(ports[1].service.as_deref(), Some("ui"));
        assert_eq!(ports[1].span.text(text), "8001");
    }

    #[test]
    fn conda_lists_requirements() {
        let text = "name: x\ndependencies:\n  - python=3.10\n  - conda-forge::numpy=1.26=py\n  - pip\n  - pip:\n    - requests>=2\n";
        let found: Vec<_> = extract("environment.yml", text)
            .requirements
            .into_iter()
            .map(|found| (found.name, found.specifiers))
            .collect();
        assert_eq!(
            found,
            [
                ("numpy".to_owned(), "=1.26=py".to_owned()),
                ("requests".to_owned(), ">=2".to_owned())
            ]
        );
    }

    #[test]
    fn mistakes_are_named_but_templates_are_none() {
        let text = "a: 1\nhome: /opt/x\nb: [1, 2\nc: 3\n";
        let facts = extract("x.yml", text);
        assert_eq!(facts.problems.len(), 1);
        assert_eq!(facts.values.len(), 1, "what stands before the mistake is read");
        assert!(extract("x.yml", "a: {{ b }}\n{% if c %}\n").problems.is_empty());
        for good in [
            "",
            "# only\n",
            "a: !tag x\n",
            "a: &x 1\nb: *x\nc:\n  <<: {d: 1}\n",
            "\u{feff}a: 1\r\nb: 2",
        ] {
            assert!(extract("x.yml", good).problems.is_empty(), "{good:?}");
        }
    }

    #[test]
    fn hostile_texts_end_well() {
        use std::fmt::Write as _;
        let mut bomb = "a0: &a0 [x, x]\n".to_owned();
        for level in 1..60 {
            let _ = writeln!(bomb, "a{level}: &a{level} [*a{0}, *a{0}, *a{0}]", level - 1);
        }
        for text in [
            bomb,
            "[".repeat(100_000),
            "{a: ".repeat(100_000),
            "- ".repeat(20_000),
            "[[[".repeat(300),
            (0..2000).map(|level| " ".repeat(level) + "a:\n").collect(),
            "\"".to_owned(),
            "\u{0}".to_owned(),
        ] {
            extract("x.yml", &text);
        }
    }
}
