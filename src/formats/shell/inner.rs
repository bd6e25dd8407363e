//! Commands that other commands are told to run: `bash -c "…"`, `xargs x`, `find -exec x`, `ssh host x`.

use super::command::{behind_wrappers, join, texts};
use super::walk::{Context, Walk};
use crate::facts::{Command, Reach, Word};
use crate::formats::inner::{self, Inner};
use crate::source::Span;

/// What a command is told to run.
enum Told {
    /// A text that a shell reads.
    Script(Word),
    /// The words of one command.
    Words(Vec<Word>),
}

impl Walk<'_> {
    /// Takes apart what the last command is told to run; its commands come behind it.
    pub(super) fn inner(&mut self, context: Context, is_nohup: bool) {
        let Some(outer) = self.facts.commands.last() else {
            return;
        };
        let found = inner::of(&texts(&outer.words));
        let at = match &found {
            Some(found) => found.runner,
            None => behind_wrappers(&outer.words),
        };
        let words = outer.words.get(at..).unwrap_or_default();
        let name = words
            .first()
            .map_or("", |word| word.text.rsplit('/').next().unwrap_or(""));
        let told = match &found {
            Some(found) => outer.words.get(found.at).cloned().map(Told::Script),
            None => told(name, words),
        };
        let Some(told) = told.filter(|_| self.depth > 0) else {
            return;
        };
        let outer = outer.clone();
        let (folder, assignments) = surroundings(&outer, found.as_ref());
        let is_elsewhere = name == "ssh";
        // Each of these runs what it is told for as long as it finds something, or at the end.
        let is_conditional = matches!(name, "xargs" | "find" | "trap") || context.is_conditional;
        let background = context.background || is_nohup || name == "tmux";
        let inner = match told {
            Told::Script(script) => self.commands_of(&script, outer.span),
            Told::Words(words) => vec![Command::new(words, outer.span)],
        };
        self.facts
            .commands
            .extend(inner.into_iter().map(|command| Command {
                folder: match command.folder {
                    Some(own) => Some(join(folder.as_deref(), &own)),
                    None => folder.clone(),
                },
                assignments: assignments.iter().cloned().chain(command.assignments).collect(),
                reach: if is_elsewhere {
                    Reach::Elsewhere
                } else {
                    command.reach.max(outer.reach)
                },
                is_conditional: command.is_conditional || is_conditional,
                background: command.background || background,
                has_fallback: command.has_fallback || context.has_fallback,
                ..command
            }));
    }

    /// The commands of a text that a shell reads. Over several lines each has its own place, where the text
    /// stands as it is.
    fn commands_of(&self, script: &Word, outer: Span) -> Vec<Command> {
        let is_as_written = script.text.contains('\n') && script.span.text(self.source) == script.text;
        let start = script.span.start as usize;
        let mut commands = super::extract_at(&script.text, self.depth - 1).commands;
        for command in &mut commands {
            command.span = if is_as_written {
                command.span.shifted(start)
            } else {
                outer
            };
            for word in &mut command.words {
                word.span = if is_as_written {
                    word.span.shifted(start)
                } else {
                    script.span
                };
            }
        }
        commands
    }
}

/// The folder that a text for a shell starts in, and what is set for it.
fn surroundings(outer: &Command, found: Option<&Inner>) -> (Option<String>, Vec<(String, String)>) {
    let Some(found) = found else {
        return (outer.folder.clone(), Vec::new());
    };
    // A login starts in a home folder, without what is set here.
    if found.is_login {
        return (Some("~".to_owned()), inner::login());
    }
    let before = outer.words[..found.runner].iter().filter_map(|word| {
        let (name, value) = word.text.split_once('=')?;
        (!name.starts_with('-')).then(|| (name.to_owned(), value.to_owned()))
    });
    let assignments = outer.assignments.iter().cloned().chain(before).collect();
    (outer.folder.clone(), assignments)
}

fn told(name: &str, words: &[Word]) -> Option<Told> {
    match name {
        "xargs" => behind_options(
            &words[1..],
            &["-n", "-P", "-I", "-L", "-s", "-d", "-a", "-E", "-J", "-R", "-S"],
        )
        .map(|rest| Told::Words(rest.to_vec())),
        "find" => {
            let is_exec = |word: &Word| matches!(word.text.as_str(), "-exec" | "-execdir" | "-ok" | "-okdir");
            let from = words.iter().position(is_exec)? + 1;
            let rest = words.get(from..)?;
            let ends = |word: &Word| matches!(word.text.as_str(), ";" | "+");
            let end = rest.iter().position(ends).unwrap_or(rest.len());
            Some(Told::Words(rest[..end].to_vec())).filter(|_| end > 0)
        }
        "ssh" => {
            let options = [
                "-p", "-i", "-l", "-o", "-F", "-J", "-L", "-R", "-D", "-b", "-c", "-E", "-m", "-S", "-W",
                "-w",
            ];
            let rest = behind_options(&words[1..], &options)?;
            joined(rest.get(1..)?).map(Told::Script)
        }
        "eval" => joined(&words[1..]).map(Told::Script),
        "trap" => {
            let first = words
                .get(1)
                .filter(|word| !word.text.starts_with('-') && !word.text.is_empty());
            first.filter(|_| words.len() > 2).cloned().map(Told::Script)
        }
        _ => None,
    }
}

/// The words behind a command's own options, of which these take a value.
fn behind_options<'a>(words: &'a [Word], with_value: &[&str]) -> Option<&'a [Word]> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if with_value.contains(&word.text.as_str()) {
            at += 2;
        } else if word.text.starts_with('-') {
            at += 1;
        } else {
            break;
        }
    }
    words.get(at..).filter(|rest| !rest.is_empty())
}

/// Words as one text, which a shell reads again.
fn joined(words: &[Word]) -> Option<Word> {
    let (first, last) = (words.first()?, words.last()?);
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    Some(Word {
        text: texts.join(" "),
        span: Span::new(first.span.start as usize, last.span.end as usize),
        is_literal: words.iter().all(|word| word.is_literal),
    })
}
