//! Drivers of databases that only a URL or a setting names, and that nothing installs.

use crate::facts::{Connection, Giver};
use crate::finding::{Confidence, Draft, Scope};
use crate::knowledge::connections::{self, Taker};
use crate::knowledge::distributions;
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
        let need = needed(project, &imported, &link.parts);
        // What code imports by itself is reported where it does.
        let is_had = need.modules.iter().any(|module| {
            let top = module.split('.').next().unwrap_or(module);
            imported.contains(top) || !matches!(project.requirements.provision(module), Provision::None)
        });
        let place = link.at(link.parts.span);
        let Some(module) = need.modules.first().filter(|_| !is_had) else {
            continue;
        };
        if seen.insert(place) {
            sink.report(draft(project, link, module, need.taker));
        }
    }
}

/// What a connection needs.
#[derive(Default)]
struct Need {
    /// Modules of which one is enough.
    modules: Vec<&'static str>,
    /// What imports it, where the scheme alone does not tell.
    taker: Option<&'static Taker>,
}

fn needed(project: &Project, imported: &BTreeSet<&str>, parts: &Connection) -> Need {
    let Some(engine) = parts.engine.as_deref() else {
        return Need::default();
    };
    let of_framework = connections::of_engine(engine);
    let driver = connections::driver_of(engine);
    if !of_framework.is_empty() || driver.is_some() {
        let modules = of_framework.iter().map(String::as_str).chain(driver);
        return Need {
            modules: modules.collect(),
            taker: None,
        };
    }
    let (call, name) = (parts.call.as_deref(), parts.name.as_deref());
    let takers = connections::takers().iter().filter(|taker| {
        taker.gets(call, name) && imported.contains(taker.module.as_str()) && may_be(project, taker)
    });
    takers.fold(Need::default(), |need, taker| Need {
        modules: need
            .modules
            .into_iter()
            .chain(taker.needs(engine).iter().map(String::as_str))
            .collect(),
        taker: need.taker.or(Some(taker)),
    })
}

/// Whether the version of a library that is asked for may be one for which a row of the table holds.
fn may_be(project: &Project, taker: &Taker) -> bool {
    let mut asks = project
        .requirements
        .asks()
        .iter()
        .filter(|ask| ask.name == taker.module);
    asks.all(|ask| {
        let is_older = taker
            .before
            .as_deref()
            .is_none_or(|before| ask.may_be_before(before));
        is_older && taker.since.as_deref().is_none_or(|since| ask.may_be_since(since))
    })
}

fn draft(project: &Project, link: &Link, module: &str, taker: Option<&Taker>) -> Draft {
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
    let message = match taker {
        Some(taker) => format!(
            "{} imports `{module}` (distribution `{distribution}`) for `{engine}://`, and no requirements file declares it",
            taker.name
        ),
        None => format!(
            "`{engine}` needs the driver `{module}` (distribution `{distribution}`), and no requirements file declares it"
        ),
    };
    let top = module.split('.').next().unwrap_or(module);
    let said = taker.and_then(|taker| taker.says(module)).map(str::to_owned);
    Draft::new(link.at(link.parts.span), message)
        .subject(module)
        .label(said.unwrap_or_else(|| format!("No module named '{top}'")))
        .help(format!("Add `{distribution}` to `{file}`."))
        .confidence(confidence)
}
