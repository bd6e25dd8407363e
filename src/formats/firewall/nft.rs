//! Rules of nftables: `nft add rule inet filter input tcp dport { 22, 80 } accept`, and files of such rules.

use super::{allowed, everything, is_inner, offset};
use crate::facts::{Port, PortRole, Word};
use crate::source::Span;

/// The words of a line of rules that begins at `start`: braces, semicolons and commas stand apart.
pub(super) fn words(line: &str, start: usize) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut begin = None;
    let word = |from: usize, to: usize| Word {
        text: line[from..to].trim_matches('"').to_owned(),
        span: Span::new(start + from, start + to),
        is_literal: true,
    };
    for (at, letter) in line.char_indices() {
        let is_mark = matches!(letter, '{' | '}' | ';' | ',' | '#');
        if letter.is_whitespace() || is_mark {
            words.extend(begin.take().map(|from| word(from, at)));
        } else {
            begin = begin.or(Some(at));
        }
        if letter == '#' {
            return words;
        }
        if is_mark {
            words.push(word(at, at + 1));
        }
    }
    words.extend(begin.map(|from| word(from, line.len())));
    words
}

/// `nft add rule inet filter input tcp dport 22 accept`, `nft add chain inet filter input { … policy drop; }`.
pub(super) fn command(arguments: &[Word], found: &mut Vec<Port>) {
    let apart: Vec<Word> = arguments
        .iter()
        .flat_map(|argument| {
            // Within quotes places are those of the whole word.
            let mut parts = words(&argument.text, 0);
            for part in &mut parts {
                part.span = argument.span;
            }
            parts
        })
        .collect();
    let is = |wanted: &str| {
        apart
            .iter()
            .take(6)
            .any(|word| word.text.eq_ignore_ascii_case(wanted))
    };
    let is_adding = is("add") || is("insert") || is("create");
    if is_adding && is("rule") && is("input") {
        rule(&apart, found);
    } else if is_adding && is("chain") {
        policy(&apart, found);
    }
}

/// A file of rules: of its chains those that see what comes in (`hook input`).
pub(super) fn ruleset(text: &str, found: &mut Vec<Port>) {
    let mut depth = 0_usize;
    let mut chain: Option<usize> = None;
    let mut is_input = false;
    for line in text.lines() {
        let words = words(line, offset(text, line));
        let first = words.first().map_or("", |word| word.text.as_str());
        if first == "chain" {
            (chain, is_input) = (Some(depth), false);
        }
        let follows = |pair: &[Word]| pair[0].text == "hook" && pair[1].text == "input";
        is_input |= chain.is_some() && words.windows(2).any(follows);
        if chain.is_some() && is_input {
            policy(&words, found);
            rule(&words, found);
        }
        for word in &words {
            match word.text.as_str() {
                "{" => depth += 1,
                "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if first != "chain" && chain.is_some_and(|at| depth <= at) {
            (chain, is_input) = (None, false);
        }
    }
}

/// `type filter hook input priority 0; policy drop;`.
fn policy(words: &[Word], found: &mut Vec<Port>) {
    let has = |first: &str, second: &str| {
        words
            .windows(2)
            .position(|pair| pair[0].text == first && pair[1].text == second)
    };
    let drops = has("policy", "drop").filter(|_| has("hook", "input").is_some());
    let word = drops.and_then(|at| words.get(at + 1));
    found.extend(word.map(|word| everything(word, "nftables")));
}

/// `ip saddr 10.0.0.0/8 tcp dport { 22, 8000-8010 } accept`.
fn rule(words: &[Word], found: &mut Vec<Port>) {
    let at = |wanted: &str| words.iter().position(|word| word.text == wanted);
    let role = match () {
        () if at("accept").is_some() => PortRole::Allows,
        () if at("drop").or(at("reject")).is_some() => PortRole::Denies,
        () => return,
    };
    let Some(begin) = at("dport") else { return };
    let behind = |wanted: &str| at(wanted).and_then(|at| words.get(at + 1));
    let interface = behind("iifname")
        .or(behind("iif"))
        .filter(|word| is_inner(&word.text));
    let from = behind("saddr").or(interface).map(|word| word.text.clone());
    if role == PortRole::Denies && from.is_some() {
        return;
    }
    let is_set = words.get(begin + 1).is_some_and(|word| word.text == "{");
    let listed = words[begin + 1..].iter().take_while(|word| word.text != "}");
    for word in listed.take(if is_set { usize::MAX } else { 1 }) {
        if matches!(word.text.as_str(), "{" | ",") {
            continue;
        }
        for mut port in allowed(word, &word.text) {
            port.role = role;
            port.is_udp = begin > 0 && words[begin - 1].text == "udp";
            found.push(port.in_table(Some("nftables")).at(from.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::PortRole::{self, Allows, Denies};
    use crate::formats::{Format, extract};

    fn told(path: &str, format: Format, text: &str) -> Vec<(PortRole, Option<u16>, Option<String>)> {
        let ports = extract(path, format, text).ports;
        ports
            .into_iter()
            .filter(|port| matches!(port.role, Allows | Denies))
            .map(|port| (port.role, port.number, port.host))
            .collect()
    }

    #[test]
    fn commands_add_rules() {
        let of = |line: &str| told("a.sh", Format::Shell, line);
        assert_eq!(
            of("nft add rule inet filter input tcp dport 8000 accept"),
            [(Allows, Some(8000), None)]
        );
        assert_eq!(
            of("nft add rule inet filter input tcp dport '{ 22, 80 }' accept"),
            [(Allows, Some(22), None), (Allows, Some(80), None)]
        );
        assert_eq!(
            of("nft add rule ip filter INPUT ip saddr 10.0.0.0/8 tcp dport 5432 counter accept"),
            [(Allows, Some(5432), Some("10.0.0.0/8".to_owned()))]
        );
        assert_eq!(
            of("nft add chain inet filter input '{ type filter hook input priority 0 ; policy drop ; }'"),
            [(Denies, Some(1), None)]
        );
        assert_eq!(of("nft list ruleset"), []);
        assert_eq!(of("nft add rule inet filter output tcp dport 25 drop"), []);
    }

    #[test]
    fn a_file_has_chains() {
        let text = "#!/usr/sbin/nft -f\ntable inet filter {\n  chain input {\n    type filter hook input priority 0; \
                    policy drop;\n    ct state established accept\n    tcp dport { ssh, 443 } accept # people\n    \
                    iifname \"tailscale0\" tcp dport 9000 accept\n  }\n  chain output {\n    type filter hook \
                    output priority 0; policy accept;\n    tcp dport 25 drop\n  }\n}\n";
        let expected = [
            (Denies, Some(1), None),
            (Allows, Some(22), None),
            (Allows, Some(443), None),
            (Allows, Some(9000), Some("tailscale0".to_owned())),
        ];
        assert_eq!(told("etc/nftables.conf", Format::Plain, text), expected);
    }

    #[test]
    fn saved_rules_are_read() {
        let text = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -p tcp -m tcp \
                    --dport 22 -j ACCEPT\nCOMMIT\n";
        assert_eq!(
            told("deploy/rules.v4", Format::Plain, text),
            [(Denies, Some(1), None), (Allows, Some(22), None)]
        );
    }

    #[test]
    fn half_rules_are_survived() {
        for line in [
            "nft",
            "nft add rule inet filter input tcp dport",
            "nft add rule input dport accept {",
        ] {
            assert_eq!(told("a.sh", Format::Shell, line), [], "{line}");
        }
        assert_eq!(
            told(
                "a.nft",
                Format::Plain,
                "chain input {\n hook input\n dport\n}}}}\n# é{"
            ),
            []
        );
    }
}
