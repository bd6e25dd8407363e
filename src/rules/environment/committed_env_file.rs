//! Files of variables that are part of the tree.

use crate::facts::Access;
use crate::finding::{Confidence, Draft, Effect};
use crate::knowledge::secrets;
use crate::project::Project;
use crate::rule::Sink;

/// Reports each that holds a value which is no sample's.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for (id, document) in project.environment_files() {
        let variables = document.facts.variables.iter();
        let set: Vec<(&str, &str)> = variables
            .filter_map(|variable| match &variable.access {
                Access::Set(value) => Some((variable.name.as_str(), value.trim())),
                Access::Read { .. } => None,
            })
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let is_held = |(name, value): &&(&str, &str)| {
            secrets::is_telling(name) && !value.starts_with('$') && !secrets::is_filler(value)
        };
        let held: Vec<&str> = set.iter().filter(is_held).map(|(name, _)| *name).collect();
        let Some(first) = held.first() else { continue };
        let more = match held.len() {
            1 => String::new(),
            2 => " and one more".to_owned(),
            count => format!(" and {} more", count - 1),
        };
        let path = &document.path;
        let message = format!(
            "`{path}` is part of the tree, with the value of `{first}`{more}: everybody who has the repository has them, and a \
             deployment writes them over the server's own"
        );
        let help = format!(
            "Remove it from the tree (`git rm --cached {path}`), add it to `.gitignore`, commit a `{path}.example` without values, \
             and change what it held."
        );
        sink.report(
            Draft::new(project.start_of(id), message)
                .subject(path)
                .label(format!(
                    "{} of {} values are secrets by their names",
                    held.len(),
                    set.len()
                ))
                .help(help)
                .effect(Effect::Use)
                .confidence(Confidence::Likely),
        );
    }
}
