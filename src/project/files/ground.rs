//! What the server will have: what the tree brings, what a deployment makes, and what programs make.

use super::super::eval::Value;
use super::super::imports::{FileEvent, Form, Outcome, PART, World};
use super::super::modules::{folder_of, join};
use super::super::paths::resolve;
use super::super::programs::ProgramView;
use super::super::{daemons, scopes};
use super::place::{Spot, above, ancestors};
use super::{document_of, named};
use crate::facts::{FileAction, Purpose, Word};
use crate::finding::{DocumentId, Place};
use crate::formats::Format;
use crate::tree::Withheld;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Commands that make no file that they name.
const READING: [&str; 18] = [
    "cat", "source", ".", "rm", "test", "[", "[[", "grep", "chmod", "chown", "ls", "tail", "head", "diff",
    "stat", "wc", "less", "echo",
];
/// Folders that a build makes.
const BUILT: [&str; 9] = [
    "dist",
    "build",
    "out",
    "node_modules",
    "staticfiles",
    ".next",
    "target",
    "site-packages",
    "__pycache__",
];

/// What the server will have.
pub(super) struct Ground<'a> {
    pub(super) world: &'a World<'a>,
    /// By document: whether it is one of a test, a sample or an archive.
    development: Vec<bool>,
    /// Ends of every folder that something besides Python makes.
    deployed: BTreeSet<String>,
    /// Names of files that commands make, or name.
    files: BTreeSet<String>,
    /// Folders that Python code makes: where, and whether at a program's start.
    makers: BTreeMap<String, BTreeSet<(Place, bool)>>,
    /// Names of folders that Python code makes somewhere.
    folders: BTreeSet<String>,
    /// Files that Python code writes, and their names.
    written: BTreeSet<String>,
    /// What each document looks for.
    tested: BTreeMap<DocumentId, BTreeSet<String>>,
    /// Documents that write files of which nothing is known.
    unknown: BTreeSet<DocumentId>,
    /// Documents that make folders of which nothing is known.
    makes_unknown: BTreeSet<DocumentId>,
    /// Git's list of the files that it has, read when it is first asked for.
    index: OnceLock<Option<Vec<u8>>>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(
        world: &'a World<'a>,
        programs: &[ProgramView],
        outcomes: &[Option<Outcome>],
        alone: &[Outcome],
    ) -> Self {
        let mut ground = Self {
            world,
            development: world
                .documents
                .iter()
                .map(scopes::is_development_document)
                .collect(),
            deployed: deployed(world),
            files: files(world),
            makers: BTreeMap::new(),
            folders: BTreeSet::new(),
            written: BTreeSet::new(),
            tested: BTreeMap::new(),
            unknown: BTreeSet::new(),
            makes_unknown: BTreeSet::new(),
            index: OnceLock::new(),
        };
        for (at, outcome) in outcomes.iter().enumerate() {
            let events = outcome.iter().flat_map(|outcome| &outcome.events);
            events.for_each(|event| ground.note(programs.get(at), event));
        }
        for event in alone.iter().flat_map(|outcome| &outcome.events) {
            if !ground.is_development(document_of(event)) {
                ground.note(None, event);
            }
        }
        ground
    }

    /// The names of files that something makes.
    pub(super) fn names_made(&self) -> BTreeSet<String> {
        self.files.union(&self.written).cloned().collect()
    }

    /// The folders that something makes, and ends of their paths.
    pub(super) fn folders_made(&self) -> BTreeSet<String> {
        let made = self.makers.keys().chain(&self.folders);
        self.deployed.iter().chain(made).cloned().collect()
    }

    fn note(&mut self, program: Option<&ProgramView>, event: &FileEvent) {
        for value in &event.values {
            let paths = self.paths_of(program, event, value);
            match event.action {
                FileAction::MakesFolder => {
                    if *value == Value::Unknown {
                        self.folders.extend(event.name.clone());
                        if event.name.is_none() && event.form != Form::FolderOf {
                            self.makes_unknown.insert(document_of(event));
                        }
                    }
                    let is_start = event.when == super::When::Start && program.is_some();
                    for path in paths.iter().flat_map(|path| ancestors(path)) {
                        let makers = self.makers.entry(path.to_owned()).or_default();
                        makers.insert((event.place, is_start));
                    }
                }
                FileAction::Writes => {
                    if *value == Value::Unknown {
                        self.unknown.insert(document_of(event));
                        self.written.extend(event.name.clone());
                    }
                    for path in &paths {
                        if let Some(name) = known_name(path) {
                            self.written.insert(name.to_owned());
                        }
                        self.written.insert(path.clone());
                    }
                }
                FileAction::Tests => {
                    let tested = self.tested.entry(document_of(event)).or_default();
                    tested.extend(key(value).map(str::to_owned));
                    tested.extend(key(value).and_then(known_name).map(str::to_owned));
                }
                _ => {}
            }
        }
    }

    /// The paths of the tree, or others, that a value can mean.
    pub(super) fn paths_of(
        &self,
        program: Option<&ProgramView>,
        event: &FileEvent,
        value: &Value,
    ) -> Vec<String> {
        match self.spot(program, event, value) {
            Spot::Tree { paths, .. } => paths,
            Spot::Outside(path) => vec![path],
            Spot::Beyond { .. } | Spot::Unknown => Vec::new(),
        }
    }

    pub(super) fn path_of(&self, document: DocumentId) -> &str {
        &self.world.documents[document.0 as usize].path
    }

    pub(super) fn is_development(&self, document: DocumentId) -> bool {
        let known = self.development.get(document.0 as usize);
        known.copied().unwrap_or_default()
    }

    /// Whether git keeps a file although a pattern ignores it: somebody added it by force. Without git's own
    /// index the tree is what is shipped, whatever the patterns say.
    pub(super) fn is_kept(&self, path: &str) -> bool {
        let tree = self.world.tree;
        let kept = [
            path.to_owned(),
            format!("{path}/.gitkeep"),
            format!("{path}/.gitignore"),
        ];
        kept.iter().any(|path| {
            tree.read(path).is_ok()
                && match self.index.get_or_init(|| tree.read(".git/index").ok()) {
                    Some(index) => index.windows(path.len()).any(|window| window == path.as_bytes()),
                    None => tree.withheld(path).is_some(),
                }
        })
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.world.paths.has_file(path) || self.has_folder(path)
    }

    pub(super) fn has_folder(&self, path: &str) -> bool {
        self.world.paths.has_folder(path)
    }

    pub(super) fn has_end(&self, path: &str) -> bool {
        self.world.paths.has_end(path)
    }

    /// Whether the tree has page templates at all.
    pub(super) fn has_templates(&self) -> bool {
        self.world.paths.files().any(|file| file.contains("templates/"))
    }

    pub(super) fn other_case(&self, path: &str) -> Option<&str> {
        self.world.paths.other_case(path)
    }

    pub(super) fn withheld(&self, path: &str) -> Option<Withheld> {
        self.world.tree.withheld(path)
    }

    /// Why git leaves out a folder: a pattern with a slash at its end is asked for by what is inside.
    pub(super) fn withheld_folder(&self, path: &str) -> Option<Withheld> {
        self.withheld(path)
            .or_else(|| self.withheld(&format!("{path}/x")))
    }

    /// Whether a deploy step, a script or an image makes a folder, or every server has it.
    pub(super) fn is_made_by_deployment(&self, folder: &str) -> bool {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        self.deployed.contains(folder) || self.folders.contains(name) || daemons::is_usual(folder)
    }

    /// Where Python code makes a folder.
    pub(super) fn maker(&self, folder: &str) -> Option<Makers<'_>> {
        let places = self.makers.get(folder)?;
        let (place, _) = places.first()?;
        Some(Makers {
            place: *place,
            places,
        })
    }

    /// Whether a document looks for one of these before it uses it.
    pub(super) fn is_tested(&self, event: &FileEvent, values: &[&Value]) -> bool {
        let Some(tested) = self.tested.get(&document_of(event)) else {
            return false;
        };
        values.iter().filter_map(|value| key(value)).any(|key| {
            ancestors(key).any(|above| tested.contains(above))
                || known_name(key).is_some_and(|name| tested.contains(name))
        })
    }

    /// Whether something writes a file, or may well do so.
    pub(super) fn is_written(&self, event: &FileEvent, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_built = path.split('/').any(|part| BUILT.contains(&part));
        let is_made = event.action == FileAction::Enters
            && (self.makers.contains_key(path) || self.is_made_by_deployment(path));
        is_built
            || is_made
            || self.written.contains(path)
            || self.written.contains(name)
            || self.files.contains(name)
    }

    /// Whether the document of an event writes files of which nothing is known.
    pub(super) fn writes_unknown(&self, event: &FileEvent) -> bool {
        self.unknown.contains(&document_of(event))
    }

    /// Whether the document of an event makes folders of which nothing is known.
    pub(super) fn makes_unknown(&self, event: &FileEvent) -> bool {
        self.makes_unknown.contains(&document_of(event))
    }

    /// Where the tree has what a document names from elsewhere: seen from the root, or from its own folder.
    pub(super) fn elsewhere(&self, document: DocumentId, text: &str) -> Option<String> {
        let own = folder_of(self.path_of(document));
        let found = ["", own].into_iter().filter_map(|folder| resolve(folder, text));
        found.into_iter().find(|path| self.has(path))
    }

    /// Where the tree has a path when a document goes up too far, or not far enough; and which.
    pub(super) fn other_level(&self, event: &FileEvent, path: &str) -> Option<(String, bool)> {
        let own = folder_of(self.path_of(document_of(event)));
        let folders: Vec<&str> = above(own).collect();
        for from in &folders {
            let Some(rest) = below(path, from) else { continue };
            for other in folders.iter().filter(|other| other != &from) {
                let found = join(other, rest);
                if rest.contains('/') && self.has(&found) {
                    return Some((found, other.len() > from.len()));
                }
            }
        }
        None
    }

    /// A file that the missing one is to be made from: `config.example.json`, `.env.sample`.
    pub(super) fn sample(&self, path: &str) -> Option<String> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        let words = ["example", "sample", "template", "dist", "default"];
        words
            .iter()
            .flat_map(|word| {
                [
                    format!("{name}.{word}"),
                    format!("{stem}.{word}.{end}"),
                    format!("{stem}_{word}.{end}"),
                    format!("{stem}-{word}.{end}"),
                    format!("{word}.{name}"),
                    format!("{word}_{name}"),
                ]
            })
            .map(|name| join(folder, &name))
            .find(|path| self.world.paths.has_file(path))
    }

    /// A file of the same name elsewhere, or of the same name but its ending beside it.
    pub(super) fn similar(&self, path: &str) -> Option<String> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let same = self.world.paths.named(name).into_iter();
        let mut same = same.filter(|path| !scopes::is_development(path));
        if let Some(found) = same.next() {
            return Some(found.to_owned());
        }
        let stem = |name: &str| {
            let stem = name
                .rsplit_once('.')
                .map_or(name, |(stem, _)| stem)
                .to_lowercase();
            stem.replace(['-', ' '], "_")
        };
        let wanted = stem(name);
        let beside = self.world.paths.files_in(folder);
        let is_near = |other: &&str| {
            let other = stem(other.rsplit('/').next().unwrap_or(other));
            // A letter or two may be mistyped, in a name that is long enough to be the same.
            other == wanted || (wanted.len() > 5 && strsim::levenshtein(&other, &wanted) < 3)
        };
        let found = beside.into_iter().find(is_near);
        found.map(str::to_owned)
    }
}

/// Who makes a folder.
pub(super) struct Makers<'a> {
    /// One place.
    pub(super) place: Place,
    places: &'a BTreeSet<(Place, bool)>,
}

impl Makers<'_> {
    /// Whether somebody makes it besides these places, or not at a start.
    pub(super) fn is_elsewhere(&self, own: &BTreeSet<Place>) -> bool {
        self.places
            .iter()
            .any(|(place, is_start)| !is_start || !own.contains(place))
    }
}

/// What a run has made so far.
#[derive(Default)]
pub(super) struct Made {
    paths: BTreeSet<String>,
    /// Whether a folder was made of which nothing is known.
    pub(super) has_unknown: bool,
}

impl Made {
    pub(super) fn has(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    pub(super) fn note(&mut self, ground: &Ground<'_>, program: Option<&ProgramView>, event: &FileEvent) {
        let makes_folder = event.action == FileAction::MakesFolder;
        if !makes_folder && event.action != FileAction::Writes {
            return;
        }
        for value in &event.values {
            self.has_unknown |= makes_folder && *value == Value::Unknown && event.form != Form::FolderOf;
            for path in ground.paths_of(program, event, value) {
                if makes_folder {
                    self.paths.extend(ancestors(&path).map(str::to_owned));
                }
                self.paths.insert(path);
            }
        }
    }
}

/// Ends of every folder that something besides Python makes.
fn deployed(world: &World<'_>) -> BTreeSet<String> {
    let mut ends = BTreeSet::new();
    for maker in daemons::makers(world.documents) {
        let document = &world.documents[maker.document.0 as usize];
        if document.format == Format::Python {
            continue;
        }
        for path in ancestors(&maker.path) {
            ends.insert(path.to_owned());
            let mut rest = path;
            while let Some((_, behind)) = rest.split_once('/') {
                if !behind.is_empty() {
                    ends.insert(behind.to_owned());
                }
                rest = behind;
            }
        }
    }
    ends
}

/// Names of files that commands make, or name among what they work on.
fn files(world: &World<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let documents = world.documents.iter();
    for document in documents.filter(|document| !scopes::is_development_document(document)) {
        let made = document.facts.paths.iter();
        let made = made.filter(|used| used.purpose == Purpose::MakesFile);
        names.extend(made.filter_map(|used| known_name(&used.path)).map(str::to_owned));
        for command in &document.facts.commands {
            if READING.contains(&command.program()) {
                continue;
            }
            let needed = named::needed(command);
            let is_made = |word: &&Word| needed.iter().all(|needed| needed.span != word.span);
            let words = command.arguments().iter().filter(is_made);
            names.extend(words.filter_map(|word| known_name(&word.text)).map(str::to_owned));
        }
        for program in &document.facts.programs {
            let placed = program.placements.iter();
            let placed = placed.flat_map(|placement| [&placement.to, &placement.from]);
            names.extend(placed.filter_map(|path| known_name(path)).map(str::to_owned));
        }
    }
    names
}

/// What a value is known by.
fn key(value: &Value) -> Option<&str> {
    match value {
        Value::Tree(path) | Value::Text(path) | Value::Absolute(path) | Value::Above(_, path) => {
            Some(path.as_str()).filter(|path| !path.is_empty())
        }
        Value::OneOf(_) | Value::Unknown => None,
    }
}

/// The name of a file, when all of it is known.
fn known_name(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    (!name.is_empty() && !name.contains(PART)).then_some(name)
}

/// The part of a path below a folder of the tree.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() {
        return Some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}
