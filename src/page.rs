//! The text of a rule's page: its sections, and the examples that are its test.
//!
//! ````text
//! ## Examples
//!
//! ### A host in a module
//!
//! ```python file=app/main.py target=ubuntu-24.04
//! connect("10.1.2.3")  # error
//! ```
//! ````
//!
//! A line that the rule has to report ends with `error` in a comment; formats without comments list
//! the lines beside the block instead: `errors=3,7`. The marks are no part of the audited text.
//! A blank in a path is written `%20`. `encoding=latin-1` stores the file in that encoding, which is no UTF-8 when it holds an `é`; `ends=crlf` ends its
//! lines as on Windows; `mode=755` and `mode=644` say whether it has its run bit, of which nothing is known otherwise;
//! `excluded=yes` leaves it out, as `exclude` of the settings does.

use std::collections::BTreeSet;

/// The sections of every page, in this order.
pub const SECTIONS: [&str; 5] = [
    "What it finds",
    "Why it breaks on the server",
    "How to mend it",
    "What it leaves alone",
    "Examples",
];

/// Comments that mark a line, as they stand at its end.
const MARKS: [&str; 5] = ["# error", "; error", "// error", "<!-- error -->", "/* error */"];

/// A page that was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Its sections in the order in which they stand: heading and text.
    pub sections: Vec<(String, String)>,
    /// The examples of its last section.
    pub examples: Vec<Example>,
}

/// A small tree, and where the rule has to report in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Example {
    /// What it shows.
    pub title: String,
    /// The release that it is audited for, where it names one.
    pub target: Option<String>,
    /// Its files in the order of the page.
    pub files: Vec<File>,
}

/// One file of an example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// Its path relative to the example's root.
    pub path: String,
    /// Its text, without the marks.
    pub text: String,
    /// The lines (from 1) that have to be reported.
    pub errors: BTreeSet<u32>,
    /// Whether the file is stored as Latin-1.
    pub is_latin: bool,
    /// Whether its lines end as on Windows.
    pub has_returns: bool,
    /// Whether it has its run bit, where the page says so.
    pub is_executable: Option<bool>,
    /// Whether the settings leave it out.
    pub is_excluded: bool,
}

impl File {
    /// The bytes of the file; a character that its encoding lacks becomes `?`.
    pub fn bytes(&self) -> Vec<u8> {
        if self.is_latin {
            self.text
                .chars()
                .map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?'))
                .collect()
        } else {
            self.text.clone().into_bytes()
        }
    }
}

impl Example {
    /// Every place that has to be reported: path and line.
    pub fn expected(&self) -> BTreeSet<(String, u32)> {
        let places = |file: &File| -> Vec<(String, u32)> {
            file.errors
                .iter()
                .map(|line| (file.path.clone(), *line))
                .collect()
        };
        self.files.iter().flat_map(places).collect()
    }
}

/// Reads a page's text, which is what stands below its front matter.
///
/// # Errors
/// Names the line of the text and what is wrong there.
pub fn read(text: &str) -> Result<Page, String> {
    let mut page = Page::default();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let wrong = |what: String| format!("line {} of the text: {what}", at + 1);
        if let Some((fence, info)) = opening_fence(line) {
            let mut is_closed = false;
            let mut block: Vec<&str> = Vec::new();
            for (_, line) in lines.by_ref() {
                if line.trim() == fence {
                    is_closed = true;
                    break;
                }
                block.push(line);
            }
            if !is_closed {
                return Err(wrong("the block that begins here has no end".to_owned()));
            }
            if let Some(example) = page.examples.last_mut() {
                add_file(example, info, &block).map_err(wrong)?;
            } else if is_in_examples(&page) {
                return Err(wrong(
                    "a block of the examples stands below a ### title".to_owned(),
                ));
            }
            append(&mut page, &format!("{line}\n{}\n{fence}\n", block.join("\n")));
        } else if let Some(heading) = line.strip_prefix("## ") {
            page.sections.push((heading.trim().to_owned(), String::new()));
        } else if let Some(title) = line.strip_prefix("### ").filter(|_| is_in_examples(&page)) {
            page.examples.push(Example {
                title: title.trim().to_owned(),
                ..Example::default()
            });
        } else {
            append(&mut page, &format!("{line}\n"));
        }
    }
    Ok(page)
}

fn is_in_examples(page: &Page) -> bool {
    page.sections
        .last()
        .is_some_and(|(heading, _)| SECTIONS.last() == Some(&heading.as_str()))
}

fn append(page: &mut Page, text: &str) {
    if let Some((_, section)) = page.sections.last_mut() {
        section.push_str(text);
    }
}

/// The backticks that open a block, and the words behind them.
fn opening_fence(line: &str) -> Option<(&str, &str)> {
    let info = line.trim_start_matches('`');
    let fence = &line[..line.len() - info.len()];
    (fence.len() >= 3).then_some((fence, info))
}

fn add_file(example: &mut Example, info: &str, block: &[&str]) -> Result<(), String> {
    let mut file = File::default();
    let words = info.split_whitespace();
    let is_language = |(at, word): &(usize, &str)| *at == 0 && !word.contains('=');
    for (_, word) in words.enumerate().filter(|word| !is_language(word)) {
        match word.split_once('=') {
            Some(("file", path)) => file.path = path.replace("%20", " "),
            Some(("target", target)) => example.target = Some(target.to_owned()),
            Some(("errors", lines)) => {
                for line in lines.split(',') {
                    let number = line
                        .parse()
                        .ok()
                        .filter(|number| (1..=block.len()).contains(number));
                    let number = number.ok_or_else(|| format!("the block has no line {line}"))?;
                    file.errors.insert(u32::try_from(number).unwrap_or(u32::MAX));
                }
            }
            Some(("encoding", "latin-1")) => file.is_latin = true,
            Some(("ends", "crlf")) => file.has_returns = true,
            Some(("mode", "755")) => file.is_executable = Some(true),
            Some(("mode", "644")) => file.is_executable = Some(false),
            Some(("excluded", "yes")) => file.is_excluded = true,
            _ => {
                return Err(format!(
                    "a block takes file=, errors=, target=, encoding=latin-1, ends=crlf, excluded=yes and mode=755 or \
                     mode=644, not {word}"
                ));
            }
        }
    }
    if file.path.is_empty() {
        return Err("a block of an example says file=".to_owned());
    }
    for (number, line) in (1..).zip(block) {
        let unmarked = MARKS.iter().find_map(|mark| line.trim_end().strip_suffix(mark));
        if unmarked.is_some() {
            file.errors.insert(number);
        }
        file.text.push_str(unmarked.map_or(*line, str::trim_end));
        file.text.push_str(if file.has_returns { "\r\n" } else { "\n" });
    }
    example.files.push(file);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_examples_are_read() {
        let text = "## What it finds\n\nHosts.\n\n```\n## no heading\n```\n\n## Examples\n\n### Found\n\n\
                    ```python file=a.py target=debian-12\nx = 1\ny = 2  # error\n```\n\n\
                    ```json file=b.json errors=1,3\n{\n}\n;\n```\n\n### Left alone\n\n\
                    ````markdown file=c.md\n```\n````\n";
        let page = read(text).unwrap();
        let headings: Vec<&str> = page
            .sections
            .iter()
            .map(|(heading, _)| heading.as_str())
            .collect();
        assert_eq!(headings, ["What it finds", "Examples"]);
        assert_eq!(page.sections[0].1, "\nHosts.\n\n```\n## no heading\n```\n\n");
        let [found, alone] = &page.examples[..] else {
            panic!("two examples, not {:?}", page.examples);
        };
        assert_eq!(found.title, "Found");
        assert_eq!(found.target.as_deref(), Some("debian-12"));
        assert_eq!(found.files[0].text, "x = 1\ny = 2\n");
        let expected =
            [("a.py", 2), ("b.json", 1), ("b.json", 3)].map(|(path, line)| (path.to_owned(), line));
        assert_eq!(found.expected(), BTreeSet::from(expected));
        assert_eq!(alone.files[0].text, "```\n");
        assert!(alone.expected().is_empty());
    }

    #[test]
    fn every_comment_syntax_marks_a_line() {
        for mark in MARKS {
            let text = format!("## Examples\n### One\n``` file=a\nx  {mark}\n```\n");
            let page = read(&text).unwrap();
            assert_eq!(page.examples[0].files[0].text, "x\n", "{mark}");
            assert_eq!(page.examples[0].files[0].errors, BTreeSet::from([1]), "{mark}");
        }
    }

    #[test]
    fn a_block_that_says_too_little_or_too_much_is_refused() {
        for (info, complaint) in [
            ("python", "line 3 of the text: a block of an example says file="),
            (
                "python file=a.py errors=9",
                "line 3 of the text: the block has no line 9",
            ),
            (
                "python file=a.py error=1",
                "line 3 of the text: a block takes file=, errors=, target=, encoding=latin-1, ends=crlf, excluded=yes and mode=755 or \
                 mode=644, not error=1",
            ),
        ] {
            let text = format!("## Examples\n### One\n```{info}\nx\n```\n");
            assert_eq!(read(&text), Err(complaint.to_owned()));
        }
        let untitled = read("## Examples\n```python file=a.py\nx\n```\n");
        assert!(untitled.unwrap_err().contains("### title"));
        let open = read("## Examples\n### One\n```python file=a.py\nx\n");
        assert!(open.unwrap_err().contains("has no end"));
    }
}
