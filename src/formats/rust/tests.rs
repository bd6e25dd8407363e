use super::*;

const SOURCE: &str = r##"
/// See /doc/1
const HOST: &str = "10.0.0.1";
static ALL: [&str; 1] = ["/a/1"];
fn main() {
    let path = String::from("/a/2");
    println!("at /a/3");
    open(r#"/a/4"#);
    if path == "/a/5" {}
    let x = std::env::var("DB_HOST").unwrap_or_else(|_| "10.0.0.2".to_string());
    let y = env::var("KEY").unwrap();
    let z = option_env!("Z");
    let s = S { url: format!("http://10.0.0.3/{x}") };
}
#[pymodule]
fn fast(m: &Bound<'_, PyModule>) -> PyResult<()> { Ok(()) }
#[pymodule]
#[pyo3(name = "_native")]
fn other() {}
"##;

#[test]
fn a_literal_has_its_role_and_its_place() {
    let facts = extract(SOURCE);
    assert!(facts.problems.is_empty(), "{:?}", facts.problems);
    let found: Vec<_> = facts
        .values
        .iter()
        .map(|value| (value.span.text(SOURCE), value.role, value.name.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            ("10.0.0.1", Role::Assigned, Some("HOST")),
            ("/a/1", Role::Element, Some("ALL")),
            ("/a/2", Role::Assigned, Some("path")),
            ("at /a/3", Role::Prose, None),
            ("/a/4", Role::Argument, None),
            ("/a/5", Role::Compared, None),
            ("10.0.0.2", Role::Default, Some("DB_HOST")),
            ("http://10.0.0.3/{x}", Role::Assigned, Some("url"))
        ]
    );
    let names: Vec<_> = facts
        .modules
        .iter()
        .map(|module| (module.name.as_str(), module.span.text(SOURCE)))
        .collect();
    assert_eq!(names, [("fast", "fast"), ("_native", "_native")]);
}

#[test]
fn the_environment_is_read() {
    let facts = extract(SOURCE);
    let read = |has_default, default: Option<&str>| Access::Read {
        has_default,
        default: default.map(str::to_owned),
    };
    let found: Vec<_> = facts
        .variables
        .iter()
        .map(|variable| (variable.name.as_str(), variable.access.clone()))
        .collect();
    assert_eq!(
        found,
        [
            ("DB_HOST", read(true, Some("10.0.0.2"))),
            ("KEY", read(false, None)),
            ("Z", read(true, None))
        ]
    );
}

#[test]
fn what_cannot_be_read_is_a_problem_at_its_place() {
    let facts = extract("fn a() {}\nfn (b) {}\n");
    assert_eq!(facts.problems[0].kind, ProblemKind::Syntax);
    assert_eq!(facts.problems[0].span, Span::new(13, 14));
    for text in [
        "(".repeat(100_000),
        format!("const A: i32 = {}1;", "-".repeat(100_000)),
        "1+".repeat(100_000),
    ] {
        assert_eq!(extract(&text).problems[0].kind, ProblemKind::Unreadable);
    }
    assert!(
        extract(&format!("const A: i32 = {}1;", "1+".repeat(4_000)))
            .problems
            .is_empty()
    );
    assert!(extract("").problems.is_empty());
    let text = "\u{feff}const A: &str = \"/é\";\r\n";
    assert_eq!(extract(text).values[0].span.text(text), "/é");
}
