//! The version of Python that a platform is asked for: `.python-version`, and Heroku's older `runtime.txt`
//! (<https://devcenter.heroku.com/articles/python-runtimes>).

use crate::facts::Facts;
use crate::source::{Span, Spanned};

/// Whether a path is that of such a file.
pub(super) fn is_runtime(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("runtime.txt" | ".python-version"))
}

/// The first line that is neither empty nor a comment: `3.11`, `python-3.11.4`.
pub(super) fn extract(text: &str) -> Facts {
    let mut facts = Facts::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let version = line.trim();
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        if version.is_empty() || version.starts_with('#') {
            continue;
        }
        let span = Span::new(start, start + version.len());
        let version = version.trim_start_matches("python-");
        facts.runtime = Some(Spanned::new(version.to_owned(), span));
        break;
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read() {
        for (text, expected) in [
            ("3.11\n", Some("3.11")),
            ("# ours\n\npython-3.11.4\r\n", Some("3.11.4")),
            ("  3.12", Some("3.12")),
            ("", None),
            ("#\n", None),
        ] {
            let found = extract(text).runtime;
            assert_eq!(
                found.as_ref().map(|found| found.value.as_str()),
                expected,
                "{text}"
            );
        }
    }
}
