//! How a program's own module comes to run: `runpy` for `python -m`, an import for a server.

use super::super::failure::{FailureKind, When};
use super::super::modules::Found;
use super::exceptions::{Catcher, Exception};
use super::load::Loaded;
use super::names::Answer;
use super::namespaces::SearchPath;
use super::{Context, Flow, Run};
use crate::finding::Place;

impl Run<'_> {
    /// Runs a module as `python -m` does (`runpy._get_module_details`).
    pub(super) fn run_module(&mut self, name: &str, place: Place) -> Flow {
        let found = match self.module_to_run(name, place) {
            Ok(found) => found,
            Err(flow) => return flow,
        };
        let (name, found) = match found {
            Some(Found::Package(..) | Found::Namespace(_)) => {
                let main = format!("{name}.__main__");
                match self.module_to_run(&main, place) {
                    Ok(found) => (main, found),
                    Err(flow) => return flow,
                }
            }
            found => (name.to_owned(), found),
        };
        let package = name.rsplit_once('.').map_or("", |(package, _)| package);
        match found {
            Some(Found::Module(document)) => self.main(document, Some(package.to_owned())),
            Some(_) => Flow::Normal,
            // What is not there fails; the standard library and installed distributions are run by name as well.
            None => match self.load(&name, place, Context::at(When::Start)) {
                Loaded::Stopped(flow) => flow,
                Loaded::Yes(_) | Loaded::Mended => Flow::Normal,
            },
        }
    }

    /// Imports the package of a module, and finds the module in it. The package is imported again when the first
    /// time looks as if it were missing.
    fn module_to_run(&mut self, name: &str, place: Place) -> Result<Option<Found>, Flow> {
        let context = Context::at(When::Start);
        let Some((package, part)) = name.rsplit_once('.') else {
            return Ok(self.find_top(name).map(|(_, found)| found));
        };
        self.catchers.push(Catcher::Runpy(package.to_owned()));
        let first = self.load(package, place, context);
        self.catchers.pop();
        let loaded = match first {
            Loaded::Stopped(Flow::Raised(raised))
                if Catcher::Runpy(package.to_owned()).takes(&raised).is_some() =>
            {
                self.load(package, place, context)
            }
            other => other,
        };
        match loaded {
            Loaded::Stopped(flow) => Err(flow),
            Loaded::Mended => Err(Flow::Normal),
            Loaded::Yes(package) => match self.search_path(package) {
                SearchPath::Folders(folders) => {
                    Ok(self.world.modules.find_in(self.world.paths, &folders, part))
                }
                _ => Ok(None),
            },
        }
    }

    /// Imports a module as a server does, and asks it for its application; a command that an installed project
    /// brings calls what it asked for.
    pub(super) fn serve(
        &mut self,
        name: &str,
        attribute: Option<&str>,
        is_called: bool,
        place: Place,
    ) -> Flow {
        let context = Context::at(When::Start);
        let module = match self.load(name, place, context) {
            Loaded::Yes(module) => module,
            Loaded::Mended => return Flow::Normal,
            Loaded::Stopped(flow) => return flow,
        };
        let Some(attribute) = attribute else {
            return Flow::Normal;
        };
        match self.ask(module, attribute) {
            Answer::Has(known) => {
                self.note_call(&known, None, context);
                if is_called {
                    return self.run_known(&known, false, place, context);
                }
                Flow::Normal
            }
            Answer::Lacks { .. } => {
                let kind = FailureKind::Name { is_attribute: true };
                self.fail(name, attribute, place, context, kind, Exception::Attribute)
            }
            Answer::Unknown => Flow::Normal,
        }
    }
}
