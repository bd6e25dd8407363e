//! Stub.
use crate::facts::Facts;
/// Facts.
pub fn extract_html(_text: &str) -> Facts {
    Facts::default()
}
/// Facts.
pub fn extract_script(_text: &str) -> Facts {
    Facts::default()
}
/// Facts.
pub fn extract_style(_text: &str) -> Facts {
    Facts::default()
}
