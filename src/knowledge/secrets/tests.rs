use super::*;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;

#[test]
fn every_row_is_a_pattern_with_a_check_that_exists() {
    assert!(TABLE.format.len() >= 60, "{}", TABLE.format.len());
    for (expression, row) in &FORMATS.rows {
        assert!(expression.is_valid(), "{}", row.what);
        assert!(
            row.holds.is_empty() != row.needs.is_empty(),
            "{} has one of both",
            row.what
        );
    }
    let checks = ["base64", "crc-base62", "macaroon", "jwt", "jwt-anon", "discord"];
    for row in &TABLE.format {
        assert!(
            row.check.as_deref().is_none_or(|check| checks.contains(&check)),
            "{}",
            row.what
        );
        assert!(row.what.starts_with("a ") || row.what.starts_with("an ") || row.what.starts_with("the "));
    }
    assert!(TABLE.names.last.len() > 10 && TABLE.filler.words.len() > 30);
}

/// Texts that are made at random from each pattern hold what the row says that they do.
#[test]
fn every_text_of_a_form_holds_what_its_row_says() {
    let mut runner = TestRunner::deterministic();
    for row in TABLE.format.iter().filter(|row| row.needs.is_empty()) {
        let texts = string_regex(&row.pattern).unwrap();
        for _ in 0..200 {
            let text = texts.new_tree(&mut runner).unwrap().current();
            assert!(
                row.holds.iter().any(|word| text.contains(word)),
                "{text} {:?}",
                row.holds
            );
        }
    }
}

#[test]
fn check_digits_are_those_of_the_published_example() {
    // CRC-32 of "123456789", https://reveng.sourceforge.io/crc-catalogue/.
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    assert_eq!(base62(0), "000000");
    assert_eq!(base62(61), "00000z");
    assert_eq!(base62(62), "000010");
    let random = "Zk3vQ9mT2xR7bN4wL8cJ1pH6sD0fGa";
    let right = format!("ghp_{random}{}", base62(crc32(random.as_bytes())));
    assert!(known(&right, "").is_some_and(|found| found.is_checked));
    let wrong = format!("ghp_{random}AAAAAA");
    assert_eq!(known(&wrong, ""), None);
}

#[test]
fn names_are_telling_by_their_last_words() {
    for name in [
        "password",
        "DB_PASSWORD",
        "dbPassword",
        "api_key",
        "API-KEY",
        "apikey",
        "client_secret",
        "SECRET_KEY",
        "authToken",
        "smtp_pass",
        "PGPASSWORD",
        "kraken.api_key",
        "SECRET_KEY_BASE",
        "token",
        "password2",
        "api_key_prod",
    ] {
        assert!(is_telling(name), "{name}");
    }
    for name in [
        "key",
        "primary_key",
        "public_key",
        "password_hash",
        "token_url",
        "max_tokens",
        "tokenizer",
        "secretary",
        "csrf_token",
        "password_field",
        "PASSWORD_HASHERS",
        "token_type",
        "compass",
        "sort_key",
        "passport",
        "",
    ] {
        assert!(!is_telling(name), "{name}");
    }
}

#[test]
fn places_of_secrets_are_no_secrets() {
    for text in [
        "your-api-key",
        "xxxxxxxxxxxx",
        "CHANGEME",
        "aaaaaaaabbbbbbbb",
        "abcdefghijklmnop",
        "AKIAIOSFODNN7EXAMPLE",
    ] {
        assert!(is_filler(text), "{text}");
    }
    for text in ["vR7bN4wL8cJ1", "tr0ub4dor&3"] {
        assert!(!is_filler(text), "{text}");
    }
}

#[test]
fn keys_have_a_structure() {
    // An ASN.1 sequence of version and octets, and what is none.
    let mut bytes = vec![0x30, 0x45, 0x02, 0x01, 0x00, 0x04, 0x40];
    bytes.extend((0..64_u8).map(|at| at.wrapping_mul(37).wrapping_add(11)));
    let body = data_encoding::BASE64.encode(&bytes);
    assert!(is_key(&body));
    assert!(is_key(&format!("\\n{}\\n{}\\n", &body[..60], &body[60..])));
    assert!(!is_key("..."));
    assert!(!is_key("MIIEvQIBADANBgkqh..."));
    assert!(!is_key(&"A".repeat(400)));
}

#[test]
fn signed_tokens_say_how() {
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let tail = "q7Vn3kX9zR2mW8tL4cJ6bP1s";
    let right = format!(
        "{}.{}.{tail}",
        encode(r#"{"alg":"HS256"}"#),
        encode(r#"{"sub":"desk"}"#)
    );
    assert_eq!(
        known(&right, "").map(|found| found.what),
        Some("a signed token (JWT)")
    );
    let wrong = format!(
        "{}.{}.{tail}",
        encode(r#"{"a":"HS256xx"}"#),
        encode(r#"{"sub":"desk"}"#)
    );
    assert_eq!(known(&wrong, ""), None);
}
