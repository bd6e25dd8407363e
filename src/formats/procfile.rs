//! A Procfile: `name: command`, one line for each kind of process, each run by a shell.

use super::commandline;
use super::plain::{self, Statement};
use crate::facts::{Facts, Manager, Program};
use crate::source::{Span, Spanned};

/// The facts of a Procfile.
pub fn extract(text: &str) -> Facts {
    let mut facts = plain::by_lines(text, plain::is_comment, |_, body| match body.split_once(':') {
        Some((name, value)) => Statement::command(Some(name.trim()), value.trim()),
        None => Statement::command(None, body),
    });
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        facts.programs.extend(program(line, at));
        at += line.len();
    }
    facts
}

/// The process of a line that begins at byte `at`. Foreman and honcho pass over any other line.
fn program(line: &str, at: usize) -> Option<Program> {
    let line = line.trim_end();
    let (name, rest) = line.split_once(':')?;
    let is_name = |name: &str| {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
        !name.is_empty() && name.chars().all(is_letter)
    };
    let command = rest.trim_start();
    if command.is_empty() || !is_name(name) {
        return None;
    }
    let span = Span::new(at + line.len() - command.len(), at + line.len());
    let mut program = Program::new(name, Span::new(at, at + name.len()), Manager::Procfile);
    program.commands = commandline::of_shell(command, span);
    program.command = Some(Spanned::new(command.to_owned(), span));
    Some(program)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Role;

    #[test]
    fn each_line_is_a_program() {
        let text = "# web\nweb: cd api && PORT=1 gunicorn app:app\r\nrelease: python manage.py migrate\n\nno one\n\
                    bad name: x\nempty:\n";
        let facts = extract(text);
        let found: Vec<_> = facts
            .programs
            .iter()
            .map(|program| (program.name.as_str(), program.span.text(text)))
            .collect();
        assert_eq!(found, [("web", "web"), ("release", "release")]);
        let web = &facts.programs[0];
        assert_eq!(
            web.command.as_ref().unwrap().span.text(text),
            "cd api && PORT=1 gunicorn app:app"
        );
        let last = web.commands.last().unwrap();
        assert_eq!(last.folder.as_deref(), Some("api"));
        assert_eq!(last.assignments, [("PORT".to_owned(), "1".to_owned())]);
        assert_eq!(last.program(), "gunicorn");
    }

    #[test]
    fn values_keep_their_names() {
        let facts = extract("web: /usr/bin/x\n");
        assert_eq!(facts.values[0].text, "/usr/bin/x");
        assert_eq!(facts.values[0].role, Role::Command);
        assert_eq!(facts.values[0].name.as_deref(), Some("web"));
    }

    #[test]
    fn hostile_text_is_read() {
        for text in [
            "",
            ":",
            "a:",
            "a:\\",
            "é: x",
            "a: '\n",
            "a: $(",
            "\u{feff}a: b",
            "a:\r",
        ] {
            extract(text);
        }
    }
}
