//! Commands that start, stop or restart what nothing defines.

use crate::document::Document;
use crate::facts::{Command, Reach, Word};
use crate::finding::{Confidence, Draft, Effect, Place};
use crate::formats::Format;
use crate::knowledge::units;
use crate::project::Project;
use crate::rule::Sink;
use crate::rules::command::{behind_wrappers, name_of};
use std::collections::BTreeSet;

/// What both managers are told about programs of theirs.
const VERBS: [&str; 9] = [
    "start", "stop", "restart", "status", "reload", "enable", "tail", "signal", "pid",
];

/// Reports each name that a script gives to `supervisorctl` or `systemctl` and that no configuration has.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let known = Known::of(project);
    for (place, command) in project.commands() {
        if command.reach == Reach::Elsewhere {
            continue;
        }
        let words = behind_wrappers(&command.words);
        let Some(tool) = words.first().map(|word| name_of(&word.text)) else {
            continue;
        };
        match tool {
            "supervisorctl" if known.has_supervisor => {
                check_supervisorctl(&known, command, words, place, sink);
            }
            "systemctl" if !known.units.is_empty() => check_systemctl(&known, words, place, sink),
            _ => {}
        }
    }
}

struct Known<'a> {
    has_supervisor: bool,
    /// Programs and groups of every supervisord.
    programs: BTreeSet<&'a str>,
    groups: BTreeSet<&'a str>,
    /// Whether a configuration includes files that the tree does not hold.
    is_open: bool,
    /// Units that the tree holds or writes, without their ending.
    units: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(project: &'a Project) -> Self {
        let mut known = Self {
            has_supervisor: !project.daemons.is_empty(),
            programs: BTreeSet::new(),
            groups: BTreeSet::new(),
            is_open: false,
            units: BTreeSet::new(),
        };
        for (_, document) in project.documents() {
            match document.format {
                Format::Supervisor => known.supervisor(document),
                Format::Systemd => {
                    let name = name_of(&document.path);
                    known.units.extend(unit(name).or(Some(name)));
                }
                _ => {}
            }
            // What is copied, linked or written under another name.
            let words = document.facts.commands.iter().flat_map(|command| &command.words);
            let texts = words
                .map(|word| word.text.as_str())
                .chain(document.facts.paths.iter().map(|used| used.path.as_str()));
            known.units.extend(
                texts
                    .filter(|text| text.contains('/'))
                    .filter_map(|text| unit(name_of(text))),
            );
        }
        for daemon in &project.daemons {
            let config = project.document(daemon.config);
            let includes = config
                .into_iter()
                .flat_map(|config| &config.facts.daemons)
                .flat_map(|facts| &facts.includes);
            known.is_open |= daemon.documents.len() < 2 && includes.count() > 0;
        }
        known
    }

    fn supervisor(&mut self, document: &'a Document) {
        for program in &document.facts.programs {
            let (group, process) = program.name.split_once(':').unwrap_or(("", &program.name));
            // Of several processes each has a number behind the program's name.
            let numberless = process.trim_end_matches(|last: char| last.is_ascii_digit());
            self.programs
                .extend([process, numberless.trim_end_matches(['_', '-'])]);
            self.groups.insert(group);
        }
        let settings = document.facts.daemons.iter().flat_map(|daemon| &daemon.settings);
        self.groups
            .extend(settings.filter_map(|setting| setting.section.strip_prefix("group:")));
    }

    fn has_program(&self, name: &str) -> bool {
        let (group, process) = name.split_once(':').unwrap_or((name, ""));
        // With numprocs a process has a number behind the program's name.
        let is_numbered = || {
            let process = if process.is_empty() { group } else { process };
            let bare = process.trim_end_matches(|letter: char| letter.is_ascii_digit());
            bare.len() < process.len() && self.programs.contains(bare.trim_end_matches(['_', '-']))
        };
        name == "all" || self.programs.contains(group) || self.groups.contains(group) || is_numbered()
    }
}

/// The name of a service without its ending; of a template without its instance.
fn unit(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".service")?;
    Some(stem.split_once('@').map_or(stem, |(template, _)| template)).filter(|stem| !stem.is_empty())
}

/// The literal words behind the verb, where the verb is one that takes names.
fn names(words: &[Word]) -> Option<(&str, Vec<&Word>)> {
    let at = words
        .iter()
        .skip(1)
        .position(|word| VERBS.contains(&word.text.as_str()))?
        + 1;
    let names = words[at + 1..].iter();
    let names = names.filter(|word| word.is_literal && !word.text.starts_with('-') && !word.text.is_empty());
    Some((words[at].text.as_str(), names.collect()))
}

fn check_supervisorctl(
    known: &Known<'_>,
    command: &Command,
    words: &[Word],
    place: Place,
    sink: &mut Sink<'_>,
) {
    let Some((verb, names)) = names(words) else {
        return;
    };
    // `tail -1000 web stderr`, `signal HUP web`; `reload` takes no name.
    let names = match verb {
        "reload" | "enable" => return,
        "signal" => names.get(1..).unwrap_or_default(),
        "tail" => names.get(..1).unwrap_or_default(),
        _ => &names[..],
    };
    for name in names.iter().filter(|name| !known.has_program(&name.text)) {
        if name.text.contains(['$', '*', '%', '(', '`', '{']) && !name.text.ends_with(":*") {
            continue;
        }
        let message = format!(
            "`supervisorctl {verb} {}` fails: no configuration has a program or group of that name",
            name.text
        );
        let near = nearest(&name.text, known.programs.iter().copied());
        let draft = Draft::new(
            Place {
                span: name.span,
                ..place
            },
            message,
        )
        .subject(format!("program {}", name.text))
        .label(format!("{}: ERROR (no such process)", name.text))
        .help(match near {
            Some(near) => format!("the name is `{near}` in the configuration"),
            None => "name a program of the configuration, or take the command out".to_owned(),
        });
        sink.report(rated(draft, known.is_open, command.is_conditional));
    }
}

/// A step of a script that fails; where it may be skipped, or something else may define the name, less sure.
fn rated(draft: Draft, is_open: bool, is_conditional: bool) -> Draft {
    let draft = draft.effect(if is_conditional {
        Effect::Use
    } else {
        Effect::Start
    });
    if is_open {
        draft.effect(Effect::Use).confidence(Confidence::Possible)
    } else {
        draft.confidence(Confidence::Likely)
    }
}

fn check_systemctl(known: &Known<'_>, words: &[Word], place: Place, sink: &mut Sink<'_>) {
    let Some((verb, names)) = names(words) else {
        return;
    };
    for name in names {
        let text = name.text.as_str();
        let bare = text.strip_suffix(".service").unwrap_or(text);
        let stem = bare.split_once('@').map_or(bare, |(template, _)| template);
        let is_other_kind = bare.contains('.') && !text.ends_with(".service");
        let is_open = text.contains(['$', '*', '(', '`', '/', '{']);
        if is_other_kind || is_open || known.units.contains(stem) || units::is_packaged(bare) {
            continue;
        }
        let near = nearest(stem, known.units.iter().copied());
        // A package that is not in the table may bring it: only a name that is nearly one of the tree's is likely
        // to be a slip.
        let confidence = if near.is_some() {
            Confidence::Likely
        } else {
            Confidence::Possible
        };
        let message = format!(
            "`systemctl {verb} {text}` fails unless a package brings that unit: the tree has none of that name"
        );
        sink.report(
            Draft::new(
                Place {
                    span: name.span,
                    ..place
                },
                message,
            )
            .subject(format!("unit {stem}"))
            .label(format!("Unit {stem}.service not found."))
            .help(match near {
                Some(near) => format!("the unit is called `{near}` in the tree"),
                None => "name a unit that the deployment installs".to_owned(),
            })
            .effect(Effect::Use)
            .confidence(confidence),
        );
    }
}

/// So many names are looked at for one that is near: each unknown one asks.
const LOOKED_AT: usize = 500;

/// The known name that is nearest to one that is not, if any is near.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .take(LOOKED_AT)
        .map(|other| (strsim::jaro_winkler(other, name), other))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, other)| other)
}
