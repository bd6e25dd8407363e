//! Where a Python module listens and whom it asks: `uvicorn.run(app, port=8000)`, `sock.bind(("", PORT))`,
//! `HTTPServer((host, port), …)`, and the options and settings that such a port comes from.

mod endpoint;

use super::names::{Names, last};
use super::{ports, span};
use crate::facts::{Facts, Given, Port, PortRole};
use crate::source::Span;
use endpoint::{Endpoint, Kind, endpoint, may_be_endpoint};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{BoolOp, Expr, ExprCall, Parameters, Stmt, StmtClassDef};
use std::collections::BTreeMap;

/// Reads what the statements of a module say of ports.
pub(super) fn read(body: &[Stmt], names: &Names, facts: &mut Facts) {
    let mut reader = Reader {
        names,
        known: BTreeMap::new(),
        apps: BTreeMap::new(),
        is_settings: false,
        turn: Turn::Learns,
        is_of_interest: false,
        found: Vec::new(),
    };
    for statement in body {
        reader.visit_stmt(statement);
    }
    reader.turn = Turn::Reads;
    // Most modules say nothing of ports: those are gone over once.
    if reader.is_of_interest {
        for statement in body {
            reader.visit_stmt(statement);
        }
    }
    let listens = reader.found.iter().any(|port| port.role == PortRole::Binds);
    if !listens && names.brings(&SERVERS) {
        let mut port = Port::new("", PortRole::Binds, Span::default()).in_table(Some(Port::UNSEEN));
        port.given = Given::Elsewhere;
        reader.found.push(port);
    }
    facts.ports.append(&mut reader.found);
}

/// Modules that are imported to listen, in ways of which not all are read here.
const SERVERS: [&str; 21] = [
    "uvicorn",
    "hypercorn",
    "waitress",
    "gevent.pywsgi",
    "eventlet",
    "tornado",
    "twisted",
    "grpc",
    "websockets",
    "socketserver",
    "http.server",
    "wsgiref",
    "cherrypy",
    "bottle",
    "eel",
    "zmq",
    "cheroot",
    "nicegui",
    "gradio",
    "xmlrpc.server",
    "aiohttp.web",
];

/// A port that a name stands for.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    number: Option<u16>,
    text: String,
    given: Given,
    span: Span,
}

/// What a module is gone over for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// For what names stand for.
    Learns,
    /// For what is done with them.
    Reads,
}

/// Goes over a module twice: once for what names stand for, once for what is done with them.
struct Reader<'a> {
    names: &'a Names,
    /// What is known of a name or an attribute; nothing when it has two meanings.
    known: BTreeMap<String, Option<Known>>,
    /// Applications by name, with the port that they listen on unless they are told another.
    apps: BTreeMap<String, u16>,
    /// Whether the class around it takes its fields from the environment.
    is_settings: bool,
    turn: Turn,
    /// Whether the first time found anything that the second is for.
    is_of_interest: bool,
    found: Vec<Port>,
}

impl Reader<'_> {
    fn learn(&mut self, name: &str, value: Option<Known>) {
        if self.turn == Turn::Reads {
            return;
        }
        let Some(value) = value else { return };
        let same = |known: &Known| known.number == value.number && known.given == value.given;
        match self.known.get(name) {
            None => {
                self.known.insert(name.to_owned(), Some(value));
            }
            Some(Some(known)) if same(known) => {}
            Some(_) => {
                self.known.insert(name.to_owned(), None);
            }
        }
    }

    /// What an expression says of a port.
    fn known(&self, expr: &Expr) -> Option<Known> {
        if let Some((text, place)) = ports::integer(expr) {
            let number = crate::facts::port::number(&text);
            return Some(Known {
                number,
                text,
                given: Given::Fixed,
                span: place,
            });
        }
        match expr {
            Expr::Name(name) => self.known.get(name.id.as_str())?.clone(),
            Expr::Attribute(attribute) => {
                let known = self.known.get(attribute.attr.id.as_str())?.clone()?;
                let given = match known.given {
                    Given::Fixed => Given::Elsewhere,
                    given => given,
                };
                Some(Known { given, ..known })
            }
            Expr::BoolOp(operation) if operation.op == BoolOp::Or => {
                let first = operation.values.first().and_then(|value| self.known(value));
                let default = operation.values.last().and_then(|value| self.known(value))?;
                let given = first.map_or(Given::Elsewhere, |first| first.given);
                Some(Known { given, ..default })
            }
            Expr::Subscript(subscript) if self.names.is(&subscript.value, "os.environ") => {
                let Expr::StringLiteral(name) = &*subscript.slice else {
                    return None;
                };
                Some(open(name.value.to_str(), span(expr)))
            }
            Expr::Call(call) => self.call(call),
            _ => None,
        }
    }

    fn call(&self, call: &ExprCall) -> Option<Known> {
        let name = self.names.last(&call.func)?;
        let may_tell = matches!(name, "int" | "str" | "setdefault" | "config" | "env");
        if !may_tell && !name.starts_with("get") {
            return None;
        }
        let function = self.names.dotted(&call.func)?;
        let first = call.arguments.args.first();
        if matches!(function.as_ref(), "int" | "str") {
            return self.known(first?);
        }
        if let Some(lookup) = ports::lookup(&function, &call.arguments.args) {
            return Some(Known {
                number: None,
                given: Given::Table(lookup.text.clone()),
                text: lookup.text,
                span: lookup.span,
            });
        }
        let default = call.arguments.args.get(1).or_else(|| {
            let keyword = call.arguments.find_keyword("default");
            keyword.map(|keyword| &keyword.value)
        });
        let default = default.and_then(|default| self.known(default));
        let is_environment = matches!(
            function.as_ref(),
            "os.getenv" | "os.environ.get" | "os.environ.setdefault" | "decouple.config"
        ) || matches!(last(&function), "env" | "int")
            && first.is_some_and(Expr::is_string_literal_expr);
        let Some(Expr::StringLiteral(name)) = first else {
            return None;
        };
        let open = open(name.value.to_str(), span(call));
        if is_environment {
            return Some(match default {
                Some(default) => Known {
                    given: open.given,
                    ..default
                },
                None => open,
            });
        }
        // `config.get("port", 8000)`.
        let is_get = last(&function) == "get" && ports::is_about_ports(name.value.to_str());
        default.filter(|_| is_get).map(|default| Known {
            given: Given::Elsewhere,
            ..default
        })
    }

    /// `parser.add_argument("--port", default=8000)`, `click.option("--port", default=8000)`.
    fn option(&mut self, call: &ExprCall, function: &str) {
        if !matches!(function, "add_argument" | "option" | "add_option") {
            return;
        }
        let long = call.arguments.args.iter().find_map(|argument| match argument {
            Expr::StringLiteral(text) => text.value.to_str().strip_prefix("--").map(str::to_owned),
            _ => None,
        });
        let Some(name) = long.map(|name| name.replace('-', "_")) else {
            return;
        };
        let Some(service) = ports::service_of(&name) else {
            return;
        };
        let default = call.arguments.find_keyword("default");
        let Some(known) = default.and_then(|default| self.known(&default.value)) else {
            return;
        };
        self.default(&known, service, &format!("--{name}"));
        let given = match known.given {
            Given::Fixed => Given::Option(format!("--{}", name.replace('_', "-"))),
            given => given,
        };
        self.learn(&name, Some(Known { given, ..known }));
    }

    /// Notes a default, where it is written as a number.
    fn default(&mut self, known: &Known, service: String, table: &str) {
        self.is_of_interest = true;
        if self.turn == Turn::Reads && known.given == Given::Fixed {
            let port = Port::new(&known.text, PortRole::Default, known.span).of(Some(service));
            self.found.push(port.in_table(Some(table)));
        }
    }

    /// `api_port: int = Field(8000)`, `port: int = typer.Option(8000)`.
    fn field(&mut self, name: &str, value: &Expr) -> Option<Known> {
        let Expr::Call(call) = value else { return None };
        let function = self.names.last(&call.func)?;
        if !matches!(function, "Field" | "Option" | "field" | "Argument") {
            return None;
        }
        let keyword = call.arguments.find_keyword("default");
        let default = keyword.map(|keyword| &keyword.value);
        let known = self.known(default.or(call.arguments.args.first())?)?;
        if let Some(service) = ports::service_of(name) {
            self.default(&known, service, name);
        }
        Some(Known {
            given: Given::Elsewhere,
            ..known
        })
    }

    fn assigned(&mut self, target: &Expr, value: &Expr) {
        let names = self.names;
        let Some(name) = names.last(target) else {
            return;
        };
        if let Expr::Call(call) = value
            && let Some(port) = names.last(&call.func).and_then(port_of_app)
        {
            self.apps.insert(name.to_owned(), port);
        }
        let known = self.known(value).or_else(|| self.field(name, value));
        let known = known.map(|known| match known.given {
            Given::Fixed | Given::Elsewhere if self.is_settings => Known {
                given: Given::Variable(name.to_ascii_uppercase()),
                ..known
            },
            _ => known,
        });
        let is_port =
            known.as_ref().is_some_and(|known| known.given != Given::Fixed) || ports::is_about_ports(name);
        if is_port {
            self.learn(name, known);
        }
        // gunicorn's configuration is a module.
        if let ("bind", Expr::StringLiteral(text)) = (name, value) {
            self.is_of_interest = true;
            if self.turn == Turn::Learns {
                return;
            }
            let port = address(text.value.to_str(), span(value), PortRole::Binds);
            self.found.extend(port.map(|port| port.in_table(Some("bind"))));
        }
    }

    /// Where `app.run()` listens: told for an application of this module, not told for another's.
    fn app(&self, name: &str, place: Span) -> Option<Port> {
        if let Some(number) = self.apps.get(name) {
            return Some(Port::new(number.to_string(), PortRole::Binds, place).in_table(Some("default")));
        }
        let lower = name.to_ascii_lowercase();
        let is_app = ["app", "server", "web", "api", "dash", "ui", "socketio", "mcp"]
            .iter()
            .any(|word| lower.contains(word));
        let mut port = Port::new("", PortRole::Binds, place);
        port.given = Given::Elsewhere;
        (is_app || name.is_empty()).then_some(port)
    }

    fn parameters(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            let name = parameter.parameter.name.id.as_str();
            if let Some(default) = parameter
                .default
                .as_deref()
                .filter(|_| ports::is_about_ports(name))
            {
                let known = self.known(default).map(|known| Known {
                    given: Given::Elsewhere,
                    ..known
                });
                let known = known.or_else(|| self.field(name, default));
                self.learn(name, known);
            }
        }
    }

    fn serve(&mut self, found: &Endpoint<'_>, call: &ExprCall) {
        let role = match found.kind {
            Kind::Binds => PortRole::Binds,
            Kind::Dials => PortRole::Dials,
        };
        let host = found.host.and_then(|host| match host {
            Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
            Expr::NoneLiteral(_) => None,
            _ => Some("?".to_owned()),
        });
        let mut port = match (found.port, found.address) {
            (Some(expr), _) => match self.known(expr) {
                Some(known) => stated(known, role),
                // Only of a server is it worth knowing that its port is not known.
                None if role == PortRole::Binds && !expr.is_none_literal_expr() => {
                    let text = super::names::written(expr).unwrap_or_default();
                    let mut port = Port::new(text, role, span(expr));
                    port.given = Given::Elsewhere;
                    port
                }
                None => return,
            },
            (None, Some(Expr::StringLiteral(text))) => {
                let Some(port) = address(text.value.to_str(), span(text), role) else {
                    return;
                };
                port
            }
            (None, None) if found.is_app => {
                let function = self.names.dotted(&call.func).unwrap_or_default();
                let receiver = function.rsplit_once('.').map_or("", |(receiver, _)| receiver);
                let Some(port) = self.app(last(receiver), span(&*call.func)) else {
                    return;
                };
                port
            }
            (None, None) => {
                let Some(number) = found.default else { return };
                let mut port = Port::new(number.to_string(), role, span(&*call.func));
                port.table = Some("default".to_owned());
                port
            }
            _ => return,
        };
        // Port 0 is any that is free, and a number that is none is another rule's.
        if port.number.is_none() && port.given == Given::Fixed {
            return;
        }
        port.host = port.host.or(host);
        port.is_udp = found.is_udp;
        port.call = Some(span(call));
        self.found.push(port);
    }
}

/// The port of an application that is told none, by the class that it is made of.
fn port_of_app(class: &str) -> Option<u16> {
    match class {
        "Flask" | "Quart" | "APIFlask" => Some(5000),
        "Dash" => Some(8050),
        "Sanic" => Some(8000),
        "Bottle" => Some(8080),
        _ => None,
    }
}

/// A port that an environment variable holds.
fn open(variable: &str, span: Span) -> Known {
    Known {
        number: None,
        text: variable.to_owned(),
        given: Given::Variable(variable.to_owned()),
        span,
    }
}

fn stated(known: Known, role: PortRole) -> Port {
    let mut port = Port::new(known.text, role, known.span);
    port.number = known.number;
    port.given = known.given;
    port
}

/// `0.0.0.0:8000`, `[::]:50051`.
fn address(text: &str, place: Span, role: PortRole) -> Option<Port> {
    let (host, port) = text.rsplit_once(':')?;
    let host = host.rsplit("//").next().unwrap_or(host);
    let stated = Port::new(port, role, place).at(Some(host));
    stated.number.is_some().then_some(stated)
}

impl<'a> Visitor<'a> for Reader<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assigned(target, &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assigned(&assign.target, value);
                }
            }
            Stmt::FunctionDef(function) => self.parameters(&function.parameters),
            Stmt::ClassDef(class) => {
                let outer = std::mem::replace(&mut self.is_settings, is_settings(class, self.names));
                walk_stmt(self, statement);
                self.is_settings = outer;
                return;
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && let Some(name) = self.names.last(&call.func)
        {
            self.option(call, name);
            if may_be_endpoint(name)
                && let Some(function) = self.names.dotted(&call.func)
                && let Some(found) = endpoint(&function, call)
            {
                self.is_of_interest = true;
                if self.turn == Turn::Reads {
                    self.serve(&found, call);
                }
            }
        }
        walk_expr(self, expr);
    }
}

/// Whether a class takes its fields from the environment, as pydantic's settings do.
fn is_settings(class: &StmtClassDef, names: &Names) -> bool {
    let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
    bases
        .filter_map(|base| names.dotted(base))
        .any(|base| last(&base).ends_with("Settings"))
}

#[cfg(test)]
mod tests;
