//! Addresses of machines, written into code and configuration.

use super::address::{self, Found, Owner};
use super::naming::{self, last_name};
use crate::document::Document;
use crate::facts::{Reach, Role, Value};
use crate::finding::{Confidence, DocumentId, Draft, Effect};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;
use crate::rules::place;

/// Words in a name that say its value is a version or a mask, in spite of its looks.
const NUMBERS: [&str; 8] = [
    "version",
    "release",
    "revision",
    "oid",
    "user_agent",
    "user-agent",
    "useragent",
    "mask",
];
/// Programs whose arguments say whom to let in, not whom to call.
const FIREWALLS: [&str; 8] = [
    "ufw",
    "iptables",
    "ip6tables",
    "nft",
    "firewall-cmd",
    "ipset",
    "fail2ban-client",
    "pfctl",
];
/// Calls that reckon with addresses.
const RECKONING: [&str; 6] = [
    "ip_network",
    "ip_address",
    "ip_interface",
    "ipv4network",
    "ipv4address",
    "inet_aton",
];

/// Reports every address that is used as a host.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project.documents() {
        let ranges = Ranges::of(document);
        for value in &document.facts.values {
            if !may_be_host(value) {
                continue;
            }
            for found in address::find(&value.text) {
                let owner = address::owner(found.address);
                if let Some(owner) = owner.filter(|_| is_host(value, &found, &ranges)) {
                    sink.report(draft(id, document, value, &found, owner));
                }
            }
        }
    }
}

/// Where ranges of addresses stand in lists: plain addresses beside them say whom to let in, too.
struct Ranges<'a> {
    names: Vec<&'a str>,
    starts: Vec<u32>,
}

/// How far from a range an unnamed element still belongs to its list, in bytes.
const NEAR: u32 = 256;

impl<'a> Ranges<'a> {
    fn of(document: &'a Document) -> Self {
        let mut ranges = Self {
            names: Vec::new(),
            starts: Vec::new(),
        };
        let elements = document
            .facts
            .values
            .iter()
            .filter(|value| value.role == Role::Element);
        for value in elements.filter(|value| value.text.contains('/')) {
            if address::find(&value.text).iter().any(|found| found.is_range) {
                match value.name.as_deref() {
                    Some(name) => ranges.names.push(name),
                    None => ranges.starts.push(value.span.start),
                }
            }
        }
        ranges.names.sort_unstable();
        ranges.starts.sort_unstable();
        ranges
    }

    fn hold(&self, value: &Value) -> bool {
        if value.role != Role::Element {
            return false;
        }
        if let Some(name) = value.name.as_deref() {
            return self.names.binary_search(&name).is_ok();
        }
        let from = value.span.start.saturating_sub(NEAR);
        let next = self.starts.partition_point(|start| *start < from);
        self.starts
            .get(next)
            .is_some_and(|start| *start <= value.span.start.saturating_add(NEAR))
    }
}

/// Whether a value can hold hosts at all, judged by everything but its addresses.
fn may_be_host(value: &Value) -> bool {
    if value.reach == Reach::Elsewhere
        || matches!(value.role, Role::Docstring | Role::Pattern | Role::Compared)
    {
        return false;
    }
    let name = last_name(value);
    let call = value.call.as_deref().unwrap_or_default().to_ascii_lowercase();
    let called = call.rsplit(['.', ':', '/']).next().unwrap_or_default();
    let program = value.text.trim_start().trim_start_matches("sudo ");
    let program = program.split_whitespace().next().unwrap_or_default();
    let is_user_agent = value.text.contains("Mozilla/") || value.text.contains("AppleWebKit/");
    let is_sample = name.ends_with("placeholder") || name.ends_with("example");
    !(is_user_agent
        || is_sample
        || NUMBERS.iter().any(|word| name.contains(word))
        || naming::is_list(&name)
        || RECKONING.contains(&called)
        || FIREWALLS.contains(&called)
        || FIREWALLS.contains(&program))
}

fn is_host(value: &Value, found: &Found, ranges: &Ranges<'_>) -> bool {
    if found.is_range || ranges.hold(value) {
        return false;
    }
    // Text for people names an address as a place to go to only when it says how to get there.
    if found.is_dialled || value.role == Role::Prose {
        return found.is_dialled;
    }
    let std::net::IpAddr::V4(address) = found.address else {
        return true;
    };
    let octets = address.octets();
    // The address of a network, or the beginning of an object identifier.
    if octets[3] == 0 || octets == [1, 3, 6, 1] || octets[..2] == [2, 5] {
        return false;
    }
    let is_named = naming::is_host(&last_name(value));
    // Four small numbers that nothing calls a host are a version more often than not.
    let is_small = octets.iter().all(|octet| *octet <= 30);
    is_named || !is_small || address.is_private() && value.text.trim().len() == found.range.len()
}

fn draft(id: DocumentId, document: &Document, value: &Value, found: &Found, owner: Owner) -> Draft {
    let address = found.address;
    let message = match owner {
        Owner::Home => {
            format!("`{address}` is an address of a home or office network: the server is not in it")
        }
        Owner::Private => {
            format!(
                "`{address}` is an address of a private network: the server reaches it only from inside that network"
            )
        }
        Owner::Overlay => {
            format!(
                "`{address}` is an address of an overlay network such as Tailscale's: the server has to join it first"
            )
        }
        Owner::Public => format!("`{address}` is one machine's address: this breaks when the machine moves"),
    };
    let label = match value.role {
        Role::Default => "used whenever nothing else is set",
        Role::Prose => "people are sent to this address",
        _ => "used as a host",
    };
    let is_prose = value.role == Role::Prose;
    let effect = if is_prose { Effect::Advice } else { Effect::Use };
    // A key, or an address in the text of a page, can be mere data.
    let is_open = matches!(value.role, Role::Key) || value.role == Role::Markup && !found.is_dialled;
    let confidence = if is_open {
        Confidence::Possible
    } else {
        Confidence::Likely
    };
    Draft::new(place::of_part(id, value, found.range.clone()), message)
        .subject(address.to_string())
        .label(label)
        .help(help(document.format, is_prose))
        .effect(effect)
        .confidence(confidence)
}

fn help(format: Format, is_prose: bool) -> &'static str {
    match format {
        _ if is_prose => {
            "name the server instead: `$(hostname -f)` in a shell, or the host from the configuration"
        }
        Format::Python => {
            "read the host from the environment: `os.environ[\"…_HOST\"]`, or `127.0.0.1` for a service of the same server"
        }
        Format::Shell => "take the host from a variable that the server sets: `${…_HOST:?}`",
        Format::Html | Format::Script => {
            "use a URL relative to the page, or build it from `location.hostname`"
        }
        Format::Supervisor => "set the host in the server's environment and use it as `%(ENV_…_HOST)s`",
        Format::Json | Format::Yaml | Format::Toml | Format::Dotenv => {
            "write a host name that the server can resolve (`127.0.0.1` for a service of the same server), in a file that belongs to the server"
        }
        _ => "take the host from the server's configuration",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn value(text: &str, role: Role, name: Option<&str>, call: Option<&str>) -> Value {
        Value {
            text: text.to_owned(),
            span: Span::new(0, text.len()),
            role,
            name: name.map(str::to_owned),
            call: call.map(str::to_owned),
            reach: Reach::Always,
        }
    }

    fn hosts(value: &Value) -> usize {
        let ranges = Ranges {
            names: vec!["admin_ips"],
            starts: vec![1000],
        };
        let found = address::find(&value.text);
        let hosts = found
            .iter()
            .filter(|found| address::owner(found.address).is_some() && is_host(value, found, &ranges));
        if may_be_host(value) { hosts.count() } else { 0 }
    }

    #[test]
    fn roles_and_names_decide() {
        for (text, role, name, call, expected) in [
            (
                "192.168.1.20",
                Role::Assigned,
                Some("services.main.host"),
                None,
                1,
            ),
            ("192.168.1.20", Role::Default, None, Some("os.getenv"), 1),
            ("10.0.0.5", Role::Argument, None, Some("socket.connect"), 1),
            ("45.76.1.99", Role::Argument, None, Some("connect"), 1),
            ("http://192.168.1.20:3000/", Role::Prose, None, Some("echo"), 1),
            ("try 192.168.1.20", Role::Prose, None, Some("print"), 0),
            ("192.168.1.20", Role::Pattern, None, Some("grep"), 0),
            ("192.168.1.20", Role::Compared, None, None, 0),
            ("192.168.1.20", Role::Docstring, None, None, 0),
            ("192.168.1.20", Role::Element, Some("ALLOWED_HOSTS"), None, 0),
            ("192.168.1.20", Role::Element, Some("admin_ips"), None, 0),
            ("192.168.1.20", Role::Element, Some("servers"), None, 1),
            ("121.0.99.3", Role::Assigned, Some("chrome_version"), None, 0),
            ("1.2.3.4", Role::Argument, None, Some("parse"), 0),
            (
                "192.168.1.20",
                Role::Assigned,
                Some("network.private_host"),
                None,
                1,
            ),
            ("1.2.3.4", Role::Assigned, Some("description"), None, 0),
            ("5.6.7.8", Role::Assigned, Some("db_host"), None, 1),
            ("10.0.0.0/8", Role::Argument, None, None, 0),
            ("ufw allow from 10.1.2.3", Role::Command, None, None, 0),
            (
                "sudo ufw allow from 10.1.2.3",
                Role::Argument,
                None,
                Some("run"),
                0,
            ),
            ("10.1.2.3", Role::Argument, None, Some("ipaddress.ip_address"), 0),
            ("255.255.255.0", Role::Assigned, Some("host"), None, 0),
            ("8.8.8.8", Role::Argument, None, Some("s.connect"), 0),
        ] {
            assert_eq!(
                hosts(&value(text, role, name, call)),
                expected,
                "{text} {role:?} {name:?}"
            );
        }
    }

    #[test]
    fn what_runs_elsewhere_is_left_alone() {
        let mut value = value("192.168.1.20", Role::Assigned, Some("host"), None);
        value.reach = Reach::Elsewhere;
        assert_eq!(hosts(&value), 0);
    }
}
