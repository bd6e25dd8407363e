//! The texts of pages in one language: `locales/de/pages.json`, `translations/pt-BR.json`.

use super::Format;
use crate::facts::{Facts, TokenForm};

/// Folders that hold them (i18next, gettext, Rails, Angular, Vue).
const FOLDERS: [&str; 8] = [
    "translations",
    "translation",
    "locales",
    "locale",
    "i18n",
    "l10n",
    "lang",
    "langs",
];

/// Whether the file at `path` holds such texts.
pub(super) fn is_one(path: &str, format: Format) -> bool {
    let mut folders = path.rsplit('/').skip(1);
    matches!(format, Format::Json | Format::Yaml | Format::Toml)
        && folders.any(|folder| FOLDERS.iter().any(|name| folder.eq_ignore_ascii_case(name)))
}

/// Leaves what the texts are: what stands under `host` and `password` are labels of fields, in words of the language.
pub(super) fn narrow(facts: &mut Facts) {
    facts.values.clear();
    facts.connections.clear();
    facts.ports.clear();
    facts.variables.clear();
    facts.tokens.retain(|token| token.form != TokenForm::Assigned);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::extract;

    #[test]
    fn labels_of_fields_are_no_settings() {
        let text = r#"{"host": "For example 192.168.1.1", "user": "Benutzer", "password": "Passwort1!", "port": 80,
                       "key": "AKIA4RMZ7QWX2LPD3VNS"}"#;
        let told = |path: &str| {
            let facts = extract(path, Format::Json, text);
            (
                facts.values.len(),
                facts.connections.len(),
                facts.ports.len(),
                facts.tokens.len(),
            )
        };
        assert_eq!(told("web/locales/de/login.json"), (0, 0, 0, 1));
        assert_eq!(told("web/login.json"), (1, 1, 1, 3));
    }
}
