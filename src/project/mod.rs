//! All facts joined into one picture of the deployment.

mod asks;
mod bindings;
mod eval;
mod failure;
mod guards;
mod importers;
mod imports;
mod local;
mod locks;
mod modules;
mod paths;
mod ports;
mod programs;
mod reach;
mod requirements;
mod sys_path;

use crate::document::Document;
use crate::finding::{DocumentId, Place, ProgramId, Related, Scope};
use crate::source::Span;
use crate::target::Target;
use crate::tree::{Listing, Tree};
pub use asks::Ask;
pub use failure::{Failure, FailureKind, When};
pub use locks::{LockView, has_file_for};
pub use modules::Modules;
pub use paths::Paths;
pub use ports::{Clash, Manifest, Ports, Stated};
pub(crate) use programs::same_name;
pub use programs::{Directory, Entry, ProgramView, State};
pub use reach::ProgramFailure;
pub use requirements::{Provision, Requirements};
use std::sync::OnceLock;

/// The tree as the target will see it.
#[derive(Debug)]
pub struct Project {
    /// The server.
    pub target: Target,
    /// Which paths the server gets.
    pub paths: Paths,
    /// What `pip` installs there.
    pub requirements: Requirements,
    /// The processes that it starts, in the order of their definitions.
    programs: Vec<ProgramView>,
    /// Imports that do not resolve, by place.
    pub failures: Vec<ProgramFailure>,
    /// Who has which port, and who disagrees.
    pub ports: Ports,
    documents: Vec<Document>,
    scopes: Vec<Scope>,
    reached: Vec<Vec<ProgramId>>,
    /// Worked out when a rule first asks for it.
    imported: OnceLock<importers::Imported>,
}

impl Project {
    /// Joins the facts of all documents.
    pub fn join(documents: Vec<Document>, listing: &Listing, tree: &dyn Tree, target: Target) -> Self {
        let paths = Paths::new(listing);
        let modules = Modules::new(&documents, &paths);
        let requirements = Requirements::join(&documents, &paths, target.python);
        let programs = programs::collect(&documents, &paths, tree, target.root.as_deref());
        let world = imports::World {
            documents: &documents,
            paths: &paths,
            modules: &modules,
            requirements: &requirements,
            target: &target,
            tree,
        };
        let reach = reach::work_out(&world, &programs);
        Self {
            target,
            paths,
            requirements,
            programs,
            failures: reach.failures,
            ports: Ports::join(&documents),
            documents,
            scopes: reach.scopes,
            reached: reach.programs,
            imported: OnceLock::new(),
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

    /// The programs that reach a document, sorted.
    pub fn programs_reaching(&self, id: DocumentId) -> Vec<ProgramId> {
        self.reached.get(id.0 as usize).cloned().unwrap_or_default()
    }

    /// Every program with its id, in the order of their definitions.
    pub fn programs(&self) -> impl Iterator<Item = (ProgramId, &ProgramView)> {
        (0..).map(ProgramId).zip(&self.programs)
    }

    /// One program.
    pub fn program(&self, id: ProgramId) -> Option<&ProgramView> {
        self.programs.get(id.0 as usize)
    }

    /// The program whose working directory is set at this place.
    pub fn program_started_in(&self, place: Place) -> Option<ProgramId> {
        let is_there = |view: &ProgramView| {
            view.directory
                .written
                .as_ref()
                .is_some_and(|(_, at)| *at == place)
        };
        self.programs().find(|(_, view)| is_there(view)).map(|(id, _)| id)
    }

    /// The places that lead to a failed import, from the program's command line on.
    pub fn chain(&self, failed: &ProgramFailure) -> Vec<Related> {
        let starter = failed
            .stopped
            .first()
            .or(failed.programs.first())
            .and_then(|id| self.program(*id));
        let start = starter.map(|program| Related {
            place: program.command_place,
            message: format!("{} starts here", program.name),
        });
        let imports = failed.failure.chain.iter().map(|place| Related {
            place: *place,
            message: "this import leads there".to_owned(),
        });
        start.into_iter().chain(imports).collect()
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
