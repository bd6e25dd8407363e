//! Files whose names differ by case alone from what the code calls them: macOS forgives it, Linux does not.

use crate::facts::{Reach, Role, Value};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Phase, Place};
use crate::formats::Format;
use crate::project::{Entry, Project, State};
use crate::rule::Sink;

/// Calls that do nothing but read the file that they are given.
const READERS: [&str; 16] = [
    "read_csv",
    "read_json",
    "read_excel",
    "read_parquet",
    "read_feather",
    "read_pickle",
    "read_table",
    "loadtxt",
    "genfromtxt",
    "imread",
    "load_dotenv",
    "dotenv_values",
    "FileResponse",
    "StaticFiles",
    "Jinja2Templates",
    "FileSystemLoader",
];

/// What a bundler tries behind the path of an import, in no order that matters here.
const BUNDLED: [&str; 12] = [
    "",
    ".js",
    ".jsx",
    ".ts",
    ".tsx",
    ".mjs",
    ".vue",
    ".svelte",
    ".css",
    ".json",
    "/index.js",
    "/index.ts",
];

/// Reports scripts of programs, opened files, and parts of pages.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    check_entries(project, sink);
    for (id, document) in project
        .documents()
        .filter(|(_, document)| document.host.is_none())
    {
        for value in &document.facts.values {
            if value.reach != Reach::Always || !is_plain_path(&value.text) {
                continue;
            }
            let found = match document.format {
                Format::Python => opened(project, id, &document.path, value),
                Format::Html | Format::Style => part_of_page(project, &document.path, document.format, value),
                Format::Script => imported(project, &document.path, value),
                _ => None,
            };
            if let Some((file, confidence)) = found {
                report(id, value, file, confidence, sink);
            }
        }
    }
}

/// The scripts that programs start.
fn check_entries(project: &Project, sink: &mut Sink<'_>) {
    for (id, program) in project.programs() {
        for stage in &program.stages {
            let Entry::Script {
                path,
                written,
                state: State::Missing(_),
            } = &stage.entry
            else {
                continue;
            };
            let Some(file) = project.paths.other_case(path) else {
                continue;
            };
            let message = format!(
                "`{}` cannot start: `{written}` is `{file}` in the tree, and Linux tells large letters from small",
                program.definition
            );
            // An absolute path is taken to mean the tree because the program's folder is taken so.
            let confidence = if written.starts_with('/') && project.target.root.is_none() {
                Confidence::Likely
            } else {
                Confidence::Certain
            };
            let effect = stage.effect();
            sink.report(
                Draft::new(stage.place, message)
                    .subject(file)
                    .label("can't open file")
                    .help(help(file))
                    .programs(vec![id])
                    .effect(effect)
                    .confidence(confidence)
                    .phase(Phase::Spawn),
            );
        }
    }
}

fn report(document: DocumentId, value: &Value, file: &str, confidence: Confidence, sink: &mut Sink<'_>) {
    let place = Place {
        document,
        span: value.span,
    };
    let message = format!(
        "`{}` is `{file}` in the tree, and Linux tells large letters from small",
        value.text
    );
    sink.report(
        Draft::new(place, message)
            .subject(file)
            .label("No such file or directory")
            .help(help(file))
            .effect(Effect::Use)
            .confidence(confidence),
    );
}

fn help(file: &str) -> String {
    format!("Write the name as the tree has it, or rename the file with `git mv`: `{file}`.")
}

/// Whether a text is a path and nothing else: no address, no template, no pattern.
fn is_plain_path(text: &str) -> bool {
    !text.is_empty()
        && !text.contains("://")
        && !text.starts_with("//")
        && !text.contains(|letter: char| letter.is_whitespace() || "{}*?%$<>~\\|;,:".contains(letter))
}

/// A file that Python code opens, from the folders that its programs start in.
fn opened<'a>(
    project: &'a Project,
    id: DocumentId,
    path: &str,
    value: &Value,
) -> Option<(&'a str, Confidence)> {
    let call = value.call.as_deref().filter(|_| value.role == Role::Argument)?;
    let name = call.rsplit('.').next().unwrap_or(call);
    let reads = READERS.contains(&name);
    if value.text.starts_with('/') || !(reads || matches!(name, "open" | "Path")) {
        return None;
    }
    let programs = project.programs_reaching(id);
    let started: Vec<_> = programs.iter().filter_map(|id| project.program(*id)).collect();
    let is_known = !started.is_empty()
        && started
            .iter()
            .all(|program| program.directory.state == State::Present);
    let own = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folders = started.iter().map(|program| program.directory.path.as_str());
    let file = other_case(project, folders.chain(["", own]), &value.text)?;
    // What is written may well be a new file of that name.
    let confidence = if reads && is_known {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    Some((file, confidence))
}

/// What a page or a style sheet loads. Where the server hangs its static files is not known, so any file that
/// ends as written is taken for the one that is meant.
fn part_of_page<'a>(
    project: &'a Project,
    path: &str,
    format: Format,
    value: &Value,
) -> Option<(&'a str, Confidence)> {
    let is_loaded = match value.name.as_deref() {
        Some(name) => matches!(name, "src" | "href" | "poster"),
        None => format == Format::Style,
    };
    let written = value.text.split('#').next().unwrap_or_default();
    // A file has an extension; what has none is a route of the server.
    let has_extension = written.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if !is_loaded || !has_extension {
        return None;
    }
    let own = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (folders, confidence) = match written.strip_prefix('/') {
        Some(_) => (ancestors(own).collect(), Confidence::Likely),
        None => (vec![own], Confidence::Certain),
    };
    Some((other_case(project, folders.into_iter(), written)?, confidence))
}

/// A module that a script imports by its place.
fn imported<'a>(project: &'a Project, path: &str, value: &Value) -> Option<(&'a str, Confidence)> {
    let is_import = matches!(value.call.as_deref(), Some("import" | "require"));
    if !is_import || !value.text.starts_with('.') {
        return None;
    }
    let own = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let tried = || BUNDLED.iter().map(|end| format!("{}{end}", value.text));
    if tried().any(|text| project.paths.has_from(own, &text)) {
        return None;
    }
    let mut found = tried().filter_map(|text| project.paths.other_case_from(own, &text));
    Some((found.next()?, Confidence::Certain))
}

/// The file that `written` means in one of the folders, unless some file of the tree is called exactly so.
fn other_case<'a, 'b>(
    project: &'a Project,
    mut folders: impl Iterator<Item = &'b str>,
    written: &str,
) -> Option<&'a str> {
    let file = folders.find_map(|folder| project.paths.other_case_from(folder, written))?;
    (!project.paths.has_end(beginning_below(written))).then_some(file)
}

/// A relative path without its leading `./` and `../`.
fn beginning_below(written: &str) -> &str {
    let mut rest = written;
    while let Some(behind) = rest
        .strip_prefix("./")
        .or_else(|| rest.strip_prefix("../"))
        .or_else(|| rest.strip_prefix('/'))
    {
        rest = behind;
    }
    rest
}

/// A folder and all around it, the innermost first; the root is `""`.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(folder);
    std::iter::from_fn(move || {
        let folder = next?;
        next = (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(outer, _)| outer));
        Some(folder)
    })
}
