//! Lines that go on after a `\`, made one without moving a byte.

/// How a format continues its lines.
#[derive(Clone, Copy)]
pub(super) struct Joining {
    /// What stands at the end of a line that goes on.
    pub(super) mark: char,
    /// Whether blanks may follow the mark.
    pub(super) allows_blanks: bool,
    /// Whether an empty line inside leaves the line open.
    pub(super) skips_empty: bool,
    /// What begins a comment line, which is left out wherever it stands.
    pub(super) comments: &'static [char],
}

/// The text with each logical line on one line: marks, line breaks behind them and comments are blanks,
/// so that offsets stay those of the document.
pub(super) fn joined(text: &str, joining: Joining) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut is_open = false;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let is_comment = content.trim_start().starts_with(joining.comments);
        let is_empty = content.trim().is_empty();
        if is_open && (is_comment || (is_empty && joining.skips_empty)) {
            blank(&mut whole, line);
        } else if is_comment {
            blank(&mut whole, content);
            whole.push_str(&line[content.len()..]);
        } else if let Some(before) = open_part(content, joining) {
            whole.push_str(before);
            blank(&mut whole, &line[before.len()..]);
            is_open = true;
        } else {
            whole.push_str(line);
            is_open = false;
        }
    }
    whole
}

/// The line without its mark, when it has one. A mark behind a mark is a letter like any other.
fn open_part(content: &str, joining: Joining) -> Option<&str> {
    let end = if joining.allows_blanks {
        content.trim_end()
    } else {
        content
    };
    let before = end.strip_suffix(joining.mark)?;
    let marks = before.len() - before.trim_end_matches(joining.mark).len();
    (marks % 2 == 0).then_some(before)
}

fn blank(whole: &mut String, text: &str) {
    whole.extend(std::iter::repeat_n(' ', text.len()));
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Joining = Joining {
        mark: '\\',
        allows_blanks: false,
        skips_empty: false,
        comments: &['#', ';'],
    };

    #[test]
    fn offsets_stay() {
        let text = "a=b \\\r\n  # ü\n c\\\\\nd \\ \n";
        let whole = joined(text, UNIT);
        assert_eq!(whole.len(), text.len());
        let lines: Vec<_> = whole
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .collect();
        assert_eq!(lines, [vec!["a=b", "c\\\\"], vec!["d", "\\"]]);
    }

    #[test]
    fn an_empty_line_ends_a_unit_s_line_and_no_dockerfile_s() {
        let docker = Joining {
            allows_blanks: true,
            skips_empty: true,
            comments: &['#'],
            ..UNIT
        };
        assert_eq!(joined("a \\\n\nb\n", UNIT).lines().count(), 2);
        assert_eq!(joined("a \\ \n\nb\n", docker).lines().count(), 1);
        assert_eq!(joined("\\", docker), " ");
    }
}
