//! Drivers of databases that only a URL or a setting names, and that nothing installs.

use crate::facts::{Connection, Giver};
use crate::finding::{Confidence, Draft, Scope};
use crate::knowledge::{connections, distributions};
use crate::project::{Link, Project, Provision};
use crate::rule::Sink;
use std::collections::BTreeSet;

/// Reports every driver that a connection needs, that no module imports, and that no requirement brings.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    if project.requirements.is_empty() {
        return;
    }
    let imported = project.imported_modules();
    let mut seen = BTreeSet::new();
    for link in project
        .links()
        .iter()
        .filter(|link| project.scope(link.document) != Scope::Development)
    {
        let modules = needed(&link.parts);
        // What code imports by itself is reported where it does.
        let is_had = modules.iter().any(|module| {
            let top = module.split('.').next().unwrap_or(module);
            imported.contains(top) || !matches!(project.requirements.provision(module), Provision::None)
        });
        let place = link.at(link.parts.span);
        let Some(module) = modules.first().filter(|_| !is_had) else {
            continue;
        };
        if seen.insert(place) {
            sink.report(draft(project, link, module));
        }
    }
}

/// The modules of which a connection needs one.
fn needed(parts: &Connection) -> Vec<&'static str> {
    let Some(engine) = parts.engine.as_deref() else {
        return Vec::new();
    };
    let of_framework = connections::of_engine(engine);
    if !of_framework.is_empty() {
        return of_framework.iter().map(String::as_str).collect();
    }
    let creates = parts
        .call
        .as_deref()
        .is_some_and(|call| call.ends_with("create_engine"));
    let default = connections::default_driver(engine).filter(|_| creates);
    connections::driver_of(engine).or(default).into_iter().collect()
}

fn draft(project: &Project, link: &Link, module: &str) -> Draft {
    let distribution = distributions::distributions_of(module).into_iter().next();
    let distribution = distribution.unwrap_or_else(|| module.to_owned());
    let engine = link.parts.engine.as_deref().unwrap_or_default();
    let file = project
        .requirements
        .files()
        .first()
        .and_then(|id| project.document(*id));
    let file = file.map_or("requirements.txt", |document| document.path.as_str());
    let host_is_open = link
        .parts
        .host
        .as_ref()
        .is_some_and(|host| host.giver != Giver::Nothing);
    let confidence = if host_is_open {
        Confidence::Possible
    } else {
        Confidence::Likely
    };
    let message = format!(
        "`{engine}` needs the driver `{module}` (distribution `{distribution}`), and no requirements file declares it"
    );
    Draft::new(link.at(link.parts.span), message)
        .subject(module)
        .label(format!(
            "No module named '{}'",
            module.split('.').next().unwrap_or(module)
        ))
        .help(format!("Add `{distribution}` to `{file}`."))
        .confidence(confidence)
}
