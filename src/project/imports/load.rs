//! How a module is found and run: `importlib`, as far as it decides what a program gets.

use super::super::failure::FailureKind;
use super::super::modules::{Found, folder_of};
use super::super::requirements::Provision;
use super::exceptions::{Exception, Raised};
use super::names::{Known, ModuleId, Source, Space};
use super::namespaces::{Portions, SearchPath, entries};
use super::{Context, Flow, Run};
use crate::finding::{DocumentId, Place};
use crate::knowledge::{stdlib, stdlib_names};

/// What loading a module comes to.
pub(super) enum Loaded {
    /// It is there.
    Yes(ModuleId),
    /// It is not, and the failure is taken as mended.
    Mended,
    /// The statements behind it do not run.
    Stopped(Flow),
}

impl From<Flow> for Loaded {
    fn from(flow: Flow) -> Self {
        match flow {
            Flow::Normal => Self::Mended,
            other => Self::Stopped(other),
        }
    }
}

impl Run<'_> {
    /// Loads a dotted module part by part, from the longest part that is in `sys.modules`
    /// (`importlib._bootstrap._find_and_load`).
    pub(super) fn load(&mut self, dotted: &str, place: Place, context: Context) -> Loaded {
        if let Some(&module) = self.loaded.get(dotted) {
            if let Some(document) = self.own.get(dotted) {
                self.outcome.by_folder.push((place, dotted.to_owned(), *document));
            }
            if self.outcome.installed.contains_key(dotted) {
                self.note_installed(dotted, context);
            }
            return Loaded::Yes(module);
        }
        let first = dotted.split('.').next().unwrap_or(dotted);
        if stdlib::is_builtin(first) {
            return self.load_foreign(dotted);
        }
        let ends = dotted.match_indices('.').map(|(end, _)| end);
        let loaded = ends
            .clone()
            .rev()
            .find(|end| self.loaded.contains_key(&dotted[..*end]));
        let mut name = match loaded {
            Some(end) => &dotted[..end],
            None => match self.load_top(first, dotted, place, context) {
                Ok(()) => first,
                Err(loaded) => return loaded,
            },
        };
        for end in ends.chain([dotted.len()]) {
            let next = &dotted[..end];
            if end <= name.len() || self.loaded.contains_key(next) {
                continue;
            }
            let part = dotted[..end].rsplit('.').next().unwrap_or_default();
            if let Some(loaded) = self.load_part(dotted, name_of_parent(next), part, place, context) {
                return loaded;
            }
            name = next;
        }
        match self.loaded.get(dotted) {
            Some(module) => Loaded::Yes(*module),
            None => Loaded::Mended,
        }
    }

    /// Loads the first part of `dotted`, where a folder of the tree has it.
    fn load_top(&mut self, first: &str, dotted: &str, place: Place, context: Context) -> Result<(), Loaded> {
        let Some((entry, found)) = self.find_top(first) else {
            return Err(self.load_outside(first, dotted, place, context));
        };
        let by_own_folder = self.path.get(entry) == self.own_folder.as_ref();
        if let (true, Found::Module(document)) = (by_own_folder, &found) {
            self.note_own(first, *document, place);
        }
        if by_own_folder {
            self.of_own_folder.insert(first.to_owned());
        }
        match self.enter(first, &found, place, context) {
            Flow::Normal => Ok(()),
            flow => Err(Loaded::Stopped(flow)),
        }
    }

    /// Loads `part` of the loaded module `parent`; something only when it is not there then.
    fn load_part(
        &mut self,
        dotted: &str,
        parent: &str,
        part: &str,
        place: Place,
        context: Context,
    ) -> Option<Loaded> {
        let name = format!("{parent}.{part}");
        let Some(package) = self.loaded.get(parent).copied() else {
            return Some(Loaded::Mended);
        };
        let folders = match self.search_path(package) {
            SearchPath::Folders(folders) => folders,
            SearchPath::Unknown => {
                let first = dotted.split('.').next().unwrap_or(dotted);
                return Some(match self.find_top(first) {
                    // What a compiled package holds cannot be told.
                    Some(_) => self.load_foreign(dotted),
                    None => self.load_outside(first, dotted, place, context),
                });
            }
            SearchPath::None => {
                let kind = FailureKind::NotPackage;
                let flow = self.fail(dotted, &name, place, context, kind, Exception::ModuleNotFound);
                return Some(flow.into());
            }
            SearchPath::Gone(gone) => {
                let kind = FailureKind::Gone;
                return Some(
                    self.fail(dotted, &gone, place, context, kind, Exception::Key)
                        .into(),
                );
            }
        };
        let Some(found) = self.world.modules.find_in(self.world.paths, &folders, part) else {
            let ignored = folders.iter().find_map(|folder| self.ignored(folder, part));
            let kind = match ignored {
                Some(withheld) => FailureKind::Ignored(withheld),
                // A folder without any Python is no package of the tree: a distribution's is meant. So it is
                // where one of that name only happens to lie above a file that is taken alone.
                None if self.is_guessed(dotted)
                    || !folders.iter().any(|folder| self.world.modules.has_below(folder)) =>
                {
                    FailureKind::Distribution(self.world.requirements.provision(dotted))
                }
                None => FailureKind::Lacking,
            };
            let flow = self.fail(dotted, &name, place, context, kind, Exception::ModuleNotFound);
            return Some(flow.into());
        };
        let first = name.split('.').next().unwrap_or(&name);
        if let (true, true, Found::Module(document) | Found::Package(document, _)) =
            (name == dotted, self.of_own_folder.contains(first), &found)
        {
            self.note_own(&name, *document, place);
        }
        self.spaces[package.0].arriving.push(part.to_owned());
        let flow = self.enter(&name, &found, place, context);
        self.spaces[package.0].arriving.pop();
        if flow != Flow::Normal {
            return Some(Loaded::Stopped(flow));
        }
        if let (Some(package), Some(module)) = (self.loaded.get(parent), self.loaded.get(&name)) {
            let known = Known::Module(*module);
            self.spaces[package.0].names.insert(part.to_owned(), known);
        }
        None
    }

    /// Whether the packages around a module are all folders without `__init__.py`, found where nobody may look.
    fn is_guessed(&self, dotted: &str) -> bool {
        let packages = dotted.match_indices('.').map(|(end, _)| &dotted[..end]);
        let mut known = packages.filter_map(|package| self.loaded.get(package));
        let is_folder = |module: &ModuleId| matches!(self.spaces[module.0].source, Source::Namespace(_));
        !self.follows && self.level == 0 && known.all(is_folder)
    }

    /// A module that is none of the tree's is there, and so are the packages around it.
    fn load_foreign(&mut self, dotted: &str) -> Loaded {
        for (end, _) in dotted.match_indices('.') {
            if !self.loaded.contains_key(&dotted[..end]) {
                self.add(Space::foreign(&dotted[..end]));
            }
        }
        Loaded::Yes(self.add(Space::foreign(dotted)))
    }

    /// Notes an import that resolves through the program's own folder.
    fn note_own(&mut self, name: &str, document: DocumentId, place: Place) {
        self.own.insert(name.to_owned(), document);
        self.outcome.by_folder.push((place, name.to_owned(), document));
    }

    /// Notes an import of what a distribution brings: without it, the start ends here unless a `try` catches
    /// that.
    fn note_installed(&mut self, dotted: &str, context: Context) {
        let refused = Raised {
            exception: Exception::ModuleNotFound,
            module: Some(dotted.to_owned()),
            failure: None,
        };
        let is_needed =
            context.when == super::When::Start && context.is_sure && self.catcher_of(&refused).is_none();
        *self.outcome.installed.entry(dotted.to_owned()).or_default() |= is_needed;
    }

    /// Whether a module can be found; nothing when that cannot be told.
    pub(super) fn can_find(&mut self, dotted: &str) -> Option<bool> {
        let (first, rest) = dotted.split_once('.').unwrap_or((dotted, ""));
        if stdlib::is_builtin(first) || self.loaded.contains_key(dotted) {
            return Some(true);
        }
        if let (false, Some((parent, part))) = (rest.is_empty(), dotted.rsplit_once('.'))
            && let Some(package) = self.loaded.get(parent).copied()
        {
            return match self.search_path(package) {
                SearchPath::Folders(folders) => Some(
                    self.world
                        .modules
                        .find_in(self.world.paths, &folders, part)
                        .is_some(),
                ),
                SearchPath::None | SearchPath::Gone(_) => Some(false),
                SearchPath::Unknown => None,
            };
        }
        if self.find_top(first).is_some() {
            return rest.is_empty().then_some(true);
        }
        if stdlib::stdlib_has(first, self.python) {
            return Some(true);
        }
        match self.world.requirements.provision(dotted) {
            Provision::Declared | Provision::Brought(_) => Some(true),
            Provision::Unknown(_) | Provision::Group(..) => None,
            Provision::None | Provision::Marker(_) => Some(false),
        }
    }

    /// A module that is not in the tree's folders of `sys.path`.
    fn load_outside(&mut self, first: &str, dotted: &str, place: Place, context: Context) -> Loaded {
        let world = self.world;
        if stdlib::stdlib_has(first, self.python) {
            return self.load_standard(dotted, place, context);
        }
        if let Some(document) = world.modules.native(first) {
            self.outcome.reached.insert(document);
            return self.load_foreign(dotted);
        }
        let provision = world.requirements.provision(dotted);
        if matches!(provision, Provision::Declared | Provision::Brought(_)) {
            self.note_installed(dotted, context);
            return self.load_foreign(dotted);
        }
        let mut elsewhere = world.modules.elsewhere(world.paths, dotted);
        elsewhere.retain(|path| self.may_be_meant(path));
        let is_own =
            !elsewhere.is_empty() && !matches!(provision, Provision::Group(..) | Provision::Marker(_));
        let kind = if is_own {
            FailureKind::Elsewhere(elsewhere.clone())
        } else if stdlib::removed_in(first).is_some()
            || stdlib::added_in(first).is_some()
            || stdlib::is_elsewhere(first)
        {
            FailureKind::StandardLibrary
        } else if let Some(withheld) = self.ignored_anywhere(first) {
            FailureKind::Ignored(withheld)
        } else {
            FailureKind::Distribution(provision)
        };
        let flow = self.fail(dotted, first, place, context, kind, Exception::ModuleNotFound);
        if flow != Flow::Normal {
            return Loaded::Stopped(flow);
        }
        // Taken as mended: what the import would have run is run.
        if let Some(document) = elsewhere.first().and_then(|path| world.modules.at(path)) {
            let is_package = elsewhere[0].ends_with("/__init__.py");
            let found = if is_package {
                Found::Package(document, folder_of(&elsewhere[0]).to_owned())
            } else {
                Found::Module(document)
            };
            return match self.enter(dotted, &found, place, context) {
                Flow::Normal => self
                    .loaded
                    .get(dotted)
                    .map_or(Loaded::Mended, |module| Loaded::Yes(*module)),
                other => Loaded::Stopped(other),
            };
        }
        Loaded::Mended
    }

    /// Whether a file of the tree may be the module that the statement is about: it has the names that are wanted. A
    /// distribution may be called like a folder of the tree.
    fn may_be_meant(&self, path: &str) -> bool {
        let document = self.world.modules.at(path);
        let python = document.and_then(|id| self.world.documents[id.0 as usize].facts.python.as_deref());
        let Some(python) = python else { return true };
        let is_part = |name: &str| {
            let folder = [folder_of(path).to_owned()];
            path.ends_with("/__init__.py")
                && self
                    .world
                    .modules
                    .find_in(self.world.paths, &folder, name)
                    .is_some()
        };
        let mut wanted = self.wanted.iter().filter(|wanted| wanted.name != "*");
        wanted.all(|wanted| python.may_define(&wanted.name) || is_part(&wanted.name))
    }

    /// A module of the standard library, or a part of it that the target's Python may lack.
    fn load_standard(&mut self, dotted: &str, place: Place, context: Context) -> Loaded {
        if stdlib_names::lacks_module(dotted, self.python) {
            let kind = FailureKind::StandardLibrary;
            let flow = self.fail(dotted, dotted, place, context, kind, Exception::ModuleNotFound);
            if flow != Flow::Normal {
                return Loaded::Stopped(flow);
            }
            self.load_foreign(dotted);
            return Loaded::Mended;
        }
        self.load_foreign(dotted)
    }

    /// Runs a module that was found.
    fn enter(&mut self, name: &str, found: &Found, place: Place, context: Context) -> Flow {
        if self.loaded.contains_key(name) {
            return Flow::Normal;
        }
        let (document, package) = match found {
            Found::Package(document, _) => (*document, name),
            Found::Module(document) => (*document, name_of_parent(name)),
            Found::Namespace(folders) => {
                self.add_namespace(name, folders);
                return Flow::Normal;
            }
            Found::Compiled => {
                self.add(Space::foreign(name));
                return Flow::Normal;
            }
        };
        let space = Space::new(name, Source::File(document), Some(package.to_owned()));
        let module = self.add(space);
        let names = self.outcome.names.entry(document).or_default();
        names.insert(name.to_owned());
        if !self.follows {
            self.spaces[module.0].is_open = true;
            return Flow::Normal;
        }
        // A function's import runs the module's own statements, which are in no function.
        let context = Context {
            is_for_target: false,
            ..context
        };
        self.chain.push(place);
        let flow = self.run_body(module, document, context);
        self.chain.pop();
        match flow {
            Flow::Raised(_) => {
                self.loaded.remove(name);
                flow
            }
            Flow::Left => Flow::Normal,
            other => other,
        }
    }

    fn add_namespace(&mut self, name: &str, folders: &[String]) {
        let parent = self.loaded.get(name_of_parent(name)).copied();
        let found_on = match parent.map(|package| self.search_path(package)) {
            Some(SearchPath::Folders(above)) => entries(&above),
            _ => self.path.clone(),
        };
        let portions = Portions {
            folders: folders.to_vec(),
            found_on,
        };
        let mut space = Space::new(name, Source::Namespace(portions), Some(name.to_owned()));
        space.is_done = true;
        // Of a file that is taken alone the folders are a guess.
        space.is_open = !self.follows;
        self.add(space);
    }
}

/// The package that a dotted name is in; empty for one without dots.
fn name_of_parent(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(package, _)| package)
}
