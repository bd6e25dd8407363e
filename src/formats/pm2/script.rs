//! The value that a JavaScript configuration exports, as far as it is written down in it.

use crate::formats::grammar;
use crate::formats::structured::{DEPTH, Entry, Node, Shape};
use crate::source::Span;
use std::collections::BTreeMap;
use tree_sitter::Node as Tree;

/// Configurations over this many bytes, or nested deeper than this, are not read.
const LARGEST: usize = 1 << 20;
const DEEPEST: usize = 500;
/// Bytes that are worked out for one document: a name may be used again and again.
const BUDGET: usize = 4 << 20;
/// What a value costs at least.
const VALUE: usize = 100;

/// What `module.exports = …` or `export default …` gives.
pub(super) fn exported(path: &str, text: &str) -> Option<Node<'static>> {
    if text.len() > LARGEST || grammar::nesting(text) > DEEPEST {
        return None;
    }
    let tree = grammar::parse(text, &tree_sitter_javascript::LANGUAGE.into())?;
    let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
    let mut reader = Reader {
        text,
        folder,
        names: BTreeMap::new(),
        budget: BUDGET,
    };
    let mut found = None;
    let root = tree.root_node();
    for statement in root.named_children(&mut root.walk()) {
        match statement.kind() {
            "lexical_declaration" | "variable_declaration" => reader.declare(statement),
            "export_statement" => found = statement.child_by_field_name("value").or(found),
            "expression_statement" => found = reader.assigned(statement).or(found),
            _ => {}
        }
    }
    found.map(|value| reader.value(value, 0))
}

struct Reader<'t> {
    text: &'t str,
    /// The folder of the document, which `__dirname` is.
    folder: &'t str,
    names: BTreeMap<&'t str, Tree<'t>>,
    budget: usize,
}

impl<'t> Reader<'t> {
    fn written(&self, node: Tree<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    fn declare(&mut self, statement: Tree<'t>) {
        for declared in statement.named_children(&mut statement.walk()) {
            let part = |field| declared.child_by_field_name(field);
            if let (Some(name), Some(value)) = (part("name"), part("value")) {
                self.names.insert(self.written(name), value);
            }
        }
    }

    /// What a statement assigns to `module.exports`.
    fn assigned(&self, statement: Tree<'t>) -> Option<Tree<'t>> {
        let assignment = statement
            .named_child(0)
            .filter(|node| node.kind() == "assignment_expression")?;
        let left = assignment.child_by_field_name("left")?;
        (self.written(left) == "module.exports").then(|| assignment.child_by_field_name("right"))?
    }

    fn value(&mut self, node: Tree<'t>, depth: usize) -> Node<'static> {
        let value = self.shaped(node, depth);
        let size = value.text().map_or(0, str::len);
        self.budget = self.budget.saturating_sub(size);
        value
    }

    fn shaped(&mut self, node: Tree<'t>, depth: usize) -> Node<'static> {
        let span = Span::new(node.start_byte(), node.end_byte());
        self.budget = self.budget.saturating_sub(VALUE);
        if depth > DEPTH || self.budget == 0 {
            return Node::new(Shape::Other, span);
        }
        let shape = match node.kind() {
            "string" => {
                let inside = Span::new(node.start_byte() + 1, node.end_byte().saturating_sub(1));
                let text = self.pieces(node, depth).unwrap_or_default();
                return Node::text_of(text, inside);
            }
            "template_string" => self.pieces(node, depth).map_or(Shape::Other, text),
            "number" => Shape::Number(self.written(node).to_owned().into()),
            "true" | "false" => Shape::Truth(node.kind() == "true"),
            "array" => Shape::List(self.elements(node, depth)),
            "object" => Shape::Map(self.entries(node, depth)),
            "identifier" => return self.named(self.written(node), span, depth),
            "parenthesized_expression" => match node.named_child(0) {
                Some(inner) => return self.value(inner, depth + 1),
                None => Shape::Other,
            },
            "member_expression" => {
                let part = |field| node.child_by_field_name(field);
                let (Some(object), Some(property)) = (part("object"), part("property")) else {
                    return Node::new(Shape::Other, span);
                };
                let object = self.value(object, depth + 1);
                match object.get(self.written(property)) {
                    Some(found) => return found.clone(),
                    None => Shape::Other,
                }
            }
            "binary_expression" => self.sum(node, depth).map_or(Shape::Other, text),
            "call_expression" => self.joined(node, depth).map_or(Shape::Other, text),
            _ => Shape::Other,
        };
        Node::new(shape, span)
    }

    fn named(&mut self, name: &str, span: Span, depth: usize) -> Node<'static> {
        if name == "__dirname" {
            return Node::text_of(self.folder.to_owned(), span);
        }
        match self.names.get(name).copied() {
            Some(value) => self.value(value, depth + 1),
            None => Node::new(Shape::Other, span),
        }
    }

    /// The text of a string or a template; nothing when a part of it is not known.
    fn pieces(&mut self, node: Tree<'t>, depth: usize) -> Option<String> {
        let mut out = String::new();
        for piece in node.named_children(&mut node.walk()) {
            match piece.kind() {
                "string_fragment" => out.push_str(self.written(piece)),
                "escape_sequence" => out.push_str(&escaped(self.written(piece))),
                "template_substitution" => {
                    let value = self.value(piece.named_child(0)?, depth + 1);
                    out.push_str(value.scalar()?);
                }
                _ => return None,
            }
        }
        Some(out)
    }

    fn elements(&mut self, node: Tree<'t>, depth: usize) -> Vec<Node<'static>> {
        let mut elements = Vec::new();
        for element in node.named_children(&mut node.walk()) {
            match element.kind() {
                "comment" => {}
                "spread_element" => {
                    if let Some(list) = element.named_child(0) {
                        elements.extend_from_slice(self.value(list, depth + 1).elements());
                    }
                }
                _ => elements.push(self.value(element, depth + 1)),
            }
        }
        elements
    }

    fn entries(&mut self, node: Tree<'t>, depth: usize) -> Vec<Entry<'static>> {
        let mut entries: Vec<Entry<'static>> = Vec::new();
        for part in node.named_children(&mut node.walk()) {
            let span = |node: Tree<'t>| Span::new(node.start_byte(), node.end_byte());
            match part.kind() {
                "pair" => {
                    let (Some(key), Some(value)) =
                        (part.child_by_field_name("key"), part.child_by_field_name("value"))
                    else {
                        continue;
                    };
                    let name = if key.kind() == "string" {
                        self.pieces(key, depth).unwrap_or_default()
                    } else {
                        self.written(key).to_owned()
                    };
                    let node = self.value(value, depth + 1);
                    entries.push(Entry {
                        key: name.into(),
                        key_span: span(key),
                        node,
                    });
                }
                "shorthand_property_identifier" => {
                    let name = self.written(part);
                    let node = self.named(name, span(part), depth);
                    entries.push(Entry {
                        key: name.to_owned().into(),
                        key_span: span(part),
                        node,
                    });
                }
                "spread_element" => {
                    if let Some(map) = part.named_child(0) {
                        entries.extend_from_slice(self.value(map, depth + 1).entries());
                    }
                }
                _ => {}
            }
        }
        entries
    }

    /// Texts that are added.
    fn sum(&mut self, node: Tree<'t>, depth: usize) -> Option<String> {
        let operator = node.child_by_field_name("operator")?;
        if self.written(operator) != "+" {
            return None;
        }
        let left = self.value(node.child_by_field_name("left")?, depth + 1);
        let right = self.value(node.child_by_field_name("right")?, depth + 1);
        Some(format!("{}{}", left.text()?, right.text()?))
    }

    /// `path.join(__dirname, "x")`, `path.resolve(…)`.
    fn joined(&mut self, node: Tree<'t>, depth: usize) -> Option<String> {
        let function = self.written(node.child_by_field_name("function")?);
        let is_resolve = matches!(function, "path.resolve" | "resolve");
        if !is_resolve && !matches!(function, "path.join" | "join") {
            return None;
        }
        let mut out = String::new();
        for part in self.elements(node.child_by_field_name("arguments")?, depth) {
            let part = part.text()?;
            if is_resolve && part.starts_with('/') {
                out.clear();
            } else if !out.is_empty() {
                out.push('/');
            }
            out.push_str(part);
        }
        Some(out)
    }
}

fn text(text: String) -> Shape<'static> {
    Shape::Text(text.into())
}

fn escaped(written: &str) -> String {
    let letter = match written.get(1..) {
        Some("n") => "\n",
        Some("t") => "\t",
        Some("r") => "\r",
        Some(same @ ("\\" | "'" | "\"" | "`" | "$" | "/")) => same,
        _ => written,
    };
    letter.to_owned()
}
