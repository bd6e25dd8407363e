//! What a container with a server of databases makes when it is new, and who connects to it by its name.

use super::{Common, Contradiction, Project, View, is_beside, is_stand_in};
use crate::facts::{Command, EnvironmentFile, Field, MadeKind, Manager, Program, Secret};
use crate::finding::{DocumentId, Place, ProgramId};
use crate::knowledge::connections::{Image, is_official, of_image};
use crate::project::connections::{self, Link};
use crate::project::environment::last_parts;
use crate::source::Spanned;
use std::collections::{BTreeMap, BTreeSet};

/// A container, and what its image makes of its environment.
struct Store<'a> {
    document: DocumentId,
    program: &'a Program,
    image: &'static Image,
    /// Whether something else may make more: scripts that the image runs, files of variables.
    is_open: bool,
}

/// A statement of the container: the value, and where it stands.
type Told<'a> = (&'a str, Place);

impl<'a> Store<'a> {
    fn of(document: DocumentId, program: &'a Program) -> Option<Self> {
        let image = of_image(&program.setting("image")?.value)?;
        let runs_scripts = program
            .placements
            .iter()
            .any(|placement| placement.to.contains("initdb"));
        Some(Self {
            document,
            program,
            image,
            is_open: runs_scripts || !program.environment_files.is_empty(),
        })
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        let own = ["container_name", "hostname"].into_iter();
        let own = own
            .filter_map(|key| self.program.setting(key))
            .map(|name| name.value.as_str());
        std::iter::once(self.program.name.as_str()).chain(own)
    }

    /// The first of the variables that is set, where its value is known.
    fn variable(&self, names: &[String]) -> Option<&'a Spanned<String>> {
        names.iter().find_map(|name| self.program.variable(name))
    }

    fn told(&self, names: &[String]) -> Option<Told<'a>> {
        let value = self.variable(names).filter(|value| !value.value.contains('$'))?;
        let span = value.span;
        Some((
            value.value.as_str(),
            Place {
                document: self.document,
                span,
            },
        ))
    }

    /// Where the container is defined.
    fn place(&self) -> Place {
        Place {
            document: self.document,
            span: self.program.span,
        }
    }

    /// The user that it makes; nothing where that is not known.
    fn user(&self) -> Option<Told<'a>> {
        match self.variable(&self.image.user) {
            Some(_) => self.told(&self.image.user),
            None => Some((self.image.admin.as_str(), self.place())),
        }
    }

    /// The database that it makes; PostgreSQL names it after the user.
    fn database(&self) -> Option<Told<'a>> {
        match self.variable(&self.image.database) {
            Some(_) => self.told(&self.image.database),
            None if self.image.kind == "PostgreSQL" => self.user(),
            None => None,
        }
    }

    /// The password of a user, where it is written.
    fn password(&self, user: &str) -> Option<(Secret, Place)> {
        let is_admin = user == self.image.admin && !self.image.admin_password.is_empty();
        let names = if is_admin {
            &self.image.admin_password
        } else {
            &self.image.password
        };
        let (text, place) = self.told(names)?;
        Some((Secret::of(text)?, place))
    }

    /// The port that it listens on, unless its command says another.
    fn port(&self) -> Option<&'static str> {
        let is_usual = self.program.command.is_none() && self.program.variable("PGPORT").is_none();
        is_usual.then_some(self.image.port.as_str())
    }
}

/// A container with a server of databases that ends at its first start: none of the variables is set that it asks for.
#[derive(Debug, Clone)]
pub struct Refusal<'a> {
    /// The service.
    pub program: ProgramId,
    /// Its image.
    pub image: &'a str,
    /// Where it is defined.
    pub place: Place,
    /// The variables of which one has to be set, perhaps with the value that counts.
    pub asks: &'static [String],
    /// What it says.
    pub says: &'static str,
}

/// How little stands before the data of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// No password.
    Open,
    /// A password that everybody tries first.
    Weak,
}

impl Project {
    /// The services of compose files whose new databases end at once, in the order of programs.
    pub fn uninitialized_stores(&self) -> Vec<Refusal<'_>> {
        let files: Vec<&str> = self
            .environment_files()
            .map(|(_, document)| document.path.as_str())
            .collect();
        // Another file of the same system may give the service what it needs.
        let mut given: BTreeSet<&str> = BTreeSet::new();
        let mut found = Vec::new();
        for (id, view) in self
            .programs()
            .filter(|(_, view)| view.manager == Manager::Compose)
        {
            let Some((document, program)) = self.definition(id) else {
                continue;
            };
            let image = program.setting("image").map(|image| image.value.as_str());
            let asks = image.filter(|image| is_official(image)).and_then(of_image);
            let Some((written, image)) = image.zip(asks.filter(|image| !image.asks.is_empty())) else {
                continue;
            };
            if is_given(program, &view.environment, &files, image) {
                given.insert(program.name.as_str());
            } else if program.autostart {
                let place = Place {
                    document,
                    span: program.span,
                };
                let refusal = Refusal {
                    program: id,
                    image: written,
                    place,
                    asks: &image.asks,
                    says: &image.says,
                };
                found.push((program.name.as_str(), refusal));
            }
        }
        found.retain(|(name, _)| !given.contains(name));
        found.into_iter().map(|(_, refusal)| refusal).collect()
    }

    /// How little stands before the data of a service with a server of databases, where that is told.
    pub fn guard_of(&self, document: DocumentId, service: &str) -> Option<Guard> {
        let mut programs = self.document(document)?.facts.programs.iter();
        let program =
            programs.find(|program| program.manager == Manager::Compose && program.name == service)?;
        let store = Store::of(document, program)?;
        let is_on = |name: &String| {
            let value = program
                .variable(name)
                .map(|value| value.value.to_ascii_lowercase());
            value.is_some_and(|value| matches!(value.as_str(), "trust" | "yes" | "1" | "true"))
        };
        let command = program
            .command
            .as_ref()
            .map_or("", |command| command.value.as_str());
        let closes = |word: &String| program.variable(word).is_some() || command.contains(word.as_str());
        let is_closed =
            store.image.closed_by.is_empty() || store.is_open || store.image.closed_by.iter().any(closes);
        if store.image.opened_by.iter().any(is_on) || !is_closed {
            return Some(Guard::Open);
        }
        let own = [&store.image.password, &store.image.admin_password].into_iter();
        let secrets = own.filter_map(|names| Secret::of(store.told(names)?.0));
        secrets
            .into_iter()
            .any(|secret| secret.is_stand_in())
            .then_some(Guard::Weak)
    }
}

/// Whether a service has, or may have, what its image asks for, or starts something else than the server.
fn is_given(
    program: &Program,
    environment: &BTreeMap<String, String>,
    files: &[&str],
    image: &Image,
) -> bool {
    let is_known = |file: &EnvironmentFile| {
        let end = last_parts(&file.path.value);
        let mut rests = files.iter().filter_map(|path| path.strip_suffix(end));
        rests.any(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let is_set = |asked: &String| match asked.split_once('=') {
        Some((name, value)) => {
            let set = environment.get(name);
            set.is_some_and(|set| set == value || set.contains('$'))
        }
        None => environment.contains_key(asked),
    };
    let is_server = match program.commands.first().map(Command::program) {
        None => program.command.is_none(),
        Some(first) => first.starts_with('-') || image.servers.iter().any(|server| server == first),
    };
    !is_server
        || program.entry_point.is_some()
        || program.setting("extends").is_some()
        || !program.environment_files.iter().all(is_known)
        || image.asks.iter().any(is_set)
}

/// Every connection to a container by its name that does not fit what the container makes.
pub(super) fn find(view: &View<'_>) -> Vec<Contradiction> {
    let project = view.project;
    let mut stores: BTreeMap<&str, Vec<Store<'_>>> = BTreeMap::new();
    let mut found = Vec::new();
    for (id, document) in project.documents().filter(|(id, _)| view.is_of_server(*id)) {
        let services = document
            .facts
            .programs
            .iter()
            .filter(|program| program.manager == Manager::Compose);
        let own: Vec<Store<'_>> = services
            .clone()
            .filter_map(|program| Store::of(id, program))
            .collect();
        for program in services {
            for link in of_environment(id, program) {
                let host = link.parts.host.as_ref().and_then(|host| host.value.as_deref());
                let mut matching = own
                    .iter()
                    .filter(|store| host.is_some_and(|host| store.names().any(|name| name == host)));
                if let Some(store) = matching.next() {
                    found.extend(compare(view, store, &link));
                }
            }
        }
        for store in own {
            stores.entry(store.program.name.as_str()).or_default().push(store);
        }
    }
    let of_compose: BTreeSet<DocumentId> = stores.values().flatten().map(|store| store.document).collect();
    for link in project
        .links()
        .iter()
        .filter(|link| !of_compose.contains(&link.document))
    {
        let Some(host) = link.parts.host.as_ref().filter(|host| view.counts(*host)) else {
            continue;
        };
        // With two files that define it, which of them is used is not told.
        if let Some([store]) = host
            .value
            .as_deref()
            .and_then(|host| stores.get(host))
            .map(Vec::as_slice)
            && view.is_of_server(link.document)
        {
            found.extend(compare(view, store, link));
        }
    }
    found
}

/// The connections that a service is given by its environment.
fn of_environment(document: DocumentId, program: &Program) -> Vec<Link> {
    let settings = program
        .environment
        .iter()
        .map(|(name, value)| (name.as_str(), value));
    connections::of_settings(document, settings)
}

fn compare(view: &View<'_>, store: &Store<'_>, link: &Link) -> Vec<Contradiction> {
    let parts = &link.parts;
    let is_sample = view.is_sample(link.document);
    let contradiction = |field, span, said: Option<&str>, other: Told<'_>, whom: &str| Contradiction {
        field,
        place: link.at(span),
        said: said.map(str::to_owned),
        other_place: other.1,
        other: vec![other.0.to_owned()],
        common: Common::Container(store.program.name.clone()),
        whom: whom.to_owned(),
        is_sample,
        programs: Vec::new(),
    };
    let mut found = Vec::new();
    if let (Some(port), Some((part, said))) = (store.port(), view.known(parts.port.as_ref()))
        && said != port
    {
        found.push(contradiction(
            Field::Port,
            part.span,
            Some(said),
            (port, store.place()),
            &store.image.kind,
        ));
    }
    let database = store
        .database()
        .filter(|_| !store.is_open && !store.image.makes_any);
    if let (Some(own), Some((part, said))) = (database, view.known(parts.database.as_ref())) {
        let is_made = said == own.0
            || store.image.databases.iter().any(|preset| preset == said)
            || may_make(view, MadeKind::Database, said);
        if !is_made && !is_beside(said) && !is_stand_in(said) {
            found.push(contradiction(Field::Database, part.span, Some(said), own, ""));
        }
    }
    let Some((user_part, user)) = view.known(parts.user.as_ref()) else {
        return found;
    };
    let Some(own) = store.user().filter(|own| !store.is_open && !own.0.is_empty()) else {
        return found;
    };
    let is_known = user == own.0 || user == store.image.admin;
    if !is_known && !store.image.makes_any && !may_make(view, MadeKind::User, user) && !is_stand_in(user) {
        found.push(contradiction(Field::User, user_part.span, Some(user), own, ""));
    }
    if let (true, Some((password, place)), Some(part)) = (is_known, store.password(user), &parts.password)
        && let Some(given) = part.value.filter(|_| view.counts(part) && !is_sample)
        && given != password
    {
        found.push(contradiction(Field::Password, part.span, None, ("", place), user));
    }
    found
}

/// Whether something of the tree makes, or may make, a database or a user of this name.
fn may_make(view: &View<'_>, what: MadeKind, name: &str) -> bool {
    let texts = view
        .project
        .documents()
        .flat_map(|(_, document)| &document.facts.made);
    let mut texts = texts.filter(|made| made.what == what);
    let program = if what == MadeKind::Database {
        "createdb"
    } else {
        "createuser"
    };
    texts.any(|made| made.name.as_deref().is_none_or(|made| made == name))
        || view
            .project
            .commands()
            .any(|(_, command)| command.words.iter().any(|word| word.text == program))
}
