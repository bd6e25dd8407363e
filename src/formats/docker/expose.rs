//! `EXPOSE`: the ports that a container says it listens on.

use super::instruction::Instruction;
use crate::facts::port::range;
use crate::facts::{Port, PortRole};
use crate::source::Span;

/// The ports of `EXPOSE 8000 9000-9010/udp`; what a variable holds is not told.
pub(super) fn ports(instruction: &Instruction) -> Vec<Port> {
    let mut at = instruction.span().start as usize;
    let mut found = Vec::new();
    for piece in instruction.arguments.split_inclusive(char::is_whitespace) {
        let word = piece.trim();
        let start = at;
        at += piece.len();
        let (numbers, protocol) = word.split_once('/').unwrap_or((word, ""));
        let Some((first, last)) = range(numbers) else {
            continue;
        };
        let span = Span::new(start, start + numbers.len());
        let mut port = Port::new(numbers, PortRole::Exposes, span).in_table(Some("EXPOSE"));
        (port.number, port.last) = (Some(first), last);
        port.is_udp = protocol.eq_ignore_ascii_case("udp");
        found.push(port);
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::formats::docker;

    #[test]
    fn exposed_ports_are_told() {
        let text = "FROM python:3.11\nEXPOSE 8000 \\\n  9000-9001/udp ${PORT}\n";
        let ports = docker::extract("Dockerfile", text).ports;
        let told: Vec<_> = ports
            .iter()
            .map(|port| (port.span.text(text), port.number, port.last, port.is_udp))
            .collect();
        assert_eq!(
            told,
            [
                ("8000", Some(8000), None, false),
                ("9000-9001", Some(9000), Some(9001), true)
            ]
        );
    }
}
