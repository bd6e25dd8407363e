//! Rules about imports.

pub(super) mod broken_import;
pub(super) mod ignored_module;
pub(super) mod newer_syntax;
