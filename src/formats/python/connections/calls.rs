//! Calls that connect to a database, that listen, and that say which pages may ask.

use super::Reader;
use super::known::Known;
use crate::facts::{Connection, Field, Giver, Listener, Part, Secret, Setting, SettingValue};
use crate::formats::python::span;
use crate::formats::sql;
use ruff_python_ast::{CmpOp, Expr, ExprCall};
use std::borrow::Cow;

/// Settings of Django that decide whom it serves, and how openly.
const SETTINGS: [&str; 6] = [
    "DEBUG",
    "ALLOWED_HOSTS",
    "SECRET_KEY",
    "CSRF_TRUSTED_ORIGINS",
    "CORS_ALLOWED_ORIGINS",
    "CORS_ORIGIN_WHITELIST",
];

impl Reader<'_> {
    /// `psycopg2.connect(host=…, password=…)`, `Redis("localhost")`, `PostgresqlDatabase("name", user=…)`.
    pub(super) fn connects(&mut self, call: &ExprCall, name: &str) {
        let is_of_way =
            |keyword: &str| matches!(keyword, "dsn" | "conninfo") || Field::of_key(keyword).is_some();
        let mut keywords = call.arguments.keywords.iter();
        let is_told =
            keywords.any(|keyword| keyword.arg.as_ref().is_some_and(|arg| is_of_way(arg.id.as_str())));
        let is_handed = |name: &str| {
            matches!(name, "MongoClient" | "AsyncIOMotorClient" | "StrictRedis")
                || name.ends_with("Database")
                || connects(name)
        };
        // Most calls have nothing to do with any connection.
        if !is_told && (call.arguments.args.is_empty() || !is_handed(name)) {
            return;
        }
        let mut connection = Connection {
            call: self.names.dotted(&call.func).map(Cow::into_owned),
            span: span(call),
            ..Connection::default()
        };
        for keyword in &call.arguments.keywords {
            let Some(name) = keyword.arg.as_ref().map(|arg| arg.id.as_str()) else {
                continue;
            };
            if name == "dsn" || name == "conninfo" {
                self.keywords_of(&keyword.value, &mut connection);
            } else if let Some(field) = Field::of_key(name) {
                let part = self.part(&keyword.value);
                connection.set(field, part);
            }
        }
        if let Some(first) = call.arguments.args.first() {
            match name {
                "MongoClient" | "AsyncIOMotorClient" | "AsyncMongoClient" | "Redis" | "StrictRedis" => {
                    if let Some(Known::Text(part)) = self.known(first).filter(is_plain) {
                        connection.host.get_or_insert(part);
                    }
                }
                _ if name.ends_with("Database") => connection.database = Some(self.part(first)),
                _ if connects(name) => self.keywords_of(first, &mut connection),
                _ => {}
            }
        }
        let has_way = connection.host.is_some() || connection.user.is_some() || connection.database.is_some();
        let is_told = connects(name) && (has_way || connection.password.is_some());
        if is_told || connection.password.is_some() && has_way {
            self.push(connection);
        }
    }

    /// `"host=… dbname=…"`, also as an f-string.
    fn keywords_of(&self, expr: &Expr, connection: &mut Connection) {
        let text = match expr {
            Expr::FString(_) => Some(
                span(expr)
                    .text(self.text)
                    .trim_matches(['f', '"', '\''])
                    .to_owned(),
            ),
            _ => match self.known(expr) {
                Some(Known::Text(Part {
                    value: Some(text),
                    giver: Giver::Nothing,
                    ..
                })) => Some(text),
                _ => None,
            },
        };
        if let Some(text) = text.filter(|text| text.contains('=') && !text.contains("://")) {
            connection.read_keywords(&text, span(expr));
        }
    }

    /// `cursor.execute("SELECT … FROM trades")`, also as an f-string.
    pub(super) fn asks(&mut self, call: &ExprCall, name: &str) {
        let is_query = matches!(
            name,
            "execute"
                | "executemany"
                | "fetch"
                | "fetchrow"
                | "fetchval"
                | "read_sql"
                | "read_sql_query"
                | "text"
                | "execute_values"
        );
        if !is_query {
            return;
        }
        for argument in call.arguments.args.iter().take(2) {
            match argument {
                Expr::FString(_) => {
                    let place = span(argument);
                    let text = place
                        .text(self.text)
                        .trim_start_matches(['f', 'r', 'F', 'R', '"', '\''])
                        .to_owned();
                    sql::query(&text, place, self.facts);
                }
                _ => {
                    if let Some(Known::Text(Part {
                        value: Some(text), ..
                    })) = self.known(argument)
                    {
                        sql::query(&text, span(argument), self.facts);
                    }
                }
            }
        }
    }

    /// `uvicorn.run(app, host="0.0.0.0", reload=True)`, `HTTPServer(("", 8000), Handler)`.
    pub(super) fn listens(&mut self, call: &ExprCall, name: &str) {
        if !may_listen(name) {
            return;
        }
        let function = self.names.dotted(&call.func).unwrap_or_default().into_owned();
        let Some(server) = server(&function) else { return };
        // Who binds to see whether a port is free neither listens nor receives.
        if name == "bind"
            && ![".listen(", ".accept(", ".recv"]
                .iter()
                .any(|call| self.text.contains(call))
        {
            return;
        }
        let keyword = |name: &str| call.arguments.find_keyword(name).map(|keyword| &keyword.value);
        let positional = |at: usize| call.arguments.args.get(at);
        let host = keyword("host")
            .or_else(|| keyword("hostname"))
            .or_else(|| keyword("address"));
        let (host, is_server) = match server {
            Server::Keywords => {
                let is_told = ["host", "port", "debug", "reload"]
                    .iter()
                    .any(|name| keyword(name).is_some());
                (host, is_told)
            }
            Server::At(at) => (host.or(positional(at)), true),
            Server::Tuple => match positional(0) {
                Some(Expr::Tuple(tuple)) => (tuple.elts.first(), tuple.elts.len() >= 2),
                _ => (None, false),
            },
        };
        if !is_server {
            return;
        }
        let debug = ["debug", "reload", "use_reloader", "use_debugger"]
            .iter()
            .find_map(|name| {
                let value = keyword(name)?;
                let giver = if matches!(self.known(value), Some(Known::Truth(true, _))) {
                    Giver::Nothing
                } else {
                    let (_, variable) = self.switch(value).filter(|(is_on, _)| *is_on)?;
                    Giver::Variable(variable)
                };
                Some(Part {
                    value: Some((*name).to_owned()),
                    giver,
                    span: span(value),
                })
            });
        let host = host.map(|host| self.part(host));
        self.facts.listeners.push(Listener {
            call: function,
            host,
            debug,
            span: span(call),
        });
    }

    /// `ALLOWED_HOSTS += […]`, `ALLOWED_HOSTS.append(…)`: what is in it then is not told.
    pub(super) fn added(&mut self, target: &Expr) {
        if let Expr::Name(name) = target
            && SETTINGS.contains(&name.id.as_str())
        {
            self.facts.settings.push(Setting {
                name: name.id.to_string(),
                value: SettingValue::Unknown,
                giver: Giver::Elsewhere,
                span: span(target),
            });
        }
    }

    /// `DEBUG = True` at the top of a module.
    pub(super) fn setting(&mut self, name: &str, value: &Expr, known: Option<&Known>) {
        if !SETTINGS.contains(&name) {
            return;
        }
        let (value, giver, place) = match known {
            Some(Known::Truth(truth, place)) => (SettingValue::Truth(*truth), Giver::Nothing, *place),
            Some(Known::List(part)) => {
                let texts = part.value.clone().unwrap_or_default();
                (SettingValue::List(texts), part.giver.clone(), part.span)
            }
            // Without a default, what it is read as may have one: `environ.Env(DEBUG=(bool, True))`.
            Some(Known::Text(part)) if part.value.is_none() && self.switch(value).is_some() => {
                let (truth, variable) = self.switch(value).unwrap_or_default();
                (SettingValue::Truth(truth), Giver::Variable(variable), span(value))
            }
            Some(Known::Text(part)) => {
                let secret = part.value.as_deref().and_then(Secret::of_literal);
                let secret = secret.filter(|_| name == "SECRET_KEY");
                let value = secret.map_or(SettingValue::Unknown, SettingValue::Secret);
                (value, part.giver.clone(), part.span)
            }
            None => match self.switch(value) {
                Some((truth, variable)) => {
                    (SettingValue::Truth(truth), Giver::Variable(variable), span(value))
                }
                None => (SettingValue::Unknown, Giver::Elsewhere, span(value)),
            },
        };
        let giver = if self.is_conditional && giver == Giver::Nothing {
            Giver::Elsewhere
        } else {
            giver
        };
        self.facts.settings.push(Setting {
            name: name.to_owned(),
            value,
            giver,
            span: place,
        });
    }
}

impl Reader<'_> {
    /// What a switch is when its variable is not set: `os.getenv("DEBUG", "True") == "True"`,
    /// `env.bool("DEBUG", default=True)`, and the variable's name.
    fn switch(&self, expr: &Expr) -> Option<(bool, String)> {
        match expr {
            Expr::Compare(compare) => {
                let (Some(Known::Text(left)), [CmpOp::Eq], [Expr::StringLiteral(right)]) =
                    (self.known(&compare.left), &*compare.ops, &*compare.comparators)
                else {
                    return None;
                };
                match left.giver {
                    Giver::Variable(name) => Some((left.value? == right.value.to_str(), name)),
                    _ => None,
                }
            }
            Expr::Call(call) => {
                let Some(Expr::StringLiteral(name)) = call.arguments.args.first() else {
                    return None;
                };
                let keyword = call
                    .arguments
                    .find_keyword("default")
                    .map(|keyword| &keyword.value);
                let variable = name.value.to_str();
                if let (None, None, Some(truth)) =
                    (call.arguments.args.get(1), keyword, self.schemes.get(variable))
                {
                    return Some((*truth, variable.to_owned()));
                }
                let truth = match call.arguments.args.get(1).or(keyword)? {
                    Expr::BooleanLiteral(literal) => literal.value,
                    // `os.getenv` gives the text itself, and every text is true.
                    Expr::StringLiteral(text) => {
                        matches!(text.value.to_str(), "True" | "true" | "1" | "yes" | "on")
                    }
                    _ => return None,
                };
                Some((truth, name.value.to_str().to_owned()))
            }
            _ => None,
        }
    }
}

/// Whether a text is a host's name, no URL.
fn is_plain(known: &Known) -> bool {
    !matches!(known, Known::Text(Part { value: Some(text), .. }) if text.contains("://"))
}

/// Whether a function of this name connects to something.
fn connects(name: &str) -> bool {
    let bytes = name.as_bytes();
    let ends = |end: &&str| {
        let at = bytes.len().checked_sub(end.len());
        at.is_some_and(|at| bytes[at..].eq_ignore_ascii_case(end.as_bytes()))
    };
    let mut parts = bytes.windows("connect".len());
    parts.any(|part| part[0] | 0x20 == b'c' && part.eq_ignore_ascii_case(b"connect"))
        || ["pool", "client", "database", "redis"].iter().any(ends)
        || matches!(name, "create_engine" | "create_async_engine")
}

/// How a call that listens names its address.
enum Server {
    /// By a keyword, alone.
    Keywords,
    /// By a keyword, else at this position.
    At(usize),
    /// In a tuple with the port, as the first argument.
    Tuple,
}

/// Whether a function whose last name is this may listen. Most do not, and are asked no more.
fn may_listen(name: &str) -> bool {
    server(name).is_some() || matches!(name, "run" | "serve" | "Config" | "start_server")
}

fn server(function: &str) -> Option<Server> {
    let (module, name) = function.rsplit_once('.').unwrap_or(("", function));
    Some(match (module, name) {
        ("uvicorn", "run" | "Config") | (_, "run_app" | "run_server") | ("waitress", "serve") => {
            Server::Keywords
        }
        ("" | "subprocess" | "asyncio" | "anyio" | "trio", "run") => return None,
        (_, "run") => Server::Keywords,
        (_, "run_simple" | "make_server") => Server::At(0),
        ("asyncio", "start_server") | (_, "create_server" | "TCPSite") if module != "socket" => Server::At(1),
        (module, "serve") if module.starts_with("websockets") => Server::At(1),
        (
            _,
            "HTTPServer"
            | "ThreadingHTTPServer"
            | "TCPServer"
            | "ThreadingTCPServer"
            | "UDPServer"
            | "SimpleXMLRPCServer"
            | "WSGIServer"
            | "StreamServer"
            | "bind",
        )
        | ("socket", "create_server") => Server::Tuple,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_name_alone_lets_every_server_pass() {
        let modules = [
            "",
            "uvicorn.",
            "waitress.",
            "websockets.",
            "asyncio.",
            "socket.",
            "subprocess.",
            "app.",
        ];
        let names = [
            "run",
            "Config",
            "serve",
            "run_app",
            "run_server",
            "run_simple",
            "make_server",
            "start_server",
            "create_server",
            "TCPSite",
            "HTTPServer",
            "bind",
            "StreamServer",
            "print",
        ];
        for (module, name) in modules.iter().flat_map(|module| names.map(|name| (module, name))) {
            let function = format!("{module}{name}");
            assert!(may_listen(name) || server(&function).is_none(), "{function}");
        }
        assert!(!may_listen("print"));
    }
}
