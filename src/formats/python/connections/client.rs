//! Passwords that a text of Python gives to the client of a database: `PGPASSWORD=… psql`.

use std::ops::Range;

/// Variables from which a client takes its password.
/// Sources: <https://www.postgresql.org/docs/16/libpq-envars.html>,
/// <https://dev.mysql.com/doc/refman/8.4/en/environment-variables.html>.
const VARIABLES: [&str; 2] = ["PGPASSWORD", "MYSQL_PWD"];

/// The variables that a text sets to something, each with the bytes of what it is set to.
pub(super) fn passwords(text: &str) -> Vec<(&'static str, Range<usize>)> {
    let mut found = Vec::new();
    for name in VARIABLES {
        for (at, _) in text.match_indices(name) {
            let rest = &text[at + name.len()..];
            let Some(value) = rest.strip_prefix('=') else {
                continue;
            };
            let bare = value.trim_start_matches(['"', '\'', '\\']);
            let start = text.len() - bare.len();
            let end = bare.find(|letter: char| letter.is_whitespace() || "\"'\\;&|".contains(letter));
            let value = start..start + end.unwrap_or(bare.len());
            // What a variable or a field of the text gives is not written here.
            if !value.is_empty() && !text[value.clone()].contains(['$', '{', '}', '`', '<', '%', '*']) {
                found.push((name, value));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_written_is_a_password() {
        for (text, values) in [
            ("PGPASSWORD=tide-9 psql -h localhost", "tide-9"),
            (
                "export PGPASSWORD='tide-9'\nexport MYSQL_PWD=\\\"reef\\\";",
                "tide-9 reef",
            ),
            ("PGPASSWORD={password} psql", ""),
            (
                "PGPASSWORD=$PASS psql; PGPASSWORD=\"${PASS}\"; PGPASSWORD= psql; PGPASSWORD",
                "",
            ),
            ("set PGPASSWORD=<yours>, or PGPASSWORD=***", ""),
            ("", ""),
        ] {
            let found: Vec<&str> = passwords(text)
                .into_iter()
                .map(|(_, value)| &text[value])
                .collect();
            assert_eq!(found.join(" "), values, "{text}");
        }
    }
}
