//! JSON, as Python's `json` module reads it; JSON with comments where the tools that read it allow them.

mod strict;

use super::structured::{self, DEPTH, Entry, Node, Shape};
use super::{lock, npm, pm2};
use crate::facts::{Facts, Problem, ProblemKind};
use crate::source::Span;
use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, ParseStringErrorKind, parse_to_ast};

/// The facts of a JSON document. Behind a mistake that a lenient reader can get over (a comment, a comma
/// too many) the facts are still read, so that what they say is not lost.
pub fn extract(path: &str, text: &str) -> Facts {
    let allows_comments = allows_comments(path);
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let shift = text.len() - body.len();
    let (mut facts, mut problem) = match strict::read(body, shift) {
        Some(root) => (meaning(path, &root), None),
        None if nests_too_deep(body) => {
            let message = format!("brackets inside brackets more than {DEPTH} levels deep");
            return Facts::of_problem(ProblemKind::Syntax, message, Span::new(shift, shift));
        }
        None => read(path, body, shift),
    };
    if shift > 0 && !allows_comments {
        let message = "a byte order mark, which Python's json module refuses".to_owned();
        problem = Some((message, Span::new(0, shift)));
    }
    let problem = problem.filter(|(_, span)| !is_placeholder(text, *span));
    facts.problems.extend(problem.map(|(message, span)| Problem {
        kind: ProblemKind::Syntax,
        message,
        span,
    }));
    facts
}

/// The facts that the value of a document states.
fn meaning(path: &str, root: &Node<'_>) -> Facts {
    lock::read(path, root).unwrap_or_else(|| {
        let mut facts = structured::collect(root);
        structured::read_manifest(path, root, &mut facts);
        pm2::read(path, root, &mut facts);
        npm::read(path, root, &mut facts);
        facts
    })
}

/// The facts of a text that begins `shift` bytes into its document, and its first mistake.
fn read(path: &str, text: &str, shift: usize) -> (Facts, Option<(String, Span)>) {
    let allows_comments = allows_comments(path);
    let collect = |value: Option<Value<'_>>| value.map(|value| meaning(path, &node(&value, shift, 0)));
    let (facts, problem) = match parse_to_ast(text, &CollectOptions::default(), &strict(allows_comments)) {
        Ok(parsed) => {
            let problem = match parsed.value {
                None => Some(("an empty document, which is no JSON".to_owned(), Span::new(0, 0))),
                Some(_) if allows_comments => None,
                Some(_) => beyond_the_parser(text),
            };
            (collect(parsed.value), problem)
        }
        Err(error) => {
            if let Some(repaired) = without_surrogates(text) {
                return read(path, &repaired, shift);
            }
            let range = error.range();
            let lenient = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
            let facts = lenient.ok().and_then(|parsed| collect(parsed.value));
            (facts, Some((words(&error), Span::new(range.start, range.end))))
        }
    };
    let problem = problem.map(|(message, span)| (message, span.shifted(shift)));
    (facts.unwrap_or_default(), problem)
}

/// Files that are JSON with comments by the word of the tools that read them.
fn allows_comments(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let is_editors = folder
        .split('/')
        .any(|part| matches!(part, ".vscode" | ".devcontainer"));
    let is_json = name
        .rsplit_once('.')
        .is_some_and(|(_, extension)| extension == "json");
    let begins = |prefix: &str| name.starts_with(prefix) && is_json;
    is_editors
        || name
            .rsplit_once('.')
            .is_some_and(|(_, extension)| extension == "jsonc")
        || begins("tsconfig")
        || begins("jsconfig")
        || begins(".eslintrc")
        || begins("devcontainer")
        || begins("api-extractor")
}

/// What Python's reader allows, as far as the parser can be told.
fn strict(allows_comments: bool) -> ParseOptions {
    ParseOptions {
        allow_comments: allows_comments,
        allow_trailing_commas: allows_comments,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: true,
        allow_extended_string_escapes: false,
    }
}

/// What Python refuses and the parser lets pass: control characters in strings, spaces of other scripts,
/// `-NaN`.
fn beyond_the_parser(text: &str) -> Option<(String, Span)> {
    let mut is_string = false;
    let mut is_escaped = false;
    for (at, letter) in text.char_indices() {
        let what = match letter {
            _ if is_escaped => {
                is_escaped = false;
                continue;
            }
            '\\' if is_string => {
                is_escaped = true;
                continue;
            }
            '"' => {
                is_string = !is_string;
                continue;
            }
            '\n' | '\r' if is_string => "a line break inside a string; write \\n",
            '\t' if is_string => "a tab inside a string; write \\t",
            '\0'..='\x1F' if is_string => "a control character inside a string",
            '-' if !is_string && text[at..].starts_with("-NaN") => "-NaN, which is no number",
            _ if is_string || matches!(letter, ' ' | '\t' | '\n' | '\r') || !letter.is_whitespace() => {
                continue;
            }
            _ => "a space that only looks like one; JSON knows blanks, tabs and line breaks",
        };
        return Some((what.to_owned(), Span::new(at, at + letter.len_utf8())));
    }
    None
}

/// The text with half surrogate pairs (`\ud800`) put right, which Python reads and the parser does not.
/// Nothing moves.
fn without_surrogates(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut has_changed = false;
    for at in 0..bytes.len() {
        let is_half = bytes.get(at..at + 6).is_some_and(|six| {
            six.starts_with(b"\\u")
                && six[2].eq_ignore_ascii_case(&b'd')
                && six[3..].iter().all(u8::is_ascii_hexdigit)
                && matches!(six[3].to_ascii_lowercase(), b'8'..=b'9' | b'a'..=b'f')
        });
        if is_half {
            bytes[at + 2..at + 6].copy_from_slice(b"fffd");
            has_changed = true;
        }
    }
    String::from_utf8(bytes).ok().filter(|_| has_changed)
}

/// The parser's verdict in the words of a person.
fn words(error: &ParseError) -> String {
    use ParseErrorKind as Kind;
    let known = match error.kind() {
        Kind::CommentsNotAllowed | Kind::UnterminatedCommentBlock => "a comment, which JSON does not have",
        Kind::TrailingCommasNotAllowed => "a comma before the closing bracket",
        Kind::ExpectedComma => "a comma is missing",
        Kind::ExpectedColonAfterObjectKey => "a colon is missing behind the key",
        Kind::ExpectedObjectValue => "a value is missing behind the colon",
        Kind::ExpectedStringObjectProperty => "a key without quotes",
        Kind::SingleQuotedStringsNotAllowed => "a string in single quotes; JSON has double quotes only",
        Kind::MultipleRootJsonValues => "more text behind the end of the document",
        Kind::HexadecimalNumbersNotAllowed => "a hexadecimal number, which JSON does not have",
        Kind::UnaryPlusNumbersNotAllowed => "a number with a plus sign",
        Kind::BareDecimalPointNumbersNotAllowed => "a number with no digit on one side of its point",
        Kind::UnterminatedArray => "a list that is never closed",
        Kind::UnterminatedObject => "an object that is never closed",
        Kind::NestingDepthExceeded => "brackets nested too deep",
        Kind::UnexpectedCloseBrace => "a } that closes nothing",
        Kind::UnexpectedCloseBracket => "a ] that closes nothing",
        Kind::UnexpectedComma => "a comma where a value belongs",
        Kind::UnexpectedColon => "a colon where a value belongs",
        Kind::UnexpectedWord => "a word without quotes",
        Kind::String(ParseStringErrorKind::UnterminatedStringLiteral) => "a string that is never closed",
        Kind::String(_) => "an escape in a string that JSON does not have",
        _ => return format!("{}", error.kind()).to_lowercase(),
    };
    known.to_owned()
}

/// Whether the mistake is the placeholder of a template.
fn is_placeholder(text: &str, span: Span) -> bool {
    let start = (span.start as usize).saturating_sub(1);
    text.as_bytes().get(start..).is_some_and(|rest| {
        [rest, rest.get(1..).unwrap_or_default()]
            .iter()
            .any(|rest| rest.starts_with(b"{{") || rest.starts_with(b"{%"))
    })
}

/// Whether brackets nest deeper than a reader's stack should go. One pass, strings left out.
fn nests_too_deep(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut is_string = false;
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => is_string = !is_string,
            b'\\' if is_string => {
                bytes.next();
            }
            b'[' | b'{' if !is_string => {
                depth += 1;
                if depth > DEPTH {
                    return true;
                }
            }
            b']' | b'}' if !is_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

fn node<'t>(value: &'t Value<'_>, shift: usize, depth: usize) -> Node<'t> {
    let range = value.range();
    let span = Span::new(range.start + shift, range.end + shift);
    let shape = match value {
        Value::StringLit(text) => return Node::text_of(text.value.as_ref(), inside(span)),
        Value::NumberLit(number) => Shape::Number(number.value.into()),
        Value::BooleanLit(truth) => Shape::Truth(truth.value),
        Value::NullKeyword(_) => Shape::Other,
        _ if depth > DEPTH => Shape::Other,
        Value::Array(array) => Shape::List(
            array
                .elements
                .iter()
                .map(|element| node(element, shift, depth + 1))
                .collect(),
        ),
        Value::Object(object) => Shape::Map(
            object
                .properties
                .iter()
                .map(|property| {
                    let range = property.name.range();
                    let span = Span::new(range.start + shift, range.end + shift);
                    Entry {
                        key: property.name.as_str().into(),
                        key_span: match property.name {
                            ObjectPropName::String(_) => inside(span),
                            ObjectPropName::Word(_) => span,
                        },
                        node: node(&property.value, shift, depth + 1),
                    }
                })
                .collect(),
        ),
    };
    Node::new(shape, span)
}

/// A string's span without its quotes.
fn inside(span: Span) -> Span {
    Span::new(span.start as usize + 1, (span.end as usize).saturating_sub(1))
}

/// Whether the short way gives the value that the long one does.
#[cfg(test)]
pub(super) fn agrees(text: &str) -> bool {
    let Some(root) = strict::read(text, 0) else {
        return true;
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &strict(false));
    let value = parsed.ok().and_then(|parsed| parsed.value);
    let long = value.map(|value| format!("{:?}", node(&value, 0, 0)));
    !nests_too_deep(text) && beyond_the_parser(text).is_none() && long == Some(format!("{root:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_takes_nothing_that_is_wrong() {
        for (text, _) in VERDICTS {
            assert!(agrees(text), "{text}");
        }
        let deep = "[".repeat(DEPTH + 1) + &"]".repeat(DEPTH + 1);
        assert!(strict::read(&deep, 0).is_none());
        assert!(strict::read(&deep[1..deep.len() - 1], 0).is_some());
    }

    proptest::proptest! {
        #[test]
        fn both_ways_give_one_value(text in r#"(\[|\]|\{|\}|"|"a":|"[a-z]{0,3}"|,|:|\\n|\\u00e9|\\ud83d|\\/|é|\t| |\n|-?[0-9.]{1,3}|e[+-]?1|true|null|NaN|//){0,14}"#) {
            proptest::prop_assert!(agrees(&text), "{}", text);
            let list = format!("[{text}]");
            proptest::prop_assert!(agrees(&list), "{}", list);
        }
    }

    /// Documents with the verdict of Python's `json.loads`.
    const VERDICTS: &[(&str, bool)] = &[
        ("{}", true),
        ("[]", true),
        ("", false),
        ("   ", false),
        ("1", true),
        ("\"a\"", true),
        ("null", true),
        ("true", true),
        ("nul", false),
        ("NaN", true),
        ("Infinity", true),
        ("-Infinity", true),
        ("-NaN", false),
        ("+1", false),
        ("01", false),
        ("-01", false),
        ("1.", false),
        (".5", false),
        ("1e5", true),
        ("1e", false),
        ("1E+5", true),
        ("1e999", true),
        ("-", false),
        ("0x10", false),
        ("[1,]", false),
        ("{\"a\":1,}", false),
        ("[1 2]", false),
        ("{\"a\" 1}", false),
        ("{\"a\":}", false),
        ("{a:1}", false),
        ("{'a':1}", false),
        ("{\"a\":1} x", false),
        ("{\"a\":1}{\"b\":2}", false),
        ("// c\n{}", false),
        ("/* c */{}", false),
        ("{} // c", false),
        ("# c\n{}", false),
        ("{\"a\":1,\"a\":2}", true),
        ("\"a\\x41\"", false),
        ("\"\\u00e9\"", true),
        ("\"\\ud800\"", true),
        ("\"\\u12\"", false),
        ("\"a\tb\"", false),
        ("\"a\nb\"", false),
        ("\"\\v\"", false),
        ("\"\\/\"", true),
        ("\"\\'\"", false),
        ("[", false),
        ("{", false),
        ("\"abc", false),
        ("]", false),
        ("}", false),
        (",", false),
        (":", false),
        ("[,1]", false),
        ("{,}", false),
        ("{\"a\":1,,\"b\":2}", false),
        ("[1,,2]", false),
        ("{1:2}", false),
        ("{\"a\":[1,{\"b\":null}]}", true),
        ("\u{feff}{}", false),
        ("\u{a0}{}", false),
        ("{}\u{a0}", false),
        ("\u{c}{}", false),
        ("True", false),
        ("None", false),
        ("undefined", false),
        ("[NaN, Infinity]", true),
        ("1 ", true),
        ("\n{}\n", true),
        ("{\"a\":tru}", false),
        ("[true,false,null]", true),
        ("1.5.2", false),
        ("--1", false),
        ("1-2", false),
        ("\"\\\"", false),
        ("\"\u{7f}\"", true),
        ("{\"a\":1 \"b\":2}", false),
        ("{\"a\"}", false),
        ("{\"a\",}", false),
        ("1_000", false),
        ("0", true),
        ("-0", true),
        ("00", false),
        ("1.0e+", false),
        ("{null:1}", false),
        ("{} #", false),
        ("[1}", false),
        ("{\"a\":1]", false),
        ("\"\\u{1F600}\"", false),
        ("\\", false),
        ("\"a\" \"b\"", false),
        ("\"\u{0}\"", false),
        ("infinity", false),
        ("{\"a\":-}", false),
        ("[-1.5E-3]", true),
    ];

    #[test]
    fn the_verdict_is_pythons() {
        let wrong: Vec<_> = VERDICTS
            .iter()
            .filter(|(text, is_good)| extract("x.json", text).problems.is_empty() != *is_good)
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn a_mistake_is_named_at_its_place() {
        for (text, message, place) in [
            (
                "{\"a\": 1 // why\n}",
                "a comment, which JSON does not have",
                "// why",
            ),
            ("{\"a\": [1, 2,]}", "a comma before the closing bracket", ","),
            ("{\"a\": 1,\n}", "a comma before the closing bracket", ","),
            (
                "{'a': 1}",
                "a string in single quotes; JSON has double quotes only",
                "'",
            ),
            ("{\"a\": 1 \"b\": 2}", "a comma is missing", ""),
            ("{a: 1}", "a key without quotes", "a"),
        ] {
            let facts = extract("x.json", text);
            assert_eq!(facts.problems[0].message, message, "{text}");
            assert_eq!(facts.problems[0].span.text(text), place, "{text}");
        }
    }

    #[test]
    fn facts_survive_a_mistake() {
        let text = "{\n  // the API\n  \"api\": {\"port\": 8000},\n}";
        let facts = extract("ports.json", text);
        assert_eq!(facts.problems.len(), 1);
        assert_eq!(facts.ports[0].span.text(text), "8000");
    }

    #[test]
    fn tools_that_allow_comments_get_them() {
        let text = "{\n  // strict\n  \"a\": 1,\n}";
        for path in [
            "tsconfig.base.json",
            "a/.vscode/settings.json",
            "x.jsonc",
            ".devcontainer/devcontainer.json",
        ] {
            assert!(extract(path, text).problems.is_empty(), "{path}");
        }
        assert_eq!(extract("config.json", text).problems.len(), 1);
    }

    #[test]
    fn templates_are_no_mistakes() {
        assert!(extract("x.json", "{\"port\": {{ port }}}").problems.is_empty());
        assert!(extract("x.json", "{% if x %}{}{% endif %}").problems.is_empty());
    }

    #[test]
    fn spans_behind_other_scripts_are_bytes() {
        let text = "\u{feff}{\"größe\": \"/opt/ä\"}";
        let facts = extract("x.json", text);
        assert_eq!(facts.values[0].span.text(text), "/opt/ä");
        assert_eq!(facts.problems.len(), 1);
    }

    #[test]
    fn hostile_depth_ends_well() {
        for text in [
            "[".repeat(100_000),
            "{\"a\":".repeat(100_000),
            "[{\"a\":".repeat(60),
        ] {
            assert_eq!(extract("x.json", &text).problems.len(), 1);
        }
        assert!(
            extract("x.json", &("[".repeat(100) + &"]".repeat(100)))
                .problems
                .is_empty()
        );
    }
}
