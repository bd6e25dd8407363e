//! Configurations of supervisor that a Dockerfile puts into an image: their programs run in there, with the
//! image's folders and its Python.

use super::Project;
use super::modules::{folder_of, join};
use super::paths::{Paths, resolve};
use super::scopes::is_development_document;
use crate::document::Document;
use crate::facts::{Build, EntryPoint, Manager};
use crate::finding::ProgramId;
use crate::formats::Format;

/// Says of each program of supervisor whose configuration an image holds that it is built from that Dockerfile.
pub(super) fn mark(documents: &mut [Document], paths: &Paths) {
    for index in 0..documents.len() {
        let config = &documents[index];
        if config.format != Format::Supervisor || config.host.is_some() || is_put_elsewhere(documents, config)
        {
            continue;
        }
        let Some(dockerfile) = image_with(documents, paths, config) else {
            continue;
        };
        for program in &mut documents[index].facts.programs {
            if program.manager == Manager::Supervisor && program.build.is_none() {
                program.in_container = true;
                program.build = Some(dockerfile.clone());
                // supervisord starts them, and not what the image starts.
                program.entry_point = Some(EntryPoint::Words(Vec::new()));
            }
        }
    }
}

impl Project {
    /// The Dockerfile that a service of compose is to be built from, when the tree has the folder of the build and
    /// no such file in it.
    pub fn missing_dockerfile(&self, id: ProgramId) -> Option<String> {
        let (document, program) = self.definition(id)?;
        let build = program
            .build
            .as_ref()
            .filter(|_| program.manager == Manager::Compose)?;
        let written = [&build.context, &build.dockerfile];
        if written.iter().any(|path| path.contains(['$', '{', '~'])) {
            return None;
        }
        let context = resolve(folder_of(&self.document(document)?.path), &build.context)?;
        let file = resolve(&context, &build.dockerfile)?;
        let is_there = self.paths.has_file(&file) || self.paths.has_file(&join(&context, "Containerfile"));
        let has_context = context.is_empty() || self.paths.has_folder(&context);
        (has_context && !is_there).then_some(file)
    }
}

/// The Dockerfile that copies a configuration by its name, as a build seen from the configuration's folder.
fn image_with(documents: &[Document], paths: &Paths, config: &Document) -> Option<Build> {
    documents
        .iter()
        .filter(|document| document.format == Format::Docker && !is_development_document(document))
        .find_map(|dockerfile| {
            let own = folder_of(&dockerfile.path);
            let mut placements = dockerfile
                .facts
                .programs
                .iter()
                .flat_map(|image| &image.placements);
            let context = placements.find_map(|placement| {
                ["", own].into_iter().find(|context| {
                    resolve(context, &placement.from).is_some_and(|from| is_named(&from, paths, &config.path))
                })
            })?;
            let depth = folder_of(&config.path).split('/').filter(|part| !part.is_empty());
            let inside = dockerfile.path.strip_prefix(context).unwrap_or(&dockerfile.path);
            Some(Build {
                context: format!("{}{context}", "../".repeat(depth.count())),
                dockerfile: inside.trim_start_matches('/').to_owned(),
                target: None,
            })
        })
}

/// Whether what is copied is the configuration, or the folder that it lies in; a copy of the whole tree says
/// nothing of who reads it.
fn is_named(from: &str, paths: &Paths, config: &str) -> bool {
    from == config || (!from.is_empty() && from == folder_of(config) && paths.has_folder(from))
}

/// Whether a script puts the configuration on a server as well, or starts supervisord with it there.
fn is_put_elsewhere(documents: &[Document], config: &Document) -> bool {
    let name = config.path.rsplit('/').next().unwrap_or(&config.path);
    documents
        .iter()
        .filter(|document| document.format != Format::Docker && !is_development_document(document))
        .flat_map(|document| &document.facts.commands)
        .any(|command| {
            let is_meant = matches!(
                command.program(),
                "cp" | "ln" | "install" | "mv" | "scp" | "rsync" | "sudo"
            );
            is_meant && command.words.iter().any(|word| word.text.ends_with(name))
        })
}
