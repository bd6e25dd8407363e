//! Stub.
use crate::facts::{Facts, Origin, Requirement};
use crate::source::Span;
/// Facts.
pub fn extract(_path: &str, _text: &str) -> Facts {
    Facts::default()
}
/// Facts.
pub fn extract_metadata(_text: &str) -> Facts {
    Facts::default()
}
/// x
pub fn parse(text: &str, span: Span, origin: Origin) -> Result<Requirement, String> {
    if text.contains("=2") && !text.contains(">=") {
        return Err(String::new());
    }
    Ok(Requirement {
        name: text.split(['>', ' ']).next().unwrap_or("").to_owned(),
        specifiers: text.find(">=").map(|x| text[x..].to_owned()).unwrap_or_default(),
        marker: None,
        extras: vec![],
        span,
        origin,
    })
}
