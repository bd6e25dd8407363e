//! What a command really runs.

use crate::facts::Word;
use crate::knowledge::runners;

/// The name of a file, without its folder.
pub(super) fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The words from the program on that really runs, behind `sudo`, `env`, `uv run` and their like;
/// `python -m gunicorn` begins with `gunicorn`.
pub(super) fn behind_wrappers(words: &[Word]) -> &[Word] {
    let mut rest = words;
    while let Some((first, behind)) = rest.split_first() {
        let Some(wrapper) = runners::wrapper(name_of(&first.text)) else {
            break;
        };
        let mut at = 0;
        let mut operands = wrapper.operands;
        let mut verb = wrapper.verb.as_deref();
        while let Some(word) = behind.get(at) {
            let text = word.text.as_str();
            if wrapper.options.iter().any(|option| option == text) {
                at += 2;
            } else if text.starts_with('-') || text.contains('=') {
                at += 1;
            } else if verb == Some(text) {
                verb = None;
                at += 1;
            } else if operands > 0 {
                operands -= 1;
                at += 1;
            } else {
                break;
            }
        }
        // `uv pip install` runs nothing else; `env` alone prints.
        match behind
            .get(at..)
            .filter(|words| !words.is_empty() && verb.is_none())
        {
            Some(words) => rest = words,
            None => break,
        }
    }
    let is_python = rest
        .first()
        .is_some_and(|word| name_of(&word.text).starts_with("python"));
    let module = rest.iter().position(|word| word.text == "-m");
    match module.filter(|_| is_python) {
        Some(at) if rest.len() > at + 1 => &rest[at + 1..],
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn the_program_is_found_behind_what_runs_it() {
        for (line, expected) in [
            (
                "sudo -u app env A=1 /opt/venv/bin/gunicorn -D",
                "/opt/venv/bin/gunicorn -D",
            ),
            ("timeout 10 curl x", "curl x"),
            ("python3 -m celery worker", "celery worker"),
            ("uv run app.py", "app.py"),
            ("uv pip install x", "uv pip install x"),
            ("python3 main.py", "python3 main.py"),
            ("", ""),
            ("sudo", "sudo"),
        ] {
            let words: Vec<Word> = line
                .split_whitespace()
                .map(|text| Word {
                    text: text.to_owned(),
                    span: Span::default(),
                    is_literal: true,
                })
                .collect();
            let found: Vec<&str> = behind_wrappers(&words)
                .iter()
                .map(|word| word.text.as_str())
                .collect();
            assert_eq!(found.join(" "), expected);
        }
    }
}
