//! What a document says of the way to a database, and of the address that a server listens on.

use super::password::Secret;
use crate::source::Span;

/// What a document says of a connection: all of it, or one part, such as the host.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// The call that connects, with its module: `psycopg2.connect`.
    pub call: Option<String>,
    /// The name of the table or variable that holds it: `DB_CONFIG`, `DB_PASSWORD`.
    pub name: Option<String>,
    /// What names the kind of database: Django's `ENGINE`, the scheme of a URL.
    pub engine: Option<String>,
    /// The machine.
    pub host: Option<Part<String>>,
    /// The port.
    pub port: Option<Part<String>>,
    /// The database.
    pub database: Option<Part<String>>,
    /// Who connects.
    pub user: Option<Part<String>>,
    /// With which password.
    pub password: Option<Part<Secret>>,
    /// The call, the table or the variable.
    pub span: Span,
}

/// A part of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T> {
    /// What is written, if that is known.
    pub value: Option<T>,
    /// What may put something else in its stead.
    pub giver: Giver,
    /// Where it stands.
    pub span: Span,
}

/// What decides a value in the stead of what is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Giver {
    /// Nothing: what is written is what is used.
    #[default]
    Nothing,
    /// An environment variable.
    Variable(String),
    /// Something that the document does not tell: a caller, a setting of another module.
    Elsewhere,
}

/// A table of a database that a document makes or asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableUse {
    /// Its name in small letters, with its schema where one is written; what is not known of it as it is written.
    pub name: String,
    /// Whether the document makes it.
    pub is_made: bool,
    /// Where it is made, or the query that needs it.
    pub span: Span,
}

/// A server that a document starts.
#[derive(Debug, Clone)]
pub struct Listener {
    /// The call that listens, with its module: `uvicorn.run`.
    pub call: String,
    /// The address that it listens on, where one is given.
    pub host: Option<Part<String>>,
    /// Where the call says that it is a server for developers (`debug=True`, `reload=True`): the keyword, and what may
    /// put something else in the stead of its value.
    pub debug: Option<Part<String>>,
    /// The call.
    pub span: Span,
}

/// A setting of Django, at the top of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name: `DEBUG`.
    pub name: String,
    /// What it gets.
    pub value: SettingValue,
    /// What may put something else in its stead.
    pub giver: Giver,
    /// Where the value stands.
    pub span: Span,
}

/// What a setting gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// A truth value.
    Truth(bool),
    /// A list of texts, all of them known.
    List(Vec<String>),
    /// A secret.
    Secret(Secret),
    /// Something that the document does not tell.
    Unknown,
}

/// Which part of a connection something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The machine.
    Host,
    /// The port.
    Port,
    /// The database.
    Database,
    /// Who connects.
    User,
    /// The password.
    Password,
    /// What names the kind of database.
    Engine,
}

impl Field {
    /// The part that a key of a table or an argument of a call is: `host`, `dbname`, `PASSWORD`.
    pub fn of_key(key: &str) -> Option<Self> {
        // Django's; in lower case it is the name of anything.
        if key == "NAME" {
            return Some(Self::Database);
        }
        // Of a cache; its place is a URL of its own.
        if key == "BACKEND" {
            return Some(Self::Engine);
        }
        let mut letters = [0; LONGEST];
        Some(match small(key, &mut letters)? {
            "host" | "hostname" | "server" | "hostaddr" => Self::Host,
            "port" => Self::Port,
            "database" | "dbname" | "db" | "db_name" | "database_name" => Self::Database,
            "user" | "username" | "db_user" => Self::User,
            "password" | "passwd" | "db_password" | "pass" | "pwd" => Self::Password,
            "engine" | "drivername" | "dialect" => Self::Engine,
            _ => return None,
        })
    }

    /// The part of a database's connection that a variable of this name holds, and what stands before it:
    /// `DB_HOST`, `postgres_password`, `PGUSER`.
    pub fn of_variable(name: &str) -> Option<(String, Self)> {
        let name = name.rsplit('.').next().unwrap_or(name);
        let mut letters = [0; LONGEST];
        let is_postgres = name
            .get(..2)
            .is_some_and(|first| first.eq_ignore_ascii_case("pg"));
        if is_postgres && name.as_bytes().get(2) != Some(&b'_') {
            let field = Self::of_word(small(&name[2..], &mut letters)?)?;
            return Some(("pg".to_owned(), field));
        }
        let (prefix, word) = name.rsplit_once('_')?;
        let field = Self::of_word(small(word, &mut letters)?)?;
        let prefix = prefix.to_ascii_lowercase();
        let mut words = prefix.rsplit('_');
        // The name of something else that a database has: of an application, a table, a file.
        let is_other = word.eq_ignore_ascii_case("name")
            && words.clone().next().is_some_and(|last| !WORDS.contains(&last));
        let is_database = !is_other && words.any(|word| WORDS.contains(&word));
        is_database.then_some((prefix, field))
    }

    fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "host" | "hostname" | "server" | "address" | "addr" | "hostaddr" => Self::Host,
            "port" => Self::Port,
            "name" | "db" | "database" | "dbname" => Self::Database,
            "user" | "username" => Self::User,
            "password" | "passwd" | "pass" | "pwd" => Self::Password,
            _ => return None,
        })
    }
}

/// Letters of the longest word that names a part of a connection.
const LONGEST: usize = 16;

/// A word in small letters; nothing for a longer one. Asked for every key of every document, so it takes no memory.
fn small<'a>(word: &str, letters: &'a mut [u8; LONGEST]) -> Option<&'a str> {
    let letters = letters.get_mut(..word.len())?;
    letters.copy_from_slice(word.as_bytes());
    letters.make_ascii_lowercase();
    std::str::from_utf8(letters).ok()
}

/// Words of names that have to do with a database.
const WORDS: [&str; 20] = [
    "db",
    "database",
    "databases",
    "postgres",
    "postgresql",
    "pg",
    "pgsql",
    "psql",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "redis",
    "sql",
    "rds",
    "timescale",
    "timescaledb",
    "clickhouse",
    "mssql",
    "oracle",
];

/// Whether a name has to do with a database.
pub fn is_about_databases(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.any(|word| WORDS.contains(&word))
}

impl Connection {
    /// Takes a text as a part of it.
    pub fn set(&mut self, field: Field, part: Part<String>) {
        match field {
            Field::Host => self.host = Some(part),
            Field::Port => self.port = Some(part),
            Field::Database => self.database = Some(part),
            Field::User => self.user = Some(part),
            Field::Password => self.password = Some(part.hidden()),
            Field::Engine => self.engine = part.value,
        }
    }

    /// The connection that a URL describes: `postgresql://user:password@host:5432/name`. `giver` may put another
    /// URL in its stead.
    pub fn of_url(text: &str, span: Span, giver: &Giver) -> Option<Self> {
        let filled = without_fields(text);
        let (scheme, rest) = filled.split_once("://")?;
        let is_scheme = scheme.starts_with(|letter: char| letter.is_ascii_lowercase())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        if !is_scheme {
            return None;
        }
        let start = scheme.len() + 3;
        let end = start + rest.find(['/', '?', '#', ' ', '"', '\'']).unwrap_or(rest.len());
        let authority = &filled[start..end];
        let host_start = start + authority.rfind('@').map_or(0, |at| at + 1);
        // Escapes make the text shorter than what is written: then all of it is the place.
        let is_exact = text.len() == (span.end - span.start) as usize;
        let part = |from: usize, to: usize| {
            let written = text.get(from..to).filter(|written| !written.is_empty())?;
            let is_known = !written.contains(['{', '$', '%', '<', '[', '}']);
            Some(Part {
                value: is_known.then(|| written.to_owned()),
                giver: if is_known { giver.clone() } else { Giver::Elsewhere },
                span: if is_exact {
                    Span::new(from, to).shifted(span.start as usize)
                } else {
                    span
                },
            })
        };
        let between =
            |from: usize, to: usize, sign: char| filled[from..to].find(sign).map_or(to, |at| from + at);
        let user_end = between(start, host_start.saturating_sub(1).max(start), ':');
        let host_end = between(host_start, end, ',');
        let name_end = between(host_start, host_end, ':');
        let path = filled[end..]
            .strip_prefix('/')
            .map(|path| end + 1..end + 1 + path.find(['?', '#', ' ', '"', '\'', '/']).unwrap_or(path.len()));
        Some(Self {
            engine: Some(scheme.to_owned()),
            user: (host_start > start).then(|| part(start, user_end)).flatten(),
            password: part(user_end + 1, host_start.saturating_sub(1)).map(Part::hidden),
            host: part(host_start, name_end),
            port: part(name_end + 1, host_end),
            database: path.and_then(|path| part(path.start, path.end)),
            span,
            ..Self::default()
        })
    }

    /// Takes the parts that a text of keywords names, as libpq reads it: `host=db dbname=x password=y`.
    ///
    /// The parts have the place of the whole text.
    pub fn read_keywords(&mut self, text: &str, span: Span) {
        for pair in text.split_whitespace() {
            let Some((key, value)) = pair.split_once('=') else {
                continue;
            };
            let value = value.trim_matches('\'');
            let is_known = !value.contains(['{', '%', '$']);
            if let Some(field) = Field::of_key(key).filter(|field| *field != Field::Engine) {
                let part = Part {
                    value: is_known.then(|| value.to_owned()),
                    giver: if is_known {
                        Giver::Nothing
                    } else {
                        Giver::Elsewhere
                    },
                    span,
                };
                self.set(field, part);
            }
        }
    }
}

/// A text with the fields of its format filled: what stands in braces is no part of a URL's syntax. Every byte
/// keeps its place.
fn without_fields(text: &str) -> String {
    let mut depth = 0_u32;
    let cover = |letter: char| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 && letter != '{' {
            "_".repeat(letter.len_utf8())
        } else {
            letter.to_string()
        }
    };
    text.chars().map(cover).collect()
}

impl Part<String> {
    /// A text that nothing can replace.
    pub fn fixed(text: &str, span: Span) -> Self {
        Self {
            value: Some(text.to_owned()),
            giver: Giver::Nothing,
            span,
        }
    }

    /// The same place, of which only what a password may show is kept.
    pub fn hidden(self) -> Part<Secret> {
        Part {
            value: self.value.as_deref().and_then(Secret::of),
            giver: self.giver,
            span: self.span,
        }
    }
}

impl<T> Part<T> {
    /// What is written, where nothing can put anything else in its stead.
    pub fn if_fixed(&self) -> Option<&T> {
        self.value.as_ref().filter(|_| self.giver == Giver::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_say_which_part_they_hold() {
        for (name, expected) in [
            ("DB_HOST", Some(("db", Field::Host))),
            ("POSTGRES_PASSWORD", Some(("postgres", Field::Password))),
            ("MYSQL_ROOT_PASSWORD", Some(("mysql_root", Field::Password))),
            ("PGUSER", Some(("pg", Field::User))),
            ("app.REDIS_DB", Some(("redis", Field::Database))),
            ("SMTP_HOST", None),
            ("DB_TIMEOUT", None),
            ("DB_APP_NAME", None),
            (
                "DEFAULT_DATABASE_NAME",
                Some(("default_database", Field::Database)),
            ),
            ("PGP_KEY", None),
            ("HOST", None),
        ] {
            let expected = expected.map(|(prefix, field)| (prefix.to_owned(), field));
            assert_eq!(Field::of_variable(name), expected, "{name}");
        }
    }

    #[test]
    fn urls_are_taken_apart() {
        let read = |text: &str| {
            let found = Connection::of_url(text, Span::new(0, text.len()), &Giver::Nothing)?;
            let shown = |part: &Option<Part<String>>| {
                part.as_ref()
                    .map(|part| part.value.clone().unwrap_or("?".to_owned()))
                    .unwrap_or_default()
            };
            let password = found
                .password
                .map(|part| part.value.map_or(0, |secret| secret.length()));
            let parts = [&found.user, &found.host, &found.port, &found.database]
                .map(shown)
                .join(" ");
            Some((found.engine.unwrap_or_default(), parts, password))
        };
        for (text, scheme, parts, password) in [
            (
                "postgresql+asyncpg://me:abc@db:5432/x?ssl=1",
                "postgresql+asyncpg",
                "me db 5432 x",
                Some(3),
            ),
            ("redis://:abc@cache/0", "redis", " cache  0", Some(3)),
            ("redis://localhost:6379", "redis", " localhost 6379 ", None),
            ("mongodb://u:p@a:1,b:2/x", "mongodb", "u a 1 x", Some(1)),
            (
                "postgres://{user}:{os.environ['A/B']}@{h}/{d}",
                "postgres",
                "? ?  ?",
                Some(0),
            ),
            ("sqlite:///x.db", "sqlite", "   x.db", None),
            ("http://é@", "http", "é   ", None),
        ] {
            let expected = (scheme.to_owned(), parts.to_owned(), password);
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in ["", "://", "see http://x", "a b://c"] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn keywords_of_libpq_are_parts() {
        let mut connection = Connection::default();
        connection.read_keywords(
            "host=db.example.org dbname='x' user={user} password=abc1",
            Span::default(),
        );
        assert_eq!(connection.host.unwrap().value.as_deref(), Some("db.example.org"));
        assert_eq!(connection.database.unwrap().value.as_deref(), Some("x"));
        assert_eq!(connection.user.unwrap().giver, Giver::Elsewhere);
        assert!(connection.password.unwrap().value.is_some());
    }
}
