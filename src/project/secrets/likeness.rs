//! Whether a text looks like a secret, or like one of the many things that stand where secrets do.

use crate::knowledge::secrets;

/// Whether the value of a name that speaks of secrets is one.
pub(super) fn is_secret(text: &str, name: &str) -> bool {
    if secrets::is_password(name) {
        is_password(text) && !is_named(text)
    } else {
        is_random(text) || (text.len() > 7 && is_possible(text) && is_chosen(text) && !is_said(text))
    }
}

/// Whether a text is a password that somebody set: no reference, no stand-in, no word of a page.
pub(super) fn is_password(text: &str) -> bool {
    (6..=128).contains(&text.len()) && is_possible(text) && (is_chosen(text) || is_mixed(text))
}

/// Whether a text is a row of letters and digits that a machine drew.
pub(super) fn is_random(text: &str) -> bool {
    (16..=256).contains(&text.len())
        && is_possible(text)
        && is_mixed(text)
        && entropy(text) >= 3.0
        && !is_said(text)
        && !is_uuid(text)
}

/// Whether a text is one that documentation shows: `AKIAIOSFODNN7EXAMPLE`.
pub(super) fn is_example(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    [
        "example",
        "dummy",
        "xxxx",
        "fake",
        "placeholder",
        "redacted",
        "changeme",
        "sample",
        "test",
    ]
    .iter()
    .any(|word| lower.contains(word))
        || text.contains("XXX")
}

/// Whether what stands around a text says that it is made up: `…  # noqa: mock`.
pub(super) fn is_made_up(around: &str) -> bool {
    let words = [
        "mock",
        "dummy",
        "fake",
        "placeholder",
        "made up",
        "not real",
        "not a real",
    ];
    let comments = ["# ", "#", "// ", "noqa: "];
    let mut found = words.iter().flat_map(|word| around.match_indices(word));
    found.any(|(at, _)| comments.iter().any(|sign| around[..at].ends_with(sign)))
}

/// Whether a text is a class of a style sheet: `text-emerald-300`, `border-slate-700/60`.
pub(super) fn is_style(text: &str) -> bool {
    let words = text.split(['-', '/', ' ', ':']);
    let is_word = |word: &str| {
        !word.is_empty()
            && (word.bytes().all(|byte| byte.is_ascii_lowercase())
                || word.len() < 4 && word.bytes().all(|byte| byte.is_ascii_digit()))
    };
    text.contains('-') && words.into_iter().all(is_word)
}

/// Whether a text says where the secret comes from, or stands for one: `${TOKEN}`, `os.environ[…]`, `<token>`.
pub(super) fn is_reference(text: &str) -> bool {
    let begins = [
        "$",
        "%",
        "{",
        "<",
        "@",
        "&",
        "*",
        "!",
        "[",
        "(",
        "os.",
        "env.",
        "process.",
        "self.",
        "config.",
        "settings.",
        "ENC",
    ];
    let holds = ["${", "{{", "}}", "%(", "#{", "()", "env[", "environ", "getenv"];
    begins.iter().any(|begin| text.starts_with(begin))
        || holds.iter().any(|part| text.contains(part))
        || (text.contains('{') && text.contains('}'))
        || (text.contains('(') && text.ends_with(')'))
        || (text.contains('[') && text.ends_with(']'))
}

/// What every secret is: one word of ASCII, that is no reference, no stand-in, no path, no hash and no address.
fn is_possible(text: &str) -> bool {
    let is_word = text.bytes().all(|byte| byte.is_ascii_graphic());
    is_word
        && !is_reference(text)
        && !secrets::is_filler(text)
        && !is_path(text)
        && !is_hash(text)
        && !is_code(text)
        && !is_account(text)
        && !is_foreign(text)
}

/// The address of an account or contract of a chain, which everybody may know: `0x` and 20 bytes
/// (<https://eips.ethereum.org/EIPS/eip-55>). A private key has 32.
fn is_account(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or("");
    digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A word of a language with letters beyond ASCII, written with escapes: `Passw\u00f6rter`.
fn is_foreign(text: &str) -> bool {
    text.split("\\u").skip(1).any(|rest| {
        let number = rest
            .get(..4)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        number.is_some_and(|number| number > 0x7F)
    })
}

/// Letters and digits both.
fn is_mixed(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether a text is the name of a field or a word for people: `id_password2`, `Passwort2`.
fn is_named(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let words = ["pass", "pwd", "token", "secret", "user", "field", "kenn"];
    is_said(text) && (text.contains(['_', '-', '.']) || words.iter().any(|word| lower.contains(word)))
}

/// Letters with a digit or a sign that no word of a language or of code has.
fn is_chosen(text: &str) -> bool {
    let has_sign = text.bytes().any(|byte| b"!@#$%^&*?+=".contains(&byte));
    text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && has_sign
        && (is_mixed(text) || text.bytes().any(|byte| byte.is_ascii_uppercase()))
}

/// A path, a file or an address.
fn is_path(text: &str) -> bool {
    let begins = [
        "/",
        "./",
        "../",
        "~",
        "http",
        "arn:",
        "projects/",
        "file:",
        "data:",
        "C:\\",
        "vault:",
        "secret/",
    ];
    let ends = [
        ".json", ".pem", ".key", ".txt", ".py", ".js", ".yml", ".yaml", ".html", ".com", ".org", ".io",
        ".svg", ".png",
    ];
    let last_is_name = text
        .rsplit('/')
        .next()
        .is_some_and(|last| last.len() < text.len() && last.contains('.'));
    begins.iter().any(|begin| text.starts_with(begin))
        || ends.iter().any(|end| text.ends_with(end))
        || text.contains("://")
        || last_is_name
}

/// What is kept of a password in its place, and what is encrypted already.
fn is_hash(text: &str) -> bool {
    let begins = [
        "pbkdf2", "bcrypt", "argon2", "scrypt", "sha1", "sha256", "sha384", "sha512", "md5", "crypt",
        "SCRAM-", "gAAAAA", "AQICAH",
    ];
    begins.iter().any(|begin| text.starts_with(begin))
}

/// Names, selectors and numbers: `user.password.value1`, `#password2`, `2024-01-01`.
fn is_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_number = bytes
        .iter()
        .all(|byte| byte.is_ascii_digit() || b"-:.,_+TZ".contains(byte));
    let is_name =
        |part: &str| part.len() > 2 && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let is_dotted = text.contains('.') && text.split('.').all(is_name);
    let is_plain = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphabetic()) || part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_snake = text.contains('_') && text.split(['_', '-', ':', '.']).all(is_plain);
    is_snake
        || is_number
        || is_dotted
        || text.starts_with(['#', '.', ',', ':', '-', '+', '='])
        || text.contains("=>")
        || text.contains("->")
}

/// Whether most of a text are words that can be said: `reset_password_step2`.
fn is_said(text: &str) -> bool {
    let mut said = 0;
    let mut digits = 0;
    let mut run: Vec<u8> = Vec::new();
    let mut close = |run: &mut Vec<u8>| {
        let vowels = run.iter().filter(|byte| b"aeiouyAEIOUY".contains(byte)).count();
        if run.len() > 3 && vowels * 5 >= run.len() && vowels * 10 <= run.len() * 7 {
            said += run.len();
        }
        run.clear();
    };
    for byte in text.bytes() {
        let turns = run
            .last()
            .is_some_and(|last| last.is_ascii_lowercase() && byte.is_ascii_uppercase());
        if !byte.is_ascii_alphabetic() || turns {
            close(&mut run);
        }
        if byte.is_ascii_alphabetic() {
            run.push(byte);
        }
        digits += usize::from(byte.is_ascii_digit());
    }
    close(&mut run);
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    said * 10 > letters * 6 && digits * 6 <= text.len()
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Bits of information in each byte of a text.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let all = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / all)
        .map(|share| -share * share.log2())
        .sum()
}
