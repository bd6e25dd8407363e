//! Secrets of the audited files never reach an output. A rule may name a secret's place; its text ends here.

use crate::project::Project;
use aho_corasick::{AhoCorasick, MatchKind};
use regex::{Captures, Regex, RegexSet};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What a secret looks like, and where in the match it stands. The last group of each is the secret.
const PATTERNS: [&str; 9] = [
    // The password of a URL.
    r"://[^/\s:@]*:([^@/\s]+)@",
    // `password="…"`, `API_KEY: …`, `--token …`.
    r#"(?i)(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[a-z0-9_]*["']?(?:\s*[=:]\s*|\s+)["']([^"'\s]+)["']"#,
    r#"(?i)(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[a-z0-9_]*=([^\s,;&)"'][^\s,;&)"']*)"#,
    r"(?i)--(?:password|passwd|secret|token|api-key)\s+([^\s-]\S*)",
    // Forms that services give to their keys. Only with ASCII's words does the fast search read any text.
    r"(?-u:\b)((?:AKIA|ASIA)[0-9A-Z]{16})(?-u:\b)",
    r"(?-u:\b)(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})",
    r"(?-u:\b)(xox[abprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{20,}|[sr]k_live_[A-Za-z0-9]{16,})",
    r"(?-u:\b)(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+)",
    r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----((?:\\[nr]|[^-\\])+)",
];

/// Whether a text has any of them: one search instead of nine, and most texts have none.
static ANY: LazyLock<Option<RegexSet>> = LazyLock::new(|| RegexSet::new(PATTERNS).ok());

/// Each by itself. Each is tried by a test; one that were no pattern would be left out.
static SECRETS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    PATTERNS
        .iter()
        .filter_map(|pattern| Regex::new(pattern).ok())
        .collect()
});

/// Covers the secrets of a project: those that were found in its files, whatever they look like, and what has the
/// form of one.
#[derive(Debug, Default)]
pub(super) struct Cover {
    known: Option<AhoCorasick>,
}

impl Cover {
    /// For the secrets of this project.
    pub(super) fn of(project: &Project) -> Self {
        let texts: BTreeSet<&str> = project
            .secrets()
            .iter()
            .filter(|secret| !secret.is_public)
            .map(|secret| secret.text_to_cover().trim())
            .filter(|text| text.len() > 3)
            .collect();
        let known = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(texts);
        Self { known: known.ok() }
    }

    /// `text` with a sign in place of each secret.
    pub(super) fn masked(&self, text: &str) -> String {
        self.replaced(text, |_| "****".to_owned())
    }

    /// Puts a sign in place of each secret.
    pub(super) fn mask(&self, text: &mut String) {
        let masked = self.masked(text);
        if masked != *text {
            *text = masked;
        }
    }

    /// `text` with each secret made unreadable, as many bytes long as it was; line ends stay.
    pub(super) fn blotted(&self, text: &str) -> String {
        self.replaced(text, |secret| {
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

    fn replaced(&self, text: &str, cover: impl Fn(&str) -> String) -> String {
        let mut open = String::with_capacity(text.len());
        if let Some(known) = &self.known {
            known.replace_all_with(text, &mut open, |_, secret, open| {
                open.push_str(&cover(secret));
                true
            });
        } else {
            open.push_str(text);
        }
        replaced(&open, cover)
    }
}

fn replaced(text: &str, cover: impl Fn(&str) -> String) -> String {
    let mut text = text.to_owned();
    if ANY.as_ref().is_some_and(|any| !any.is_match(&text)) {
        return text;
    }
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
            assert_eq!(Cover::default().masked(text), wanted);
            assert_eq!(Cover::default().blotted(text).len(), text.len());
            assert!(!Cover::default().blotted(text).contains("hunter2"));
        }
    }

    #[test]
    fn what_was_found_is_covered_whatever_it_looks_like() {
        use crate::engine::{self, Progress};
        let text = "binance_password = 'Tr0ub4dor&3'\n";
        let tree = crate::tree::Memory::new([("app.py", text)]);
        let (project, _) = engine::read(
            &tree,
            crate::target::Target::default(),
            &|_| false,
            &Progress::default(),
        );
        let cover = Cover::of(&project);
        assert_eq!(cover.masked("starts with Tr0ub4dor&3."), "starts with ****.");
        assert_eq!(cover.blotted(text), "binance_password = '***********'\n");
    }

    #[test]
    fn what_only_names_a_secret_stays() {
        for text in [
            "password=os.environ[\"DB_PASSWORD\"]",
            "DB_PASSWORD=${DB_PASSWORD}",
            "set the token in the environment",
            "http://localhost:8000/a@b",
        ] {
            assert_eq!(Cover::default().masked(text), text);
        }
    }
}
