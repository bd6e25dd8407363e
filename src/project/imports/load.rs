//! How a module is found and run: `importlib` and `runpy`, as far as they decide what a program gets.

use super::super::failure::FailureKind;
use super::super::modules::{Found, folder_of};
use super::super::requirements::Provision;
use super::exceptions::Exception;
use super::names::{Answer, Known};
use super::{Context, Flow, Frame, Run};
use crate::finding::Place;
use crate::knowledge::{stdlib, stdlib_names};

/// What loading a module comes to.
pub(super) enum Loaded {
    /// It is there.
    Yes,
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
    /// Runs a module as `python -m` does.
    pub(super) fn run_module(&mut self, name: &str, place: Place) {
        let context = Context::at(super::When::Start);
        let (package, last) = name.rsplit_once('.').unwrap_or(("", name));
        if !package.is_empty() && !matches!(self.load(package, place, context), Loaded::Yes) {
            return;
        }
        let found = if package.is_empty() {
            self.find_top(last).map(|(_, found)| found)
        } else {
            let folders = self.folders_of_package(package);
            self.world.modules.find_in(self.world.paths, &folders, last)
        };
        match found {
            Some(Found::Module(document)) => {
                self.root = Some((document, Some(package.to_owned())));
                self.main(document, Some(package.to_owned()));
            }
            Some(found @ (Found::Package(..) | Found::Namespace(_))) => {
                let folders = folders_of(&found);
                if !matches!(self.load(name, place, context), Loaded::Yes) {
                    return;
                }
                let main = self.world.modules.find_in(self.world.paths, &folders, "__main__");
                if let Some(Found::Module(document)) = main {
                    self.root = Some((document, Some(name.to_owned())));
                    self.main(document, Some(name.to_owned()));
                } else {
                    let main = format!("{name}.__main__");
                    let kind = FailureKind::Lacking;
                    self.fail(&main, &main, place, context, kind, Exception::ModuleNotFound);
                }
            }
            Some(Found::Compiled) => {}
            None => {
                // The standard library and installed distributions are run by name as well.
                self.load(name, place, context);
            }
        }
    }

    /// Imports a module as a server does, and asks it for its application.
    pub(super) fn serve(&mut self, name: &str, attribute: Option<&str>, place: Place) {
        let context = Context::at(super::When::Start);
        if !matches!(self.load(name, place, context), Loaded::Yes) {
            return;
        }
        if let Some(attribute) = attribute
            && let Answer::Lacks { .. } = self.ask(name, attribute)
        {
            let kind = FailureKind::Name { is_attribute: true };
            self.fail(name, attribute, place, context, kind, Exception::Attribute);
        }
    }

    /// Loads a dotted module part by part.
    pub(super) fn load(&mut self, dotted: &str, place: Place, context: Context) -> Loaded {
        if self.loaded.contains_key(dotted) {
            if let Some(document) = self.own.get(dotted) {
                self.outcome.by_folder.push((place, dotted.to_owned(), *document));
            }
            if self.outcome.installed.contains_key(dotted) {
                self.note_installed(dotted, context);
            }
            return Loaded::Yes;
        }
        let (first, rest) = dotted.split_once('.').unwrap_or((dotted, ""));
        if stdlib::is_builtin(first) {
            self.loaded.insert(dotted.to_owned(), None);
            return Loaded::Yes;
        }
        let (by_own_folder, found) = match (self.found_before(first), self.find_top(first)) {
            (Some(found), _) => (false, found),
            (None, Some((entry, found))) => (self.path.get(entry) == self.own_folder.as_ref(), found),
            (None, None) => return self.load_outside(first, dotted, place, context),
        };
        if let (true, Found::Module(document)) = (by_own_folder, &found) {
            self.note_own(first, *document, place);
        }
        let mut name = first.to_owned();
        let mut at = found;
        let flow = self.enter(&name, &at, place, context);
        if flow != Flow::Normal {
            return Loaded::Stopped(flow);
        }
        for part in rest.split('.').filter(|part| !part.is_empty()) {
            match self.load_part(dotted, &mut name, &at, part, place, context) {
                Ok(Some(next)) => at = next,
                Ok(None) => return Loaded::Yes,
                Err(loaded) => return loaded,
            }
        }
        if by_own_folder
            && name.contains('.')
            && let Found::Module(document) | Found::Package(document, _) = at
        {
            self.note_own(&name, document, place);
        }
        Loaded::Yes
    }

    /// Loads `part` of the package that was found as `at`; nothing when what it holds cannot be told.
    fn load_part(
        &mut self,
        dotted: &str,
        name: &mut String,
        at: &Found,
        part: &str,
        place: Place,
        context: Context,
    ) -> Result<Option<Found>, Loaded> {
        let parent = name.clone();
        *name = format!("{name}.{part}");
        let folders = match at {
            Found::Package(..) | Found::Namespace(_) => folders_of(at),
            Found::Compiled => return Ok(None),
            Found::Module(_) => {
                let kind = FailureKind::NotPackage;
                let flow = self.fail(dotted, name, place, context, kind, Exception::ModuleNotFound);
                return Err(flow.into());
            }
        };
        let found = self.found_before(name);
        let found = found.or_else(|| self.world.modules.find_in(self.world.paths, &folders, part));
        let Some(next) = found else {
            let ignored = folders.iter().find_map(|folder| self.ignored(folder, part));
            let kind = ignored.map_or(FailureKind::Lacking, FailureKind::Ignored);
            let flow = self.fail(dotted, name, place, context, kind, Exception::ModuleNotFound);
            return Err(flow.into());
        };
        let flow = self.enter(name, &next, place, context);
        if flow != Flow::Normal {
            return Err(Loaded::Stopped(flow));
        }
        // A part that is still running is no attribute of its package yet.
        let is_running = self.spaces.get(name.as_str()).is_some_and(|part| !part.is_done);
        if let (Some(space), false) = (self.spaces.get_mut(&parent), is_running) {
            space.names.insert(part.to_owned(), Known::Module(name.clone()));
        }
        Ok(Some(next))
    }

    /// A module of the tree that is in `sys.modules`: it is not looked for again, whatever `sys.path` became.
    fn found_before(&self, name: &str) -> Option<Found> {
        let document = self.loaded.get(name).copied().flatten()?;
        let path = &self.world.documents[document.0 as usize].path;
        Some(if path.ends_with("__init__.py") {
            Found::Package(document, folder_of(path).to_owned())
        } else {
            Found::Module(document)
        })
    }

    /// Notes an import that resolves through the program's own folder.
    fn note_own(&mut self, name: &str, document: crate::finding::DocumentId, place: Place) {
        self.own.insert(name.to_owned(), document);
        self.outcome.by_folder.push((place, name.to_owned(), document));
    }

    /// Notes an import of what a distribution brings: without it, the start ends here unless a `try` catches
    /// that.
    fn note_installed(&mut self, dotted: &str, context: Context) {
        let is_needed = context.when == super::When::Start
            && context.is_sure
            && self.catcher_of(&Exception::ModuleNotFound).is_none();
        *self.outcome.installed.entry(dotted.to_owned()).or_default() |= is_needed;
    }

    /// Whether a module can be found; nothing when that cannot be told.
    pub(super) fn can_find(&self, dotted: &str) -> Option<bool> {
        let (first, rest) = dotted.split_once('.').unwrap_or((dotted, ""));
        if stdlib::is_builtin(first) || self.loaded.contains_key(dotted) {
            return Some(true);
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
            self.loaded.insert(dotted.to_owned(), None);
            return Loaded::Yes;
        }
        let provision = world.requirements.provision(dotted);
        if matches!(provision, Provision::Declared | Provision::Brought(_)) {
            self.loaded.insert(dotted.to_owned(), None);
            self.note_installed(dotted, context);
            return Loaded::Yes;
        }
        let elsewhere = world.modules.elsewhere(world.paths, dotted);
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
                Flow::Normal => Loaded::Yes,
                other => Loaded::Stopped(other),
            };
        }
        Loaded::Mended
    }

    /// A module of the standard library, or a part of it that the target's Python may lack.
    fn load_standard(&mut self, dotted: &str, place: Place, context: Context) -> Loaded {
        self.loaded.insert(dotted.to_owned(), None);
        if stdlib_names::lacks_module(dotted, self.python) {
            let kind = FailureKind::StandardLibrary;
            return self
                .fail(dotted, dotted, place, context, kind, Exception::ModuleNotFound)
                .into();
        }
        Loaded::Yes
    }

    /// Runs a module that was found, once.
    fn enter(&mut self, name: &str, found: &Found, place: Place, context: Context) -> Flow {
        if self.loaded.contains_key(name) {
            return Flow::Normal;
        }
        let (document, package) = match found {
            Found::Package(document, _) => (*document, name.to_owned()),
            Found::Module(document) => {
                let package = name.rsplit_once('.').map_or("", |(package, _)| package);
                (*document, package.to_owned())
            }
            Found::Namespace(_) | Found::Compiled => {
                self.loaded.insert(name.to_owned(), None);
                return Flow::Normal;
            }
        };
        self.loaded.insert(name.to_owned(), Some(document));
        let names = self.outcome.names.entry(document).or_default();
        names.insert(name.to_owned());
        if !self.follows {
            return Flow::Normal;
        }
        let frame = Frame {
            module: name.to_owned(),
            document,
            package: Some(package),
            is_main: false,
            locals: None,
            may_have_left: false,
        };
        // A function's import runs the module's own statements, which are in no function.
        let context = Context {
            is_for_target: false,
            ..context
        };
        self.chain.push(place);
        let flow = self.run_body(frame, context);
        self.chain.pop();
        if matches!(flow, Flow::Raised(_)) {
            self.loaded.remove(name);
            self.spaces.remove(name);
            return flow;
        }
        if let (Some((parent, part)), true) = (name.rsplit_once('.'), flow == Flow::Normal)
            && let Some(space) = self.spaces.get_mut(parent)
        {
            space
                .names
                .insert(part.to_owned(), Known::Module(name.to_owned()));
        }
        match flow {
            Flow::Left => Flow::Normal,
            other => other,
        }
    }
}

/// The folders in which a package has its modules.
fn folders_of(found: &Found) -> Vec<String> {
    match found {
        Found::Package(_, folder) => vec![folder.clone()],
        Found::Namespace(folders) => folders.clone(),
        Found::Module(_) | Found::Compiled => Vec::new(),
    }
}
