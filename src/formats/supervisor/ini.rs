//! The INI dialect that supervisord reads: `RawConfigParser` with `;` and `#` behind a blank as comments,
//! continuation lines, and sections and keys that may come again.

use crate::source::Span;
use std::collections::BTreeMap;

/// A section; all its parts of one name are one.
pub(super) struct Section {
    pub(super) name: String,
    /// The header, brackets included.
    pub(super) span: Span,
    pub(super) options: Vec<Opt>,
}

/// An option.
pub(super) struct Opt {
    /// Lower-cased, as the parser does.
    pub(super) key: String,
    /// The lines of the value: text and offset in the document.
    pub(super) lines: Vec<(String, usize)>,
}

/// What a text reads as, and the mistakes in it.
pub(super) struct Ini {
    pub(super) sections: Vec<Section>,
    pub(super) mistakes: Vec<(String, Span)>,
}

impl Opt {
    /// The value: its lines joined by line breaks.
    pub(super) fn value(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|(line, _)| line.as_str()).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// Where the value stands.
    pub(super) fn span(&self) -> Span {
        let last = self.lines.iter().rev().find(|(line, _)| !line.is_empty());
        let start = self.lines.first().map_or(0, |(_, at)| *at);
        Span::new(start, last.map_or(start, |(line, at)| at + line.len()))
    }

    /// The place of byte `at` of the value.
    pub(super) fn offset(&self, at: usize) -> usize {
        let mut rest = at;
        for (line, start) in &self.lines {
            if rest <= line.len() {
                return start + rest;
            }
            rest -= line.len() + 1;
        }
        self.span().end as usize
    }
}

impl Section {
    /// The option of this key; the last one counts.
    pub(super) fn get(&self, key: &str) -> Option<&Opt> {
        self.options.iter().rev().find(|option| option.key == key)
    }
}

/// Reads a text.
pub(super) fn read(text: &str) -> Ini {
    let mut reader = Reader {
        ini: Ini {
            sections: Vec::new(),
            mistakes: Vec::new(),
        },
        by_name: BTreeMap::new(),
        section: None,
        has_option: false,
        indent: 0,
    };
    let mut at = 0;
    while at < text.len() {
        let end = text[at..].find(['\n', '\r']).map_or(text.len(), |end| at + end);
        if !reader.line(&text[at..end], at) {
            break;
        }
        at = end + if text[end..].starts_with("\r\n") { 2 } else { 1 };
    }
    reader.ini
}

struct Reader {
    ini: Ini,
    by_name: BTreeMap<String, usize>,
    section: Option<usize>,
    /// Whether the current section has an option that a line could go on with.
    has_option: bool,
    indent: usize,
}

impl Reader {
    fn option(&mut self) -> Option<&mut Opt> {
        if !self.has_option {
            return None;
        }
        let section = self.ini.sections.get_mut(self.section?)?;
        section.options.last_mut()
    }

    /// Reads a line; false when the parser stops for good.
    fn line(&mut self, line: &str, at: usize) -> bool {
        let comment = comment_start(line);
        let content = &line[..comment.unwrap_or(line.len())];
        let value = content.trim();
        if value.is_empty() {
            if comment.is_none()
                && let Some(option) = self.option()
            {
                option.lines.push((String::new(), at));
            }
            return true;
        }
        let lead = content.len() - content.trim_start().len();
        let start = at + lead;
        let indent = line.chars().take_while(|letter| letter.is_whitespace()).count();
        if indent > self.indent
            && let Some(option) = self.option()
        {
            option.lines.push((value.to_owned(), start));
            return true;
        }
        self.indent = indent;
        if let Some(end) = value.rfind(']').filter(|end| value.starts_with('[') && *end > 1) {
            self.begin(&value[1..end], Span::new(start, start + end + 1));
            return true;
        }
        let place = Span::new(start, start + value.len());
        let Some(section) = self.section else {
            let message = "supervisord stops here: this line stands before the first [section]";
            self.ini.mistakes.push((message.to_owned(), place));
            return false;
        };
        let Some(delimiter) = value.find(['=', ':']).filter(|at| *at > 0) else {
            let message = "supervisord stops here: this is neither a [section] nor key=value".to_owned();
            self.ini.mistakes.push((message, place));
            return true;
        };
        let key = value[..delimiter].trim_end();
        let behind = &value[delimiter + 1..];
        let written = behind.trim_start();
        let offset = start + delimiter + 1 + (behind.len() - written.len());
        if let Some(section) = self.ini.sections.get_mut(section) {
            section.options.push(Opt {
                key: key.to_lowercase(),
                lines: vec![(written.to_owned(), offset)],
            });
        }
        self.has_option = true;
        true
    }

    fn begin(&mut self, name: &str, span: Span) {
        self.has_option = false;
        let next = self.ini.sections.len();
        let index = *self.by_name.entry(name.to_owned()).or_insert(next);
        if index == next {
            self.ini.sections.push(Section {
                name: name.to_owned(),
                span,
                options: Vec::new(),
            });
        }
        self.section = Some(index);
    }
}

/// Where the comment of a line begins. Like the parser, this looks at the first `;` and the first `#`,
/// then at the second ones, and so on, and takes the first round in which one follows a blank.
fn comment_start(line: &str) -> Option<usize> {
    if line.trim_start().starts_with(['#', ';']) {
        return Some(0);
    }
    let is_comment = |at: &usize| *at == 0 || line[..*at].ends_with(char::is_whitespace);
    let mut semicolons = line.match_indices(';').map(|(at, _)| at);
    let mut hashes = line.match_indices('#').map(|(at, _)| at);
    loop {
        let round = [semicolons.next(), hashes.next()];
        if round == [None, None] {
            return None;
        }
        if let Some(at) = round.into_iter().flatten().filter(is_comment).min() {
            return Some(at);
        }
    }
}
