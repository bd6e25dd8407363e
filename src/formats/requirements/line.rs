//! The lines of a requirements file: joined, without comments, told apart.

use super::specifier;
use crate::facts::{LocalInstall, Origin, Requirement};
use crate::source::Span;

/// Options that take a value.
const WITH_VALUE: [&str; 19] = [
    "--index-url",
    "--pypi-url",
    "--extra-index-url",
    "--find-links",
    "--no-binary",
    "--only-binary",
    "--trusted-host",
    "--use-feature",
    "--hash",
    "--config-settings",
    "--config-setting",
    "--global-option",
    "--requirement",
    "--constraint",
    "--editable",
    "-i",
    "-f",
    "-C",
    "--build-constraint",
];
/// Options that stand alone.
const ALONE: [&str; 4] = ["--no-index", "--prefer-binary", "--require-hashes", "--pre"];

/// A line after joining: its text, and where each of its pieces stands.
pub(super) struct Line {
    text: String,
    /// Offset in `text`, offset in the document; in rising order.
    pieces: Vec<(usize, usize)>,
}

/// What a line says.
pub(super) enum Said {
    /// Nothing that matters here.
    Nothing,
    /// Another file is read.
    Reads(String, Span),
    /// A requirement as PEP 508 writes it.
    Requires(String, Span),
    /// A requirement whose name a URL or file name gives away.
    Names(Box<Requirement>),
    /// A folder of the tree is installed.
    Installs(LocalInstall),
    /// pip refuses it.
    Refused(String, Span),
}

/// The logical lines, as pip joins them: a backslash at the end goes on with the next line, unless the
/// line is a comment; then comments are cut off.
pub(super) fn logical(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut open: Option<Line> = None;
    let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
    while at < text.len() {
        let end = text[at..].find(['\n', '\r']).map_or(text.len(), |end| at + end);
        let written = &text[at..end];
        let is_comment = written.trim_start().starts_with('#');
        let continues = written.ends_with('\\') && !is_comment;
        let mut line = open.take().unwrap_or_else(|| Line {
            text: String::new(),
            pieces: Vec::new(),
        });
        if is_comment && !line.text.is_empty() {
            line.text.push(' ');
        }
        let kept = if continues {
            written.trim_matches('\\')
        } else {
            written
        };
        let lead = if continues {
            written.len() - written.trim_start_matches('\\').len()
        } else {
            0
        };
        line.pieces.push((line.text.len(), at + lead));
        line.text.push_str(kept);
        if continues {
            open = Some(line);
        } else {
            lines.push(line);
        }
        at = end + if text[end..].starts_with("\r\n") { 2 } else { 1 };
    }
    lines.extend(open);
    for line in &mut lines {
        line.cut_comment();
    }
    lines
}

impl Line {
    /// Cuts a `#` that begins the line or stands behind a blank, and what follows it.
    fn cut_comment(&mut self) {
        let mut was_blank = true;
        let comment = self.text.char_indices().find_map(|(at, letter)| {
            let is_comment = letter == '#' && was_blank;
            was_blank = letter.is_whitespace();
            is_comment.then_some(at)
        });
        if let Some(at) = comment {
            self.text.truncate(at);
        }
        let end = self.text.trim_end().len();
        self.text.truncate(end);
    }

    fn offset(&self, at: usize) -> usize {
        let next = self.pieces.partition_point(|(start, _)| *start <= at);
        let (start, host) = next.checked_sub(1).map_or((0, 0), |index| self.pieces[index]);
        host + (at - start)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let last = end.saturating_sub(1).max(start);
        let end = self.offset(last) + end - last;
        Span::new(self.offset(start), end)
    }

    /// The span of the first `length` bytes behind the indentation.
    pub(super) fn span_of_start(&self, length: usize) -> Span {
        let start = self.start();
        self.span(start, start + length)
    }

    fn start(&self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }

    pub(super) fn said(&self) -> Said {
        let start = self.start();
        let body = &self.text[start..];
        if body.is_empty() {
            return Said::Nothing;
        }
        if body.starts_with('-') {
            return self.option(start);
        }
        // Options behind a requirement begin with a dash behind a blank.
        let options = body.match_indices(" -").map(|(at, _)| at).next();
        let written = body[..options.unwrap_or(body.len())].trim_end();
        if let Some(at) = options {
            let refused = self.option(start + at + 1);
            if matches!(refused, Said::Refused(..)) {
                return refused;
            }
        }
        let span = self.span(start, start + written.len());
        if is_place(written) {
            return folder(written, false, span).map_or_else(|| place(written, span), Said::Installs);
        }
        Said::Requires(written.to_owned(), span)
    }

    /// The option that begins at `start`.
    fn option(&self, start: usize) -> Said {
        let body = &self.text[start..];
        let end = body.find(['=', ' ', '\t']).unwrap_or(body.len());
        let (name, value_at) = if body.starts_with("--") || end <= 2 {
            let rest = &body[end..];
            let blank = rest.len() - rest.trim_start_matches(['=', ' ', '\t']).len();
            (&body[..end], start + end + blank)
        } else {
            // `-rbase.txt`
            let split = body.char_indices().nth(2).map_or(body.len(), |(at, _)| at);
            (&body[..split], start + split)
        };
        let value = self.text[value_at..].split([' ', '\t']).next().unwrap_or("");
        let span = self.span(value_at, value_at + value.len());
        let is_remote = value.contains("://") || value.contains("${");
        match name {
            "-r" | "--requirement" | "-c" | "--constraint" if value.is_empty() => {
                Said::Refused(format!("{name} names no file"), self.span(start, self.text.len()))
            }
            "-r" | "--requirement" | "-c" | "--constraint" if is_remote => Said::Nothing,
            "-r" | "--requirement" | "-c" | "--constraint" => Said::Reads(value.to_owned(), span),
            "-e" | "--editable" => {
                folder(value, true, span).map_or_else(|| place(value, span), Said::Installs)
            }
            name if name.starts_with("--hash") || WITH_VALUE.contains(&name) || ALONE.contains(&name) => {
                Said::Nothing
            }
            name if is_abbreviation(name) => Said::Nothing,
            name => Said::Refused(
                format!("pip knows no option {name} in a requirements file"),
                self.span(start, start + name.len()),
            ),
        }
    }
}

/// pip takes the beginning of a long option for the option, as long as only one begins so.
fn is_abbreviation(name: &str) -> bool {
    let known = WITH_VALUE.iter().chain(&ALONE);
    name.len() > 3 && name.starts_with("--") && known.into_iter().any(|option| option.starts_with(name))
}

/// Whether pip takes the text for a URL or a file rather than for a name.
pub(in crate::formats) fn is_place(text: &str) -> bool {
    let name_at = text.find(" @ ").or_else(|| text.find('@')).unwrap_or(text.len());
    let is_named = specifier::is_name(text[..name_at].trim_end()) && name_at < text.len();
    let before = text.split([';', ' ']).next().unwrap_or(text);
    !is_named
        && (before.contains("://")
            || before.starts_with("file:")
            || before.starts_with(['.', '/', '~'])
            || has_archive_ending(before)
            // A name with a slash is a path to pip.
            || (before.contains('/') && !before.contains('@')))
}

fn has_archive_ending(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [".whl", ".tar.gz", ".tgz", ".zip", ".tar.bz2", ".tar.xz", ".tar"]
        .iter()
        .any(|ending| text.ends_with(ending))
}

/// The folder that is installed, when the text names one: neither an archive nor anything remote.
pub(in crate::formats) fn folder(text: &str, is_editable: bool, span: Span) -> Option<LocalInstall> {
    let path = text.split([';', '#', '[', ' ']).next().unwrap_or(text);
    let path = path
        .strip_prefix("file://")
        .or(path.strip_prefix("file:"))
        .unwrap_or(path);
    let is_folder =
        !path.is_empty() && !path.contains("://") && !path.contains('$') && !has_archive_ending(path);
    is_folder.then(|| LocalInstall {
        folder: path.to_owned(),
        is_editable,
        span,
    })
}

/// The requirement behind a URL or file: `#egg=name`, or a wheel's own name.
fn place(text: &str, span: Span) -> Said {
    let named = |name: &str, specifiers: String| {
        Said::Names(Box::new(Requirement {
            name: name.to_owned(),
            specifiers,
            marker: None,
            extras: Vec::new(),
            span,
            origin: Origin::Main,
        }))
    };
    if let Some((_, egg)) = text.split_once("egg=") {
        let name = egg
            .split(['&', '[', '=', '<', '>', '~', ' ', ';'])
            .next()
            .unwrap_or("");
        return if specifier::is_name(name) {
            named(name, String::new())
        } else {
            Said::Nothing
        };
    }
    let file = text.split([';', '#', ' ', '?']).next().unwrap_or(text);
    let name = file.rsplit('/').next().unwrap_or(file);
    let mut parts = name.split('-');
    match (parts.next(), parts.next()) {
        (Some(name), Some(version)) if file.ends_with(".whl") && specifier::is_name(name) => {
            named(name, format!("=={version}"))
        }
        _ => Said::Nothing,
    }
}
