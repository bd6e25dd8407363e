//! supervisord's configuration, in its own dialect.
//!
//! What supervisord does here is told by its documentation ("Configuration File") and, where that is
//! silent, by what release 4.3 does with a text: the tests hold its verdicts.

mod ini;
mod processes;
mod text;
mod values;

use super::structured;
use crate::facts::{
    Daemon, DaemonFile, DaemonFileKind, DaemonSetting, Facts, PathUse, Port, PortRole, Problem, ProblemKind,
    Purpose, Role,
};
use crate::source::{Span, Spanned};
use ini::{Opt, Section};
use std::collections::{BTreeMap, BTreeSet};

const KINDS: [&str; 3] = ["program:", "fcgi-program:", "eventlistener:"];

/// Whether an INI file is one of supervisord's, by its sections.
pub fn is_supervisor(head: &[u8]) -> bool {
    String::from_utf8_lossy(head).lines().any(|line| {
        let line = line.trim();
        let starts = |prefix: &str| line.starts_with('[') && line[1..].starts_with(prefix);
        KINDS.iter().any(|kind| starts(kind))
            || [
                "supervisord]",
                "supervisorctl]",
                "unix_http_server]",
                "inet_http_server]",
            ]
            .iter()
            .any(|section| starts(section))
            || (starts("rpcinterface:") && line.contains("supervisor"))
    })
}

/// The facts of a configuration of supervisord.
pub fn extract(text: &str) -> Facts {
    let ini = ini::read(text);
    let mut reader = Reader {
        facts: Facts::default(),
        daemon: Daemon::default(),
        environment: BTreeMap::new(),
        shared: Vec::new(),
        groups: BTreeMap::new(),
    };
    for (message, span) in &ini.mistakes {
        reader.problem(message, *span);
    }
    // A program of a group can stand in another file where files include each other.
    let has = |name: &str| ini.sections.iter().any(|section| section.name == name);
    let is_whole = has("supervisord") && !has("include");
    let programs: BTreeSet<&str> = ini
        .sections
        .iter()
        .filter_map(|section| {
            ["program:", "fcgi-program:"]
                .iter()
                .find_map(|kind| section.name.strip_prefix(kind))
        })
        .collect();
    let has_program = |name: &str| programs.contains(name);
    for section in &ini.sections {
        if let Some(group) = section.name.strip_prefix("group:") {
            let programs = section.get("programs").map(Opt::value).unwrap_or_default();
            for program in programs.split(',') {
                let program = program.trim();
                reader.groups.insert(program.to_owned(), group.to_owned());
                if is_whole && !program.is_empty() && !has_program(program) {
                    let place = section.get("programs").map_or(section.span, Opt::span);
                    reader.problem(
                        &format!("the group `{group}` names no program: `{program}`"),
                        place,
                    );
                }
            }
        }
    }
    // The environment of [supervisord] is known to every other section, wherever it stands.
    for section in ini
        .sections
        .iter()
        .filter(|section| section.name == "supervisord")
    {
        reader.supervisord(section);
    }
    for section in &ini.sections {
        for (message, span) in values::mistakes(section) {
            reader.problem(&message, span);
        }
        reader.section(section);
    }
    reader.facts.daemons.push(reader.daemon);
    reader.facts
}

struct Reader {
    facts: Facts,
    daemon: Daemon,
    /// Expansions that every section knows.
    environment: BTreeMap<String, String>,
    /// What [supervisord] sets for every program.
    shared: Vec<(String, Spanned<String>)>,
    /// The group of a program, where one is declared.
    groups: BTreeMap<String, String>,
}

impl Reader {
    fn problem(&mut self, message: &str, span: Span) {
        self.facts.problems.push(Problem {
            kind: ProblemKind::Syntax,
            message: message.to_owned(),
            span,
        });
    }

    fn path(&mut self, option: &Opt, path: String, purpose: Purpose) {
        let span = option.span();
        self.facts.paths.push(PathUse { path, span, purpose });
    }

    fn daemon_file(&mut self, option: &Opt, kind: DaemonFileKind) {
        let path = self.expanded(option, &BTreeMap::new());
        let Some(path) = path.filter(|path| is_file(path)) else {
            return;
        };
        if !kind.is_folder() {
            self.path(option, path.clone(), Purpose::Writes);
        }
        let path = Spanned::new(path, option.span());
        self.daemon.files.push(DaemonFile { kind, path });
    }

    fn section(&mut self, section: &Section) {
        for option in &section.options {
            if option.key != "environment" {
                let name = format!("{}.{}", section.name, option.key);
                let found = structured::telling(&option.value(), option.span(), Role::Assigned, Some(name));
                self.facts.values.extend(found);
            }
        }
        if let Some(name) = KINDS.iter().find_map(|kind| section.name.strip_prefix(kind)) {
            self.program(section, name.trim());
            return;
        }
        self.daemon
            .settings
            .extend(section.options.iter().map(|option| DaemonSetting {
                section: section.name.clone(),
                key: option.key.clone(),
                value: Spanned::new(option.value(), option.span()),
            }));
        match section.name.as_str() {
            "include" => self.include(section),
            "inet_http_server" => self.server(section),
            "unix_http_server" => match section.get("file") {
                Some(file) => self.daemon_file(file, DaemonFileKind::Socket),
                None => self.problem("[unix_http_server] has no file=", section.span),
            },
            _ => {}
        }
    }

    fn supervisord(&mut self, section: &Section) {
        self.daemon.section = Some(section.span);
        let kinds = [
            DaemonFileKind::Log,
            DaemonFileKind::Pid,
            DaemonFileKind::ChildLogs,
            DaemonFileKind::Directory,
        ];
        for kind in kinds {
            if let Some(option) = section.get(kind.option()) {
                self.daemon_file(option, kind);
            }
        }
        if let Some(option) = section.get("user") {
            let user = self.expanded(option, &BTreeMap::new());
            self.daemon.user = user.map(|user| Spanned::new(user, option.span()));
        }
        if let Some(option) = section.get("environment") {
            self.shared = self.environment_of(section, option, &BTreeMap::new());
            for (name, value) in &self.shared {
                self.daemon.environment.push((name.clone(), value.value.clone()));
                self.environment
                    .insert(format!("ENV_{name}"), value.value.clone());
            }
        }
    }

    fn include(&mut self, section: &Section) {
        let Some(option) = section.get("files") else {
            self.problem("[include] has no files=", section.span);
            return;
        };
        let value = option.value();
        let mut at = 0;
        for word in value.split_whitespace() {
            let start = at + value[at..].find(word).unwrap_or(0);
            at = start + word.len();
            let span = Span::new(option.offset(start), option.offset(start) + word.len());
            self.daemon.includes.push(Spanned::new(word.to_owned(), span));
            self.facts.paths.push(PathUse {
                path: word.to_owned(),
                span,
                purpose: Purpose::Reads,
            });
        }
    }

    fn server(&mut self, section: &Section) {
        let Some(option) = section.get("port") else {
            self.problem("[inet_http_server] has no port=", section.span);
            return;
        };
        let Some(value) = self.expanded(option, &BTreeMap::new()) else {
            return;
        };
        let text = value.rsplit(':').next().unwrap_or(&value).trim().to_owned();
        if text.contains("%(") {
            return;
        }
        let number = structured::number(&text);
        let end = option.span().end as usize;
        let span = Span::new(end.saturating_sub(text.len()), end);
        if number.is_none() {
            self.problem(&format!("`{text}` is no port from 1 to 65535"), span);
        }
        let host = value.rsplit_once(':').map(|(host, _)| host.trim());
        let port = Port::new(text, PortRole::Binds, span).of(Some("supervisor".to_owned()));
        self.facts.ports.push(port.in_table(Some(&section.name)).at(host));
    }

    /// The value with expansions; nothing, and a problem, when supervisord refuses it.
    fn expanded(&mut self, option: &Opt, known: &BTreeMap<String, String>) -> Option<String> {
        let mut all = self.environment.clone();
        all.extend(known.clone());
        match text::expand(&option.value(), &all) {
            Ok(value) => Some(value),
            Err(message) => {
                self.problem(&message, option.span());
                None
            }
        }
    }

    fn environment_of(
        &mut self,
        section: &Section,
        option: &Opt,
        known: &BTreeMap<String, String>,
    ) -> Vec<(String, Spanned<String>)> {
        let written = option.value();
        let pairs = match text::pairs(&written) {
            Ok(pairs) => pairs,
            Err(message) => {
                self.problem(&message, option.span());
                return Vec::new();
            }
        };
        let mut all = self.environment.clone();
        all.extend(known.clone());
        let mut environment = Vec::new();
        for pair in pairs {
            let place = |(start, end): (usize, usize)| Span::new(option.offset(start), option.offset(end));
            let name = &written[pair.key.0..pair.key.1];
            let raw = &written[pair.value.0..pair.value.1];
            let (key_span, span) = (place(pair.key), place(pair.value));
            let value = match text::expand(raw, &all) {
                Ok(value) => value,
                Err(message) => {
                    self.problem(&message, span);
                    continue;
                }
            };
            self.facts.variables.push(structured::set(name, key_span, &value));
            let full = format!("{}.environment.{name}", section.name);
            self.facts
                .values
                .extend(structured::telling(&value, span, Role::Assigned, Some(full)));
            self.facts
                .ports
                .extend(structured::of_variable(name, &value, span));
            environment.push((name.to_owned(), Spanned::new(value, span)));
        }
        environment
    }
}

/// Whether a log's name is a file whose folder must exist.
fn is_file(name: &str) -> bool {
    let lower = name.trim().to_ascii_lowercase();
    !matches!(lower.as_str(), "" | "none" | "off" | "auto" | "syslog") && !lower.starts_with("/dev/")
}

#[cfg(test)]
mod tests;
