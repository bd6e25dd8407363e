//! docs/terminal.svg, the picture of the README, is what the program prints.
//!
//! `UPDATE_README=1 cargo test --test picture` draws it anew.

#![allow(clippy::expect_used, reason = "a test says what it expects by panicking")]

use std::fmt::Write as _;
use std::path::Path;

/// The system that is shown.
const SYSTEM: &str = "fixtures/rec_trading";
/// Lines that are shown at most; the last finding that fits ends the picture.
const LINES: usize = 56;
/// Columns of the report, and a margin.
const COLUMNS: usize = 84;
/// Size of a letter's cell.
const CELL: (f64, f64) = (8.4, 19.0);
/// Where the first letter stands.
const CORNER: (f64, f64) = (18.0, 58.0);

const STYLE: &str = "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#d0d4da;white-space:pre}\
.b{font-weight:700;fill:#f2f4f7}.d{fill:#868c96}.red{font-weight:700;fill:#ff7b72}.green{font-weight:700;fill:#6fd08c}\
.yellow{font-weight:700;fill:#e9c46a}.cyan{fill:#79c0ff}.path{font-weight:700;fill:#79c0ff;text-decoration:underline}\
.mark{font-weight:700;fill:#d2a8ff}.frame{fill:#16191d;stroke:#3a4048}.knob{fill:#3a4048}";

#[test]
fn the_picture_of_the_readme_is_what_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/terminal.svg");
    let output = assert_cmd::Command::cargo_bin("audit")
        .expect("the program is built")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--quiet", "--color", "always", SYSTEM])
        .output()
        .expect("it runs");
    let printed = String::from_utf8(output.stdout).expect("a report is UTF-8");
    let wanted = drawn(&printed);
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, wanted).expect("the picture can be written");
        return;
    }
    let picture = std::fs::read_to_string(&path).expect("docs/terminal.svg");
    assert!(
        picture == wanted,
        "docs/terminal.svg is stale; `UPDATE_README=1 cargo test --test picture` draws it anew"
    );
}

/// The first findings of a report as a picture of a terminal.
fn drawn(printed: &str) -> String {
    let lines: Vec<&str> = printed.lines().collect();
    let last = lines
        .iter()
        .take(LINES)
        .rposition(|line| line.is_empty())
        .unwrap_or(LINES);
    let mut shown: Vec<&str> = lines.iter().take(last).copied().collect();
    shown.extend(["", "\u{1b}[2m…\u{1b}[0m"]);
    let width = CORNER.0 * 2.0 + cells(COLUMNS) * CELL.0;
    let height = CORNER.1 + cells(shown.len()) * CELL.1;
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" \
         aria-label=\"The beginning of a report in a terminal\">\n<style>{STYLE}</style>\n\
         <rect class=\"frame\" x=\"0.5\" y=\"0.5\" width=\"{:.0}\" height=\"{:.0}\" rx=\"8\"/>\n",
        width - 1.0,
        height - 1.0
    );
    for knob in 0..3 {
        let _ = writeln!(
            picture,
            "<circle class=\"knob\" cx=\"{}\" cy=\"20\" r=\"5\"/>",
            22 + knob * 18
        );
    }
    let middle = width / 2.0;
    let _ = writeln!(
        picture,
        "<text class=\"d\" x=\"{middle:.0}\" y=\"25\" text-anchor=\"middle\">audit {SYSTEM}</text>"
    );
    for (number, line) in shown.into_iter().enumerate() {
        let y = CORNER.1 + cells(number) * CELL.1;
        for run in runs(line) {
            let x = CORNER.0 + cells(run.column) * CELL.0;
            let length = cells(run.text.chars().count()) * CELL.0;
            let class = run
                .class
                .map_or_else(String::new, |class| format!(" class=\"{class}\""));
            let _ = writeln!(
                picture,
                "<text{class} x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{length:.1}\">{}</text>",
                escaped(&run.text)
            );
        }
    }
    picture + "</svg>\n"
}

/// Letters of one colour beside each other.
struct Run {
    column: usize,
    class: Option<&'static str>,
    text: String,
}

/// A line without its escape sequences, by colour; blanks at the ends of a run are left out.
fn runs(line: &str) -> Vec<Run> {
    let mut found = Vec::new();
    let mut column = 0;
    let mut class = None;
    for (number, part) in line.split("\u{1b}[").enumerate() {
        let text = match part.split_once('m') {
            Some((codes, text)) if number > 0 => {
                class = class_of(codes);
                text
            }
            _ => part,
        };
        let indent = text.chars().take_while(|letter| *letter == ' ').count();
        if !text.trim().is_empty() {
            found.push(Run {
                column: column + indent,
                class,
                text: text.trim().to_owned(),
            });
        }
        column += text.chars().count();
    }
    found
}

fn class_of(codes: &str) -> Option<&'static str> {
    Some(match codes {
        "1" => "b",
        "2" => "d",
        "1;31" => "red",
        "1;32" => "green",
        "1;33" => "yellow",
        "36" => "cyan",
        "36;1;4" => "path",
        "35;1" => "mark",
        _ => return None,
    })
}

#[allow(clippy::cast_precision_loss, reason = "a picture has few lines and columns")]
fn cells(number: usize) -> f64 {
    number as f64
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[test]
fn colours_become_classes_and_columns_stay() {
    let found = runs("\u{1b}[1;31mred\u{1b}[0m  plain <x>");
    let told: Vec<_> = found
        .iter()
        .map(|run| (run.column, run.class, run.text.as_str()))
        .collect();
    assert_eq!(told, [(0, Some("red"), "red"), (5, None, "plain <x>")]);
    assert!(drawn("a\n\n<b>\n").contains(">…</text>"));
}
