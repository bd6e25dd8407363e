//! Command lines that stand in other documents: a unit's `ExecStart`, a Procfile's line, a service's command.

use super::inner::{self, Inner};
use super::shell;
use crate::facts::{Command, Facts, Word};
use crate::source::Span;

/// The command of a line that its manager splits into words itself, without a shell; `span` is where the
/// line stands.
pub(super) fn direct(line: &str, span: Span) -> Vec<Command> {
    let words = shlex::split(line).unwrap_or_else(|| line.split_whitespace().map(str::to_owned).collect());
    of_words(words, span)
}

/// The command of a list of words, as `execve` gets them. What a shell among them is told to run
/// (`sh -c "…"`) is taken apart as the shell would.
pub(super) fn of_words(words: Vec<String>, span: Span) -> Vec<Command> {
    if words.is_empty() {
        return Vec::new();
    }
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    if let Some(inner) = inner::of(&texts) {
        return of_inner(&texts, &inner, span);
    }
    let words = words
        .into_iter()
        .map(|text| Word {
            is_literal: !text.contains('$'),
            text,
            span,
        })
        .collect();
    vec![Command::new(words, span)]
}

/// The commands of a line that a shell reads, in order.
pub(super) fn of_shell(line: &str, span: Span) -> Vec<Command> {
    let mut commands = shell::extract(line).commands;
    for command in &mut commands {
        command.span = span;
        for word in &mut command.words {
            word.span = span;
        }
    }
    commands
}

/// Notes what dash does not understand of the texts that programs' command lines give to `sh`.
pub(super) fn note_bashisms(facts: &mut Facts) {
    let given: Vec<(String, Span)> = facts
        .programs
        .iter()
        .filter_map(|program| program.command.as_ref())
        .filter_map(|command| Some((script_of_sh(&command.value)?, command.span)))
        .collect();
    for (script, span) in given {
        shell::note_bashisms(&script, span, facts);
    }
}

/// The script of `/bin/sh -c "script"`.
fn script_of_sh(line: &str) -> Option<String> {
    let words = shlex::split(line)?;
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    let inner = inner::of(&texts)?;
    let is_sh = matches!(texts[inner.runner].rsplit('/').next(), Some("sh" | "dash"));
    is_sh.then(|| texts[inner.at].to_owned())
}

/// The same for a line that begins at byte `start` of its document and stands there as it is: each command
/// has its own place.
pub(super) fn of_shell_at(line: &str, start: usize) -> Vec<Command> {
    let mut commands = shell::extract(line).commands;
    for command in &mut commands {
        command.span = command.span.shifted(start);
        for word in &mut command.words {
            word.span = word.span.shifted(start);
        }
    }
    commands
}

/// The commands of a text that one of the words is, with what the words before it set.
fn of_inner(words: &[&str], inner: &Inner, span: Span) -> Vec<Command> {
    let before = words[..inner.runner]
        .iter()
        .filter(|word| !word.starts_with('-'))
        .filter_map(|word| word.split_once('='));
    let set: Vec<(String, String)> = if inner.is_login {
        inner::login()
    } else {
        before
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    let mut commands = of_shell(words[inner.at], span);
    for command in &mut commands {
        let own = std::mem::take(&mut command.assignments);
        command.assignments = set.iter().cloned().chain(own).collect();
        if inner.is_login {
            // A home folder, which the tree does not tell of.
            let own = command.folder.take().unwrap_or_default();
            command.folder = Some(if own.starts_with(['/', '~', '$']) {
                own
            } else {
                format!("~/{own}").trim_end_matches('/').to_owned()
            });
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(commands: &[Command]) -> Vec<Vec<&str>> {
        let of = |command: &Command| -> Vec<usize> { (0..command.words.len()).collect() };
        commands
            .iter()
            .map(|command| {
                of(command)
                    .into_iter()
                    .map(|at| command.words[at].text.as_str())
                    .collect()
            })
            .collect()
    }

    #[test]
    fn a_line_without_a_shell_is_one_command() {
        let commands = direct("python3 'a b.py' && echo", Span::default());
        assert_eq!(words(&commands), [["python3", "a b.py", "&&", "echo"]]);
    }

    #[test]
    fn what_a_shell_is_told_to_run_is_taken_apart() {
        let commands = direct("bash -lc 'cd app && exec python3 main.py'", Span::default());
        assert_eq!(
            commands.last().and_then(|last| last.folder.as_deref()),
            Some("app")
        );
        assert_eq!(
            words(&commands).last().map(|last| last.join(" ")).as_deref(),
            Some("exec python3 main.py")
        );
    }
}
