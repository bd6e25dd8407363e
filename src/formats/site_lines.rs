//! `.pth` files: folders that Python adds to `sys.path` when they lie in its site-packages
//! (<https://docs.python.org/3/library/site.html>).

use super::plain;
use crate::facts::Facts;
use crate::source::{Span, Spanned};

/// What is longer is no list of folders: weights of a neural network have the same ending.
const MOST: usize = 64 * 1024;

/// The facts of the `.pth` file at `path`.
pub(super) fn extract(path: &str, text: &str) -> Facts {
    let mut facts = plain::extract(path, text);
    if text.len() <= MOST {
        facts.site_lines = lines(text);
    }
    facts
}

/// Its lines, without comments and empty ones; blanks at the end do not count (`site.addpackage`).
fn lines(text: &str) -> Vec<Spanned<String>> {
    let text_itself = text.trim_start_matches('\u{feff}');
    let mut at = text.len() - text_itself.len();
    let mut found = Vec::new();
    for line in text_itself.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim_end();
        if !body.trim().is_empty() && !line.starts_with('#') {
            let span = Span::new(start, start + body.len());
            found.push(Spanned::new(body.to_owned(), span));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_site_reads_them() {
        let text = "# ours\n/opt/app/src \r\n\n../../../lib\nimport x; x.y()\n  \n";
        let found: Vec<String> = lines(text).into_iter().map(|line| line.value).collect();
        assert_eq!(found, ["/opt/app/src", "../../../lib", "import x; x.y()"]);
        assert!(extract("net.pth", &"a\n".repeat(MOST)).site_lines.is_empty());
    }
}
