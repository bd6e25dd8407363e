//! The code of rules that a `[match]` cannot express, and the one table that names them.

pub mod imports;
pub mod ports;
pub mod requirements;
pub mod services;

use crate::rule::Check;

/// Each check beside the id of its page.
pub const CHECKS: &[(&str, Check)] = &[
    ("broken-import", imports::broken_import::check),
    ("missing-entry-point", services::missing_entry_point::check),
    ("missing-requirement", requirements::missing_requirement::check),
    ("port-conflict", ports::port_conflict::check),
];
