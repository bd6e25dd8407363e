//! The report as a page that a person opens: one file, no network, light and dark, without a script a plain
//! document.
//!
//! `html/page.html` is the template, `style.css` and `script.js` go into it; the modules here make what it is
//! filled with.

mod causes;
mod connections;
mod excerpt;
mod history;
mod map;
mod overview;
mod text;

use super::markdown::numbered;
use super::{History, Report};
use causes::Causes;
use connections::Connections;
use map::Map;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior};
use overview::Overview;
use serde::Serialize;

const TEMPLATE: &str = include_str!("html/page.html");
const HISTORY: &str = include_str!("html/history.html");
/// Parts of both.
const PARTS: [(&str, &str); 2] = [
    ("plot.html", include_str!("html/plot.html")),
    ("steps.html", include_str!("html/steps.html")),
];
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");
/// SHA-256 of the script in base64: the only one that a browser may run in the page.
const SCRIPT_HASH: &str = include_str!("html/script.sha256");

#[derive(Serialize)]
struct Page<'a> {
    style: &'static str,
    script: &'static str,
    script_hash: &'static str,
    overview: Overview<'a>,
    causes: Causes<'a>,
    map: Map,
    connections: Connections<'a>,
    plot: Option<history::Plot<'a>>,
}

/// The page.
///
/// # Errors
/// In the words of the template engine; a test of every kind of report keeps them from happening.
pub fn render(report: &Report, with_info: bool) -> Result<String, String> {
    let told = numbered(report, with_info);
    let page = Page {
        style: STYLE,
        script: SCRIPT,
        script_hash: SCRIPT_HASH.trim(),
        overview: Overview::of(report, &told),
        causes: Causes::of(report, &told),
        map: Map::of(report, &told),
        connections: Connections::of(report),
        plot: report.history.as_ref().map(history::Plot::of),
    };
    filled(TEMPLATE, &page).map_err(|error| error.to_string())
}

/// The page of a history.
///
/// # Errors
/// As those of a report's page.
pub fn history(history: &History) -> Result<String, String> {
    filled(HISTORY, &history::Page::of(history, STYLE)).map_err(|error| error.to_string())
}

fn filled(template: &str, page: &impl Serialize) -> Result<String, Error> {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_trim_blocks(true);
    templates.set_lstrip_blocks(true);
    templates.set_formatter(text::format);
    templates.add_filter("prose", text::prose);
    templates.add_filter("inline", text::inline);
    templates.add_filter("names", text::names);
    for (name, part) in PARTS {
        templates.add_template(name, part)?;
    }
    templates.add_template("page.html", template)?;
    templates.get_template("page.html")?.render(page)
}
