//! Settings of Django that are right for developing only.

use crate::facts::{Giver, Setting, SettingValue};
use crate::finding::{Confidence, Draft, Place, ProgramId};
use crate::project::{DjangoSettings, Project, Setting as Setup};
use crate::rule::Sink;
use std::collections::BTreeSet;

/// Reports `DEBUG`, `ALLOWED_HOSTS` and `SECRET_KEY` of the settings that the programs use.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let mut seen = BTreeSet::new();
    for settings in project.django_settings() {
        let found = ["DEBUG", "ALLOWED_HOSTS", "SECRET_KEY"]
            .into_iter()
            .filter_map(|name| {
                let (place, setting) = project.setting(settings.document, name)?;
                let draft = match name {
                    "DEBUG" => debug(place, setting),
                    "SECRET_KEY" => key(place, setting),
                    _ => hosts(project, &settings, place, setting),
                };
                Some((place, draft?))
            });
        for (place, draft) in found {
            if seen.insert(place) {
                sink.report(
                    draft
                        .subject(project.in_file(place).span.start.to_string())
                        .programs(settings.programs.clone()),
                );
            }
        }
    }
}

fn is_on(setting: &Setting) -> bool {
    setting.giver == Giver::Nothing && setting.value == SettingValue::Truth(true)
}

fn debug(place: Place, setting: &Setting) -> Option<Draft> {
    let when = match (&setting.value, &setting.giver) {
        (SettingValue::Truth(true), Giver::Nothing) => "`DEBUG = True` on the server".to_owned(),
        (SettingValue::Truth(true), Giver::Variable(name)) => {
            format!("without `{name}` in the environment, `DEBUG` is on")
        }
        _ => return None,
    };
    let message = format!(
        "{when}: each error shows strangers the code and the settings around it, and memory grows with each query"
    );
    Some(
        Draft::new(place, message)
            .label("pages of errors show everything")
            .help("let it be off unless a variable says otherwise: `DEBUG = os.environ.get(\"DJANGO_DEBUG\") == \"1\"`")
            .confidence(Confidence::Likely),
    )
}

fn hosts(project: &Project, settings: &DjangoSettings, place: Place, setting: &Setting) -> Option<Draft> {
    let SettingValue::List(hosts) = &setting.value else {
        return None;
    };
    let is_local = |host: &String| {
        matches!(
            host.as_str(),
            "localhost" | "127.0.0.1" | "[::1]" | "::1" | "0.0.0.0" | ".localhost"
        )
    };
    let when = match &setting.giver {
        Giver::Nothing => String::new(),
        // What the programs are given counts, and an empty default asks for it.
        Giver::Variable(name) => {
            let is_given =
                |id: &ProgramId| matches!(project.sets_variable(*id, name), Setup::Set | Setup::Unknown);
            if hosts.is_empty() || settings.programs.iter().any(is_given) {
                return None;
            }
            format!("without `{name}` in the environment, ")
        }
        Giver::Elsewhere => return None,
    };
    if !hosts.iter().all(is_local) {
        return None;
    }
    let debugs = project
        .setting(settings.document, "DEBUG")
        .is_some_and(|(_, debug)| is_on(debug));
    let message = if hosts.is_empty() && !debugs {
        "`ALLOWED_HOSTS` is empty: Django refuses every request that comes under the server's name".to_owned()
    } else {
        format!(
            "{when}`ALLOWED_HOSTS` holds only this machine: Django refuses every request that comes under the server's name"
        )
    };
    Some(
        Draft::new(place, message)
            .label("DisallowedHost: Invalid HTTP_HOST header")
            .help(
                "`ALLOWED_HOSTS = os.environ[\"ALLOWED_HOSTS\"].split(\",\")`, with the server's name in it",
            )
            .confidence(if setting.giver == Giver::Nothing {
                Confidence::Likely
            } else {
                Confidence::Possible
            }),
    )
}

fn key(place: Place, setting: &Setting) -> Option<Draft> {
    let SettingValue::Secret(secret) = &setting.value else {
        return None;
    };
    let shown = format!(
        "{} characters, fingerprint {}",
        secret.length(),
        secret.fingerprint()
    );
    let message = match &setting.giver {
        Giver::Variable(name) => format!(
            "without `{name}` in the environment, `SECRET_KEY` is one that stands in the tree ({shown}): whoever has it can sign in as anybody"
        ),
        Giver::Nothing => {
            format!("`SECRET_KEY` stands in the tree ({shown}): whoever has it can sign in as anybody")
        }
        Giver::Elsewhere => return None,
    };
    Some(
        Draft::new(place, message)
            .label("signs sessions and links")
            .help("`SECRET_KEY = os.environ[\"DJANGO_SECRET_KEY\"]`, with a new one on the server")
            .confidence(Confidence::Likely),
    )
}
