//! Environment variables: who sets them, who reads them, and what each program gets.

use super::Project;
use super::environment::{Setting, is_sample, last_parts};
use super::modules::folder_of;
use super::scopes::is_of_development;
use crate::document::Document;
use crate::facts::{Access, Manager, Variable};
use crate::finding::{DocumentId, Place, ProgramId};
use crate::formats::Format;
use crate::knowledge::{secrets, variables};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A place that gives a variable its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableSet<'a> {
    /// Its name.
    pub name: &'a str,
    /// The value, as written.
    pub value: &'a str,
    /// Where the name stands.
    pub place: Place,
    /// Whether a program's definition sets it, for that program alone.
    pub of_program: Option<Manager>,
}

/// A variable that a program's code reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramVariable<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether all that reads it gives a default.
    pub has_default: bool,
    /// Where it is read first.
    pub place: Place,
    /// Whether the program will find it set.
    pub setting: Setting,
}

/// Names of variables in all documents.
#[derive(Debug, Default)]
pub(super) struct VariableNames {
    /// Those that something reads, in small letters.
    read: BTreeSet<String>,
    /// Those that something beside files of variables sets.
    set_beside_files: BTreeSet<String>,
}

impl Project {
    /// What the files of variables, the definitions of programs and the scripts that start them set for others, outside
    /// tests, samples and archives.
    pub fn variables_set(&self) -> Vec<VariableSet<'_>> {
        let mut found = Vec::new();
        for (id, document) in self.documents() {
            if is_of_development(&self.documents, document) {
                continue;
            }
            if document.format == Format::Dotenv && !is_sample(&document.path) {
                found.extend(set_in(id, document));
            }
            if document.format == Format::Shell && !self.programs_reaching(id).is_empty() {
                found.extend(exported_by(id, document));
            }
            for program in &document.facts.programs {
                let own = program.environment.iter().map(|(name, value)| VariableSet {
                    name,
                    value: &value.value,
                    place: Place {
                        document: id,
                        span: value.span,
                    },
                    of_program: Some(program.manager),
                });
                found.extend(own);
            }
        }
        found
    }

    /// The files of variables that reach the server, are no samples, and set something.
    pub fn environment_files(&self) -> impl Iterator<Item = (DocumentId, &Document)> {
        self.documents().filter(|(_, document)| {
            document.format == Format::Dotenv
                && document.host.is_none()
                && !is_sample(&document.path)
                && !is_of_development(&self.documents, document)
        })
    }

    /// The files of variables that bring secrets with the tree, each with what its names say of that, in the order of
    /// the file.
    pub fn committed_environments(&self) -> impl Iterator<Item = (DocumentId, Vec<VariableSet<'_>>)> {
        let is_held = |set: &VariableSet<'_>| {
            let value = set.value.trim();
            let is_value = !value.is_empty() && !value.starts_with('$') && !secrets::is_filler(value);
            is_value && secrets::is_telling(set.name)
        };
        let files = self.environment_files();
        let held = files.map(move |(id, document)| (id, set_in(id, document).filter(is_held).collect()));
        held.filter(|(_, held): &(_, Vec<_>)| !held.is_empty())
    }

    /// Files of variables that are meant for people to copy.
    pub fn environment_samples(&self) -> impl Iterator<Item = (DocumentId, &Document)> {
        self.documents().filter(|(_, document)| {
            document.format == Format::Dotenv
                && document.host.is_none()
                && is_sample(&document.path)
                && !is_of_development(&self.documents, document)
        })
    }

    /// Whether anything of the tree, or something that is known to stand around it, reads a variable.
    pub fn reads_variable(&self, name: &str) -> bool {
        variables::is_read_elsewhere(name) || self.is_variable_mentioned(name)
    }

    /// Whether anything of the tree reads a variable, or mentions it where it is not set.
    pub fn is_variable_mentioned(&self, name: &str) -> bool {
        let read = &self.variable_names().read;
        self.mentions.has(name) || read.contains(Variable::ANY) || read.contains(&name.to_ascii_lowercase())
    }

    /// Whether something beside files of variables and samples sets a variable: a script, code, a config.
    pub fn is_set_beside_files(&self, name: &str) -> bool {
        self.variable_names().set_beside_files.contains(name)
    }

    fn variable_names(&self) -> &VariableNames {
        self.variable_names.get_or_init(|| {
            let mut names = VariableNames::default();
            for document in &self.documents {
                for variable in &document.facts.variables {
                    match variable.access {
                        Access::Read { .. } => names.read.insert(variable.name.to_ascii_lowercase()),
                        Access::Set(_) if document.format != Format::Dotenv => {
                            names.set_beside_files.insert(variable.name.clone())
                        }
                        Access::Set(_) => false,
                    };
                }
            }
            names
        })
    }

    /// Whether a program's definition names a file of variables.
    pub fn names_environment_file(&self, program: ProgramId, file: DocumentId) -> bool {
        let (Some((_, definition)), Some(file)) = (self.definition(program), self.document(file)) else {
            return false;
        };
        definition.environment_files.iter().any(|named| {
            let end = last_parts(&named.path.value);
            let rest = file.path.strip_suffix(end);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        })
    }

    /// The files of variables that a program gets: its definition names them, or its code loads the `.env` that lies in
    /// the folder of the loading module or in one around it.
    pub fn files_given_to(&self, program: ProgramId) -> BTreeSet<DocumentId> {
        let files: Vec<(DocumentId, &Document)> = self.environment_files().collect();
        let named = files
            .iter()
            .filter(|(id, _)| self.names_environment_file(program, *id));
        let mut given: BTreeSet<DocumentId> = named.map(|(id, _)| *id).collect();
        for reader in &self.environment.readers {
            if !self.programs_reaching(*reader).contains(&program) {
                continue;
            }
            let mut path = self
                .document(*reader)
                .map_or("", |document| document.path.as_str());
            while !path.is_empty() {
                path = folder_of(path);
                let wanted = if path.is_empty() {
                    ".env".to_owned()
                } else {
                    format!("{path}/.env")
                };
                if let Some((id, _)) = files.iter().find(|(_, file)| file.path == wanted) {
                    given.insert(*id);
                    break;
                }
            }
        }
        given
    }

    /// Whether something of the tree may load a `.env`.
    pub fn may_load_env_file(&self) -> bool {
        self.mentions.has_loader
    }

    /// The variables that the code of a program reads, by name, and whether it will have them.
    pub fn variables_of(&self, program: ProgramId) -> Vec<ProgramVariable<'_>> {
        let mut found: BTreeMap<&str, ProgramVariable<'_>> = BTreeMap::new();
        for (id, document) in self.documents() {
            let reached = self.reached.get(id.0 as usize);
            if document.format != Format::Python
                || reached.is_none_or(|programs| programs.binary_search(&program).is_err())
            {
                continue;
            }
            for variable in &document.facts.variables {
                if let Access::Read { has_default, .. } = variable.access
                    && variable.name != Variable::ANY
                {
                    let read = found.entry(&variable.name).or_insert_with(|| ProgramVariable {
                        name: &variable.name,
                        has_default: true,
                        place: Place {
                            document: id,
                            span: variable.span,
                        },
                        setting: self.sets_variable(program, &variable.name),
                    });
                    read.has_default &= has_default;
                }
            }
        }
        found.into_values().collect()
    }
}

/// What a script hands on to what it starts: `export NAME=value`.
fn exported_by(id: DocumentId, document: &Document) -> impl Iterator<Item = VariableSet<'_>> {
    let exported: BTreeSet<Span> = document.facts.exported.iter().copied().collect();
    set_in(id, document).filter(move |set| exported.contains(&set.place.span))
}

fn set_in(id: DocumentId, document: &Document) -> impl Iterator<Item = VariableSet<'_>> {
    document
        .facts
        .variables
        .iter()
        .filter_map(move |variable| match &variable.access {
            Access::Set(value) => Some(VariableSet {
                name: &variable.name,
                value,
                place: Place {
                    document: id,
                    span: variable.span,
                },
                of_program: None,
            }),
            Access::Read { .. } => None,
        })
}
