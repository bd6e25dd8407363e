//! Addresses inside a text: which there are, and of what kind.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// An address that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The address.
    pub(super) address: IpAddr,
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// Whether a scheme, a user or a port beside it says that it is a host.
    pub(super) is_dialled: bool,
    /// Whether a `/24` behind it says that it is a range of addresses.
    pub(super) is_range: bool,
}

/// Whose address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// A home or office network, 192.168/16 (RFC 1918).
    Home,
    /// Another private network, which can be a provider's: 10/8, 172.16/12 (RFC 1918), `fc00::/7` (RFC 4193).
    Private,
    /// An overlay network such as Tailscale's: 100.64/10 (RFC 6598).
    Overlay,
    /// A machine on the internet.
    Public,
}

/// Resolvers that everybody may ask, used to find the own address or to test a connection.
const RESOLVERS: [[u8; 4]; 12] = [
    [8, 8, 8, 8],
    [8, 8, 4, 4],
    [1, 1, 1, 1],
    [1, 0, 0, 1],
    [9, 9, 9, 9],
    [149, 112, 112, 112],
    [208, 67, 222, 222],
    [208, 67, 220, 220],
    [4, 2, 2, 2],
    [4, 2, 2, 1],
    [114, 114, 114, 114],
    [223, 5, 5, 5],
];

/// Prefixes of the public resolvers of Google, Cloudflare and Quad9.
const RESOLVERS_6: [[u16; 2]; 3] = [[0x2001, 0x4860], [0x2606, 0x4700], [0x2620, 0x00fe]];

/// All addresses of a text, in order. Linear: each byte is looked at a bounded number of times.
pub(super) fn find(text: &str) -> Vec<Found> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !is_address_byte(bytes[at]) {
            at += 1;
            continue;
        }
        let length = bytes[at..]
            .iter()
            .position(|byte| !is_address_byte(*byte))
            .unwrap_or(bytes.len() - at);
        let run = at..at + length;
        at = run.end;
        found.extend(version_6(text, &run).or_else(|| version_4(text, &run)));
    }
    found
}

/// What people write where an address is to be filled in.
const STAND_INS: [[u8; 4]; 8] = [
    [1, 2, 3, 4],
    [4, 3, 2, 1],
    [5, 6, 7, 8],
    [11, 22, 33, 44],
    [12, 34, 56, 78],
    [111, 111, 111, 111],
    [123, 45, 67, 89],
    [123, 123, 123, 123],
];

/// Whose an address is; nothing when it is nobody's host: loopback, netmasks, documentation, stand-ins, resolvers.
pub(super) fn owner(address: IpAddr) -> Option<Owner> {
    match address {
        IpAddr::V4(address) => owner_4(address),
        IpAddr::V6(address) => owner_6(address),
    }
}

fn owner_4(address: Ipv4Addr) -> Option<Owner> {
    let octets = address.octets();
    let is_nobody = address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || octets[0] == 0
        || octets[0] >= 224
        || octets[0] == 198 && matches!(octets[1], 18 | 19)
        || RESOLVERS.contains(&octets)
        || STAND_INS.contains(&octets)
        // The host as containers of a default Docker network see it: right on every server.
        || octets == [172, 17, 0, 1];
    if is_nobody {
        return None;
    }
    Some(match octets {
        [192, 168, ..] => Owner::Home,
        [100, 64..=127, ..] => Owner::Overlay,
        _ if address.is_private() => Owner::Private,
        _ => Owner::Public,
    })
}

fn owner_6(address: Ipv6Addr) -> Option<Owner> {
    let groups = address.segments();
    let is_documentation =
        groups[0] == 0x2001 && groups[1] == 0x0db8 || groups[0] == 0x3fff && groups[1] < 0x1000;
    if is_documentation || RESOLVERS_6.contains(&[groups[0], groups[1]]) {
        return None;
    }
    match groups[0] {
        0xfc00..=0xfdff => Some(Owner::Private),
        0x2000..=0x3fff => Some(Owner::Public),
        _ => None,
    }
}

fn is_address_byte(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || byte == b'.' || byte == b':'
}

/// The IPv4 address that a run of address bytes begins or ends with.
fn version_4(text: &str, run: &Range<usize>) -> Option<Found> {
    let piece = text.get(run.clone())?;
    // `10.0.0.5:8000` is a host and a port, `db:10.0.0.5` something and a host.
    let mut start = run.start;
    for part in piece.split(':') {
        let here = start..start + part.len();
        start = here.end + 1;
        let trimmed = part.trim_end_matches('.');
        let range = here.start..here.start + trimmed.len();
        if let Ok(address) = trimmed.parse::<Ipv4Addr>() {
            return quad(text, address, range);
        }
    }
    None
}

fn quad(text: &str, address: Ipv4Addr, range: Range<usize>) -> Option<Found> {
    let before = text.get(..range.start)?;
    let behind = text.get(range.end..)?;
    let last = before.chars().next_back();
    let is_url = before.ends_with("//") || last == Some('@');
    let is_glued = match last {
        Some('/') => !is_url,
        // A name with a version behind it: `tool-1.2.3.4`.
        Some('-') => before.chars().rev().nth(1).is_some_and(char::is_alphanumeric),
        Some('=') => before.len() > 1 && before[..before.len() - 1].ends_with(['=', '<', '>', '~', '!']),
        Some(last) => last.is_alphanumeric() || matches!(last, '_' | '.' | '\\' | '+'),
        None => false,
    };
    let mut next = behind.chars();
    let is_cut = match next.next() {
        Some('-' | '+') => next.next().is_some_and(char::is_alphabetic),
        Some('.') => next.next().is_some_and(char::is_alphanumeric),
        Some(first) => first.is_alphanumeric() || first == '_',
        None => false,
    };
    if is_glued || is_cut {
        return None;
    }
    let is_dialled = is_url || has_port(behind);
    let is_mask_digit = behind
        .strip_prefix('/')
        .and_then(|mask| mask.chars().next())
        .is_some_and(|digit| digit.is_ascii_digit());
    Some(Found {
        address: IpAddr::V4(address),
        range,
        is_dialled,
        is_range: !is_dialled && is_mask_digit,
    })
}

/// An IPv6 address in brackets, or as the whole of a text. Anything looser would take times, hardware
/// addresses and paths of C++ for one.
fn version_6(text: &str, run: &Range<usize>) -> Option<Found> {
    let piece = text.get(run.clone())?;
    let address: Ipv6Addr = piece.parse().ok()?;
    let before = text.get(..run.start)?;
    let behind = text.get(run.end..)?;
    let is_bracketed = before.ends_with('[') && behind.starts_with(']');
    let groups: Vec<&str> = piece.split(':').filter(|group| !group.is_empty()).collect();
    // Eight bytes parted by colons are a hardware address (EUI-64).
    let is_hardware = groups.iter().all(|group| group.len() == 2);
    let is_alone = before.len() < 8
        && before.trim().is_empty()
        && (behind.trim().is_empty() || behind.starts_with(['%', '/']));
    let is_long = groups.len() >= 3 && groups.iter().any(|group| group.len() == 4);
    if is_hardware || !(is_bracketed || is_alone && is_long) {
        return None;
    }
    let is_dialled = is_bracketed && (before.ends_with("//[") || has_port(&behind[1..]));
    Some(Found {
        address: IpAddr::V6(address),
        range: run.clone(),
        is_dialled,
        is_range: !is_bracketed && behind.starts_with('/'),
    })
}

fn has_port(behind: &str) -> bool {
    behind
        .strip_prefix(':')
        .is_some_and(|port| port.starts_with(|digit: char| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_texts() {
        for (text, address) in [
            ("10.0.0.5", "10.0.0.5"),
            ("http://192.168.1.20:3000/mobile", "192.168.1.20"),
            ("postgresql://me:secret@10.1.2.3/db", "10.1.2.3"),
            ("   - http://192.168.7.8:3000/x", "192.168.7.8"),
            ("--host=100.101.102.103", "100.101.102.103"),
            ("connect to 45.76.1.2.", "45.76.1.2"),
            ("db:10.0.0.7", "10.0.0.7"),
            ("a,10.0.0.7,b", "10.0.0.7"),
            ("http://[2a01:4f8:c0c:1234::1]:8000/", "2a01:4f8:c0c:1234::1"),
            ("2a01:4f8:c0c:1234::1", "2a01:4f8:c0c:1234::1"),
            ("fd12:3456:789a:1::1", "fd12:3456:789a:1::1"),
        ] {
            let found = find(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!(found[0].address, address.parse::<IpAddr>().unwrap(), "{text}");
            assert_eq!(&text[found[0].range.clone()], address, "{text}");
            assert!(owner(found[0].address).is_some(), "{text}");
        }
    }

    #[test]
    fn other_things_are_no_addresses() {
        for text in [
            "",
            "1.2.3",
            "1.2.3.4.5",
            "v1.2.3.4",
            "1.2.3.4-beta",
            "tool-1.2.3.4",
            "numpy==1.2.3.4",
            "Chrome/120.0.0.0 Safari",
            "256.1.1.1",
            "010.1.1.1",
            "12:30:45",
            "aa:bb:cc:dd:ee:ff",
            "02:42:ac:11:00:02:00:01",
            "std::vec::Vec",
            "a::b",
            "dead:beef",
            "see face::cafe for it",
            "...::::....",
            "1.3.6.1.4.1",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }

    #[test]
    fn ranges_are_told_from_hosts() {
        assert!(find("10.0.0.0/8")[0].is_range);
        assert!(find("ufw allow from 192.168.0.0/16")[0].is_range);
        assert!(!find("http://10.0.0.5/8")[0].is_range);
        assert!(find("2a01:4f8:c0c:1234::/64")[0].is_range);
    }

    #[test]
    fn some_addresses_are_nobodys() {
        for text in [
            "0.0.0.0",
            "127.0.0.1",
            "127.0.1.1",
            "::1",
            "::",
            "255.255.255.0",
            "255.255.255.255",
            "224.0.0.1",
            "169.254.169.254",
            "192.0.2.7",
            "198.51.100.7",
            "203.0.113.7",
            "8.8.8.8",
            "1.1.1.1",
            "172.17.0.1",
            "2001:db8:0:1234::1",
            "fe80:0:1:1234::1",
            "2001:4860:4860::8888",
            "ff02:1:2:1234::1",
        ] {
            assert_eq!(owner(text.parse().unwrap()), None, "{text}");
        }
        for (text, expected) in [
            ("192.168.1.4", Owner::Home),
            ("10.3.2.1", Owner::Private),
            ("172.31.0.4", Owner::Private),
            ("172.32.0.4", Owner::Public),
            ("100.64.0.1", Owner::Overlay),
            ("100.128.0.1", Owner::Public),
        ] {
            assert_eq!(owner(text.parse().unwrap()), Some(expected), "{text}");
        }
    }

    #[test]
    fn long_texts_take_linear_time() {
        for piece in ["1.", "1:", "::", "10.0.0.1 ", "[", "1.2.3.4:"] {
            find(&piece.repeat(200_000));
        }
    }
}
