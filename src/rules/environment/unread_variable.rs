//! Variables that are set and that nothing reads.

use crate::facts::Manager;
use crate::finding::{Confidence, Draft, Effect};
use crate::knowledge::variables::is_near;
use crate::project::{Project, VariableSet};
use crate::rule::Sink;
use std::collections::BTreeSet;

/// Reports each once, where it is set first.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let mut told = BTreeSet::new();
    for set in project.variables_set() {
        // What an image brings reads the variables of its containers.
        if matches!(set.of_program, Some(Manager::Docker | Manager::Compose)) {
            continue;
        }
        if project.reads_variable(set.name) || !told.insert(set.name) {
            continue;
        }
        let message = format!("`{}` is set here, and nothing of the tree reads it", set.name);
        let near = near(project, &set);
        let help = match near {
            Some(read) => format!("The code reads `{read}`: give it that name, or remove it."),
            None => "Remove it, or look for the name that the code reads now.".to_owned(),
        };
        sink.report(
            Draft::new(set.place, message)
                .subject(set.name)
                .label("without effect")
                .help(help)
                .effect(Effect::Advice)
                .confidence(Confidence::Possible),
        );
    }
}

/// A variable of the code that may be meant.
fn near<'a>(project: &'a Project, set: &VariableSet<'_>) -> Option<&'a str> {
    let mut read = project.variables().into_iter().map(|read| read.name);
    read.find(|name| is_near(name, set.name))
}
