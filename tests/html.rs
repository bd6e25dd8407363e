//! The page of `--format html` in a real headless Chromium, driven by `tests/html/judge.mjs`: no error, no request,
//! filter and search, print, and what axe-core says of it in light, in dark and on a phone.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what it expects by panicking, and why it was skipped by printing"
)]

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What drives the browser, and what judges how readable the page is.
const PACKAGES: [&str; 2] = ["playwright-core@1.65.1", "axe-core@4.14.1"];
/// Names of the browser, the likeliest first.
const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

#[test]
fn the_page_works_in_a_browser() {
    let judge = match judge() {
        Ok(judge) => judge,
        Err(why) if std::env::var_os("CI").is_some() => panic!("the browser is missing: {why}"),
        Err(why) => return eprintln!("skipped: the browser is missing: {why}"),
    };
    let hostile = hostile();
    let folder = tempfile::tempdir().expect("a folder");
    for (system, word) in [
        (Path::new("fixtures/rec_trading"), "numpy"),
        (hostile.path(), "supervisord"),
    ] {
        let page = folder.path().join("report.html");
        write(system, &page, &[]);
        assert_eq!(faults(&judge, &page, word), "[]", "{}", system.display());
    }
    let page = folder.path().join("history.html");
    write_history(hostile.path(), &page);
    assert_eq!(faults(&judge, &page, ""), "[]", "the history");
    let page = folder.path().join("both.html");
    write(hostile.path(), &page, &["--history", "3"]);
    assert_eq!(
        faults(&judge, &page, "supervisord"),
        "[]",
        "the report with its history"
    );
}

#[test]
fn the_browser_runs_no_script_but_the_pages_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("report.html");
    write(Path::new("fixtures/rec_trading"), &page, &[]);
    let reader = "import base64, hashlib, re, sys\n\
                  page = open(sys.argv[1], encoding='utf-8').read()\n\
                  script, = re.findall('<script>(.*?)</script>', page, re.S)\n\
                  hash = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()\n\
                  assert f\"script-src 'sha256-{hash}'\" in page, f'script.sha256 has to be {hash}'\n";
    run(Command::new("python3").args(["-c", reader]).arg(&page)).expect("the hash is that of the script");
    let text = fs::read_to_string(&page).expect("a page");
    assert!(
        !text.contains("http://") && !text.contains("https://"),
        "the page names another page"
    );
}

/// A system whose names and texts want to be markup.
fn hostile() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let nasty = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'>&lt; \u{1b}[2J\u{202e}`";
    let source =
        format!("import no_such_module  # {nasty}\nX = '/Users/{nasty}/x'\nH = connect('10.9.8.7')\n");
    let config = "[supervisord]\n[program:a<b>\"'&amp;]\ncommand=python3 feed.py --name <script>alert(3)</script>\n\
                  [program:b]\ncommand=python3 gone.py\n";
    let names: [&[u8]; 4] = [
        b"feed.py",
        b"<img src=x onerror=alert(4)>.py",
        b"\"><script>alert(5)<\xff.py",
        b"new\nline.py",
    ];
    for name in names {
        let path = folder.path().join(std::ffi::OsStr::from_bytes(name));
        fs::write(path, &source).expect("a file");
    }
    fs::write(folder.path().join("supervisord.conf"), config).expect("a file");
    folder
}

fn write(system: &Path, page: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_audit"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--quiet", "--format", "html", "--output"])
        .arg(page)
        .args(arguments)
        .arg(system)
        .output()
        .expect("it runs");
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
}

/// The history of a system that is committed twice, the second time mended a little.
fn write_history(system: &Path, page: &Path) {
    let commit = "git add -A && git -c user.name=t -c user.email=t@example.org -c commit.gpgsign=false \
                  commit -q -m '<b>&amp;</title>'";
    let script = format!(
        "git init -q && mv feed.py aside && {commit} && mv aside feed.py && {commit} && rm feed.py && {commit}"
    );
    run(Command::new("sh").args(["-ec", &script]).current_dir(system)).expect("git commits");
    let mut audit = Command::new(env!("CARGO_BIN_EXE_audit"));
    audit
        .args(["history", "--format", "html", "--output"])
        .arg(page)
        .arg(system);
    run(&mut audit).expect("it runs");
}

/// What is needed to judge a page.
struct Judge {
    packages: PathBuf,
    browser: PathBuf,
}

fn judge() -> Result<Judge, String> {
    let found = BROWSERS.iter().find_map(|name| {
        let shown = run(Command::new("sh").args(["-c", &format!("command -v {name}")])).ok()?;
        Some(PathBuf::from(shown.trim()))
    });
    let browser = found.ok_or("no Chromium is installed")?;
    let packages = Path::new(env!("CARGO_TARGET_TMPDIR")).join("html-judge");
    let is_there = || PACKAGES.iter().all(|package| is_installed(&packages, package));
    if !is_there() {
        fs::create_dir_all(&packages).map_err(|error| error.to_string())?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix"]);
        run(npm.arg(&packages).args(PACKAGES))?;
    }
    run(Command::new("node").arg("--version"))?;
    Ok(Judge { packages, browser })
}

fn is_installed(packages: &Path, package: &str) -> bool {
    let (name, version) = package.split_once('@').expect("a package has its version");
    let manifest = packages.join("node_modules").join(name).join("package.json");
    fs::read_to_string(manifest).is_ok_and(|text| text.contains(&format!("\"version\": \"{version}\"")))
}

fn faults(judge: &Judge, page: &Path, word: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/html/judge.mjs");
    let mut node = Command::new("node");
    node.arg(script)
        .args([&judge.packages, &judge.browser])
        .arg(page)
        .arg(word);
    run(&mut node).expect("the browser runs").trim().to_owned()
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
