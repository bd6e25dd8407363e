use super::likeness::{is_password, is_random, is_secret};
use super::*;
use crate::engine::{self, Progress};
use crate::target::Target;
use crate::tree::Memory;

fn secrets_of(files: &[(&str, &str)]) -> Vec<(String, usize)> {
    let tree = Memory::new(files.iter().copied());
    let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
    let found = project.secrets().iter();
    found.map(|secret| (secret.what.clone(), secret.length)).collect()
}

#[test]
fn values_of_telling_names_are_judged_by_their_looks() {
    for (name, text) in [
        ("password", "Tr0ub4dor&3"),
        ("password", "hunter2x"),
        ("DB_PASS", "k8#Lm2!pQz"),
        ("api_key", "9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c"),
        ("api_key", "c0v8iq2ad3ie9jk2m1pg"),
        ("secret", "wJ7rXUtnFEMIK7MDENGbPxRfiCYzq9Lm"),
        ("SECRET_KEY", "k#9d!2mz@5qp&8xw"),
        ("password", r"tab\u0009X9k!m"),
        (
            "signer_token",
            "0x4c0883a69102937d6231471b5dbb6204fe512961708279feb1be6ae5538da033",
        ),
    ] {
        assert!(is_secret(text, name), "{name} {text}");
    }
    for (name, text) in [
        ("password", "password"),
        ("password", "Enter your password"),
        ("password", "${DB_PASSWORD}"),
        ("password", "{password}"),
        ("password", "os.environ['X1']"),
        ("password", "<password1>"),
        ("password", "forgot-password2"),
        ("password", "pbkdf2_sha256$2600$abc$def1"),
        ("token", "access_token_expired_v2"),
        ("token", "550e8400-e29b-41d4-a716-446655440000"),
        ("token", "/run/secrets/token1"),
        ("api_key", "your-api-key-here-1"),
        ("api_key", "xxxxxxxxxxxxxxxxxxxx1"),
        ("api_key", "1234567890abcdef1234567890abcdef"),
        ("secret", "config.secrets.json1.json"),
        ("token", "resetPasswordStepNumber2"),
        ("password", r"Contrase\u00f1a"),
        ("api_key", r"API-Schl\u00fcssel"),
        ("password", r"\u5bc6\u78bc"),
        ("quoteToken", "0x1aF3c9D2b7E4805f6A1B2c3D4e5F60718293a4B5"),
    ] {
        assert!(!is_secret(text, name), "{name} {text}");
    }
    assert!(!is_password("postgres") && !is_random("abc"));
}

#[test]
fn one_text_is_one_secret() {
    let text = "binance_api_key = \"vR7bN4wL8cJ1pH6sD0fGaZk3vQ9mT2xR7bN4wL8cJ1pH6sD0fGaQk3vM9tT2xRqY\"\n";
    assert_eq!(
        secrets_of(&[("app.py", text)]),
        [("a Binance API key or secret".to_owned(), 64)]
    );
    assert_eq!(secrets_of(&[("tests/test_app.py", text)]), []);
    assert_eq!(secrets_of(&[(".env.example", &text.replace(" = ", "="))]), []);
}

#[test]
fn fingerprints_are_short_and_differ() {
    assert_eq!(fingerprint("a").len(), 6);
    assert_ne!(fingerprint("a"), fingerprint("b"));
}

#[test]
fn nothing_prints_the_text() {
    let tree = Memory::new([("app.py", "password = 'Tr0ub4dor&3'\n")]);
    let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
    assert_eq!(project.secrets().len(), 1);
    assert!(!format!("{:?}", project.secrets()).contains("Tr0ub4dor"));
    let tokens = project
        .documents()
        .flat_map(|(_, document)| &document.facts.tokens);
    assert!(!format!("{:?}", tokens.collect::<Vec<_>>()).contains("Tr0ub4dor"));
}
