//! Accounts that programs are to run as, and that nothing makes on the server.

use crate::facts::Manager;
use crate::finding::{Confidence, Draft, Effect, Phase, Place, ProgramId};
use crate::knowledge::accounts;
use crate::project::Project;
use crate::rule::Sink;
use std::collections::{BTreeMap, BTreeSet};

/// Reports each account that a configuration or unit names and that no step makes.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let known = Known {
        made: project.made_accounts(),
        project,
        is_set_up: project.sets_up_services(),
    };
    let mut told = BTreeSet::new();
    for daemon in &project.daemons {
        let mut by_user: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
        for (user, place) in &daemon.users {
            if told.insert(*place) && !known.has(user) {
                by_user.entry(user).or_default().push(*place);
            }
        }
        for (user, places) in by_user {
            let Some((first, others)) = places.split_first() else {
                continue;
            };
            let message = format!(
                "supervisord refuses the whole file if the server has no user `{user}`: {}",
                known.why(user)
            );
            let draft = known
                .draft(*first, user, message)
                .label(format!("Error: Invalid user name {user}"))
                .programs(daemon.programs.clone())
                .phase(Phase::Manager);
            let draft = others
                .iter()
                .fold(draft, |draft, place| draft.related(*place, "named here too"));
            sink.report(draft);
        }
    }
    for (id, view) in project.programs() {
        if view.manager == Manager::Systemd {
            check_unit(&known, id, sink);
        }
    }
}

fn check_unit(known: &Known<'_>, id: ProgramId, sink: &mut Sink<'_>) {
    let Some((document, program)) = known.project.definition(id) else {
        return;
    };
    let Some(user) = program.user.as_ref().filter(|user| !known.has(&user.value)) else {
        return;
    };
    let dynamic = program.setting("DynamicUser");
    if dynamic.is_some_and(|value| matches!(value.value.as_str(), "yes" | "true" | "on" | "1")) {
        return;
    }
    let (name, who) = (&program.name, &user.value);
    let message = format!(
        "systemd cannot start `{name}` if the server has no user `{who}`: {}",
        known.why(who)
    );
    let place = Place {
        document,
        span: user.span,
    };
    sink.report(
        known
            .draft(place, who, message)
            .label("Failed to determine user credentials: No such process (status=217/USER)")
            .programs(vec![id])
            .phase(Phase::Spawn),
    );
}

/// Whether a name asks its reader for another one: `YOUR_USERNAME`, `<user>`, `CHANGE_ME`.
fn is_placeholder(user: &str) -> bool {
    let lower = user.to_ascii_lowercase();
    lower.starts_with("your")
        || lower.starts_with("change")
        || matches!(lower.as_str(), "username" | "user_name")
}

/// What the tree tells of accounts.
struct Known<'a> {
    project: &'a Project,
    made: BTreeSet<&'a str>,
    /// Whether the tree sets up services, so that it could be expected to make their accounts.
    is_set_up: bool,
}

impl Known<'_> {
    fn has(&self, user: &str) -> bool {
        let is_packaged = accounts::package_of(user).is_some();
        self.project.target.user.as_deref() == Some(user)
            || accounts::is_usual(user)
            || is_packaged
            || self.made.contains(user)
            || user.contains(['%', '$', '{', '<'])
            || user.is_empty()
            || user.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn why(&self, user: &str) -> String {
        if is_placeholder(user) {
            return "the name stands for one that was never written in".to_owned();
        }
        match &self.project.target.user {
            Some(declared) => format!("the settings name `{declared}`, and no step makes another"),
            None => "no step of the deployment makes it".to_owned(),
        }
    }

    fn draft(&self, place: Place, user: &str, message: String) -> Draft {
        let draft = Draft::new(place, message).subject(format!("user {user}")).help(
            if is_placeholder(user) {
                format!("write the account's name in place of `{user}`, wherever the file has it")
            } else {
                format!(
                    "make it in the deployment (`useradd --system {user}`), or name an account that is there"
                )
            },
        );
        if self.is_set_up {
            draft.effect(Effect::Start).confidence(Confidence::Likely)
        } else {
            draft.effect(Effect::Advice).confidence(Confidence::Possible)
        }
    }
}
