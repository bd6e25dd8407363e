//! The supervisord of each configuration: which programs it starts, and what it has to find before it
//! starts any of them.

mod apart;
mod made;

use super::modules::folder_of;
use super::paths::{Paths, resolve};
use super::programs::{ProgramView, is_foreign};
use crate::document::Document;
use crate::facts::Manager;
use crate::finding::{DocumentId, Place, ProgramId};
use crate::source::Spanned;
use crate::tree::{Tree, Withheld};
pub(super) use apart::{shared_environments, unit_needs};
use globset::GlobBuilder;
pub(super) use made::makers;
use made::{Calls, Maker, Makers, Starters};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The process manager of one configuration and of the files that it includes.
#[derive(Debug, Clone)]
pub struct Daemon {
    /// The file that it is started with; a fragment that nothing of the tree includes stands for itself.
    pub config: DocumentId,
    /// That file and those it includes.
    pub documents: Vec<DocumentId>,
    /// Its programs, sorted.
    pub programs: Vec<ProgramId>,
    /// Folders that have to exist before any program starts.
    pub needs: Vec<Need>,
    /// Users that have to exist before any program starts.
    pub users: Vec<(String, Place)>,
}

/// A folder that a daemon needs.
#[derive(Debug, Clone)]
pub struct Need {
    /// The option that asks for it.
    pub option: &'static str,
    /// The path of that option, as supervisord reads it.
    pub written: String,
    /// Where it stands.
    pub place: Place,
    /// The folder.
    pub folder: String,
    /// Whether the server has it.
    pub ground: Ground,
}

impl Need {
    /// Whether logs are written there.
    pub fn is_of_logs(&self) -> bool {
        matches!(self.option, "logfile" | "childlogdir" | LOG)
    }
}

/// What a program's log is called.
const LOG: &str = "log file";

/// Whether a folder exists when a daemon starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    /// The tree brings it, a deploy step makes it, or every server has it.
    Present,
    /// Its place cannot be told.
    Unknown,
    /// It is a folder of a Mac or of Windows.
    Foreign,
    /// It is outside the tree, and nothing of the tree makes it.
    Outside,
    /// The tree does not bring it.
    Missing {
        /// Why git leaves it out, where it does.
        withheld: Option<Withheld>,
        /// Whether its place depends on the folder in which supervisord is started.
        is_relative: bool,
        /// Files that make the folder when somebody runs them first; steps of every deployment come first.
        makers: Vec<DocumentId>,
        /// Whether the first of them deploys the tree or starts its programs.
        is_deployed: bool,
        /// Commands of scripts that start this supervisord and do not make the folder before.
        bare: Vec<Place>,
    },
}

/// Folders that every server has, or gets with the packages of its release.
const USUAL: [&str; 22] = [
    "",
    "/bin",
    "/dev",
    "/etc",
    "/home",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/local",
    "/var",
    "/var/cache",
    "/var/lib",
    "/var/log",
    "/var/log/supervisor",
    "/var/run",
    "/var/tmp",
];
/// Whether every server has a folder.
pub(super) fn is_usual(folder: &str) -> bool {
    USUAL.contains(&folder)
}

/// All daemons, in the order of their configurations.
pub(super) fn collect(
    documents: &[Document],
    programs: &[ProgramView],
    paths: &Paths,
    tree: &dyn Tree,
    root: Option<&str>,
) -> Vec<Daemon> {
    let configs: Vec<DocumentId> = (0..)
        .map(DocumentId)
        .zip(documents)
        .filter(|(_, document)| !document.facts.daemons.is_empty())
        .filter(|(_, document)| !super::scopes::is_of_development(documents, document))
        .map(|(id, _)| id)
        .collect();
    let join = Join {
        makers: Makers::new(documents),
        starters: Starters::new(documents),
        ..Join::new(documents, programs, paths, tree, root)
    };
    let is_whole = |id: &DocumentId| {
        join.document(*id)
            .facts
            .daemons
            .iter()
            .any(|daemon| daemon.section.is_some())
    };
    let by_path = join.by_path(&configs);
    let mut daemons: Vec<Daemon> = configs
        .iter()
        .filter(|id| is_whole(id))
        .map(|id| join.daemon(*id, &by_path))
        .collect();
    let included: BTreeSet<DocumentId> = daemons
        .iter()
        .flat_map(|daemon| &daemon.documents)
        .copied()
        .collect();
    let alone = configs.into_iter().filter(|id| !included.contains(id));
    let nothing = Configs::default();
    daemons.extend(alone.map(|id| join.daemon(id, &nothing)));
    daemons.sort_by_key(|daemon| daemon.config);
    daemons
}

struct Join<'a> {
    documents: &'a [Document],
    paths: &'a Paths,
    tree: &'a dyn Tree,
    root: Option<&'a str>,
    makers: Makers,
    starters: Starters,
    calls: Calls<'a>,
    /// The programs of supervisord that each document defines, in rising order.
    by_document: BTreeMap<DocumentId, Vec<ProgramId>>,
    /// What was found of the folders of the tree: many programs log to one.
    seen: RefCell<HashMap<(String, bool), Ground>>,
}

/// Configurations by path.
type Configs<'a> = Vec<(&'a str, DocumentId)>;

impl<'a> Join<'a> {
    fn new(
        documents: &'a [Document],
        programs: &[ProgramView],
        paths: &'a Paths,
        tree: &'a dyn Tree,
        root: Option<&'a str>,
    ) -> Self {
        let mut by_document: BTreeMap<DocumentId, Vec<ProgramId>> = BTreeMap::new();
        for (id, view) in (0..).map(ProgramId).zip(programs) {
            if view.manager == Manager::Supervisor {
                by_document.entry(view.place.document).or_default().push(id);
            }
        }
        Self {
            documents,
            paths,
            tree,
            root: root.map(|root| root.trim_end_matches('/')),
            makers: Makers::default(),
            starters: Starters::default(),
            calls: Calls::default(),
            by_document,
            seen: RefCell::default(),
        }
    }

    fn by_path(&self, configs: &[DocumentId]) -> Configs<'a> {
        let mut by_path: Configs<'a> = configs
            .iter()
            .map(|id| (self.document(*id).path.as_str(), *id))
            .collect();
        by_path.sort_unstable();
        by_path
    }

    fn document(&self, id: DocumentId) -> &'a Document {
        &self.documents[id.0 as usize]
    }

    fn daemon(&self, config: DocumentId, configs: &Configs<'_>) -> Daemon {
        let mut documents = vec![config];
        documents.extend(self.included(config, configs));
        documents.sort();
        documents.dedup();
        let of_documents = documents.iter().filter_map(|id| self.by_document.get(id));
        let mut programs: Vec<ProgramId> = of_documents.flatten().copied().collect();
        programs.sort_unstable();
        let is_whole = self
            .document(config)
            .facts
            .daemons
            .iter()
            .any(|daemon| daemon.section.is_some());
        // Where a fragment's daemon starts is not known; another one is started from the tree's root.
        let start = (is_whole && !self.document(config).path.starts_with('/')).then_some("");
        let mut needs = Vec::new();
        let mut users = Vec::new();
        let starters = self.starters.of(&self.document(config).path);
        for id in &documents {
            self.needs(*id, &starters, start, &mut needs);
            self.users(*id, &mut users);
        }
        Daemon {
            config,
            documents,
            programs,
            needs,
            users,
        }
    }

    /// The configurations that `[include]` of one names. Their own `[include]` is not read.
    fn included(&self, config: DocumentId, configs: &Configs<'_>) -> Vec<DocumentId> {
        let document = self.document(config);
        let base = folder_of(&document.path);
        let patterns = document.facts.daemons.iter().flat_map(|daemon| &daemon.includes);
        let mut included = Vec::new();
        for pattern in patterns.filter_map(|pattern| self.pattern(&pattern.value, base)) {
            let Ok(glob) = GlobBuilder::new(&pattern).literal_separator(true).build() else {
                continue;
            };
            let glob = glob.compile_matcher();
            // All that a pattern can mean begins as it does.
            let special = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
            let start = &pattern[..special];
            let from = configs.partition_point(|(path, _)| *path < start);
            let near = configs[from..]
                .iter()
                .take_while(|(path, _)| path.starts_with(start));
            let named = near.filter(|(path, id)| *id != config && glob.is_match(path));
            included.extend(named.map(|(_, id)| *id));
        }
        included.sort_unstable();
        included.dedup();
        included
    }

    /// A pattern seen from the root of the tree; an absolute one stays so outside it.
    fn pattern(&self, written: &str, base: &str) -> Option<String> {
        let written = written.strip_prefix("%(here)s/").unwrap_or(written);
        if written.contains("%(") {
            return None;
        }
        if let Some(rest) = self.below_root(written) {
            return Some(rest.to_owned());
        }
        if written.starts_with('/') {
            return Some(written.to_owned());
        }
        if base.starts_with('/') {
            return Some(format!("{base}/{written}"));
        }
        resolve(base, written)
    }

    fn below_root<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.root?)?;
        if rest.is_empty() {
            Some(rest)
        } else {
            rest.strip_prefix('/')
        }
    }

    fn users(&self, id: DocumentId, users: &mut Vec<(String, Place)>) {
        let facts = &self.document(id).facts;
        let of_daemons = facts.daemons.iter().filter_map(|daemon| daemon.user.as_ref());
        let of_programs = facts.programs.iter().filter_map(|program| program.user.as_ref());
        users.extend(of_daemons.chain(of_programs).map(|user| {
            let place = Place {
                document: id,
                span: user.span,
            };
            (user.value.clone(), place)
        }));
    }

    fn needs(&self, id: DocumentId, starters: &[Place], start: Option<&str>, needs: &mut Vec<Need>) {
        let document = self.document(id);
        let here = folder_of(&document.path);
        let is_written = document.host.is_some();
        let writer = document.host.as_ref().map(|host| host.document);
        let mut need = |option, path: &Spanned<String>, is_folder: bool, directory: Option<&str>| {
            let written = path.value.trim();
            let folder = if is_folder {
                written.trim_end_matches('/')
            } else {
                // A name without a folder is in the folder of supervisord itself.
                let Some((folder, _)) = written.rsplit_once('/') else {
                    return;
                };
                folder
            };
            needs.push(Need {
                option,
                written: written.to_owned(),
                place: Place {
                    document: id,
                    span: path.span,
                },
                folder: folder.to_owned(),
                ground: match self.ground(folder, start, here, directory, is_written) {
                    // Who writes the file makes its folders as well.
                    Ground::Missing { makers, .. }
                        if writer.is_some_and(|writer| makers.contains(&writer)) =>
                    {
                        Ground::Present
                    }
                    ground => self.with_starters(ground, starters),
                },
            });
        };
        for file in document.facts.daemons.iter().flat_map(|daemon| &daemon.files) {
            need(file.kind.option(), &file.path, file.kind.is_folder(), None);
        }
        for program in &document.facts.programs {
            let directory = program
                .directory
                .as_ref()
                .map(|directory| directory.value.as_str());
            for log in &program.logs {
                need(LOG, log, false, directory);
            }
        }
    }

    fn ground(
        &self,
        folder: &str,
        start: Option<&str>,
        here: &str,
        directory: Option<&str>,
        is_written: bool,
    ) -> Ground {
        if let Some(rest) = folder.strip_prefix("%(here)s") {
            let rest = rest.trim_start_matches('/');
            return if here.starts_with('/') {
                Ground::Unknown
            } else {
                self.in_tree(here, rest, false)
            };
        }
        if folder.contains("%(") || folder.starts_with('~') {
            return Ground::Unknown;
        }
        // The shell that writes the file puts something there: mostly the tree's root.
        if is_written && folder.contains('$') {
            let behind = folder.split_once('/').map(|(_, rest)| rest);
            return match behind.filter(|rest| folder.starts_with('$') && !rest.contains('$')) {
                Some(rest) => self.in_tree("", rest, true),
                None => Ground::Unknown,
            };
        }
        if let Some(rest) = self.below_root(folder) {
            return self.in_tree("", rest, false);
        }
        if is_foreign(folder) {
            return Ground::Foreign;
        }
        if !folder.starts_with('/') {
            let Some(start) = start else {
                return Ground::Unknown;
            };
            // Somebody may start supervisord in the folder of its file: a folder that is there then is no
            // reason to complain.
            let ground = self.in_tree(start, folder, true);
            let is_beside = resolve(here, folder).is_some_and(|path| self.paths.has_folder(&path));
            return if is_beside { Ground::Present } else { ground };
        }
        self.outside(folder, directory)
    }

    fn in_tree(&self, base: &str, relative: &str, is_relative: bool) -> Ground {
        let Some(path) = resolve(base, relative) else {
            return Ground::Unknown;
        };
        if self.paths.has_folder(&path) {
            return Ground::Present;
        }
        let mut seen = self.seen.borrow_mut();
        let ground = seen.entry((path, is_relative));
        let look = |(path, _): &(String, bool)| self.missing(path, is_relative);
        ground.or_insert_with_key(look).clone()
    }

    fn missing(&self, path: &str, is_relative: bool) -> Ground {
        let mut found: Vec<&Maker> = self.makers.of(path);
        found.sort_by_key(|maker| (!maker.is_deploy, maker.document));
        let mut makers: Vec<DocumentId> = found.iter().map(|maker| maker.document).collect();
        makers.dedup();
        // A pattern with a slash at its end means folders, and these are asked for by what is in them.
        let inside = format!("{path}/x");
        Ground::Missing {
            withheld: self.tree.withheld(path).or_else(|| self.tree.withheld(&inside)),
            is_relative,
            makers,
            is_deployed: found.first().is_some_and(|maker| maker.is_deploy),
            bare: Vec::new(),
        }
    }

    /// What those who start this supervisord do about a folder: it is there when the deployment makes it, and
    /// nobody starts supervisord without.
    fn with_starters(&self, ground: Ground, starters: &[Place]) -> Ground {
        let Ground::Missing {
            withheld,
            is_relative,
            makers,
            is_deployed,
            ..
        } = ground
        else {
            return ground;
        };
        let bare: Vec<Place> = starters
            .iter()
            .copied()
            .filter(|place| !self.calls.make(self.documents, place.document, &makers))
            .collect();
        let is_deployed = is_deployed || (bare.is_empty() && !starters.is_empty());
        if is_deployed && withheld.is_none() && bare.is_empty() {
            return Ground::Present;
        }
        Ground::Missing {
            withheld,
            is_relative,
            makers,
            is_deployed,
            bare,
        }
    }

    /// An absolute folder of the server. Below the program's own folder it is taken to be the tree's.
    fn outside(&self, folder: &str, directory: Option<&str>) -> Ground {
        let directory = directory
            .map(|directory| directory.trim_end_matches('/'))
            .filter(|directory| directory.starts_with('/') && directory.len() > 1);
        let is_usual = USUAL.contains(&folder) || directory == Some(folder);
        let is_made = || !self.makers.of(folder).is_empty();
        if is_usual || self.paths.suffix_in_tree(folder).is_some() || is_made() {
            return Ground::Present;
        }
        let below = directory
            .and_then(|directory| folder.strip_prefix(directory))
            .and_then(|rest| rest.strip_prefix('/'));
        match below {
            Some(rest) => self.in_tree("", rest, true),
            None => Ground::Outside,
        }
    }
}
