//! What is asked of pip, and what it is asked for at once.

use super::paths::resolve;
use super::scopes::{is_development, is_of_development};
use crate::document::Document;
use crate::facts::requirement::normalize;
use crate::facts::{Command, Origin, Purpose, Requirement};
use crate::finding::{DocumentId, Effect, Place};
use crate::formats::Format;
use pep508_rs::pep440_rs::{Operator, Version, VersionSpecifier, VersionSpecifiers};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

/// A requirement that the target's platform and Python get.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The distribution's name, normalised.
    pub name: String,
    /// As a person would write it: `numpy==2.3.1`.
    pub written: String,
    /// Which versions; nothing when they are not written as pip writes them.
    pub specifiers: Option<VersionSpecifiers>,
    /// Where.
    pub place: Place,
    /// On whose behalf.
    pub origin: Origin,
    /// Whether its file is one that the deployment installs: none of an archive or a sample, and where
    /// commands of the tree name the files that they install, no other.
    pub is_used: bool,
    /// Whether the command that asks for it may be skipped.
    pub is_conditional: bool,
}

impl Ask {
    /// Whether its place holds what `written` says and nothing else: no blanks, extras or quotes.
    pub fn is_plain(&self) -> bool {
        let span = self.place.span;
        (span.end - span.start) as usize == self.written.len()
    }

    /// A requirement at its place.
    pub(super) fn new(requirement: &Requirement, document: DocumentId) -> Self {
        // Poetry's and pipenv's `*` asks for nothing.
        let specifiers = requirement.specifiers.replace(' ', "");
        let specifiers = if specifiers == "*" { "" } else { &specifiers };
        Self {
            name: normalize(&requirement.name),
            written: format!("{}{specifiers}", requirement.name),
            specifiers: read(&requirement.specifiers),
            place: Place {
                document,
                span: requirement.span,
            },
            origin: requirement.origin.clone(),
            is_used: true,
            is_conditional: false,
        }
    }

    /// What becomes of the deployment when pip refuses it.
    pub fn effect(&self) -> Effect {
        if self.is_used {
            Effect::Start
        } else {
            Effect::Advice
        }
    }

    /// The one version that is asked for (`==2.3.1`).
    pub fn pin(&self) -> Option<&Version> {
        let mut exact = self
            .specifiers
            .as_ref()?
            .iter()
            .filter(|specifier| matches!(specifier.operator(), Operator::Equal | Operator::ExactEqual));
        exact.next().map(VersionSpecifier::version)
    }

    /// Whether what is asked for may be older than this version.
    pub fn may_be_before(&self, version: &str) -> bool {
        let Ok(version) = Version::from_str(version) else {
            return true;
        };
        let mut specifiers = self.specifiers.iter().flat_map(|specifiers| specifiers.iter());
        !specifiers.any(|specifier| {
            let is_floor = !matches!(
                specifier.operator(),
                Operator::LessThan | Operator::LessThanEqual | Operator::NotEqual | Operator::NotEqualStar
            );
            is_floor && *specifier.version() >= version
        })
    }

    /// Whether what is asked for may be this version, or a newer one.
    pub fn may_be_since(&self, version: &str) -> bool {
        let Ok(version) = Version::from_str(version) else {
            return true;
        };
        let mut specifiers = self.specifiers.iter().flat_map(|specifiers| specifiers.iter());
        !specifiers.any(|specifier| match specifier.operator() {
            Operator::LessThan => *specifier.version() <= version,
            Operator::LessThanEqual | Operator::Equal | Operator::ExactEqual => {
                *specifier.version() < version
            }
            Operator::EqualStar | Operator::TildeEqual => {
                *specifier.version() < version && !specifier.contains(&version)
            }
            _ => false,
        })
    }

    /// Whether the deployment installs it: a constraint and a group of developers do not.
    pub fn is_installed(&self) -> bool {
        matches!(self.origin, Origin::Main | Origin::Command)
    }
}

/// Specifiers as pip writes them, or else as poetry does: `^2.3`, `~2.3`, `2.3.1`.
fn read(written: &str) -> Option<VersionSpecifiers> {
    VersionSpecifiers::from_str(written).ok().or_else(|| {
        let parts: Option<Vec<String>> = written.split(',').map(|part| plain(part.trim())).collect();
        VersionSpecifiers::from_str(&parts?.join(",")).ok()
    })
}

/// One specifier of poetry in pip's words.
fn plain(part: &str) -> Option<String> {
    if let Some(version) = part.strip_prefix('^') {
        let major: u64 = version.split('.').next()?.parse().ok()?;
        // Below 1 the caret means something else.
        return (major > 0).then(|| format!(">={version},<{}", major + 1));
    }
    if let Some(version) = part.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
        let minor: Vec<&str> = version.split('.').take(2).collect();
        return Some(format!(">={version},=={}.*", minor.join(".")));
    }
    let is_bare = part.starts_with(|first: char| first.is_ascii_digit());
    Some(if is_bare {
        format!("=={part}")
    } else {
        part.to_owned()
    })
}

/// The requirements that one `pip install` gets together, as positions in `asks`, without duplicates.
pub(super) fn sets(documents: &[Document], asks: &[Ask]) -> Vec<Vec<usize>> {
    let by_document = by_document(asks);
    let files = Files::new(documents);
    let mut sets = BTreeSet::new();
    for (id, document) in (0..).map(DocumentId).zip(documents) {
        for command in &document.facts.commands {
            let named = files.named_by(command);
            let here = by_document.get(&id).map_or(&[][..], Vec::as_slice);
            let start = here.partition_point(|index| asks[*index].place.span.start < command.span.start);
            let own = here[start..].iter().copied();
            let mut set: Vec<usize> = own
                .take_while(|index| asks[*index].place.span.end <= command.span.end)
                .filter(|index| asks[*index].origin == Origin::Command)
                .collect();
            if set.len() > 1 || !named.is_empty() {
                set.extend(files.listed(&named, &by_document));
                sets.insert(set);
            }
        }
        let is_file = matches!(document.format, Format::Requirements | Format::Toml);
        if is_file && !files.included.contains(&id) {
            sets.insert(files.listed(&[id], &by_document));
        }
    }
    sets.into_iter().filter(|set| set.len() > 1).collect()
}

/// Notes which asks the deployment may do without: in files that no command installs while commands install
/// others, in files of archives and samples, of commands that may be skipped.
pub(super) fn mark_unused(documents: &[Document], asks: &mut [Ask]) {
    let files = Files::new(documents);
    let named = names_installed(documents);
    let is_named = |path: &str| path.rsplit('/').next().is_some_and(|name| named.contains(name));
    let own = files.by_path.iter().filter(|(path, _)| !is_development(path));
    let (used, others): (Vec<_>, Vec<_>) = own.partition(|(path, _)| is_named(path));
    let roots = if used.is_empty() { others } else { used };
    let used = files.reached(&roots.into_iter().map(|(_, id)| *id).collect::<Vec<_>>());
    for ask in asks.iter_mut() {
        let id = ask.place.document;
        let Some(document) = documents.get(id.0 as usize) else {
            continue;
        };
        let command = document.facts.command_at(ask.place.span);
        ask.is_conditional = command.is_some_and(|command| command.is_conditional);
        ask.is_used = match document.format {
            Format::Requirements => used.contains(&id),
            _ => !is_of_development(documents, document),
        };
    }
}

/// The positions of the asks of each document, in the order of its text.
fn by_document(asks: &[Ask]) -> BTreeMap<DocumentId, Vec<usize>> {
    let mut found: BTreeMap<DocumentId, Vec<usize>> = BTreeMap::new();
    for (index, ask) in asks.iter().enumerate() {
        found.entry(ask.place.document).or_default().push(index);
    }
    for indices in found.values_mut() {
        indices.sort_by_key(|index| asks[*index].place.span);
    }
    found
}

/// The names, without folders, of the files that commands have pip install: from which folder they are
/// called is not always known.
fn names_installed(documents: &[Document]) -> BTreeSet<&str> {
    let others = documents.iter().filter(|document| {
        document.format != Format::Requirements && !is_of_development(documents, document)
    });
    let mut names = BTreeSet::new();
    for document in others {
        let read = document
            .facts
            .paths
            .iter()
            .filter(|path| path.purpose == Purpose::Reads);
        names.extend(read.map(|path| path.path.as_str()));
        for command in &document.facts.commands {
            let pairs = command.words.windows(2);
            let named = pairs.filter(|pair| matches!(pair[0].text.as_str(), "-r" | "--requirement"));
            names.extend(named.map(|pair| pair[1].text.as_str()));
        }
    }
    names
        .into_iter()
        .filter_map(|path| path.rsplit('/').next())
        .collect()
}

/// The requirements files, and which of them include which.
struct Files {
    by_path: BTreeMap<String, DocumentId>,
    includes: BTreeMap<DocumentId, Vec<DocumentId>>,
    included: BTreeSet<DocumentId>,
}

impl Files {
    fn new(documents: &[Document]) -> Self {
        let files = || {
            (0..)
                .map(DocumentId)
                .zip(documents)
                .filter(|(_, document)| document.format == Format::Requirements)
        };
        let by_path: BTreeMap<String, DocumentId> = files()
            .map(|(id, document)| (document.path.clone(), id))
            .collect();
        let includes: BTreeMap<DocumentId, Vec<DocumentId>> = files()
            .map(|(id, document)| {
                let folder = super::modules::folder_of(&document.path);
                let read = document
                    .facts
                    .paths
                    .iter()
                    .filter(|path| path.purpose == Purpose::Reads);
                let found = read
                    .filter_map(|path| resolve(folder, &path.path))
                    .filter_map(|path| by_path.get(&path).copied());
                (id, found.collect())
            })
            .collect();
        let included = includes.values().flatten().copied().collect();
        Self {
            by_path,
            includes,
            included,
        }
    }

    /// The requirements files that a command names with `-r`, where each can be told.
    fn named_by(&self, command: &Command) -> Vec<DocumentId> {
        let words = command.words.windows(2);
        let names = words.filter(|pair| matches!(pair[0].text.as_str(), "-r" | "--requirement" | "-c"));
        let folder = command.known_folder().unwrap_or("");
        names
            .filter_map(|pair| resolve(folder, &pair[1].text))
            .filter_map(|path| self.by_path.get(&path).copied())
            .collect()
    }

    /// What these files and all that they include ask for.
    fn listed(&self, roots: &[DocumentId], by_document: &BTreeMap<DocumentId, Vec<usize>>) -> Vec<usize> {
        let of = |id| by_document.get(id).into_iter().flatten().copied();
        self.reached(roots).iter().flat_map(of).collect()
    }

    /// These files and all that they include.
    fn reached(&self, roots: &[DocumentId]) -> BTreeSet<DocumentId> {
        let mut seen: BTreeSet<DocumentId> = BTreeSet::new();
        let mut open = roots.to_vec();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(self.includes.get(&id).into_iter().flatten());
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Paths, Requirements};
    use super::*;
    use crate::formats::extract;
    use crate::target::PythonVersion;
    use crate::tree::{Entry, Listing};

    /// The requirements of a tree of these files.
    fn join(files: &[(&str, &str)]) -> Requirements {
        let documents: Vec<Document> = files
            .iter()
            .filter_map(|(path, text)| {
                let format = Format::of(path, text.as_bytes())?;
                Some(Document {
                    path: (*path).to_owned(),
                    format,
                    facts: extract(path, format, text).into(),
                    is_executable: None,
                    host: None,
                    is_development: std::sync::OnceLock::new(),
                })
            })
            .collect();
        let mut listing = Listing::default();
        listing
            .files
            .extend(files.iter().map(|(path, _)| Entry::new(*path, 1)));
        Requirements::join(
            &documents,
            &Paths::new(&listing),
            PythonVersion { major: 3, minor: 10 },
        )
    }

    fn sets(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let of = |set: Vec<&Ask>| set.iter().map(|ask| ask.written.clone()).collect();
        join(files).sets().map(of).collect()
    }

    #[test]
    fn the_words_of_poetry_are_understood() {
        let version = Version::new([2, 3, 1]);
        for (written, allows) in [
            ("^2.1", Some(true)),
            ("^1.26", Some(false)),
            ("~2.3", Some(true)),
            ("~2.3.2", Some(false)),
            ("2.3.1", Some(true)),
            ("2.3.*", Some(true)),
            (">=2,<3", Some(true)),
            ("^0.3", None),
            ("*", None),
            ("^2 || ^3", None),
        ] {
            assert_eq!(
                read(written).map(|found| found.contains(&version)),
                allows,
                "{written}"
            );
        }
    }

    #[test]
    fn files_are_installed_with_what_they_include() {
        let found = sets(&[
            ("requirements.txt", "-r requirements/base.txt\nb == 2\n"),
            ("requirements/base.txt", "a==1\n-r ../requirements.txt\n"),
            ("requirements-gpu.txt", "c\nd ; os_name == 'nt'\n"),
        ]);
        assert!(found.is_empty(), "a circle has no file to begin with: {found:?}");
        let found = sets(&[
            ("requirements.txt", "-r requirements/base.txt\nb == 2\n"),
            ("requirements/base.txt", "a==1\n"),
            ("requirements-gpu.txt", "c\nd ; os_name == 'nt'\n"),
        ]);
        assert_eq!(found, [["b==2", "a==1"]]);
    }

    #[test]
    fn a_command_installs_its_files_and_names_at_once() {
        let found = sets(&[
            (
                "deploy.sh",
                "pip install -r requirements.txt x==1 y\npip install z\n",
            ),
            ("requirements.txt", "a==1\n"),
        ]);
        assert_eq!(found, [["x==1", "y", "a==1"]]);
    }

    #[test]
    fn a_file_that_no_command_names_is_unused() {
        let files = [
            ("deploy.sh", "pip install -r \"$ROOT/requirements.txt\"\n"),
            ("requirements.txt", "-r requirements-base.txt\n"),
            ("requirements-base.txt", "a==1\n"),
            ("requirements-core.txt", "b==1\n"),
        ];
        let used = |files: &[(&str, &str)]| -> Vec<(String, bool)> {
            let joined = join(files);
            let of = |ask: &Ask| (ask.name.clone(), ask.is_used);
            joined.asks().iter().map(of).collect()
        };
        assert_eq!(used(&files), [("a".to_owned(), true), ("b".to_owned(), false)]);
        assert!(used(&files[1..]).iter().all(|(_, is_used)| *is_used));
    }

    #[test]
    fn local_installs_make_their_folder_importable() {
        let roots = |files: &[(&str, &str)]| join(files).local_roots().to_vec();
        let project = ("lib/pyproject.toml", "[build-system]\nrequires = ['hatchling']\n");
        let inside = ("lib/src/desk/__init__.py", "");
        assert_eq!(
            roots(&[("requirements.txt", "-e ./lib\n"), project, inside]),
            ["lib/src"]
        );
        assert_eq!(
            roots(&[("deploy.sh", "cd lib\npip install .\n"), project]),
            ["lib"]
        );
        assert_eq!(roots(&[("deploy.sh", "cd lib && uv sync\n"), project]), ["lib"]);
        let script = ("lib/setup.py", "");
        for way in ["develop", "install"] {
            let command = format!("cd lib\npython3 setup.py {way}\n");
            assert_eq!(roots(&[("deploy.sh", &command), script]), ["lib"]);
        }
        assert_eq!(roots(&[("deploy.sh", "poetry install\n"), project]), [""; 0]);
        assert_eq!(roots(&[("requirements.txt", "-e ./gone\n"), project]), [""; 0]);
    }
}
