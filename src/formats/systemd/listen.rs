//! `ListenStream=` of a `.socket` unit: systemd itself listens there.

use super::Setting;
use crate::facts::{Port, PortRole};
use crate::source::Span;

/// The ports of a socket unit: `8000`, `127.0.0.1:8000`, `[::]:8000`; a path is none (systemd.socket(5)).
pub(super) fn ports(stem: &str, settings: &[Setting<'_>]) -> Vec<Port> {
    let is_listening = |setting: &&Setting<'_>| {
        setting.section == "Socket" && matches!(setting.key, "ListenStream" | "ListenDatagram")
    };
    let listening = settings.iter().filter(is_listening);
    let stated = listening.filter_map(|setting| {
        let (host, text) = match setting.value.rsplit_once(':') {
            Some((host, text)) => (Some(host), text),
            None => (None, setting.value),
        };
        let end = setting.span().end as usize;
        let mut port = Port::new(text, PortRole::Binds, Span::new(end - text.len(), end));
        port.number?;
        port.is_udp = setting.key == "ListenDatagram";
        Some(
            port.of(Some(stem.to_owned()))
                .in_table(Some(setting.key))
                .at(host),
        )
    });
    stated.collect()
}

#[cfg(test)]
mod tests {
    use crate::formats::systemd;

    #[test]
    fn sockets_listen() {
        let text = "[Socket]\nListenStream=127.0.0.1:8000\nListenStream=/run/x.sock\nListenDatagram=514\n";
        let ports = systemd::extract("desk.socket", text).ports;
        let told: Vec<_> = ports
            .iter()
            .map(|port| (port.span.text(text), port.host.as_deref(), port.is_udp))
            .collect();
        assert_eq!(told, [("8000", Some("127.0.0.1"), false), ("514", None, true)]);
    }
}
