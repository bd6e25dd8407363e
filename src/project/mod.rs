//! All facts joined into one picture of the deployment.

mod paths;
mod ports;

use crate::document::Document;
use crate::finding::{DocumentId, Place, Scope};
use crate::source::Span;
use crate::target::Target;
use crate::tree::{Listing, Tree};
pub use paths::Paths;
pub use ports::{Clash, Manifest, Ports, Stated};

/// The tree as the target will see it.
#[derive(Debug)]
pub struct Project {
    /// The server.
    pub target: Target,
    /// Which paths the server gets.
    pub paths: Paths,
    /// Who has which port, and who disagrees.
    pub ports: Ports,
    documents: Vec<Document>,
    scopes: Vec<Scope>,
    reached: Vec<Vec<String>>,
}

impl Project {
    /// Joins the facts of all documents.
    pub fn join(documents: Vec<Document>, listing: &Listing, tree: &dyn Tree, target: Target) -> Self {
        let _ = tree;
        let paths = Paths::new(listing);
        let scopes = vec![Scope::Deployed; documents.len()];
        let reached = vec![Vec::new(); documents.len()];
        Self {
            target,
            paths,
            ports: Ports::join(&documents),
            documents,
            scopes,
            reached,
        }
    }

    /// Every document with its id, in the order of paths.
    pub fn documents(&self) -> impl Iterator<Item = (DocumentId, &Document)> {
        (0..).map(DocumentId).zip(&self.documents)
    }

    /// One document.
    pub fn document(&self, id: DocumentId) -> Option<&Document> {
        self.documents.get(id.0 as usize)
    }

    /// Who runs a document.
    pub fn scope(&self, id: DocumentId) -> Scope {
        self.scopes.get(id.0 as usize).copied().unwrap_or(Scope::Deployed)
    }

    /// The names of the programs that reach a document, sorted.
    pub fn programs_reaching(&self, id: DocumentId) -> Vec<String> {
        self.reached.get(id.0 as usize).cloned().unwrap_or_default()
    }

    /// Follows a place in a document inside a document out to the file that holds it.
    pub fn in_file(&self, place: Place) -> Place {
        let mut place = place;
        while let Some(host) = self
            .document(place.document)
            .and_then(|document| document.host.as_ref())
        {
            place = Place {
                document: host.document,
                span: host.locate(place.span),
            };
        }
        place
    }

    /// The first byte of a document, for findings about the whole of it.
    pub fn start_of(&self, id: DocumentId) -> Place {
        Place {
            document: id,
            span: Span::default(),
        }
    }
}
