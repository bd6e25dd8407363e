//! The lines of a file that are shown. The rest of it is not kept.

use super::sources::line_at;
use crate::source::Span;
use std::ops::Range;

/// Lines before a place and behind it that a form may show.
const AROUND: usize = 2;

/// Pieces of one file, in rising order: the lines around the places of findings, and those in which they end.
#[derive(Debug, Clone, Default)]
pub struct Excerpts {
    pieces: Vec<Excerpt>,
}

/// A few whole lines of a file.
#[derive(Debug, Clone)]
pub struct Excerpt {
    /// The byte of the file that they begin with.
    pub start: usize,
    /// Their text, with the ends of lines.
    pub text: String,
}

impl Excerpts {
    /// What of a text these places want.
    pub(super) fn of(text: &str, places: &[Span]) -> Self {
        let mut wanted: Vec<Range<usize>> = Vec::with_capacity(2 * places.len());
        for place in places {
            let [start, end] = [place.start, place.end].map(|at| boundary(text, at as usize));
            wanted.push(around(text, start));
            wanted.push(line_at(text, end));
        }
        wanted.sort_unstable_by_key(|range| range.start);
        let mut joined: Vec<Range<usize>> = Vec::new();
        for range in wanted {
            match joined.last_mut().filter(|last| range.start <= last.end + 1) {
                Some(last) => last.end = last.end.max(range.end),
                None => joined.push(range),
            }
        }
        let cut = |range: Range<usize>| Excerpt {
            start: range.start,
            text: text[range.start..text.len().min(range.end + 1)].to_owned(),
        };
        Self {
            pieces: joined.into_iter().map(cut).collect(),
        }
    }

    /// The lines around a byte of the file, where they are shown.
    pub fn at(&self, offset: u32) -> Option<&Excerpt> {
        let offset = offset as usize;
        let behind = self.pieces.partition_point(|piece| piece.start <= offset);
        let piece = self.pieces.get(behind.checked_sub(1)?)?;
        let end = piece.start + piece.text.trim_end_matches('\n').len();
        (offset <= end || offset < piece.start + piece.text.len()).then_some(piece)
    }
}

/// The last place at or before a byte where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The line of a byte with the lines around it.
fn around(text: &str, at: usize) -> Range<usize> {
    let mut range = line_at(text, at);
    for _ in 0..AROUND {
        if range.start > 0 {
            range.start = line_at(text, range.start - 1).start;
        }
        if range.end < text.len() {
            range.end = line_at(text, range.end + 1).end;
        }
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_around_places_are_kept_and_no_others() {
        let text = "1\n2\n3\n4\n5\n6\n7\n8\n9é";
        let shown = Excerpts::of(text, &[Span::new(0, 1), Span::new(12, 18)]);
        let pieces: Vec<(usize, &str)> = shown
            .pieces
            .iter()
            .map(|piece| (piece.start, &*piece.text))
            .collect();
        assert_eq!(pieces, [(0, "1\n2\n3\n"), (8, "5\n6\n7\n8\n9é")]);
        assert_eq!(shown.at(5).map(|piece| piece.start), Some(0));
        assert!(shown.at(6).is_none() && shown.at(99).is_none());
        assert_eq!(shown.at(13).map(|piece| piece.start), Some(8));
    }

    #[test]
    fn a_place_behind_the_end_and_one_inside_a_character_are_survived() {
        assert_eq!(Excerpts::of("é", &[Span::new(1, 99)]).pieces.len(), 1);
        assert!(Excerpts::of("", &[Span::new(3, 4)]).at(0).is_some());
    }
}
