//! `audit map`: the system as a table or a graph.

use super::args::{MapArguments, MapForm};
use super::{Exit, print, scan, screen};
use crate::engine::{self, Progress};
use crate::report::Map;
use crate::settings::{Settings, Typed};
use crate::tree::WorkTree;

pub(super) fn run(wanted: &MapArguments) -> Result<Exit, String> {
    let settings = Settings::resolve(Typed {
        path: wanted.path.clone(),
        exclude: wanted.exclude.clone(),
        config: wanted.config.clone(),
        no_config: wanted.no_config,
        ..Typed::default()
    })?;
    if !settings.root.is_dir() {
        return Err(format!("{}: there is no such folder", settings.root.display()));
    }
    let map = scan::on_threads(0, || {
        let tree = WorkTree::new(&settings.root);
        let is_excluded = |path: &str| settings.exclude.iter().any(|glob| glob.matches(path));
        let (project, _) = engine::read(&tree, settings.target.clone(), &is_excluded, &Progress::default());
        Ok(Map::of(&project, scan::root_name(&settings)))
    })?;
    print(&match wanted.format {
        MapForm::Table => map.table(screen::width(false)),
        MapForm::Json => map.json(),
        MapForm::Dot => map.dot(),
        MapForm::Mermaid => map.mermaid(),
    })?;
    Ok(Exit::Passed)
}
