//! What a command really runs.

use crate::facts::Word;
use crate::project;

/// The name of a file, without its folder.
pub(super) fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The words from the program on that really runs; `python -m gunicorn` begins with `gunicorn`.
pub(super) fn behind_wrappers(words: &[Word]) -> &[Word] {
    let rest = project::behind_wrappers(words);
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
