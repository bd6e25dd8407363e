//! `audit explain`: the page of a rule.

use super::args::ExplainArguments;
use super::{Exit, print, screen};
use crate::{catalog, report, settings};

pub(super) fn run(wanted: &ExplainArguments) -> Result<Exit, String> {
    let id = settings::rule_or_category(&wanted.rule)?;
    let Some(rule) = catalog::rule(&id) else {
        return Err(format!("`{id}` is a category; `audit rules` lists its rules"));
    };
    let palette = screen::palette(wanted.color, false);
    print(&report::explain(&rule.meta, palette, screen::width(false)))?;
    Ok(Exit::Passed)
}
