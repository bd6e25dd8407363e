//! What the terminal can do.

use super::args::Color;
use crate::report::Palette;
use std::io::IsTerminal;

/// Columns when the terminal does not say, and the most that are used.
const WIDTH: std::ops::RangeInclusive<usize> = 80..=120;

/// Colours for stdout, as <https://no-color.org> and <https://force-color.org> have it; `is_file` says
/// that the document goes elsewhere.
pub(super) fn palette(color: Color, is_file: bool) -> Palette {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_forced =
        |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let is_on = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if is_set("NO_COLOR") => false,
        Color::Auto if is_forced("FORCE_COLOR") || is_forced("CLICOLOR_FORCE") => true,
        Color::Auto => !is_file && !is_dumb && std::io::stdout().is_terminal(),
    };
    Palette { is_on }
}

/// Columns of the terminal.
pub(super) fn width(is_file: bool) -> usize {
    match terminal_size::terminal_size() {
        Some((width, _)) if !is_file && std::io::stdout().is_terminal() => {
            usize::from(width.0).clamp(40, *WIDTH.end())
        }
        _ => *WIDTH.start(),
    }
}
