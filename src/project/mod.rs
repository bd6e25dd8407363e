//! All facts joined into one picture of the deployment.

mod arrivals;
mod asks;
mod bindings;
mod connections;
mod daemons;
mod django;
mod drifts;
mod environment;
mod eval;
mod executions;
mod failure;
mod files;
mod guards;
mod housed;
mod importers;
mod imports;
mod inclusions;
mod interpreter;
mod inventory;
mod left_out;
mod leftovers;
mod listeners;
mod local;
mod locks;
mod mentions;
mod modules;
mod paths;
mod ports;
mod processes;
mod programs;
mod reach;
mod requirements;
mod roots;
mod run_bits;
mod runs;
mod scopes;
mod secrets;
mod setup;
mod site_paths;
mod stopped;
mod stores;
mod superseded;
mod surroundings;
mod sys_path;
mod variables;

use crate::document::Document;
use crate::facts::Program;
use crate::finding::{DocumentId, Phase, Place, ProgramId, Related, Scope};
use crate::formats::Format;
use crate::source::Span;
use crate::target::{PythonVersion, Target};
use crate::tree::{Listing, Tree};
pub use asks::Ask;
pub use connections::{Link, Way};
pub use daemons::{Daemon, Ground, Need};
pub use django::DjangoSettings;
pub use drifts::Drift;
pub use environment::{Environment, Setting};
pub use executions::Execution;
pub use failure::{Failure, FailureKind, When};
pub use files::{Hint, Lack, NamedLack, ScriptRoot};
pub use inclusions::{Circle, unread_requirements};
pub use interpreter::Supply;
pub use inventory::{Evidence, Matter, VariableRead};
pub use left_out::LeftOut;
pub use leftovers::Leftovers;
pub use listeners::{Server, ServerCommand};
pub use locks::{LockView, has_file_for};
pub use mentions::Recall;
pub use modules::Modules;
pub use paths::Paths;
pub use ports::{
    Basis, Clash, Door, Gate, Heard, Manifest, PortUse, Ports, ProgramPorts, Socket, Stated, Unheard,
};
pub use processes::ProcessPattern;
pub(crate) use programs::behind_wrappers;
pub(crate) use programs::same_name;
pub use programs::{Directory, Entry, How, Launch, ModuleStart, ProgramView, Stage, State};
pub use reach::ProgramFailure;
pub use requirements::{Provision, Requirements};
pub use roots::{DeployRoot, Home};
pub use runs::RunView;
pub use secrets::{Secret, SecretForm};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{OnceLock, RwLock};
pub use stores::{Common, Contradiction, Guard, Refusal};
pub use surroundings::{Database, Host};
pub use variables::{ProgramVariable, VariableSet};

/// The tree as the target will see it.
#[derive(Debug)]
pub struct Project {
    /// The server.
    pub target: Target,
    /// Which paths the server gets.
    pub paths: Paths,
    /// What nobody means to deploy.
    pub leftovers: Leftovers,
    /// What `pip` installs there.
    pub requirements: Requirements,
    /// The processes that it starts, in the order of their definitions.
    programs: Vec<ProgramView>,
    /// Their process managers, as far as configurations of supervisord tell.
    pub daemons: Vec<Daemon>,
    /// Folders that units of systemd need for their logs.
    pub unit_needs: Vec<(ProgramId, Need)>,
    /// Imports that do not resolve, by place.
    pub failures: Vec<ProgramFailure>,
    /// Who has which port, and who disagrees.
    pub ports: Ports,
    /// What sets which environment variable.
    environment: Environment,
    /// What else the texts say of them.
    mentions: mentions::Mentions,
    superseded: BTreeMap<DocumentId, DocumentId>,
    documents: Vec<Document>,
    scopes: Vec<Scope>,
    reached: Vec<Vec<ProgramId>>,
    arrivals: arrivals::Arrivals,
    /// By module of an installed distribution: the programs that do not start without it, sorted.
    needing: BTreeMap<String, Vec<ProgramId>>,
    /// Names of files that commands and code make.
    made: BTreeSet<String>,
    /// Paths of folders that they make, and ends of them.
    made_folders: BTreeSet<String>,
    /// Worked out when a rule first asks for it, as what follows.
    executions: OnceLock<Vec<Execution>>,
    /// Every command that is run.
    runs: OnceLock<Vec<runs::Run>>,
    /// Connections to databases.
    links: OnceLock<Vec<Link>>,
    /// Steps that give run bits.
    grants: OnceLock<Vec<run_bits::Grant>>,
    /// The same.
    secrets: OnceLock<Vec<Secret>>,
    definitions: OnceLock<Vec<Option<usize>>>,
    setup: OnceLock<setup::Setup>,
    stopped: OnceLock<stopped::Stopped>,
    /// By program: the documents that it reaches.
    reaching: OnceLock<Vec<Vec<DocumentId>>>,
    /// What Python code imports.
    imports: OnceLock<importers::Imports>,
    /// What was answered: many requirements are refused together.
    refusals: RwLock<BTreeMap<requirements::Refusal, Vec<ProgramId>>>,
    /// Which of make and npm's likes something calls.
    asked: OnceLock<BTreeSet<&'static str>>,
    /// Names of variables in all documents.
    variable_names: OnceLock<variables::VariableNames>,
    /// Variables that are read by one name and set by another.
    drifts: OnceLock<Vec<Drift>>,
    /// By document: whether it goes on in a virtual environment.
    environments: OnceLock<Vec<bool>>,
}

impl Project {
    /// Joins the facts of all documents. What is known of texts of other trees is not looked up again.
    pub fn join(
        mut documents: Vec<Document>,
        listing: &Listing,
        tree: &dyn Tree,
        target: Target,
        recall: &Recall,
    ) -> Self {
        let paths = Paths::new(listing);
        housed::mark(&mut documents, &paths);
        let target = interpreter::settle(&documents, target);
        let modules = Modules::new(&documents, &paths);
        let requirements = Requirements::join(&documents, &paths, target.python);
        let superseded = superseded::collect(&documents);
        let programs = programs::collect(&documents, &paths, tree, &target, &superseded);
        let environment = Environment::join(&documents, &paths);
        let mut daemons = daemons::collect(&documents, &programs, &paths, tree, target.root.as_deref());
        daemons.retain(|daemon| !superseded.contains_key(&daemon.config));
        let unit_needs = daemons::unit_needs(&documents, &programs, &paths, tree, target.root.as_deref());
        let roots = files::roots(&programs, &target);
        let world = imports::World {
            environment: &environment,
            site_paths: site_paths::entries(&documents, &paths, &roots),
            documents: &documents,
            paths: &paths,
            modules: &modules,
            requirements: &requirements,
            target: &target,
            tree,
            roots,
        };
        let mut reach = reach::work_out(&world, &programs);
        for (id, scope) in (0..).map(DocumentId).zip(&mut reach.scopes) {
            if superseded.contains_key(&id) {
                *scope = Scope::Development;
            }
        }
        let ports = Ports::join(&documents, target.ports.as_deref()).with_programs(
            &documents,
            &programs,
            &reach.programs,
            &reach.arrivals,
        );
        Self {
            target,
            leftovers: Leftovers::find(listing, tree),
            paths,
            requirements,
            programs,
            daemons,
            unit_needs,
            failures: reach.failures,
            ports,
            environment,
            mentions: mentions::Mentions::find(&documents, tree, recall),
            superseded,
            documents,
            scopes: reach.scopes,
            reached: reach.programs,
            arrivals: reach.arrivals,
            made: reach.made.files,
            made_folders: reach.made.folders,
            needing: reach.needing,
            executions: OnceLock::new(),
            runs: OnceLock::new(),
            links: OnceLock::new(),
            grants: OnceLock::new(),
            secrets: OnceLock::new(),
            definitions: OnceLock::new(),
            setup: OnceLock::new(),
            stopped: OnceLock::new(),
            reaching: OnceLock::new(),
            imports: OnceLock::new(),
            refusals: RwLock::default(),
            asked: OnceLock::new(),
            variable_names: OnceLock::new(),
            drifts: OnceLock::new(),
            environments: OnceLock::new(),
        }
    }

    /// Where one more line can stand in the first of the requirements files: before its first requirement. Nothing
    /// where that is no file of such lines.
    pub fn line_of_requirements(&self) -> Option<Place> {
        let id = *self.requirements.files().first()?;
        let document = self.document(id)?;
        let first = document.facts.requirements.first()?;
        let start = first.span.start as usize;
        (document.format == Format::Requirements && document.host.is_none()).then(|| Place {
            document: id,
            span: Span::new(start, start),
        })
    }

    /// How the server comes by a version of Python.
    pub fn supply_of(&self, python: PythonVersion) -> Supply {
        interpreter::supply(&self.documents, python)
    }

    /// Requirements files that include each other: pip never comes to an end with them.
    pub fn circles(&self) -> Vec<Circle> {
        inclusions::circles(&self.documents)
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

    /// The documents that a program reaches, in the order of paths.
    pub fn reached_by(&self, program: ProgramId) -> impl Iterator<Item = (DocumentId, &Document)> {
        let known = self.reaching.get_or_init(|| {
            let mut known: Vec<Vec<DocumentId>> = vec![Vec::new(); self.programs.len()];
            for (document, programs) in (0..).map(DocumentId).zip(&self.reached) {
                for program in programs {
                    if let Some(documents) = known.get_mut(program.0 as usize) {
                        documents.push(document);
                    }
                }
            }
            known
        });
        let documents = known.get(program.0 as usize).into_iter().flatten();
        documents.filter_map(|id| Some((*id, self.document(*id)?)))
    }

    /// Every program with its id, in the order of their definitions.
    pub fn programs(&self) -> impl Iterator<Item = (ProgramId, &ProgramView)> {
        (0..).map(ProgramId).zip(&self.programs)
    }

    /// One program.
    pub fn program(&self, id: ProgramId) -> Option<&ProgramView> {
        self.programs.get(id.0 as usize)
    }

    /// Each configuration of the tree that a script writes anew, with the document that takes its place.
    pub fn superseded(&self) -> impl Iterator<Item = (DocumentId, DocumentId)> {
        self.superseded
            .iter()
            .map(|(committed, generated)| (*committed, *generated))
    }

    /// What a program's definition says, and the document that holds it.
    pub fn definition(&self, id: ProgramId) -> Option<(DocumentId, &Program)> {
        let definitions = self.definitions.get_or_init(|| self.every_definition());
        let document = self.program(id)?.place.document;
        let at = (*definitions.get(id.0 as usize)?)?;
        Some((document, self.document(document)?.facts.programs.get(at)?))
    }

    /// By program: which of its document's programs it is.
    fn every_definition(&self) -> Vec<Option<usize>> {
        let mut known: BTreeMap<(Place, &str), usize> = BTreeMap::new();
        for (document, found) in self.documents() {
            for (at, program) in found.facts.programs.iter().enumerate() {
                let span = program.span;
                known
                    .entry((Place { document, span }, &program.name))
                    .or_insert(at);
            }
        }
        let views = self.programs.iter();
        views
            .map(|view| {
                let named = |name: &str| known.get(&(view.place, name)).copied();
                named(&view.name).or_else(|| named(&view.definition))
            })
            .collect()
    }

    /// Every place where something runs a file of the tree, by file.
    pub fn executions(&self) -> &[Execution] {
        self.executions.get_or_init(|| executions::collect(self))
    }

    /// The places that run this file.
    pub fn executions_of(&self, id: DocumentId) -> &[Execution] {
        let all = self.executions();
        let from = all.partition_point(|execution| execution.document < id);
        let to = all.partition_point(|execution| execution.document <= id);
        all.get(from..to).unwrap_or_default()
    }

    /// The keys, tokens and passwords of the tree, by place.
    pub fn secrets(&self) -> &[Secret] {
        self.secrets.get_or_init(|| secrets::collect(self))
    }

    /// Whether some step of the deployment gives this file its run bit.
    pub fn is_made_executable(&self, path: &str) -> bool {
        run_bits::is_granted(self.grants.get_or_init(|| run_bits::collect(self)), path)
    }

    /// Whether a place is in code. What a program does not get to there comes behind all that it meets; what
    /// fails in its definition comes before it.
    pub fn is_in_code(&self, place: Place) -> bool {
        let document = self.document(place.document);
        document.is_some_and(|document| document.facts.python.is_some())
    }

    /// The programs that do not start when the path at this place does not exist, and when they fail: its
    /// program for a working directory, all of a supervisord for the folder of a log.
    pub fn stopped_by_path(&self, place: Place) -> Option<(Phase, Vec<ProgramId>)> {
        let stopped = self.stopped.get_or_init(|| stopped::Stopped::new(self));
        stopped
            .by_directory(place)
            .or_else(|| stopped.by_need(self, place))
    }

    /// Whether the path at this place is a folder of another kind of machine that a supervisord needs.
    pub fn is_foreign_need(&self, place: Place) -> bool {
        let stopped = self.stopped.get_or_init(|| stopped::Stopped::new(self));
        stopped.is_foreign(place)
    }

    /// Whether one supervisord reads both documents.
    pub fn are_read_together(&self, one: DocumentId, other: DocumentId) -> bool {
        let stopped = self.stopped.get_or_init(|| stopped::Stopped::new(self));
        stopped.are_read_together(one, other)
    }

    /// The programs of every supervisord that reads this document, sorted.
    pub fn programs_configured_by(&self, id: DocumentId) -> Vec<ProgramId> {
        let stopped = self.stopped.get_or_init(|| stopped::Stopped::new(self));
        stopped.by_document(self, id)
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
            message: format!("{} starts here", program.definition),
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
