//! Statements about ports in Python.

use super::names::last;
use super::span;
use crate::facts::{Port, PortRole};
use crate::source::Span;
use ruff_python_ast::{Expr, Number};

/// The service that a name such as `TRADE_MANAGER_PORT` or `api_port` speaks of: `trade_manager`; an
/// empty text for plain `PORT`; nothing when the name is about no port.
pub(super) fn service_of(name: &str) -> Option<String> {
    let name = last(name);
    let end = name.len().checked_sub("port".len())?;
    if !name.as_bytes()[end..].eq_ignore_ascii_case(b"port") {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    if lower == "port" {
        return Some(String::new());
    }
    let service = lower.strip_suffix("_port")?;
    Some(
        service
            .trim_start_matches("default_")
            .trim_matches('_')
            .to_owned(),
    )
}

/// Whether a name is about ports: one of its words is `port` or `ports`.
pub(super) fn is_about_ports(name: &str) -> bool {
    let name = last(name);
    let mut parts = name.as_bytes().windows(4);
    if !parts.any(|part| part[0] | 0x20 == b'p' && part.eq_ignore_ascii_case(b"port")) {
        return false;
    }
    let mut spaced = String::new();
    let mut was_lower = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && was_lower {
            spaced.push('_');
        }
        was_lower = letter.is_ascii_lowercase();
        spaced.push(letter.to_ascii_lowercase());
    }
    spaced.split('_').any(|word| word == "port" || word == "ports")
}

/// The whole number that an expression is, and where it stands: `8000`, `"8000"`, `int("8000")`.
pub(super) fn integer(expr: &Expr) -> Option<(String, Span)> {
    match expr {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => Some((value.to_string(), span(expr))),
            _ => None,
        },
        Expr::StringLiteral(literal) => {
            let text = literal.value.to_str();
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| (text.to_owned(), span(expr)))
        }
        Expr::Call(call) if matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "int") => {
            call.arguments.args.first().and_then(integer)
        }
        _ => None,
    }
}

/// A statement that `expr` is a port, when it is a number.
pub(super) fn statement(
    expr: &Expr,
    service: Option<String>,
    table: Option<String>,
    role: PortRole,
) -> Option<Port> {
    let (text, _) = integer(expr)?;
    Some(Port::new(text, role, span(expr)).of(service).in_table(table))
}

/// `X_PORTS = {"service": 6000}`: a table of ports.
pub(super) fn of_table(name: &str, expr: &Expr, found: &mut Vec<Port>) {
    let Expr::Dict(dict) = expr else { return };
    if !is_about_ports(name) {
        return;
    }
    for item in &dict.items {
        let Some(Expr::StringLiteral(key)) = &item.key else {
            continue;
        };
        let service = Some(key.value.to_str().to_owned());
        found.extend(statement(
            &item.value,
            service,
            Some(last(name).to_owned()),
            PortRole::Declares,
        ));
    }
}

/// `get_port("service")`: a look-up of a service's port by a literal name.
pub(super) fn lookup(function: &str, arguments: &[Expr]) -> Option<Port> {
    let name = last(function);
    if !name.starts_with("get") {
        return None;
    }
    let is_lookup = || is_about_ports(name) && !name.contains("check") && !name.contains("import");
    let [Expr::StringLiteral(service), rest @ ..] = arguments else {
        return None;
    };
    let text = service.value.to_str();
    let is_service = !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_alphanumeric() || "_-".contains(letter));
    (is_service && rest.len() <= 1 && is_lookup()).then(|| {
        let mut port = Port::new(text, PortRole::LooksUp, span(&arguments[0]));
        port.number = None;
        port.of(Some(text.to_owned())).in_table(Some(name))
    })
}
