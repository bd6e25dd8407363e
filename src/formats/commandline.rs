//! Command lines that stand in other documents: a unit's `ExecStart`, a Procfile's line, a service's command.

use super::shell;
use crate::facts::{Command, Facts, Reach, Word};
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
    if let Some(script) = shell_script(&words) {
        return of_shell(&script, span);
    }
    let words = words
        .into_iter()
        .map(|text| Word {
            is_literal: !text.contains('$'),
            text,
            span,
        })
        .collect();
    vec![Command {
        words,
        assignments: Vec::new(),
        span,
        folder: None,
        reach: Reach::Always,
        is_conditional: false,
        background: false,
    }]
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
    let is_sh = matches!(words.first()?.rsplit('/').next(), Some("sh" | "dash"));
    is_sh.then(|| shell_script(&words))?
}

/// The script of `bash -lc "script"`.
fn shell_script(words: &[String]) -> Option<String> {
    let name = words.first()?.rsplit('/').next()?;
    if !matches!(name, "sh" | "bash" | "dash" | "zsh" | "ksh") {
        return None;
    }
    let mut rest = words[1..].iter();
    while let Some(word) = rest.next() {
        let is_script = word.starts_with('-') && !word.starts_with("--") && word.ends_with('c');
        if is_script {
            return rest.next().cloned();
        }
        if !word.starts_with('-') {
            return None;
        }
    }
    None
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
