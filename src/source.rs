//! Text, spans and positions: how a place in a file is named.
//!
//! A [`Span`] counts bytes, because that is what readers of formats produce. People and editors count
//! lines and characters, so a [`LineIndex`] turns the one into the other, at the end and only for what
//! is reported.

use std::ops::Range;

/// A half-open range of bytes in one document: `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset just behind the last byte.
    pub end: u32,
}

impl Span {
    /// The span from byte `start` to just before byte `end`; offsets past 4 GiB are cut to the limit.
    pub fn new(start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        Self {
            start,
            end: u32::try_from(end).unwrap_or(u32::MAX).max(start),
        }
    }

    /// The same span `by` bytes further on.
    #[must_use]
    pub fn shifted(self, by: usize) -> Self {
        Self::new(self.start as usize + by, self.end as usize + by)
    }

    /// The range of bytes, to cut a text with.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The text that the span covers, or nothing when it does not fit into `text`.
    pub fn text(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or("")
    }
}

/// A value together with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What is written.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value`, written at `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// A place for people and editors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters (Unicode scalar values), from 1.
    pub column: u32,
    /// Offset in bytes, from 0.
    pub offset: u32,
}

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// How many characters begin before each block: a line may be as long as its text.
    before: Vec<u32>,
}

/// Bytes of a block.
const BLOCK: usize = 1024;

impl LineIndex {
    /// Reads the line starts of `text`. Lines end with `\n`, `\r\n` or a lone `\r`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends_line = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends_line {
                starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        let mut before = vec![0];
        let mut count = 0;
        for block in bytes.chunks(BLOCK) {
            count += characters(block);
            before.push(count);
        }
        Self { starts, before }
    }

    /// The line (from 1) that holds byte `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    /// The position of byte `offset` of `text`; an offset inside a character counts as that character's.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let offset = offset.min(u32::try_from(text.len()).unwrap_or(u32::MAX));
        let line = self.line(offset);
        let start = self.starts.get(line as usize - 1).copied().unwrap_or(0);
        let characters = self.characters_before(text, offset) - self.characters_before(text, start);
        Position {
            line,
            column: characters + 1,
            offset,
        }
    }

    fn characters_before(&self, text: &str, offset: u32) -> u32 {
        let block = offset as usize / BLOCK;
        let rest = text.as_bytes().get(block * BLOCK..offset as usize);
        self.before.get(block).copied().unwrap_or_default() + characters(rest.unwrap_or_default())
    }

    /// The bytes of line `line` (from 1), with its line ending; empty when there is no such line.
    pub fn line_span(&self, text: &str, line: u32) -> Span {
        let at = (line as usize).saturating_sub(1);
        let start = self.starts.get(at).map_or(text.len(), |start| *start as usize);
        let end = self.starts.get(at + 1).map_or(text.len(), |end| *end as usize);
        Span::new(start, end)
    }
}

/// How many characters begin in these bytes.
fn characters(bytes: &[u8]) -> u32 {
    let begin = bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80);
    u32::try_from(begin.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_long_line_is_counted_as_in_a_short_one() {
        let text = format!("é\n{}\nx", "aé€".repeat(900));
        let index = LineIndex::new(&text);
        let start = 3;
        for (number, (at, _)) in text[start..].char_indices().enumerate().take(2700) {
            let offset = u32::try_from(start + at).unwrap();
            let position = index.position(&text, offset);
            assert_eq!((position.line, position.column as usize), (2, number + 1));
        }
    }

    #[test]
    fn columns_count_characters_and_offsets_count_bytes() {
        let text = "a\néß = 1\r\nlast";
        let index = LineIndex::new(text);
        let at = u32::try_from(text.find('=').unwrap()).unwrap();
        assert_eq!(
            index.position(text, at),
            Position {
                line: 2,
                column: 4,
                offset: at
            }
        );
        let last = u32::try_from(text.find("last").unwrap()).unwrap();
        assert_eq!(index.position(text, last).line, 3);
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        let index = LineIndex::new("ab");
        assert_eq!(
            index.position("ab", 99),
            Position {
                line: 1,
                column: 3,
                offset: 2
            }
        );
        assert_eq!(index.line_span("ab", 7), Span::new(2, 2));
    }
}
