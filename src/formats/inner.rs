//! Texts that a command has a shell run: `bash -lc "…"`, `su - app -c "…"`, `flock x.lock -c "…"`.

/// A text for a shell.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inner {
    /// Which word it is.
    pub(super) at: usize,
    /// Which word runs the shell: what stands before it are wrappers.
    pub(super) runner: usize,
    /// Whether the shell is a login of another user: it starts in that user's home, without what is set here.
    pub(super) is_login: bool,
}

/// The text that a command has a shell run, if it does.
pub(super) fn of(words: &[&str]) -> Option<Inner> {
    let runner = behind_wrappers(words);
    let (first, rest) = words.get(runner..)?.split_first()?;
    let (at, is_login) = match name_of(first) {
        "sh" | "bash" | "dash" | "zsh" | "ksh" => (of_shell(rest)?, false),
        "su" | "runuser" => of_user(rest)?,
        "flock" => (behind_option(rest, &["-c", "--command"])?, false),
        "tmux" => (of_tmux(rest)?, false),
        _ => return None,
    };
    Some(Inner {
        at: runner + 1 + at,
        runner,
        is_login,
    })
}

/// `bash -lc text`.
fn of_shell(words: &[&str]) -> Option<usize> {
    let at = words
        .iter()
        .position(|word| !word.starts_with('-') || word.starts_with("-c") || word.ends_with('c'))?;
    let is_text = words[at].starts_with('-') && !words[at].starts_with("--");
    (is_text && at + 1 < words.len()).then_some(at + 1)
}

/// `su - app -c text`, `runuser -l app -c text`, and whether it is a login. Options stand anywhere.
fn of_user(words: &[&str]) -> Option<(usize, bool)> {
    let letters = |word: &str| word.starts_with('-') && !word.starts_with("--");
    let is_login = words
        .iter()
        .take_while(|word| **word != "--")
        .any(|word| matches!(*word, "-" | "--login") || (letters(word) && word.contains('l')));
    // `-u` has the command itself behind it.
    if words.first() == Some(&"-u") {
        return None;
    }
    let at = words
        .iter()
        .position(|word| *word == "--command" || (letters(word) && word.ends_with('c')))?;
    (at + 1 < words.len()).then_some((at + 1, is_login))
}

fn behind_option(words: &[&str], options: &[&str]) -> Option<usize> {
    let at = words.iter().position(|word| options.contains(word))?;
    (at + 1 < words.len()).then_some(at + 1)
}

/// `tmux new-session -d -s view 'cd ui && python view.py'`.
fn of_tmux(words: &[&str]) -> Option<usize> {
    let starts = |word: &&str| matches!(*word, "new" | "new-session" | "new-window" | "send-keys" | "send");
    let from = words.iter().position(starts)?;
    let is_text = |word: &&str| word.contains(' ') && !word.starts_with('#');
    words[from..].iter().position(is_text).map(|at| from + at)
}

/// What a login forgets of the variables that tell Python where to look.
pub(super) fn login() -> Vec<(String, String)> {
    vec![("PYTHONPATH".to_owned(), String::new())]
}

/// The place of the command that really runs, behind `sudo`, `env` and their like.
pub(super) fn behind_wrappers(words: &[&str]) -> usize {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let name = name_of(word);
        let Some((with_value, mut operands)) = wrapper(name) else {
            return at;
        };
        if name == "command" && words.get(at + 1) == Some(&"-v") {
            return at;
        }
        let mut next = at + 1;
        while let Some(word) = words.get(next) {
            let is_assignment = matches!(name, "env" | "sudo") && word.contains('=');
            // `flock x.lock -c "…"` has its text in an option.
            if name == "flock" && matches!(*word, "-c" | "--command") {
                return at;
            }
            if with_value.contains(word) {
                next += 2;
            } else if word.starts_with('-') || is_assignment {
                next += 1;
            } else if operands > 0 {
                operands -= 1;
                next += 1;
            } else {
                break;
            }
        }
        if next >= words.len() {
            return at;
        }
        at = next;
    }
    at
}

/// The options of a wrapper that take a value, and how many words stand before its command (each one's
/// manual page).
fn wrapper(name: &str) -> Option<(&'static [&'static str], usize)> {
    Some(match name {
        "sudo" | "doas" => (&["-u", "-g", "-h", "-p", "-C", "-U", "-D", "-r", "-t"], 0),
        "env" => (&["-u", "-C", "-S"], 0),
        "nice" => (&["-n"], 0),
        "ionice" => (&["-c", "-n"], 0),
        "timeout" => (&["-s", "-k"], 1),
        "flock" => (&["-w", "-E", "--timeout", "--wait", "--conflict-exit-code"], 1),
        "chpst" => (
            &[
                "-u", "-U", "-b", "-e", "-d", "-o", "-p", "-f", "-c", "-m", "-r", "-t", "-l", "-L", "-/",
                "-n", "-C",
            ],
            0,
        ),
        "gosu" | "su-exec" | "setuidgid" => (&[], 1),
        "tini" => (&["-p", "-e"], 0),
        "dumb-init" => (&["-r", "--rewrite"], 0),
        "xvfb-run" => (&["-e", "-f", "-n", "-p", "-s", "-w"], 0),
        "exec" => (&["-a"], 0),
        "screen" => (&["-S", "-dmS", "-DmS", "-c", "-t", "-T"], 0),
        "nohup" | "time" | "command" | "setsid" | "stdbuf" | "builtin" | "chronic" => (&[], 0),
        _ => return None,
    })
}

fn name_of(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of a command line, and whether a login runs it.
    fn text(line: &str) -> Option<(String, bool)> {
        let words = shlex::split(line).unwrap();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        of(&words).map(|inner| (words[inner.at].to_owned(), inner.is_login))
    }

    #[test]
    fn texts_for_a_shell_are_found() {
        for (line, is_login) in [
            ("bash -c x.py", false),
            ("/bin/bash -lc x.py", false),
            ("sudo -u app bash -lc x.py", false),
            ("sudo -u app -H env A=1 sh -c x.py", false),
            ("su app -c x.py", false),
            ("su -c x.py app", false),
            ("su -s /bin/sh app -c x.py", false),
            ("su - app -c x.py", true),
            ("su -c x.py - app", true),
            ("su -lc x.py app", true),
            ("runuser -l app -c x.py", true),
            ("runuser app -c x.py", false),
            ("runuser --login app --command x.py", true),
            ("flock -n /tmp/x.lock -c x.py", false),
            ("flock -n /tmp/x.lock bash -c x.py", false),
            (
                "nice -n 5 ionice -c 3 chpst -u app timeout 10 bash -c x.py",
                false,
            ),
            ("tini -g -- bash -c x.py", false),
            ("dumb-init bash -c x.py", false),
            ("xvfb-run -a bash -c x.py", false),
        ] {
            assert_eq!(text(line), Some(("x.py".to_owned(), is_login)), "{line}");
        }
        for line in [
            "",
            "bash x.sh -c y",
            "su app",
            "su -c",
            "runuser -u app -- python x.py",
            "flock /tmp/x python x.py",
            "sudo",
            "python -c pass",
        ] {
            assert_eq!(text(line), None, "{line}");
        }
    }
}
