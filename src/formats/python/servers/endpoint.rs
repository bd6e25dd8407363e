//! Calls that listen on a port, and calls that connect to one: which of their arguments says so.

use crate::formats::python::names::{last, written};
use crate::formats::python::ports::{integer, is_about_ports};
use ruff_python_ast::{Expr, ExprCall};

/// What a call does with a port.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It listens.
    Binds,
    /// It connects.
    Dials,
}

/// A call that has to do with a port.
pub(super) struct Endpoint<'a> {
    pub(super) kind: Kind,
    pub(super) host: Option<&'a Expr>,
    pub(super) port: Option<&'a Expr>,
    /// Address and port in one text: `"[::]:50051"`.
    pub(super) address: Option<&'a Expr>,
    /// The port when the call names none.
    pub(super) default: Option<u16>,
    /// Whether it is UDP that is spoken.
    pub(super) is_udp: bool,
    /// Whether it is a method of an application, which has a default of its own.
    pub(super) is_app: bool,
}

/// How a call names its port.
enum Form {
    /// By keywords, else at these positions.
    At(usize, usize),
    /// By keywords alone.
    Keywords,
    /// In a tuple of address and port, at this position.
    Tuple(usize),
    /// In a text, at this position.
    Text(usize),
    /// At this position, without an address.
    Alone(usize),
}

/// What a call does with a port, if anything.
pub(super) fn endpoint<'a>(function: &str, call: &'a ExprCall) -> Option<Endpoint<'a>> {
    let (kind, form, default) = server(function).or_else(|| client(function))?;
    let positional = |at: usize| call.arguments.args.get(at).filter(|expr| !expr.is_starred_expr());
    let keyword = |names: &[&str]| {
        let found = names.iter().find_map(|name| call.arguments.find_keyword(name));
        found.map(|keyword| &keyword.value)
    };
    // With `**options` or a configuration of its own, what it listens on is not told.
    let is_open = call
        .arguments
        .keywords
        .iter()
        .any(|keyword| keyword.arg.is_none())
        || call.arguments.args.iter().any(Expr::is_starred_expr)
        || keyword(&["sock", "uds", "fd", "unix_socket", "path"]).is_some();
    let mut found = Endpoint {
        kind,
        host: keyword(&["host", "hostname", "address", "server_name", "addr"]),
        port: keyword(&["port", "server_port"]),
        address: keyword(&["listen"]),
        default: default.filter(|_| !is_open),
        is_udp: matches!(
            last(function),
            "UDPServer" | "ThreadingUDPServer" | "create_datagram_endpoint"
        ),
        is_app: matches!(last(function), "run" | "run_server") && default.is_none() && kind == Kind::Binds,
    };
    match form {
        Form::Keywords => {}
        Form::At(host, port) => {
            found.host = found.host.or(positional(host));
            found.port = found.port.or(positional(port));
        }
        Form::Alone(port) => found.port = found.port.or(positional(port)),
        Form::Text(at) => found.address = found.address.or(positional(at)),
        Form::Tuple(at) => match positional(at) {
            Some(Expr::Tuple(tuple)) => {
                found.host = tuple.elts.first();
                found.port = tuple.elts.get(1);
            }
            _ if found.port.is_none() => return None,
            _ => {}
        },
    }
    let is_backlog = last(function) == "listen" && !is_port(found.port);
    (!is_backlog).then_some(found)
}

/// Whether a function whose last name is this may have to do with a port. Most have not, and are asked no more.
pub(super) fn may_be_endpoint(name: &str) -> bool {
    server(name).is_some() || client(name).is_some() || matches!(name, "run" | "Config" | "start_server")
}

/// `sock.listen(5)` says how many may wait; `app.listen(8888)` is a port.
fn is_port(expr: Option<&Expr>) -> bool {
    let Some(expr) = expr else { return false };
    match integer(expr) {
        Some((text, _)) => text.len() == 4 || text.len() == 5,
        None => written(expr).is_some_and(|name| is_about_ports(&name)),
    }
}

fn server(function: &str) -> Option<(Kind, Form, Option<u16>)> {
    let (module, name) = function.rsplit_once('.').unwrap_or(("", function));
    let (form, default) = match (module, name) {
        ("uvicorn", "run" | "Config") => (Form::Keywords, Some(8000)),
        ("bottle", "run") | ("waitress", "serve") | (_, "run_app") => (Form::Keywords, Some(8080)),
        (_, "run_simple" | "make_server") => (Form::At(0, 1), None),
        // Flask's and its relatives': the object has any name.
        (_, "run") if !is_of_commands(module) => (Form::Keywords, None),
        (module, "serve") if module.starts_with("websockets") => (Form::At(1, 2), None),
        (_, "run_server" | "run_async" | "run_forever" | "serve" | "launch") => (Form::Keywords, None),
        ("asyncio", "start_server") | (_, "create_server" | "TCPSite") if module != "socket" => {
            (Form::At(1, 2), None)
        }
        ("socket", "create_server")
        | ("eventlet", "listen")
        | (
            _,
            "HTTPServer"
            | "ThreadingHTTPServer"
            | "TCPServer"
            | "ThreadingTCPServer"
            | "UDPServer"
            | "ThreadingUDPServer"
            | "SimpleXMLRPCServer"
            | "WSGIServer"
            | "StreamServer"
            | "bind",
        ) => (Form::Tuple(0), None),
        (_, "start_http_server" | "listen" | "listenTCP") => (Form::Alone(0), None),
        (_, "add_insecure_port" | "add_secure_port") => (Form::Text(0), None),
        _ => return None,
    };
    Some((Kind::Binds, form, default))
}

/// Modules whose `run` starts a command or a loop.
fn is_of_commands(module: &str) -> bool {
    matches!(module, "" | "subprocess" | "asyncio" | "anyio" | "trio")
}

fn client(function: &str) -> Option<(Kind, Form, Option<u16>)> {
    let name = last(function);
    let form = match name {
        "connect" if function.ends_with("websockets.connect") => return None,
        "connect" | "connect_ex" | "create_connection" => Form::Tuple(0),
        "open_connection" => Form::At(0, 1),
        "Redis" | "StrictRedis" => Form::Keywords,
        _ if name.contains("connect") || name.ends_with("Client") => Form::Keywords,
        _ => return None,
    };
    Some((Kind::Dials, form, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_name_alone_lets_every_endpoint_pass() {
        let modules = [
            "",
            "uvicorn.",
            "bottle.",
            "waitress.",
            "websockets.",
            "asyncio.",
            "socket.",
            "eventlet.",
            "app.",
        ];
        let names = [
            "run",
            "Config",
            "serve",
            "run_app",
            "run_simple",
            "make_server",
            "run_server",
            "run_async",
            "run_forever",
            "launch",
            "start_server",
            "create_server",
            "TCPSite",
            "listen",
            "HTTPServer",
            "UDPServer",
            "bind",
            "start_http_server",
            "listenTCP",
            "add_insecure_port",
            "connect",
            "connect_ex",
            "open_connection",
            "Redis",
            "reconnect_to",
            "HttpClient",
            "print",
        ];
        let mut refused = 0;
        for (module, name) in modules.iter().flat_map(|module| names.map(|name| (module, name))) {
            let function = format!("{module}{name}");
            let is_one = server(&function).is_some() || client(&function).is_some();
            assert!(may_be_endpoint(name) || !is_one, "{function}");
            refused += usize::from(!may_be_endpoint(name));
        }
        assert_eq!(refused, modules.len());
    }
}
