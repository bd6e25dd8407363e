//! Lists of pages that may ask a service, in which only the developer's machine stands.

use crate::facts::{Giver, Setting, SettingValue};
use crate::finding::{Confidence, Draft, Effect, Place, Scope};
use crate::project::{Project, VariableSet};
use crate::rule::Sink;
use std::collections::BTreeMap;

/// The names of such lists.
const NAMES: [&str; 9] = [
    "allow_origins",
    "allow_origin_regex",
    "origins",
    "cors_allowed_origins",
    "CORS_ORIGINS",
    "CORS_ALLOWED_ORIGINS",
    "CORS_ORIGIN_WHITELIST",
    "CSRF_TRUSTED_ORIGINS",
    "Access-Control-Allow-Origin",
];

/// Reports every list that a program uses and that lacks the server.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let set = project.variables_set();
    for (id, document) in project
        .documents()
        .filter(|(id, _)| project.scope(*id) == Scope::Deployed)
    {
        let settings = &document.facts.settings;
        // A later statement may add the server.
        let added: BTreeMap<&str, usize> = settings
            .iter()
            .enumerate()
            .filter(|(_, setting)| setting.value == SettingValue::Unknown)
            .map(|(at, setting)| (setting.name.as_str(), at))
            .collect();
        for (at, setting) in settings.iter().enumerate() {
            let SettingValue::List(origins) = &setting.value else {
                continue;
            };
            if !NAMES.contains(&setting.name.as_str())
                || origins.is_empty()
                || !are_local(origins)
                || added.get(setting.name.as_str()).is_some_and(|later| *later > at)
            {
                continue;
            }
            let own = Place {
                document: id,
                span: setting.span,
            };
            let Some((what, place)) = told(setting, own, &set) else {
                continue;
            };
            let why = match setting.name.as_str() {
                "CSRF_TRUSTED_ORIGINS" => {
                    "Django refuses the forms of a page of the server's name behind a proxy"
                }
                _ => "a browser lets no page of another name ask this service",
            };
            sink.report(
                Draft::new(place, format!("{what} only the developer's machine: {why}"))
                    .subject(format!("{} {}", document.path, setting.name))
                    .label("blocked by CORS policy")
                    .help("take the list from the environment, and put the address in it under which people open the page")
                    .effect(Effect::Advice)
                    .confidence(Confidence::Possible),
            );
        }
    }
}

/// What holds the list on the server, and where: the code, or the variable that it takes the list from. Nothing when that
/// has another host in it, or is not known.
fn told(setting: &Setting, own: Place, set: &[VariableSet<'_>]) -> Option<(String, Place)> {
    let name = &setting.name;
    let variable = match &setting.giver {
        Giver::Nothing => return Some((format!("`{name}` holds"), own)),
        Giver::Variable(variable) => variable,
        Giver::Elsewhere => return None,
    };
    let mut given = set.iter().filter(|set| set.name == variable);
    let Some(first) = given.next() else {
        return Some((
            format!("without `{variable}` in the environment, `{name}` holds"),
            own,
        ));
    };
    let is_local = |set: &VariableSet<'_>| {
        let origins: Vec<String> = set
            .value
            .split([',', ' '])
            .map(|origin| origin.trim_matches(['[', ']', '"', '\'', ' ']).to_owned())
            .filter(|origin| !origin.is_empty())
            .collect();
        !origins.is_empty() && are_local(&origins)
    };
    let are_all = is_local(first) && given.all(is_local);
    are_all.then(|| {
        (
            format!("`{variable}`, which `{name}` is taken from, holds"),
            first.place,
        )
    })
}

fn are_local(origins: &[String]) -> bool {
    origins.iter().all(|origin| is_local(origin))
}

/// Whether an origin, or a pattern of some, is on the machine of whoever opens the page, or in the network at home.
fn is_local(origin: &str) -> bool {
    let plain: String = origin
        .chars()
        .filter(|letter| !matches!(letter, '\\' | '^' | '$'))
        .collect();
    let rest = plain.split_once("://").map_or(plain.as_str(), |(_, rest)| rest);
    let rest = rest.trim_start_matches(['(', '?', ':']);
    let host = rest.split(['/', ':', '(', ')', '[']).next().unwrap_or_default();
    let is_one = |host: &str| {
        let is_private = host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_private());
        is_private || matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0")
    };
    !host.is_empty() && host.split('|').all(is_one)
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn origins_and_patterns_of_the_own_machine_are_told() {
        for origin in [
            "http://localhost:3000",
            "https://127.0.0.1",
            "http://192.168.1.5:3000",
            r"https?://localhost(:\d+)?",
            r"^http://(localhost|127\.0\.0\.1):\d+$",
        ] {
            assert!(is_local(origin), "{origin}");
        }
        for origin in [
            "*",
            "",
            "https://desk.example.org",
            r"https://.*\.example\.org",
            "null",
            "http://localhost.example.org",
        ] {
            assert!(!is_local(origin), "{origin}");
        }
    }
}
