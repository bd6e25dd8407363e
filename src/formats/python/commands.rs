//! Commands that Python code runs.

use super::calls::runs_command;
use super::names::last;
use super::span;
use super::values::Collector;
use crate::facts::{Command, Reach, Sought, Word};
use crate::formats::{commandline, shell as script};
use crate::source::Span;
use aho_corasick::{AhoCorasick, MatchKind};
use ruff_python_ast::{Expr, ExprCall, ExprFString, FStringPart, InterpolatedStringElement, Operator};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How deep an expression is followed to its words.
const DEPTH: usize = 8;

/// A command line as the code builds it.
#[derive(Debug, Clone)]
pub(super) enum Line {
    /// Words, as `execve` gets them.
    Words(Vec<Word>),
    /// A text, with `$` in the stead of what is not known.
    Text(Word),
}

/// Longer lines are not kept: nobody writes them.
const LONGEST: usize = 4096;

/// The command lines that names stand for, one table for each function around the statement.
#[derive(Debug, Default)]
pub(super) struct Lines {
    inner: Vec<BTreeMap<String, Option<Line>>>,
    module: BTreeMap<String, Option<Line>>,
    /// Whether the module may run a command: otherwise nobody asks.
    is_asked: bool,
}

/// One of which a module names that runs a command, as [`runs_command`] knows them.
static RUNNERS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let names = [
        "subprocess",
        "system",
        "popen",
        "execl",
        "execv",
        "os.exec",
        "spawn",
        "pexpect",
    ];
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostFirst).build(names).ok()
});

impl Lines {
    /// No lines yet, of the module of this text.
    pub(super) fn of(text: &str) -> Self {
        Self {
            is_asked: RUNNERS.as_ref().is_none_or(|names| names.is_match(text)),
            ..Self::default()
        }
    }

    pub(super) fn are_asked(&self) -> bool {
        self.is_asked
    }

    pub(super) fn enter(&mut self) {
        self.inner.push(BTreeMap::new());
    }

    pub(super) fn leave(&mut self) {
        self.inner.pop();
    }

    /// `name` gets a value, which is a line or something else.
    pub(super) fn bind(&mut self, name: &str, line: Option<Line>) {
        if !self.is_asked {
            return;
        }
        let line = line.filter(|line| match line {
            Line::Text(text) => text.text.len() <= LONGEST,
            Line::Words(words) => words.len() <= LONGEST / 16,
        });
        let table = self.inner.last_mut().unwrap_or(&mut self.module);
        table.insert(name.to_owned(), line);
    }

    fn get(&self, name: &str) -> Option<&Line> {
        let mut tables = self.inner.iter().rev().chain([&self.module]);
        tables.find_map(|table| table.get(name))?.as_ref()
    }
}

impl Collector<'_> {
    /// The command that a call runs, as far as its words are written.
    pub(super) fn command(&mut self, call: &ExprCall, function: &str, reach: Reach) {
        self.text_for_shell(call, function, reach);
        let mut commands = match self.given(call, function) {
            Some(Line::Text(text)) if is_for_shell(call, function) => shell(&text),
            Some(Line::Text(text)) => vec![Command::new(split(&text), text.span)],
            Some(Line::Words(words)) => match script_of(&words) {
                Some(script) => shell(&script),
                None => vec![Command::new(words, span(call))],
            },
            None => return,
        };
        let folder = call.arguments.find_keyword("cwd");
        let folder = folder.and_then(|cwd| match &cwd.value {
            Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
            _ => None,
        });
        for command in &mut commands {
            if command.span.start == command.span.end {
                command.span = span(call);
            }
            command.folder = command.folder.take().or_else(|| folder.clone());
            command.reach = command.reach.max(reach);
            command.background |= last(function) == "Popen";
            command.has_fallback |= self.is_tried;
        }
        self.facts.commands.extend(commands);
    }

    /// `shutil.which("x")`, `os.path.exists("/usr/bin/x")`.
    pub(super) fn seek(&mut self, call: &ExprCall, function: &str) {
        let Some(Expr::StringLiteral(text)) = call.arguments.args.first() else {
            return;
        };
        let (folder, name) = text
            .value
            .to_str()
            .rsplit_once('/')
            .unwrap_or(("", text.value.to_str()));
        let is_program = matches!(last(function), "which" | "find_executable") || folder.ends_with("bin");
        if is_program && !name.is_empty() {
            self.facts.sought.push(Sought {
                name: name.to_owned(),
                span: span(text),
                is_required: false,
            });
        }
    }

    /// The line that a call is given: one argument, or one for each word.
    fn given(&self, call: &ExprCall, function: &str) -> Option<Line> {
        let arguments: &[Expr] = &call.arguments.args;
        let (module, name) = function.rsplit_once('.').unwrap_or(("", function));
        let words = |arguments: &[Expr]| arguments.iter().map(|word| self.word(word)).collect();
        if name == "create_subprocess_exec" {
            return Some(Line::Words(words(arguments)));
        }
        let is_exec = module == "os" && name.starts_with("exec");
        if is_exec || (module == "os" && name.starts_with("spawn")) {
            // os.spawn…(mode, path, …); the name that the program sees itself by is no word of the command.
            let (program, rest) = arguments.get(usize::from(!is_exec)..)?.split_first()?;
            let mut line = vec![self.word(program)];
            match (name.contains("execv") || name.contains("spawnv"), rest) {
                (true, [list, ..]) => {
                    if let Some(Line::Words(words)) = self.line(list, DEPTH) {
                        line.extend(words.into_iter().skip(1));
                    }
                }
                (_, [_, rest @ ..]) => line.extend(words(rest)),
                _ => {}
            }
            return Some(Line::Words(line));
        }
        let keyword = || call.arguments.find_keyword("args").map(|args| &args.value);
        let mut line = self.line(arguments.first().or_else(keyword)?, DEPTH)?;
        // pexpect.spawn("ssh", ["-v", host])
        if let ("pexpect", Line::Text(text), Some(list)) = (module, &line, arguments.get(1))
            && let Some(Line::Words(rest)) = self.line(list, DEPTH)
        {
            let program = std::iter::once(text.clone());
            line = Line::Words(program.chain(rest).collect());
        }
        Some(line)
    }

    /// The command line that an expression is, if it is one.
    pub(super) fn line(&self, expr: &Expr, depth: usize) -> Option<Line> {
        let depth = depth.checked_sub(1)?;
        match expr {
            Expr::List(list) => Some(Line::Words(self.elements_of(&list.elts, depth))),
            Expr::Tuple(tuple) => Some(Line::Words(self.elements_of(&tuple.elts, depth))),
            Expr::StringLiteral(literal) => Some(Line::Text(Word {
                text: literal.value.to_str().to_owned(),
                span: self.content(span(literal)),
                is_literal: true,
            })),
            Expr::FString(literal) => Some(Line::Text(self.formatted_line(literal))),
            Expr::Name(name) => self.lines.get(name.id.as_str()).cloned(),
            Expr::If(choice) => match self.reaches(&choice.test, Reach::Always) {
                (Reach::Elsewhere, _) => self.line(&choice.orelse, depth),
                _ => self.line(&choice.body, depth),
            },
            Expr::BinOp(operation) if operation.op == Operator::Add => {
                let left = self.line(&operation.left, depth)?;
                Some(add(left, self.line(&operation.right, depth)))
            }
            Expr::Call(call) => {
                let function = self.names.dotted(&call.func)?;
                let text = match (function.as_ref(), &*call.func) {
                    ("shlex.split", _) => call.arguments.args.first()?,
                    (_, Expr::Attribute(method))
                        if method.attr.id.as_str() == "split" && call.arguments.args.is_empty() =>
                    {
                        &method.value
                    }
                    _ => return None,
                };
                match self.line(text, depth)? {
                    Line::Text(text) => Some(Line::Words(split(&text))),
                    Line::Words(_) => None,
                }
            }
            _ => None,
        }
    }

    fn elements_of(&self, elements: &[Expr], depth: usize) -> Vec<Word> {
        let mut words = Vec::with_capacity(elements.len());
        for element in elements {
            match element {
                Expr::Starred(starred) => match self.line(&starred.value, depth) {
                    Some(Line::Words(inner)) => words.extend(inner),
                    _ => words.push(self.word(element)),
                },
                _ => words.push(self.word(element)),
            }
        }
        words
    }

    /// Notes what dash does not understand of the text that a call has `sh` read.
    fn text_for_shell(&mut self, call: &ExprCall, function: &str, reach: Reach) {
        let keyword = |name| call.arguments.find_keyword(name).map(|keyword| &keyword.value);
        let asks = matches!(keyword("shell"), Some(Expr::BooleanLiteral(literal)) if literal.value);
        let always = matches!(
            last(function),
            "system" | "popen" | "getoutput" | "getstatusoutput"
        ) || function == "asyncio.create_subprocess_shell";
        let has_own = keyword("executable").is_some();
        if !(asks || always) || has_own || reach == Reach::Elsewhere {
            return;
        }
        let given = call.arguments.args.first().or(keyword("args"));
        let text = match given {
            Some(Expr::StringLiteral(literal)) => literal.value.to_str().to_owned(),
            Some(Expr::FString(literal)) => with_holes(literal),
            _ => return,
        };
        if let Some(given) = given {
            script::note_bashisms(&text, span(given), self.facts);
        }
    }

    fn word(&self, expr: &Expr) -> Word {
        match expr {
            Expr::StringLiteral(literal) => Word {
                text: literal.value.to_str().to_owned(),
                span: span(literal),
                is_literal: true,
            },
            Expr::Name(name) => match self.lines.get(name.id.as_str()) {
                Some(Line::Text(text)) => Word {
                    span: span(name),
                    ..text.clone()
                },
                _ => self.unknown(expr),
            },
            other => self.unknown(other),
        }
    }

    fn unknown(&self, expr: &Expr) -> Word {
        let span = span(expr);
        Word {
            text: span.text(self.text).to_owned(),
            span,
            is_literal: false,
        }
    }

    /// A formatted text, in which every expression has become a variable of the same length, so that all
    /// else keeps its place.
    fn formatted_line(&self, literal: &ExprFString) -> Word {
        let whole = self.content(span(literal));
        if whole.range().len() > LONGEST {
            return Word {
                text: "$x".to_owned(),
                span: whole,
                is_literal: false,
            };
        }
        let mut text = whole.text(self.text).to_owned();
        let mut is_literal = true;
        for part in &literal.value {
            let FStringPart::FString(part) = part else {
                continue;
            };
            for element in part
                .elements
                .iter()
                .filter_map(|element| element.as_interpolation())
            {
                is_literal = false;
                let hole = span(element);
                let start = (hole.start.saturating_sub(whole.start)) as usize;
                let end = start + hole.range().len();
                if hole.start >= whole.start && text.get(start..end).is_some() {
                    let name = format!("${}", "x".repeat(end - start - 1));
                    text.replace_range(start..end, &name);
                }
            }
        }
        Word {
            text,
            span: whole,
            is_literal,
        }
    }

    /// A literal without the prefix and quotes around it.
    fn content(&self, literal: Span) -> Span {
        let text = literal.text(self.text);
        let prefix = text.find(['"', '\'']).unwrap_or(0);
        let quotes = match text.get(prefix..prefix + 3) {
            Some("\"\"\"" | "\'\'\'") if text.len() >= prefix + 6 => 3,
            _ => 1,
        };
        let (start, end) = (literal.start as usize + prefix + quotes, literal.end as usize);
        if start + quotes > end {
            return literal;
        }
        Span::new(start, end - quotes)
    }
}

/// The text of an f-string with a word in the place of each value.
fn with_holes(literal: &ExprFString) -> String {
    let elements = literal.value.elements().map(|element| match element {
        InterpolatedStringElement::Literal(part) => part.value.to_string(),
        InterpolatedStringElement::Interpolation(_) => "x".to_owned(),
    });
    elements.collect()
}

/// Whether a shell reads the text that a call is given.
fn is_for_shell(call: &ExprCall, function: &str) -> bool {
    let is_always = matches!(
        last(function),
        "system" | "popen" | "getoutput" | "getstatusoutput" | "create_subprocess_shell"
    );
    let asked = call.arguments.find_keyword("shell");
    is_always
        || asked.is_some_and(|asked| !matches!(&asked.value, Expr::BooleanLiteral(given) if !given.value))
}

/// The text that the words have a shell run: `["bash", "-c", "…"]`.
fn script_of(words: &[Word]) -> Option<Word> {
    let name = words.first()?.text.rsplit('/').next()?;
    if !matches!(name, "sh" | "bash" | "dash" | "zsh") {
        return None;
    }
    let option = words.get(1)?.text.strip_prefix('-')?;
    words.get(2).filter(|_| option.ends_with('c')).cloned()
}

/// The commands of a text that a shell reads, each at its place where the text stands as it is written.
fn shell(text: &Word) -> Vec<Command> {
    let is_as_written = text.span.range().len() == text.text.len();
    if is_as_written {
        commandline::of_shell_at(&text.text, text.span.start as usize)
    } else {
        commandline::of_shell(&text.text, text.span)
    }
}

/// The words of a text without any shell syntax but quotes.
fn split(text: &Word) -> Vec<Word> {
    let words = shlex::split(&text.text);
    let words = words.unwrap_or_else(|| text.text.split_whitespace().map(str::to_owned).collect());
    words
        .into_iter()
        .map(|word| Word {
            is_literal: !word.contains('$'),
            text: word,
            span: text.span,
        })
        .collect()
}

/// Two lines, the second of which may be unknown.
fn add(left: Line, right: Option<Line>) -> Line {
    match (left, right) {
        (Line::Words(mut words), Some(Line::Words(more))) => {
            words.extend(more);
            Line::Words(words)
        }
        (Line::Text(left), Some(Line::Text(right))) => Line::Text(Word {
            text: left.text + &right.text,
            is_literal: left.is_literal && right.is_literal,
            span: left.span,
        }),
        (Line::Text(left), _) => Line::Text(Word {
            text: left.text + "$x",
            is_literal: false,
            span: left.span,
        }),
        (words, _) => words,
    }
}

/// Whether a call looks for a program.
pub(super) fn seeks(function: &str) -> bool {
    matches!(last(function), "which" | "find_executable") && !runs_command(function)
}
