//! Files that the settings leave out although the deployment needs them.

use super::Project;
use super::scopes::is_of_development;
use crate::finding::{DocumentId, ProgramId};

/// A file that is left out, and what is not judged for that reason.
#[derive(Debug)]
pub struct LeftOut<'a> {
    /// The file.
    pub document: DocumentId,
    /// Programs that it defines.
    pub defines: &'a [String],
    /// Programs of other files that run it.
    pub runs: Vec<ProgramId>,
}

impl Project {
    /// Whether the settings leave a document out.
    pub fn is_left_out(&self, id: DocumentId) -> bool {
        self.document(id)
            .is_some_and(|document| document.facts.left_out.is_some())
    }

    /// The files that are left out and that programs run, or that define some; in order. Samples and tests
    /// define none.
    pub fn left_out(&self) -> Vec<LeftOut<'_>> {
        let of_document = |(id, document)| {
            let document: &crate::document::Document = document;
            let defined = document.facts.left_out.as_ref()?;
            let is_sample = is_of_development(&self.documents, document);
            let left_out = LeftOut {
                document: id,
                defines: if is_sample { &[] } else { defined },
                runs: self.programs_reaching(id),
            };
            (!left_out.defines.is_empty() || !left_out.runs.is_empty()).then_some(left_out)
        };
        self.documents().filter_map(of_document).collect()
    }
}
