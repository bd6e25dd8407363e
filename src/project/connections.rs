//! The connections to databases that the tree describes: calls, tables, URLs, variables and commands.

use super::Project;
use crate::document::Document;
use crate::facts::connection::is_about_databases;
use crate::facts::{
    Access, Command, Connection, Field, Giver, Part, Reach, Role, Secret, ServerConfig, Value, Variable,
};
use crate::finding::{DocumentId, Place, Scope};
use crate::formats::Format;
use crate::knowledge::connections as known;
use crate::source::{Span, Spanned};
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

/// A connection, and where it is described.
#[derive(Debug, Clone)]
pub struct Link {
    /// The document.
    pub document: DocumentId,
    /// What is connected to: `PostgreSQL`, or `a database`.
    pub kind: &'static str,
    /// How it is described.
    pub way: Way,
    /// Its parts.
    pub parts: Connection,
}

/// How a connection is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// A call that connects.
    Call,
    /// A table of its parts.
    Table,
    /// A URL.
    Url,
    /// Variables of which each holds a part.
    Variables,
    /// A command such as `psql`.
    Command,
}

/// The variable from which clients of PostgreSQL take the password.
const PASSWORD: &str = "PGPASSWORD";
/// What is connected to, where nothing tells.
const UNTOLD: &str = "a database";

impl Link {
    /// The place of a part of it.
    pub fn at(&self, span: Span) -> Place {
        Place {
            document: self.document,
            span,
        }
    }
}

impl Project {
    /// Every connection to a database that the tree describes, by document and place.
    pub fn links(&self) -> &[Link] {
        self.links.get_or_init(|| {
            let documents = self.documents();
            documents
                .flat_map(|(id, document)| of_document(id, document))
                .collect()
        })
    }

    /// The connections whose password stands in code or settings, with that password. A `.env` is where passwords
    /// belong; whether it may be in the tree is another question.
    pub fn passwords_of_databases(&self) -> impl Iterator<Item = (&Link, &Part<Secret>, &Secret)> {
        self.links().iter().filter_map(|link| {
            let document = self.document(link.document)?;
            let part = link.parts.password.as_ref()?;
            let is_of_env = document.format == Format::Dotenv || document.path.contains(".env");
            let secret = part.value.as_ref().filter(|_| !is_of_env)?;
            Some((link, part, secret))
        })
    }

    /// The modules that another module of the server imports, and whose name says that connections to databases are
    /// made there, each with the place where it connects.
    pub fn central_connections(&self) -> Vec<&Link> {
        let imported = LazyCell::new(|| self.imported_names());
        let links = self.links().iter().filter(|link| {
            let path = self
                .document(link.document)
                .map_or("", |document| document.path.as_str());
            let stem = path.strip_suffix(".py").unwrap_or_default();
            let stem = stem.rsplit('/').next().unwrap_or_default();
            let says_so = is_about_databases(&stem.replace('_', " ")) || stem.contains("connection");
            link.way == Way::Call
                && self.scope(link.document) == Scope::Deployed
                && says_so
                && imported.contains(stem)
        });
        let mut seen = BTreeSet::new();
        links.filter(|link| seen.insert(link.document)).collect()
    }

    /// The last parts of the names of modules that the server's code imports, and what it takes from them.
    fn imported_names(&self) -> BTreeSet<&str> {
        let served = self
            .documents()
            .filter(|(id, _)| self.scope(*id) == Scope::Deployed);
        served.flat_map(|(id, _)| self.names_of_imports(id)).collect()
    }

    /// The configurations of servers of databases that are not those of containers, and whether a script puts each where
    /// the server reads it.
    pub fn server_configs(&self) -> Vec<(DocumentId, &ServerConfig, bool)> {
        let programs = || {
            self.documents()
                .flat_map(|(_, document)| &document.facts.programs)
        };
        let targets = self
            .documents()
            .flat_map(|(_, document)| document.facts.targets.iter().map(|(_, program)| program));
        let placed = programs().chain(targets).flat_map(|program| &program.placements);
        let placed: Vec<&str> = placed.map(|placement| placement.from.as_str()).collect();
        let found = self.documents().filter_map(|(id, document)| {
            let config = document.facts.server.as_deref()?;
            let is_of_container = document.path.split('/').any(|part| part.contains("docker"))
                || placed
                    .iter()
                    .any(|from| *from != "." && document.path.ends_with(from));
            if is_of_container || !self.tells_of_server(id) {
                return None;
            }
            Some((
                id,
                config,
                document.host.is_some() || self.put_below(id, "/").is_some(),
            ))
        });
        found.collect()
    }

    /// The names by which containers find each other: the services of compose files.
    pub fn container_names(&self) -> BTreeSet<&str> {
        let containers = self.programs().filter(|(_, program)| program.in_container);
        containers.map(|(_, program)| program.name.as_str()).collect()
    }
}

fn of_document(id: DocumentId, document: &Document) -> Vec<Link> {
    let facts = &document.facts;
    let mut found = Vec::new();
    let link = |kind, way, parts| Link {
        document: id,
        kind,
        way,
        parts,
    };
    let mut lone = Vec::new();
    let mut seen = BTreeSet::new();
    for connection in &facts.connections {
        if let Some((kind, way)) = told(connection) {
            if way == Way::Url {
                seen.insert(connection.span.start);
            }
            found.push(link(kind, way, connection.clone()));
        } else if let Some((prefix, _)) = connection.name.as_deref().and_then(Field::of_variable)
            && connection.call.is_none()
            && connection.engine.is_none()
        {
            lone.push((prefix, connection.clone()));
        }
    }
    for value in facts.values.iter().filter(|value| acts(value)) {
        if seen.contains(&value.span.start) {
            continue;
        }
        if let Some((kind, url)) = of_url(value) {
            found.push(link(kind, Way::Url, url));
        }
    }
    if document.format != Format::Python {
        lone.extend(facts.variables.iter().filter_map(of_variable));
    }
    let told: BTreeMap<u32, Span> = lone
        .iter()
        .filter_map(|(_, one)| {
            let part = one.password.as_ref()?;
            (one.name.as_deref() == Some(PASSWORD)).then_some((part.span.start, part.span))
        })
        .collect();
    found.extend(
        grouped(lone)
            .into_iter()
            .map(|parts| link(kind_of_name(&parts), Way::Variables, parts)),
    );
    for (kind, mut parts) in facts.commands.iter().filter_map(of_command) {
        // The password before a command is a variable as well: one place, not two.
        if let Some(password) = parts.password.as_mut().filter(|part| part.span == parts.span)
            && let Some((_, span)) = told.range(parts.span.start..parts.span.end).next()
        {
            password.span = *span;
        }
        found.push(link(kind, Way::Command, parts));
    }
    found
}

/// The connections that settings of one program describe: URLs, and variables of which each holds a part.
pub(super) fn of_settings<'a>(
    document: DocumentId,
    settings: impl Iterator<Item = (&'a str, &'a Spanned<String>)>,
) -> Vec<Link> {
    let mut found = Vec::new();
    let mut lone = Vec::new();
    for (name, value) in settings {
        let text = value.value.trim();
        if let Some(mut url) = Connection::of_url(text, value.span, &Giver::Nothing)
            && let Some(kind) = url.engine.as_deref().and_then(known::of_scheme)
        {
            url.name = Some(name.to_owned());
            found.push(Link {
                document,
                kind,
                way: Way::Url,
                parts: url,
            });
        } else if let Some((prefix, field)) = Field::of_variable(name) {
            let mut parts = Connection {
                name: Some(name.to_owned()),
                span: value.span,
                ..Connection::default()
            };
            parts.set(field, written(text, value.span));
            lone.push((prefix, parts));
        }
    }
    found.extend(grouped(lone).into_iter().map(|parts| Link {
        document,
        kind: kind_of_name(&parts),
        way: Way::Variables,
        parts,
    }));
    found
}

/// A part as a file of settings writes it: with an expansion in it, its value is not known.
fn written(text: &str, span: Span) -> Part<String> {
    let is_known = !text.contains(['$', '{', '%', '<', '`']);
    Part {
        value: is_known.then(|| text.to_owned()),
        giver: if is_known {
            Giver::Nothing
        } else {
            Giver::Elsewhere
        },
        span,
    }
}

/// The part of a connection that a variable holds where it is set, and what groups it with its like.
fn of_variable(variable: &Variable) -> Option<(String, Connection)> {
    let Access::Set(text) = &variable.access else {
        return None;
    };
    let (prefix, field) = Field::of_variable(&variable.name)?;
    let mut connection = Connection {
        name: Some(variable.name.clone()),
        span: variable.span,
        ..Connection::default()
    };
    connection.set(field, written(text, variable.span));
    Some((prefix, connection))
}

/// What a connection of the facts leads to, and how it is described; nothing where it is no connection to a
/// database, or only one part of it.
fn told(connection: &Connection) -> Option<(&'static str, Way)> {
    if let Some(call) = &connection.call {
        let kind = known::of_call(call);
        // A call by any name that is handed a database, and who connects: no machine's log-in has the first.
        let is_clear =
            connection.database.is_some() && (connection.user.is_some() || connection.password.is_some());
        return kind.or(is_clear.then_some(UNTOLD)).map(|kind| (kind, Way::Call));
    }
    let parts = [
        &connection.host,
        &connection.port,
        &connection.database,
        &connection.user,
    ];
    let count = parts.into_iter().flatten().count() + usize::from(connection.password.is_some());
    if let Some(engine) = &connection.engine {
        let named = known::of_scheme(engine).map(|kind| (kind, Way::Url));
        let framed = !known::of_engine(engine).is_empty() || engine.contains("db.backends");
        return named.or(framed.then_some((kind_of_engine(engine), Way::Table)));
    }
    let is_named = connection.name.as_deref().is_some_and(is_about_databases);
    let is_clear =
        connection.database.is_some() && (connection.user.is_some() || connection.password.is_some());
    (count >= 2 && (is_named || is_clear)).then(|| (kind_of_name(connection), Way::Table))
}

fn kind_of_engine(engine: &str) -> &'static str {
    let kinds = [
        ("postg", "PostgreSQL"),
        ("mysql", "MySQL"),
        ("oracle", "Oracle"),
        ("sqlite", "SQLite"),
        ("redis", "Redis"),
        ("memcache", "memcached"),
    ];
    let found = kinds.into_iter().find(|(word, _)| engine.contains(word));
    found.map_or(UNTOLD, |(_, kind)| kind)
}

fn kind_of_name(connection: &Connection) -> &'static str {
    let name = connection
        .name
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let kinds = [
        ("postgres", "PostgreSQL"),
        ("pg", "PostgreSQL"),
        ("mysql", "MySQL"),
        ("maria", "MariaDB"),
        ("mongo", "MongoDB"),
        ("redis", "Redis"),
        ("clickhouse", "ClickHouse"),
    ];
    let found = kinds.into_iter().find(|(word, _)| name.contains(word));
    found.map_or(UNTOLD, |(_, kind)| kind)
}

/// Whether something acts on a text.
fn acts(value: &Value) -> bool {
    let is_seen = value.role.is_prose()
        || matches!(
            value.role,
            Role::Pattern | Role::Compared | Role::Markup | Role::Key
        );
    !is_seen && value.reach != Reach::Elsewhere && value.text.contains("://")
}

fn of_url(value: &Value) -> Option<(&'static str, Connection)> {
    let is_variable = |name: &str| {
        name.bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let giver = match (value.role, &value.name) {
        (Role::Default, Some(name)) if is_variable(name) => Giver::Variable(name.clone()),
        (Role::Default, _) => Giver::Elsewhere,
        // `dj_database_url.config(default="…")`.
        (_, Some(name)) if name == "default" && value.call.is_some() => {
            Giver::Variable("DATABASE_URL".to_owned())
        }
        _ => Giver::Nothing,
    };
    let mut url = Connection::of_url(&value.text, value.span, &giver)?;
    let kind = known::of_scheme(url.engine.as_deref()?)?;
    url.name.clone_from(&value.name);
    url.call.clone_from(&value.call);
    Some((kind, url))
}

/// Joins variables that stand together: those of one prefix, until one comes a second time.
fn grouped(lone: Vec<(String, Connection)>) -> Vec<Connection> {
    let mut groups: Vec<(String, Connection)> = Vec::new();
    for (prefix, one) in lone {
        let open = groups
            .iter_mut()
            .rev()
            .take(6)
            .find(|(other, _)| *other == prefix);
        match open {
            Some((_, group)) if !overlap(group, &one) => join(group, one),
            _ => groups.push((prefix, one)),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn overlap(left: &Connection, right: &Connection) -> bool {
    left.host.is_some() && right.host.is_some()
        || left.port.is_some() && right.port.is_some()
        || left.database.is_some() && right.database.is_some()
        || left.user.is_some() && right.user.is_some()
        || left.password.is_some() && right.password.is_some()
}

fn join(group: &mut Connection, one: Connection) {
    group.host = group.host.take().or(one.host);
    group.port = group.port.take().or(one.port);
    group.database = group.database.take().or(one.database);
    group.user = group.user.take().or(one.user);
    group.password = group.password.take().or(one.password);
}

/// `psql -h host -U user -d name`, `mysql -u user -ppassword name`.
fn of_command(command: &Command) -> Option<(&'static str, Connection)> {
    let kind = match command.program() {
        "psql" | "pg_dump" | "pg_restore" | "createdb" | "pg_isready" => "PostgreSQL",
        "mysql" | "mysqldump" | "mariadb" => "MySQL",
        _ => return None,
    };
    let mut parts = Connection {
        call: Some(command.program().to_owned()),
        span: command.span,
        ..Connection::default()
    };
    if let Some((_, text)) = command.assignments.iter().find(|(name, _)| name == PASSWORD) {
        let is_known = !text.contains(['$', '`']);
        let part = Part {
            value: is_known.then(|| text.clone()),
            giver: if is_known {
                Giver::Nothing
            } else {
                Giver::Elsewhere
            },
            span: command.span,
        };
        parts.set(Field::Password, part);
    }
    let mut words = command.arguments().iter().peekable();
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        let (option, inline) = match text.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value)),
            _ => (text, None),
        };
        let field = match (option, kind) {
            ("-h" | "--host", _) => Field::Host,
            ("-U" | "--username", "PostgreSQL") | ("-u" | "--user", "MySQL") => Field::User,
            ("-d" | "--dbname", "PostgreSQL") | ("-D" | "--database", "MySQL") => Field::Database,
            ("-p" | "--port", "PostgreSQL") => Field::Port,
            ("--password", "MySQL") => Field::Password,
            _ if kind == "MySQL" && text.len() > 2 && text.starts_with("-p") && word.is_literal => {
                parts.set(Field::Password, Part::fixed(&text[2..], word.span));
                continue;
            }
            _ => continue,
        };
        let (value, span, is_literal) = match inline {
            Some(value) => (value, word.span, word.is_literal),
            None => match words.next() {
                Some(next) => (next.text.as_str(), next.span, next.is_literal),
                None => break,
            },
        };
        let giver = if is_literal {
            Giver::Nothing
        } else {
            Giver::Elsewhere
        };
        let value = is_literal.then(|| value.to_owned());
        parts.set(field, Part { value, giver, span });
    }
    Some((kind, parts))
}
