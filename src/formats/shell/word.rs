//! Words: quotes removed, and variables put in as far as they are known.

use crate::source::Span;
use std::collections::BTreeMap;
use tree_sitter::Node;

/// How deep defaults may stand inside defaults (`${A:-${B:-x}}`) before the rest is left as written.
const DEPTH: usize = 16;

/// The literal values that variables were seen to get.
pub(super) type Table = BTreeMap<String, String>;

/// The text of a word.
#[derive(Debug, Clone, Default)]
pub(super) struct Text {
    pub(super) text: String,
    /// Whether no variable and no substitution is left in it.
    pub(super) is_literal: bool,
}

/// The text of `node`, with the variables of `table` put in; with no table, as it is written.
pub(super) fn read(node: Node<'_>, source: &str, table: Option<&Table>) -> Text {
    let mut reader = Reader {
        source,
        table,
        text: String::new(),
        is_literal: true,
    };
    reader.append(node, DEPTH);
    Text {
        text: reader.text,
        is_literal: reader.is_literal,
    }
}

/// The bytes of `node`, without the quotes around it.
pub(super) fn content(node: Node<'_>) -> Span {
    let (before, after) = match node.kind() {
        "string" | "raw_string" => (1, 1),
        "ansi_c_string" | "translated_string" => (2, 1),
        _ => (0, 0),
    };
    let (start, end) = (node.start_byte(), node.end_byte());
    if end - start < before + after {
        return Span::new(start, end);
    }
    Span::new(start + before, end - after)
}

/// The parts of `$NAME` and `${NAME…}`: the name, and the operator with what follows it.
pub(super) fn split_expansion(source: &str) -> (&str, &str) {
    let inner = source.strip_prefix('$').unwrap_or(source);
    let inner = inner.strip_prefix('{').unwrap_or(inner);
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    inner.split_at(end.unwrap_or(inner.len()))
}

struct Reader<'a> {
    source: &'a str,
    table: Option<&'a Table>,
    text: String,
    is_literal: bool,
}

impl Reader<'_> {
    fn append(&mut self, node: Node<'_>, depth: usize) {
        let raw = self.source.get(node.byte_range()).unwrap_or("");
        let inner = content(node).text(self.source);
        match node.kind() {
            "raw_string" | "regex" | "variable_name" => self.text.push_str(inner),
            "ansi_c_string" => unescape(inner, &mut self.text, |_| true),
            "word" | "extglob_pattern" | "number" if node.child_count() == 0 => {
                unescape(raw, &mut self.text, |_| true);
            }
            "string" => self.with_holes(node, depth, |c| matches!(c, '"' | '$' | '`' | '\\' | '\n')),
            _ if depth == 0 => self.leave(raw),
            "concatenation" | "command_name" | "translated_string" => {
                let mut end = node.start_byte();
                for child in node.children(&mut node.walk()) {
                    if child.kind() == "$" && node.kind() == "translated_string" {
                        continue;
                    }
                    if end < child.start_byte() {
                        self.text
                            .push_str(self.source.get(end..child.start_byte()).unwrap_or(""));
                    }
                    end = child.end_byte();
                    self.append(child, depth - 1);
                }
            }
            "simple_expansion" => match self
                .table
                .and_then(|table| table.get(raw.trim_start_matches('$')))
            {
                Some(value) => self.text.push_str(value),
                None => self.leave(raw),
            },
            "expansion" => self.expansion(node, raw, depth),
            "{" | "}" | "[" | "]" | "=" | "==" | "$" | "brace_expression" | "=~" => self.text.push_str(raw),
            _ => self.leave(raw),
        }
    }

    fn leave(&mut self, raw: &str) {
        self.text.push_str(raw);
        self.is_literal = false;
    }

    fn expansion(&mut self, node: Node<'_>, raw: &str, depth: usize) {
        let Some(table) = self.table else {
            return self.leave(raw);
        };
        let (name, rest) = split_expansion(raw);
        let has_default = [":-", "-", ":=", "="].iter().any(|sign| rest.starts_with(sign));
        match table.get(name) {
            Some(value) if rest.is_empty() || has_default => self.text.push_str(value),
            None if has_default && !name.is_empty() => {
                let mut is_behind = false;
                for child in node.children(&mut node.walk()) {
                    match child.kind() {
                        ":-" | "-" | ":=" | "=" if !is_behind => is_behind = true,
                        "}" => {}
                        _ if is_behind => self.append(child, depth - 1),
                        _ => {}
                    }
                }
            }
            _ => self.leave(raw),
        }
    }

    /// A double-quoted string: expansions are holes in a text in which `\` quotes few characters.
    fn with_holes(&mut self, node: Node<'_>, depth: usize, is_quoted: fn(char) -> bool) {
        let span = content(node).range();
        let mut at = span.start;
        for child in node.named_children(&mut node.walk()) {
            if child.kind() == "string_content" || child.start_byte() < at {
                continue;
            }
            unescape(
                self.source.get(at..child.start_byte()).unwrap_or(""),
                &mut self.text,
                is_quoted,
            );
            at = child.end_byte();
            if depth == 0 {
                self.leave(self.source.get(child.byte_range()).unwrap_or(""));
            } else {
                self.append(child, depth - 1);
            }
        }
        unescape(
            self.source.get(at..span.end).unwrap_or(""),
            &mut self.text,
            is_quoted,
        );
    }
}

/// Appends `raw`, with `\` removed before the characters that it quotes.
fn unescape(raw: &str, out: &mut String, is_quoted: fn(char) -> bool) {
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\\'
            && let Some(next) = characters.peek().copied().filter(|next| is_quoted(*next))
        {
            if next != '\n' {
                out.push(next);
            }
            characters.next();
        } else {
            out.push(character);
        }
    }
}

/// The words that braces stand for: `b/{c,d}` gives `b/c` and `b/d`. Nested braces, and more words than
/// a person would write, stay as written.
pub(super) fn expand_braces(text: &str) -> Vec<String> {
    const LIMIT: usize = 64;
    let mut done = vec![String::new()];
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('{') {
        let Some((inside, after)) = tail.split_once('}') else {
            break;
        };
        if !inside.contains(',') || inside.contains('{') || before.ends_with('$') {
            return vec![text.to_owned()];
        }
        let parts: Vec<&str> = inside.split(',').collect();
        if done.len() * parts.len() > LIMIT {
            return vec![text.to_owned()];
        }
        done = done
            .iter()
            .flat_map(|start| parts.iter().map(move |part| format!("{start}{before}{part}")))
            .collect();
        rest = after;
    }
    done.iter().map(|start| format!("{start}{rest}")).collect()
}

/// The text of `node` as it is written, where a command substitution leaves only `$(…)`: the commands in
/// it have values of their own.
pub(super) fn without_substitutions(node: Node<'_>, source: &str) -> String {
    let text = read(node, source, None);
    if text.is_literal || !(text.text.contains("$(") || text.text.contains('`')) {
        return text.text;
    }
    let span = content(node).range();
    let mut out = String::new();
    let mut at = span.start;
    let mut holes = Vec::new();
    collect_substitutions(node, DEPTH, &mut holes);
    for (start, end) in holes {
        if start >= at && end <= span.end {
            out.push_str(source.get(at..start).unwrap_or(""));
            out.push_str("$(…)");
            at = end;
        }
    }
    out.push_str(source.get(at..span.end).unwrap_or(""));
    out
}

fn collect_substitutions(node: Node<'_>, depth: usize, holes: &mut Vec<(usize, usize)>) {
    for child in node.named_children(&mut node.walk()) {
        if matches!(child.kind(), "command_substitution" | "process_substitution") {
            holes.push((child.start_byte(), child.end_byte()));
        } else if depth > 0 {
            collect_substitutions(child, depth - 1, holes);
        }
    }
}
