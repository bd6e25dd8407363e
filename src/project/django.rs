//! The settings that programs of Django use: `DJANGO_SETTINGS_MODULE`, followed into the modules that it names.

use super::{Project, importers};
use crate::facts::{Access, Setting};
use crate::finding::{DocumentId, Place, ProgramId, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// The variable that names the module.
const VARIABLE: &str = "DJANGO_SETTINGS_MODULE";
/// How many modules of settings may take each other over.
const DEPTH: usize = 6;

/// A module of settings, and who uses it.
#[derive(Debug, Clone)]
pub struct DjangoSettings {
    /// The module.
    pub document: DocumentId,
    /// The programs that use it, sorted; none where only people's commands do.
    pub programs: Vec<ProgramId>,
}

impl Project {
    /// The modules of settings that something of the server uses.
    pub fn django_settings(&self) -> Vec<DjangoSettings> {
        let mut named: BTreeMap<&str, BTreeSet<ProgramId>> = BTreeMap::new();
        let mut defaults = Vec::new();
        for (id, document) in self
            .documents()
            .filter(|(id, _)| self.scope(*id) != Scope::Development)
        {
            for variable in document
                .facts
                .variables
                .iter()
                .filter(|variable| variable.name == VARIABLE)
            {
                if let (Access::Set(module), true) = (&variable.access, document.facts.python.is_some()) {
                    defaults.push((module.as_str(), self.programs_reaching(id)));
                }
            }
        }
        for (id, program) in self.programs() {
            if let Some(module) = program.environment.get(VARIABLE) {
                named.entry(module).or_default().insert(id);
            }
        }
        let told: BTreeSet<ProgramId> = named.values().flatten().copied().collect();
        for (module, programs) in defaults {
            let left = programs.iter().copied().filter(|id| !told.contains(id));
            let left: Vec<ProgramId> = left.collect();
            // `manage.py` names the module of the developers; what only people run does not tell of the server.
            if !left.is_empty() {
                named.entry(module).or_default().extend(left);
            }
        }
        let found = named.into_iter().filter_map(|(module, programs)| {
            Some(DjangoSettings {
                document: self.module_named(module)?,
                programs: programs.into_iter().collect(),
            })
        });
        found.collect()
    }

    /// What a module of settings makes of a setting: its own last word, else that of the modules that it takes over
    /// with `from … import *`.
    pub fn setting(&self, settings: DocumentId, name: &str) -> Option<(Place, &Setting)> {
        let mut at = Some(settings);
        for _ in 0..DEPTH {
            let id = at?;
            let document = self.document(id)?;
            let own = document
                .facts
                .settings
                .iter()
                .rev()
                .find(|setting| setting.name == name);
            if let Some(setting) = own {
                let place = Place {
                    document: id,
                    span: setting.span,
                };
                return Some((place, setting));
            }
            let imports = importers::all_imports(&document.facts.python.as_ref()?.body);
            let mut taken = imports
                .into_iter()
                .filter(|import| import.names.iter().any(|name| name.name == "*"));
            at = taken.find_map(|import| match import.level {
                0 => self.module_named(&import.module),
                level => {
                    let folder = document.path.rsplitn(level as usize + 1, '/').last()?;
                    let file = format!("{folder}/{}", import.module.replace('.', "/"));
                    self.file_of_module(file.trim_start_matches('/').trim_end_matches('/'))
                }
            });
        }
        None
    }

    /// The file of a module by its dotted name, wherever in the tree its root is.
    fn module_named(&self, name: &str) -> Option<DocumentId> {
        self.file_of_module(&name.replace('.', "/"))
    }

    fn file_of_module(&self, stem: &str) -> Option<DocumentId> {
        if stem.is_empty() {
            return None;
        }
        let ends = [format!("{stem}.py"), format!("{stem}/__init__.py")];
        let is_it = |path: &str| {
            ends.iter().any(|end| {
                path.strip_suffix(end.as_str())
                    .is_some_and(|before| before.is_empty() || before.ends_with('/'))
            })
        };
        let found = self.documents().filter(|(_, document)| is_it(&document.path));
        found
            .min_by_key(|(_, document)| document.path.len())
            .map(|(id, _)| id)
    }
}
