//! systemd's unit files: what a `.service` starts.
//!
//! What systemd does here is told by systemd.syntax(7), systemd.service(5), systemd.exec(5) and
//! systemd.unit(5).

mod listen;
mod specifier;
mod words;

use super::joined::{Joining, joined};
use super::{commandline, plain, structured};
use crate::facts::{
    Command, DropIn, EnvironmentFile, Facts, Manager, PathUse, Problem, ProblemKind, Program, Purpose,
    UnitList,
};
use crate::source::{Span, Spanned};
use specifier::Unit;
use std::collections::BTreeMap;

const JOINING: Joining = Joining {
    mark: '\\',
    allows_blanks: false,
    skips_empty: false,
    comments: &['#', ';'],
};

/// Values longer than this are not put into a command line, which may name them again and again.
const LONGEST: usize = 512;

/// The facts of the unit at `path`.
pub fn extract(path: &str, text: &str) -> Facts {
    let mut facts = plain::extract(path, text);
    let name = path.rsplit('/').next().unwrap_or(path);
    if let Some(stem) = name.strip_suffix(".service") {
        let whole = joined(text, JOINING);
        service(path, stem, &settings(&whole), &mut facts);
    } else if let Some(stem) = name.strip_suffix(".socket") {
        let whole = joined(text, JOINING);
        facts.ports.extend(listen::ports(stem, &settings(&whole)));
    } else if let Some(unit) = unit_of(path) {
        let whole = joined(text, JOINING);
        drop_in(unit, &settings(&whole), &mut facts);
    }
    facts
}

/// The service that a drop-in at `path` changes, without `.service`; the empty one stands for all.
pub(super) fn unit_of(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    let folder = folder.rsplit('/').next().unwrap_or(folder);
    if !name.ends_with(".conf") {
        return None;
    }
    match folder {
        "service.d" => Some(""),
        _ => folder.strip_suffix(".service.d"),
    }
}

/// A `Key=value` line.
struct Setting<'a> {
    section: &'a str,
    key: &'a str,
    value: &'a str,
    /// Where the value begins.
    at: usize,
}

impl Setting<'_> {
    fn span(&self) -> Span {
        Span::new(self.at, self.at + self.value.len())
    }
}

/// The settings of a text whose lines are whole, in order.
fn settings(text: &str) -> Vec<Setting<'_>> {
    let mut found = Vec::new();
    let mut section = "";
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim();
        if let Some(name) = body.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if let Some((key, value)) = body.split_once('=') {
            let lead = line.len() - line.trim_start().len();
            let trimmed = value.trim_start();
            found.push(Setting {
                section,
                key: key.trim_end(),
                value: trimmed,
                at: start + lead + body.len() - trimmed.len(),
            });
        }
    }
    found
}

/// The `[Service]` section, in which a later line replaces an earlier one or adds to its list, and an
/// empty value empties the list.
struct Service<'a> {
    settings: Vec<&'a Setting<'a>>,
}

impl<'a> Service<'a> {
    fn last(&self, key: &str) -> Option<&'a Setting<'a>> {
        let last = self.settings.iter().rev().find(|setting| setting.key == key);
        last.copied().filter(|setting| !setting.value.is_empty())
    }

    fn list(&self, key: &str) -> Vec<&'a Setting<'a>> {
        let all = || self.settings.iter().filter(|setting| setting.key == key);
        let kept = all()
            .rev()
            .take_while(|setting| !setting.value.is_empty())
            .count();
        all().skip(all().count() - kept).copied().collect()
    }
}

fn service(path: &str, stem: &str, settings: &[Setting<'_>], facts: &mut Facts) {
    let service = Service {
        settings: settings
            .iter()
            .filter(|setting| setting.section == "Service")
            .collect(),
    };
    let starts = service.list("ExecStart");
    let Some(first) = starts.first() else {
        return;
    };
    let is_users = path.contains("systemd/user/")
        || settings
            .iter()
            .any(|setting| setting.key == "WantedBy" && setting.value.contains("default.target"));
    let user = service.last("User").map(|setting| {
        let of_root = Unit::new(stem, None, is_users);
        Spanned::new(of_root.expand(setting.value), setting.span())
    });
    let unit = Unit::new(stem, user.as_ref().map(|user| user.value.as_str()), is_users);
    let mut program = Program::new(stem, first.span(), Manager::Systemd);
    fill(&mut program, &service, &unit, facts);
    program.user = user;
    program.settings = settings.iter().map(written).collect();
    if let Some(second) = starts.get(1).filter(|_| !program.runs_once) {
        facts.problems.push(Problem {
            kind: ProblemKind::Syntax,
            message: "more than one ExecStart=, which only Type=oneshot may have".to_owned(),
            span: second.span(),
        });
    }
    facts.programs.push(program);
}

/// What a drop-in sets. Its unit's user stands elsewhere, and so his home is not known.
fn drop_in(stem: &str, settings: &[Setting<'_>], facts: &mut Facts) {
    let service = Service {
        settings: settings
            .iter()
            .filter(|setting| setting.section == "Service")
            .collect(),
    };
    let Some(first) = service.settings.first() else {
        return;
    };
    let user = service.last("User");
    let unit = Unit::new(stem, Some(user.map_or("%u", |setting| setting.value)), false);
    let mut program = Program::new(stem, first.span(), Manager::Systemd);
    fill(&mut program, &service, &unit, facts);
    program.user = user.map(|setting| Spanned::new(unit.expand(setting.value), setting.span()));
    program.settings = settings.iter().map(written).collect();
    let empties = UnitList::ALL.into_iter().filter(|list| {
        let mut all = service.settings.iter();
        all.any(|setting| setting.key == list.key() && setting.value.is_empty())
    });
    facts.drop_ins.push(DropIn {
        unit: stem.to_owned(),
        program,
        empties: empties.collect(),
    });
}

/// A setting as it stands in the file.
fn written(setting: &Setting<'_>) -> (String, Spanned<String>) {
    let value = Spanned::new(setting.value.to_owned(), setting.span());
    (setting.key.to_owned(), value)
}

/// Puts in what a `[Service]` section says of a program.
fn fill(program: &mut Program, service: &Service<'_>, unit: &Unit<'_>, facts: &mut Facts) {
    program.environment = environment(service, unit, facts);
    program.environment_files = environment_files(service, unit);
    let known = Known {
        unit,
        // What a file says counts more than `Environment=`, and is not known here.
        variables: if program.environment_files.is_empty() {
            let pairs = program.environment.iter();
            pairs
                .filter(|(_, value)| value.value.len() <= LONGEST)
                .map(|(name, value)| (name.clone(), value.value.clone()))
                .collect()
        } else {
            BTreeMap::new()
        },
    };
    for setting in service.list("ExecStartPre") {
        program.commands.extend(known.commands(setting, true));
        facts.problems.extend(open_quote(setting));
    }
    program.before = program.commands.len();
    let starts = service.list("ExecStart");
    for setting in &starts {
        program.commands.extend(known.commands(setting, false));
        facts.problems.extend(open_quote(setting));
    }
    program.runs_once = service
        .last("Type")
        .is_some_and(|setting| setting.value == "oneshot");
    program.command = starts.first().map(|first| command_line(first, unit));
    makes_folders(service, facts);
    program.directory = directory(service, unit);
    program.logs = logs(service, unit);
    let capabilities = service.list("AmbientCapabilities");
    program.capabilities = capabilities
        .iter()
        .flat_map(|setting| setting.value.split_whitespace().map(str::to_owned))
        .collect();
}

/// systemd refuses a unit for a quote that is never closed in what it starts, unless `-` forgives it.
fn open_quote(setting: &Setting<'_>) -> Option<Problem> {
    let prefix = setting
        .value
        .split(|letter| !words::PREFIXES.contains(&letter))
        .next()?;
    let is_open = words::split(setting.value).is_none() && !prefix.contains('-');
    is_open.then(|| Problem {
        kind: ProblemKind::Syntax,
        message: format!("a quote in {}= is never closed", setting.key),
        span: setting.span(),
    })
}

/// The first command line without the characters before its program.
fn command_line(setting: &Setting<'_>, unit: &Unit<'_>) -> Spanned<String> {
    let bare = setting.value.trim_start_matches(words::PREFIXES);
    let start = setting.at + setting.value.len() - bare.len();
    let line = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = if bare.contains(['"', '\'', '\\']) {
        bare
    } else {
        &line
    };
    Spanned::new(unit.expand(line), Span::new(start, start + bare.len()))
}

/// Folders that systemd makes for a unit (systemd.exec(5), `RuntimeDirectory=` and its like).
fn makes_folders(service: &Service<'_>, facts: &mut Facts) {
    for (key, base) in [
        ("RuntimeDirectory", "/run"),
        ("StateDirectory", "/var/lib"),
        ("CacheDirectory", "/var/cache"),
        ("LogsDirectory", "/var/log"),
        ("ConfigurationDirectory", "/etc"),
    ] {
        for setting in service.list(key) {
            for name in setting.value.split_whitespace() {
                facts.paths.push(PathUse {
                    path: format!("{base}/{}", name.split(':').next().unwrap_or(name)),
                    span: setting.span(),
                    purpose: Purpose::MakesFolder,
                });
            }
        }
    }
}

fn directory(service: &Service<'_>, unit: &Unit<'_>) -> Option<Spanned<String>> {
    let setting = service.last("WorkingDirectory")?;
    let written = setting
        .value
        .strip_prefix('-')
        .unwrap_or(setting.value)
        .trim_start();
    // A relative folder is refused, and with a `-` ignored.
    let is_ignored = written.len() < setting.value.len() && !written.starts_with(['/', '~', '%']);
    if is_ignored {
        return None;
    }
    let start = setting.at + setting.value.len() - written.len();
    let path = if written == "~" {
        unit.expand("%h")
    } else {
        unit.expand(written)
    };
    // With `-` systemd ignores a path that it would refuse without.
    let is_ignored = written.len() < setting.value.len() && !path.starts_with(['/', '%']);
    (!is_ignored).then(|| Spanned::new(path, Span::new(start, start + written.len())))
}

fn logs(service: &Service<'_>, unit: &Unit<'_>) -> Vec<Spanned<String>> {
    let settings = ["StandardOutput", "StandardError"].map(|key| service.last(key));
    let log = |setting: &Setting<'_>| {
        let (kind, path) = setting.value.split_once(':')?;
        let start = setting.at + kind.len() + 1;
        let is_file = matches!(kind, "append" | "file" | "truncate");
        is_file.then(|| Spanned::new(unit.expand(path), Span::new(start, start + path.len())))
    };
    settings.into_iter().flatten().filter_map(log).collect()
}

fn environment(service: &Service<'_>, unit: &Unit<'_>, facts: &mut Facts) -> Vec<(String, Spanned<String>)> {
    let mut environment = Vec::new();
    for setting in service.list("Environment") {
        for word in words::split(setting.value).unwrap_or_default() {
            let Some((name, value)) = word.text.split_once('=') else {
                continue;
            };
            let (start, end) = (setting.at + word.start, setting.at + word.end);
            let name_span = Span::new(start, end.min(start + name.len()));
            // With quotes or escapes inside, the word is longer than its text: then all of it is named.
            let is_exact = word.end - word.start == word.text.len();
            let from = if is_exact { start + name.len() + 1 } else { start };
            let span = Span::new(from, end);
            let value = unit.expand(value);
            facts.variables.push(structured::set(name, name_span, &value));
            facts.ports.extend(structured::of_variable(name, &value, span));
            environment.push((name.to_owned(), Spanned::new(value, span)));
        }
    }
    environment
}

fn environment_files(service: &Service<'_>, unit: &Unit<'_>) -> Vec<EnvironmentFile> {
    let file = |setting: &Setting<'_>| {
        let path = setting.value.strip_prefix('-').unwrap_or(setting.value);
        let start = setting.at + setting.value.len() - path.len();
        let span = Span::new(start, start + path.len());
        EnvironmentFile {
            path: Spanned::new(unit.expand(path), span),
            is_optional: path.len() < setting.value.len(),
        }
    };
    service.list("EnvironmentFile").into_iter().map(file).collect()
}

/// What a command line's expansions mean.
struct Known<'a> {
    unit: &'a Unit<'a>,
    variables: BTreeMap<String, String>,
}

impl Known<'_> {
    /// The commands of an `Exec…=` line; `;` as a word of its own stands between several. Those that run
    /// `before` the program may fail when a `-` says so.
    fn commands(&self, setting: &Setting<'_>, before: bool) -> Vec<Command> {
        let words = words::split(setting.value).unwrap_or_default();
        let is_template = structured::is_template(setting.value);
        let mut commands = Vec::new();
        for group in words.split(|word| word.text == ";" && word.end - word.start == 1) {
            let Some((first, rest)) = group.split_first() else {
                continue;
            };
            let name = first.text.trim_start_matches(words::PREFIXES);
            let prefix = &first.text[..first.text.len() - name.len()];
            // With `@` the second word is the name that the program sees, with `:` no variable is put in.
            let rest = &rest[usize::from(prefix.contains('@')).min(rest.len())..];
            let has_variables = !prefix.contains(':');
            let mut line = vec![self.unit.expand(name)];
            for word in rest {
                let text = self.unit.expand(&word.text);
                if has_variables {
                    line.extend(self.with_variables(&text));
                } else {
                    line.push(text);
                }
            }
            let span = setting.span();
            let mut found = if prefix.contains('|') {
                commandline::of_shell(&line.join(" "), span)
            } else {
                commandline::of_words(line, span)
            };
            // Only what a shell ends with tells systemd how the line went.
            let goes_on = !setting.value.contains("&&") || setting.value.contains(';');
            if let Some((_, others)) = found.split_last_mut().filter(|_| goes_on) {
                for command in others {
                    command.is_conditional = true;
                }
            }
            commands.extend(found.into_iter().map(|mut command| {
                command.is_conditional |= before && prefix.contains('-');
                for word in &mut command.words {
                    word.is_literal &= !is_template && !specifier::leaves_open(&word.text);
                }
                command
            }));
        }
        commands
    }

    /// A word with `${NAME}` put in; `$NAME` alone is as many words as its value has; `$$` is a dollar.
    fn with_variables(&self, word: &str) -> Vec<String> {
        let is_name = |name: &str| {
            name.chars()
                .all(|letter| letter.is_alphanumeric() || letter == '_')
        };
        if let Some(value) = word
            .strip_prefix('$')
            .filter(|name| is_name(name))
            .and_then(|name| self.variables.get(name))
        {
            return value.split_whitespace().map(str::to_owned).collect();
        }
        let mut out = String::new();
        let mut rest = word;
        while let Some((before, behind)) = rest.split_once('$') {
            out.push_str(before);
            rest = behind;
            if let Some(behind) = rest.strip_prefix('$') {
                out.push('$');
                rest = behind;
                continue;
            }
            let braced = rest.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            match braced.and_then(|(name, behind)| Some((self.variables.get(name)?, behind))) {
                Some((value, behind)) => {
                    out.push_str(value);
                    rest = behind;
                }
                None => out.push('$'),
            }
        }
        out.push_str(rest);
        vec![out]
    }
}

#[cfg(test)]
mod tests;
