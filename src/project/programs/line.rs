//! A command line without what stands before the command that really runs: `sudo -u app env A=1 uv run`.

use super::place::name_of;
use crate::facts::Word;
use crate::knowledge::runners::{self, Wrapper};

/// The command that really runs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// Its words.
    pub(super) words: Vec<String>,
    /// Variables that are set for it alone.
    pub(super) assignments: Vec<(String, String)>,
    /// Folders that are gone to on the way.
    pub(super) folders: Vec<String>,
    /// Commands on the way that a distribution brings.
    pub(super) tools: Vec<String>,
    /// Whether the first word is Python, which runs the script that the command names.
    adds_python: bool,
}

impl Line {
    /// Reads a command's words.
    pub(super) fn read(assignments: &[(String, String)], words: &[String]) -> Self {
        let mut line = Self {
            assignments: assignments.to_vec(),
            ..Self::default()
        };
        let mut takes_python = false;
        let split = split_text(words);
        let mut rest = split.as_deref().unwrap_or(words);
        while let Some((first, behind)) = rest.split_first() {
            if let Some((name, value)) = first.split_once('=').filter(|(name, _)| is_name(name)) {
                line.assignments.push((name.to_owned(), value.to_owned()));
                rest = behind;
                continue;
            }
            let name = name_of(first);
            let Some(wrapper) = runners::wrapper(name) else {
                // `bash wait-for-it.sh db:5432 -- command`
                let waits = |next: &&String| runners::wrapper(name_of(next)).is_some_and(|row| row.dashes);
                if matches!(name, "sh" | "bash") && behind.first().is_some_and(|next| waits(&next)) {
                    rest = behind;
                    continue;
                }
                break;
            };
            let Some(at) = command_behind(wrapper, behind, &mut line.folders) else {
                break;
            };
            takes_python = wrapper.python;
            if wrapper.distribution.is_some() {
                line.tools.push(name.to_owned());
            }
            rest = &behind[at..];
        }
        let is_python = rest
            .first()
            .is_some_and(|first| first == "-m" || is_python_file(first));
        line.adds_python = takes_python && is_python;
        if line.adds_python {
            line.words.push("python".to_owned());
        }
        line.words.extend_from_slice(rest);
        line
    }
}

/// `env -S "python x.py"`: the words with the text taken apart.
fn split_text(words: &[String]) -> Option<Vec<String>> {
    let env = words.iter().position(|word| name_of(word) == "env")?;
    let behind = words.get(env + 1..)?;
    let is_option = |word: &String| word.starts_with('-') || word.contains('=');
    let at = behind
        .iter()
        .take_while(|word| is_option(word))
        .position(|word| word.starts_with("-S") || word.starts_with("--split-string"))?;
    let written = behind[at]
        .trim_start_matches("--split-string")
        .trim_start_matches("-S")
        .trim_start_matches('=');
    let (text, next) = if written.is_empty() {
        (behind.get(at + 1)?.as_str(), at + 2)
    } else {
        (written, at + 1)
    };
    let mut split = words[..=env].to_vec();
    split.extend_from_slice(&behind[..at]);
    split.extend(shlex::split(text)?);
    split.extend_from_slice(behind.get(next..).unwrap_or_default());
    Some(split)
}

/// The words of a command from the program on that really runs, behind `sudo`, `env`, `uv run` and their like.
pub(crate) fn behind_wrappers(words: &[Word]) -> &[Word] {
    // Most commands begin with what really runs.
    let is_plain = words.first().is_some_and(|first| {
        let name = name_of(&first.text);
        !first.text.contains('=') && !matches!(name, "sh" | "bash") && runners::wrapper(name).is_none()
    });
    if is_plain {
        return words;
    }
    let texts: Vec<String> = words.iter().map(|word| word.text.clone()).collect();
    let line = Line::read(&[], &texts);
    let own = line.words.len() - usize::from(line.adds_python);
    let at = words.len().saturating_sub(own);
    words.get(at..).unwrap_or_default()
}

/// Where the command stands behind a wrapper's name, if there is one.
fn command_behind(wrapper: &Wrapper, words: &[String], folders: &mut Vec<String>) -> Option<usize> {
    if wrapper.dashes {
        let at = words.iter().position(|word| word == "--")?;
        return (at + 1 < words.len()).then_some(at + 1);
    }
    let mut verb = wrapper.verb.as_deref();
    let mut operands = wrapper.operands;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let name = word.split('=').next().unwrap_or(word);
        let takes_folder = wrapper.folder.iter().any(|option| option == name);
        match word.as_str() {
            "--" => {}
            // `command -v x` asks where x is.
            "-v" | "-V" if wrapper.options.is_empty() && verb.is_none() && operands == 0 => return None,
            "-m" if wrapper.python && verb.is_none() => return Some(at),
            option if option.starts_with('-') && option.len() > 1 => {
                let value = match option.split_once('=') {
                    Some((_, value)) => Some(value),
                    None if wrapper.options.iter().any(|known| known == option) => {
                        at += 1;
                        words.get(at).map(String::as_str)
                    }
                    None => None,
                };
                folders.extend(value.filter(|_| takes_folder).map(str::to_owned));
            }
            operand if verb.is_some() => {
                if Some(operand) != verb.take() {
                    return None;
                }
            }
            _ if operands > 0 => operands -= 1,
            _ => return Some(at),
        }
        at += 1;
    }
    None
}

/// Whether a word is a file of Python source.
pub(super) fn is_python_file(word: &str) -> bool {
    std::path::Path::new(word)
        .extension()
        .is_some_and(|extension| extension == "py")
}

/// Whether a text is a name of Python, and of a variable of the shell.
pub(super) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Line {
        Line::read(&[], &shlex::split(text).unwrap_or_default())
    }

    #[test]
    fn what_stands_before_the_command_is_taken_off() {
        for text in [
            "python x.py",
            "env A=1 B=2 python x.py",
            "exec python x.py",
            "nohup python x.py",
            "nice -n 5 python x.py",
            "nice -5 python x.py",
            "sudo -u app -E python x.py",
            "sudo -E -H --user=app A=1 python x.py",
            "setsid python x.py",
            "stdbuf -oL python x.py",
            "stdbuf -o L python x.py",
            "time python x.py",
            "timeout -k 5 10 python x.py",
            "timeout --signal=INT 10 python x.py",
            "xvfb-run -a -s '-screen 0' python x.py",
            "/usr/bin/tini -g -- python x.py",
            "dumb-init -- python x.py",
            "gosu app python x.py",
            "chpst -u app python x.py",
            "doppler run -- python x.py",
            "doppler run -p api -c prd -- python x.py",
            "dotenv -f .env run -- python x.py",
            "direnv exec . python x.py",
            "uv run python x.py",
            "uv run x.py",
            "uv run --with httpx --no-sync x.py",
            "poetry run python x.py",
            "poetry -C api run python x.py",
            "pipenv run python x.py",
            "pdm run x.py",
            "hatch run python x.py",
            "conda run -n live --no-capture-output python x.py",
            "flock -n /tmp/lock python x.py",
            "sudo nohup nice env A=1 timeout 5 python x.py",
            "env -S 'python x.py'",
            "/usr/bin/env -i A=1 -S'B=2 python' x.py",
            "env --split-string='python x.py'",
            "runuser -u app -- python x.py",
            "./wait-for-it.sh db:5432 -t 30 --strict -- python x.py",
            "bash scripts/wait-for-it.sh db:5432 -- python x.py",
            "wait-for db:5432 -- nice python x.py",
            "dockerize -wait tcp://db:5432 -timeout 60s python x.py",
            "honcho run python x.py",
            "systemd-run --user --unit=x python x.py",
            "memray run -o x.bin python x.py",
            "s6-setuidgid app python x.py",
        ] {
            assert_eq!(read(text).words, ["python", "x.py"], "{text}");
        }
    }

    #[test]
    fn a_command_that_runs_no_other_stays() {
        for text in ["exec", "command -v python", "uv sync", "poetry install", "env"] {
            assert_eq!(read(text).words.join(" "), text);
        }
    }

    #[test]
    fn what_it_sets_is_kept() {
        let line = read("A=1 env -C api PYTHONPATH=lib dotenv run uv run --directory web -m app");
        assert_eq!(line.words, ["python", "-m", "app"]);
        assert_eq!(line.folders, ["api", "web"]);
        assert_eq!(line.tools, ["dotenv"]);
        let names: Vec<_> = line.assignments.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["A", "PYTHONPATH"]);
    }
}
