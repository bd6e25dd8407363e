//! Makefiles: the commands of their recipes, as make hands them to the shell.

use super::commandline;
use super::joined::{Joining, joined};
use super::shell;
use crate::facts::{Command, Facts, Reach};
use crate::source::Span;
use std::collections::BTreeMap;

const JOINING: Joining = Joining {
    mark: '\\',
    allows_blanks: false,
    skips_empty: false,
    comments: &[],
};

/// Lines longer than this are left alone once variables are put in: they may name each other again and again.
const LONGEST: usize = 8192;

/// Bytes of lines with variables put in that are read of one file.
const MOST: usize = 4 << 20;

/// Whether a file is a Makefile, by its name in lower case.
pub(super) fn is_makefile(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    matches!(name, "makefile" | "gnumakefile") || matches!(extension, Some("mk" | "mak"))
}

/// Adds the commands of a Makefile's recipes, and those of its `$(shell …)`.
pub(super) fn read(text: &str, facts: &mut Facts) {
    let mut reader = Reader {
        has_own_shell: text.lines().any(names_shell),
        ..Reader::default()
    };
    let mut at = 0;
    for line in joined(text, JOINING).split_inclusive('\n') {
        let start = at;
        at += line.len();
        if let Some(recipe) = line.strip_prefix('\t') {
            reader.recipe(recipe, start + 1, facts);
        } else {
            reader.line(line.trim(), start, facts);
        }
    }
}

/// `SHELL := /bin/bash`.
fn names_shell(line: &str) -> bool {
    let rest = line.trim_start_matches("export ").strip_prefix("SHELL");
    rest.is_some_and(|rest| rest.trim_start().starts_with(['=', ':', '?']))
}

#[derive(Default)]
struct Reader {
    variables: BTreeMap<String, String>,
    /// The conditionals around the line: how the target gets to the arm, and to the other one.
    arms: Vec<(Reach, Reach)>,
    /// Bytes of lines that have been read with their variables put in.
    read: usize,
    /// Whether another shell than `/bin/sh` reads the recipes.
    has_own_shell: bool,
}

impl Reader {
    fn reach(&self) -> Reach {
        let reaches = self.arms.iter().map(|(reach, _)| *reach);
        reaches.max().unwrap_or_default()
    }

    /// A line outside of recipes: a conditional, a variable, a rule.
    fn line(&mut self, line: &str, start: usize, facts: &mut Facts) {
        let line = line.split(" #").next().unwrap_or(line).trim_end();
        let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match first.split('(').next().unwrap_or(first) {
            "ifeq" | "ifneq" | "ifdef" | "ifndef" => self.arms.push(arms(first, line)),
            "else" => {
                let other = self.arms.pop().unwrap_or_default().1;
                let inner = rest.trim_start();
                let (reach, no) = if inner.starts_with("if") {
                    arms(inner, inner)
                } else {
                    (Reach::Always, Reach::Always)
                };
                self.arms.push((other.max(reach), other.max(no)));
            }
            "endif" => {
                self.arms.pop();
            }
            _ if line.starts_with('#') => {}
            _ => {
                self.shells(line, start, facts);
                self.assign(line);
            }
        }
    }

    fn assign(&mut self, line: &str) {
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else {
            return;
        };
        let is_default = name.ends_with('?');
        let name = name.trim_end_matches([':', '?', '+', '!', ' ', '\t']);
        let is_name = !name.is_empty() && !name.contains([' ', '\t', ':', '$']);
        if is_name && self.reach() != Reach::Elsewhere && !(is_default && self.variables.contains_key(name)) {
            let value = self.expand(value.trim());
            self.variables.insert(name.to_owned(), value);
        }
    }

    /// `$(shell command)`, which make runs itself.
    fn shells(&mut self, line: &str, start: usize, facts: &mut Facts) {
        let mut from = 0;
        while let Some(offset) = line.get(from..).and_then(|rest| rest.find("$(shell ")) {
            let begin = from + offset + "$(shell ".len();
            let Some(end) = closing(line, begin) else { return };
            let script = line.get(begin..end).unwrap_or_default();
            self.add(script, start + begin, facts);
            from = end;
        }
    }

    fn recipe(&mut self, line: &str, start: usize, facts: &mut Facts) {
        let body = line.trim_start_matches(['@', '-', '+', ' ', '\t']);
        let start = start + line.len() - body.len();
        let body = body.trim_end();
        if body.starts_with("if")
            && ["ifeq", "ifneq", "ifdef", "ifndef"]
                .iter()
                .any(|word| body.starts_with(word))
        {
            return self.line(body, start, facts);
        }
        if matches!(body, "else" | "endif") {
            return self.line(body, start, facts);
        }
        if !body.starts_with('#') && !body.is_empty() {
            self.add(body, start, facts);
        }
    }

    fn add(&mut self, script: &str, start: usize, facts: &mut Facts) {
        let text = self.expand(script);
        self.read += text.len();
        if text.len() > LONGEST || self.read > MOST {
            return;
        }
        let mut commands: Vec<Command> = if text.len() == script.len() {
            commandline::of_shell_at(&text, start)
        } else {
            commandline::of_shell(&text, Span::new(start, start + script.len()))
        };
        for command in &mut commands {
            // A target is made when somebody asks for it.
            command.is_conditional = true;
            command.reach = command.reach.max(self.reach());
        }
        facts.commands.extend(commands);
        if !self.has_own_shell && self.reach() != Reach::Elsewhere {
            shell::note_bashisms(&text, Span::new(start, start + script.len()), facts);
        }
    }

    /// A text with the variables of make put in. What is not known becomes a variable of the shell, of the
    /// same length.
    fn expand(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, behind) = rest.split_at(at);
            out.push_str(before);
            let inner = behind.get(1..).unwrap_or_default();
            if let Some(shells) = inner.strip_prefix('$') {
                out.push('$');
                rest = shells;
            } else if inner.starts_with(['(', '{'])
                && let Some(end) = closing(behind, 2)
            {
                let name = behind.get(2..end).unwrap_or_default();
                match self.variables.get(name) {
                    Some(value) if out.len() + value.len() <= LONGEST => out.push_str(value),
                    _ => {
                        out.push('$');
                        out.extend(std::iter::repeat_n('x', end));
                    }
                }
                rest = behind.get(end + 1..).unwrap_or_default();
            } else {
                out.push('$');
                rest = inner;
            }
        }
        out.push_str(rest);
        out
    }
}

/// Where the bracket closes inside which byte `from` stands.
fn closing(text: &str, from: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        match byte {
            b'(' | b'{' => depth += 1,
            b')' | b'}' if depth == 0 => return Some(at),
            b')' | b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// How the target gets to what stands behind `ifeq ($(UNAME), Darwin)`, and to its `else`.
fn arms(word: &str, test: &str) -> (Reach, Reach) {
    let test = test.to_ascii_lowercase();
    let is_mac = ["darwin", "macos", "osx"].iter().any(|name| test.contains(name));
    let (yes, no) = match (is_mac, test.contains("linux")) {
        (true, false) => (Reach::Elsewhere, Reach::Always),
        (false, true) => (Reach::Always, Reach::Elsewhere),
        _ => (Reach::Always, Reach::Always),
    };
    if word.starts_with("ifn") {
        (no, yes)
    } else {
        (yes, no)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn commands(text: &str) -> Vec<(String, Reach)> {
        let mut facts = Facts::default();
        read(text, &mut facts);
        let words = |command: &Command| {
            let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
            (words.join(" "), command.reach)
        };
        facts.commands.iter().map(words).collect()
    }

    #[test]
    fn recipes_are_read_as_the_shell_gets_them() {
        let text = "PY ?= python3\nPY ?= python\nNOW := $(shell gdate +%s)\n# a\nall: x # y\n\t@$(PY) -m app $(ARGS)\n\t-open \\\n\
                    \t\tout.html && echo $$HOME\n";
        let found: Vec<String> = commands(text).into_iter().map(|(words, _)| words).collect();
        assert_eq!(
            found,
            [
                "gdate +%s",
                "python3 -m app $xxxxxx",
                "open out.html",
                "echo $HOME"
            ]
        );
        let mut facts = Facts::default();
        read(text, &mut facts);
        let open = facts
            .commands
            .iter()
            .find(|command| command.program() == "open")
            .unwrap();
        assert!(
            text[open.span.start as usize..].starts_with("open"),
            "{:?}",
            open.span
        );
    }

    #[test]
    fn conditionals_are_guards() {
        let text = "ifeq ($(shell uname),Darwin)\nall:\n\topen a\nelse\nall:\n\txdg-open a\nendif\nb:\n\tc\n\
                    ifneq ($(OS),Linux)\n\td\nendif\n";
        let found = commands(text);
        let reach = |name: &str| found.iter().find(|(words, _)| words.starts_with(name)).unwrap().1;
        assert_eq!(reach("open"), Reach::Elsewhere);
        assert_eq!(reach("xdg-open"), Reach::Always);
        assert_eq!(reach("c"), Reach::Always);
        assert_eq!(reach("d"), Reach::Elsewhere);
    }

    #[test]
    fn recipes_are_for_sh() {
        let found = |text: &str| {
            let mut facts = Facts::default();
            read(text, &mut facts);
            let spans = facts.bashisms.iter();
            spans
                .map(|bashism| bashism.span.text(text).to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(found("run:\n\t@source .env && ./run\n"), ["source .env && ./run"]);
        assert_eq!(
            found("run:\n\techo a && \\\n\t  [[ -f x ]]\n"),
            ["echo a && \\\n\t  [[ -f x ]]"]
        );
        for text in [
            "SHELL := /bin/bash\nrun:\n\tsource .env\n",
            "run:\n\techo $(shell [[ x ]]) $${x} $@ ${A}\n",
            "source = x\n",
            "run:\n\t# source x\n",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn hostile_text_is_read() {
        for text in [
            "\t",
            "\t@",
            "$",
            "$(",
            "\t$(",
            "\t${",
            "$(shell ",
            "A=$(A)\n\t$(A)",
            "endif\nelse\n",
            "é=é\n\té",
        ] {
            commands(text);
        }
        let mut doubling = String::new();
        for at in 0..40 {
            let _ = writeln!(doubling, "A{}=$(A{at})$(A{at})", at + 1);
        }
        commands(&format!("A0=xxxxxxxxxxxxxxxx\n{doubling}\t$(A40)\n"));
    }
}
