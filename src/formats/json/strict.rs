//! JSON as everybody writes it, read in one pass and without a copy of its texts. Anything else, be it a mistake or
//! only unusual, is left to the reader that can say what it is.

use crate::formats::structured::{DEPTH, Entry, Node, Shape};
use crate::source::Span;
use std::borrow::Cow;

/// The value of a text that begins `shift` bytes into its document; nothing where a look at every rule of JSON, and
/// at what Python's reader adds to them, is called for.
pub(super) fn read(text: &str, shift: usize) -> Option<Node<'_>> {
    let mut reader = Reader { text, at: 0, shift };
    let root = reader.value(0)?;
    reader.skip_blanks();
    (reader.at == text.len()).then_some(root)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    shift: usize,
}

impl<'t> Reader<'t> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
    }

    /// Goes behind this byte, which has to come next.
    fn expect(&mut self, wanted: u8) -> Option<()> {
        let is_there = self.byte() == Some(wanted);
        self.at += usize::from(is_there);
        is_there.then_some(())
    }

    /// The place of what began at `start` and ends here.
    fn span(&self, start: usize) -> Span {
        Span::new(start + self.shift, self.at + self.shift)
    }

    fn value(&mut self, depth: usize) -> Option<Node<'t>> {
        self.skip_blanks();
        let start = self.at;
        let shape = match self.byte()? {
            b'"' => {
                let (text, span) = self.string()?;
                return Some(Node::new(Shape::Text(text), span));
            }
            b'{' => Shape::Map(self.entries(depth + 1)?),
            b'[' => Shape::List(self.elements(depth + 1)?),
            b't' => self.word("true", Shape::Truth(true))?,
            b'f' => self.word("false", Shape::Truth(false))?,
            b'n' => self.word("null", Shape::Other)?,
            _ => self.number()?,
        };
        Some(Node::new(shape, self.span(start)))
    }

    fn word(&mut self, word: &str, shape: Shape<'t>) -> Option<Shape<'t>> {
        let is_there = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        self.at += word.len();
        is_there.then_some(shape)
    }

    fn entries(&mut self, depth: usize) -> Option<Vec<Entry<'t>>> {
        let mut entries = Vec::new();
        self.items(depth, b'}', |reader| {
            let (key, key_span) = reader.string()?;
            reader.skip_blanks();
            reader.expect(b':')?;
            let node = reader.value(depth)?;
            entries.push(Entry { key, key_span, node });
            Some(())
        })?;
        Some(entries)
    }

    fn elements(&mut self, depth: usize) -> Option<Vec<Node<'t>>> {
        let mut elements = Vec::new();
        self.items(depth, b']', |reader| {
            elements.push(reader.value(depth)?);
            Some(())
        })?;
        Some(elements)
    }

    /// What stands between the bracket that comes next and the one that closes it, with commas in between.
    fn items(
        &mut self,
        depth: usize,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        if depth > DEPTH {
            return None;
        }
        self.at += 1;
        self.skip_blanks();
        if self.byte() == Some(close) {
            self.at += 1;
            return Some(());
        }
        loop {
            self.skip_blanks();
            item(self)?;
            self.skip_blanks();
            match self.byte()? {
                b',' => self.at += 1,
                byte if byte == close => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// A text with its escapes resolved, and its place without quotes.
    fn string(&mut self) -> Option<(Cow<'t, str>, Span)> {
        self.expect(b'"')?;
        let start = self.at;
        let mut resolved = String::new();
        let mut run = start;
        loop {
            match self.byte()? {
                b'"' => break,
                b'\\' => {
                    resolved.push_str(self.text.get(run..self.at)?);
                    resolved.push(self.escape()?);
                    run = self.at;
                }
                0..0x20 => return None,
                _ => self.at += 1,
            }
        }
        let rest = self.text.get(run..self.at)?;
        let span = self.span(start);
        self.at += 1;
        let text = if run == start {
            Cow::Borrowed(rest)
        } else {
            resolved.push_str(rest);
            Cow::Owned(resolved)
        };
        Some((text, span))
    }

    /// The letter that an escape stands for. Halves of surrogate pairs are none.
    fn escape(&mut self) -> Option<char> {
        self.at += 2;
        Some(match self.text.as_bytes().get(self.at - 1)? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4)?;
                let is_plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                self.at += 4;
                char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| is_plain)?)?
            }
            _ => return None,
        })
    }

    fn number(&mut self) -> Option<Shape<'t>> {
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        match (self.byte()?, self.digits()) {
            (b'0', 1) | (b'1'..=b'9', _) => {}
            _ => return None,
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            (self.digits() > 0).then_some(())?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            (self.digits() > 0).then_some(())?;
        }
        Some(Shape::Number(Cow::Borrowed(self.text.get(start..self.at)?)))
    }

    /// Goes over digits, and says how many.
    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }
}
