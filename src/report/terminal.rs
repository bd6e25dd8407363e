//! The report for people: the verdict first, then each cause with its worst place, then what follows.

use super::style::harmless;
use super::{CauseReport, Excerpt, FindingReport, Palette, Report, Start, processes, score, wrap};
use crate::finding::{Confidence, Severity};
use crate::readiness::Verdict;
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter, Write as _};

/// Characters of a line that an excerpt shows at most; lines of minified files are far longer.
const LINE: usize = 240;
/// Files whose further places are listed by line.
const FILES: usize = 6;
/// Lines that are listed of one file.
const LINES: usize = 8;

/// How a report for people is to look.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Colours, or none.
    pub palette: Palette,
    /// Columns.
    pub width: usize,
    /// Whether causes that are only for information are shown.
    pub is_verbose: bool,
}

/// The whole report.
pub fn render(report: &Report, look: Look) -> String {
    let mut out = verdict(report, look);
    let is_shown = |cause: &&CauseReport| look.is_verbose || cause.severity > Severity::Info;
    for cause in report.causes.iter().filter(is_shown) {
        out.push('\n');
        out.push_str(&render_cause(report, cause, look).unwrap_or_default());
    }
    out.push_str(&programs(report, look));
    out.push_str(&summary(report, look));
    out
}

fn verdict(report: &Report, look: Look) -> String {
    let palette = look.palette;
    let headline = score::headline(report);
    let painted = match report.readiness.verdict {
        Verdict::NotReady => palette.red(&headline),
        Verdict::AtRisk | Verdict::ReadyWithWarnings => palette.yellow(&headline),
        Verdict::Ready => palette.green(&headline),
        Verdict::NotAssessed => palette.bold(&headline),
    };
    let target = format!("{} with Python {}", report.target.os, report.target.python);
    let what = match report.readiness.reason {
        Some(reason) => reason.to_owned(),
        None => format!("{} on {target}", score::programs(report)),
    };
    let margin = headline.chars().count() + 3;
    let rest = wrap(&" ".repeat(margin), &what, look.width);
    format!("{painted} · {}\n", rest.trim_start())
}

fn render_cause(report: &Report, cause: &CauseReport, look: Look) -> Option<String> {
    let (palette, first) = (look.palette, report.first(cause)?);
    let finding = &first.finding;
    let severity = match finding.severity {
        Severity::Blocker => palette.red("blocker"),
        Severity::Major => palette.yellow("major"),
        Severity::Minor | Severity::Info => palette.bold(finding.severity.name()),
    };
    let mut out = format!("{severity} {}", palette.bold(finding.rule));
    if finding.confidence < Confidence::Certain {
        out.push_str(&palette.dim(&format!(" ({})", finding.confidence.name())));
    }
    out.push('\n');
    out.push_str(&wrap("  ", &harmless(&finding.message), look.width));
    out.push('\n');
    out.push_str(&excerpt(report, first, look));
    for (message, location) in &first.related {
        let at = format!("{}:{}", location.path, location.start.line);
        let text = format!("{} {}", harmless(&at), harmless(message));
        out.push_str(&(wrap("  ↳ ", &text, look.width) + "\n"));
    }
    if let Some(places) = places(report, cause) {
        out.push_str(&(wrap("  also: ", &harmless(&places), look.width) + "\n"));
    }
    if !cause.programs.is_empty() {
        let names: Vec<&str> = cause.programs.iter().map(String::as_str).collect();
        let names = harmless(&processes::names(&names).join(", "));
        out.push_str(&(wrap("  programs: ", &names, look.width) + "\n"));
    }
    if !finding.help.is_empty() {
        let help = wrap("  help: ", &harmless(&finding.help), look.width);
        let painted = help.replacen("help:", &palette.cyan("help:"), 1);
        out.push_str(&(painted + "\n"));
    }
    Some(out)
}

/// The places behind the first: files with their lines, the last ones only counted.
fn places(report: &Report, cause: &CauseReport) -> Option<String> {
    let mut by_file: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for found in report.places(cause).skip(1) {
        let lines = by_file.entry(&found.location.path).or_default();
        lines.push(found.location.start.line);
    }
    let mut files: Vec<(&str, Vec<u32>)> = by_file.into_iter().collect();
    files.sort_by_key(|(path, lines)| (std::cmp::Reverse(lines.len()), *path));
    let mut parts: Vec<String> = files
        .iter()
        .take(FILES)
        .map(|(path, lines)| listed(path, lines))
        .collect();
    let rest: usize = files.iter().skip(FILES).map(|(_, lines)| lines.len()).sum();
    if rest > 0 {
        let in_files = score::count(files.len() - FILES, "file");
        parts.push(format!("and {} more in {in_files}", score::count(rest, "place")));
    }
    (!parts.is_empty()).then(|| parts.join("  "))
}

fn listed(path: &str, lines: &[u32]) -> String {
    let mut lines = lines.to_vec();
    lines.sort_unstable();
    lines.dedup();
    let shown: Vec<String> = lines.iter().take(LINES).map(u32::to_string).collect();
    let more = match lines.len().checked_sub(LINES) {
        Some(more) if more > 0 => format!(" (and {more} more)"),
        _ => String::new(),
    };
    format!("{path}:{}{more}", shown.join(","))
}

/// The line of the place with one line around it, and the label below.
fn excerpt(report: &Report, found: &FindingReport, look: Look) -> String {
    let location = &found.location;
    let plain = || {
        let at = format!(
            "{}:{}:{}",
            location.path, location.start.line, location.start.column
        );
        format!("  at {}\n", harmless(&at))
    };
    let shown = report.excerpt(&location.path, location.start.offset);
    let Some(cut) = shown.and_then(|shown| Cut::new(shown, found)) else {
        return plain();
    };
    let theme = if look.palette.is_on {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(look.width)
        .with_context_lines(1)
        .without_syntax_highlighting();
    let mut drawn = String::new();
    if handler.render_report(&mut drawn, &cut).is_err() {
        return plain();
    }
    // The handler begins with the message, which stands above already.
    let lines = drawn.lines().skip_while(|line| !line.contains('╭'));
    let lines: Vec<&str> = lines.map(str::trim_end).collect();
    if lines.is_empty() {
        plain()
    } else {
        lines.join("\n") + "\n"
    }
}

/// The part of a file that is shown.
#[derive(Debug)]
struct Cut {
    name: String,
    text: String,
    /// Lines before the text.
    lines: usize,
    label: LabeledSpan,
    /// Characters that were cut off before the line of the label.
    column: usize,
}

impl Cut {
    fn new(excerpt: &Excerpt, found: &FindingReport) -> Option<Self> {
        let text = &excerpt.text;
        let start = found.location.start;
        let at = start.offset as usize - excerpt.start;
        let end = (found.location.end.offset as usize).saturating_sub(excerpt.start);
        let before = text.get(..at)?;
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        if line_start == line_end {
            return None;
        }
        let near = |offset: usize, back: bool| {
            let mut offset = offset.clamp(line_start, line_end);
            while !text.is_char_boundary(offset) {
                offset = if back { offset - 1 } else { offset + 1 };
            }
            offset
        };
        let from = if at - line_start > LINE {
            near(at - LINE / 2, true)
        } else {
            line_start
        };
        let to = near(line_end.min(from + 2 * LINE), false);
        let context_before = text[..line_start].strip_suffix('\n').and_then(|before| {
            let line = before.rsplit('\n').next().unwrap_or(before);
            (line.len() <= LINE && !line.trim().is_empty()).then_some(line)
        });
        let context_after = text.get(line_end + 1..).and_then(|after| {
            let line = after.split('\n').next().unwrap_or(after);
            (line.len() <= LINE && !line.trim().is_empty()).then_some(line)
        });
        let mut shown = String::new();
        if let Some(line) = context_before {
            shown.push_str(&one_to_one(line));
            shown.push('\n');
        }
        let head = one_to_one(&text[from..at.min(to)]);
        let inside = one_to_one(text.get(at..end.clamp(at, to)).unwrap_or(""));
        let offset = shown.len() + head.len();
        let length = inside.trim_end().len();
        shown.push_str(&head);
        shown.push_str(&inside);
        shown.push_str(&one_to_one(text.get(at.max(end)..to).unwrap_or("")));
        if let Some(line) = context_after {
            shown.push('\n');
            shown.push_str(&one_to_one(line));
        }
        let label = (!found.finding.label.is_empty()).then(|| harmless(&found.finding.label));
        let lines = (start.line as usize - 1) - usize::from(context_before.is_some());
        Some(Self {
            name: harmless(&found.location.path),
            text: shown,
            lines,
            label: LabeledSpan::new(label, offset, length.max(1)),
            column: text[line_start..from].chars().count(),
        })
    }
}

/// A line of a file, harmless and without a carriage return at its end.
fn one_to_one(text: &str) -> String {
    harmless(text.trim_end_matches('\r'))
}

impl Display for Cut {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("-")
    }
}

impl std::error::Error for Cut {}

impl Diagnostic for Cut {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.label.clone())))
    }
}

impl SourceCode for Cut {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.as_str().read_span(span, before, after)?;
        let column = if before == 0 {
            inner.column() + self.column
        } else {
            inner.column()
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            inner.line() + self.lines,
            column,
            inner.line_count(),
        )))
    }
}

fn programs(report: &Report, look: Look) -> String {
    if report.programs.is_empty() {
        return String::new();
    }
    let palette = look.palette;
    let told = processes::rows(&report.programs);
    let rows: Vec<[String; 2]> = told
        .iter()
        .map(|(program, name)| {
            let at = format!("{}:{}", program.location.path, program.location.start.line);
            [harmless(name), harmless(&at)]
        })
        .collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
            .min(40)
    };
    let (names, places) = (width(0), width(1));
    let mut out = format!("\n{}\n", palette.bold("Programs"));
    for ((program, _), [name, at]) in told.iter().zip(&rows) {
        let (state, why) = match program.because.first().and_then(|id| report.finding(id)) {
            Some(found) => (palette.red("dies   "), harmless(&found.finding.message)),
            None if program.start == Start::Unknown => (palette.dim("unknown"), String::new()),
            None => (palette.green("starts "), String::new()),
        };
        let lead = format!("  {name:names$}  {at:places$}  ");
        let margin = lead.chars().count() + 9;
        let why = if margin + 24 > look.width {
            why
        } else {
            wrap(&" ".repeat(margin), &why, look.width)
                .trim_start()
                .to_owned()
        };
        let line = format!("{lead}{state}  {why}");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn summary(report: &Report, look: Look) -> String {
    let mut lines = Vec::new();
    let causes = &report.readiness.causes;
    if let Some(text) = score::causes(causes) {
        let effort = match report.readiness.effort {
            [_, 0] => String::new(),
            effort => format!(" · {} of editing to mend", score::effort(effort)),
        };
        let places = score::count(report.places, "place");
        lines.push(format!("{text} in {places}{effort}"));
    } else if report.readiness.verdict != Verdict::NotAssessed {
        lines.push("no findings".to_owned());
    }
    if causes.info > 0 && !look.is_verbose {
        lines.push(format!(
            "{} for information only (-v shows them)",
            score::count(causes.info, "cause")
        ));
    }
    let aside = report.aside.findings;
    if aside.total() > 0 {
        let what = score::causes(&aside).unwrap_or_else(|| score::count(aside.info, "info finding"));
        lines.push(format!("set aside by comments or settings: {what}"));
    }
    if report.aside.lowered > 0 {
        let lowered = score::count(report.aside.lowered, "blocker");
        lines.push(format!("made milder by settings: {lowered}"));
    }
    if report.aside.excluded > 0 {
        let files = score::count(report.aside.excluded, "file");
        lines.push(format!("left out by settings although deployed: {files}"));
    }
    lines.extend(report.not_shown());
    let files = report.files;
    let mut read = format!(
        "{} scanned, {} skipped",
        score::count(files.scanned, "file"),
        files.skipped
    );
    if files.unreadable > 0 {
        let _ = write!(read, ", {} unreadable", files.unreadable);
    }
    lines.push(read);
    let mut out = format!("\n{}\n", look.palette.bold("Summary"));
    for line in lines {
        out.push_str(&(wrap("  ", &line, look.width) + "\n"));
    }
    out
}
