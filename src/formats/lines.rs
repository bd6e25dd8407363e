//! What the lines of any text say before its format is looked at: its first line, and how lines end.

use crate::facts::{Facts, Shebang};
use crate::source::Span;

/// Adds the first line and the line ends of a document's text to its facts.
pub(super) fn read(text: &str, facts: &mut Facts) {
    facts.shebang = shebang(text);
    facts.carriage_return = carriage_return(text);
}

/// The first line that names an interpreter, also where something stands before it.
fn shebang(text: &str) -> Option<Shebang> {
    let shown = text.trim_start_matches('\u{feff}').trim_start();
    let start = text.len() - shown.len();
    let line = shown.split('\n').next()?;
    let bare = line.trim_end_matches('\r');
    let behind = match text.as_bytes().first()? {
        b'#' => None,
        0xEF => Some("a byte order mark"),
        b'\n' | b'\r' => Some("an empty line"),
        _ => Some("blanks"),
    };
    Some(Shebang {
        text: bare.strip_prefix("#!")?.trim().to_owned(),
        span: Span::new(start, start + bare.len()),
        has_return: bare.len() < line.len(),
        behind,
    })
}

/// The first line end of Windows, in a text that has hardly any others.
fn carriage_return(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    let first = memchr::memchr_iter(b'\r', bytes).find(|at| bytes.get(at + 1) == Some(&b'\n'))?;
    let (mut wide, mut all) = (0_usize, 0_usize);
    for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        all += 1;
        wide += usize::from(line.ends_with("\r\n"));
    }
    let start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    (wide * 10 >= all * 9).then(|| Span::new(start, first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_lines_are_read() {
        let read = |text: &str| {
            let shebang = shebang(text)?;
            assert!(shebang.span.text(text).starts_with("#!"));
            Some((shebang.text, shebang.has_return, shebang.behind))
        };
        let found = |text: &str| read(text).unwrap();
        assert_eq!(found("#! /bin/sh\n"), ("/bin/sh".to_owned(), false, None));
        assert_eq!(found("#!/bin/sh\r\nx"), ("/bin/sh".to_owned(), true, None));
        assert_eq!(found("\u{feff}#!/bin/sh").2, Some("a byte order mark"));
        assert_eq!(found("\n#!/bin/sh").2, Some("an empty line"));
        assert_eq!(found("  #!/bin/sh").2, Some("blanks"));
        for text in ["", "# x", "\n\n", "x\n#!/bin/sh", "\u{feff}"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn line_ends_of_windows_are_seen_where_they_are_the_rule() {
        assert_eq!(carriage_return("a\r\nb\r\n"), Some(Span::new(0, 1)));
        assert_eq!(carriage_return("a\nb\r\n"), None);
        assert_eq!(carriage_return("a\rb"), None);
        assert_eq!(carriage_return(""), None);
    }
}
