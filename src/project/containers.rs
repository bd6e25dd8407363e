//! The Python of a deployment that runs in containers.

use super::reach::is_development;
use crate::document::Document;
use crate::facts::Program;
use crate::target::PythonVersion;

/// The newest Python of the images, when every program of the tree runs in a container: the server's own
/// Python then runs nothing, and installs nothing.
pub(super) fn python(documents: &[Document]) -> Option<PythonVersion> {
    let deployed = documents
        .iter()
        .filter(|document| !is_development(&document.path));
    let programs: Vec<&Program> = deployed.flat_map(|document| &document.facts.programs).collect();
    if !programs.iter().all(|program| program.in_container) {
        return None;
    }
    let images = programs.iter().filter_map(|program| program.python.as_ref());
    images
        .filter_map(|python| PythonVersion::parse(&python.value))
        .max()
}
