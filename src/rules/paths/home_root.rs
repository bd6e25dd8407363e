//! A project that is looked for in the home folder of whoever runs it.

use crate::facts::{Reach, Role, Value};
use crate::finding::{Confidence, DocumentId, Draft, Effect, Place, ProgramId, Scope};
use crate::project::{Home, Project};
use crate::rule::Sink;

/// How a home folder is written: by a shell and Python, and by systemd.
const HOMES: [&str; 4] = ["~/", "$HOME/", "${HOME}/", "%h/"];
/// Words in the names of variables that hold a project's folder.
const NAMES: [&str; 5] = ["root", "project", "base", "repo", "workdir"];

/// Reports every path below `~` that means the tree.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let roots = project.deploy_roots();
    for (id, document) in project.documents() {
        if project.scope(id) == Scope::Development {
            continue;
        }
        for value in document.facts.values.iter().filter(|value| acts(value)) {
            if let Some(root) = root_of(project, value)
                && let Some(draft) = draft(project, id, value, &root, &roots)
            {
                sink.report(draft);
            }
        }
    }
}

/// Whether something is done with the text on the server.
fn acts(value: &Value) -> bool {
    let is_silent = value.role.is_prose()
        || matches!(
            value.role,
            Role::Compared | Role::Pattern | Role::Key | Role::Markup
        );
    !is_silent && value.reach == Reach::Always
}

/// The folder below `~` that a path takes for the tree's root: `trader` of `~/trader/config/limits.json`.
fn root_of(project: &Project, value: &Value) -> Option<String> {
    let rest = HOMES.iter().find_map(|home| value.text.strip_prefix(home))?;
    let rest = rest.trim_end_matches('/');
    let is_plain = !rest.contains(|letter: char| letter.is_whitespace() || "$*{}<>%:;".contains(letter));
    // A folder that begins with a dot is for settings and caches of the user's own.
    if !is_plain || rest.is_empty() || rest.starts_with('.') {
        return None;
    }
    let path = format!("/{rest}");
    if let Some(inside) = project.paths.suffix_in_tree(&path)
        && (project.paths.has_file(inside) || inside.contains('/'))
    {
        let root = rest.strip_suffix(inside)?.trim_end_matches('/');
        return (!root.is_empty()).then(|| root.to_owned());
    }
    let name = value.name.as_deref()?.to_ascii_lowercase();
    let is_named = name.split(['_', '.']).any(|word| NAMES.contains(&word));
    is_named.then(|| rest.to_owned())
}

fn draft(project: &Project, id: DocumentId, value: &Value, root: &str, roots: &[String]) -> Option<Draft> {
    let place = Place {
        document: id,
        span: value.span,
    };
    let is_there = |program: &ProgramId| match project.home_of(*program) {
        Home::Folder(home) => roots.contains(&format!("{home}/{root}")),
        Home::None => false,
        Home::Unknown => in_some_home(root, roots),
    };
    let programs = project.programs_reaching(id);
    let (right, wrong): (Vec<ProgramId>, Vec<ProgramId>) =
        programs.iter().partition(|program| is_there(program));
    if wrong.is_empty() && (!right.is_empty() || in_some_home(root, roots)) {
        return None;
    }
    let (why, confidence) = explain(project, wrong.first().copied(), root, roots);
    let message = format!(
        "`{}` is the project only in the home folder of its author: {why}",
        value.text
    );
    let draft = Draft::new(place, message)
        .subject(format!("~/{root}"))
        .label("depends on who runs it")
        .help("Derive the folder from the file's own place, or read it from the environment.")
        .effect(Effect::Use)
        .confidence(confidence);
    Some(if wrong.is_empty() {
        draft
    } else {
        draft.programs(wrong)
    })
}

/// Whether the tree stands under this name in a home folder.
fn in_some_home(root: &str, roots: &[String]) -> bool {
    let end = format!("/{root}");
    roots
        .iter()
        .any(|known| known.starts_with("/home/") && known.ends_with(&end))
}

/// What `~` is on the server, and how sure that is.
fn explain(
    project: &Project,
    program: Option<ProgramId>,
    root: &str,
    roots: &[String],
) -> (String, Confidence) {
    let name = program
        .and_then(|id| project.program(id))
        .map_or("", |view| view.name.as_str());
    let user = program.and_then(|id| project.user_of(id)).unwrap_or("root");
    match (program.map(|id| project.home_of(id)), roots.first()) {
        (Some(Home::None), _) => (
            format!("`{name}` runs as `{user}`, a user of services without a home folder for it"),
            Confidence::Likely,
        ),
        (Some(Home::Folder(home)), Some(known)) => (
            format!("for `{name}` it is `{home}/{root}`, and the tree stands in `{known}`"),
            Confidence::Likely,
        ),
        (Some(Home::Folder(home)), None) => (
            format!("for `{name}`, which runs as `{user}`, it is `{home}/{root}`"),
            Confidence::Possible,
        ),
        (_, Some(known)) => (format!("the tree stands in `{known}`"), Confidence::Likely),
        (_, None) => (
            "on the server it depends on who runs it".to_owned(),
            Confidence::Possible,
        ),
    }
}
