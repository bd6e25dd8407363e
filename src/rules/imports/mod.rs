//! Rules about imports.

pub(super) mod broken_import;
pub(super) mod circular_import;
pub(super) mod ends_at_start;
pub(super) mod ignored_module;
pub(super) mod missing_name;
pub(super) mod newer_syntax;
pub(super) mod standard_library;
