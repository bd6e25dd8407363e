//! Redirections and here-documents. A here-document that writes a file is a document of its own.

use super::command::{Line, join};
use super::walk::{Context, Sink, Step, Walk};
use super::word::{self, Table};
use crate::facts::value::is_telling;
use crate::facts::{Embedded, Piece, Reach, Role, Value};
use crate::source::Span;
use tree_sitter::Node;

/// A here-document and the statement that it is fed to.
pub(super) struct Heredoc<'t> {
    node: Node<'t>,
    statement: Option<Node<'t>>,
    /// The redirection that writes the statement's output to a file.
    output: Option<Node<'t>>,
}

impl<'t> Walk<'t> {
    pub(super) fn redirected(&mut self, node: Node<'t>, context: Context) {
        let redirects: Vec<Node<'t>> = node
            .children_by_field_name("redirect", &mut node.walk())
            .collect();
        let mut files = Vec::new();
        let mut heredocs = Vec::new();
        for redirect in redirects {
            match redirect.kind() {
                "file_redirect" => files.push(redirect),
                "heredoc_redirect" => {
                    let mut cursor = redirect.walk();
                    let inner: Vec<Node<'t>> =
                        redirect.children_by_field_name("redirect", &mut cursor).collect();
                    files.extend(inner.into_iter().filter(|node| node.kind() == "file_redirect"));
                    heredocs.push(redirect);
                }
                _ => {}
            }
        }
        let output = files.iter().copied().find(|file| self.written(*file).is_some());
        let written = output.and_then(|file| self.written(file));
        for file in &files {
            self.redirect(*file, context);
        }
        let statement = node.child_by_field_name("body");
        for node in heredocs.into_iter().rev() {
            let heredoc = Heredoc {
                node,
                statement,
                output,
            };
            self.later(heredoc, context);
        }
        if let Some(path) = &written {
            let before = self.facts.commands.len();
            self.stack.push(Step::Output(path.clone(), before));
        }
        let sink = match &written {
            Some(path) if !path.to_ascii_lowercase().contains("log") => Sink::Machine,
            _ => context.sink,
        };
        self.children(node, Context { sink, ..context });
    }

    /// Notes where the output of the commands from `before` on goes; an inner redirection comes first.
    pub(super) fn goes_to(&mut self, path: &str, before: usize) {
        let commands = self.facts.commands.get_mut(before..).unwrap_or_default();
        for command in commands.iter_mut().filter(|command| command.output.is_none()) {
            command.output = Some(path.into());
        }
    }

    /// The file that the standard output goes to.
    pub(super) fn written(&self, redirect: Node<'t>) -> Option<String> {
        let makes = redirect
            .children(&mut redirect.walk())
            .any(|child| matches!(child.kind(), ">" | ">>" | "&>" | "&>>" | ">|"));
        let descriptor = redirect.child_by_field_name("descriptor");
        let is_output = descriptor.is_none_or(|descriptor| self.text(descriptor) == "1");
        let destination = redirect.child_by_field_name("destination")?;
        let path = word::read(destination, self.source, Some(&self.table)).text;
        (makes && is_output && !path.starts_with("/dev/") && !path.is_empty()).then_some(path)
    }

    pub(super) fn heredoc(&mut self, heredoc: &Heredoc<'t>, context: Context) {
        let node = heredoc.node;
        if context.reach == Reach::Elsewhere {
            return;
        }
        let mut text_node = None;
        let mut delimiter = "";
        let mut strips_tabs = false;
        let mut reader = None;
        let mut first_line = None;
        for child in node.children(&mut node.walk()) {
            match child.kind() {
                "<<-" => strips_tabs = true,
                "heredoc_start" => delimiter = self.text(child),
                "heredoc_body" => text_node = Some(child),
                "pipeline" => reader = last_command(child),
                // The grammar takes a first line that begins with `\` for more words of the command.
                "word" if first_line.is_none() && self.text(child).starts_with('\n') => {
                    first_line = Some(child.start_byte() + 1);
                }
                _ => {}
            }
        }
        let (Some(text_node), Some(command)) = (text_node, heredoc.statement.and_then(last_command)) else {
            return;
        };
        let is_quoted = delimiter.contains(['\'', '"', '\\']);
        let table = (!is_quoted).then_some(&self.table);
        let body = Body {
            source: self.source,
            span: whole_lines(text_node, first_line, self.source),
            strips_tabs,
            table,
        };
        let commands = [Some(self.words(command)), reader.map(|node| self.words(node))];
        let target = commands.iter().flatten().find_map(target);
        // What an interpreter runs is its program; what goes to the file is what that program prints.
        let is_run = |path: &String| matches!(path.as_str(), STDIN_PYTHON | STDIN_SHELL);
        let path = match target {
            Some(run) if is_run(&run) => Some(run),
            other => heredoc.output.and_then(|output| self.written(output)).or(other),
        };
        match path {
            Some(path) => {
                let (text, pieces) = body.read();
                let path = match path.as_str() {
                    STDIN_PYTHON | STDIN_SHELL => path,
                    _ => join(
                        self.folder
                            .as_deref()
                            .filter(|folder| !folder.contains(['$', '`'])),
                        &path,
                    ),
                };
                self.facts.embedded.push(Embedded { path, text, pieces });
            }
            None => self.lines(body.span, commands[0].as_ref().map_or("", Line::program), context),
        }
    }

    /// The lines of a here-document that writes no file.
    fn lines(&mut self, span: Span, program: &str, context: Context) {
        let role = match (program, context.sink) {
            ("cat" | "echo", Sink::People) => Role::Prose,
            ("cat" | "echo", Sink::Machine) => Role::Plain,
            _ => Role::Command,
        };
        let mut at = span.start as usize;
        for line in span.text(self.source).split_inclusive('\n') {
            let text = line.trim();
            let start = at + (line.len() - line.trim_start().len());
            at += line.len();
            if is_telling(text) {
                self.facts.values.push(Value {
                    text: text.to_owned(),
                    span: Span::new(start, start + text.len()),
                    role,
                    name: None,
                    call: Some(program.to_owned()),
                    reach: context.reach,
                });
            }
        }
    }
}

const STDIN_PYTHON: &str = "stdin.py";
const STDIN_SHELL: &str = "stdin.sh";

/// The document that a command makes of its input.
fn target(words: &Line<'_>) -> Option<String> {
    let program = words.program();
    let first = words.operands().next();
    if program == "tee" {
        return first.map(|word| word.text.clone());
    }
    if program.starts_with("python") {
        let reads_input = words
            .arguments()
            .iter()
            .all(|word| word.text.starts_with('-') && word.text != "-c" && word.text != "-m")
            || words.arguments().iter().any(|word| word.text == "-");
        return reads_input.then(|| STDIN_PYTHON.to_owned());
    }
    let is_shell = matches!(program, "bash" | "sh" | "dash" | "ssh");
    let is_remote = program == "ssh";
    let runs_input = if is_remote {
        first.is_some()
    } else {
        first.is_none() || words.arguments().iter().any(|word| word.text == "-s")
    };
    (is_shell && runs_input).then(|| STDIN_SHELL.to_owned())
}

/// The command that reads the input of a statement: the last one of a list, the first of a pipeline
/// (the one that the redirection stands at).
fn last_command(statement: Node<'_>) -> Option<Node<'_>> {
    let mut node = statement;
    for _ in 0..64 {
        node = match node.kind() {
            "command" => return Some(node),
            "list" | "pipeline" | "negated_command" | "redirected_statement" => {
                let mut cursor = node.walk();
                let inner: Vec<_> = node
                    .named_children(&mut cursor)
                    .filter(|child| !child.kind().ends_with("_redirect"))
                    .collect();
                *inner.last()?
            }
            _ => return None,
        };
    }
    None
}

/// The whole lines of a here-document: the grammar drops the blanks before the first one, and counts
/// those before the delimiter.
fn whole_lines(body: Node<'_>, first_line: Option<usize>, source: &str) -> Span {
    let bytes = source.as_bytes();
    let mut start = first_line.unwrap_or(body.start_byte());
    while start > 0 && matches!(bytes.get(start - 1), Some(b' ' | b'\t')) {
        start -= 1;
    }
    let end = source
        .get(start..body.end_byte())
        .and_then(|text| text.rfind('\n'))
        .map_or(body.end_byte(), |at| start + at + 1);
    Span::new(start, end)
}

/// The text of a here-document in its host.
struct Body<'a> {
    source: &'a str,
    span: Span,
    strips_tabs: bool,
    /// Known variables; none when the delimiter is quoted, and nothing is expanded.
    table: Option<&'a Table>,
}

impl Body<'_> {
    /// The text that the shell hands on, and where its bytes come from.
    fn read(&self) -> (String, Vec<Piece>) {
        let mut out = Out::default();
        let mut at = self.span.start as usize;
        for line in self.span.text(self.source).split_inclusive('\n') {
            let kept = if self.strips_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            };
            let start = at + (line.len() - kept.len());
            at += line.len();
            match self.table {
                Some(table) => expand(kept, start, table, &mut out),
                None => out.take(kept, start),
            }
        }
        (out.text, out.pieces)
    }
}

#[derive(Default)]
struct Out {
    text: String,
    pieces: Vec<Piece>,
    /// Where in the host the next byte has to come from to go on with the last piece.
    next: Option<usize>,
}

impl Out {
    /// Takes `text` over from byte `host` on.
    fn take(&mut self, text: &str, host: usize) {
        if text.is_empty() {
            return;
        }
        if self.next != Some(host) {
            self.begin(host);
        }
        self.text.push_str(text);
        self.next = Some(host + text.len());
    }

    /// Puts `text` in for the variable at byte `host`.
    fn put(&mut self, text: &str, host: usize) {
        if !text.is_empty() {
            self.begin(host);
            self.text.push_str(text);
            self.next = None;
        }
    }

    fn begin(&mut self, host: usize) {
        let clip = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.pieces.push(Piece {
            at: clip(self.text.len()),
            host: clip(host),
        });
    }
}

/// Takes `text` over with its known variables put in; `\` before `$`, `` ` ``, `\` and a line end goes,
/// as bash(1) says under "Here Documents".
fn expand(text: &str, host: usize, table: &Table, out: &mut Out) {
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut at = 0;
    while let Some(step) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| matches!(byte, b'$' | b'\\')))
    {
        at += step;
        if bytes[at] == b'\\' {
            if matches!(bytes.get(at + 1), Some(b'$' | b'`' | b'\\' | b'\n')) {
                out.take(&text[from..at], host + from);
                from = at + 1 + usize::from(bytes[at + 1] == b'\n');
                at += 2;
            } else {
                at += 1;
            }
            continue;
        }
        let rest = &text[at..];
        let (whole, name, default) = variable(rest);
        let value = table.get(name).map(String::as_str).or(default);
        match value.filter(|_| !name.is_empty()) {
            Some(value) => {
                out.take(&text[from..at], host + from);
                out.put(value, host + at);
                from = at + whole;
                at = from;
            }
            None => at += 1,
        }
    }
    out.take(&text[from.min(text.len())..], host + from);
}

/// The variable that `text` begins with: its length, its name, and its default if that is literal.
fn variable(text: &str) -> (usize, &str, Option<&str>) {
    let ident = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        end.unwrap_or(text.len())
    };
    if let Some(inner) = text.strip_prefix("${") {
        let length = ident(inner);
        let (name, rest) = inner.split_at(length);
        if rest.starts_with('}') {
            return (length + 3, name, None);
        }
        if let Some(rest) = rest.strip_prefix(":-")
            && let Some(end) = rest.find(['}', '$', '`', '"', '\n', '{'])
            && rest[end..].starts_with('}')
        {
            return (length + 5 + end, name, Some(&rest[..end]));
        }
        return (0, "", None);
    }
    let length = ident(&text[1..]);
    let name = &text[1..=length];
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        return (0, "", None);
    }
    (length + 1, name, None)
}
