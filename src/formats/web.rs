//! HTML, JavaScript and TypeScript, CSS: literals and addresses, without a full parser.

use super::quoted::{self, SCRIPT, Syntax, Tokens};
use crate::expression::{Expression, Match};
use crate::facts::value::is_telling;
use crate::facts::{Access, Facts, Port, PortRole, Reach, Role, Value, Variable};
use crate::source::Span;
use memchr::memmem;
use std::ops::Range;

const STYLE: Syntax = Syntax {
    line: &[],
    block: &[("/*", "*/")],
    quotes: b"\"'",
    long: b"",
    has_regex: false,
};

/// `NAME_PORT = 3000`, `port: 3000`, `process.env.PORT || 3000`, `.listen(3000)`.
static PORT: Expression = Expression::new(
    r#"(?x)
    ((?-u:\b)env\.\w*PORT \s* (?:\|\||\?\?))? \s*
    (?: (?-u:\b)((?:[A-Za-z]\w*_)?(?:PORT|[Pp]ort)) ["']? \s* [:=] \s* | (\.listen\() \s* )?
    ["']? (?-u:\b)([0-9]{2,5})(?-u:\b)"#,
);
/// One of these stands in what the expression is asked for.
const OF_PORT: [&str; 3] = ["ort", "ORT", "listen"];

/// A read of the environment, and the sign of a default behind it.
static ENVIRONMENT: Expression = Expression::new(
    r#"(?:process|import\.meta)\.env(?:\.|\[["'])([A-Za-z_]\w*)(?:["']\])?(\s*(?:\|\||\?\?))?"#,
);

/// `url(…)` without quotes.
static URL: Expression = Expression::new(r#"url\(\s*([^"'()\s]+)\s*\)"#);

/// Modules that only Node.js has: its own, and the best known of those that serve or run there.
const OF_NODE: [&str; 13] = [
    "fs",
    "fs/promises",
    "http",
    "https",
    "net",
    "os",
    "child_process",
    "express",
    "fastify",
    "koa",
    "electron",
    "ws",
    "dotenv",
];

/// The facts of a page.
pub fn extract_html(text: &str) -> Facts {
    let mut page = Page {
        text,
        facts: Facts::default(),
    };
    page.read();
    page.facts
}

/// The facts of a script.
pub fn extract_script(text: &str) -> Facts {
    let tokens = quoted::lex(text, &SCRIPT);
    let mut facts = Facts {
        values: quoted::values(text, &tokens),
        ..Facts::default()
    };
    if OF_PORT.iter().any(|word| text.contains(word)) {
        facts
            .ports
            .extend(ports(text).filter_map(|found| port(&found, &tokens)));
    }
    facts.of_node = of_node(text, &tokens);
    let is_read = text.contains(".env");
    for found in is_read.then(|| ENVIRONMENT.each(text)).into_iter().flatten() {
        if let Some(name) = found.group(1).filter(|name| !tokens.is_comment(name.start)) {
            facts.variables.push(Variable {
                name: name.text.to_owned(),
                span: Span::new(name.start, name.end),
                access: Access::Read {
                    has_default: found.group(2).is_some(),
                    default: None,
                },
            });
        }
    }
    facts
}

/// Where a script loads a module of Node.js first: `require("fs")`, `from "express"`.
fn of_node(text: &str, tokens: &Tokens) -> Option<Span> {
    let loaded = |opener: &'static str| {
        let found = memmem::find_iter(text.as_bytes(), opener);
        found.filter_map(move |at| {
            let rest = text.get(at + opener.len()..)?.trim_start();
            let start = text.len() - rest.len() + 1;
            let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let near = rest.as_bytes().get(1..rest.len().min(32))?;
            let length = near.iter().position(|byte| char::from(*byte) == quote)?;
            let name = text.get(start..start + length)?;
            let is_one = name.starts_with("node:") || OF_NODE.contains(&name);
            (is_one && !tokens.is_comment(at)).then(|| Span::new(start, start + length))
        })
    };
    loaded("require(").next().or_else(|| loaded("from").next())
}

/// The facts of a style sheet.
pub fn extract_style(text: &str) -> Facts {
    let tokens = quoted::lex(text, &STYLE);
    let mut values: Vec<Value> = tokens
        .literals
        .iter()
        .filter_map(|span| value(span.text(text), *span, Role::Plain, None))
        .collect();
    for url in URL.each(text).filter_map(|found| found.group(1)) {
        if !tokens.is_comment(url.start) {
            values.extend(value(url.text, Span::new(url.start, url.end), Role::Plain, None));
        }
    }
    values.sort_by_key(|value| value.span);
    Facts {
        values,
        ..Facts::default()
    }
}

fn value(text: &str, span: Span, role: Role, name: Option<&str>) -> Option<Value> {
    is_telling(text).then(|| Value {
        text: text.to_owned(),
        span,
        role,
        name: name.map(str::to_owned),
        call: None,
        reach: Reach::Always,
    })
}

/// The numbers of a text that are said to be ports. A script is full of others, which say nothing: only those with
/// something before them are taken apart.
fn ports(text: &str) -> impl Iterator<Item = Match<'_>> {
    let is_told = move |place: &Range<usize>| OF_PORT.iter().any(|word| text[place.clone()].contains(word));
    let told = PORT.places(text).filter(is_told);
    told.filter_map(move |place| PORT.from(text, place.start))
}

fn port(found: &Match<'_>, tokens: &Tokens) -> Option<Port> {
    let number = found.group(4)?;
    let name = found.group(2).map(|name| name.text);
    let role = if found.group(3).is_some() {
        PortRole::Binds
    } else if found.group(1).is_some() {
        PortRole::Default
    } else {
        name?;
        PortRole::Declares
    };
    if tokens.is_comment(number.start) {
        return None;
    }
    let service = name.map(str::to_ascii_lowercase);
    let port = Port::new(number.text, role, Span::new(number.start, number.end));
    let service = service.and_then(|name| name.strip_suffix("_port").map(str::to_owned));
    Some(port.of(service).in_table(name))
}

/// A page that is being read.
struct Page<'a> {
    text: &'a str,
    facts: Facts,
}

impl Page<'_> {
    fn read(&mut self) {
        let mut at = 0;
        while at < self.text.len() {
            let rest = &self.text[at..];
            let open = rest.find('<').unwrap_or(rest.len());
            self.run(at, at + open);
            at += open;
            let rest = &self.text[at..];
            if rest.is_empty() {
                return;
            }
            if rest.starts_with("<!--") {
                at += rest.find("-->").map_or(rest.len(), |end| end + 3);
                continue;
            }
            let is_tag =
                rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
            if !is_tag {
                at += 1;
                continue;
            }
            let name_end = rest[1..]
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '/')
                .map_or(rest.len(), |end| end + 1);
            let name = rest[1..name_end].to_ascii_lowercase();
            at = self.attributes(at + name_end);
            if matches!(name.as_str(), "script" | "style") {
                at = self.body(&name, at);
            }
        }
    }

    /// The text between two tags.
    fn run(&mut self, start: usize, end: usize) {
        let text = &self.text[start..end];
        let trimmed = text.trim();
        let start = start + (text.len() - text.trim_start().len());
        let span = Span::new(start, start + trimmed.len());
        for line in quoted::lines(self.text, span) {
            self.facts
                .values
                .extend(value(line.text(self.text), line, Role::Markup, None));
        }
    }

    /// Reads the attributes of a tag from byte `at` on; gives the byte behind the tag.
    fn attributes(&mut self, mut at: usize) -> usize {
        let bytes = self.text.as_bytes();
        loop {
            while bytes
                .get(at)
                .is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'/')
            {
                at += 1;
            }
            match bytes.get(at) {
                None => return at,
                Some(b'>') => return at + 1,
                Some(_) => {}
            }
            let start = at;
            while bytes
                .get(at)
                .is_some_and(|byte| !byte.is_ascii_whitespace() && !b"=>".contains(byte))
            {
                at += 1;
            }
            let name = &self.text[start..at];
            if bytes.get(at) != Some(&b'=') {
                at += usize::from(at == start);
                continue;
            }
            at += 1;
            let (value_start, value_end, next) = if let Some(quote @ (b'"' | b'\'')) = bytes.get(at) {
                let length = bytes[at + 1..].iter().position(|byte| byte == quote);
                let end = length.map_or(bytes.len(), |length| at + 1 + length);
                (at + 1, end, (end + 1).min(bytes.len()))
            } else {
                let length = bytes[at.min(bytes.len())..]
                    .iter()
                    .position(|byte| byte.is_ascii_whitespace() || *byte == b'>');
                let end = length.map_or(bytes.len(), |length| at + length);
                (at, end, end)
            };
            self.attribute(name, value_start, value_end);
            at = next;
        }
    }

    fn attribute(&mut self, name: &str, start: usize, end: usize) {
        let name = name.trim_start_matches([':', '@']).to_ascii_lowercase();
        let is_kept = matches!(
            name.as_str(),
            "href" | "src" | "value" | "placeholder" | "content" | "action" | "title" | "alt" | "poster"
        ) || name.starts_with("data-")
            || name.starts_with("on");
        if is_kept && let Some(text) = self.text.get(start..end) {
            let span = Span::new(start, end);
            self.facts
                .values
                .extend(value(text, span, Role::Markup, Some(&name)));
        }
    }

    /// Hands the body of a `<script>` or `<style>` to its reader; gives the byte where it ends.
    fn body(&mut self, name: &str, start: usize) -> usize {
        let rest = &self.text[start..];
        let is_end = |at: &usize| {
            let tail = rest.as_bytes().get(at + 2..at + 2 + name.len());
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(name.as_bytes()))
        };
        let end = rest.match_indices("</").map(|(at, _)| at).find(is_end);
        let end = end.unwrap_or(rest.len());
        let inner = if name == "script" {
            extract_script(&rest[..end])
        } else {
            extract_style(&rest[..end])
        };
        let facts = &mut self.facts;
        facts.values.extend(inner.values.into_iter().map(|mut value| {
            value.span = value.span.shifted(start);
            value
        }));
        facts.ports.extend(inner.ports.into_iter().map(|mut port| {
            port.span = port.span.shifted(start);
            port
        }));
        facts
            .variables
            .extend(inner.variables.into_iter().map(|mut variable| {
                variable.span = variable.span.shifted(start);
                variable
            }));
        start + end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(facts: &Facts, text: &str) -> (Role, Option<String>, Option<String>) {
        let found = facts.values.iter().find(|value| value.text == text);
        let found = found.unwrap_or_else(|| panic!("{text} is not in {:#?}", facts.values));
        (found.role, found.name.clone(), found.call.clone())
    }

    #[test]
    fn a_literal_of_a_script_has_its_role() {
        let facts = extract_script(
            "console.log('at /a/1');\nconst HOST: string = \"10.0.0.1\";\nlet o = { url: `http://${HOST}/x` };\n\
             if (p === '/a/2') {}\nfetch('/a/3');\nnew WebSocket(\"ws://10.0.0.2:1\");\nconst l = ['/a/4', \"/a/5\"];\n\
             const h = process.env.API_HOST || '10.0.0.3';\nthrow new Error('bad /a/6');\nimport x from './y';\n\
             const r = s.replace(/[\"'\\/]/g, ''); go('/a/7');\n// '/a/8'\n/* \"/a/9\" */\nswitch (z) { case '/a/10': }\n\
             url.includes('/a/11');\nok ? '/a/12' : '/a/13';\nconsole.error('x' + '/a/14');\n",
        );
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(role(&facts, "at /a/1").0, Role::Prose);
        assert_eq!(role(&facts, "10.0.0.1"), (Role::Assigned, some("HOST"), None));
        assert_eq!(
            role(&facts, "http://${HOST}/x"),
            (Role::Assigned, some("url"), None)
        );
        assert_eq!(role(&facts, "/a/2").0, Role::Compared);
        assert_eq!(role(&facts, "/a/3"), (Role::Argument, None, some("fetch")));
        assert_eq!(
            role(&facts, "ws://10.0.0.2:1"),
            (Role::Argument, None, some("WebSocket"))
        );
        assert_eq!(role(&facts, "/a/4"), (Role::Element, some("l"), None));
        assert_eq!(role(&facts, "/a/5"), (Role::Element, some("l"), None));
        assert_eq!(role(&facts, "10.0.0.3"), (Role::Default, some("API_HOST"), None));
        assert_eq!(role(&facts, "bad /a/6").0, Role::Prose);
        assert_eq!(role(&facts, "./y"), (Role::Argument, None, some("import")));
        assert_eq!(role(&facts, "/a/7").2, some("go"));
        assert_eq!(role(&facts, "/a/10").0, Role::Compared);
        assert_eq!(role(&facts, "/a/11").0, Role::Compared);
        assert_eq!(role(&facts, "/a/13").0, Role::Plain);
        assert_eq!(role(&facts, "/a/14").0, Role::Prose);
        assert!(
            !facts
                .values
                .iter()
                .any(|value| ["/a/8", "/a/9"].contains(&value.text.as_str()))
        );
        assert_eq!(facts.variables[0].name, "API_HOST");
    }

    #[test]
    fn ports_of_a_script_are_found() {
        let facts = extract_script(
            "const UI_PORT = 3000;\napp.listen(3001);\nx({ port: 3002 });\nconst p = process.env.PORT || 3003; // port: 1\nlet support = 99; y = 3004;",
        );
        let ports: Vec<_> = facts
            .ports
            .iter()
            .map(|port| (port.number.unwrap(), port.role))
            .collect();
        assert_eq!(
            ports,
            [
                (3000, PortRole::Declares),
                (3001, PortRole::Binds),
                (3002, PortRole::Declares),
                (3003, PortRole::Default)
            ]
        );
        assert_eq!(facts.ports[0].service.as_deref(), Some("ui"));
    }

    #[test]
    fn a_page_holds_text_attributes_scripts_and_styles() {
        let text = "<!-- /no/1 --><p>é Go to http://10.0.0.1:80 </p>\r\n<a href='/x/1' class=\"/no/2\">y</a><input value=/x/2>\
                    <script>const a = \"/x/3\";</script><STYLE>b { background: url(/x/4) } /* url(/no/3) */</STYLE><i>/x/5";
        let facts = extract_html(text);
        let found: Vec<_> = facts
            .values
            .iter()
            .map(|value| (value.text.as_str(), value.role))
            .collect();
        assert_eq!(
            found,
            [
                ("é Go to http://10.0.0.1:80", Role::Markup),
                ("/x/1", Role::Markup),
                ("/x/2", Role::Markup),
                ("/x/3", Role::Assigned),
                ("/x/4", Role::Plain),
                ("/x/5", Role::Markup)
            ]
        );
        for value in &facts.values {
            assert_eq!(value.span.text(text), value.text);
        }
    }

    #[test]
    fn hostile_pages_and_bundles_end_soon() {
        let begin = std::time::Instant::now();
        for text in [
            "<".repeat(300_000),
            "<a =".repeat(100_000),
            "`${".repeat(200_000),
            "a('/b',".repeat(200_000),
            "/*".repeat(200_000),
            "'\\".repeat(200_000),
            "<script>".repeat(50_000),
            "\u{feff}<a href=\"é".to_owned(),
            "[\"/é\",".repeat(50_000),
        ] {
            extract_html(&text);
            extract_script(&text);
            extract_style(&text);
        }
        assert!(begin.elapsed().as_secs() < 60);
    }
}
