//! Rules about imports.

pub(super) mod broken_import;
