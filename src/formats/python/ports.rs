//! Statements about ports in Python.

use super::names::last;
use super::span;
use crate::facts::{Port, PortRole};
use ruff_python_ast::{Expr, Number};

/// The service that a name such as `TRADE_MANAGER_PORT` or `api_port` speaks of: `trade_manager`; an
/// empty text for plain `PORT`; nothing when the name is about no port.
pub(super) fn service_of(name: &str) -> Option<String> {
    let lower = last(name).to_ascii_lowercase();
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
    let mut spaced = String::new();
    let mut was_lower = false;
    for letter in last(name).chars() {
        if letter.is_ascii_uppercase() && was_lower {
            spaced.push('_');
        }
        was_lower = letter.is_ascii_lowercase();
        spaced.push(letter.to_ascii_lowercase());
    }
    spaced.split('_').any(|word| word == "port" || word == "ports")
}

/// The whole number that an expression is: `8000`, `"8000"`, `int("8000")`.
fn integer(expr: &Expr) -> Option<String> {
    match expr {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => Some(value.to_string()),
            _ => None,
        },
        Expr::StringLiteral(literal) => {
            let text = literal.value.to_str();
            (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned())
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
    let text = integer(expr)?;
    let number = text.parse::<u16>().ok().filter(|number| *number > 0);
    let service = service.filter(|service| !service.is_empty());
    Some(Port {
        number,
        text,
        service,
        table,
        role,
        span: span(expr),
    })
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

/// What a call's `port=` keyword does: listen or connect; nothing when it cannot be told.
pub(super) fn role_of_call(function: &str) -> Option<PortRole> {
    let name = last(function);
    if matches!(
        name,
        "run" | "serve" | "run_server" | "run_app" | "start_server" | "create_server" | "TCPSite" | "bind"
    ) {
        Some(PortRole::Binds)
    } else if name.contains("connect") || name.ends_with("Client") || matches!(name, "Redis" | "StrictRedis")
    {
        Some(PortRole::Dials)
    } else {
        None
    }
}

/// `get_port("service")`: a look-up of a service's port by a literal name.
pub(super) fn lookup(function: &str, arguments: &[Expr]) -> Option<Port> {
    let name = last(function);
    let is_lookup = || is_about_ports(name) && !name.contains("check") && !name.contains("import");
    let [Expr::StringLiteral(service), rest @ ..] = arguments else {
        return None;
    };
    let text = service.value.to_str();
    let is_service = !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_alphanumeric() || "_-".contains(letter));
    (is_service && rest.len() <= 1 && name.starts_with("get") && is_lookup()).then(|| Port {
        number: None,
        text: text.to_owned(),
        service: Some(text.to_owned()),
        table: Some(name.to_owned()),
        role: PortRole::LooksUp,
        span: span(&arguments[0]),
    })
}
