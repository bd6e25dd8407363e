//! Secrets of the audited files never reach an output. A rule may name a secret's place; its text ends here.

use regex::{Captures, Regex};
use std::sync::LazyLock;

/// What a secret looks like, and where in the match it stands. The last group of each is the secret.
static SECRETS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let patterns = [
        // The password of a URL.
        r"://[^/\s:@]*:([^@/\s]+)@",
        // `password="…"`, `API_KEY: …`, `--token …`.
        r#"(?i)(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[a-z0-9_]*["']?(?:\s*[=:]\s*|\s+)["']([^"'\s]+)["']"#,
        r#"(?i)(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[a-z0-9_]*=([^\s,;&)"'][^\s,;&)"']*)"#,
        r"(?i)--(?:password|passwd|secret|token|api-key)\s+([^\s-]\S*)",
        // Forms that services give to their keys. Only with ASCII's words does the fast search read any text.
        r"(?-u:\b)((?:AKIA|ASIA)[0-9A-Z]{16})\b",
        r"(?-u:\b)(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})",
        r"(?-u:\b)(xox[abprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{20,}|[sr]k_live_[A-Za-z0-9]{16,})",
        r"(?-u:\b)(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+)",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*([A-Za-z0-9+/=\s]+)",
    ];
    // Each is tried by a test; one that were no pattern would be left out.
    patterns
        .iter()
        .filter_map(|pattern| Regex::new(pattern).ok())
        .collect()
});

/// `text` with a sign in place of each secret.
pub(super) fn masked(text: &str) -> String {
    replaced(text, |_| "****".to_owned())
}

/// `text` with each secret made unreadable, as many bytes long as it was; line ends stay.
pub(super) fn blotted(text: &str) -> String {
    replaced(text, |secret| {
        secret
            .bytes()
            .map(|byte| {
                if matches!(byte, b'\n' | b'\r') {
                    char::from(byte)
                } else {
                    '*'
                }
            })
            .collect()
    })
}

fn replaced(text: &str, cover: impl Fn(&str) -> String) -> String {
    let mut text = text.to_owned();
    for pattern in SECRETS.iter() {
        if !pattern.is_match(&text) {
            continue;
        }
        let covered = pattern.replace_all(&text, |found: &Captures<'_>| {
            let whole = found.get(0).map_or("", |all| all.as_str());
            match found.get(1).filter(|secret| !is_reference(secret.as_str())) {
                Some(secret) => {
                    let begin = secret.start() - found.get(0).map_or(0, |all| all.start());
                    let end = begin + secret.as_str().len();
                    format!("{}{}{}", &whole[..begin], cover(secret.as_str()), &whole[end..])
                }
                None => whole.to_owned(),
            }
        });
        text = covered.into_owned();
    }
    text
}

/// Whether a text only says where the secret comes from: a variable, a call, an empty place.
fn is_reference(text: &str) -> bool {
    let begins = [
        "$", "{", "<", "%", "…", "...", "*", "os.", "None", "null", "True", "False",
    ];
    begins.iter().any(|begin| text.starts_with(begin)) || text.contains(['(', '[', '`'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_covered() {
        assert_eq!(SECRETS.len(), 9);
        for (text, wanted) in [
            ("postgres://me:hunter2@db/x", "postgres://me:****@db/x"),
            ("connect(password='hunter2')", "connect(password='****')"),
            ("{\"db_password\": \"hunter2\"}", "{\"db_password\": \"****\"}"),
            ("run --token hunter2 --loud", "run --token **** --loud"),
            ("PGPASSWORD=hunter2 psql", "PGPASSWORD=**** psql"),
            ("key AKIAABCDEFGHIJKLMNOP here", "key **** here"),
        ] {
            assert_eq!(masked(text), wanted);
            assert_eq!(blotted(text).len(), text.len());
            assert!(!blotted(text).contains("hunter2"));
        }
    }

    #[test]
    fn what_only_names_a_secret_stays() {
        for text in [
            "password=os.environ[\"DB_PASSWORD\"]",
            "DB_PASSWORD=${DB_PASSWORD}",
            "set the token in the environment",
            "http://localhost:8000/a@b",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
