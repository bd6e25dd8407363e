use super::*;
use proptest::prelude::*;

fn found(path: &str, text: &str) -> Vec<(TokenForm, String, String)> {
    let format = Format::of(path, text.as_bytes()).unwrap_or(Format::Plain);
    find(path, format, text)
        .into_iter()
        .filter(|token| token.form != TokenForm::Word)
        .map(|token| (token.form, token.name.unwrap_or_default(), token.text))
        .collect()
}

#[test]
fn values_are_found_behind_their_names() {
    for (path, text, name, value) in [
        ("a.py", "api_key = 'v1'", "api_key", "v1"),
        ("a.py", "API_KEY: str = \"v1\"", "API_KEY", "v1"),
        ("a.py", "x = {\"api_key\": \"v1\"}", "api_key", "v1"),
        ("a.py", "os.getenv('API_KEY', 'v1')", "API_KEY", "v1"),
        ("a.py", "c['token'] = b'v1'", "token", "v1"),
        ("a.py", "if token == 'v1':", "token", "v1"),
        ("a.py", "self.db_password=r\"v1\"", "self.db_password", "v1"),
        ("a.json", "{\"password\" : \"v1\"}", "password", "v1"),
        ("a.env", "TOKEN=v1", "TOKEN", "v1"),
        ("a.env", "TOKEN=v1 # c", "TOKEN", "v1"),
        ("a.yml", "  token: v1\r\n", "token", "v1"),
        ("a.sh", "export PGPASSWORD=v1; x", "PGPASSWORD", "v1"),
        ("a.sh", "run --password v1 --x", "--password", "v1"),
        ("a.sh", "run --token='v1'", "--token", "v1"),
        ("a.sh", "curl -H \"X-Api-Key: v1\"", "X-Api-Key", "v1"),
        ("a.xml", "<password>v1</password>", "password", "v1"),
        ("a.rs", "let token: &str = \"v1\";", "token", "v1"),
        ("a.go", "apiKey := \"v1\"", "apiKey", "v1"),
    ] {
        let wanted = (TokenForm::Assigned, name.to_owned(), value.to_owned());
        assert!(
            found(path, text).contains(&wanted),
            "{text}: {:?}",
            found(path, text)
        );
    }
    for (path, text) in [
        ("a.py", "api_key = settings.key"),
        ("a.py", "def f(password, token='x'"),
        ("a.py", "# the token, 'quoted'"),
        ("a.py", "pass"),
        ("a.py", "api_key = 'open\nnext'"),
    ] {
        let values: Vec<_> = found(path, text)
            .into_iter()
            .filter(|(_, _, value)| value != "x")
            .collect();
        assert_eq!(values, [], "{text}");
    }
}

#[test]
fn urls_headers_and_keys_are_found() {
    let url = found("a.py", "u = 'https://me:p%40ss@example.org/x'");
    assert_eq!(
        url,
        [(TokenForm::Url, "https://me".to_owned(), "p%40ss".to_owned())]
    );
    assert_eq!(found("a.py", "'http://localhost:8000/a@b'"), []);
    let header = found("a.py", "'Authorization: Bearer abcdefgh1'");
    assert_eq!(
        header,
        [(TokenForm::Header, "Bearer".to_owned(), "abcdefgh1".to_owned())]
    );
    let key = found(
        "a.pem",
        "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n",
    );
    assert_eq!(
        key,
        [(TokenForm::Key, "RSA PRIVATE KEY".to_owned(), "\nabc\n".to_owned())]
    );
    assert_eq!(
        found(
            "a.pem",
            "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----\n"
        ),
        []
    );
}

proptest! {
    #[test]
    fn no_text_is_too_much(text in "([a-z=:\"' \n\\\\@/é-]|token|-----BEGIN |PRIVATE KEY-----|://|Bearer |--password ){0,60}") {
        for path in ["a.py", "a.env", "a.sh", "a.md"] {
            let format = Format::of(path, b"").unwrap_or(Format::Plain);
            for token in find(path, format, &text) {
                prop_assert!(text.get(token.span.range()).is_some());
            }
        }
    }
}

#[test]
fn hostile_texts_cost_no_more_than_their_length() {
    for piece in [
        "token",
        "://",
        "a:b@://",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "token='",
        "Bearer ",
        "password=\"\\",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        find("a.sh", Format::Shell, &text);
    }
}
