//! Import statements, and the local names that they give.

use super::names::Names;
use super::{span, span_of};
use crate::facts::python::{Import, ImportedName, Step};
use ruff_python_ast::{StmtImport, StmtImportFrom};
use ruff_text_size::Ranged;

/// `import a.b, c as d`: a step for each module.
pub(super) fn plain(import: &StmtImport, names: &mut Names, steps: &mut Vec<Step>) {
    for alias in &import.names {
        let module = alias.name.id.to_string();
        let first = module.split('.').next().unwrap_or_default();
        let local = alias.asname.as_ref().map_or(first, |name| name.id.as_str());
        let binds = local.to_owned();
        let full = if alias.asname.is_some() {
            module.clone()
        } else {
            first.to_owned()
        };
        names.bind(&binds, full);
        steps.push(Step::Import(Import {
            module,
            level: 0,
            names: Vec::new(),
            is_from: false,
            binds,
            span: span(&alias.name),
        }));
    }
}

/// `from a.b import c as d`.
pub(super) fn from(import: &StmtImportFrom, names: &mut Names) -> Import {
    let module = import.module.as_ref().map(|module| module.id.to_string());
    let module = module.unwrap_or_default();
    let span = import
        .module
        .as_ref()
        .map_or_else(|| span_of(import.range()), span);
    let mut before = ".".repeat(import.level as usize) + &module;
    if !module.is_empty() {
        before.push('.');
    }
    let mut imported = Vec::with_capacity(import.names.len());
    for alias in &import.names {
        let name = alias.name.id.to_string();
        let asname = alias.asname.as_ref().map(|asname| asname.id.to_string());
        let binds = asname.unwrap_or_else(|| name.clone());
        names.bind(&binds, [before.as_str(), &name].concat());
        imported.push(ImportedName {
            name,
            binds,
            span: span_of(alias.range()),
        });
    }
    Import {
        module,
        level: import.level,
        names: imported,
        is_from: true,
        binds: String::new(),
        span,
    }
}

/// Whether an import keeps annotations from being evaluated (PEP 563).
pub(super) fn postpones_annotations(import: &Import) -> bool {
    import.module == "__future__" && import.names.iter().any(|name| name.name == "annotations")
}
