//! Commands of a process manager that are written for a shell, and that no shell reads.

use crate::facts::Manager;
use crate::finding::{Draft, Effect, Phase, Place, ProgramId};
use crate::project::Project;
use crate::rule::Sink;
use crate::rules::command::name_of;

/// What only a shell has: there is no program of this name.
const BUILTINS: [&str; 20] = [
    ".", "alias", "cd", "declare", "eval", "exec", "export", "for", "if", "local", "popd", "pushd", "set",
    "shopt", "source", "trap", "ulimit", "umask", "unset", "while",
];
const SHELLS: [&str; 5] = ["sh", "bash", "dash", "zsh", "ksh"];

/// Reports each program of supervisord or systemd whose command needs a shell.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, view) in project.programs() {
        let manager = match view.manager {
            Manager::Supervisor => Reader::Supervisord,
            Manager::Systemd => Reader::Systemd,
            _ => continue,
        };
        let Some((document, program)) = project.definition(id) else {
            continue;
        };
        let Some(command) = &program.command else {
            continue;
        };
        let place = Place {
            document,
            span: command.span,
        };
        let mut pieces = pieces(&command.value);
        if project
            .document(document)
            .is_some_and(|document| document.host.is_some())
        {
            // The shell that writes the file puts values there.
            for piece in &mut pieces {
                piece.is_quoted |= piece.text.contains(['$', '`']);
            }
        }
        let found =
            at_start(&view.name, &pieces, manager).or_else(|| in_arguments(&view.name, &pieces, manager));
        if let Some(mistake) = found {
            sink.report(mistake.draft(place, id));
        }
    }
}

/// Who reads the command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    Supervisord,
    Systemd,
}

impl Reader {
    fn name(self) -> &'static str {
        match self {
            Self::Supervisord => "supervisord",
            Self::Systemd => "systemd",
        }
    }

    /// The key that sets the working directory, and the one that sets variables.
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Supervisord => ("directory=", "environment="),
            Self::Systemd => ("WorkingDirectory=", "Environment="),
        }
    }

    fn not_found(self, word: &str) -> String {
        match self {
            Self::Supervisord => format!("can't find command '{word}'"),
            Self::Systemd => format!("Command {word} is not executable: No such file or directory"),
        }
    }
}

struct Mistake {
    message: String,
    label: String,
    help: String,
    subject: String,
    effect: Effect,
}

impl Mistake {
    fn draft(self, place: Place, program: ProgramId) -> Draft {
        Draft::new(place, self.message)
            .subject(self.subject)
            .label(self.label)
            .help(self.help)
            .programs(vec![program])
            .effect(self.effect)
            .phase(Phase::Spawn)
    }
}

/// A word of a command line, and whether any of it is quoted.
struct Piece {
    text: String,
    is_quoted: bool,
}

/// The words of a line, as both managers part them.
fn pieces(line: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let (mut quote, mut is_quoted) = (None, false);
    for letter in line.chars() {
        match quote {
            Some(mark) if letter == mark => quote = None,
            None if letter == '"' || letter == '\'' => {
                quote = Some(letter);
                is_quoted = true;
            }
            None if letter.is_whitespace() => {
                if !text.is_empty() || is_quoted {
                    pieces.push(Piece {
                        text: std::mem::take(&mut text),
                        is_quoted,
                    });
                }
                is_quoted = false;
            }
            _ => text.push(letter),
        }
    }
    if !text.is_empty() || is_quoted {
        pieces.push(Piece { text, is_quoted });
    }
    pieces
}

/// What keeps the program from being found at all.
fn at_start(name: &str, pieces: &[Piece], reader: Reader) -> Option<Mistake> {
    let first = pieces.first().filter(|piece| !piece.is_quoted)?.text.as_str();
    let (directory, environment) = reader.keys();
    let rest =
        "write what runs in the end as the command; what needs a shell goes into `bash -c \"… && exec …\"`";
    let (why, help) = if BUILTINS.contains(&first) {
        let help = match first {
            "cd" | "pushd" => format!("set `{directory}` and leave the `cd` out"),
            "source" | "." => {
                "name the environment's own interpreter, such as `venv/bin/python`: it needs no activation"
                    .to_owned()
            }
            "export" => format!("set it with `{environment}`"),
            "exec" => "leave the `exec` out".to_owned(),
            _ => rest.to_owned(),
        };
        (format!("`{first}` is a word of the shell and no program"), help)
    } else if is_assignment(first) {
        let help = format!("set it with `{environment}`, or begin with `/usr/bin/env {first}`");
        (format!("it takes `{first}` for the program"), help)
    } else if first.starts_with("~/") && reader == Reader::Supervisord {
        let help = "write the absolute path: `~` means a home folder to a shell only".to_owned();
        (format!("`{first}` stays as it is written"), help)
    } else if first.starts_with('$') {
        let help = match reader {
            Reader::Supervisord => "write the path, or `%(ENV_NAME)s` for a variable of supervisord's own",
            Reader::Systemd => "write the path: systemd puts variables into arguments only",
        };
        (format!("`{first}` stays as it is written"), help.to_owned())
    } else {
        return None;
    };
    let manager = reader.name();
    Some(Mistake {
        message: format!("`{name}` cannot start: {manager} runs no shell, and {why}"),
        label: reader.not_found(first),
        help,
        subject: format!("{first} of {name}"),
        effect: Effect::Start,
    })
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// What the program gets as words that mean nothing to it.
fn in_arguments(name: &str, pieces: &[Piece], reader: Reader) -> Option<Mistake> {
    let (first, rest) = pieces.split_first()?;
    let is_shell = SHELLS.contains(&name_of(&first.text));
    let mut found = rest
        .iter()
        .filter(|piece| !piece.is_quoted)
        .filter_map(|piece| Some((piece.text.as_str(), consequence(&piece.text, reader, is_shell)?)));
    let (word, (consequence, help)) = found.next()?;
    let (manager, runs) = (reader.name(), name_of(&first.text));
    Some(Mistake {
        message: format!(
            "{manager} runs no shell: `{runs}` of `{name}` gets `{word}` as an argument, and {consequence}"
        ),
        label: format!("`{word}` is an argument here"),
        help: help.to_owned(),
        subject: format!("{word} of {name}"),
        effect: Effect::Use,
    })
}

/// What does not happen because no shell reads a word, and what to do.
fn consequence(word: &str, reader: Reader, is_shell: bool) -> Option<(&'static str, &'static str)> {
    let log = match reader {
        Reader::Supervisord => "set `stdout_logfile=` and `redirect_stderr=true`",
        Reader::Systemd => "the journal has the output already; `StandardOutput=append:/path` writes a file",
    };
    let together = "write `bash -c \"… && exec …\"`, or a script that ends with `exec`";
    Some(match word {
        "&&" | "||" => ("what stands behind it never runs", together),
        "|" | "|&" => ("what stands behind it gets nothing", log),
        "&" => (
            "nothing goes into the background",
            "leave it out: the manager runs the program beside itself anyway",
        ),
        _ if is_redirection(word) => ("nothing is redirected", log),
        _ if is_shell => return None,
        _ if word.len() > 1 && word.ends_with(';') => ("what stands behind it never runs", together),
        _ if word.contains("$(") || word.contains('`') => (
            "nothing is put in its place",
            "write the value, or `bash -c \"exec … $(…)\"`",
        ),
        _ if reader == Reader::Supervisord && has_variable(word) => (
            "no value is put in its place",
            "write the value, or `%(ENV_NAME)s` for a variable of supervisord's own",
        ),
        _ if word.starts_with("~/") => ("no home folder is put in its place", "write the absolute path"),
        _ => return None,
    })
}

/// `>`, `>>`, `2>&1`, `<`, and with the file in the same word.
fn is_redirection(word: &str) -> bool {
    let bare = word.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let digits = word.len() - bare.len();
    let bare = bare.strip_prefix('&').filter(|_| digits == 0).unwrap_or(bare);
    // `<app>` is a placeholder, and `>=2` a version.
    digits <= 1
        && ((bare.starts_with('>') && !bare.starts_with(">="))
            || (bare.starts_with('<') && !bare.ends_with('>')))
}

/// Whether a word holds `$NAME` or `${NAME}`.
fn has_variable(word: &str) -> bool {
    word.split('$').skip(1).any(|behind| {
        behind.starts_with(|next: char| next == '{' || next == '_' || next.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirections_are_told_from_other_words() {
        for word in [">", ">>", "2>&1", ">out.log", "<", "2>/dev/null", "&>", "1>x"] {
            assert!(is_redirection(word), "{word}");
        }
        for word in ["<app>", ">=2", "a>b", "22", "-", "&", "10>x"] {
            assert!(!is_redirection(word), "{word}");
        }
    }
}
