//! Text for XML 1.0.

/// `text` for an element or an attribute in double quotes: what XML cannot hold at all is replaced.
pub(super) fn escaped(text: &str) -> String {
    let allowed: String = text
        .chars()
        .map(|character| match character {
            '\t' | '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => character,
            '\r' => '\n',
            _ => '\u{fffd}',
        })
        .collect();
    quick_xml::escape::escape(allowed.as_str()).into_owned()
}
