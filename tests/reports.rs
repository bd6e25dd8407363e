//! The program's reports, read back by the schemas and parsers of those who take them: GitLab, reviewdog, JUnit,
//! GitHub. `sarif.rs` has SARIF's.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what it expects by panicking, and why it was skipped by printing"
)]

mod judge;
mod told;

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use told::{PROGRAM, SYSTEM, faults, hostile, json_of, list, printed, run_in, schema, text, tree};

/// What reads JUnit's XML: the library, and its release.
const JUNIT_READER: &str = "junitparser==4.0.2";

#[test]
fn paths_are_those_of_the_working_directory() {
    let log = json_of(Path::new(SYSTEM), &["--format", "rdjson"]);
    for diagnostic in list(&log["diagnostics"]) {
        let path = text(&diagnostic["location"]["path"]);
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(path).is_file(),
            "{path}"
        );
    }
}

#[test]
fn rdjson_follows_reviewdogs_schema_and_counts_bytes() {
    let schema = schema("tests/schemas/rdjson.json");
    let hostile = hostile();
    for folder in [Path::new(SYSTEM), hostile.path()] {
        let log = json_of(folder, &["--format", "rdjson", "--verbose"]);
        assert_eq!(faults(&schema, &log), [""; 0]);
        assert!(!list(&log["diagnostics"]).is_empty());
    }
    let folder = tree(&[
        ("feed.py", "é = '𐐀'; H = connect('10.9.8.7')\n"),
        ("audit.toml", PROGRAM),
    ]);
    let log = json_of(folder.path(), &["--format", "rdjson"]);
    // Characters before the address: 22; two of them have two and four bytes.
    assert_eq!(
        log["diagnostics"][0]["location"]["range"]["start"],
        json!({"line": 1, "column": 27})
    );
}

#[test]
fn gitlabs_report_follows_its_schema() {
    let schema = schema("tests/schemas/gitlab-code-quality.json");
    let hostile = hostile();
    for folder in [Path::new(SYSTEM), hostile.path()] {
        let issues = json_of(folder, &["--format", "gitlab", "--verbose"]);
        let issues = list(&issues);
        assert!(!issues.is_empty());
        let mut fingerprints = BTreeSet::new();
        for issue in issues {
            assert_eq!(faults(&schema, issue), [""; 0]);
            assert!(fingerprints.insert(text(&issue["fingerprint"])));
            // What the documentation asks for beyond the schema.
            assert!(!text(&issue["location"]["path"]).starts_with("./"));
            assert!(issue["location"]["lines"]["begin"].is_u64() && issue["check_name"].is_string());
            let severities = ["info", "minor", "major", "critical", "blocker"];
            assert!(severities.contains(&text(&issue["severity"])));
        }
    }
}

#[test]
fn each_line_follows_the_schema_of_version_1() {
    let whole = schema("schema/report.v1.schema.json");
    let line = json!({"$schema": whole["$schema"], "$defs": whole["$defs"], "$ref": "#/$defs/line"});
    let hostile = hostile();
    for folder in [Path::new(SYSTEM), hostile.path()] {
        let printed = printed(folder, &["--format", "jsonl"]);
        let lines: Vec<Value> = printed
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line is JSON"))
            .collect();
        for own in &lines {
            assert_eq!(faults(&line, own), [""; 0]);
        }
        let document = json_of(folder, &["--format", "json"]);
        assert_eq!(faults(&whole, &document), [""; 0]);
        let (last, findings) = lines.split_last().expect("there is a last line");
        assert_eq!(last["readiness"], document["readiness"]);
        let findings: Vec<&Value> = findings.iter().map(|line| &line["finding"]).collect();
        assert_eq!(findings, list(&document["findings"]).iter().collect::<Vec<_>>());
    }
    assert!(!faults(&line, &json!({"finding": {}})).is_empty());
}

#[test]
fn moved_lines_keep_their_fingerprints() {
    let of = |head: &str| {
        let source = format!("{head}HOST = connect('10.9.8.7')\n");
        let folder = tree(&[("feed.py", &source), ("audit.toml", PROGRAM)]);
        let issues = json_of(folder.path(), &["--format", "gitlab"]);
        list(&issues)
            .iter()
            .map(|issue| text(&issue["fingerprint"]).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(of(""), of("# one\n# two\n"));
    assert_eq!(of("").len(), 1);
}

/// A command as GitHub's runner reads it: `##[…]` aside, a line that begins with `::`.
fn command(line: &str) -> Option<(String, BTreeMap<String, String>, String)> {
    let (head, message) = line.strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| data(&text.replace("%3A", ":").replace("%2C", ","));
    let properties = properties.split(',').filter_map(|pair| pair.split_once('='));
    let properties = properties.map(|(name, value)| (name.to_owned(), property(value)));
    Some((name.to_owned(), properties.collect(), data(message)))
}

#[test]
fn github_reads_back_what_was_found() {
    let hostile = hostile();
    for folder in [Path::new(SYSTEM), hostile.path()] {
        let printed = printed(folder, &["--format", "github"]);
        let commands: Vec<_> = printed.lines().filter_map(command).collect();
        assert!(commands.len() > 1);
        let mut types: BTreeMap<&str, usize> = BTreeMap::new();
        let document = json_of(folder, &["--format", "json"]);
        for (name, properties, message) in &commands {
            *types.entry(name).or_default() += 1;
            let Some(file) = properties.get("file") else {
                assert!(message.starts_with(text(&document["readiness"]["verdict"])));
                continue;
            };
            let found = list(&document["findings"]).iter().any(|finding| {
                file.ends_with(text(&finding["path"]))
                    && finding["range"]["start"]["line"].as_u64() == properties["line"].parse().ok()
                    && properties["title"].ends_with(text(&finding["rule"]))
            });
            assert!(found, "{properties:?}");
        }
        assert!(types.values().all(|number| *number <= 10), "{types:?}");
        let others = printed.lines().filter(|line| command(line).is_none());
        assert!(others.into_iter().all(|line| line.starts_with("audit: ")));
    }
}

#[test]
fn junit_is_read_back_by_junitparser() {
    let python = match judge::python("junit-reader", "junitparser", JUNIT_READER) {
        Ok(python) => python,
        Err(why) if std::env::var_os("CI").is_some() => panic!("the reader is missing: {why}"),
        Err(why) => return eprintln!("skipped: the reader is missing: {why}"),
    };
    let hostile = hostile();
    for folder in [Path::new(SYSTEM), hostile.path()] {
        let target = tempfile::tempdir().expect("a folder");
        let file = target.path().join("audit.xml");
        fs::write(&file, printed(folder, &["--format", "junit"])).expect("it can be written");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports/junit.py");
        let output = Command::new(&python)
            .arg(script)
            .arg(&file)
            .output()
            .expect("it runs");
        let trouble = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{trouble}");
        let suites: Value = serde_json::from_slice(&output.stdout).expect("it answers in JSON");
        let document = json_of(folder, &["--format", "json"]);
        let programs = list(&document["programs"]);
        let read = list(&suites[0]);
        assert_eq!(read.len(), programs.len());
        for (case, program) in read.iter().zip(programs) {
            assert_eq!(case["name"], program["name"]);
            assert_eq!(
                case["failed"].as_bool(),
                program["starts"].as_bool().map(|starts| !starts)
            );
        }
        for case in list(&suites[1]) {
            let is_found = list(&document["findings"])
                .iter()
                .any(|finding| finding["rule"] == case["name"] && finding["severity"] != "info");
            assert_eq!(case["failed"], is_found, "{case}");
        }
    }
}

#[test]
fn nothing_to_assess_is_no_good_news_in_any_form() {
    let folder = tree(&[("feed.py", "x = 1\n")]);
    let told = |form: &str| {
        let output = run_in(folder.path(), &["--format", form]);
        assert_eq!(output.status.code(), Some(3), "{form}");
        String::from_utf8(output.stdout).expect("a report is UTF-8")
    };
    let log: Value = serde_json::from_str(&told("sarif")).expect("JSON");
    assert_eq!(faults(&schema("tests/schemas/sarif-2.1.0.json"), &log), [""; 0]);
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
    assert!(told("junit").contains("failures=\"1\""));
    assert!(told("github").starts_with("::error title=audit::NOT ASSESSED"));
    assert!(told("markdown").starts_with("# Deployment readiness: NOT ASSESSED"));
    assert!(told("badge-json").contains("\"isError\": true"));
}

#[test]
fn several_reports_come_from_one_run() {
    let folder = tree(&[("feed.py", "print('ready')\n"), ("audit.toml", PROGRAM)]);
    let arguments = [
        "--format", "sarif", "--output", "a.sarif", "--format", "markdown", "-o", "a.md", "--score",
    ];
    for _ in 0..2 {
        let output = run_in(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0));
        let line = String::from_utf8_lossy(&output.stdout);
        // A report of an earlier run is not read.
        assert_eq!(line, "READY 100/100 · 1 of 1 program starts · no findings\n");
    }
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it was written");
    assert!(read("a.sarif").starts_with('{') && read("a.md").starts_with("# Deployment readiness: READY"));
    let names: BTreeSet<String> = fs::read_dir(folder.path())
        .expect("it can be listed")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let wanted = ["a.md", "a.sarif", "audit.toml", "feed.py"];
    assert_eq!(names, wanted.map(str::to_owned).into(), "nothing else is written");
    for (arguments, says) in [
        (
            &["--format", "json", "--format", "sarif"][..],
            "only one report can go to stdout",
        ),
        (
            &["--format", "json", "-o", "x", "-o", "y"],
            "has no --format of its own",
        ),
        (
            &["--format", "json", "-o", "x", "--score", "-o", "x"],
            "two reports would go to x",
        ),
        (
            &["--format", "json", "-o", "no/such/x"],
            "there is no folder no/such",
        ),
        (&["--format", "json", "-o", "."], ". is a folder"),
    ] {
        let output = run_in(folder.path(), arguments);
        let trouble = String::from_utf8_lossy(&output.stderr);
        assert!(trouble.contains(says), "{arguments:?}: {trouble}");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    }
}

#[cfg(unix)]
#[test]
fn a_report_replaces_a_file_as_a_whole_and_leaves_its_rights_and_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tree(&[
        ("feed.py", "print('ready')\n"),
        ("audit.toml", PROGRAM),
        ("old.txt", "old"),
    ]);
    let old = folder.path().join("old.txt");
    fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).expect("rights");
    symlink("old.txt", folder.path().join("link.txt")).expect("a link");
    run_in(folder.path(), &["--score", "-o", "link.txt"]);
    assert!(
        fs::read_to_string(&old)
            .expect("it is there")
            .starts_with("READY")
    );
    let rights = fs::metadata(&old).expect("it is there").permissions().mode();
    assert_eq!(rights & 0o777, 0o640);
    assert!(
        fs::symlink_metadata(folder.path().join("link.txt"))
            .expect("it is there")
            .is_symlink()
    );
    let output = run_in(folder.path(), &["--score", "-o", "/dev/stdout"]);
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("READY"));
}

#[test]
fn no_form_tells_a_secret_and_none_fails_on_hostile_trees() {
    let hostile = hostile();
    let forms = [
        "terminal",
        "json",
        "jsonl",
        "markdown",
        "sarif",
        "github",
        "gitlab",
        "junit",
        "rdjson",
        "concise",
        "badge-json",
        "badge-svg",
    ];
    for form in forms {
        let printed = printed(hostile.path(), &["--format", form, "--verbose"]);
        assert!(!printed.is_empty(), "{form}");
        assert!(!printed.contains("hunter2secret"), "{form}");
        assert!(!printed.contains('\u{1b}'), "{form}");
        assert!(form != "markdown" || printed.len() <= 65_536);
    }
}
