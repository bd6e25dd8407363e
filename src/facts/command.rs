//! Commands that a document runs.

use super::value::Reach;
use crate::source::Span;

/// One simple command, as the shell or `execve` would see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each says another thing of how the command stands in its script, and any of them may hold"
)]
pub struct Command {
    /// Its words; the first is the program. Leading assignments are in `assignments`.
    pub words: Vec<Word>,
    /// Assignments before the program: `PYTHONPATH=. python x.py`.
    pub assignments: Vec<(String, String)>,
    /// The whole command.
    pub span: Span,
    /// The folder that an earlier `cd` of the same script, or a `cwd=` argument, went to; with what is not
    /// known of it as written (`$HOME/app`).
    pub folder: Option<String>,
    /// Whether the target gets there.
    pub reach: Reach,
    /// Whether it may be skipped: it stands in a branch, a loop or a function, or behind `||`.
    pub is_conditional: bool,
    /// Whether it runs in the background (`&`, `nohup`, `Popen`).
    pub background: bool,
    /// Whether it reads what the command before it writes.
    pub is_piped: bool,
    /// Whether something else is done where it fails: `x || y`, `except FileNotFoundError`.
    pub has_fallback: bool,
    /// The file that its standard output goes to (`> x`), with what is not known of it as written.
    pub output: Option<Box<str>>,
}

/// A program that a document looks for before it runs it: `command -v x`, `shutil.which("x")`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// Its name, without its folder.
    pub name: String,
    /// Where it is looked for.
    pub span: Span,
    /// Whether the document ends where it is not found.
    pub is_required: bool,
}

/// One word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text, quotes removed, with variables that could be worked out put in.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// Whether the text is all there is: no variable, no substitution is left in it.
    pub is_literal: bool,
}

impl Command {
    /// The command of these words, which nothing keeps from running.
    pub fn new(words: Vec<Word>, span: Span) -> Self {
        Self {
            words,
            span,
            ..Self::default()
        }
    }

    /// The name of the program, without its folder; empty when it is not known.
    pub fn program(&self) -> &str {
        let word = self.words.first().map_or("", |word| word.text.as_str());
        // Everybody asks for it, of words that may be long texts.
        memchr::memrchr(b'/', word.as_bytes()).map_or(word, |at| &word[at + 1..])
    }

    /// Whether the shell itself does it, and no program (bash(1), "SHELL BUILTIN COMMANDS").
    pub fn is_builtin(&self) -> bool {
        matches!(
            self.words.first().map_or("", |word| word.text.as_str()),
            "." | ":"
                | "["
                | "alias"
                | "cd"
                | "command"
                | "declare"
                | "echo"
                | "eval"
                | "exec"
                | "exit"
                | "export"
                | "false"
                | "kill"
                | "local"
                | "printf"
                | "pwd"
                | "read"
                | "return"
                | "set"
                | "shift"
                | "source"
                | "test"
                | "trap"
                | "true"
                | "type"
                | "ulimit"
                | "umask"
                | "unset"
                | "wait"
        )
    }

    /// The folder, where it is known to its end.
    pub fn known_folder(&self) -> Option<&str> {
        self.folder
            .as_deref()
            .filter(|folder| !folder.contains(['$', '`']))
    }

    /// The words behind the program.
    pub fn arguments(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }
}
