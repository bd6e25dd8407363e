//! What a command listens on that is told no port.

use super::uses::{Basis, PortUse, ProgramPorts};
use crate::facts::port::number;
use crate::finding::Place;
use crate::knowledge::ports::{Listener, listener};
use crate::project::programs::ProgramView;

/// The port of a command that is told none.
pub(super) fn by_default(program: &ProgramView, place: Place, words: &[&str], found: &mut ProgramPorts) {
    let told = words.iter().find_map(|word| {
        let name = last_part(word);
        let row = listener(name)?;
        Some(row)
    });
    let Some(row) = told else { return };
    let is_listening = row
        .verb
        .as_ref()
        .is_none_or(|verb| words.iter().any(|word| word == verb));
    let is_daphne = words.iter().any(|word| last_part(word) == "daphne");
    let is_elsewhere = words.iter().any(|word| {
        word.contains("unix:")
            || word.contains("fd://")
            || matches!(*word, "--uds" | "--fd" | "--endpoint" | "--unix-socket")
            || (is_daphne && matches!(*word, "-u" | "-e"))
    });
    if !is_listening || is_elsewhere {
        return;
    }
    let of_environment = row.variable.as_ref().and_then(|name| {
        let value = program.environment.get(name)?;
        Some((number(value)?, Basis::Variable(name.clone())))
    });
    // With a PORT gunicorn listens on every address.
    let is_public = of_environment.is_some() && row.variable.as_deref() == Some("PORT");
    found.is_open |= program.has_open_environment();
    let (number, basis) = of_environment.unwrap_or((row.port, Basis::Default(row.variable.clone())));
    found.binds.push(PortUse {
        number,
        host: Some(if is_public {
            "0.0.0.0".to_owned()
        } else {
            host_of(row, words)
        }),
        place,
        basis,
        is_udp: false,
    });
}

/// The address that a command listens on when it is told an address and no port.
fn host_of(row: &Listener, words: &[&str]) -> String {
    let told = words.windows(2).find_map(|pair| {
        let is_host = matches!(
            pair[0],
            "--host" | "--address" | "--server.address" | "-h" | "--ip"
        );
        is_host.then(|| pair[1].to_owned())
    });
    let joined = || {
        let mut words = words.iter();
        words.find_map(|word| word.strip_prefix("--host=").map(str::to_owned))
    };
    told.or_else(joined).unwrap_or_else(|| row.host.clone())
}

/// The last part of a path.
pub(super) fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
