//! Programs in containers: which part of the tree a container's path means, and what a service takes over
//! from the Dockerfile that it is built from.

use super::place::Locator;
use crate::document::Document;
use crate::facts::{Command, DropIn, EntryPoint, Manager, Placement, Program, Word};
use crate::finding::DocumentId;
use crate::project::modules::folder_of;
use crate::project::paths::resolve;
use crate::source::Spanned;
use crate::tree::Withheld;
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeSet;

/// The files of a container, as far as they come from the tree.
#[derive(Debug, Clone, Default)]
pub(super) struct Container {
    /// Path in the container, path in the tree; the last one that fits best counts.
    placements: Vec<(String, String)>,
    /// What the build leaves out of what it copies.
    ignored: Ignored,
    /// The working directory in the container; nothing when it is known as a folder of the tree.
    pub(super) directory: Option<String>,
}

/// What a `.dockerignore` keeps out of a container.
#[derive(Debug, Clone, Default)]
pub(super) struct Ignored {
    /// The file.
    file: String,
    /// The folder that its patterns are seen from.
    context: String,
    /// As written, whether it takes things back in (`!`), and what it means.
    patterns: Vec<(String, bool, GlobMatcher)>,
    /// How many of the placements are copies of the build: a volume shows what it leaves out.
    copied: usize,
}

/// A program together with what it takes over from elsewhere.
pub(super) struct Definition {
    pub(super) program: Program,
    /// The document that its command line stands in.
    pub(super) command: DocumentId,
    /// The document that its working directory stands in.
    pub(super) directory: DocumentId,
    /// The document that each of its commands stands in.
    pub(super) sources: Vec<DocumentId>,
    /// Its container, when it runs in one.
    pub(super) container: Option<Container>,
    /// What changes its unit of systemd.
    pub(super) drop_ins: Vec<(DocumentId, DropIn)>,
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

impl Container {
    /// The folders of the tree whose parts are mounted below the working directory by their own names
    /// (`./lib/util:/app/util`): imports find those parts as if they stood there.
    pub(super) fn mounted_parts(&self) -> Vec<String> {
        let Some(directory) = self.directory.as_deref() else {
            return Vec::new();
        };
        let part = |(to, from): &(String, String)| {
            let (above, name) = to.rsplit_once('/')?;
            let (folder, own) = from.rsplit_once('/').unwrap_or(("", from));
            (above == directory.trim_end_matches('/') && name == own).then(|| folder.to_owned())
        };
        let mut folders: Vec<String> = self.placements.iter().filter_map(part).collect();
        folders.dedup();
        folders
    }

    /// The pattern that keeps a file of the tree, which is copied to `path`, out of the container.
    pub(super) fn withheld(&self, path: &str, in_tree: &str) -> Option<Withheld> {
        let volumes = self.placements.iter().skip(self.ignored.copied);
        let mut shown = volumes.map(|(to, _)| to);
        if shown.any(|to| super::place::below(path, to).is_some()) {
            return None;
        }
        let pattern = self.ignored.pattern(in_tree)?;
        Some(Withheld {
            file: self.ignored.file.clone(),
            pattern: pattern.to_owned(),
            is_here: false,
        })
    }
}

impl Ignored {
    fn pattern(&self, path: &str) -> Option<&str> {
        let inside = match self.context.as_str() {
            "" => path,
            context => path.strip_prefix(context)?.strip_prefix('/')?,
        };
        let mut found = None;
        for (written, takes_back, matcher) in &self.patterns {
            let mut above = inside;
            // What a folder's name fits holds for all that is in it.
            let fits = loop {
                if matcher.is_match(above) {
                    break true;
                }
                match above.rsplit_once('/') {
                    Some((folder, _)) => above = folder,
                    None => break false,
                }
            };
            if fits {
                found = (!takes_back).then_some(written.as_str());
            }
        }
        found
    }
}

/// Where a service starts whose image nobody here can read: most likely in the first folder of the tree that
/// is mounted into it.
fn mounted_folder(program: &Program) -> Option<String> {
    let is_unread = program.manager == Manager::Compose && program.build.is_some();
    let mut mounted = program.placements.iter().filter(|_| is_unread);
    mounted.find_map(|placement| {
        let is_folder = !placement
            .to
            .rsplit('/')
            .next()
            .is_some_and(|name| name.contains('.'));
        (is_folder && placement.to.starts_with('/')).then(|| placement.to.clone())
    })
}

/// What a service is built from: the stage that it names, or the last one.
fn image_of<'a>(dockerfile: &'a Document, service: &Program) -> Option<&'a Program> {
    let target = service.build.as_ref().and_then(|build| build.target.as_ref());
    match target {
        Some(target) => {
            let mut targets = dockerfile.facts.targets.iter().rev();
            targets.find(|(name, _)| name == target).map(|(_, image)| image)
        }
        None => dockerfile.facts.programs.first(),
    }
}

impl Locator<'_> {
    /// What a build with this context leaves out (docker's reference, "Dockerignore files"): the patterns beside
    /// the Dockerfile that bear its name, or else those of the context.
    fn ignored(&self, context: &str, dockerfile: &str) -> Ignored {
        let own = format!("{dockerfile}.dockerignore");
        let of_context = crate::project::modules::join(context, ".dockerignore");
        let found = [own, of_context].into_iter().find_map(|file| {
            let (_, document) = self.document_at(&file)?;
            Some((file, document))
        });
        let Some((file, document)) = found else {
            return Ignored::default();
        };
        let pattern = |written: &Spanned<String>| {
            let text = written.value.as_str();
            let (takes_back, bare) = match text.strip_prefix('!') {
                Some(bare) => (true, bare),
                None => (false, text),
            };
            let bare = resolve("", bare.trim_start_matches('/')).filter(|bare| !bare.is_empty())?;
            let glob = GlobBuilder::new(&bare).literal_separator(true).build().ok()?;
            Some((text.to_owned(), takes_back, glob.compile_matcher()))
        };
        Ignored {
            file,
            context: context.to_owned(),
            patterns: document.facts.build_ignores.iter().filter_map(pattern).collect(),
            copied: 0,
        }
    }

    /// A program with what it takes over from the Dockerfile that builds its image.
    pub(super) fn define(&self, id: DocumentId, document: &Document, program: &Program) -> Definition {
        let drop_ins = self.drop_ins(document, program);
        let changed = super::unit::changed(program, id, &drop_ins);
        let mut definition = Definition {
            program: changed.program,
            command: changed.command,
            directory: changed.directory,
            sources: changed.sources,
            container: None,
            drop_ins,
        };
        if !program.in_container {
            return definition;
        }
        let mut container = Container::default();
        let folder = folder_of(&document.path);
        if program.manager == Manager::Docker {
            let context = self.context_of(folder, &program.placements);
            container.place(&context, &program.placements);
            container.ignored = self.ignored(&context, &document.path);
            container.ignored.copied = container.placements.len();
        } else {
            if let Some((context, file)) = self.dockerfile_of(document, program)
                && let Some((other, dockerfile)) = self.document_at(&file)
                && let Some(base) = image_of(dockerfile, program)
            {
                container.place(&context, &base.placements);
                container.ignored = self.ignored(&context, &file);
                definition.take_over(other, base);
            }
            container.ignored.copied = container.placements.len();
            container.place(folder, &program.placements);
        }
        container.directory = definition
            .program
            .directory
            .as_ref()
            .map(|directory| directory.value.clone())
            .or_else(|| mounted_folder(&definition.program))
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
        let has_code = || self.paths.files_below(folder).any(|file| file.ends_with(".py"));
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
        } else if program.entry_point.is_none() {
            match &image.entry_point {
                Some(EntryPoint::Words(words)) => put_before(words, &mut program.commands),
                // A shell reads the image's own line, and passes over the service's command.
                Some(EntryPoint::Shell) => program.commands.clone_from(&image.commands),
                None => {}
            }
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

/// The commands of a service as an image runs them: behind the words of its entry point. Those that a shell was
/// told to run were taken apart already, and come behind the entry point's own.
fn put_before(words: &[String], commands: &mut Vec<Command>) {
    let Some(first) = commands.first_mut().filter(|_| !words.is_empty()) else {
        return;
    };
    let span = first.span;
    let words = words.iter().map(|text| Word {
        text: text.clone(),
        span,
        is_literal: !text.contains('$'),
    });
    if commands.len() == 1 && commands[0].folder.is_none() {
        commands[0].words.splice(0..0, words);
        return;
    }
    let entry = Command {
        words: words.collect(),
        assignments: Vec::new(),
        ..commands[0].clone()
    };
    commands.insert(0, entry);
}
