//! The code of rules that a `[match]` cannot express, and the one table that names them.

mod files;
mod imports;
mod network;
mod paths;
mod place;
mod platform;
mod ports;
mod requirements;
mod services;

use crate::rule::Check;

/// Each check beside the id of its page.
pub const CHECKS: &[(&str, Check)] = &[
    ("broken-import", imports::broken_import::check),
    (
        "conflicting-requirements",
        requirements::conflicting_requirements::check,
    ),
    ("foreign-distribution", requirements::foreign_distribution::check),
    ("hardcoded-home-path", paths::hardcoded_home_path::check),
    ("hardcoded-ip", network::hardcoded_ip::check),
    ("macos-path", platform::macos_path::check),
    ("missing-entry-point", services::missing_entry_point::check),
    ("missing-requirement", requirements::missing_requirement::check),
    (
        "missing-system-library",
        requirements::missing_system_library::check,
    ),
    ("port-conflict", ports::port_conflict::check),
    ("stale-lock", requirements::stale_lock::check),
    ("syntax-error", files::syntax_error::check),
    (
        "uninstallable-requirement",
        requirements::uninstallable_requirement::check,
    ),
];
