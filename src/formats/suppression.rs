//! `audit: ignore[rule-id] reason` comments, in every comment syntax.

use crate::facts::Suppression;
use crate::source::Span;
use memchr::memmem::Finder;
use std::sync::LazyLock;

const MARK: &str = "audit: ignore[";
static FINDER: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(MARK));
/// Suppressions of one line that are read: nobody writes more.
const MOST: usize = 16;
const OPENERS: [&str; 9] = ["#", "//", "/*", "*", "<!--", ";", "--", "{#", "REM"];

/// The suppressions of a text, in order.
pub fn find(text: &str) -> Vec<Suppression> {
    let mut found = Vec::new();
    // How many marks stood in the line that ends here: each is read to its end.
    let (mut end, mut count) = (0, 0);
    for at in FINDER.find_iter(text.as_bytes()) {
        count = if at < end { count + 1 } else { 0 };
        if count >= MOST {
            continue;
        }
        let line_start = text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let line_end = text[at..].find(['\n', '\r']).map_or(text.len(), |end| at + end);
        end = line_end;
        let before = text[line_start..at].trim_end();
        let Some(opener) = OPENERS.iter().find(|opener| before.ends_with(**opener)) else {
            continue;
        };
        let inside = &text[at + MARK.len()..line_end];
        let Some((rules, reason)) = inside.split_once(']') else {
            continue;
        };
        let stands_alone = before.trim_start() == *opener;
        let covered_end = if stands_alone {
            end_of_next_line(text, line_end)
        } else {
            line_end
        };
        found.push(Suppression {
            rules: rules
                .split(',')
                .map(|rule| rule.trim().to_owned())
                .filter(|rule| !rule.is_empty())
                .collect(),
            reason: clean_reason(reason),
            span: Span::new(line_start + before.len() - opener.len(), line_end),
            covers: Span::new(line_start, covered_end),
        });
    }
    found
}

fn end_of_next_line(text: &str, line_end: usize) -> usize {
    let rest = &text[line_end..];
    let skipped = if rest.starts_with("\r\n") {
        2
    } else {
        rest.len().min(1)
    };
    let next = line_end + skipped;
    text[next..]
        .find(['\n', '\r'])
        .map_or(text.len(), |end| next + end)
}

fn clean_reason(reason: &str) -> String {
    let reason = reason.trim();
    let reason = ["-->", "*/", "#}"]
        .iter()
        .find_map(|close| reason.strip_suffix(close))
        .unwrap_or(reason);
    reason.trim_start_matches([':', '-', ' ']).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_comment_syntax_is_known() {
        for line in [
            "x = 1  # audit: ignore[hardcoded-ip] the lab's own switch",
            "x = 1; // audit: ignore[hardcoded-ip] the lab's own switch",
            "x { } /* audit: ignore[hardcoded-ip] the lab's own switch */",
            "<p>x</p> <!-- audit: ignore[hardcoded-ip] the lab's own switch -->",
            "key=1 ; audit: ignore[hardcoded-ip] the lab's own switch",
        ] {
            let found = find(line);
            assert_eq!(found.len(), 1, "{line}");
            assert_eq!(found[0].rules, ["hardcoded-ip"]);
            assert_eq!(found[0].reason, "the lab's own switch");
        }
    }

    #[test]
    fn a_comment_of_its_own_covers_the_next_line() {
        let text = "# audit: ignore[a, b] why\nx = 1\ny = 2\n";
        let found = find(text);
        assert_eq!(found[0].rules, ["a", "b"]);
        assert_eq!(found[0].covers.text(text), "# audit: ignore[a, b] why\nx = 1");
    }

    #[test]
    fn a_string_is_no_comment() {
        assert!(find("print('audit: ignore[x] y')").is_empty());
    }
}
