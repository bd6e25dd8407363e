//! Property lists of launchd, as far as they say what is run (launchd.plist(5)).

use crate::facts::launchd::LaunchdJob;
use crate::source::{Span, Spanned};

/// The job of a property list; nothing when it runs no command.
pub(super) fn job(text: &str) -> Option<LaunchdJob> {
    let mut job = LaunchdJob {
        label: String::new(),
        words: Vec::new(),
        directory: None,
        keeps_alive: false,
        is_timed: false,
        environment: Vec::new(),
        span: Span::default(),
    };
    let mut reader = Reader { text, at: 0 };
    // How deep dictionaries and lists are nested, the last key of the outermost one, and the last key inside.
    let (mut depth, mut key, mut inner) = (0_u32, String::new(), String::new());
    while let Some(element) = reader.next() {
        match element.tag {
            "dict" | "array" => {
                depth += 1;
                if depth == 2 && key.starts_with("StartCalendar") {
                    job.is_timed = true;
                }
                job.keeps_alive |= depth == 2 && key == "KeepAlive";
            }
            "/dict" | "/array" => depth = depth.saturating_sub(1),
            "key" if depth == 1 => key = unescaped(element.content),
            "key" => inner = unescaped(element.content),
            "true/" if depth == 1 && key == "KeepAlive" => job.keeps_alive = true,
            "integer" if depth == 1 && key == "StartInterval" => job.is_timed = true,
            "string" => {
                let value = Spanned::new(unescaped(element.content), element.span);
                match (depth, key.as_str()) {
                    (1, "Label") => job.label = value.value,
                    (1, "WorkingDirectory") => job.directory = Some(value.value),
                    (1, "Program") if job.words.is_empty() => job.words.push(value),
                    (2, "ProgramArguments") => {
                        // `Program` says which file, the first argument what it is called.
                        if job.span == Span::default() {
                            job.span = value.span;
                            job.words.clear();
                        }
                        job.words.push(value);
                    }
                    (2, "EnvironmentVariables") => job.environment.push((inner.clone(), value.value)),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    if job.span == Span::default() {
        job.span = job.words.first()?.span;
    }
    Some(job)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

struct Element<'a> {
    tag: &'a str,
    content: &'a str,
    span: Span,
}

impl<'a> Reader<'a> {
    /// The next tag, with the text behind it.
    fn next(&mut self) -> Option<Element<'a>> {
        loop {
            let open = self.at + self.text[self.at..].find('<')?;
            if self.text[open..].starts_with("<!--") {
                self.at = open + self.text[open..].find("-->")? + 3;
                continue;
            }
            let close = open + self.text[open..].find('>')?;
            self.at = close + 1;
            let end = self.text[self.at..]
                .find('<')
                .map_or(self.text.len(), |end| self.at + end);
            return Some(Element {
                tag: self.text[open + 1..close].trim(),
                content: &self.text[self.at..end],
                span: Span::new(self.at, end),
            });
        }
    }
}

fn unescaped(text: &str) -> String {
    let text = text.trim();
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_its_words() {
        let job = job(
            "<?xml version=\"1.0\"?><!-- <string>no</string> --><plist><dict>\n<key>Label</key><string>a.b</string>\n\
             <key>ProgramArguments</key><array><string>/usr/bin/python3</string><string>x &amp; y.py</string></array>\n\
             <key>KeepAlive</key><true/><key>EnvironmentVariables</key><dict><key>A</key><string>1</string></dict>\n\
             <key>WorkingDirectory</key><string>/w</string></dict></plist>",
        )
        .unwrap();
        let words: Vec<&str> = job.words.iter().map(|word| word.value.as_str()).collect();
        assert_eq!(words, ["/usr/bin/python3", "x & y.py"]);
        assert_eq!(
            (job.label.as_str(), job.keeps_alive, job.is_timed),
            ("a.b", true, false)
        );
        assert_eq!(job.environment, [("A".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn what_runs_nothing_is_no_job() {
        for text in [
            "",
            "<",
            "<plist><dict><key>CFBundleName</key><string>x</string></dict></plist>",
            "<!-- ",
            "<a<b>",
        ] {
            assert!(job(text).is_none(), "{text}");
        }
        assert!(job(&"<dict>".repeat(50_000)).is_none());
    }
}
