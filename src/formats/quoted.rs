//! Quotes and comments: enough of a lexer to find the string literals of languages that nobody parses
//! here, and what the code around a literal says of its role.

use crate::facts::value::is_telling;
use crate::facts::{Reach, Role, Value};
use crate::source::Span;

/// How many bytes before a literal are looked at for its role: reading stays linear.
const CONTEXT: usize = 300;

/// What opens comments and strings in a language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Syntax {
    /// Openers of comments that end with the line.
    pub(super) line: &'static [&'static str],
    /// Openers and closers of other comments.
    pub(super) block: &'static [(&'static str, &'static str)],
    /// Quotes of strings that end with the line.
    pub(super) quotes: &'static [u8],
    /// Quotes of strings that may go on over lines.
    pub(super) long: &'static [u8],
    /// Whether `/` opens a regular expression where a value is expected.
    pub(super) has_regex: bool,
}

/// JavaScript, TypeScript and JSX.
pub(super) const SCRIPT: Syntax = Syntax {
    line: &["//"],
    block: &[("/*", "*/")],
    quotes: b"\"'",
    long: b"`",
    has_regex: true,
};

impl Syntax {
    /// The bytes at which a comment, a string or a regular expression may begin. Most bytes are none of them.
    fn openers(&self) -> [bool; 256] {
        let comments = self
            .line
            .iter()
            .chain(self.block.iter().map(|(opener, _)| opener));
        let firsts = comments.filter_map(|opener| opener.bytes().next());
        let quotes = self.quotes.iter().chain(self.long).copied();
        let slash = self.has_regex.then_some(b'/');
        let mut openers = [false; 256];
        for byte in firsts.chain(quotes).chain(slash) {
            openers[usize::from(byte)] = true;
        }
        openers
    }
}

/// The literals (without quotes) and the comments of a text.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    pub(super) literals: Vec<Span>,
    pub(super) comments: Vec<Span>,
}

impl Tokens {
    /// Whether byte `at` stands in a comment.
    pub(super) fn is_comment(&self, at: usize) -> bool {
        let next = self.comments.partition_point(|span| span.start as usize <= at);
        next.checked_sub(1)
            .and_then(|index| self.comments.get(index))
            .is_some_and(|span| at < span.end as usize)
    }
}

/// Finds the literals and comments of `text`.
pub(super) fn lex(text: &str, syntax: &Syntax) -> Tokens {
    let bytes = text.as_bytes();
    let openers = syntax.openers();
    let is_opener = |byte: &u8| openers[usize::from(*byte)];
    let mut tokens = Tokens::default();
    let mut at = 0;
    // The last byte of code that is no blank.
    let mut last = b'(';
    while let Some(code) = bytes[at..].iter().position(is_opener) {
        let passed = bytes[at..at + code].iter().rev();
        last = passed
            .copied()
            .find(|byte| !byte.is_ascii_whitespace())
            .unwrap_or(last);
        at += code;
        let byte = bytes[at];
        if let Some(end) = comment_end(bytes, at, syntax) {
            tokens.comments.push(Span::new(at, end));
            at = end;
            continue;
        }
        if syntax.long.contains(&byte) {
            let end = long_end(bytes, at);
            tokens.literals.push(Span::new(at + 1, end));
            at = end + 1;
            last = byte;
        } else if syntax.quotes.contains(&byte) {
            match short_end(bytes, at) {
                Ok(end) => {
                    tokens.literals.push(Span::new(at + 1, end));
                    at = end + 1;
                }
                // An apostrophe in text, most likely: nothing is quoted by it.
                Err(line_end) => at = line_end,
            }
            last = byte;
        } else if syntax.has_regex && byte == b'/' && expects_value(text, at, last) {
            at = regex_end(bytes, at);
            last = byte;
        } else {
            last = byte;
            at += 1;
        }
        at = at.min(bytes.len());
    }
    tokens
}

fn comment_end(bytes: &[u8], at: usize, syntax: &Syntax) -> Option<usize> {
    let rest = &bytes[at..];
    if syntax
        .line
        .iter()
        .any(|opener| rest.starts_with(opener.as_bytes()))
    {
        let length = rest.iter().position(|byte| *byte == b'\n');
        return Some(at + length.unwrap_or(rest.len()));
    }
    let (opener, closer) = syntax
        .block
        .iter()
        .find(|(opener, _)| rest.starts_with(opener.as_bytes()))?;
    let body = rest.get(opener.len()..)?;
    let end = body
        .windows(closer.len())
        .position(|window| window == closer.as_bytes());
    Some(end.map_or(bytes.len(), |end| at + opener.len() + end + closer.len()))
}

/// The closing quote of a string that ends with the line, or that line's end.
fn short_end(bytes: &[u8], open: usize) -> Result<usize, usize> {
    let mut at = open + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' => return Err(at),
            _ if byte == bytes[open] => return Ok(at),
            _ => at += 1,
        }
    }
    Err(bytes.len())
}

/// The closing quote of a long string; `${…}` may hold strings of the same kind.
fn long_end(bytes: &[u8], open: usize) -> usize {
    let quote = bytes[open];
    // For each string that is open: how many braces of its expression are.
    let mut braces: Vec<usize> = vec![0];
    let mut at = open + 1;
    while let (Some(&byte), Some(depth)) = (bytes.get(at), braces.last_mut()) {
        let is_code = *depth > 0;
        match byte {
            b'\\' => at += 1,
            b'$' if !is_code && bytes.get(at + 1) == Some(&b'{') => {
                *depth = 1;
                at += 1;
            }
            b'{' if is_code => *depth += 1,
            b'}' if is_code => *depth -= 1,
            _ if byte == quote && is_code => braces.push(0),
            _ if byte == quote => {
                braces.pop();
                if braces.is_empty() {
                    return at;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn expects_value(text: &str, at: usize, last: u8) -> bool {
    if b"(,=:[!&|?{};+-*%~^".contains(&last) {
        return true;
    }
    let start = floor(text, at.saturating_sub(12));
    let before = text.get(start..at).unwrap_or("").trim_end();
    ["return", "typeof", "case", "=>"]
        .iter()
        .any(|word| before.ends_with(word))
}

fn regex_end(bytes: &[u8], open: usize) -> usize {
    let mut in_class = false;
    let mut at = open + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return at,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'/' if !in_class => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The telling literals of `text` as values: one for each line, where a literal has several.
pub(super) fn values(text: &str, tokens: &Tokens) -> Vec<Value> {
    let mut values = Vec::new();
    for span in &tokens.literals {
        if !is_telling(span.text(text)) {
            continue;
        }
        let open = span.start as usize - 1;
        let start = floor(text, open.saturating_sub(CONTEXT));
        let before = text.get(start..open).unwrap_or("");
        let (role, name, call) = context(before);
        let reach = if is_of_developers(before) {
            Reach::Elsewhere
        } else {
            Reach::Always
        };
        for line in lines(text, *span) {
            let content = line.text(text).replace("\\/", "/").replace("\\\\", "\\");
            if is_telling(&content) {
                values.push(Value {
                    text: content,
                    span: line,
                    role,
                    name: name.clone(),
                    call: call.clone(),
                    reach,
                });
            }
        }
    }
    values
}

/// The lines of a literal, so that a value is reported where it stands; a literal of one line is whole.
pub(super) fn lines(text: &str, span: Span) -> Vec<Span> {
    let literal = span.text(text);
    if !literal.contains('\n') {
        return vec![span];
    }
    let mut at = span.start as usize;
    literal
        .split_inclusive('\n')
        .map(|line| {
            let start = at + (line.len() - line.trim_start().len());
            at += line.len();
            Span::new(start, start + line.trim().len())
        })
        .collect()
}

/// Whether a build for the server takes the other side of a choice: `import.meta.env.DEV ? "…" : …`,
/// `process.env.NODE_ENV === "production" ? … : "…"`.
fn is_of_developers(before: &str) -> bool {
    let near = before.trim_end();
    let statement = near.rsplit([';', '{', '}']).next().unwrap_or(near);
    let holds = |condition: &str, words: &[&str]| {
        !condition.contains("!=") && words.iter().any(|word| condition.contains(word))
    };
    match statement.strip_suffix('?') {
        Some(condition) if !condition.ends_with('?') => holds(
            condition,
            &["env.DEV", "__DEV__", "isDev", "\"development\"", "'development'"],
        ),
        _ => {
            let choice = statement
                .strip_suffix(':')
                .and_then(|choice| choice.rsplit_once('?'));
            choice.is_some_and(|(condition, _)| {
                holds(
                    condition,
                    &["env.PROD", "isProd", "\"production\"", "'production'"],
                )
            })
        }
    }
}

type Place = (Role, Option<String>, Option<String>);

/// The role of a literal behind the code `before`.
fn context(before: &str) -> Place {
    let near = before.trim_end();
    if ["==", "!="].iter().any(|sign| near.ends_with(sign)) {
        return (Role::Compared, None, None);
    }
    match last_word(near) {
        "case" => return (Role::Compared, None, None),
        "return" => return (Role::Returned, None, None),
        "import" | "from" => return (Role::Argument, None, Some("import".to_owned())),
        _ => {}
    }
    let alternative = near
        .strip_suffix("||")
        .or_else(|| near.strip_suffix("??"))
        .map(str::trim_end);
    if let Some(name) = alternative.and_then(environment_name) {
        return (Role::Default, Some(name), None);
    }
    enclosing(near)
}

/// Walks back to what the literal belongs to: an assignment, a key, a call, a list.
fn enclosing(near: &str) -> Place {
    let bytes = near.as_bytes();
    let mut depth = 0_usize;
    let mut is_first = true;
    let mut at = bytes.len();
    while let Some(next) = at.checked_sub(1) {
        at = next;
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => match bytes[..at].iter().rposition(|byte| *byte == quote) {
                Some(open) => at = open,
                None => break,
            },
            b')' | b']' | b'}' => depth += 1,
            b'(' if depth == 0 => return argument(&near[..at]),
            b'[' if depth == 0 => {
                let name = assigned_name(near[..at].trim_end().trim_end_matches(['=', ':']));
                return (Role::Element, name, None);
            }
            b'{' | b';' if depth == 0 => break,
            b'(' | b'[' | b'{' => depth -= 1,
            b',' if depth == 0 => is_first = false,
            b'=' if depth == 0 && is_first => {
                let before = at.checked_sub(1).map_or(b' ', |at| bytes[at]);
                if b"=!<>".contains(&before) || matches!(bytes.get(at + 1), Some(b'=' | b'>')) {
                    break;
                }
                return (Role::Assigned, assigned_name(&near[..at]), None);
            }
            b':' if depth == 0 && is_first => {
                let start = near[..at]
                    .rfind(['\n', ',', '{', '(', ';'])
                    .map_or(0, |at| at + 1);
                if near[start..at].contains('?') {
                    break;
                }
                let name = last_word(near[..at].trim_end_matches(['"', '\'', ' ', ':']));
                return (
                    Role::Assigned,
                    Some(name.to_owned()).filter(|name| !name.is_empty()),
                    None,
                );
            }
            _ => {}
        }
    }
    (Role::Plain, None, None)
}

fn argument(before: &str) -> Place {
    let before = before.trim_end();
    let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$' | ':' | '!');
    let start = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_path(*c))
        .last()
        .map_or(before.len(), |(at, _)| at);
    let call = before[start..].trim_start_matches(['.', ':']);
    let method = call.rsplit(['.', ':']).next().unwrap_or(call);
    let compares = [
        "includes",
        "startsWith",
        "endsWith",
        "indexOf",
        "equals",
        "contains",
        "hasPrefix",
        "hasSuffix",
        "HasPrefix",
        "HasSuffix",
        "Contains",
        "strcmp",
    ];
    if compares.contains(&method) {
        (Role::Compared, None, Some(call.to_owned()))
    } else if matches!(method, "match" | "matches" | "RegExp" | "replace" | "MustCompile") {
        (Role::Pattern, None, Some(call.to_owned()))
    } else if is_prose(call) {
        (Role::Prose, None, Some(call.to_owned()))
    } else if matches!(call, "" | "if" | "while" | "for" | "switch" | "return") {
        (Role::Plain, None, None)
    } else {
        (Role::Argument, None, Some(call.to_owned()))
    }
}

/// Whether the call only speaks to people.
fn is_prose(call: &str) -> bool {
    let lower = call.to_ascii_lowercase();
    let first = lower.split(['.', ':']).next().unwrap_or("");
    let last = lower.rsplit(['.', ':']).next().unwrap_or("");
    matches!(
        first,
        "console" | "log" | "logger" | "logging" | "fmt" | "nslog" | "slog"
    ) || last.ends_with("error")
        || last.ends_with("exception")
        || [
            "alert",
            "confirm",
            "print",
            "println",
            "printf",
            "puts",
            "nslog",
            "os_log",
            "debugprint",
            "fatalerror",
            "echo",
            "die",
            "perror",
            "panic",
            "warn",
            "info",
            "debug",
            "log",
            "syslog",
        ]
        .contains(&last)
}

/// `process.env.X` at the end of `before`.
fn environment_name(before: &str) -> Option<String> {
    let name = last_word(before.trim_end_matches(['"', '\'', ']']));
    let rest = &before[..before.rfind(name)?];
    let rest = rest.trim_end_matches(['"', '\'']);
    let is_environment = rest.ends_with("env.") || rest.ends_with("env[");
    (is_environment && !name.is_empty()).then(|| name.to_owned())
}

/// The name that stands before `=`, behind which a type may stand: `const name: string`.
fn assigned_name(before: &str) -> Option<String> {
    let before = before
        .trim_end()
        .trim_end_matches([':', '+', '|', '?'])
        .trim_end();
    let start = before.rfind(['\n', ';', '{', '(', ',']).map_or(0, |at| at + 1);
    let statement = &before[start..];
    let name = match statement.split_once(':') {
        Some((name, kind)) if !kind.contains(':') => name,
        _ => statement,
    };
    let name = last_word(name.trim_end().trim_end_matches(['"', '\'', ']']));
    (!name.is_empty()).then(|| name.to_owned())
}

fn last_word(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$');
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_part(*c))
        .last()
        .map_or(text.len(), |(at, _)| at);
    &text[start..]
}
