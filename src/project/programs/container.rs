//! Programs in containers: which part of the tree a container's path means, and what a service takes over
//! from the Dockerfile that it is built from.

use super::place::Locator;
use crate::document::Document;
use crate::facts::{Manager, Placement, Program};
use crate::finding::DocumentId;
use crate::project::modules::folder_of;
use crate::project::paths::resolve;
use std::collections::BTreeSet;

/// The files of a container, as far as they come from the tree.
#[derive(Debug, Clone, Default)]
pub(super) struct Container {
    /// Path in the container, path in the tree; the last one that fits best counts.
    placements: Vec<(String, String)>,
    /// The working directory in the container; nothing when it is known as a folder of the tree.
    pub(super) directory: Option<String>,
}

/// A program together with what it takes over from elsewhere.
pub(super) struct Definition {
    pub(super) program: Program,
    /// The document that its command line stands in.
    pub(super) command: DocumentId,
    /// The document that its working directory stands in.
    pub(super) directory: DocumentId,
    /// Its container, when it runs in one.
    pub(super) container: Option<Container>,
}

impl Container {
    /// The container's path of a written one.
    pub(super) fn absolute(&self, written: &str) -> Option<String> {
        if written.starts_with('/') {
            return resolve("", written).map(|path| format!("/{path}"));
        }
        let directory = self.directory.as_deref()?;
        resolve(directory, written).map(|path| format!("/{path}"))
    }

    /// The tree's path of a container's path, and whether it is known rather than guessed.
    pub(super) fn in_tree(&self, path: &str) -> Option<(String, bool)> {
        let mut best: Option<(usize, String)> = None;
        for (to, from) in &self.placements {
            let Some(rest) = super::place::below(path, to) else {
                continue;
            };
            if best.as_ref().is_none_or(|(length, _)| *length <= to.len()) {
                best = Some((
                    to.len(),
                    super::super::modules::join(from, rest.trim_start_matches('/')),
                ));
            }
        }
        if let Some((_, found)) = best {
            return Some((found.trim_end_matches('/').to_owned(), true));
        }
        // `COPY src /app/src`: then `/app` is what holds `src` in the tree.
        self.placements.iter().find_map(|(to, from)| {
            let rest = super::place::below(to, path)?;
            let above = from.strip_suffix(rest)?;
            let is_whole = above.is_empty() || above.ends_with('/');
            (is_whole && !rest.is_empty()).then(|| (above.trim_end_matches('/').to_owned(), false))
        })
    }
}

impl Locator<'_> {
    /// A program with what it takes over from the Dockerfile that builds its image.
    pub(super) fn define(&self, id: DocumentId, document: &Document, program: &Program) -> Definition {
        let mut definition = Definition {
            program: program.clone(),
            command: id,
            directory: id,
            container: None,
        };
        if !program.in_container {
            return definition;
        }
        let mut container = Container::default();
        let folder = folder_of(&document.path);
        if program.manager == Manager::Docker {
            let context = self.context_of(folder, &program.placements);
            container.place(&context, &program.placements);
        } else {
            if let Some((context, file)) = self.dockerfile_of(document, program)
                && let Some((other, dockerfile)) = self.document_at(&file)
                && let Some(base) = dockerfile.facts.programs.first()
            {
                container.place(&context, &base.placements);
                definition.take_over(other, base);
            }
            container.place(folder, &program.placements);
        }
        container.directory = definition
            .program
            .directory
            .as_ref()
            .map(|directory| directory.value.clone())
            .or_else(|| Some("/".to_owned()));
        definition.container = Some(container);
        definition
    }

    /// The context and the Dockerfile that a service is built from, seen from the root.
    fn dockerfile_of(&self, document: &Document, program: &Program) -> Option<(String, String)> {
        let build = program.build.as_ref()?;
        let context = resolve(folder_of(&document.path), &build.context)?;
        let file = resolve(&context, &build.dockerfile)?;
        self.paths.has_file(&file).then_some((context, file))
    }

    /// The Dockerfiles whose programs are services of a compose file.
    pub(super) fn taken_dockerfiles(&self) -> BTreeSet<DocumentId> {
        let services = self.documents.iter().flat_map(|document| {
            let programs = document.facts.programs.iter();
            programs.map(move |program| (document, program))
        });
        services
            .filter(|(_, program)| program.manager == Manager::Compose)
            .filter_map(|(document, program)| self.dockerfile_of(document, program))
            .filter_map(|(_, file)| self.files.get(file.as_str()).copied())
            .collect()
    }

    /// The folder that a Dockerfile is built in when nothing says so: its own, or the root where only that
    /// holds what it copies.
    fn context_of(&self, folder: &str, placements: &[Placement]) -> String {
        let holds = |context: &str| {
            placements
                .iter()
                .filter(|placement| !placement.from.contains(['*', '?', '[', '$']))
                .all(|placement| {
                    resolve(context, &placement.from)
                        .is_some_and(|path| self.paths.has_file(&path) || self.paths.has_folder(&path))
                })
        };
        let has_code = || {
            let inside = format!("{folder}/");
            self.paths
                .files()
                .any(|file| file.starts_with(&inside) && file.ends_with(".py"))
        };
        if folder.is_empty() || (holds(folder) && has_code()) || !holds("") {
            folder.to_owned()
        } else {
            String::new()
        }
    }
}

impl Container {
    fn place(&mut self, context: &str, placements: &[Placement]) {
        for placement in placements {
            if let Some(from) = resolve(context, &placement.from) {
                self.placements.push((placement.to.clone(), from));
            }
        }
    }

    /// Whether it has anything of the tree.
    pub(super) fn is_empty(&self) -> bool {
        self.placements.is_empty()
    }
}

impl Definition {
    /// Takes over what the service leaves to its image.
    fn take_over(&mut self, document: DocumentId, image: &Program) {
        let program = &mut self.program;
        if program.command.is_none() {
            program.command.clone_from(&image.command);
            program.commands.clone_from(&image.commands);
            self.command = document;
        }
        if program.directory.is_none() {
            program.directory.clone_from(&image.directory);
            self.directory = document;
        }
        program.has_dash = program.has_dash.or(image.has_dash);
        if program.python.is_none() {
            program.python.clone_from(&image.python);
        }
        let own = std::mem::replace(&mut program.environment, image.environment.clone());
        program.environment.extend(own);
    }
}
