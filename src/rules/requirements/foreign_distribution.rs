//! Requirements that exist for another system only.

use crate::finding::{Draft, Effect, Phase};
use crate::knowledge::distributions;
use crate::project::Project;
use crate::rule::Sink;

/// Reports every main requirement of a Mac's or of Windows' own distribution.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for ask in project
        .requirements
        .asks()
        .iter()
        .filter(|ask| ask.is_installed())
    {
        let Some(system) = distributions::only_on(&ask.name) else {
            continue;
        };
        let name = if system == "darwin" { "macOS" } else { "Windows" };
        // Pure Python installs anywhere, and fails when it is imported.
        let (verdict, label, effect) = if distributions::installs_anywhere(&ask.name) {
            (
                "does nothing on a Linux server",
                "not for Linux",
                ask.effect().min(Effect::Use),
            )
        } else {
            (
                "cannot be installed on a Linux server",
                "pip install fails here",
                Effect::Start,
            )
        };
        let message = format!("`{}` is for {name} only, and {verdict}", ask.written);
        let help = format!(
            "Add the marker `; sys_platform == \"{system}\"` to it, or take it out of the requirements of the server."
        );
        sink.report(
            Draft::new(ask.place, message)
                .subject(&ask.name)
                .label(label)
                .help(help)
                .programs(project.programs_without(&[ask]))
                .effect(effect)
                .phase(Phase::Install),
        );
    }
}
