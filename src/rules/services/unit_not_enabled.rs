//! Units that a script enables and that no start of the server would pull in.

use crate::facts::Manager;
use crate::finding::{Confidence, Draft, Effect, Place, ProgramId};
use crate::project::Project;
use crate::rule::Sink;
use crate::rules::command::{behind_wrappers, name_of};
use std::collections::BTreeMap;

/// What of `[Install]` has a unit started.
const INSTALLS: [&str; 4] = ["WantedBy", "RequiredBy", "Alias", "Also"];

/// Reports each `systemctl enable` of a unit of the tree that has no `[Install]`.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let mut bare: BTreeMap<&str, ProgramId> = BTreeMap::new();
    for (id, view) in project.programs() {
        let Some((_, program)) = project.definition(id) else {
            continue;
        };
        let is_installed = INSTALLS.iter().any(|key| program.setting(key).is_some());
        if view.manager == Manager::Systemd && !is_installed {
            bare.insert(&view.name, id);
        }
    }
    for (place, command) in project.commands() {
        let words = behind_wrappers(&command.words);
        let is_enable = words
            .first()
            .is_some_and(|word| name_of(&word.text) == "systemctl")
            && words.iter().any(|word| word.text == "enable");
        for word in words.iter().skip(1).filter(|_| is_enable) {
            let name = word.text.strip_suffix(".service").unwrap_or(&word.text);
            let Some(id) = bare.get(name) else {
                continue;
            };
            let Some(unit) = project.program(*id).map(|view| view.place) else {
                continue;
            };
            let message = format!(
                "`systemctl enable` does nothing for `{name}`: the unit has no `[Install]`, and after a reboot nobody starts it"
            );
            sink.report(
                Draft::new(
                    Place {
                        span: word.span,
                        ..place
                    },
                    message,
                )
                .subject(format!("unit {name}"))
                .label("The unit files have no installation config (WantedBy=, RequiredBy=, Also=, Alias= settings)")
                .help("add `[Install]` with `WantedBy=multi-user.target` to the unit")
                .programs(vec![*id])
                .related(unit, "the unit")
                .effect(Effect::Use)
                .confidence(Confidence::Certain),
            );
        }
    }
}
