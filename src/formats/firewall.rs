//! What commands tell a firewall to let in: `ufw`, `iptables`, `firewall-cmd`, `nft`, and what they keep
//! out.
//!
//! The grammars are those of ufw(8), iptables-extensions(8), firewall-cmd(1) and nft(8).

mod nft;

use crate::facts::port::range;
use crate::facts::{Command, Facts, Given, Port, PortRole, Reach, Word};

/// Adds the ports that the commands of a document let others reach, and those that they keep shut.
pub(super) fn read(path: &str, text: &str, facts: &mut Facts) {
    let mut found = Vec::new();
    for command in &facts.commands {
        if command.reach == Reach::Elsewhere {
            continue;
        }
        let tool = command.words.iter().take(6).position(|word| {
            let name = word.text.rsplit('/').next().unwrap_or_default();
            matches!(name, "ufw" | "iptables" | "ip6tables" | "firewall-cmd" | "nft")
        });
        let Some((tool, arguments)) = tool.and_then(|at| command.words[at..].split_first()) else {
            continue;
        };
        // What `apt install ufw` names is no command.
        if !is_led_to(command, tool) {
            continue;
        }
        match tool.text.rsplit('/').next().unwrap_or_default() {
            "ufw" => ufw(tool, arguments, &mut found),
            "firewall-cmd" => firewalld(tool, arguments, &mut found),
            "nft" => nft::command(arguments, &mut found),
            _ => iptables(arguments, &mut found),
        }
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    if name == "nftables.conf" || name.ends_with(".nft") {
        nft::ruleset(text, &mut found);
    } else if is_saved(name) {
        saved(text, &mut found);
    }
    facts.ports.extend(found);
}

/// Whether a file holds rules as `iptables-save` writes them.
pub(super) fn is_saved(name: &str) -> bool {
    matches!(
        name,
        "rules.v4" | "rules.v6" | "iptables.rules" | "ip6tables.rules" | "iptables.up.rules"
    )
}

/// What `iptables-save` writes: `:INPUT DROP [0:0]`, `-A INPUT -p tcp --dport 22 -j ACCEPT`.
fn saved(text: &str, found: &mut Vec<Port>) {
    for line in text.lines() {
        let words = nft::words(line, offset(text, line));
        match words.first().map(|word| word.text.as_str()) {
            Some("-A" | "-I") => iptables(&words, found),
            Some(":INPUT") => {
                let policy = words
                    .get(1)
                    .filter(|word| matches!(word.text.as_str(), "DROP" | "REJECT"));
                found.extend(policy.map(|word| everything(word, "iptables")));
            }
            _ => {}
        }
    }
}

/// Where a line of a text begins in it.
fn offset(text: &str, line: &str) -> usize {
    (line.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// What no rule lets in is kept out.
fn everything(word: &Word, table: &str) -> Port {
    let mut port = Port::new(&word.text, PortRole::Denies, word.span).in_table(Some(table));
    (port.number, port.last) = (Some(1), Some(u16::MAX));
    port
}

/// Whether nothing but `sudo`, its options and assignments stands before the tool.
fn is_led_to(command: &Command, tool: &Word) -> bool {
    command
        .words
        .iter()
        .take_while(|word| !std::ptr::eq(*word, tool))
        .all(|word| {
            let text = word.text.as_str();
            matches!(text, "sudo" | "doas" | "exec" | "env") || text.starts_with('-') || text.contains('=')
        })
}

/// `ufw allow 8000/tcp`, `ufw allow from 10.0.0.0/8 to any port 5432 proto tcp`, `ufw limit ssh`, `ufw deny 8000`,
/// and `ufw enable`, whose default is to deny (ufw(8)).
fn ufw(tool: &Word, arguments: &[Word], found: &mut Vec<Port>) {
    let text = |at: usize| arguments.get(at).map_or("", |word| word.text.as_str());
    let mut at = 0;
    while text(at).starts_with("--") {
        at += 1;
    }
    match text(at) {
        "insert" => at += 2,
        "prepend" => at += 1,
        _ => {}
    }
    let role = match text(at) {
        "allow" | "limit" => PortRole::Allows,
        "deny" | "reject" => PortRole::Denies,
        verb => {
            let is_default = verb == "default" && matches!(text(at + 1), "deny" | "reject");
            let is_closing = verb == "enable" || is_default && !matches!(text(at + 2), "outgoing" | "routed");
            found.extend(is_closing.then(|| everything(tool, "ufw")));
            return;
        }
    };
    at += 1;
    let mut from = None;
    let mut is_udp = false;
    let mut port = None;
    let mut is_destination = true;
    while at < arguments.len() {
        let value = arguments.get(at + 1);
        match text(at) {
            "out" => return,
            "on" => {
                from = from.or_else(|| value.map(|word| word.text.clone()).filter(|name| is_inner(name)));
                at += 1;
            }
            "proto" => {
                is_udp = value.is_some_and(|word| word.text == "udp");
                at += 1;
            }
            "from" => {
                is_destination = false;
                from = value.map(|word| word.text.clone()).filter(|from| from != "any");
                at += 1;
            }
            "to" => {
                is_destination = true;
                at += 1;
            }
            "port" | "app" if is_destination => {
                port = value;
                at += 1;
            }
            "port" | "app" | "comment" => at += 1,
            "in" | "log" | "log-all" | "any" => {}
            _ => port = port.or(arguments.get(at)),
        }
        at += 1;
    }
    let Some(word) = port else { return };
    for mut port in allowed(word, &word.text) {
        port.is_udp |= is_udp;
        port.role = role;
        found.push(port.in_table(Some("ufw")).at(from.clone()));
    }
}

/// Networks that the world does not reach.
fn is_inner(interface: &str) -> bool {
    [
        "lo",
        "docker",
        "br-",
        "tailscale",
        "wg",
        "tun",
        "tap",
        "zt",
        "virbr",
    ]
    .iter()
    .any(|start| interface.starts_with(start))
}

/// The ports of `80,443/tcp`, `6000:6007/udp`, `ssh`, `Nginx Full`.
fn allowed(word: &Word, text: &str) -> Vec<Port> {
    let port = |text: &str| Port::new(text, PortRole::Allows, word.span);
    if text.contains(['$', '`', '{']) {
        let mut open = port(text);
        open.given = Given::Elsewhere;
        return vec![open];
    }
    let named = service(text);
    if !named.is_empty() {
        let numbers = named.iter().map(|number| {
            let mut port = port(text);
            port.number = Some(*number);
            port
        });
        return numbers.collect();
    }
    let (numbers, protocol) = text.split_once('/').unwrap_or((text, ""));
    let one = |part: &str| {
        let (first, last) = range(part)?;
        let mut port = port(part);
        (port.number, port.last, port.is_udp) = (Some(first), last, protocol == "udp");
        Some(port)
    };
    numbers.split(',').filter_map(one).collect()
}

/// The ports of a service's or an application's name, as /etc/services and ufw's profiles of packages
/// have them.
fn service(name: &str) -> &'static [u16] {
    match name.to_ascii_lowercase().as_str() {
        "ssh" | "openssh" => &[22],
        "http" | "www" | "nginx http" | "apache" => &[80],
        "https" | "nginx https" | "apache secure" | "www secure" => &[443],
        "nginx full" | "apache full" | "www full" => &[80, 443],
        "smtp" | "postfix" => &[25],
        "domain" | "dns" => &[53],
        "postgresql" | "postgres" => &[5432],
        "mysql" => &[3306],
        "redis" => &[6379],
        _ => &[],
    }
}

/// `iptables -A INPUT -p tcp --dport 8000 -j ACCEPT`, `iptables -P INPUT DROP`, `iptables -A INPUT -j DROP`.
fn iptables(arguments: &[Word], found: &mut Vec<Port>) {
    let value = |options: &[&str]| {
        let at = arguments
            .iter()
            .position(|word| options.contains(&word.text.as_str()))?;
        arguments.get(at + 1)
    };
    let is = |options: &[&str], wanted: &str| value(options).is_some_and(|word| word.text == wanted);
    let has = |wanted: &str| arguments.iter().any(|word| word.text == wanted);
    let is_shut = |text: &str| matches!(text, "DROP" | "REJECT");
    if is(&["-P", "--policy"], "INPUT") {
        let policy = arguments.iter().find(|word| is_shut(&word.text));
        found.extend(policy.map(|word| everything(word, "iptables")));
        return;
    }
    let verdict = value(&["-j", "--jump"]).filter(|_| is(&["-A", "-I", "--append", "--insert"], "INPUT"));
    let role = match verdict.map(|word| word.text.as_str()) {
        Some("ACCEPT") => PortRole::Allows,
        Some("DROP" | "REJECT") => PortRole::Denies,
        _ => return,
    };
    let from = value(&["-s", "--source", "--src"]);
    let Some(word) = value(&["--dport", "--destination-port", "--dports"]) else {
        let is_narrow = from.is_some()
            || ["-p", "--protocol", "-m", "--match", "-i", "--in-interface", "!"]
                .iter()
                .any(|option| has(option));
        let rest = verdict.filter(|_| role == PortRole::Denies && !is_narrow);
        found.extend(rest.map(|word| everything(word, "iptables")));
        return;
    };
    // Whom a rule keeps out while all others may come in is another matter.
    if role == PortRole::Denies && (from.is_some() || has("!")) {
        return;
    }
    let interface = value(&["-i", "--in-interface"]).filter(|word| is_inner(&word.text));
    let from = from.or(interface);
    let from = from
        .map(|word| word.text.clone())
        .filter(|from| from != "0.0.0.0/0");
    for mut port in allowed(word, &word.text) {
        port.is_udp = is(&["-p", "--protocol"], "udp");
        port.role = role;
        found.push(port.in_table(Some("iptables")).at(from.clone()));
    }
}

/// `firewall-cmd --add-port=8000/tcp --add-service=http`. What a zone does not name is rejected, unless the zone is
/// `trusted` (firewalld.zones(5)).
fn firewalld(tool: &Word, arguments: &[Word], found: &mut Vec<Port>) {
    let is_trusted = |word: &Word| word.text.ends_with("=trusted");
    if arguments.iter().any(is_trusted) {
        return;
    }
    let before = found.len();
    for word in arguments {
        let value = ["--add-port=", "--add-service="]
            .iter()
            .find_map(|option| word.text.strip_prefix(option));
        let ports = value.map(|value| allowed(word, value)).unwrap_or_default();
        found.extend(ports.into_iter().map(|port| port.in_table(Some("firewalld"))));
    }
    if found.len() > before {
        found.push(everything(tool, "firewalld"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{Format, extract};

    /// First and last port, who is let in, and whether it is UDP.
    type Told = (Option<u16>, Option<u16>, Option<String>, bool);

    fn told(line: &str) -> Vec<Told> {
        let ports = extract("a.sh", Format::Shell, line).ports;
        ports
            .into_iter()
            .filter(|port| port.role == PortRole::Allows)
            .map(|port| (port.number, port.last, port.host, port.is_udp))
            .collect()
    }

    fn open(numbers: &[u16]) -> Vec<Told> {
        numbers
            .iter()
            .map(|number| (Some(*number), None, None, false))
            .collect()
    }

    #[test]
    fn ufw_lets_in() {
        for (line, numbers) in [
            ("ufw allow 8000", &[8000][..]),
            ("sudo ufw allow 8000/tcp", &[8000]),
            ("sudo /usr/sbin/ufw --force allow 80,443/tcp", &[80, 443]),
            ("ufw allow 'Nginx Full'", &[80, 443]),
            ("ufw limit OpenSSH comment 'people'", &[22]),
            ("ufw allow in on eth0 to any port 443 proto tcp", &[443]),
            ("ufw insert 1 allow from any to any port 22", &[22]),
            ("iptables -A INPUT -p tcp --dport 8000 -j ACCEPT", &[8000]),
            (
                "iptables -I INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT",
                &[80, 443],
            ),
            (
                "firewall-cmd --permanent --add-port=8000/tcp --add-service=https",
                &[8000, 443],
            ),
            ("ufw deny 8000", &[]),
            ("ufw allow out 53", &[]),
            ("ufw delete allow 8000", &[]),
            ("ufw default allow outgoing", &[]),
            ("apt-get install -y ufw", &[]),
            ("iptables -A INPUT -p tcp --dport 8000 -j DROP", &[]),
            ("iptables -A INPUT -i lo -j ACCEPT", &[]),
            ("echo ufw allow 8000", &[]),
        ] {
            assert_eq!(told(line), open(numbers), "{line}");
        }
    }

    #[test]
    fn who_is_let_in_is_told() {
        let some = |from: &str, number: u16| vec![(Some(number), None, Some(from.to_owned()), false)];
        assert_eq!(
            told("ufw allow from 10.0.0.0/8 to any port 5432 proto tcp"),
            some("10.0.0.0/8", 5432)
        );
        assert_eq!(
            told("ufw allow in on tailscale0 to any port 22"),
            some("tailscale0", 22)
        );
        assert_eq!(
            told("iptables -A INPUT -s 10.0.0.1 -p tcp --dport 22 -j ACCEPT"),
            some("10.0.0.1", 22)
        );
        assert_eq!(
            told("ufw allow 6000:6007/udp"),
            [(Some(6000), Some(6007), None, true)]
        );
        assert_eq!(
            told("for p in 1 2; do ufw allow $p/tcp; done"),
            [(None, None, None, false)]
        );
    }

    #[test]
    fn half_commands_are_survived() {
        for line in [
            "ufw",
            "ufw allow",
            "ufw insert",
            "ufw allow from",
            "ufw allow to any port",
            "iptables --dport",
        ] {
            assert!(told(line).is_empty(), "{line}");
        }
    }
}
