//! Which numbers are ports, and whose: told by the keys that they stand under.

use super::{Entry, Node, Shape};
pub use crate::facts::port::number;
use crate::facts::{Port, PortRole};
use crate::source::Span;

/// What stands around an entry.
pub(super) struct Scope<'a> {
    /// The keys above it, the outermost first.
    pub(super) above: &'a [&'a str],
    /// All entries of the mapping that it stands in.
    pub(super) siblings: &'a [Entry<'a>],
    /// Whether that mapping is an element of a list.
    pub(super) is_element: bool,
}

/// The port that an environment variable holds: `API_PORT=8000` declares one for `api`.
pub fn of_variable(name: &str, value: &str, span: Span) -> Option<Port> {
    let prefix = prefix_of_port(name)?;
    if value.is_empty() || is_placeholder(value) {
        return None;
    }
    let role = if words(&prefix).iter().any(|word| is_store(word)) {
        PortRole::Dials
    } else {
        bound(&words(name)).unwrap_or(PortRole::Declares)
    };
    Some(Port::new(value, role, span).of(Some(prefix)))
}

/// The ports of an entry whose value is a scalar.
pub(super) fn of_entry(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<Port> {
    let text = entry.node.scalar()?;
    let is_number = matches!(entry.node.shape, Shape::Number(_));
    let is_about_ports = is_about_ports(&entry.key) || scope.above.iter().any(|key| is_about_ports(key));
    let key_words = if is_about_ports {
        words(&entry.key)
    } else {
        Vec::new()
    };
    if !is_about_ports || text.is_empty() || is_placeholder(text) {
        return None;
    }
    let parent = scope.above.last().copied();
    let port = |service: Option<String>, table: Option<&str>, role| {
        Port::new(text, role, entry.node.span).of(service).in_table(table)
    };
    if let Some(role) = bound(&key_words).filter(|_| number(text).is_some()) {
        return Some(port(None, parent, role));
    }
    if let Some(prefix) = prefix_of_port(&entry.key) {
        let is_named = !prefix.is_empty() && !is_generic(&prefix);
        let (service, table) = if is_named {
            (Some(prefix.clone()), parent)
        } else {
            let (service, table) = enclosing(scope);
            (
                service.or_else(|| (!prefix.is_empty()).then_some(prefix.clone())),
                table,
            )
        };
        let is_store = dials(scope, &prefix);
        let role = if is_store {
            PortRole::Dials
        } else {
            PortRole::Declares
        };
        return Some(port(service, table, role));
    }
    let table = parent.filter(|key| is_table(key) && !scope.is_element)?;
    if is_number && !is_other_quantity(&key_words) {
        return Some(port(Some(entry.key.to_string()), Some(table), PortRole::Declares));
    }
    number(&entry.key).filter(|_| !is_number)?;
    let by_port = Port::new(entry.key.as_ref(), PortRole::Declares, entry.key_span);
    Some(by_port.of(Some(text.to_owned())).in_table(Some(table)))
}

/// Services that have no port, where at least two beside them have one: named by the keys of a mapping, or by their
/// own `name` in a list.
pub(super) fn portless(above: &[&str], node: &Node) -> Vec<Port> {
    let table = above.last().copied();
    let nodes: Vec<&Node> = match &node.shape {
        Shape::List(elements) => elements.iter().collect(),
        Shape::Map(entries) => entries.iter().map(|entry| &entry.node).collect(),
        _ => return Vec::new(),
    };
    let has_port = |node: &Node| {
        let mut entries = node.entries().iter();
        entries.any(|entry| {
            prefix_of_port(&entry.key).is_some() && entry.node.scalar().is_some_and(|text| !text.is_empty())
        })
    };
    if nodes.iter().filter(|node| has_port(node)).count() < 2 {
        return Vec::new();
    }
    let lacking = nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| !node.entries().is_empty() && !has_port(node));
    let named = lacking.filter_map(|(at, lacking)| {
        if let Some(entry) = node.entries().get(at) {
            return (!says_no_service(&entry.key)).then(|| (entry.key.as_ref(), entry.key_span));
        }
        let name = ["name", "service", "id"]
            .iter()
            .find_map(|key| lacking.get(key))?;
        Some((name.text()?, name.span))
    });
    named
        .map(|(name, span)| {
            Port::new("", PortRole::Declares, span)
                .of(Some(name.to_owned()))
                .in_table(table)
        })
        .collect()
}

/// The ports of a list: those to avoid, or the two ends of a range.
pub(super) fn of_list(keys: &[&str], elements: &[Node<'_>]) -> Vec<Port> {
    let Some(key) = keys.last() else {
        return Vec::new();
    };
    if !keys.iter().any(|key| is_about_ports(key)) {
        return Vec::new();
    }
    let key_words = words(key);
    let is_range = elements.len() == 2
        && keys
            .iter()
            .rev()
            .take(2)
            .any(|key| words(key).iter().any(|word| is_range_word(word)));
    let avoids = key_words.iter().any(|word| is_avoiding(word));
    let port = |element: &Node<'_>, role| {
        let text = element.scalar()?;
        Some(Port::new(text, role, element.span).in_table(Some(*key)))
    };
    let numbered = elements
        .iter()
        .filter(|element| element.scalar().and_then(number).is_some());
    if avoids {
        numbered
            .filter_map(|element| port(element, PortRole::Avoids))
            .collect()
    } else if is_range {
        numbered
            .zip([PortRole::RangeStart, PortRole::RangeEnd])
            .filter_map(|(element, role)| port(element, role))
            .collect()
    } else {
        Vec::new()
    }
}

/// The service and the group of a port that its own key does not name.
fn enclosing<'a>(scope: &Scope<'a>) -> (Option<String>, Option<&'a str>) {
    let last = scope.above.last().copied();
    if scope.is_element {
        let name = ["name", "service", "id"]
            .iter()
            .find_map(|key| {
                scope
                    .siblings
                    .iter()
                    .find(|entry| entry.key.eq_ignore_ascii_case(key))
            })
            .and_then(|entry| entry.node.text());
        return (name.map(str::to_owned), last);
    }
    let table = scope
        .above
        .len()
        .checked_sub(2)
        .and_then(|at| scope.above.get(at));
    (last.map(str::to_owned), table.copied())
}

/// Whether something connects to the port rather than serving on it: a database, or another host.
fn dials(scope: &Scope<'_>, prefix: &str) -> bool {
    let path = scope.above.iter().chain(std::iter::once(&prefix));
    let is_store = path.flat_map(|key| words(key)).any(|word| is_store(&word));
    is_store
        || scope.siblings.iter().any(|entry| {
            let is_host = matches!(entry.key.to_ascii_lowercase().as_str(), "host" | "hostname");
            let host = entry.node.text().unwrap_or("");
            is_host && host.contains('.') && host.bytes().any(|byte| byte.is_ascii_alphabetic())
        })
}

/// What stands before the `port` of a key, lower-cased: `main_app` of `MAIN_APP_PORT`, nothing of
/// `port`. None when the key is no key of a port.
fn prefix_of_port(key: &str) -> Option<String> {
    // Asked for every key of every document, most of which end in something else.
    let at = key.len().checked_sub(4)?;
    let prefix = key.get(..at)?;
    if !key[at..].eq_ignore_ascii_case("port") || words(key).pop()? != "port" {
        return None;
    }
    Some(prefix.trim_end_matches(['_', '-', '.', ' ']).to_ascii_lowercase())
}

/// The words of a key, lower-cased: `mainAppPort` and `MAIN_APP-PORT` have three.
pub(super) fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_inside = false;
    let mut was_lower = false;
    for letter in key.chars() {
        if !letter.is_alphanumeric() {
            is_inside = false;
            continue;
        }
        let begins = !is_inside || (was_lower && letter.is_uppercase());
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
        is_inside = true;
        was_lower = letter.is_lowercase() || letter.is_ascii_digit();
    }
    words
}

/// The role of a bound of a range, when a key names one.
fn bound(words: &[String]) -> Option<PortRole> {
    words.iter().rev().find_map(|word| match word.as_str() {
        "start" | "min" | "minimum" | "low" | "lowest" | "from" | "first" => Some(PortRole::RangeStart),
        "end" | "max" | "maximum" | "high" | "highest" | "to" | "last" => Some(PortRole::RangeEnd),
        _ => None,
    })
}

/// Whether a word of a key is about ports.
pub(super) fn is_about_ports(key: &str) -> bool {
    let mut letters = key.as_bytes().windows(4);
    letters.any(|letters| letters[0] | 0x20 == b'p' && letters.eq_ignore_ascii_case(b"port"))
        && words(key).iter().any(|word| is_port_word(word))
}

fn is_port_word(word: &str) -> bool {
    matches!(word, "port" | "ports")
}

fn is_range_word(word: &str) -> bool {
    matches!(word, "range" | "ranges")
}

fn is_table(key: &str) -> bool {
    let words = words(key);
    words.iter().any(|word| is_port_word(word))
        && !words.iter().any(|word| is_range_word(word) || is_avoiding(word))
}

fn is_avoiding(word: &str) -> bool {
    matches!(
        word,
        "avoid" | "avoided" | "reserved" | "forbidden" | "blocked" | "excluded" | "exclude" | "unsafe"
    )
}

/// Prefixes that say nothing about whose port it is.
fn is_generic(prefix: &str) -> bool {
    matches!(
        prefix,
        "server" | "service" | "listen" | "bind" | "default" | "local" | "internal" | "host" | "base"
    )
}

/// Whether a key is about no service: a range, or ports to be avoided.
pub(super) fn says_no_service(key: &str) -> bool {
    words(key)
        .iter()
        .any(|word| is_range_word(word) || is_avoiding(word) || is_port_word(word))
}

/// Keys of a table of ports whose numbers are something else.
pub(super) fn is_other_quantity(words: &[String]) -> bool {
    words.iter().any(|word| {
        matches!(
            word.as_str(),
            "timeout"
                | "version"
                | "count"
                | "total"
                | "retries"
                | "interval"
                | "delay"
                | "priority"
                | "seconds"
                | "ms"
                | "size"
                | "offset"
                | "year"
        )
    })
}

/// Words for what a program connects to and never serves itself.
fn is_store(word: &str) -> bool {
    matches!(
        word,
        "database"
            | "databases"
            | "db"
            | "postgres"
            | "postgresql"
            | "pg"
            | "redis"
            | "mysql"
            | "mariadb"
            | "mongo"
            | "mongodb"
            | "rabbitmq"
            | "amqp"
            | "kafka"
            | "memcached"
            | "clickhouse"
            | "influxdb"
            | "timescaledb"
            | "questdb"
            | "elasticsearch"
            | "zookeeper"
            | "smtp"
            | "imap"
            | "ldap"
            | "ssh"
            | "proxy"
    )
}

/// Whether a text stands for another that is put in later.
fn is_placeholder(text: &str) -> bool {
    text.contains('$') || text.contains('{') || text.contains('%') || text.contains('<')
}
