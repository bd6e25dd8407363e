//! Variables that have two values for one program.

use crate::facts::Manager;
use crate::finding::{Confidence, Draft, Effect, Place, ProgramId};
use crate::knowledge::secrets;
use crate::project::{Project, VariableSet};
use crate::rule::Sink;
use std::collections::BTreeMap;

/// Reports each variable that a program's definition and a file which the program loads set differently.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let mut told: BTreeMap<(Place, Place), (Clash<'_>, Vec<ProgramId>)> = BTreeMap::new();
    let set = project.variables_set();
    for (id, view) in project.programs() {
        let Some((document, definition)) = project.definition(id) else {
            continue;
        };
        for (name, value) in &definition.environment {
            let own = Place {
                document,
                span: value.span,
            };
            let given = project.files_given_to(id);
            let others = set.iter().filter(|set| {
                set.of_program.is_none()
                    && set.name == name
                    && is_literal(set.value)
                    && given.contains(&set.place.document)
            });
            for other in others.filter(|other| is_literal(&value.value) && other.value != value.value) {
                let clash = Clash {
                    other,
                    own: &value.value,
                    manager: view.manager,
                    is_named: project.names_environment_file(id, other.place.document),
                };
                let entry = told.entry((own, other.place));
                entry.or_insert_with(|| (clash, Vec::new())).1.push(id);
            }
        }
    }
    for ((own, _), (clash, programs)) in told {
        report(project, own, &clash, programs, sink);
    }
}

/// Two values of one variable.
struct Clash<'a> {
    other: &'a VariableSet<'a>,
    own: &'a str,
    manager: Manager,
    /// Whether the definition names the file; otherwise the code loads it.
    is_named: bool,
}

fn report(project: &Project, own: Place, clash: &Clash<'_>, programs: Vec<ProgramId>, sink: &mut Sink<'_>) {
    let name = clash.other.name;
    let file = project
        .document(clash.other.place.document)
        .map_or("", |document| document.path.as_str());
    // systemd.exec(5): EnvironmentFile= overrides Environment=. Compose is the other way round, and load_dotenv()
    // leaves alone what is set.
    let file_wins = clash.is_named && clash.manager == Manager::Systemd;
    let (winner, loser) = if file_wins {
        ("the file's", "the definition's")
    } else {
        ("the definition's", "the file's")
    };
    let values = if secrets::is_telling(name) {
        String::new()
    } else {
        format!(" (`{}` here, `{}` there)", clash.own, clash.other.value)
    };
    let message = format!(
        "`{name}` has another value here than in `{file}`{values}: {winner} counts, and {loser} does nothing"
    );
    sink.report(
        Draft::new(own, message)
            .subject(format!("{name} {file}"))
            .label(if file_wins {
                "overridden by the file"
            } else {
                "this one counts"
            })
            .help("Set it in one of the two places.".to_owned())
            .related(clash.other.place, "the other value")
            .programs(programs)
            .effect(Effect::Advice)
            .confidence(Confidence::Likely),
    );
}

/// Whether a value is known as it stands.
fn is_literal(value: &str) -> bool {
    !value.is_empty() && !value.contains(['$', '{', '%', '<'])
}
