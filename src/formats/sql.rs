//! Tables of databases in texts of SQL: which ones a document makes, and which ones a query needs. Also the databases
//! and users that it makes.

use super::needles::Needles;
use crate::expression::Expression;
use crate::facts::{Facts, Made, MadeKind, Secret, TableUse};
use crate::source::Span;
use std::ops::Range;
use std::sync::LazyLock;

/// What a text that makes a table, a database or a user cannot do without, with what has to stand beside it.
const MARKS: [&str; 6] = ["table", "to_sql", "view", "into", "create", "alter"];
static MARK: LazyLock<Needles> = LazyLock::new(|| Needles::new(&MARKS));
static SELECT: LazyLock<Needles> = LazyLock::new(|| Needles::new(&["select"]));

/// What a text may make, as far as its words tell. Most have none of them.
#[derive(Default, Clone, Copy)]
struct Ways {
    /// Tables, in words that say so.
    tables: bool,
    /// Tables, by a query.
    by_query: bool,
    /// Databases or users.
    databases: bool,
}

impl Ways {
    fn of(text: &str) -> Self {
        let mut ways = Self::default();
        let mut at = 0;
        while let Some((found, number)) = MARK.find(text.as_bytes(), at) {
            let (before, rest) = text.split_at(found);
            let behind = &rest[MARKS[number].len()..];
            match number {
                0 => ways.tables |= is_created(before) || is_of_code(before, behind),
                1 => ways.tables = true,
                2 => ways.tables |= is_created(before),
                3 => ways.by_query |= is_filled(behind),
                _ => ways.databases |= is_of_database(behind),
            }
            if ways.tables && ways.by_query && ways.databases {
                break;
            }
            at = found + 1;
        }
        ways.by_query &= SELECT.are_in(text);
        ways
    }
}

/// Whether what stands before `table` or `view` is a statement that makes one.
fn is_created(before: &str) -> bool {
    let words = before.trim_end();
    words.len() < before.len()
        && KINDS
            .iter()
            .chain(&["create", "replace"])
            .any(|word| ends_with(words, word))
}

/// Whether what stands behind `into` may be a table, and where it is filled from: `into table recent from trades`.
fn is_filled(behind: &str) -> bool {
    let near = &behind[..behind.floor_char_boundary(NEAR)];
    let mut words = near.split_whitespace();
    let (first, second, third) = (words.next(), words.next(), words.next());
    // The last of them may be cut.
    if words.next().is_none() && near.len() < behind.len() {
        return true;
    }
    let is_from = |word: Option<&str>| word.is_some_and(|word| begins_with(word, "from"));
    let is_table = first.is_some_and(|word| word.eq_ignore_ascii_case("table"));
    is_from(second) || is_table && is_from(third)
}

/// Bytes behind a word that are looked at: one look for each word must not become a look at the whole text for each.
const NEAR: usize = 512;

/// Whether `table` is part of a name by which Python's libraries make one.
fn is_of_code(before: &str, behind: &str) -> bool {
    ["name__", "_name", "("]
        .iter()
        .any(|part| begins_with(behind, part))
        || ["db_", "create_"].iter().any(|part| ends_with(before, part))
}

/// Whether a text begins so, in small or large letters.
fn begins_with(text: &str, begin: &str) -> bool {
    let there = text.as_bytes().get(..begin.len());
    there.is_some_and(|there| there.eq_ignore_ascii_case(begin.as_bytes()))
}

/// Whether a text ends so, in small or large letters.
fn ends_with(text: &str, end: &str) -> bool {
    let at = text.len().checked_sub(end.len());
    at.is_some_and(|at| text.as_bytes()[at..].eq_ignore_ascii_case(end.as_bytes()))
}

/// What may stand between `create` and `table`.
const KINDS: [&str; 9] = [
    "global",
    "local",
    "temp",
    "temporary",
    "unlogged",
    "materialized",
    "foreign",
    "virtual",
    "external",
];

/// What makes a table, in SQL of any language's text and in the words of Python's libraries. A name that has letters
/// beyond ASCII is read on by hand: an expression that knows those of all alphabets takes long to make.
static MAKES: Expression = Expression::new(concat!(
    r#"(?i-u)\bcreate\s+(?:or\s+replace\s+)?(?:(?:global|local|temp|temporary|unlogged|materialized|foreign|virtual|external)\s+)*"#,
    r#"(?:table|view)\s+(?:if\s+not\s+exists\s+)?[\\"'`\[]*([\w.{}$%"\[\]-]*)"#,
    r#"|(?:__tablename__|db_table|table_name)\s*=\s*["']([\w.]*)"#,
    r#"|(?:\bcreate_table|\bTable|\.to_sql)\(\s*["']([\w.]*)"#,
));

/// The one form that has to be searched for from every `select` on.
static MAKES_BY_QUERY: Expression = Expression::new(
    r#"(?i)(?-u:\bselect\b)[^;"']{1,300}?(?-u:\binto)\s+(?:table\s+)?(\w[\w.]*)\s+from(?-u:\b)"#,
);

/// A statement that makes a table: its place, and that of the name in it.
struct Statement {
    place: Range<usize>,
    name: Range<usize>,
}

/// Those that say so.
fn stated(text: &str) -> impl Iterator<Item = Statement> {
    MAKES.each(text).filter_map(move |found| {
        let (number, name) = (1..4).find_map(|number| Some((number, found.group(number)?)))?;
        let marks = if number == 1 { ".{}$%\"[]-" } else { "." };
        let end = name.start + word(&text[name.start..], marks).len();
        // Only a statement of SQL may leave its name to whoever fills it in.
        let is_named = number == 1 || end > name.start;
        is_named.then(|| Statement {
            place: found.group(0).map_or(name.start, |all| all.start)..end,
            name: name.start..end,
        })
    })
}

/// Queries that do.
fn asked(text: &str) -> impl Iterator<Item = Statement> {
    MAKES_BY_QUERY.each(text).filter_map(|found| {
        let (all, name) = (found.group(0)?, found.group(1)?);
        Some(Statement {
            place: all.start..all.end,
            name: name.start..name.end,
        })
    })
}

/// What a text begins with, of letters of any alphabet and these marks.
fn word<'t>(text: &'t str, marks: &str) -> &'t str {
    let goes_on = |letter: char| letter.is_alphanumeric() || letter == '_' || marks.contains(letter);
    let end = text.find(|letter| !goes_on(letter)).unwrap_or(text.len());
    &text[..end]
}

/// All statements of a text that make a table, in their order, none of them in another one.
fn makers(text: &str, ways: Ways) -> Vec<Statement> {
    let said = ways.tables.then(|| stated(text)).into_iter().flatten();
    let asked = ways.by_query.then(|| asked(text)).into_iter().flatten();
    let mut all: Vec<Statement> = said.chain(asked).collect();
    all.sort_by_key(|statement| statement.place.start);
    let mut open = 0;
    all.retain(|statement| {
        let is_own = statement.place.start >= open;
        open = if is_own { statement.place.end } else { open };
        is_own
    });
    all
}

/// Where a query names a table.
static NEEDS: Expression = Expression::new(
    r#"(?i)\b(from|join|into|update)\s+(?:only\s+)?\\?"?([a-z_](?-i:\w*)(?:\\?"?\.\\?"?[a-z_](?-i:\w*))?)\\?"?"#,
);

/// What makes a database or a user, or gives a user a password.
static MADE: Expression = Expression::new(concat!(
    r#"(?-u)(CREATE|ALTER|(?i:create|alter))\s+(?i:(database|schema|user|role))\s+(?i:if\s+not\s+exists\s+)?"#,
    r#"[\\"'`]*([\w.{}$%()-]*)"#,
));

/// Whether what stands behind a verb is a database or a user.
fn is_of_database(behind: &str) -> bool {
    let what = behind.trim_start();
    let mut things = ["database", "schema", "user", "role"].iter();
    what.len() < behind.len() && things.any(|thing| begins_with(what, thing))
}

/// The password in what stands behind the name of a user.
static GIVEN: Expression =
    Expression::new(r#"(?i)\b(?:password|identified\s+(?:with\s+\S+\s+)?by)\s+[\\"']+([^'"\\\s]+)"#);

/// What a query calls by a name of its own: `WITH recent AS (`.
static NAMES: Expression =
    Expression::new(r"(?i)\b((?-i:\w+))(?:\s*\([^()]*\))?\s+as\s+(?:not\s+)?(?:materialized\s+)?\(");

/// Notes the tables, databases and users that a text makes.
pub(super) fn read(text: &str, facts: &mut Facts) {
    let ways = Ways::of(text);
    read_tables(text, ways, facts);
    if ways.databases {
        read_made(text, facts);
    }
}

fn read_tables(text: &str, ways: Ways, facts: &mut Facts) {
    for Statement { name: place, .. } in makers(text, ways) {
        let name = &text[place.clone()];
        // A copy of what another table holds makes no schema that is not there.
        let behind = text[place.end..].trim_start();
        let is_copy = behind
            .get(..3)
            .is_some_and(|word| word.eq_ignore_ascii_case("as "));
        if is_copy && name.starts_with(['{', '$', '%']) {
            continue;
        }
        facts.tables.push(TableUse {
            name: plain(name),
            is_made: true,
            span: Span::new(place.start, place.end),
        });
    }
}

/// Whether the short way finds the tables that the long one does: one expression for all that makes one.
#[cfg(test)]
pub(super) fn agrees(text: &str) -> bool {
    static LONG: LazyLock<regex::Regex> = LazyLock::new(|| {
        regex::Regex::new(concat!(
            r#"(?i)(?-u:\bcreate)\s+(?:or\s+replace\s+)?(?:(?:global|local|temp|temporary|unlogged|materialized|foreign|virtual|external)\s+)*"#,
            r#"(?:table|view)\s+(?:if\s+not\s+exists\s+)?[\\"'`\[]*([\w.{}$%"\[\]-]*)"#,
            r#"|(?:__tablename__|db_table|table_name)\s*=\s*["']([\w.]+)"#,
            r#"|(?-u:\bcreate_table|\bTable|\.to_sql)\(\s*["']([\w.]+)"#,
            r#"|(?-u:\bselect\b)[^;"']{1,300}?(?-u:\binto)\s+(?:table\s+)?(\w[\w.]*)\s+from(?-u:\b)"#,
        ))
        .unwrap()
    });
    let long = LONG.captures_iter(text);
    let long = long.filter_map(|found| (1..5).find_map(|group| found.get(group)));
    let ways = Ways::of(text);
    makers(text, ways)
        .into_iter()
        .map(|statement| statement.name)
        .eq(long.map(|name| name.range()))
        && (ways.databases || !MADE.is_in(text))
}

/// Notes the databases and users that a text makes.
fn read_made(text: &str, facts: &mut Facts) {
    for found in MADE.each(text) {
        let (verb, what) = (found.text(1), found.text(2));
        let start = found.group(3).map_or(0, |name| name.start);
        let name = word(&text[start..], ".{}$%()-");
        let span = Span::new(start, start + name.len());
        let behind = &text[span.end as usize..];
        // In small letters it is the English of a comment, unless a statement ends here.
        let ends = !name.is_empty() && behind.starts_with([';', '"', '\'', '\\', '`']);
        let is_sql = ends || verb.bytes().all(|byte| byte.is_ascii_uppercase());
        let what = match what.to_ascii_lowercase().as_str() {
            "database" => MadeKind::Database,
            "user" | "role" => MadeKind::User,
            // MySQL takes the word for a database, PostgreSQL for a part of one.
            _ => continue,
        };
        let is_new = verb.eq_ignore_ascii_case("create");
        let given = GIVEN.first(statement(behind));
        let password = given.and_then(|found| Secret::of(found.text(1)));
        let is_told = is_new || (what == MadeKind::User && password.is_some());
        if is_sql && is_told {
            let is_known = !name.is_empty() && !name.contains(['{', '}', '$', '%', '(', ')']);
            facts.made.push(Made {
                what,
                name: is_known.then(|| name.to_owned()),
                password,
                span,
            });
        }
    }
}

/// What a text has before the statement ends: two lines at most, and not the next statement.
fn statement(text: &str) -> &str {
    let lines = text.match_indices('\n').nth(1).map_or(text.len(), |(at, _)| at);
    let end = text[..lines].find(';').unwrap_or(lines);
    let next = text[..end].find("CREATE ").unwrap_or(end);
    &text[..next]
}

/// Notes the tables that a query needs. Its text has the place `span`.
pub(super) fn query(text: &str, span: Span, facts: &mut Facts) {
    let first = text
        .trim_start()
        .split(|letter: char| !letter.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    let is_query = ["select", "insert", "update", "delete", "with"]
        .iter()
        .any(|word| first.eq_ignore_ascii_case(word));
    if !is_query {
        return;
    }
    let own = NAMES.each(text).map(|found| found.text(1).to_ascii_lowercase());
    let own: Vec<String> = own.collect();
    let mut before = Before::default();
    for found in NEEDS.each(text) {
        let name = plain(found.text(2));
        let verb = found.text(1).to_ascii_lowercase();
        let (at, end) = found.group(0).map_or((0, 0), |all| (all.start, all.end));
        let is_open = text[end..].starts_with(['{', '.', '%', '$']);
        let behind = text[end..].trim_start();
        let is_call = behind.starts_with('(') && verb != "into";
        let word: String = behind.chars().take_while(char::is_ascii_alphabetic).collect();
        let is_changed = verb != "update" || ["set", "as"].iter().any(|next| word.eq_ignore_ascii_case(next));
        let is_of_system =
            name.starts_with("pg_") || name.starts_with("information_schema") || name.starts_with("sqlite_");
        if !is_call
            && !is_open
            && is_changed
            && !is_of_system
            && !own.contains(&name)
            && !KEYWORDS.contains(&name.as_str())
            && before.is_clause(text, at)
        {
            facts.tables.push(TableUse {
                name,
                is_made: false,
                span,
            });
        }
    }
}

/// Words that may stand where a table does.
const KEYWORDS: [&str; 14] = [
    "set", "select", "where", "lateral", "unnest", "values", "only", "of", "nowait", "skip", "the", "a",
    "excluded", "dual",
];

/// What stands before a word of a query, read on from one word to the next.
#[derive(Default)]
struct Before {
    /// How far it is read.
    at: usize,
    /// How many more brackets are open than closed.
    open: isize,
    /// Whether behind the last bracket that opens there is one that closes, or a verb that has a `from` of its own.
    is_over: bool,
}

impl Before {
    /// Whether the word at `at` begins a clause: in `EXTRACT(EPOCH FROM time)` and `IS DISTINCT FROM x` it does not.
    fn is_clause(&mut self, text: &str, at: usize) -> bool {
        let new = text.get(self.at..at).unwrap_or_default();
        self.at = at;
        let opened = new.bytes().filter(|byte| *byte == b'(').count();
        let closed = new.bytes().filter(|byte| *byte == b')').count();
        self.open += opened.cast_signed() - closed.cast_signed();
        let inside = new.rsplit('(').next().unwrap_or_default().to_ascii_lowercase();
        self.is_over =
            (self.is_over && opened == 0) || [")", "select", "delete"].iter().any(|end| inside.contains(end));
        let is_part = self.open > 0 && !self.is_over;
        let before = text.get(..at).unwrap_or_default().trim_end().as_bytes();
        let distinct = before.len().checked_sub("distinct".len());
        let is_distinct = distinct.is_some_and(|start| before[start..].eq_ignore_ascii_case(b"distinct"));
        !is_part && !is_distinct
    }
}

/// A name without its quotes, in small letters.
fn plain(name: &str) -> String {
    let kept = name
        .chars()
        .filter(|letter| !matches!(letter, '"' | '\\' | '`' | '[' | ']' | '\''));
    kept.collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needed(text: &str) -> Vec<String> {
        let mut facts = Facts::default();
        query(text, Span::default(), &mut facts);
        facts.tables.into_iter().map(|table| table.name).collect()
    }

    #[test]
    fn queries_need_tables() {
        for (text, names) in [
            (
                "SELECT * FROM users.trades t JOIN prices ON 1=1",
                "users.trades prices",
            ),
            (
                "INSERT INTO trades (a, b) VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = 1",
                "trades",
            ),
            ("UPDATE trades SET a = 1", "trades"),
            ("delete from \"Trades\" where a", "trades"),
            (
                "WITH recent AS (SELECT * FROM trades) SELECT * FROM recent",
                "trades",
            ),
            ("SELECT EXTRACT(EPOCH FROM at) FROM trades", "trades"),
            ("SELECT a IS DISTINCT FROM b FROM trades FOR UPDATE", "trades"),
            ("SELECT * FROM generate_series(1, 2)", ""),
            ("SELECT * FROM users.trades_{number} WHERE a", ""),
            ("SELECT * FROM {table}", ""),
            ("SELECT 1 FROM information_schema.tables", ""),
            ("SELECT * FROM (SELECT a FROM b) x", "b"),
            ("see what comes from there", ""),
            ("", ""),
        ] {
            assert_eq!(needed(text).join(" "), names, "{text}");
        }
    }

    #[test]
    fn texts_make_databases_and_users() {
        let text = "-- create database connections for all\nCREATE DATABASE IF NOT EXISTS `trades`;\n\
                    create database archive;\nCREATE USER trader WITH ENCRYPTED PASSWORD 'tide-9';\n\
                    CREATE USER 'reader'@'localhost' IDENTIFIED BY 'reef-8';\nALTER ROLE clerk PASSWORD 'kelp-7';\n\
                    ALTER DATABASE trades OWNER TO trader;\nCREATE ROLE readers;\nCREATE DATABASE {name}\n\
                    psql -c \"CREATE USER $WHO PASSWORD '$PASS'\"\nCREATE SCHEMA users;\n";
        let mut facts = Facts::default();
        read(text, &mut facts);
        let shown: Vec<String> = facts
            .made
            .iter()
            .map(|made| {
                let name = made.name.as_deref().unwrap_or("?");
                let length = made.password.map_or(0, |password| password.length());
                assert!(made.name.is_none() || made.span.text(text) == name);
                format!("{:?} {name} {length}", made.what)
            })
            .collect();
        let expected = [
            "Database trades 0",
            "Database archive 0",
            "User trader 6",
            "User reader 6",
            "User clerk 6",
            "User readers 0",
            "Database ? 0",
            "User ? 0",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn texts_make_tables() {
        let text = "CREATE TABLE IF NOT EXISTS users.\"Trades\" (id int);\ncreate materialized view v as\n\
                    __tablename__ = 'prices'\nop.create_table('fills', x)\nCREATE TABLE {schema}.x (\nCREATE TABLE (";
        let mut facts = Facts::default();
        read(text, &mut facts);
        let names: Vec<&str> = facts.tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["users.trades", "v", "prices", "fills", "{schema}.x", ""]);
    }
}
