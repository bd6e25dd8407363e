//! What CPython did beside what the audit said, and all disagreements at once.

use crate::outcome::Outcome;
use crate::tree::{Mark, Tree};
use std::fmt::{self, Write as _};

/// One tree, judged twice.
pub(crate) struct Row<'a> {
    /// The tree.
    pub tree: &'a Tree,
    /// What CPython did.
    pub real: Outcome,
    /// What the audit said.
    pub predicted: Outcome,
}

impl Row<'_> {
    /// Whether both say the same.
    pub(crate) fn agrees(&self) -> bool {
        self.real.agrees_with(&self.predicted)
    }

    /// Whether the mark in the tree is where CPython died.
    fn is_marked_truly(&self) -> bool {
        match (&self.tree.mark, &self.real) {
            (Mark::Unknown, _) | (Mark::Starts, Outcome::Starts) => true,
            (Mark::Dies(path, line), Outcome::Dies(deaths)) => deaths
                .iter()
                .any(|death| death.path == *path && death.line == *line),
            _ => false,
        }
    }
}

impl fmt::Display for Row<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            tree,
            real,
            predicted,
        } = self;
        write!(
            formatter,
            "{}\n    CPython: {real}\n    audit:   {predicted}",
            tree.title
        )
    }
}

/// Panics with a table of every row that disagrees.
pub(crate) fn expect_agreement(rows: &[Row<'_>]) {
    let mut table = String::new();
    let mut disagreements = 0;
    for row in rows {
        if !row.is_marked_truly() {
            let _ = writeln!(
                table,
                "{}\n    the mark is wrong: CPython {}",
                row.tree.title, row.real
            );
        }
        if !row.agrees() {
            disagreements += 1;
            let _ = writeln!(table, "{row}");
        }
    }
    assert!(
        table.is_empty(),
        "{disagreements} of {} trees disagree\n\n{table}",
        rows.len()
    );
}
