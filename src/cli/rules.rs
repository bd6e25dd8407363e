//! `audit rules`: all rules, one line each.

use super::args::{ListForm, RulesArguments};
use super::{Exit, print};
use crate::catalog;
use serde::Serialize;
use std::fmt::Write as _;

#[derive(Serialize)]
struct Row<'a> {
    category: &'a str,
    id: &'a str,
    severity: &'a str,
    confidence: &'a str,
    summary: &'a str,
    since: &'a str,
}

pub(super) fn run(wanted: &RulesArguments) -> Result<Exit, String> {
    let rules = catalog::rules()?;
    let rows: Vec<Row<'_>> = rules
        .iter()
        .map(|rule| Row {
            category: rule.meta.category,
            id: rule.meta.id,
            severity: rule.meta.severity.name(),
            confidence: rule.meta.confidence.name(),
            summary: &rule.meta.summary,
            since: &rule.meta.since,
        })
        .collect();
    let text = match wanted.format {
        ListForm::Json => serde_json::to_string_pretty(&rows).map_err(|error| error.to_string())? + "\n",
        ListForm::Terminal => table(&rows),
    };
    print(&text)?;
    Ok(Exit::Passed)
}

fn table(rows: &[Row<'_>]) -> String {
    let width = |text: &dyn Fn(&Row<'_>) -> usize| rows.iter().map(text).max().unwrap_or(0);
    let categories = width(&|row| row.category.len());
    let ids = width(&|row| row.id.len());
    let mut out = String::new();
    for row in rows {
        let (category, id, severity) = (row.category, row.id, row.severity);
        let _ = writeln!(
            out,
            "{category:categories$}  {id:ids$}  {severity:7}  {}",
            row.summary
        );
    }
    out
}
