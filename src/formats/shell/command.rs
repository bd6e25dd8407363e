//! Simple commands: their words, and what the well-known ones state.

use super::walk::{Context, Sink, Walk};
use super::word;
use crate::facts::{Command, PathUse, Purpose, Reach, Role, Sought, Word};
use crate::formats::{inner, pip};
use crate::source::{Span, Spanned};
use tree_sitter::Node;

/// The words of one command.
pub(super) struct Line<'t> {
    pub(super) words: Vec<Word>,
    nodes: Vec<Node<'t>>,
    /// Where the program stands that really runs, behind `sudo`, `env` and their like.
    pub(super) at: usize,
}

impl Line<'_> {
    /// The name of the program that really runs, without its folder.
    pub(super) fn program(&self) -> &str {
        let word = self.words.get(self.at).map_or("", |word| word.text.as_str());
        word.rsplit('/').next().unwrap_or(word)
    }

    /// The words behind that program.
    pub(super) fn arguments(&self) -> &[Word] {
        self.words.get(self.at + 1..).unwrap_or_default()
    }

    /// The arguments that are no options.
    pub(super) fn operands(&self) -> impl Iterator<Item = &Word> {
        self.arguments().iter().filter(|word| !word.text.starts_with('-'))
    }
}

impl<'t> Walk<'t> {
    /// The words of a `command` node, with what is known of variables put in.
    pub(super) fn words(&self, node: Node<'t>) -> Line<'t> {
        let mut words = Vec::new();
        let mut nodes = Vec::new();
        let mut cursor = node.walk();
        if cursor.goto_first_child() {
            loop {
                let child = cursor.node();
                if matches!(cursor.field_name(), Some("name" | "argument")) {
                    let inner = child
                        .named_child(0)
                        .filter(|_| child.kind() == "command_name")
                        .unwrap_or(child);
                    let read = word::read(inner, self.source, Some(&self.table));
                    words.push(Word {
                        text: read.text,
                        span: word::content(inner),
                        is_literal: read.is_literal,
                    });
                    nodes.push(inner);
                }
                if !cursor.goto_next_sibling() {
                    break;
                }
            }
        }
        let at = behind_wrappers(&words);
        Line { words, nodes, at }
    }

    pub(super) fn command(&mut self, node: Node<'t>, context: Context) {
        let words = self.words(node);
        let mut assignments = Vec::new();
        let mut output = None;
        for child in node.named_children(&mut node.walk()) {
            match child.kind() {
                "variable_assignment" => {
                    let part = |field| child.child_by_field_name(field);
                    let name = part("name").map_or("", |name| self.text(name));
                    let value = part("value").map(|value| word::read(value, self.source, Some(&self.table)));
                    assignments.push((name.to_owned(), value.unwrap_or_default().text));
                }
                "file_redirect" => {
                    self.redirect(child, context);
                    output = self.written(child).or(output);
                }
                _ => {}
            }
        }
        if words.words.is_empty() {
            return;
        }
        self.word_values(&words, context);
        self.effects(&words, context);
        let is_nohup = words
            .words
            .iter()
            .take(words.at)
            .any(|word| matches!(word.text.as_str(), "nohup" | "setsid" | "screen"));
        self.seek(&words);
        // What the script has made itself is no program.
        let first = words.words.first().map_or("", |word| word.text.as_str());
        if self.functions.contains(first) || self.aliases.contains(first) {
            self.calls.call(first, node.start_byte(), context.reach);
            return;
        }
        self.facts.commands.push(Command {
            words: words.words,
            assignments,
            span: Span::new(node.start_byte(), node.end_byte()),
            folder: self.folder.clone(),
            reach: context.reach,
            is_conditional: context.is_conditional,
            background: context.background || is_nohup,
            is_piped: context.is_piped,
            has_fallback: context.has_fallback,
            output: output.map(String::into_boxed_str),
        });
        self.inner(context, is_nohup);
    }

    /// `command -v x`, `which x`: programs that the script looks for.
    fn seek(&mut self, words: &Line<'t>) {
        let is_command = |word: &Word| matches!(word.text.as_str(), "-v" | "-V");
        let seeks = match words.program() {
            "which" | "type" | "hash" => true,
            name if self.seekers.contains(name) => true,
            "command" => words.arguments().first().is_some_and(is_command),
            "test" | "[" => {
                return words
                    .operands()
                    .for_each(|word| seek_path(word, &mut self.facts.sought));
            }
            _ => false,
        };
        if seeks {
            let literal = words.operands().filter(|word| word.is_literal);
            self.facts.sought.extend(literal.map(|word| Sought {
                name: word.text.rsplit('/').next().unwrap_or_default().to_owned(),
                span: word.span,
                is_required: false,
            }));
        }
    }

    /// The literals among the words, each with its role.
    fn word_values(&mut self, words: &Line<'t>, context: Context) {
        let program = words.program().to_owned();
        let is_prose = self.is_prose(&program);
        let mut pattern = pattern_place(&program, words.arguments()).map(|at| words.at + 1 + at);
        if is_prose {
            pattern = None;
        }
        let asks = matches!(program.as_str(), "which" | "type" | "hash" | "test" | "[")
            || words.words.first().is_some_and(|word| word.text == "command")
                && words.words.get(1).is_some_and(|word| word.text == "-v");
        for (at, node) in words.nodes.iter().enumerate() {
            let role = match (is_prose, context.sink) {
                _ if at <= words.at => Role::Command,
                _ if pattern == Some(at) => Role::Pattern,
                (true, Sink::People) => Role::Prose,
                (true, Sink::Machine) => Role::Argument,
                (false, _) => Role::Command,
            };
            let reach = if asks {
                context.reach.max(Reach::IfFound)
            } else {
                context.reach
            };
            let call = (at > words.at).then_some(program.as_str());
            if role == Role::Prose {
                self.facts.told.extend(told(word::content(*node), self.source));
            }
            let name = if is_prose {
                None
            } else {
                option_name(&words.words, at)
            };
            self.value(*node, role, name.as_deref(), call, reach);
        }
    }

    pub(super) fn is_prose(&self, program: &str) -> bool {
        const TELLING: [&str; 12] = [
            "log", "print", "warn", "error", "info", "success", "echo", "msg", "say", "die", "usage", "fail",
        ];
        let lower = program.to_ascii_lowercase();
        matches!(lower.as_str(), "echo" | "printf" | "print" | "logger")
            || TELLING.contains(&lower.as_str())
            || (self.functions.contains(program) && TELLING.iter().any(|part| lower.contains(part)))
    }

    /// What the command does to the script's folder, to files, and to what is installed.
    fn effects(&mut self, words: &Line<'t>, context: Context) {
        let program = words.program().to_owned();
        let literals = || words.operands().filter(|word| word.is_literal);
        match program.as_str() {
            "cd" | "pushd" if !context.background => {
                self.folder = match words.operands().next() {
                    Some(word) => Some(join(self.folder.as_deref(), &word.text)),
                    None => None,
                };
            }
            "alias" => {
                let names = words.operands().filter_map(|word| word.text.split_once('='));
                self.aliases.extend(names.map(|(name, _)| name.to_owned()));
            }
            "read" => {
                for word in words.operands() {
                    self.table.remove(&word.text);
                    self.assigned.insert(word.text.clone());
                }
            }
            "source" | "." => {
                let file = words.arguments().first().filter(|word| word.is_literal).cloned();
                self.path(file.as_ref(), Purpose::Reads);
            }
            "mkdir" => {
                // `-m` takes a mode.
                let mode = words.arguments().iter().position(|word| word.text == "-m");
                let mode = mode
                    .and_then(|at| words.arguments().get(at + 1))
                    .map(|word| word.span);
                for folder in literals().filter(|word| Some(word.span) != mode) {
                    self.path(Some(folder), Purpose::MakesFolder);
                }
            }
            "touch" | "tee" => {
                for file in literals() {
                    self.path(Some(file), Purpose::MakesFile);
                }
            }
            _ if context.reach != Reach::Elsewhere => {
                pip::read(words.words.get(words.at..).unwrap_or_default(), &mut self.facts);
            }
            _ => {}
        }
    }

    fn path(&mut self, word: Option<&Word>, purpose: Purpose) {
        let Some(word) = word else { return };
        for path in word::expand_braces(&word.text) {
            if !path.is_empty() {
                self.facts.paths.push(PathUse {
                    path,
                    span: word.span,
                    purpose,
                });
            }
        }
    }

    /// `> x`: a value, and a file that is made.
    pub(super) fn redirect(&mut self, node: Node<'t>, context: Context) {
        let Some(destination) = node.child_by_field_name("destination") else {
            return;
        };
        self.value(destination, Role::Argument, None, Some(">"), context.reach);
        let read = word::read(destination, self.source, Some(&self.table));
        let makes = node
            .children(&mut node.walk())
            .any(|child| matches!(child.kind(), ">" | ">>" | "&>" | "&>>" | ">|"));
        if makes && read.is_literal && !read.text.starts_with("/dev/") && !read.text.is_empty() {
            self.facts.paths.push(PathUse {
                path: read.text,
                span: word::content(destination),
                purpose: Purpose::MakesFile,
            });
        }
    }
}

/// `path`, as seen from `folder`.
pub(super) fn join(folder: Option<&str>, path: &str) -> String {
    match folder {
        Some(folder) if !path.starts_with(['/', '~', '$']) => {
            format!("{}/{path}", folder.trim_end_matches('/'))
        }
        _ => path.to_owned(),
    }
}

/// The program that a line for people begins with, where it reads like a command line.
fn told(text: Span, source: &str) -> Option<Spanned<String>> {
    let line = text.text(source);
    let body =
        line.trim_start_matches(|first: char| !first.is_alphanumeric() && first != '.' && first != '/');
    let mut words = body.split_whitespace().skip_while(|word| *word == "sudo");
    let name = words.next()?.rsplit('/').next()?;
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let is_one = words.next().is_some() && name.starts_with(|first: char| first.is_ascii_alphabetic());
    (is_one && name.chars().all(is_name)).then(|| Spanned::new(name.to_owned(), text))
}

/// `[ -x /opt/homebrew/bin/x ]`: a program that is looked for by its path.
pub(super) fn seek_path(word: &Word, sought: &mut Vec<Sought>) {
    let (folder, name) = word.text.rsplit_once('/').unwrap_or_default();
    let is_program = folder.ends_with("bin") || folder.contains("/libexec");
    if is_program && !name.is_empty() && word.is_literal {
        sought.push(Sought {
            name: name.to_owned(),
            span: word.span,
            is_required: false,
        });
    }
}

/// The place of the program that really runs.
pub(super) fn behind_wrappers(words: &[Word]) -> usize {
    inner::behind_wrappers(&texts(words))
}

pub(super) fn texts(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

/// Which argument is a pattern or a small program of text, for the commands that take one.
fn pattern_place(program: &str, arguments: &[Word]) -> Option<usize> {
    let searches = matches!(
        program,
        "grep"
            | "egrep"
            | "fgrep"
            | "zgrep"
            | "rg"
            | "ag"
            | "sed"
            | "gsed"
            | "awk"
            | "gawk"
            | "pgrep"
            | "pkill"
    );
    if !searches {
        return None;
    }
    let named = arguments
        .iter()
        .position(|word| matches!(word.text.as_str(), "-e" | "--regexp" | "--expression"));
    named.map(|at| at + 1).or_else(|| {
        arguments
            .iter()
            .position(|word| !word.text.starts_with('-') && !word.text.is_empty())
    })
}

/// The option that a word is the value of: `--host x`, `--host=x`.
fn option_name(words: &[Word], at: usize) -> Option<String> {
    let own = words.get(at)?.text.strip_prefix("--");
    if let Some((name, _)) = own.and_then(|text| text.split_once('=')) {
        return Some(name.to_owned());
    }
    let before = words.get(at.checked_sub(1)?)?;
    let name = before.text.strip_prefix("--")?;
    (own.is_none() && !name.is_empty() && !name.contains('=')).then(|| name.to_owned())
}
