//! Units that systemd refuses, or cannot start because of a file that the server lacks.

use crate::facts::{DropIn, EnvironmentFile, Manager, Program, UnitList};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Phase, Place, ProgramId};
use crate::project::{Ground, Need, ProgramView, Project};
use crate::rule::Sink;
use crate::source::Span;
use std::collections::BTreeMap;

/// Endings of samples that people copy by hand.
const SAMPLES: [&str; 5] = [".example", ".sample", ".template", ".dist", ".tmpl"];

/// Reports what systemd does not accept in the units of the tree.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, need) in &project.unit_needs {
        check_log(project, *id, need, sink);
    }
    let is_unit = |(_, view): &(ProgramId, &ProgramView)| view.manager == Manager::Systemd;
    let named = if project.programs().any(|program| is_unit(&program)) {
        named(project)
    } else {
        Named::new()
    };
    for (id, view) in project.programs() {
        if view.manager != Manager::Systemd {
            continue;
        }
        let Some(document) = project.document(view.place.document) else {
            continue;
        };
        let programs = document.facts.programs.iter();
        for program in programs.filter(|program| program.name == view.definition) {
            let unit = Unit {
                id,
                document: view.place.document,
                program,
            };
            let empties = |list| {
                view.drop_ins
                    .iter()
                    .any(|(_, drop_in)| drop_in.empties.contains(&list))
            };
            if !empties(UnitList::Start) {
                unit.check_command(sink);
            }
            unit.check_directory(sink);
            if !empties(UnitList::EnvironmentFile) {
                for file in &program.environment_files {
                    unit.check_file(project, &named, file, sink);
                }
            }
            unit.check_drop_ins(&view.drop_ins, sink);
        }
    }
}

/// A log whose folder the server lacks: systemd makes none.
fn check_log(project: &Project, id: ProgramId, need: &Need, sink: &mut Sink<'_>) {
    let folder = &need.folder;
    let name = project
        .program(id)
        .map_or("", |program| program.definition.as_str());
    let starts_without =
        |why: &str| format!("systemd does not start `{name}`: {why}, and it makes no folder for a log");
    let (message, effect, confidence) = match &need.ground {
        Ground::Present
        | Ground::Unknown
        | Ground::Missing {
            is_deployed: true, ..
        } => return,
        // Home folders are the matter of `hardcoded-home-path`.
        Ground::Foreign if folder.starts_with("/Users/") => return,
        Ground::Foreign => (
            starts_without(&format!("`{folder}` is a folder of a Mac")),
            Effect::Start,
            Confidence::Certain,
        ),
        Ground::Outside if folder.starts_with("/home/") => return,
        Ground::Outside => (
            format!(
                "nothing of the tree makes `{folder}`, and systemd does not start `{name}` while it is missing"
            ),
            Effect::Advice,
            Confidence::Possible,
        ),
        Ground::Missing { withheld, makers, .. } => {
            let why = match withheld {
                Some(withheld) => format!("`{}` ignores `{folder}` (`{}`)", withheld.file, withheld.pattern),
                None => format!("the tree has no folder `{folder}`"),
            };
            let confidence = if makers.is_empty() {
                Confidence::Likely
            } else {
                Confidence::Possible
            };
            (starts_without(&why), Effect::Start, confidence)
        }
    };
    sink.report(
        Draft::new(need.place, message)
            .subject(format!("folder {folder}"))
            .label("Failed to set up standard output: No such file or directory (status=209/STDOUT)")
            .help(format!(
                "make it in the deployment before the unit starts: `mkdir -p {folder}`"
            ))
            .programs(vec![id])
            .effect(effect)
            .confidence(confidence)
            .phase(Phase::Spawn),
    );
}

struct Unit<'a> {
    id: ProgramId,
    document: DocumentId,
    program: &'a Program,
}

impl Unit<'_> {
    fn draft(&self, span: Span, message: String) -> Draft {
        let document = self.document;
        Draft::new(Place { document, span }, message)
            .programs(vec![self.id])
            .effect(Effect::Start)
            .phase(Phase::Manager)
    }

    fn check_command(&self, sink: &mut Sink<'_>) {
        let Some(command) = &self.program.command else {
            return;
        };
        let first = program_of(&command.value);
        if !is_relative(&command.value) {
            return;
        }
        let message = format!(
            "systemd refuses `{}.service`: `{first}` is neither an absolute path nor a name without a slash",
            self.program.name
        );
        sink.report(
            self.draft(command.span, message)
                .subject(format!("command {first}"))
                .label("Unit configuration has fatal error, unit will not be started")
                .help(
                    "write the absolute path: `WorkingDirectory=` does not count for the program's own path",
                ),
        );
    }

    /// A drop-in adds to the unit's `ExecStart=`, unless it empties the list first.
    fn check_drop_ins(&self, drop_ins: &[(DocumentId, DropIn)], sink: &mut Sink<'_>) {
        let name = &self.program.name;
        let runs_once =
            self.program.runs_once || drop_ins.iter().any(|(_, drop_in)| drop_in.program.runs_once);
        let mut count = usize::from(self.program.command.is_some());
        let mut last = None;
        for (document, drop_in) in drop_ins {
            let is_emptied = drop_in.empties.contains(&UnitList::Start);
            if is_emptied {
                count = 0;
            }
            let own = drop_in.program.command.as_ref();
            // In a drop-in systemd passes over a program that it would refuse in a unit.
            count += usize::from(own.is_some_and(|command| !is_relative(&command.value)));
            if is_emptied || own.is_some() {
                let span = own.map_or(drop_in.program.span, |command| command.span);
                let document = *document;
                last = Some(Place { document, span });
            }
        }
        let (label, what, help) = match count {
            0 => (
                "Service has no ExecStart=, ExecStop=, or SuccessAction=",
                "leaves it no `ExecStart=`",
                "write the new `ExecStart=`, with an absolute path, behind the empty one",
            ),
            1 => return,
            _ if runs_once => return,
            _ => (
                "Service has more than one ExecStart= setting, which is only allowed for Type=oneshot services",
                "adds a second `ExecStart=`",
                "empty the list first: a line `ExecStart=` before the new one",
            ),
        };
        if let Some(place) = last {
            let draft = Draft::new(
                place,
                format!("systemd refuses `{name}.service`: this drop-in {what}"),
            );
            sink.report(
                draft
                    .subject(format!("drop-in of {name}"))
                    .label(label)
                    .help(help)
                    .programs(vec![self.id])
                    .effect(Effect::Start)
                    .phase(Phase::Manager),
            );
        }
    }

    fn check_directory(&self, sink: &mut Sink<'_>) {
        let Some(directory) = &self.program.directory else {
            return;
        };
        let path = directory.value.as_str();
        let why = if path.is_empty() || is_open(path) || path.starts_with('~') {
            return;
        } else if !path.starts_with('/') {
            "is not absolute"
        } else if path.split('/').any(|part| part == "..") {
            "holds `..`"
        } else {
            return;
        };
        let message = format!(
            "systemd refuses `{}.service`: its working directory `{path}` {why}",
            self.program.name
        );
        sink.report(
            self.draft(directory.span, message)
                .subject(format!("directory {path}"))
                .label("Unit configuration has fatal error, unit will not be started")
                .help("write the absolute path that the tree has on the server"),
        );
    }

    fn check_file(&self, project: &Project, named: &Named<'_>, file: &EnvironmentFile, sink: &mut Sink<'_>) {
        let path = file.path.value.as_str();
        let name = &self.program.name;
        if is_open(path) || path.contains(['*', '?', '[']) {
            return;
        }
        if !path.starts_with('/') {
            let message = format!(
                "systemd ignores `{path}`, because it is not absolute: `{name}` starts without its variables"
            );
            sink.report(
                self.draft(file.path.span, message)
                    .subject(format!("environment file {path}"))
                    .label("path is not absolute, ignoring")
                    .help("write the absolute path that the file has on the server")
                    .effect(Effect::Use),
            );
            return;
        }
        let Some(inside) = self.below(project, path) else {
            return;
        };
        if file.is_optional || project.paths.has_file(inside) || is_put(named, inside) {
            return;
        }
        let has_sample = SAMPLES
            .iter()
            .any(|ending| project.paths.has_file(&format!("{inside}{ending}")));
        let message = format!(
            "systemd does not start `{name}` until somebody puts `{path}` there: the tree does not bring it, and no \
             deploy step makes it"
        );
        let draft = self
            .draft(file.path.span, message)
            .subject(format!("environment file {path}"))
            .label("Failed to load environment files: No such file or directory")
            .help("make the file in the deployment, or write `EnvironmentFile=-…` if the program can do without it")
            .confidence(Confidence::Likely)
            .phase(Phase::Spawn);
        sink.report(if has_sample {
            draft.effect(Effect::Advice)
        } else {
            draft
        });
    }

    /// The part of a path below the folder that the tree has on the server.
    fn below<'p>(&self, project: &Project, path: &'p str) -> Option<&'p str> {
        let directory = self.program.directory.as_ref();
        let roots = [
            project.target.root.as_deref(),
            directory.map(|directory| directory.value.as_str()),
        ];
        roots.into_iter().flatten().find_map(|root| {
            let rest = path.strip_prefix(root.trim_end_matches('/'))?;
            rest.strip_prefix('/').filter(|_| root.len() > 1)
        })
    }
}

/// The program of a command line.
fn program_of(command: &str) -> &str {
    let first = command.split_whitespace().next().unwrap_or_default();
    first.trim_matches(['"', '\''])
}

/// Whether systemd refuses a command for its program: neither an absolute path nor a name.
fn is_relative(command: &str) -> bool {
    let first = program_of(command);
    first.contains('/') && !first.starts_with('/') && !is_open(first)
}

/// Whether a text holds what only the server knows.
fn is_open(text: &str) -> bool {
    text.contains(['%', '$'])
}

/// The last parts of what commands and code of the tree name, with all that ends so.
type Named<'a> = BTreeMap<&'a str, Vec<&'a str>>;

fn named(project: &Project) -> Named<'_> {
    let mut named = Named::new();
    for (_, document) in project.documents() {
        let facts = &document.facts;
        let words = facts.commands.iter().flat_map(|command| &command.words);
        let words = words.map(|word| word.text.as_str());
        for text in words.chain(facts.paths.iter().map(|used| used.path.as_str())) {
            let name = text.rsplit('/').next().unwrap_or(text);
            named.entry(name).or_default().push(text);
        }
    }
    named
}

/// Whether a command of the tree names the file, as one that makes it does.
fn is_put(named: &Named<'_>, inside: &str) -> bool {
    let is_it = |word: &&str| {
        word.strip_suffix(inside)
            .is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    let name = inside.rsplit('/').next().unwrap_or(inside);
    named.get(name).is_some_and(|words| words.iter().any(is_it))
}
