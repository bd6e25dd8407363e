//! All facts joined into one picture of the deployment.

mod asks;
mod bindings;
mod daemons;
mod environment;
mod eval;
mod failure;
mod guards;
mod importers;
mod imports;
mod interpreter;
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
use crate::finding::{DocumentId, Phase, Place, ProgramId, Related, Scope};
use crate::source::Span;
use crate::target::Target;
use crate::tree::{Listing, Tree};
pub use asks::Ask;
pub use daemons::{Daemon, Ground, Need};
pub use environment::{Environment, Setting};
pub use failure::{Failure, FailureKind, When};
pub use locks::{LockView, has_file_for};
pub use modules::Modules;
pub use paths::Paths;
pub use ports::{Basis, Clash, Gate, Heard, Manifest, PortUse, Ports, ProgramPorts, Socket, Stated, Unheard};
pub(crate) use programs::same_name;
pub use programs::{Directory, Entry, ModuleStart, ProgramView, Stage, State};
pub use reach::ProgramFailure;
pub use requirements::{Provision, Requirements};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Their process managers, as far as configurations of supervisord tell.
    pub daemons: Vec<Daemon>,
    /// Imports that do not resolve, by place.
    pub failures: Vec<ProgramFailure>,
    /// Who has which port, and who disagrees.
    pub ports: Ports,
    /// What sets which environment variable.
    environment: Environment,
    documents: Vec<Document>,
    scopes: Vec<Scope>,
    reached: Vec<Vec<ProgramId>>,
    orders: Vec<BTreeMap<Place, usize>>,
    /// By module of an installed distribution: the programs that do not start without it, sorted.
    needing: BTreeMap<String, Vec<ProgramId>>,
}

impl Project {
    /// Joins the facts of all documents.
    pub fn join(documents: Vec<Document>, listing: &Listing, tree: &dyn Tree, target: Target) -> Self {
        let target = Target {
            python: interpreter::python(&documents, &target),
            ..target
        };
        let paths = Paths::new(listing);
        let modules = Modules::new(&documents, &paths);
        let requirements = Requirements::join(&documents, &paths, target.python);
        let programs = programs::collect(&documents, &paths, tree, &target);
        let environment = Environment::join(&documents, &paths);
        let daemons = daemons::collect(&documents, &programs, &paths, tree, target.root.as_deref());
        let world = imports::World {
            environment: &environment,
            documents: &documents,
            paths: &paths,
            modules: &modules,
            requirements: &requirements,
            target: &target,
            tree,
        };
        let reach = reach::work_out(&world, &programs);
        let ports = Ports::join(&documents, target.ports.as_deref()).with_programs(
            &documents,
            &programs,
            &reach.programs,
        );
        Self {
            target,
            paths,
            requirements,
            programs,
            daemons,
            failures: reach.failures,
            ports,
            environment,
            documents,
            scopes: reach.scopes,
            reached: reach.programs,
            orders: reach.orders,
            needing: reach.needing,
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

    /// How many other failures a program meets before the one at this place. What its run does not meet
    /// is in its definition, and comes first, or in code that it does not get to, and comes last.
    pub fn moment(&self, program: ProgramId, place: Place) -> usize {
        let order = self.orders.get(program.0 as usize);
        let document = self.document(place.document);
        let is_code = document.is_some_and(|document| document.facts.python.is_some());
        let aside = if is_code { usize::MAX } else { 0 };
        order
            .and_then(|order| order.get(&place))
            .map_or(aside, |moment| moment + 1)
    }

    /// The programs that do not start when the path at this place does not exist, and when they fail: its
    /// program for a working directory, all of a supervisord for the folder of a log.
    pub fn stopped_by_path(&self, place: Place) -> Option<(Phase, Vec<ProgramId>)> {
        let is_directory = |view: &ProgramView| {
            let written = view.directory.written.as_ref();
            written.is_some_and(|(_, at)| *at == place)
        };
        if let Some((id, _)) = self.programs().find(|(_, view)| is_directory(view)) {
            return Some((Phase::Spawn, vec![id]));
        }
        let needs = |daemon: &&Daemon| daemon.needs.iter().any(|need| need.place == place);
        let daemons: Vec<&Daemon> = self.daemons.iter().filter(needs).collect();
        (!daemons.is_empty()).then(|| (Phase::Manager, programs_of(&daemons)))
    }

    /// Whether the path at this place is a folder of another kind of machine that a supervisord needs.
    pub fn is_foreign_need(&self, place: Place) -> bool {
        let mut needs = self.daemons.iter().flat_map(|daemon| &daemon.needs);
        needs.any(|need| need.place == place && need.ground == Ground::Foreign)
    }

    /// The programs of every supervisord that reads this document, sorted.
    pub fn programs_configured_by(&self, id: DocumentId) -> Vec<ProgramId> {
        let daemons = self
            .daemons
            .iter()
            .filter(|daemon| daemon.documents.contains(&id));
        programs_of(&daemons.collect::<Vec<_>>())
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
        // What the command line names is said by the line above already.
        let at_command = starter.map(|program| program.command_place.document);
        let steps = failed.failure.chain.iter();
        let steps = steps.filter(|place| Some(place.document) != at_command);
        let imports = steps.map(|place| Related {
            place: *place,
            message: "this leads there".to_owned(),
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

fn programs_of(daemons: &[&Daemon]) -> Vec<ProgramId> {
    let programs: BTreeSet<ProgramId> = daemons
        .iter()
        .flat_map(|daemon| daemon.programs.iter().copied())
        .collect();
    programs.into_iter().collect()
}
