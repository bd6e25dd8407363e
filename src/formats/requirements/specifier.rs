//! One requirement: its parts as written, and whether pip takes it.

use crate::facts::{Origin, Requirement};
use crate::source::Span;
use pep508_rs::VerbatimUrl;
use std::str::FromStr;

/// Parentheses in a marker: more of them nobody writes, and the reader's stack is not endless.
const PARENTHESES: usize = 50;

/// Where the parts of a requirement stand.
struct Parts<'a> {
    name: &'a str,
    extras: Option<&'a str>,
    specifiers: &'a str,
    url: Option<&'a str>,
    marker: Option<&'a str>,
    /// Bytes up to the end of the specifiers.
    length: usize,
}

/// Reads a requirement (PEP 508), as the dependency specifiers' specification has it and the `packaging`
/// library reads it.
///
/// # Errors
/// Why pip refuses it, in the words of a person.
pub fn parse(text: &str, span: Span, origin: Origin) -> Result<Requirement, String> {
    let lead = text.len() - text.trim_start().len();
    let text = text.trim();
    let parts = split(text).ok_or_else(|| refusal(text))?;
    check(text, &parts)?;
    let extras = parts.extras.unwrap_or("").split(',').map(str::trim);
    let start = span.start as usize + lead;
    Ok(Requirement {
        name: parts.name.to_owned(),
        specifiers: parts.specifiers.to_owned(),
        marker: parts.marker.map(|marker| marker.trim().to_owned()),
        extras: extras
            .filter(|extra| !extra.is_empty())
            .map(str::to_owned)
            .collect(),
        span: Span::new(start, start + text.len()),
        origin,
    })
}

/// Bytes of a requirement up to the end of its specifiers: the marker is left out.
pub(super) fn named_length(text: &str) -> usize {
    split(text).map_or(text.len(), |parts| parts.length)
}

/// Whether a text is a distribution's name: letters, digits, and `-`, `_` and `.` inside. Like
/// `packaging`, this lets a `_` stand last, which PEP 508 does not.
pub(super) fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts_well = bytes.first().is_some_and(u8::is_ascii_alphanumeric);
    let ends_well = bytes
        .last()
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    starts_well && ends_well && bytes.iter().all(is_inner)
}

fn split(text: &str) -> Option<Parts<'_>> {
    let name_end = text
        .find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '_' | '.'))
        .unwrap_or(text.len());
    let name = &text[..name_end];
    if !is_name(name) {
        return None;
    }
    let mut rest = text[name_end..].trim_start();
    let mut extras = None;
    if let Some(inside) = rest.strip_prefix('[') {
        let end = inside.find(']')?;
        extras = Some(&inside[..end]);
        rest = inside[end + 1..].trim_start();
    }
    if let Some(url) = rest.strip_prefix('@') {
        let url = url.trim_start();
        // A `;` is a letter of the URL; only one behind a blank begins the marker.
        let end = url.find(char::is_whitespace).unwrap_or(url.len());
        let behind = url[end..].trim_start();
        let marker = match behind.strip_prefix(';') {
            Some(marker) => Some(marker),
            None if behind.is_empty() => None,
            None => return None,
        };
        let length = text.len() - url.len() + end;
        return (end > 0).then_some(Parts {
            name,
            extras,
            specifiers: "",
            url: Some(&url[..end]),
            marker,
            length,
        });
    }
    let (specifiers, marker) = match rest.split_once(';') {
        Some((specifiers, marker)) => (specifiers, Some(marker)),
        None => (rest, None),
    };
    let length = text.len() - rest.len() + specifiers.trim_end().len();
    let length = if specifiers.trim().is_empty() {
        text[..length].trim_end().len()
    } else {
        length
    };
    let specifiers = specifiers.trim();
    let inside = specifiers
        .strip_prefix('(')
        .and_then(|inside| inside.strip_suffix(')'));
    Some(Parts {
        name,
        extras,
        specifiers: inside.unwrap_or(specifiers).trim(),
        url: None,
        marker,
        length,
    })
}

/// Whether pip takes the parts. `pep508_rs` judges; where it is known to differ from `packaging`, this
/// function does.
fn check(text: &str, parts: &Parts<'_>) -> Result<(), String> {
    let marker = parts.marker.map(str::trim);
    if marker == Some("") {
        return Err("a ; with no marker behind it".to_owned());
    }
    if marker.is_some_and(|marker| marker.matches('(').count() > PARENTHESES) {
        return Err("a marker with too many parentheses".to_owned());
    }
    let extras = parts.extras.map(str::trim).filter(|extras| !extras.is_empty());
    if let Some(extra) = extras.and_then(|extras| extras.split(',').find(|extra| !is_name(extra.trim()))) {
        return Err(format!("[{extra}] is no name of an extra"));
    }
    let before_marker = text.len() - parts.marker.map_or(0, str::len);
    let has_other_blank = text[..before_marker]
        .chars()
        .any(|letter| letter.is_whitespace() && !matches!(letter, ' ' | '\t'));
    if has_other_blank || parts.specifiers.starts_with('[') {
        return Err(refusal(text));
    }
    let specifiers = if parts.url.is_some() {
        String::new()
    } else {
        comparable_specifiers(parts.specifiers)
    };
    let rebuilt = match marker {
        Some(marker) => format!("x {specifiers} ; {}", comparable_marker(marker)),
        None => format!("x {specifiers}"),
    };
    pep508_rs::Requirement::<VerbatimUrl>::from_str(&rebuilt)
        .map(|_| ())
        .map_err(|_| refusal(text))
}

/// Specifiers as `pep508_rs` takes them: `===` compares with any text, one comma may stand last, and
/// numbers have no limit.
fn comparable_specifiers(specifiers: &str) -> String {
    let specifiers = specifiers.strip_suffix(',').unwrap_or(specifiers);
    let is_arbitrary = |part: &&str| {
        let text = part.trim().strip_prefix("===").map(str::trim);
        text.is_some_and(|text| !text.contains(char::is_whitespace))
    };
    let parts: Vec<&str> = specifiers.split(',').filter(|part| !is_arbitrary(part)).collect();
    let mut digits = 0;
    let mut out = parts.join(",");
    out.retain(|letter| {
        digits = if letter.is_ascii_digit() { digits + 1 } else { 0 };
        digits < 16
    });
    out
}

/// A marker as `pep508_rs` takes it: blanks around parentheses and behind quotes, no `===`, and the
/// variables that PEP 751 added under a name that it knows.
fn comparable_marker(marker: &str) -> String {
    let mut out = String::with_capacity(marker.len() + 8);
    let mut quote = None;
    for letter in marker.chars() {
        match quote {
            Some(open) => {
                out.push(letter);
                if letter == open {
                    quote = None;
                    out.push(' ');
                }
            }
            None if matches!(letter, '(' | ')') => out.extend([' ', letter, ' ']),
            None => {
                out.push(letter);
                if matches!(letter, '"' | '\'') {
                    quote = Some(letter);
                }
            }
        }
    }
    out.replace("===", "==")
        .replace("dependency_groups", "extra")
        .replace("extras", "extra")
}

/// Why pip refuses a text, as far as it can be told in a few words.
fn refusal(text: &str) -> String {
    let operators = ["==", ">=", "<=", "!=", "~=", "==="];
    let has_single = text.find('=').is_some_and(|at| {
        !operators
            .iter()
            .any(|operator| text[..(at + 2).min(text.len())].contains(operator))
    });
    if has_single {
        format!("pip cannot read `{text}`: a version is pinned with ==, not with =")
    } else if text.starts_with("<<<<<<<") || text.starts_with(">>>>>>>") || text.starts_with("=======") {
        format!("pip cannot read `{text}`: a merge was not finished here")
    } else {
        format!("pip cannot read `{text}` as a requirement")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts that `packaging.requirements.Requirement` (packaging 26) takes, and those it refuses.
    const GOOD: &[&str] = &[
        "requests",
        "requests==2.31.0",
        "requests>=2.0,<3",
        "requests >= 2.0, < 3",
        "requests~=2.31",
        "requests!=2.30",
        "requests===2.31",
        "requests===weird",
        "requests==2.31.*",
        "requests!=2.31.*",
        "requests (>=2.0)",
        "requests(>=2.0,<3)",
        "requests>=2.0,",
        "requests>=2.0;python_version<\"3.9\"",
        "requests>=2.0 ; python_version < '3.9'",
        "requests; python_version < \"3.9\" and sys_platform == \"linux\"",
        "requests; (python_version < \"3.9\" or python_version >= \"3.11\") and sys_platform == \"linux\"",
        "requests; python_version ~= \"3.9\"",
        "requests; python_version === \"3.9\"",
        "requests; python_version in \"3.9 3.10\"",
        "requests; python_version not in \"3.9\"",
        "requests; python_version not  in \"3.9\"",
        "requests; sys.platform == \"linux\"",
        "requests; os.name == \"posix\"",
        "requests; os_name == \"posix\"",
        "requests; platform_system == \"Darwin\"",
        "requests; platform_machine == \"arm64\"",
        "requests; platform.machine == \"arm64\"",
        "requests; platform.version == \"1\"",
        "requests; platform.python_implementation == \"CPython\"",
        "requests; python_implementation == \"CPython\"",
        "requests; platform_python_implementation == \"CPython\"",
        "requests; implementation_name == \"cpython\"",
        "requests; implementation_version >= \"3\"",
        "requests; platform_release >= \"20\"",
        "requests; python_full_version < \"3.9.1\"",
        "requests; extra == \"dev\"",
        "requests; extras == \"dev\"",
        "requests; \"linux\" in sys_platform",
        "requests; \"linux\" == sys_platform",
        "requests; \"a\" == \"b\"",
        "requests; sys_platform == os_name",
        "requests; python_version > \"abc\"",
        "requests; python_version >= \"3.*\"",
        "requests; python_version == \"3.*\"",
        "requests; python_version >= \"\"",
        "requests[security]",
        "requests[security,tests]",
        "requests [security]",
        "requests[security, tests ] >=2.0",
        "requests[]",
        "requests[ ]",
        "requests[a.b_c-d]",
        "requests[a]>=1;python_version>\"3\"",
        "requests_",
        "1requests",
        "a",
        "A",
        "1",
        "a-b_c.d",
        "a--b",
        "a..b",
        "requests @ https://example.org/x.whl",
        "requests@https://example.org/x.whl",
        "requests @https://example.org/x.whl",
        "requests[a] @ https://example.org/x.whl",
        "requests @ https://example.org/x.whl ; python_version < \"3.9\"",
        "requests @ https://example.org/x.whl;python_version<\"3.9\"",
        "requests @ git+https://example.org/x.git@main",
        "requests @ git+ssh://git@example.org/x.git@v1#egg=x",
        "requests @ file:///opt/x.whl",
        "requests @ file:./x.whl",
        "requests @ ./x",
        "requests @ x",
        "requests==1.0+local",
        "requests==1.0+local.1",
        "requests==1.0.dev1",
        "requests==1.0a1",
        "requests==1.0alpha1",
        "requests==1.0-alpha.1",
        "requests==1.0rc1",
        "requests==1.0c1",
        "requests==1.0pre1",
        "requests==1.0.post1",
        "requests==1.0-1",
        "requests==1.0-r1",
        "requests==1.0post",
        "requests==v1.0",
        "requests==V1.0",
        "requests==1!2.0",
        "requests==1.0.0.0.0.0",
        "requests==1, ==2",
        "requests==1.0a1.dev1",
        "requests==1.0.post1.dev1",
        "requests==1-0",
        "requests==2023.10.1",
        "requests==2023c",
        "requests==99999999999999999999",
        "requests==01.002",
        "requests~=1.0.0a1",
        "requests===1.0.*",
        "requests=== ",
        "requests===a;python_version<\"3\"",
        "requests()",
        "requests( )",
        "  requests",
        "requests  ",
        "numpy<2,>=1.26",
        "numpy>= 1.26 , < 2 , != 1.27.*",
        "numpy>=1.26,<2,",
        "numpy==1.26.4 ; sys_platform != \"darwin\" or platform_machine == \"arm64\"",
        "TA-Lib==0.4.28",
        "python-dateutil>=2.8.2,==2.*",
        "zope.interface==5.*",
        "backports.zoneinfo;python_version<\"3.9\"",
        "ruamel.yaml>=0.17,<0.18",
        "PyYAML>=5.1,!=5.4.0,!=5.4.1,<7",
        "Name[with-extra,other_extra]>=1.0,<2;python_version>=\"3.8\" and (sys_platform==\"linux\" or sys_platform==\"darwin\")",
        "uvicorn[standard]==0.24.0",
        "psycopg[binary,pool]",
        "opencv-python-headless",
        "jinja2>=3.1.2,<4.0.0",
        "pywin32==306; platform_system == \"Windows\"",
        "pyobjc==10.0; sys_platform == 'darwin'",
        "foo>=1; python_version>=\"3.8\" and python_version<\"3.13\" and sys_platform not in \"win32 cygwin\"",
        "foo; 'x' in extra",
        "foo; python_version>='3' or python_version<'3' and os_name=='nt' or os_name=='posix'",
        "foo; ((((os_name=='posix'))))",
        "foo;os_name=='posix'and(os_name=='nt')",
        "foo;os_name=='posix'or os_name=='nt'",
        "foo; dependency_groups == \"x\"",
        "foo; \"x\" in extras",
        "foo; \"x\" in dependency_groups",
        "foo; platform_version == \"x\"",
        "foo>=1.0dev",
        "foo>=1.0.dev",
        "foo>=1.0-dev",
        "foo==1.0.post",
        "foo==1.0.rev1",
        "foo==1.0.preview3",
        "foo==1.0+a_b-c.d",
        "foo==1.0+A",
        "foo!=1.0+a",
        "foo~=1!1.0",
    ];
    const BAD: &[&str] = &[
        "requests=2.31",
        "requests = 2.31",
        "requests==",
        "requests>=",
        "requests>=2.31.*",
        "requests~=2.31.*",
        "requests<2.31.*",
        "requests==*",
        "requests==2.*.1",
        "requests~=2",
        "requests=>2",
        "requests=<2",
        "requests<>2",
        "requests><2",
        "requests 2.31",
        "requests (2.0)",
        "requests (>=2.0",
        "requests >=2.0)",
        "requests>=2.0,,<3",
        "requests,>=2.0",
        "requests>=2.0 <3",
        "requests; python_version < 3.9",
        "requests; python_version",
        "requests;",
        "requests ;",
        "requests; python_version < \"3.9\" and",
        "requests; (python_version < \"3.9\"",
        "requests; python_version < \"3.9\")",
        "requests; python_version << \"3.9\"",
        "requests; python_version = \"3.9\"",
        "requests; python_version notin \"3.9\"",
        "requests; platform == \"linux\"",
        "requests; extra == dev",
        "requests; extra = \"dev\"",
        "requests; foo == \"bar\"",
        "requests; python_version < \"3.9\" or foo == \"bar\"",
        "requests; sys_platform == 'linux\"",
        "requests; sys_platform == linux",
        "requests; sys_platform != \"win32\" AND os_name == \"posix\"",
        "requests; python_version < \"3.9\" && os_name == \"posix\"",
        "requests; not python_version < \"3.9\"",
        "requests; ()",
        "requests[security",
        "requests]security[",
        "requests[security,]",
        "requests[,security]",
        "requests[sec urity]",
        "requests[-a]",
        "requests[a-]",
        "requests[a][b]",
        "requests[*]",
        "requests[a;b]",
        "-requests",
        "requests-",
        "requests.",
        "_requests",
        ".requests",
        "r\u{e9}",
        "re quests",
        "requests\ttab",
        "requests\\",
        "requests@",
        "requests @",
        "requests @ https://example.org/x.whl; python_version < \"3.9\"",
        "requests @ https://example.org/x y.whl",
        "requests >=2 @ https://example.org/x.whl",
        "requests @ https://example.org/x.whl >=2",
        "requests==1.0 requests==2.0",
        "requests>=1.0+local",
        "requests==1.0+",
        "requests==1.0+local*",
        "requests==1.0x1",
        "requests==1.0--1",
        "requests==!2.0",
        "requests==1..0",
        "requests==1.",
        "requests==.1",
        "requests==1.0 .1",
        "requests==latest",
        "requests==x",
        "requests==1.x",
        "requests==1,2",
        "requests==1.0.dev1.post1",
        "requests==1_0",
        "requests>1.0.*",
        "requests<=1.0.*",
        "requests~=1.0+x",
        "requests~=1",
        "requests=== a b",
        "requests^1.0",
        "requests~1.0",
        "requests==^1.0",
        "requests==1.0 ; ",
        "requests = \"^1.0\"",
        "\"requests\"",
        "'requests'",
        "requests:2.0",
        "requests/2.0",
        "requests|2.0",
        "requests>=2.0|<1",
        "requests>=2.0 || <1",
        "requests>=2.0 and <3",
        "requests>=2.0 or <1",
        "requests>=2.0 # comment",
        "requests>=2.0#comment",
        "#comment",
        ">=2.0",
        "==",
        ";",
        "[a]",
        "@",
        ",",
        "(requests)",
        "requests(==1.0)(==2.0)",
        "requests==1.0;python_version<\"3.9\";os_name==\"posix\"",
        "requests==$VERSION",
        "requests==${VERSION}",
        "requests=={{version}}",
        "requests==%s",
        "requests\u{a0}==1.0",
        "\u{feff}requests",
        "requests\u{200b}==1.0",
        "requests==1.0\u{200b}",
        "requests==\u{ff11}.0",
        "requests==1.0 --hash=sha256:abc",
        "import requests",
        "pip install requests",
        "requests==1.0 requests2",
        "numpy>=1.26<2",
        "foo;os_name=='posix'oros_name=='nt'",
        "foo; python_version > \"3.8\" # x",
        "foo==1.0_1",
        "foo==1.0+a..b",
        "foo<1.0+a",
        "foo==1.0.*+a",
        "foo==1.0.dev1.*",
        "foo==1.0a1.*",
        "foo==1.0.post1.*",
    ];

    #[test]
    fn the_verdict_is_packagings() {
        let takes = |text: &str| parse(text, Span::default(), Origin::Main).is_ok();
        let wrongly_refused: Vec<_> = GOOD.iter().filter(|text| !takes(text)).collect();
        let wrongly_taken: Vec<_> = BAD.iter().filter(|text| takes(text)).collect();
        assert!(
            wrongly_refused.is_empty(),
            "refused: {wrongly_refused:?} taken: {wrongly_taken:?}"
        );
        assert!(wrongly_taken.is_empty(), "taken: {wrongly_taken:?}");
    }

    #[test]
    fn the_parts_are_kept_as_written() {
        let found = parse(
            "Foo.Bar [a, b] (>=1.0,<2) ; os_name == 'nt'",
            Span::new(10, 60),
            Origin::Main,
        )
        .unwrap();
        assert_eq!(found.name, "Foo.Bar");
        assert_eq!(found.extras, ["a", "b"]);
        assert_eq!(found.specifiers, ">=1.0,<2");
        assert_eq!(found.marker.as_deref(), Some("os_name == 'nt'"));
        assert_eq!(found.span.start, 10);
    }

    #[test]
    fn a_refusal_says_why() {
        let message = |text: &str| parse(text, Span::default(), Origin::Main).unwrap_err();
        assert!(message("numpy=2").contains("pinned with =="));
        assert!(message("=======").contains("merge"));
    }
}
