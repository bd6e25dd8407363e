//! Rules about imports.

pub mod broken_import;
