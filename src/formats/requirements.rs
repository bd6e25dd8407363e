//! Stub.
use crate::facts::Facts;
/// Facts.
pub fn extract(_path: &str, _text: &str) -> Facts {
    Facts::default()
}
/// Facts.
pub fn extract_metadata(_text: &str) -> Facts {
    Facts::default()
}
