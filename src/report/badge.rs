//! A badge with the verdict: the JSON that shields reads from an endpoint, and a picture.

use super::xml::escaped;
use super::{Report, score};
use crate::readiness::Verdict;
use serde::Serialize;

/// What the badge is about.
const LABEL: &str = "deployable";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Badge<'a> {
    schema_version: u32,
    label: &'a str,
    message: String,
    color: &'a str,
    is_error: bool,
}

/// The JSON of <https://shields.io/badges/endpoint-badge>, with a line end.
///
/// # Errors
/// In the words of the writer; text and numbers cannot fail to be written.
pub fn json(report: &Report) -> Result<String, String> {
    let badge = Badge {
        schema_version: 1,
        label: LABEL,
        message: message(report),
        color: colour(report.readiness.verdict).0,
        is_error: report.readiness.verdict == Verdict::NotAssessed,
    };
    let text = serde_json::to_string_pretty(&badge).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

/// The picture, with a line end.
pub fn svg(report: &Report) -> String {
    let message = message(report);
    let (left, right) = (width(LABEL), width(&message));
    let (all, middle) = (left + right, left + right / 2);
    let (colour, title) = (
        colour(report.readiness.verdict).1,
        escaped(&format!("{LABEL}: {message}")),
    );
    let (label, message) = (escaped(LABEL), escaped(&message));
    let label_middle = left / 2;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"20\" role=\"img\" \
         aria-label=\"{title}\">\n\
         <title>{title}</title>\n\
         <clipPath id=\"r\"><rect width=\"{all}\" height=\"20\" rx=\"3\"/></clipPath>\n\
         <g clip-path=\"url(#r)\"><rect width=\"{left}\" height=\"20\" fill=\"#444\"/>\
         <rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{colour}\"/></g>\n\
         <g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,DejaVu Sans,sans-serif\" \
         font-size=\"11\"><text x=\"{label_middle}\" y=\"14\">{label}</text>\
         <text x=\"{middle}\" y=\"14\">{message}</text></g>\n</svg>\n"
    )
}

fn message(report: &Report) -> String {
    score::headline(report).to_lowercase()
}

/// The name that shields knows, and a shade that white text can be read on.
fn colour(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::NotAssessed => ("lightgrey", "#6a6a6a"),
        Verdict::NotReady => ("red", "#c0341d"),
        Verdict::AtRisk => ("orange", "#b3540a"),
        Verdict::ReadyWithWarnings => ("yellow", "#8a6d00"),
        Verdict::Ready => ("brightgreen", "#2a7d0f"),
    }
}

/// Pixels of a text in the badge: seven for each character are enough in Verdana at 11, and five at each side.
fn width(text: &str) -> usize {
    text.chars().count() * 7 + 10
}
