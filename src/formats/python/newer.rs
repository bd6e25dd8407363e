//! Syntax that came with a later Python, and the version that it came with.
//!
//! The parser collects what an older target refuses. It is asked for an old one, once, so the answer holds
//! for every target. Its versions are CPython's, where the two disagree: real interpreters were asked.

use super::{asynchronous, span_of};
use crate::facts::{NewerSyntax, PYTHON_2_EXCEPT};
use crate::source::Span;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{PythonVersion, Stmt};
use ruff_python_parser::{UnsupportedSyntaxError, UnsupportedSyntaxErrorKind as Kind};
use ruff_text_size::TextRange;

/// Older than every Python that a target can have.
pub(super) const OLDEST: PythonVersion = PythonVersion::PY37;

const SEVERAL_TYPES: &str = "`except` with several types without parentheses";
const INVALID: &str = "invalid syntax";

/// What of a module an older Python refuses, in the order of the text, each kind once.
pub(super) fn syntax(errors: &[UnsupportedSyntaxError], tokens: &Tokens) -> Vec<NewerSyntax> {
    let mut found: Vec<NewerSyntax> = Vec::new();
    for error in errors {
        let Some((minor, what, words)) = describe(error) else {
            continue;
        };
        if error.kind == Kind::ParenthesizedContextManager && !has_as(tokens, error.range) {
            continue;
        }
        let span = span_of(error.range);
        match found.iter_mut().find(|known| known.what == what) {
            Some(known) => known.span = known.span.min(span),
            None => found.push(NewerSyntax {
                needs: (3, minor),
                what,
                words,
                span,
            }),
        }
    }
    found.sort_by_key(|syntax| syntax.span);
    found
}

/// Tells `except A, e:` of Python 2 apart from several types without parentheses: nothing is called as the second
/// one. `is_given` says whether the module gives a name to anything that could be an exception.
pub(super) fn tell_python_2(
    text: &str,
    errors: &[UnsupportedSyntaxError],
    is_given: &dyn Fn(&str) -> bool,
    found: &mut [NewerSyntax],
) {
    let is_name = |name: &str| {
        let mut letters = name.chars();
        letters
            .next()
            .is_some_and(|first| first.is_lowercase() || first == '_')
            && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
    };
    let is_old = |place: Span| {
        let types = text.get(place.range()).unwrap_or_default().split(',');
        let mut behind = types.skip(1).map(str::trim);
        let second = behind.next().filter(|name| is_name(name) && !is_given(name));
        second.is_some() && behind.next().is_none()
    };
    let of_except = errors
        .iter()
        .filter(|error| error.kind == Kind::UnparenthesizedExceptionTypes);
    let old = of_except
        .map(|error| span_of(error.range))
        .find(|place| is_old(*place));
    let several = found.iter_mut().find(|syntax| syntax.what == SEVERAL_TYPES);
    if let (Some(syntax), Some(place)) = (several, old) {
        syntax.what = PYTHON_2_EXCEPT;
        syntax.span = place;
    }
}

/// An asynchronous comprehension inside another one, which the parser does not tell.
pub(super) fn nested_async(body: &[Stmt]) -> Option<NewerSyntax> {
    asynchronous::nested(body).map(|range| NewerSyntax {
        needs: (3, 11),
        what: "an asynchronous comprehension inside another one",
        words: "asynchronous comprehension outside of an asynchronous function",
        span: span_of(range),
    })
}

/// Whether an item of `with (…)` has an `as`. Without one, old Pythons read a tuple, and do not refuse the file.
fn has_as(tokens: &Tokens, bracket: TextRange) -> bool {
    let mut depth = 0_usize;
    for token in tokens.after(bracket.end()) {
        match token.kind() {
            TokenKind::As if depth == 0 => return true,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace if depth == 0 => return false,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => depth -= 1,
            _ => {}
        }
    }
    false
}

/// The minor version that brought it, what it is, and how older Pythons complain; nothing for syntax that
/// later versions refuse.
fn describe(error: &UnsupportedSyntaxError) -> Option<(u32, &'static str, &'static str)> {
    Some(match error.kind {
        Kind::Walrus => (8, "an assignment expression (`:=`)", INVALID),
        Kind::StarTuple(_) => (8, "unpacking in `return` or `yield` without parentheses", INVALID),
        Kind::PositionalOnlyParameter => (8, "a positional-only parameter (`/`)", INVALID),
        Kind::RelaxedDecorator(_) => (9, "a decorator that is more than a dotted name", INVALID),
        Kind::ParenthesizedContextManager => (9, "parentheses around the items of `with`", INVALID),
        Kind::UnparenthesizedUnpackInFor => (9, "unpacking in `for … in` without parentheses", INVALID),
        Kind::Match => (10, "a `match` statement", INVALID),
        Kind::ExceptStar => (11, "`except*`", INVALID),
        Kind::StarExpressionInIndex => (11, "unpacking in an index", INVALID),
        Kind::StarAnnotation => (11, "an unpacked annotation (`*args: *Ts`)", INVALID),
        Kind::TypeParameterList => (12, "a list of type parameters (`[T]`)", INVALID),
        Kind::TypeAliasStatement => (12, "a `type` statement", INVALID),
        Kind::TypeParamDefault => (13, "a default of a type parameter", INVALID),
        Kind::UnparenthesizedExceptionTypes => (
            14,
            SEVERAL_TYPES,
            "multiple exception types must be parenthesized",
        ),
        Kind::TemplateStrings => (14, "a template string (`t\"…\"`)", INVALID),
        Kind::LazyImportStatement => (15, "a `lazy` import", INVALID),
        Kind::UnpackingInComprehension(_) => (
            15,
            "unpacking in a comprehension",
            "iterable unpacking cannot be used in comprehension",
        ),
        Kind::UnparenthesizedNamedExpr(_) | Kind::Pep701FString(_) => return by_words(error),
        Kind::ParenthesizedKeywordArgumentName => return None,
    })
}

/// The kinds whose parts the parser does not let others name: told by its words.
fn by_words(error: &UnsupportedSyntaxError) -> Option<(u32, &'static str, &'static str)> {
    let text = error.to_string();
    let table = [
        // CPython 3.9 refuses it in an index, and nowhere else.
        (
            "sequence index",
            10,
            "`:=` in an index without parentheses",
            INVALID,
        ),
        ("set ", 9, "`:=` in a set without parentheses", INVALID),
        (
            "backslash",
            12,
            "a backslash inside the braces of an f-string",
            "f-string expression part cannot include a backslash",
        ),
        (
            "comments",
            12,
            "a comment inside the braces of an f-string",
            "f-string expression part cannot include '#'",
        ),
        (
            "line breaks",
            12,
            "a line break inside the braces of an f-string",
            "unterminated string literal",
        ),
        (
            "outer quote",
            12,
            "the f-string's own quote inside its braces",
            "f-string: unmatched or unterminated",
        ),
    ];
    let row = table.into_iter().find(|(words, ..)| text.contains(words))?;
    Some((row.1, row.2, row.3))
}

#[cfg(test)]
mod tests {
    use crate::facts::Facts;
    use crate::formats::python::extract;
    use std::process::Command;

    /// Each kind, and the minor version of the first CPython that accepts it.
    const KINDS: &[(u32, &str)] = &[
        (8, "if (n := 1): pass"),
        (8, "def f(): return 1, *a"),
        (8, "def f(): yield 1, *a"),
        (8, "def f(a, /): pass"),
        (9, "{x := 1, 2}"),
        (9, "{y := x for x in z}"),
        (9, "@a[0].b\ndef f(): pass"),
        (9, "@a().b\ndef f(): pass"),
        (9, "with (open(a) as b, open(c) as d): pass"),
        (9, "with (a, open(b) as c): pass"),
        (9, "for i in *a, *b: pass"),
        (10, "a[x := 1]"),
        (10, "match x:\n    case 1: pass"),
        (11, "try: pass\nexcept* ValueError: pass"),
        (11, "a[*b]"),
        (11, "def f(*a: *b): pass"),
        (11, "async def f(): [[x async for x in y] for z in w]"),
        (11, "async def f(): {z: [x async for x in y] for z in w}"),
        (11, "async def f(): ([x async for x in y] for z in w)"),
        (11, "async def f(): [x for z in w for x in [x async for x in y]]"),
        (11, "async def f(): [[await a for x in y] for z in w]"),
        (11, "async def f(): [x for z in w if [q async for q in y]]"),
        (11, "async def f(): [[x async for x in y] for z in await w]"),
        (11, "async def f(): ([await a for x in y] for z in w)"),
        (12, "def f[T](a): pass"),
        (12, "class A[T]: pass"),
        (12, "type X = int"),
        (12, "f\"{'\\n'.join(a)}\""),
        (12, "f'''{\n a # b\n}'''"),
        (12, "f\"{\n1\n}\""),
        (12, "f'{a['b']}'"),
        (12, "f\"{f'''{f\"{1}\"}'''}\""),
        (13, "class A[T = int]: pass"),
        (14, "try: pass\nexcept A, B: pass"),
        (14, "t'{a}'"),
        (15, "[*x for x in y]"),
        (15, "{**x for x in y}"),
    ];

    /// What every Python accepts, though it looks alike.
    const OLD: &[&str] = &[
        "f'{a:\\n}'",
        "f'''{a['b']}'''",
        "f'{a:{b}}'",
        "match = 1\nmatch[0]",
        "type = int\ntype(1)",
        "with (a, b): pass",
        "try: pass\nexcept (A, B): pass",
        "def f(): return (1, *a)",
        "x = a[(y, z)]",
        "async def f(): [x async for x in y]",
        "async def f(): [[x async for x in y] async for z in w]",
        "async def f(): [(x async for x in y) for z in w]",
        "async def f(): [x for z in [x async for x in y]]",
        "async def f(): [await a for z in w]",
        "async def f(): [[x for x in await y] for z in w]",
        "async def f(): [[await a for x in y] for z in w if await z]",
    ];

    /// The minor version that the newest syntax of a text needs; 0: any.
    fn needs(text: &str) -> u32 {
        let facts = extract(text);
        assert!(facts.problems.is_empty(), "{text}: {:?}", facts.problems);
        let newer = facts.newer_syntax.iter().map(|syntax| syntax.needs.1);
        newer.max().unwrap_or(0)
    }

    #[test]
    fn every_kind_has_its_version() {
        for (minor, text) in KINDS {
            assert_eq!(needs(text), *minor, "{text}");
        }
        for text in OLD {
            assert_eq!(needs(text), 0, "{text}");
        }
    }

    #[test]
    fn each_kind_is_told_once_and_the_first_place_counts() {
        let text = "match a:\n    case 1: pass\nmatch b:\n    case 2: x = f'{c['d']}'\n";
        let facts = extract(text);
        let places: Vec<_> = facts
            .newer_syntax
            .iter()
            .map(|s| (s.needs.1, s.span.start))
            .collect();
        assert_eq!(places.len(), 2);
        assert_eq!(places[0], (10, 0));
        assert_eq!(facts.newer_than((3, 9)).map(|s| s.needs), Some((3, 10)));
        assert_eq!(facts.newer_than((3, 10)).map(|s| s.needs), Some((3, 12)));
        assert!(facts.newer_than((3, 12)).is_none() && Facts::default().newer_than((3, 0)).is_none());
    }

    #[test]
    fn what_no_python_reads_is_no_newer_syntax() {
        assert!(
            extract("match x:\n    case 1: pass\ny = (\n")
                .newer_syntax
                .is_empty()
        );
    }

    /// The interpreters of this machine, as far as there are any, know best.
    #[test]
    fn real_interpreters_agree() {
        let script = "import sys, ast\nprint(sys.version_info[1] if sys.version_info[0] == 3 else None)\nfor text in ast.literal_eval(sys.argv[1]):\n    \
                      try: compile(text, 'x', 'exec'); print(1)\n    except SyntaxError: print(0)\n";
        let texts: Vec<&str> = KINDS.iter().map(|(_, text)| *text).collect();
        let list = format!("{texts:?}");
        for interpreter in crate::knowledge::tests::interpreters() {
            let Ok(answer) = Command::new(&interpreter).args(["-c", script, &list]).output() else {
                continue;
            };
            let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
            let mut lines = answer.lines();
            let Some(version) = lines.next().and_then(|line| line.parse::<u32>().ok()) else {
                continue;
            };
            for ((minor, text), accepted) in KINDS.iter().zip(lines) {
                assert_eq!(version >= *minor, accepted == "1", "{interpreter}: {text}");
            }
        }
    }
}
