//! `audit map` through the real readers of its languages: Graphviz' `dot`, and Mermaid in a headless Chromium, driven by
//! `tests/map/mermaid.mjs`. Every name has to come out as it went in, whatever is in it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what it expects by panicking, and why it was skipped by printing"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What drives the browser, and what draws in it.
const DRIVER: &str = "playwright-core@1.65.1";
const MERMAID: &str = "mermaid@12.3.0";
/// Names of the browser, the likeliest first.
const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
/// Names that want to be marks of either language.
const NAMES: [&str; 12] = [
    "plain",
    "two words",
    "a \"quoted\" one",
    "naïve ☃ 取引",
    "end",
    "1. first",
    "- second",
    "back\\nslash \\N \\",
    "<b>bold</b> &amp; &lt; #quot; #35;",
    "**strong** _low_ a_b__c_ ~~gone~~ `code` $$x$$",
    "a --> b | [x](y) {z} ((c)) ;%% --",
    "subgraph x; classDef y",
];

#[test]
fn graphviz_reads_the_map() {
    if let Err(why) = run(Command::new("dot").arg("-V")) {
        return skip("Graphviz", &why);
    }
    let system = system();
    for folder in [
        system.path(),
        Path::new("fixtures/rec_trading"),
        Path::new("fixtures/harbour"),
    ] {
        let text = map(folder, "dot");
        let file = system.path().join("map.dot");
        fs::write(&file, &text).expect("a file");
        let drawn =
            run(Command::new("dot").arg("-Tsvg").arg(&file)).unwrap_or_else(|why| panic!("{why}: {text}"));
        let nodes = drawn.matches("class=\"node\"").count();
        let edges = drawn.matches("class=\"edge\"").count();
        assert_eq!(nodes, text.matches("[shape=").count(), "{text}");
        assert_eq!(edges, text.matches(" -> ").count(), "{text}");
        if folder == system.path() {
            let shown = shown_in(&drawn, system.path());
            let missing: Vec<&&str> = NAMES
                .iter()
                .filter(|name| !shown.contains(&(**name).to_owned()))
                .collect();
            assert!(missing.is_empty(), "{missing:?} of {shown:?}\n{text}");
        }
    }
}

#[test]
fn mermaid_draws_the_map() {
    let judge = match judge() {
        Ok(judge) => judge,
        Err(why) => return skip("Mermaid", &why),
    };
    let system = system();
    for folder in [
        system.path(),
        Path::new("fixtures/rec_trading"),
        Path::new("fixtures/harbour"),
    ] {
        let text = map(folder, "mermaid");
        let file = system.path().join("map.mmd");
        fs::write(&file, &text).expect("a file");
        let drawn = judge.draw(&file).unwrap_or_else(|why| panic!("{why}: {text}"));
        let nodes: Vec<String> = serde_json::from_str(&drawn).expect("texts");
        let declared = text
            .lines()
            .filter(|line| line.contains("[\"") || line.contains("(\""));
        assert_eq!(nodes.len(), declared.count(), "{text}");
        if folder == system.path() {
            let shown: Vec<&str> = nodes
                .iter()
                .flat_map(|node| node.lines().map(str::trim))
                .collect();
            let missing: Vec<&&str> = NAMES.iter().filter(|name| !shown.contains(*name)).collect();
            assert!(missing.is_empty(), "{missing:?} of {shown:?}\n{text}");
        }
    }
}

/// A program of each name, which dials another.
fn system() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let apps: Vec<serde_json::Value> = NAMES
        .iter()
        .map(|name| serde_json::json!({"name": name, "script": "app.py", "interpreter": "python3"}))
        .chain([serde_json::json!({"name": "control \u{1}\u{0}\t\u{85}", "script": "hub.py", "interpreter": "python3"})])
        .collect();
    let apps = serde_json::json!({ "apps": apps }).to_string();
    fs::write(folder.path().join("ecosystem.json"), apps).expect("a file");
    let app = "import psycopg2, requests\nrequests.get('http://localhost:8001/x')\n\
               requests.get('https://api.example.org/x?a=b')\n";
    fs::write(folder.path().join("app.py"), app).expect("a file");
    let hub = "import uvicorn\nuvicorn.run('x:y', port=8001, host='::1')\n";
    fs::write(folder.path().join("hub.py"), hub).expect("a file");
    folder
}

fn map(folder: &Path, format: &str) -> String {
    let mut audit = Command::new(env!("CARGO_BIN_EXE_audit"));
    audit.current_dir(env!("CARGO_MANIFEST_DIR"));
    run(audit.args(["map", "--format", format]).arg(folder)).expect("a map")
}

/// The texts of a drawing, as its reader shows them.
fn shown_in(drawing: &str, folder: &Path) -> Vec<String> {
    let file = folder.join("map.svg");
    fs::write(&file, drawing).expect("a file");
    let reader = "import json, sys, xml.etree.ElementTree as tree\n\
                  texts = tree.parse(sys.argv[1]).iter('{http://www.w3.org/2000/svg}text')\n\
                  print(json.dumps([text.text.replace('\\u00a0', ' ') for text in texts]))\n";
    let shown = run(Command::new("python3").args(["-c", reader]).arg(&file)).expect("the drawing is XML");
    serde_json::from_str(&shown).expect("texts")
}

fn skip(what: &str, why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what} is missing: {why}");
    eprintln!("skipped: {what} is missing: {why}");
}

/// What is needed to draw with Mermaid.
struct Judge {
    packages: PathBuf,
    browser: PathBuf,
}

impl Judge {
    fn draw(&self, file: &Path) -> Result<String, String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/map/mermaid.mjs");
        let mut node = Command::new("node");
        run(node.arg(script).args([&self.packages, &self.browser]).arg(file))
    }
}

fn judge() -> Result<Judge, String> {
    let found = BROWSERS.iter().find_map(|name| {
        let shown = run(Command::new("sh").args(["-c", &format!("command -v {name}")])).ok()?;
        Some(PathBuf::from(shown.trim()))
    });
    let browser = found.ok_or("no Chromium is installed")?;
    let packages = Path::new(env!("CARGO_TARGET_TMPDIR")).join("map-judge");
    let is_there = [
        "package/dist/mermaid.min.js",
        "node_modules/playwright-core/package.json",
    ];
    if !is_there.iter().all(|file| packages.join(file).is_file()) {
        fs::create_dir_all(&packages).map_err(|error| error.to_string())?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix"]);
        run(npm.arg(&packages).arg(DRIVER))?;
        // Its file for browsers holds all that it needs: what it is made of is not installed.
        let script = format!(
            "npm pack --silent {MERMAID} && tar -xzf mermaid-*.tgz package/dist/mermaid.min.js && rm mermaid-*.tgz"
        );
        run(Command::new("sh").args(["-ec", &script]).current_dir(&packages))?;
    }
    run(Command::new("node").arg("--version"))?;
    Ok(Judge { packages, browser })
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let trouble = String::from_utf8_lossy(&output.stderr);
    let failed = || format!("{command:?}: {}: {trouble}", output.status);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text).ok_or_else(failed)
}
