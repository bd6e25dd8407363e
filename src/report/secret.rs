//! Secrets of the audited files never reach an output. A rule may name a secret's place; its text ends here.

use crate::expression::{Expression, Match};
use crate::project::Project;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What a secret looks like, and where in the match it stands: in its first group.
static FORMS: [Expression; 9] = [
    // The password of a URL.
    Expression::new(r"://[^/\s:@]*:([^@/\s]+)@"),
    // `password="…"`, `API_KEY: …`, `--token …`.
    Expression::new(
        r#"(?i)(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[a-z0-9_]*["']?(?:\s*[=:]\s*|\s+)["']([^"'\s]+)["']"#,
    ),
    Expression::new(
        r#"(?i)(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[a-z0-9_]*=([^\s,;&)"'][^\s,;&)"']*)"#,
    ),
    Expression::new(r"(?i)--(?:password|passwd|secret|token|api-key)\s+([^\s-]\S*)"),
    // Forms that services give to their keys. Only with ASCII's words does the fast search read any text.
    Expression::new(r"(?-u:\b)((?:AKIA|ASIA)[0-9A-Z]{16})(?-u:\b)"),
    Expression::new(
        r"(?-u:\b)(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})",
    ),
    Expression::new(
        r"(?-u:\b)(xox[abprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{20,}|[sr]k_live_[A-Za-z0-9]{16,})",
    ),
    Expression::new(r"(?-u:\b)(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+)"),
    Expression::new(r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----((?:\\[nr]|[^-\\])+)"),
];

/// By form: what each such text holds one of, in letters of any size. Most texts hold none of them.
const WORDS: [&[&str]; 9] = [
    &["://"],
    &NAMES,
    &NAMES,
    &["--"],
    &["akia", "asia"],
    &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"],
    &["xox", "sk-", "k_live_"],
    &[".eyj"],
    &["private key"],
];
const NAMES: [&str; 14] = [
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "accesskey",
    "access_key",
    "access-key",
    "privatekey",
    "private_key",
    "private-key",
];

/// The search for the words of all forms. It is made at each start, and most of what it reads is short.
static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::NoncontiguousNFA))
        .ascii_case_insensitive(true)
        .prefilter(false)
        .build(WORDS.into_iter().flatten())
        .ok()
});

/// By form: whether a text may have it.
fn possible(text: &str) -> [bool; 9] {
    let mut possible = [false; 9];
    let search = SEARCH
        .iter()
        .flat_map(|search| search.find_overlapping_iter(text));
    for found in search {
        // The words of each form stand behind those of the forms before it.
        let number = found.pattern().as_usize();
        let mut behind = 0;
        let of = WORDS.iter().position(|words| {
            behind += words.len();
            number < behind
        });
        if let Some(form) = of.and_then(|of| possible.get_mut(of)) {
            *form = true;
        }
    }
    possible
}

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
    for (form, _) in FORMS.iter().zip(possible(&text)).filter(|(_, may)| *may) {
        let secrets = form.each(&text).filter_map(|found: Match<'_>| found.group(1));
        let secrets = secrets.filter(|secret| !is_reference(secret.text));
        let (mut covered, mut at) = (String::new(), 0);
        for secret in secrets {
            covered.push_str(&text[at..secret.start]);
            covered.push_str(&cover(secret.text));
            at = secret.end;
        }
        if at > 0 {
            covered.push_str(&text[at..]);
            text = covered;
        }
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
        assert!(FORMS.iter().all(Expression::is_valid));
        let dotted = ["eyJhbGciOiJI", "eyJzdWIiOiIx", "c2lnbmVk"].join(".");
        for key in [
            format!("ghp_{}", "a1".repeat(12)),
            format!("glpat-{}", "a1".repeat(9)),
            format!("xoxb-{}", "1a".repeat(8)),
            format!("sk-{}", "a1".repeat(12)),
            format!("rk_live_{}", "a1".repeat(9)),
            dotted,
        ] {
            let wanted = "it is **** there";
            assert_eq!(Cover::default().masked(&format!("it is {key} there")), wanted);
        }
        for (text, wanted) in [
            (
                "-----BEGIN PRIVATE KEY-----MIIB-",
                "-----BEGIN PRIVATE KEY-----****-",
            ),
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
