//! What the name that a value is bound to says of it.

use crate::facts::Value;

/// Words in a name of a list that says whom to let in or keep out, or whom to ask for names.
const LISTS: [&str; 15] = [
    "allow",
    "deny",
    "denied",
    "whitelist",
    "blacklist",
    "blocklist",
    "trusted",
    "cors",
    "origins",
    "banned",
    "permit",
    "acl",
    "cidr",
    "subnet",
    "no_proxy",
];
/// Words in a name that say its value is a machine.
const HOSTS: [&str; 12] = [
    "host", "ip", "addr", "server", "url", "uri", "endpoint", "peer", "node", "gateway", "proxy", "bind",
];

/// Whether a name in small letters says that its value is a list of whom to let in or keep out.
pub(super) fn is_list(name: &str) -> bool {
    LISTS.iter().any(|word| name.contains(word))
}

/// Whether a name in small letters says that its value is a machine.
pub(super) fn is_host(name: &str) -> bool {
    name.split(|character: char| !character.is_ascii_alphanumeric())
        .any(|word| {
            HOSTS
                .iter()
                .any(|host| word == *host || host.len() > 3 && word.contains(host))
        })
}

/// The last part of what a value is bound to, in lower case: `host` of `services.main.host`.
pub(super) fn last_name(value: &Value) -> String {
    let name = value.name.as_deref().unwrap_or_default();
    let mut parts = name
        .rsplit('.')
        .filter(|part| !part.bytes().all(|byte| byte.is_ascii_digit()));
    parts.next().unwrap_or_default().to_ascii_lowercase()
}
