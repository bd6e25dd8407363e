//! Crontabs, as cron reads them (crontab(5)).

use super::plain::{self, Statement};
use super::{commandline, shell, structured};
use crate::facts::{Command, Facts, Manager, Program};
use crate::source::{Span, Spanned};

/// Variables of one table that are kept: each job holds them all.
const VARIABLES: usize = 100;

/// Whether a file is a crontab, by its folder and its name in lower case.
pub(super) fn is_crontab(folder: &str, name: &str) -> bool {
    name == "crontab"
        || name == "crontab.txt"
        || name
            .rsplit_once('.')
            .is_some_and(|(_, extension)| matches!(extension, "cron" | "crontab"))
        // cron passes over names with a dot.
        || (folder == "cron.d" && !name.contains('.'))
}

/// The facts of the crontab at `path`.
pub fn extract(path: &str, text: &str) -> Facts {
    let mut facts = plain::by_lines(text, plain::is_comment, |_, body| statement(body));
    let mut reader = Reader {
        // The tables of the system say whose job it is, a user's own do not.
        has_user: path.rsplit('/').nth(1).is_some_and(|folder| folder == "cron.d")
            || path.ends_with("etc/crontab"),
        environment: Vec::new(),
    };
    let mut at = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        reader.line(line, at, number, &mut facts);
        at += line.len();
    }
    facts
}

/// What rules about literals see of a line.
fn statement(body: &str) -> Statement<'_> {
    let (first, _) = plain::first_word(body);
    if first.contains('=') {
        return plain::setting(body);
    }
    let mut value = body;
    for _ in 0..if first.starts_with('@') { 1 } else { 5 } {
        value = plain::first_word(value).1;
    }
    // A line with too few fields schedules nothing.
    Statement::command(None, if value.is_empty() { body } else { value })
}

struct Reader {
    has_user: bool,
    /// What the lines so far have set; it holds for the jobs behind them.
    environment: Vec<(String, Spanned<String>)>,
}

impl Reader {
    fn line(&mut self, line: &str, at: usize, number: usize, facts: &mut Facts) {
        let body = line.trim();
        let start = at + line.len() - line.trim_start().len();
        if body.is_empty() || body.starts_with('#') {
            return;
        }
        if let Some((name, value)) = setting(body) {
            let from = start + (value.as_ptr() as usize - body.as_ptr() as usize);
            let span = Span::new(from, from + value.len());
            let name_span = Span::new(start, start + name.len());
            facts.variables.push(structured::set(name, name_span, value));
            let value = Spanned::new(value.to_owned(), span);
            self.environment.retain(|(known, _)| known != name);
            self.environment.truncate(VARIABLES);
            self.environment.push((name.to_owned(), value));
        } else if let Some((user, command)) = self.job(body) {
            let place = |part: &str| {
                let from = start + (part.as_ptr() as usize - body.as_ptr() as usize);
                Span::new(from, from + part.len())
            };
            let written = until_percent(command);
            let span = place(command);
            if self.has_sh() {
                shell::note_bashisms(&written, span, facts);
            }
            let commands = commandline::of_shell(&written, span);
            let name = format!("{}:{number}", name_of(&commands));
            let mut program = Program::new(name, Span::new(start, start + body.len()), Manager::Cron);
            program.commands = commands;
            program.command = Some(Spanned::new(written, span));
            program.user = user.map(|user| Spanned::new(user.to_owned(), place(user)));
            program.environment.clone_from(&self.environment);
            // A job starts in its user's home, which the table may set.
            program.directory = program.variable("HOME").cloned();
            facts.programs.push(program);
        }
    }

    /// Whether `sh` reads the commands, which it does unless the table says otherwise.
    fn has_sh(&self) -> bool {
        let own = self.environment.iter().find(|(name, _)| name == "SHELL");
        own.is_none_or(|(_, shell)| matches!(shell.value.rsplit('/').next(), Some("sh" | "dash")))
    }

    /// Who runs a job, and its command; nothing for a line that schedules nothing.
    fn job<'a>(&self, body: &'a str) -> Option<(Option<&'a str>, &'a str)> {
        const NAMED: [&str; 8] = [
            "@reboot",
            "@yearly",
            "@annually",
            "@monthly",
            "@weekly",
            "@daily",
            "@midnight",
            "@hourly",
        ];
        let (first, mut rest) = plain::first_word(body);
        if first.starts_with('@') {
            NAMED
                .iter()
                .any(|name| name.eq_ignore_ascii_case(first))
                .then_some(())?;
        } else {
            rest = body;
            for _ in 0..5 {
                let (field, behind) = plain::first_word(rest);
                is_field(field).then_some(())?;
                rest = behind;
            }
        }
        let mut user = None;
        if self.has_user {
            let (name, behind) = plain::first_word(rest);
            (user, rest) = (Some(name), behind);
        }
        (!rest.is_empty()).then_some((user, rest))
    }
}

/// `NAME = value`, both of which may stand in quotes.
fn setting(body: &str) -> Option<(&str, &str)> {
    let bare = |text: &'_ str| -> (usize, usize) {
        let is_quoted = text.len() > 1
            && text.starts_with(['"', '\''])
            && text.ends_with(text.chars().next().unwrap_or('"'));
        (usize::from(is_quoted), text.len() - usize::from(is_quoted))
    };
    let (name, value) = body.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let ((from, to), (start, end)) = (bare(name), bare(value));
    let name = &name[from..to];
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !name.starts_with(|letter: char| letter.is_ascii_digit());
    is_name.then_some((name, &value[start..end]))
}

/// Whether a word is a field of a schedule: numbers, ranges, steps, and the names of days and months.
fn is_field(field: &str) -> bool {
    const NAMES: [&str; 19] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue",
        "wed", "thu", "fri", "sat", "sun",
    ];
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_value = |text: &str| is_number(text) || NAMES.iter().any(|name| name.eq_ignore_ascii_case(text));
    field.split(',').all(|part| {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        is_number(step) && (matches!(range, "*" | "~") || range.split(['-', '~']).all(is_value))
    })
}

/// The command up to the first `%`, behind which stands what it reads; `\%` is a per cent sign.
fn until_percent(command: &str) -> String {
    let mut out = String::with_capacity(command.len());
    let mut letters = command.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '%' => break,
            '\\' if letters.peek() == Some(&'%') => out.extend(letters.next()),
            _ => out.push(letter),
        }
    }
    out.trim_end().to_owned()
}

/// What to call a job: the script or module that it runs, or else its last command.
fn name_of(commands: &[Command]) -> String {
    let stem = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
    };
    let script = commands.iter().find_map(|command| {
        let mut words = command.words.iter().map(|word| word.text.as_str());
        let module = words.clone().skip_while(|word| *word != "-m").nth(1);
        words
            .find(|word| word.ends_with(".py") || word.ends_with(".sh"))
            .map(stem)
            .or_else(|| module.map(str::to_owned))
    });
    let last = || commands.last().map(|command| stem(command.program()));
    script.or_else(last).unwrap_or_else(|| "job".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Role;

    #[test]
    fn jobs_are_programs() {
        let text = "# m h\nMAILTO=\"\"\nPYTHONPATH = /srv/app\n*/5 0-6,9 * jan-MAR mon /usr/bin/python3 /srv/tick.py \
                    >> /var/log/t 2>&1\n@reboot cd /srv && python3 -m app.run\n10 * * * * date +\\%F%input\n";
        let facts = extract("crontab", text);
        let found: Vec<_> = facts
            .programs
            .iter()
            .map(|program| {
                let command = program.command.as_ref().unwrap();
                (program.name.as_str(), command.value.as_str())
            })
            .collect();
        assert_eq!(
            found,
            [
                ("tick:4", "/usr/bin/python3 /srv/tick.py >> /var/log/t 2>&1"),
                ("app.run:5", "cd /srv && python3 -m app.run"),
                ("date:6", "date +%F"),
            ]
        );
        assert_eq!(
            facts.programs[0].variable("PYTHONPATH").unwrap().span.text(text),
            "/srv/app"
        );
        assert_eq!(
            facts.programs[1].commands.last().unwrap().folder.as_deref(),
            Some("/srv")
        );
        assert_eq!(
            facts.programs[2].command.as_ref().unwrap().span.text(text),
            "date +\\%F%input"
        );
    }

    #[test]
    fn the_systems_tables_name_a_user() {
        let facts = extract(
            "deploy/cron.d/app",
            "HOME=/srv\n0 3 * * * app /srv/run.sh\n0 3 * * * app\n",
        );
        assert_eq!(facts.programs.len(), 1);
        let program = &facts.programs[0];
        assert_eq!(program.user.as_ref().unwrap().value, "app");
        assert_eq!(program.command.as_ref().unwrap().value, "/srv/run.sh");
        assert_eq!(program.directory.as_ref().unwrap().value, "/srv");
        let own = extract("x/crontab", "0 3 * * * run\n").programs.remove(0);
        assert!(own.user.is_none() && own.directory.is_none());
    }

    #[test]
    fn prose_schedules_nothing() {
        for text in [
            "run this job every day at noon\n",
            "* * *\n",
            "@noon x\n",
            "99x * * * * x\n",
            "* * * * *\n",
        ] {
            assert!(extract("crontab.txt", text).programs.is_empty(), "{text}");
        }
    }

    #[test]
    fn values_are_kept() {
        let facts = extract("crontab", "*/5 * * * * /usr/bin/x\n");
        assert_eq!(facts.values[0].text, "/usr/bin/x");
        assert_eq!(facts.values[0].role, Role::Command);
    }

    #[test]
    fn names_tell_a_crontab() {
        for (folder, name, is_one) in [
            ("", "crontab", true),
            ("cron.d", "app", true),
            ("cron.d", "readme.md", false),
            ("x", "jobs.cron", true),
            ("x", "crontab.txt", true),
            ("x", "app", false),
        ] {
            assert_eq!(is_crontab(folder, name), is_one, "{name}");
        }
    }

    #[test]
    fn hostile_text_is_read() {
        for text in [
            "",
            "=",
            "\"=\"",
            "'",
            "@",
            "* * * * * %",
            "* * * * * \\",
            "é=é",
            "*/ * * * * x",
            "@reboot '",
        ] {
            extract("cron.d/x", text);
        }
    }
}
