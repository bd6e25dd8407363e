//! The forms for machines and the page, on the same small tree and on texts that want to break them.

use super::*;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use quick_xml::events::Event as Xml;
use serde_json::Value;

/// The small report, with a step that leads to the first finding.
fn small() -> Report {
    report(|findings| findings[0].steps = 1, FEED)
}

type Form = fn(&Report) -> String;

/// Every form by its name.
const FORMS: [(&str, Form); 13] = [
    ("json", |report| json::render(report).unwrap()),
    ("jsonl", |report| jsonl::render(report).unwrap()),
    ("sarif", |report| sarif::render(report, true).unwrap()),
    ("gitlab", |report| gitlab::render(report, true).unwrap()),
    ("rdjson", |report| rdjson::render(report, true).unwrap()),
    ("badge-json", |report| badge::json(report).unwrap()),
    ("badge-svg", badge::svg),
    ("junit", |report| junit::render(report, true)),
    ("github", |report| github::render(report, true)),
    ("concise", |report| concise::render(report, true)),
    ("markdown", |report| markdown::render(report, true)),
    ("html", |report| html::render(report, true).unwrap()),
    ("terminal", |report| terminal::render(report, PLAIN)),
];

#[test]
fn every_form_is_as_it_was() {
    for (name, form) in FORMS {
        if name == "html" {
            // Its style and its script are files of their own.
            let page = form(&small());
            let (head, rest) = page.split_once("<style>").unwrap();
            let (body, _) = rest
                .split_once("</style>")
                .unwrap()
                .1
                .split_once("<script>")
                .unwrap();
            insta::assert_snapshot!("form_html", format!("{head}{body}"));
        } else if !matches!(name, "json" | "terminal") {
            insta::assert_snapshot!(format!("form_{name}"), form(&small()));
        }
    }
}

#[test]
fn what_is_for_information_only_is_told_when_that_is_wanted() {
    let mild = |findings: &mut Vec<Finding>| {
        for finding in findings {
            finding.severity = Severity::Info;
        }
    };
    let quiet = report(mild, FEED);
    assert_eq!(concise::render(&quiet, false), "");
    assert_eq!(concise::render(&quiet, true).lines().count(), 2);
    assert_eq!(gitlab::render(&quiet, false).unwrap(), "[]\n");
    let sarif: Value = serde_json::from_str(&sarif::render(&quiet, false).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn a_rule_is_sound_when_it_had_something_to_look_at_and_nothing_was_set_aside() {
    let sound =
        |report: &Report| -> Vec<String> { report.rules.iter().filter_map(RuleReport::sound).collect() };
    let mut small = small();
    assert_eq!(sound(&small), ["no conflicts"]);
    small.rules[1].is_silenced = true;
    assert_eq!(sound(&small), [""; 0]);
    small.rules[1].is_silenced = false;
    small.rules[1].evidence = Some(crate::project::Evidence::default());
    assert_eq!(sound(&small), [""; 0]);
    assert!(junit::render(&small, false).contains("<skipped"));
}

#[test]
fn github_gets_the_worst_ten_of_each_type_and_the_number_of_the_others() {
    let many = |findings: &mut Vec<Finding>| {
        let first = findings[0].clone();
        findings.extend((0..30).map(|number| Finding {
            cause: format!("hardcoded-ip:{number}"),
            ..first.clone()
        }));
    };
    let text = github::render(&report(many, FEED), false);
    let errors = text.lines().filter(|line| line.starts_with("::error "));
    assert_eq!(errors.count(), 10);
    assert!(text.ends_with(
        "audit: 21 further causes are not annotated here: GitHub shows 10 annotations of each type for a step; \
         --format markdown or sarif tells them all\n"
    ));
}

#[test]
fn secrets_are_in_no_form() {
    let text = "password = \"10.1.2.3-hunter2\"\n";
    let told = |findings: &mut Vec<Finding>| {
        findings[0].message = "postgres://me:hunter2@db/x is fixed here".to_owned();
        findings[0].help = "--token hunter2".to_owned();
        findings[0].label = "password='hunter2'".to_owned();
    };
    let report = report(told, text);
    for (name, form) in FORMS {
        assert!(!form(&report).contains("hunter2"), "{name}");
    }
    assert!(terminal::render(&report, PLAIN).contains("password = \"*"));
}

#[test]
fn the_page_keeps_to_a_comment_and_says_what_is_left_out() {
    let many = |findings: &mut Vec<Finding>| {
        let first = findings[0].clone();
        findings.extend((0..3000).map(|number| Finding {
            cause: format!("hardcoded-ip:{number}"),
            message: format!("{number} {}", "is fixed here ".repeat(30)),
            ..first.clone()
        }));
    };
    let mut report = report(many, FEED);
    let program = report.programs[0].clone();
    report.programs.extend(vec![program; 3000]);
    let page = markdown::render(&report, true);
    assert!(page.len() <= 65_536, "{}", page.len());
    assert!(page.contains("more programs are left out here"));
    assert!(page.contains("more causes have one line each"));
    assert!(page.contains("of them are left out here"));
}

#[test]
fn a_page_of_ten_thousand_findings_stays_small_and_says_what_it_leaves_out() {
    let many = |same: bool| {
        move |findings: &mut Vec<Finding>| {
            let first = findings[0].clone();
            findings.extend((0..10_000).map(|number| Finding {
                cause: format!("hardcoded-ip:{}", if same { 0 } else { number }),
                ..first.clone()
            }));
        }
    };
    let page = |same| html::render(&report(many(same), FEED), false).unwrap();
    let (one, all) = (page(true), page(false));
    assert!(one.len() < 200_000, "{}", one.len());
    assert!(one.contains("All 10000 places by file"));
    assert!(all.len() < 12_000_000, "{}", all.len());
    assert!(all.contains("The last 9501 causes are told without lines of their files"));
}

/// Texts that want to break a form.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("]]>"),
        Just("</script>"),
        Just("' onclick='x"),
        Just("<script>"),
        Just("<!-- "),
        Just("&amp;"),
        Just("\"'"),
        Just("%0A::error::x"),
        Just("\n::error file=x::y"),
        Just("\r\n"),
        Just("\u{0}\u{1b}[2J\u{7f}"),
        Just("\u{202e}\u{2066}\u{feff}\u{fffe}"),
        Just("| a | b |"),
        Just("`"),
        Just("``"),
        Just("\\|"),
        Just("![x](http://example.org)"),
        Just("[x](1)"),
        Just("@ada #12 GH-3 !4 &5 %6"),
        Just("**b** _i_ ~~s~~ $x$"),
        Just("http://example.org/a?b=c"),
        Just("{0} {{"),
        Just("é𐐀 "),
        Just("word "),
    ];
    let known = proptest::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat());
    prop_oneof![known, any::<String>(), Just("long ".repeat(4_000))]
}

fn broken_by(texts: &[String]) -> Report {
    let mut report = small();
    let text = |at: usize| texts[at % texts.len()].clone();
    for (at, found) in report.findings.iter_mut().enumerate() {
        found.finding.message = text(at);
        found.finding.help = text(at + 1);
        found.finding.label = text(at + 2);
        found.finding.cause = text(at + 3);
        found.location.path = text(at + 4);
        found.programs = [text(at + 5)].into();
        for related in &mut found.related {
            related.0 = text(at + 6);
        }
    }
    for cause in &mut report.causes {
        cause.programs = [text(5), text(6)].into();
    }
    for program in &mut report.programs {
        program.name = text(0);
        program.command = text(1);
        program.location.path = text(2);
        program.user = Some(text(3));
    }
    report.root = text(4);
    report.picture.variables = vec![VariableReport {
        name: text(0),
        has_default: false,
        paths: vec![text(1)],
    }];
    report.picture.requirements = vec![text(2)];
    report
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_breaks_a_form(texts in proptest::collection::vec(hostile(), 7)) {
        let report = broken_by(&texts);
        for (name, form) in FORMS {
            let text = form(&report);
            match name {
                "json" | "sarif" | "gitlab" | "rdjson" | "badge-json" => {
                    prop_assert!(serde_json::from_str::<Value>(&text).is_ok(), "{}", name);
                }
                "jsonl" => {
                    prop_assert_eq!(text.lines().count(), report.findings.len() + 1);
                    for line in text.lines() {
                        prop_assert!(serde_json::from_str::<Value>(line).is_ok());
                    }
                }
                "junit" | "badge-svg" => prop_assert_eq!(xml_fault(&text), None),
                "github" => {
                    for line in text.split_inclusive('\n') {
                        prop_assert!(line.starts_with("::error ") || line.starts_with("::notice "), "{}", line);
                        prop_assert!(!line.contains('\r'));
                    }
                    prop_assert_eq!(text.lines().count(), report.causes.len() + 1);
                }
                "concise" => {
                    prop_assert_eq!(text.lines().count(), report.findings.len());
                    let is_bare = text.contains(['\u{1b}', '\r', '\u{0}', '\u{202e}']);
                    prop_assert!(!is_bare);
                }
                "markdown" => prop_assert_eq!(markdown_fault(&text), None),
                "html" => prop_assert_eq!(html_fault(&text), None),
                _ => {}
            }
        }
    }
}

/// What makes a text no XML 1.0.
fn xml_fault(text: &str) -> Option<String> {
    let is_allowed = |letter: char| matches!(letter, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if let Some(letter) = text.chars().find(|letter| !is_allowed(*letter)) {
        return Some(format!("{letter:?}"));
    }
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut depth = 0_i32;
    loop {
        match reader.read_event() {
            Ok(Xml::Start(start)) => {
                depth += 1;
                if let Some(fault) = start.attributes().find_map(Result::err) {
                    return Some(fault.to_string());
                }
            }
            Ok(Xml::End(_)) => depth -= 1,
            Ok(Xml::Eof) => return (depth != 0).then(|| "an element is open".to_owned()),
            Ok(_) => {}
            Err(error) => return Some(error.to_string()),
        }
    }
}

/// Elements of the page that have no end.
const VOID: [&str; 7] = ["meta", "input", "br", "hr", "circle", "rect", "line"];
/// Its other elements.
const ELEMENTS: [&str; 47] = [
    "html", "head", "title", "style", "script", "body", "a", "header", "div", "svg", "text", "p", "strong",
    "h1", "h2", "h3", "h4", "h5", "ul", "ol", "li", "b", "span", "nav", "main", "section", "details",
    "summary", "dl", "dt", "dd", "code", "pre", "mark", "article", "i", "table", "thead", "tbody", "tr",
    "th", "td", "footer", "g", "em", "form", "fieldset",
];
/// Those of the filter.
const FIELDS: [&str; 5] = ["legend", "label", "select", "option", "button"];

/// What of a page in HTML is markup that the template did not make, or not closed.
fn html_fault(page: &str) -> Option<String> {
    if let Some(control) = page
        .chars()
        .find(|letter| letter.is_control() && *letter != '\n' && *letter != '\t')
    {
        return Some(format!("{control:?}"));
    }
    let (head, rest) = page.split_once("<style>")?;
    let (body, rest) = rest.split_once("</style>")?.1.split_once("<script>")?;
    let (script, end) = rest.split_once("</script>")?;
    if script.contains('<') && script.contains("</") {
        return Some("the script ends early".to_owned());
    }
    let mut open: Vec<&str> = Vec::new();
    let markup = [head, body, end].concat();
    let mut rest = markup.strip_prefix("<!doctype html>")?;
    while let Some((text, tag)) = rest.split_once('<') {
        if text.contains('>') {
            return Some(text.to_owned());
        }
        let (tag, after) = tag.split_once('>')?;
        rest = after;
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next()?;
        // Values stand between double quotes; what is outside of them is names.
        let outside: String = tag.split('"').step_by(2).collect();
        let is_plain = outside
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-= /\n".contains(letter));
        let is_known = VOID.contains(&name) || ELEMENTS.contains(&name) || FIELDS.contains(&name);
        if !is_known || !is_plain || outside.contains(" on") {
            return Some(format!("<{tag}>"));
        }
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return Some(format!("</{name}> ends what is not open"));
            }
        } else if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    (!open.is_empty()).then(|| format!("{open:?} stay open"))
}

/// What of a page is markup that the page did not make itself.
fn markdown_fault(page: &str) -> Option<String> {
    if page.len() > 65_536 {
        return Some(format!("{} bytes", page.len()));
    }
    let mut columns = 0;
    let mut cells = 0;
    let mut is_code = false;
    for event in Parser::new_ext(
        page,
        Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH,
    ) {
        match event {
            Event::InlineHtml(html) if &*html == "<code>" => is_code = true,
            Event::InlineHtml(html) if &*html == "</code>" => is_code = false,
            Event::Html(html) | Event::InlineHtml(html) => return Some(html.to_string()),
            Event::Start(
                Tag::Link { .. } | Tag::Image { .. } | Tag::Strikethrough | Tag::Emphasis | Tag::CodeBlock(_),
            ) => {
                return Some(format!("{event:?}"));
            }
            Event::Start(Tag::Table(alignments)) => columns = alignments.len(),
            Event::Start(Tag::TableRow | Tag::TableHead) => cells = 0,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(pulldown_cmark::TagEnd::TableRow) if cells != columns => {
                return Some(format!("{cells} cells in {columns} columns"));
            }
            Event::Text(text) if !is_code => {
                let mentions = ["@ada", "#12", "GH-3", "!4", "&5", "%6"];
                if let Some(mention) = mentions.iter().find(|mention| text.contains(**mention)) {
                    return Some((*mention).to_owned());
                }
            }
            _ => {}
        }
    }
    None
}
