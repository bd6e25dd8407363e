//! Files, and files inside files.

use crate::facts::{Facts, Held, Piece};
use crate::finding::DocumentId;
use crate::formats::Format;
use crate::source::Span;
use std::sync::OnceLock;

/// A file, or a file inside a file.
#[derive(Debug, Clone)]
pub struct Document {
    /// Relative to the root, with `/`. For a document inside another: the path it is written to, which
    /// may be absolute.
    pub path: String,
    /// Its syntax.
    pub format: Format,
    /// What it states; trees that hold the same file share it.
    pub facts: Held,
    /// Whether the server gets it with its run bit; nothing where that cannot be told.
    pub is_executable: Option<bool>,
    /// The document that writes it, if any.
    pub host: Option<Host>,
    /// Whether its path is one of a test, a sample or the like: asked many times, worked out once.
    pub is_development: OnceLock<bool>,
}

impl Document {
    /// A file of which only these facts are known.
    pub fn plain(path: impl Into<String>, facts: Facts) -> Self {
        Self {
            path: path.into(),
            format: Format::Plain,
            facts: facts.into(),
            is_executable: None,
            host: None,
            is_development: OnceLock::new(),
        }
    }
}

/// The document that holds another, and how their bytes correspond.
#[derive(Debug, Clone)]
pub struct Host {
    /// Which one.
    pub document: DocumentId,
    /// The runs that were taken from it, in rising order.
    pub pieces: Vec<Piece>,
}

impl Host {
    /// The place in the host that a place in the inner document comes from.
    pub fn locate(&self, span: Span) -> Span {
        Span::new(
            self.offset(span.start),
            self.offset(span.end).max(self.offset(span.start)),
        )
    }

    fn offset(&self, at: u32) -> usize {
        let next = self.pieces.partition_point(|piece| piece.at <= at);
        match next.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            Some(piece) => {
                // Text that was put in for a variable has no bytes of its own in the host: it may not
                // run past the place where the next piece begins.
                let end = self.pieces.get(next).map_or(u32::MAX, |following| following.host);
                (piece.host + (at - piece.at)).min(end) as usize
            }
            None => self.pieces.first().map_or(0, |piece| piece.host as usize),
        }
    }
}
