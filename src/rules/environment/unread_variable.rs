//! Variables that are set and that nothing reads.

use crate::facts::Manager;
use crate::finding::{Confidence, Draft, Effect};
use crate::knowledge::variables::NearNames;
use crate::project::Project;
use crate::rule::Sink;

/// Reports each once, where it is set first.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    // What the code reads by nearly its name is one mistake, and told as that.
    let mut told = project.misnamed_variables();
    let read = NearNames::new(project.variables().iter().map(|read| read.name));
    for set in project.variables_set() {
        // What an image brings reads the variables of its containers.
        if matches!(set.of_program, Some(Manager::Docker | Manager::Compose)) {
            continue;
        }
        if project.reads_variable(set.name) || !told.insert(set.name) {
            continue;
        }
        let message = format!("`{}` is set here, and nothing of the tree reads it", set.name);
        let help = match read.find(set.name, |_| true) {
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
