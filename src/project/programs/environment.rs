//! What a program's definition and its environment files set.

use super::Unseen;
use super::place::{Kind, Locator, Site};
use crate::document::Document;
use crate::facts::{Access, Manager, Program};
use crate::project::modules::folder_of;
use std::collections::BTreeMap;

/// The variables of a program.
#[derive(Debug, Default)]
pub(super) struct Environment {
    pub(super) set: BTreeMap<String, String>,
    /// Whether there may be more than these, or other values.
    pub(super) is_open: bool,
    /// Whether a file that the tree lacks may say where modules are looked for.
    pub(super) may_extend_path: bool,
}

impl Environment {
    /// What of it the tree does not tell.
    pub(super) fn unseen(&self) -> Unseen {
        match (self.is_open, self.may_extend_path) {
            (_, true) => Unseen::Path,
            (true, false) => Unseen::Variables,
            (false, false) => Unseen::Nothing,
        }
    }
}

impl Locator<'_> {
    /// What the definition and its environment files set.
    pub(super) fn environment(&self, program: &Program, document: &Document) -> Environment {
        let mut environment = Environment::default();
        // systemd lets the files override the unit (systemd.exec(5)); compose, the other way round.
        let is_file_last = program.manager == Manager::Systemd;
        if is_file_last {
            define(program, &mut environment);
        }
        for file in &program.environment_files {
            self.environment_file(&file.path.value, document, &mut environment);
        }
        if !is_file_last {
            environment.may_extend_path &= program.environment.iter().all(|(name, _)| name != "PYTHONPATH");
            define(program, &mut environment);
        }
        environment
    }

    fn environment_file(&self, written: &str, document: &Document, environment: &mut Environment) {
        let here = folder_of(&document.path);
        let mut site = Site::new(here);
        here.clone_into(&mut site.directory);
        let (path, _) = self.locate(written, &site, Kind::File);
        let Some((_, file)) = self.document_at(&path) else {
            environment.is_open = true;
            environment.may_extend_path = true;
            return;
        };
        for variable in &file.facts.variables {
            if let Access::Set(value) = &variable.access {
                environment.is_open |= value.contains('$');
                environment.set.insert(variable.name.clone(), value.clone());
            }
        }
    }
}

impl Locator<'_> {
    /// What a script sets for the commands behind it.
    pub(super) fn script_environment(&self, document: &Document, environment: &mut Environment) {
        for command in &document.facts.commands {
            if !matches!(command.program(), "source" | ".") {
                continue;
            }
            let file = command.arguments().first().map_or("", |word| word.text.as_str());
            if !file.ends_with("activate") {
                self.environment_file(file, document, environment);
            }
        }
        for variable in &document.facts.variables {
            if let Access::Set(value) = &variable.access {
                environment.set.insert(variable.name.clone(), value.clone());
            }
        }
    }
}

fn define(program: &Program, environment: &mut Environment) {
    for (name, value) in &program.environment {
        environment.is_open |= value.value.contains("%(ENV_") || value.value.contains('$');
        environment.set.insert(name.clone(), value.value.clone());
    }
}
