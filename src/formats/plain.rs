//! Any other text: source of languages without a reader of their own, through quotes and comments; and
//! configs whose values have no quotes, line by line.

use super::quoted::{self, Syntax};
use super::{make, pip, web};
use crate::facts::value::is_telling;
use crate::facts::{Facts, Reach, Role, Value, Word};
use crate::source::Span;

const C_LIKE: Syntax = Syntax {
    line: &["//"],
    block: &[("/*", "*/")],
    quotes: b"\"",
    long: b"`",
    has_regex: false,
};
const C_AND_HASH: Syntax = Syntax {
    line: &["//", "#"],
    quotes: b"\"'",
    long: b"",
    ..C_LIKE
};
const HASH: Syntax = Syntax {
    line: &["#"],
    block: &[],
    quotes: b"\"'",
    long: b"",
    has_regex: false,
};
const DASHES: Syntax = Syntax {
    line: &["--"],
    block: &[("/*", "*/")],
    ..HASH
};

/// The facts of the text at `path`.
pub fn extract(path: &str, text: &str) -> Facts {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let syntax = match extension.to_ascii_lowercase().as_str() {
        "swift" | "go" | "java" | "kt" | "c" | "h" | "cpp" | "cc" | "hpp" | "m" | "gradle" => C_LIKE,
        "php" | "tf" | "hcl" => C_AND_HASH,
        "rb" | "pl" | "pyx" | "pxd" | "fish" | "ps1" => HASH,
        "sql" | "lua" => DASHES,
        "xml" | "plist" => return markup(text),
        _ => return lines(name, text),
    };
    let tokens = quoted::lex(text, &syntax);
    Facts {
        values: quoted::values(text, &tokens),
        ..Facts::default()
    }
}

/// XML: the text of an element is a value; a property list has the key before it.
fn markup(text: &str) -> Facts {
    let mut facts = web::extract_html(text);
    for value in &mut facts.values {
        value.role = Role::Assigned;
        let before = text.get(..value.span.start as usize).unwrap_or("");
        let tag = before.rfind('<').map_or("", |at| &before[..at]).trim_end();
        let key = tag.strip_suffix("</key>");
        value.name = key
            .and_then(|key| key.rsplit('>').next())
            .map(str::to_owned)
            .or_else(|| value.name.take());
    }
    facts
}

/// A config whose values have no quotes.
fn lines(name: &str, text: &str) -> Facts {
    let lower = name.to_ascii_lowercase();
    let has_extension = |wanted: &str| lower.rsplit_once('.').is_some_and(|(_, found)| found == wanted);
    if make::is_makefile(&lower) {
        let mut facts = by_lines(text, is_comment, |line, body| {
            if line.starts_with('\t') {
                Statement::command(None, body.trim_start_matches(['@', '-', '+']))
            } else {
                setting(body)
            }
        });
        make::read(text, &mut facts);
        return facts;
    }
    let is_batch = has_extension("bat") || has_extension("cmd");
    let is_remark = |line: &str| {
        is_comment(line)
            || (is_batch && (line.starts_with("::") || line.to_ascii_lowercase().starts_with("rem ")))
    };
    by_lines(text, is_remark, |_, body| setting(body))
}

/// Whether a line that begins with a letter says nothing, in most configs.
pub(super) fn is_comment(line: &str) -> bool {
    line.starts_with(['#', ';'])
}

/// The values of a text, and what its command lines install. `statement` takes a line apart: the whole
/// line, and the same without blanks around it and without the `\` that continues it.
pub(super) fn by_lines<'t>(
    text: &'t str,
    is_comment: impl Fn(&str) -> bool,
    statement: impl Fn(&'t str, &'t str) -> Statement<'t>,
) -> Facts {
    let mut facts = Facts::default();
    let mut at = 0;
    // The name that a line goes on with when the one before it ended with `\`.
    let mut continued: Option<Statement<'_>> = None;
    let mut run = String::new();
    let mut run_start = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if trimmed.is_empty() || is_comment(trimmed) {
            continue;
        }
        let body = trimmed.trim_end_matches('\\').trim_end();
        let body_start = start + (line.len() - line.trim_start().len());
        let statement = match continued.take() {
            Some(before) => Statement {
                value: body,
                ..before
            },
            None => statement(line, body),
        };
        let offset = body_start + (statement.value.as_ptr() as usize - body.as_ptr() as usize);
        add(&statement, offset, &mut facts);
        if statement.is_run {
            if run.is_empty() {
                run_start = offset;
            }
            // The words of a command that goes on over lines are read together, each at its place.
            while run.len() < offset - run_start {
                run.push(' ');
            }
            run.push_str(statement.value);
        }
        if trimmed.ends_with('\\') {
            continued = Some(statement);
        } else {
            install(&run, run_start, &mut facts);
            run.clear();
        }
    }
    install(&run, run_start, &mut facts);
    facts
}

/// A line, taken apart.
#[derive(Clone, Copy)]
pub(super) struct Statement<'a> {
    name: Option<&'a str>,
    value: &'a str,
    role: Role,
    /// Whether it is a command line that may install something.
    is_run: bool,
}

impl<'a> Statement<'a> {
    /// A command line.
    pub(super) fn command(name: Option<&'a str>, value: &'a str) -> Self {
        Self {
            name,
            value,
            role: Role::Command,
            is_run: true,
        }
    }

    /// A value with its name; quotes around the value are none of it.
    pub(super) fn assigned(name: &'a str, value: &'a str) -> Self {
        let value = value.trim();
        let unquoted = ['"', '\''].iter().find_map(|quote| {
            value
                .strip_prefix(*quote)
                .and_then(|inner| inner.strip_suffix(*quote))
                .filter(|inner| !inner.contains(*quote))
        });
        Self {
            name: Some(name.trim()).filter(|name| !name.is_empty()),
            value: unquoted.unwrap_or(value),
            role: Role::Assigned,
            is_run: false,
        }
    }
}

/// The first word of a line, and what stands behind it.
pub(super) fn first_word(body: &str) -> (&str, &str) {
    body.split_once(char::is_whitespace)
        .map_or((body, &body[body.len()..]), |(first, rest)| {
            (first, rest.trim_start())
        })
}

/// `key = value`, `key: value`, or `key value`.
pub(super) fn setting(body: &str) -> Statement<'_> {
    let (first, rest) = first_word(body);
    let is_key = |key: &str| {
        let key = key.trim();
        !key.is_empty()
            && !key.contains(['/', '"', '\'', '(', '{', '<'])
            && key.split_whitespace().count() <= 3
    };
    if let Some((key, value)) = body.split_once('=').filter(|(key, _)| is_key(key)) {
        return Statement::assigned(key.trim_end_matches([':', '?', '+', '!']), value);
    }
    let colon = body.split_once(':').filter(|(key, value)| {
        is_key(key) && !key.contains(' ') && !value.starts_with("//") && value.starts_with(' ')
    });
    match colon {
        Some((key, value)) => Statement::assigned(key, value),
        None if is_key(first) && !rest.is_empty() => Statement::assigned(first, rest.trim_end_matches(';')),
        None => Statement {
            name: None,
            value: body,
            role: Role::Plain,
            is_run: false,
        },
    }
}

fn add(statement: &Statement<'_>, start: usize, facts: &mut Facts) {
    if is_telling(statement.value) {
        facts.values.push(Value {
            text: statement.value.to_owned(),
            span: Span::new(start, start + statement.value.len()),
            role: statement.role,
            name: statement.name.map(str::to_owned),
            call: None,
            reach: Reach::Always,
        });
    }
}

/// What a command line has pip install.
fn install(line: &str, start: usize, facts: &mut Facts) {
    if !line.contains("install") {
        return;
    }
    let mut words: Vec<Word> = Vec::new();
    let mut at = 0;
    for piece in line.split_inclusive(char::is_whitespace) {
        let text = piece.trim_end();
        let begin = start + at;
        at += piece.len();
        if text.is_empty() {
            continue;
        }
        let bare = text.trim_end_matches(';').trim_matches(['"', '\'']);
        if !matches!(text, "&&" | "||" | "|" | ";" | "sudo") {
            let quotes = usize::from(text.starts_with(['"', '\'']));
            words.push(Word {
                text: bare.to_owned(),
                span: Span::new(begin + quotes, begin + quotes + bare.len()),
                is_literal: !bare.contains('$'),
            });
        }
        if matches!(text, "&&" | "||" | "|") || text.ends_with(';') {
            pip::read(&words, facts);
            words.clear();
        }
    }
    pip::read(&words, facts);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(String, Role, Option<String>)> {
        let facts = extract(path, text);
        for value in &facts.values {
            assert_eq!(value.span.text(text), value.text);
        }
        facts
            .values
            .into_iter()
            .map(|value| (value.text, value.role, value.name))
            .collect()
    }

    fn one(path: &str, text: &str, value: &str, role: Role, name: Option<&str>) {
        assert_eq!(
            found(path, text),
            [(value.to_owned(), role, name.map(str::to_owned))],
            "{path}"
        );
    }

    #[test]
    fn each_language_has_its_quotes_and_comments() {
        let assigned = Role::Assigned;
        one(
            "a.swift",
            "// \"/no\"\nlet url = \"http://10.0.0.1\"\n",
            "http://10.0.0.1",
            assigned,
            Some("url"),
        );
        one(
            "a.go",
            "fmt.Println(\"see /a\") /* \"/no\" */",
            "see /a",
            Role::Prose,
            None,
        );
        one("a.rb", "x = '/a' # '/no'\n", "/a", assigned, Some("x"));
        one("a.sql", "-- '/no'\ncopy t from '/a';", "/a", Role::Argument, None);
        one("a.m", "NSLog(@\"at /a\");", "at /a", Role::Prose, None);
        one(
            "a.plist",
            "<key>Program</key>\n<string>/usr/x</string>",
            "/usr/x",
            assigned,
            Some("Program"),
        );
    }

    #[test]
    fn configs_need_no_quotes() {
        let assigned = Role::Assigned;
        one(
            "a.service",
            "# /no\n[Service]\nExecStart=/usr/bin/x -y",
            "/usr/bin/x -y",
            assigned,
            Some("ExecStart"),
        );
        one(
            "a.ini",
            "; /no\r\nhost : 1\r\npath = \"/a\"\r\n",
            "/a",
            assigned,
            Some("path"),
        );
        one(
            "a.nginx",
            "server {\n  proxy_pass http://10.0.0.1:80;\n}",
            "http://10.0.0.1:80",
            assigned,
            Some("proxy_pass"),
        );
        one(
            "Makefile",
            "run:\n\t@/usr/bin/x\n",
            "/usr/bin/x",
            Role::Command,
            None,
        );
        one("x.pth", "/srv/lib\n", "/srv/lib", Role::Plain, None);
    }

    #[test]
    fn hostile_text_is_read() {
        for text in [
            "",
            "\u{feff}=",
            "=\\",
            "\t\\\n\\\n",
            "RUN",
            "RUN \\\n",
            "é = /é",
            "ENV",
            ":",
            "* *\r",
        ] {
            for path in ["a.ini", "Makefile", "a.go", "a.xml", "a.bat"] {
                extract(path, text);
            }
        }
        let begin = std::time::Instant::now();
        extract("a.plist", &"</key><string>/a</string>".repeat(20_000));
        extract("Makefile", &"\tpip install a \\\n".repeat(50_000));
        assert!(begin.elapsed().as_secs() < 20);
    }
}
